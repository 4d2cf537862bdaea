"""The unit: sign, return with a basis and in time, finish with a photo, and the head who stands for it."""

from datetime import timedelta
from functools import partial

import pytest

from server.command.orders.facts import ReturnReason
from server.command.orders.flow import OrderAction
from server.command.orders.rules import offered
from server.command.orders.service import desk, unit
from server.identity import accounts
from server.identity.tables import PostHolding
from server.kernel.actors import SYSTEM
from server.platform.files import File
from tests.city import BIN, BIN_RULE, FAR, NEAR, on_sqlite, refusal
from tests.clock import MONDAY

A = OrderAction


async def dispatched(city):
    return await city.dispatch(await city.submit())


async def in_hand(city):
    return await city.sign(await dispatched(city))


# ── sign ──────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_signs_is_the_handler(city):
    id = await in_hand(city)
    order = await city.order(id)
    assert (order.state, order.handler_id, order.due_clock) == ("in_progress", "wang", "handle")
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}


@on_sqlite
async def test_another_unit_does_not_even_see_it(city):
    id = await dispatched(city)
    for verb in (city.sign, city.send_back, partial(city.finish, photo_ids=[])):
        async with refusal(city.office, "NOT_FOUND"):
            await verb(id, city.zhao)


@on_sqlite
async def test_two_signatures_are_one(city):
    id = await dispatched(city)
    version = (await city.order(id)).version
    await city.move(city.wang, unit.sign, id, version=version)
    async with refusal(city.office, "STALE_VERSION"):
        await city.move(city.tang, unit.sign, id, version=version)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.sign(id, city.tang)


# ── return ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_return_names_its_basis_and_the_clock_runs_on(city):
    id = await in_hand(city)
    await city.send_back(id, basis="三定方案：河涌由水务部门管养", opinion="请改派", unit_id="sw",
                         reason=ReturnReason.NOT_OUR_DUTY)  # fmt: skip
    order = await city.order(id)
    assert (order.state, order.return_times, order.returned_by, order.handler_id) == (
        "returned",
        1,
        "|zj|",
        "",
    )
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    line = (await city.lines(id))[-1]
    assert (line.opinion, line.receiver) == ("请改派", "li")
    assert line.detail == {
        "reason": "not_our_duty",
        "basis": "三定方案：河涌由水务部门管养",
        "suggested": "sw",
    }


@on_sqlite
async def test_before_signing_a_return_stops_the_clock_for_signing(city):
    id = await city.send_back(await dispatched(city))
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}


@on_sqlite
async def test_a_return_without_a_basis_is_refused(city):
    id = await in_hand(city)
    async with refusal(city.office, "REASON_NEEDED") as refused:
        await city.send_back(id, basis=" ")
    assert refused.value.field == "basis"


@pytest.mark.parametrize(
    ("used", "late"), [(timedelta(hours=2), False), (timedelta(hours=2, seconds=1), True)]
)
async def test_a_unit_returns_within_half_of_its_limit(city, used, late):
    id = await city.submit(matter_code=BIN)
    await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")  # four working hours
    city.clock.set(MONDAY + used)
    if not late:
        await city.send_back(id, city.zhao)
        return
    async with refusal(city.office, "RETURN_TOO_LATE") as refused:
        await city.send_back(id, city.zhao)
    assert refused.value.params == {"used": 50, "limit": 50}


async def test_two_units_that_return_it_are_both_remembered(city):
    id = await city.send_back(await dispatched(city))
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.dispatch(id, unit_id="sw")
    await city.send_back(id, city.liang)
    assert (await city.order(id)).returned_by == "|sw|zj|"


@on_sqlite
async def test_one_return_is_no_dispute(city):
    id = await city.send_back(await in_hand(city))
    assert A.ESCALATE not in offered(await city.order(id), city.li, city.clock())
    async with refusal(city.office, "NOT_RETURNED_TWICE"):
        await city.step(city.li, A.ESCALATE, id)


