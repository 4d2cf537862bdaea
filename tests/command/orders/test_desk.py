"""The dispatcher's desk: put on the map, verify, dispatch with ten seconds to think again, merge, reject."""

from datetime import timedelta

import pytest

from server.command.orders import rules
from server.command.orders.flow import OrderAction
from server.command.orders.rules import RejectReason, VerifyConclusion
from server.command.orders.service import desk, merge
from server.command.orders.service import report as intake
from server.command.orders.service.report import Spot, spot_of_area
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.geo import Wgs84
from server.platform import holds
from server.platform.holds import Hold
from tests.city import BIN, BIN_RULE, CELL, FAR, HERE, LAMP, LAMP_RULE, OTHER_STREET, on_sqlite, refusal
from tests.clock import MONDAY
from tests.factories import DISTRICT, STREET, an_id

HALF_HOUR = timedelta(minutes=30)
A_BIN = {"matter_code": BIN, "rule_id": BIN_RULE}


def north(metres: float) -> Wgs84:
    """A point that far north of HERE."""
    return Wgs84(HERE.lon, HERE.lat + metres / 111_194.93)


async def unlocated(city):
    return await city.submit(spot=Spot(DISTRICT, address="某小区"))


# ── locate ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_case_without_a_place_is_put_on_the_map(city):
    id = await unlocated(city)
    city.clock.advance(minutes=1)
    await city.move(city.li, desk.locate, id, spot=city.spot())
    order = await city.order(id)
    assert (order.area, order.cell, order.lon, order.lat) == (CELL, CELL, HERE.lon, HERE.lat)
    assert (order.state, order.spot is None) == ("reported", False)
    assert await city.verbs(id) == ["report", "locate"]
    assert await city.clocks(id) == {"accept": "running", "promise": "running"}


async def test_an_area_stands_for_a_place_and_the_address_stays(city):
    id = await unlocated(city)
    await city.move(city.li, desk.locate, id, spot=spot_of_area(city.office.areas, CELL[:12]))
    order = await city.order(id)
    assert (order.area, order.cell, order.address, order.accuracy_m) == (CELL[:12], "", "某小区", 300)


@on_sqlite
async def test_the_whole_district_is_no_place(city):
    id = await city.submit()
    async with refusal(city.office, "PLACE_NEEDED"):
        await city.move(city.li, desk.locate, id, spot=spot_of_area(city.office.areas, DISTRICT))


@on_sqlite
async def test_a_case_in_somebodys_hands_stays_where_it_is(city):
    id = await city.dispatch(await city.submit())
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.move(city.li, desk.locate, id, spot=city.spot(OTHER_STREET))


# ── verify ────────────────────────────────────────────────────────────────────────────────────────


async def test_verifying_stops_the_desks_clock_until_the_officer_answers(city):
    id = await city.submit()
    city.clock.advance(minutes=5)
    await city.move(city.li, desk.request_verify, id, opinion="请核实位置")
    order = await city.order(id)
    assert (order.state, order.verifier_id, order.due_clock) == ("verifying", "chen", "verify")
    assert order.due_at == MONDAY + timedelta(minutes=5) + HALF_HOUR
    assert await city.clocks(id) == {"accept": "paused", "verify": "running", "promise": "running"}
    city.clock.advance(minutes=20)
    await city.verify(id, conclusion=VerifyConclusion.NOT_FOUND, photo_ids=[await city.photo(city.chen)])
    order = await city.order(id)
    assert (order.state, order.verified, order.due_clock) == ("reported", "not_found", "accept")
    assert order.due_at == MONDAY + timedelta(
        minutes=35
    )  # a quarter of an hour, twenty minutes of it not counted
    line = (await city.lines(id))[-1]
    assert (line.verb, line.detail["conclusion"], line.detail["distance_m"]) == (
        "order.verify_done",
        "not_found",
        15,
    )


@on_sqlite
async def test_nobody_verifies_his_own_report(city):
    id = await city.report(city.chen)
    await city.move(city.li, desk.request_verify, id)
    assert (await city.order(id)).verifier_id == "huang"


