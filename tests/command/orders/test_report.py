"""Reporting: one problem becomes one order, once, at its own time, with its clocks, or it leaves no trace."""

from datetime import timedelta

import pytest

from server.command.orders.rules import OrderSource
from server.command.orders.service import report as intake
from server.command.orders.service.report import Report, Spot, spot_at, spot_of_area
from server.kernel.actors import OFFICER, SYSTEM, Actor, Post
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.geo import Wgs84
from server.platform.areas import OutsideDistrict
from server.platform.files import File
from server.platform.rollups import Rollup
from tests.city import BIN, CELL, HERE, LAMP, refusal
from tests.clock import MONDAY
from tests.factories import an_id

QUARTER = timedelta(minutes=15)
GONE = Wgs84(113.60, 23.40)


def a_report(city, **facts):
    return Report(
        **{"id": an_id(), "source": OrderSource.PATROL, "text": "路灯不亮。", "spot": city.spot(), **facts}
    )


async def test_a_finding_is_reported_with_its_clock_its_record_and_its_news(city):
    id = await city.report(text="路灯不亮，晚上很黑。请尽快。")
    order = await city.order(id)
    assert (order.state, order.source, order.reporter_id) == ("reported", "patrol", "chen")
    assert (order.title, order.area, order.cell) == ("路灯不亮，晚上很黑", CELL, CELL)
    assert (order.due_clock, order.due_at, order.promised_at) == ("accept", MONDAY + QUARTER, None)
    assert order.suggestion["best"] == {"matter": LAMP, "rule": "01037-1", "unit": "zj"}
    assert await city.clocks(id) == {"accept": "running"}
    [line] = await city.lines(id)
    assert (line.verb, line.actor_id, line.post, line.source, line.target) == (
        "order.report", "chen", Post.GRID_OFFICER, "", "reported",
    )  # fmt: skip
    assert await city.news(id) == ["order.report"]
    [photo] = await city.rows(File)
    assert (photo.attached_kind, photo.attached_id, photo.photo_kind) == ("order", id, "before")
    assert order.cover_id == photo.id


async def test_the_new_case_counts_in_its_cell_and_in_every_area_around_it(city):
    await city.report()
    rows = await city.rows(Rollup)
    assert {(row.area, row.metric, row.n) for row in rows} == {
        (area, metric, 1) for area in (CELL, CELL[:12], CELL[:9], CELL[:6]) for metric in ("new", "open")
    }
    assert len(rows) == 4 + 4 * 2  # what came today; what stands, and today's change of it


async def test_the_same_report_sent_twice_is_one_report(city):
    told = a_report(city, photo_ids=[await city.photo(city.chen)])
    await city.do(city.chen, intake.report_once, told)
    first, news = await city.order(told.id), await city.news(told.id)
    city.clock.advance(minutes=5)
    await city.do(city.chen, intake.report_once, told)
    assert await city.order(told.id) == first
    assert (await city.verbs(told.id), await city.news(told.id)) == (["report"], news)


async def test_another_persons_id_looks_like_nothing_at_all(city):
    id = await city.report(city.chen)
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.huang, intake.report_once, a_report(city, id=id))


async def test_a_report_needs_a_photo_or_a_sentence(city):
    async with refusal(city.office, "NOTHING_REPORTED") as refused:
        await city.do(city.chen, intake.report, a_report(city, text=" \n\u200b "))
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("text", "code"),
    [("长" * 2001, "TEXT_TOO_LONG"), ("门牌\x00号", "BAD_CHARACTERS"), ("甲\u202e乙", "BAD_CHARACTERS")],
)
async def test_words_that_cannot_be_kept_are_refused(city, text, code):
    async with refusal(city.office, code) as refused:
        await city.do(city.chen, intake.report, a_report(city, text=text))
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    "post", sorted(set(Post) - {Post.GRID_OFFICER, Post.LEADER, Post.CITIZEN, Post.SYSTEM})
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_only_who_walks_the_grid_reports_a_finding(city, post):
    other = Actor("li", OFFICER, post, area="440103", unit_id="zj")
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(other, intake.report, a_report(city))


async def test_a_photo_of_somebody_else_is_no_evidence(city):
    theirs = await city.photo(city.huang)
    async with refusal(city.office, "BAD_INPUT") as refused:
        await city.do(city.chen, intake.report, a_report(city, photo_ids=[theirs]))
    assert refused.value.field == "photoIds"