async def test_an_accepted_return_goes_to_another_unit_and_the_first_deadline_stands(city):
    id = await city.send_back(await in_hand(city))
    bundled = (await city.order(id)).bundled_due_at
    city.clock.advance(minutes=30)
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="同意")
    order = await city.order(id)
    assert (order.state, order.unit_id, order.handler_id, order.due_clock) == ("filed", "", "", "dispatch")
    assert await city.clocks(id) == {"dispatch": "running", "promise": "running"}
    await city.dispatch(id, unit_id="sw")
    order = await city.order(id)
    assert (order.unit_id, order.bundled_due_at, order.return_times) == ("sw", bundled, 1)
    assert (await city.verbs(id)).count("file") == 1
    assert (await city.clock_of(id, "handle")).started_at == order.dispatched_at


@on_sqlite
async def test_a_refused_return_needs_words(city):
    id = await city.send_back(await in_hand(city))
    async with refusal(city.office, "REASON_NEEDED"):
        await city.move(city.li, desk.decide_return, id, accept=False, opinion="")


# ── finish and confirm ────────────────────────────────────────────────────────────────────────────


async def test_where_there_is_a_head_the_result_waits_for_him(city):
    id = await city.finish(await in_hand(city))
    order = await city.order(id)
    assert (order.state, order.finisher_id, order.result_text) == ("handled", "wang", "已更换灯具。")
    assert (await city.clocks(id), order.checker_id) == ({"handle": "running", "promise": "running"}, "")
    assert [row.photo_kind for row in await city.rows(File)] == ["after"]
    city.clock.advance(minutes=10)
    await city.confirm(id)
    order = await city.order(id)
    assert (order.state, order.handled_at, order.overtime, order.checker_id) == (
        "checking",
        city.clock(),
        False,
        "chen",
    )
    assert await city.clocks(id) == {"check": "running", "promise": "running"}
    assert (await city.verbs(id))[-3:] == ["finish", "dept_confirm", "send_check"]
    assert [line.post for line in await city.lines(id)][-2:] == ["unit_head", "system"]


@on_sqlite
@pytest.mark.parametrize("result", ["", " \n "])
async def test_a_result_is_told_and_shown(city, result):
    id = await in_hand(city)
    async with refusal(city.office, "AFTER_PHOTO_NEEDED") as refused:
        await city.finish(id, photo_ids=[])
    assert refused.value.field == "photoIds"
    photo = await city.photo(city.wang)
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await city.finish(id, text=result, photo_ids=[photo])
    assert refused.value.field == "text"


@on_sqlite
async def test_a_photo_of_the_report_is_no_photo_of_the_result(city):
    photo = await city.photo(city.ann)
    id = await city.sign(await city.dispatch(await city.submit(photo_ids=[photo])))
    async with refusal(city.office, "BAD_INPUT"):
        await city.finish(id, photo_ids=[photo])


@on_sqlite
async def test_the_finisher_does_not_confirm_his_own_work(city):
    """The head finished it himself; a second head, were there one, would have to confirm."""
    id = await city.finish(await in_hand(city))
    order = await city.order(id)
    order.finisher_id = "tang"
    assert A.DEPT_CONFIRM not in offered(order, city.tang, city.clock())
    both = type(city.tang)("wang", city.tang.role, city.tang.post, unit_id="zj")
    async with refusal(city.office, "OWN_WORK"):
        await city.confirm(id, both)


@on_sqlite
async def test_a_handler_is_no_head(city):
    id = await city.finish(await in_hand(city))
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.confirm(id, city.wang)


@on_sqlite
async def test_the_only_head_who_finished_it_is_not_waited_for(city):
    id = await city.finish(await in_hand(city), city.tang)
    assert (await city.order(id)).state == "checking"
    assert [line.post for line in await city.lines(id)][-3:] == ["unit_head", "system", "system"]