@on_sqlite
async def test_without_a_place_there_is_nothing_to_verify(city):
    id = await unlocated(city)
    async with refusal(city.office, "PLACE_NEEDED"):
        await city.move(city.li, desk.request_verify, id)


async def test_the_officer_verifies_on_the_spot_and_only_he(city):
    id = await city.submit()
    await city.move(city.li, desk.request_verify, id)
    async with refusal(city.office, "TOO_FAR") as refused:
        await city.verify(id, here=FAR)
    assert (refused.value.params, refused.value.field) == ({"distance": 307, "limit": 100}, "place")
    async with refusal(city.office, "NOT_ASSIGNED"):
        await city.verify(id, city.huang)
    await city.verify(id, here=north(99))


# ── dispatch ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_dispatch_waits_ten_seconds_and_then_counts_from_the_moment_it_was_asked(city):
    id = await city.submit()
    city.clock.advance(minutes=3)
    asked_at = city.clock()
    hold = await city.ask_dispatch(id)
    assert ((await city.order(id)).state, await city.verbs(id)) == ("reported", ["report"])
    assert (await city.news(id))[-1] == "order.held"
    city.clock.advance(seconds=9.999)
    assert await holds.release(city.office) == 0
    assert [row.id for row in await city.rows(Hold)] == [hold]
    city.clock.advance(seconds=0.001)
    assert await holds.release(city.office) == 1
    order = await city.order(id)
    assert (order.state, order.unit_id, order.matter_code, order.rule_id) == (
        "dispatched",
        "zj",
        LAMP,
        LAMP_RULE,
    )
    assert (order.dispatched_at, order.dispatcher_id, order.handle_limit) == (asked_at, "li", "2 work_day")
    assert order.bundled_due_at == city.office.calendar.due(asked_at, Limit(2, TimeUnit.WORK_DAY))
    assert (order.due_clock, order.due_at) == ("sign", asked_at + timedelta(hours=1))
    assert await city.clocks(id) == {"handle": "running", "sign": "running", "promise": "running"}
    assert {line.at for line in await city.lines(id)} == {MONDAY, asked_at}
    assert await city.verbs(id) == ["report", "file", "dispatch"]
    assert await city.rows(Hold) == []


async def test_within_ten_seconds_it_can_be_taken_back_and_nothing_has_happened(city):
    id = await city.submit()
    version = (await city.order(id)).version
    hold = await city.ask_dispatch(id)
    city.clock.advance(seconds=9)
    await city.do(city.li, holds.take_back, hold)
    assert (await city.news(id))[-1] == "order.taken_back"
    assert await city.release() == 0
    order = await city.order(id)
    assert (order.state, order.unit_id, order.version) == ("reported", "", version)
    await city.dispatch(id)  # and asked again it goes


async def test_after_ten_seconds_it_is_too_late(city):
    id = await city.submit()
    hold = await city.ask_dispatch(id)
    city.clock.advance(seconds=10)
    async with refusal(city.office, "HOLD_OVER"):
        await city.do(city.li, holds.take_back, hold)
    await holds.release(city.office)
    async with refusal(city.office, "HOLD_OVER"):
        await city.do(city.li, holds.take_back, hold)


async def test_only_who_asked_takes_it_back(city):
    hold = await city.ask_dispatch(await city.submit())
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.he, holds.take_back, hold)


async def test_one_act_at_a_time_waits_on_a_case(city):
    id = await city.submit()
    await city.ask_dispatch(id)
    async with refusal(city.office, "HELD"):
        await city.ask_dispatch(id, city.he)
    async with refusal(city.office, "HELD"):
        await city.move(
            city.he, desk.ask_reject, id, reason=RejectReason.NOT_OURS, opinion="不归我们", op_id=an_id()
        )


async def test_asking_twice_with_one_key_is_asking_once(city):
    id, key = await city.submit(), an_id()
    await city.ask_dispatch(id, op_id=key)
    await city.ask_dispatch(id, op_id=key)
    assert len(await city.rows(Hold)) == 1