async def test_a_photo_shows_one_case_only(city):
    photo = await city.photo(city.chen)
    await city.do(city.chen, intake.report, a_report(city, photo_ids=[photo]))
    async with refusal(city.office, "BAD_INPUT"):
        await city.do(city.chen, intake.report, a_report(city, photo_ids=[photo]))


async def test_what_is_not_a_grid_matter_is_no_patrol_finding(city):
    async with refusal(city.office, "NOT_A_GRID_MATTER") as refused:
        await city.do(city.chen, intake.report, a_report(city, matter_code="10001"))
    assert refused.value.field == "matterCode"


async def test_a_matter_nobody_knows_is_refused(city):
    async with refusal(city.office, "BAD_INPUT") as refused:
        await city.do(city.chen, intake.report, a_report(city, matter_code="99999"))
    assert refused.value.field == "matterCode"


async def test_a_matter_the_officer_named_is_taken_as_it_is(city):
    order = await city.order(await city.report(matter_code=BIN, text="路灯不亮。"))
    assert (order.matter_code, order.suggestion["best"]["unit"]) == (BIN, "cg")
    assert order.suggestion["confidence"] == "high"


async def test_refused_reports_leave_no_gap_in_the_numbers(city):
    first = await city.order(await city.report())
    async with refusal(city.office, "BAD_INPUT"):
        await city.do(city.chen, intake.report, a_report(city, photo_ids=["no id"]))
    second = await city.order(await city.report())
    assert (first.no[:-1], second.no[:-1]) == ("LW20260302-0001", "LW20260302-0002")


async def test_what_the_officer_solved_himself_waits_for_an_audit_without_a_clock(city):
    before, after = await city.photo(city.chen), await city.photo(city.chen)
    id = await city.report(photo_ids=[before], after_photo_ids=[after], self_handled=True)
    assert (await city.order(id)).state == "self_handled"
    assert (await city.clocks(id), await city.verbs(id)) == ({}, ["self_handle"])
    assert {(row.id, row.photo_kind) for row in await city.rows(File)} == {
        (before, "before"),
        (after, "after"),
    }


@pytest.mark.parametrize(("before", "after", "field"), [(1, 0, "afterPhotoIds"), (0, 1, "photoIds")])
async def test_what_he_solved_himself_is_shown_before_and_after(city, before, after, field):
    facts = {
        "photo_ids": [await city.photo(city.chen) for _ in range(before)],
        "after_photo_ids": [await city.photo(city.chen) for _ in range(after)],
    }
    async with refusal(city.office, "AFTER_PHOTO_NEEDED") as refused:
        await city.do(city.chen, intake.report, a_report(city, self_handled=True, **facts))
    assert refused.value.field == field


async def test_an_import_keeps_its_own_time_and_is_late_at_once(city):
    then = MONDAY - timedelta(days=40)
    told = a_report(city, source=OrderSource.IMPORT, reported_at=then, promise=Limit(5, TimeUnit.WORK_DAY))
    await city.do(SYSTEM, intake.report, told)
    order = await city.order(told.id)
    assert (order.reported_at, order.overdue) == (then, True)
    assert order.promised_at == city.office.calendar.due(then, Limit(5, TimeUnit.WORK_DAY))
    assert {timer.started_at for timer in await city.rows(type(await city.clock_of(told.id, "accept")))} == {
        then
    }
    figures = {(row.metric, row.day.year, row.n) for row in await city.rows(Rollup, Rollup.area == "440103")}
    assert figures == {
        ("new", 2026, 1),
        ("open", 1970, 1),
        ("open", 2026, 1),
        ("overdue", 1970, 1),
        ("overdue", 2026, 1),
    }
    assert (await city.clocks(told.id)) == {"accept": "running", "promise": "running"}


async def test_words_of_danger_are_seen(city):
    assert (await city.order(await city.report(text="楼道里有燃气味，很浓。"))).danger is True
    assert (await city.order(await city.report(text="路灯不亮。"))).danger is False


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_place_is_a_point_in_the_district_or_the_label_of_an_area(city):
    areas = city.office.areas
    assert spot_at(areas, HERE) == Spot(CELL, CELL, HERE)
    with pytest.raises(OutsideDistrict) as refused:
        spot_at(areas, GONE)
    assert (refused.value.field, refused.value.params) == ("place", {"hotline": "12345"})
    street = spot_of_area(areas, CELL[:9])
    assert (street.area, street.cell, street.point, street.accuracy_m) == (
        CELL[:9], "", areas.by_code(CELL[:9]).at, 800,
    )  # fmt: skip
    assert spot_of_area(areas, CELL).cell == CELL
    assert spot_of_area(areas, "440103").point is None