async def test_a_unit_without_a_head_is_not_waited_for(city):
    id = await city.submit(matter_code=BIN)
    await city.sign(await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg"), city.zhao)
    await city.finish(id, city.zhao)
    assert (await city.order(id)).state == "checking"
    assert (await city.verbs(id))[-3:] == ["finish", "dept_confirm", "send_check"]


@on_sqlite
async def test_the_head_sends_it_back_with_words_and_the_clock_has_never_stopped(city):
    id = await city.finish(await in_hand(city))
    async with refusal(city.office, "REASON_NEEDED"):
        await city.move(city.tang, unit.reject, id, opinion="")
    await city.move(city.tang, unit.reject, id, opinion="照片不清楚")
    assert ((await city.order(id)).state, (await city.order(id)).rework_times) == ("in_progress", 0)
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    assert (await city.lines(id))[-1].receiver == "wang"
    await city.bring(id, "closed")


async def test_overtime_is_a_fact_of_the_moment_the_unit_stood_for_its_result(city):
    id = await city.finish(await in_hand(city))
    city.clock.set((await city.order(id)).bundled_due_at)
    city.clock.advance(seconds=1)
    await city.confirm(id)
    assert (await city.order(id)).overtime is True
    assert (await city.clock_of(id, "handle")).overtime is True


@on_sqlite
async def test_without_an_officer_on_the_roster_it_waits_on_the_desk(city):
    for name in ("chen", "huang"):
        await retire(city, name)
    id = await city.confirm(await city.finish(await in_hand(city)))
    assert ((await city.order(id)).state, await city.clocks(id)) == (
        "check_pending", {"sendcheck": "running", "promise": "running"},
    )  # fmt: skip
    async with refusal(city.office, "NO_OFFICER"):
        await city.step(city.li, A.SEND_CHECK, id)
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(city.li, A.WAIVE_CHECK, id)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.step(city.mei, A.WAIVE_CHECK, id, "照片清楚")
    await city.step(city.li, A.WAIVE_CHECK, id, "照片清楚，低风险")
    assert ((await city.order(id)).state, await city.clocks(id)) == ("close_pending", {"promise": "running"})


async def retire(city, name: str) -> None:
    """His post ends now."""
    [holding] = await city.rows(PostHolding, PostHolding.account_id == name)
    async with city.office.work(SYSTEM) as work:
        await accounts.take_post(work, holding.id)


@pytest.mark.parametrize(
    ("shot", "code"),
    [
        ((None, FAR), "PHOTO_FAR"),
        ((MONDAY - timedelta(hours=1), NEAR), "PHOTO_OLD"),
        ((MONDAY - timedelta(hours=1), FAR), "PHOTO_FAR"),
    ],
)  # fmt: skip
async def test_a_photo_from_elsewhere_or_from_before_is_asked_about_once_and_marked(city, shot, code):
    id = await city.sign(await city.dispatch(await city.submit()))
    photo = await city.photo(city.wang)
    async with refusal(city.office, code) as refused:
        await city.finish(id, photo_ids=[photo], shots={photo: shot})
    assert refused.value.field == "photoIds"
    await city.finish(id, photo_ids=[photo], shots={photo: shot}, sure=True)
    [line] = [line for line in await city.lines(id) if line.verb == "order.finish"]
    at, where = shot
    marks = ({"photo_old": True} if at else {}) | ({"photo_far_m": 307} if where == FAR else {})
    assert {key: line.detail[key] for key in line.detail if key.startswith("photo_")} == marks
    [file] = await city.rows(File, File.id == photo)
    assert (file.taken_at, file.taken_lon, file.taken_lat) == (at, where.lon, where.lat)
    ask = "query($id: ID!) { order(id: $id) { timeline { verb photoFarM photoOld } } }"
    told = (await city.ask(city.li, ask, id=id))["order"]["timeline"]
    [mine] = [entry for entry in told if entry["verb"] == "verb.order.finish"]
    assert (mine["photoFarM"], mine["photoOld"]) == (marks.get("photo_far_m"), "photo_old" in marks)


async def test_a_photo_that_says_nothing_or_was_taken_there_and_then_is_no_question(city):
    id = await city.sign(await city.dispatch(await city.submit()))
    mute, told = await city.photo(city.wang), await city.photo(city.wang)
    await city.finish(id, photo_ids=[mute, told], shots={told: (city.clock(), NEAR)})
    assert (await city.order(id)).state == "handled"