async def test_an_act_that_came_too_late_is_dropped_and_says_so(city):
    id = await city.submit()
    await city.ask_dispatch(id)
    await city.move(city.he, desk.request_verify, id)
    assert await city.release() == 0
    order = await city.order(id)
    assert (order.state, order.unit_id, await city.rows(Hold)) == ("verifying", "", [])
    line = (await city.lines(id))[-1]
    assert (line.verb, line.detail) == ("order.dropped", {"act": "order.dispatch", "code": "ILLEGAL_STEP"})


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"matter_code": "10001", "rule_id": "10001-1"}, "NOT_A_GRID_MATTER", "matterCode"),
        ({"matter_code": "00000"}, "NOT_A_GRID_MATTER", "matterCode"),
        ({"rule_id": BIN_RULE}, "RULE_NOT_OF_MATTER", "ruleId"),
        ({"unit_id": "nobody"}, "BAD_INPUT", "unitId"),
        (A_BIN, "UNIT_NOT_IN_MATRIX", "overrideReason"),
        ({**A_BIN, "override_reason": " \n"}, "UNIT_NOT_IN_MATRIX", "overrideReason"),
    ],
)
async def test_matter_rule_and_unit_have_to_fit(city, facts, code, field):
    id = await city.submit()
    async with refusal(city.office, code) as refused:
        await city.ask_dispatch(id, **facts)
    assert refused.value.field == field


async def test_outside_the_matrix_a_reason_is_enough_and_is_kept(city):
    id = await city.submit()
    await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, override_reason="区住建局工地产生")
    order = await city.order(id)
    assert (order.unit_id, order.override_reason) == ("zj", "区住建局工地产生")
    assert (await city.lines(id))[-1].opinion == "区住建局工地产生"


@on_sqlite
async def test_without_a_place_nothing_is_dispatched(city):
    id = await unlocated(city)
    async with refusal(city.office, "PLACE_NEEDED"):
        await city.ask_dispatch(id)


@on_sqlite
async def test_a_form_that_is_out_of_date_is_refused(city):
    id = await city.submit()
    now = (await city.order(id)).version
    async with refusal(city.office, "STALE_VERSION") as refused:
        await city.ask_dispatch(id, version=now - 1)
    assert refused.value.params == {"subject": id, "seen": now - 1, "now": now}


@on_sqlite
@pytest.mark.parametrize("state", ["reported", "filed"])
@pytest.mark.parametrize("who", ["chen", "wang", "clerk", "arbiter"])
async def test_nobody_but_a_dispatcher_dispatches_or_even_holds_the_case_up(city, who, state):
    id = await city.submit()
    if state == "filed":
        await city.send_back(await city.dispatch(id))
        await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    actor = getattr(city, who)
    code = "NOT_ALLOWED" if who in {"chen", "arbiter"} else "NOT_FOUND"
    async with refusal(city.office, code):
        await city.ask_dispatch(id, actor)


async def test_a_street_dispatcher_works_in_his_street_only(city):
    id = await city.submit(at=OTHER_STREET)
    assert not (await city.order(id)).area.startswith(STREET)
    async with refusal(city.office, "NOT_FOUND"):
        await city.ask_dispatch(id, city.mei)
    await city.dispatch(await city.submit(), city.mei)


# ── merge ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_duplicate_becomes_part_of_the_case_that_is_there(city):
    master = await city.dispatch(await city.submit())
    id = await city.submit(city.ben, at=north(49))
    city.clock.advance(minutes=1)
    await city.move(city.li, merge.ask_merge, id, into_id=master, op_id=an_id())
    assert (await city.order(id)).state == "reported"
    asked_at = city.clock()
    assert await city.release() == 1
    order = await city.order(id)
    assert (order.state, order.merged_into, order.closed_at) == ("merged", master, asked_at)
    assert (await city.clocks(id), await city.verbs(id)) == ({}, ["report", "merge"])
    assert (await city.order(master)).state == "dispatched"


@on_sqlite
@pytest.mark.parametrize("flaw", ["far", "old", "kind", "closed", "itself", "hidden", "absent"])
async def test_only_an_open_case_of_the_same_kind_near_in_place_and_time_is_a_master(city, flaw):
    master = await city.submit(
        at=north(51) if flaw == "far" else HERE, matter_code=BIN if flaw == "kind" else LAMP
    )
    if flaw == "closed":
        await city.bring(master, "closed")
    if flaw == "old":
        city.clock.advance(hours=24, seconds=1)
    id = await city.submit(city.ben, matter_code=LAMP)
    into = {"itself": id, "absent": an_id()}.get(flaw, master)
    if flaw == "hidden":
        into = await city.submit(at=OTHER_STREET, matter_code=LAMP)
    async with refusal(city.office, "NOT_THE_SAME_CASE") as refused:
        await city.move(city.mei, merge.ask_merge, id, into_id=into, op_id=an_id())
    assert refused.value.field == "intoId"


async def test_two_cases_cannot_swallow_each_other(city):
    one, two = await city.submit(), await city.submit(city.ben)
    await city.move(city.li, merge.ask_merge, one, into_id=two, op_id=an_id())
    async with refusal(city.office, "MERGING_ALREADY"):
        await city.move(city.he, merge.ask_merge, two, into_id=one, op_id=an_id())
    assert await city.release() == 1
    assert ((await city.order(one)).state, (await city.order(two)).state) == ("merged", "reported")


# ── reject ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_rejection_says_why_and_ends_the_case(city):
    id = await city.submit()
    await city.move(
        city.li, desk.ask_reject, id, reason=RejectReason.NOT_OURS, opinion="请拨打 12345", op_id=an_id()
    )
    assert (await city.order(id)).state == "reported"
    await city.release()
    order = await city.order(id)
    assert (order.state, order.closed_at, await city.clocks(id)) == ("rejected", MONDAY, {})
    line = (await city.lines(id))[-1]
    assert (line.opinion, line.detail) == ("请拨打 12345", {"reason": "not_ours"})


@on_sqlite
async def test_a_rejection_without_words_is_refused(city):
    id = await city.submit()
    async with refusal(city.office, "REASON_NEEDED") as refused:
        await city.move(
            city.li, desk.ask_reject, id, reason=RejectReason.NOT_TRUE, opinion="　", op_id=an_id()
        )
    assert refused.value.field == "opinion"


# ── audit of what officers solved themselves ──────────────────────────────────────────────────────


async def self_handled(city):
    photos = [await city.photo(city.chen) for _ in range(2)]
    return await city.report(photo_ids=photos[:1], after_photo_ids=photos[1:], self_handled=True)


async def test_an_audit_closes_it_or_sends_it_the_ordinary_way(city):
    good, bad = await self_handled(city), await self_handled(city)
    await city.step(city.mei, OrderAction.AUDIT_PASS, good)
    assert ((await city.order(good)).state, (await city.order(good)).closed_at) == ("closed", MONDAY)
    await city.step(city.mei, OrderAction.AUDIT_FAIL, bad, "照片看不清")
    assert ((await city.order(bad)).state, await city.clocks(bad)) == ("reported", {"accept": "running"})
    assert (await city.lines(bad))[-1].opinion == "照片看不清"
    await city.bring(bad, "closed")


@on_sqlite
async def test_an_audit_that_fails_says_why(city):
    id = await self_handled(city)
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(city.mei, OrderAction.AUDIT_FAIL, id)


@on_sqlite
@pytest.mark.parametrize("action", [OrderAction.AUDIT_PASS, OrderAction.AUDIT_FAIL])
async def test_whoever_solved_it_does_not_audit_it(city, action):
    id = await self_handled(city)
    both = type(city.mei)("chen", city.mei.role, city.mei.post, area=STREET)
    async with refusal(city.office, "OWN_WORK"):
        await city.step(both, action, id, "已看")


@on_sqlite
async def test_what_no_unit_ever_had_cannot_be_reopened(city):
    id = await self_handled(city)
    await city.step(city.li, OrderAction.AUDIT_PASS, id)
    assert OrderAction.REOPEN not in rules.offered(await city.order(id), city.li, city.clock())
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.step(city.li, OrderAction.REOPEN, id, "又坏了")


async def test_relocation_follows_an_order_that_was_filed(city):
    id = await city.submit(matter_code=LAMP)
    await city.send_back(await city.dispatch(id))
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.move(city.li, desk.locate, id, spot=city.spot(OTHER_STREET))
    order = await city.order(id)
    assert (order.state, order.area == intake.spot_at(city.office.areas, OTHER_STREET).area) == (
        "filed",
        True,
    )
