"""拆分: one case, several units, one answer to the citizen."""

import asyncio
from datetime import timedelta

import pytest

from server.command.orders.facts import VoidReason
from server.command.orders.flow import OrderAction
from server.command.orders.service import applications, desk, split
from server.command.orders.service.split import Part
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import Solved
from server.kernel.calendar import Limit, TimeUnit
from server.platform import holds, sla
from tests.city import BIN, BIN_RULE, LAMP, LAMP_RULE, NEAR, OTHER_STREET, on_sqlite, refusal
from tests.factories import an_id

LAMPS = Part(LAMP, LAMP_RULE, "zj", "更换路灯灯具")
BINS = Part(BIN, BIN_RULE, "cg", "清运垃圾桶")
DRAIN = Part(LAMP, LAMP_RULE, "sw", "疏通路边排水口", "排水归水务局")


async def ask(city, id, *parts, by=None):
    """Ask for it; the id of the hold."""
    op_id = an_id()
    await city.move(by or city.li, split.ask_split, id, parts=parts or (LAMPS, BINS), op_id=op_id)
    return op_id


async def parted(city, *parts, id=""):
    """A split case and its parts, the ten seconds over."""
    id = id or await city.submit()
    await ask(city, id, *parts)
    assert await city.release() == 1
    return id, await parts_of(city, id)


async def parts_of(city, id):
    rows = await city.rows(WorkOrder, WorkOrder.parent_id == id)
    return [row.id for row in sorted(rows, key=lambda row: row.no)]


async def finish(city, id, by, text):
    """A part from the unit's hands to its close."""
    await city.finish(await city.sign(id, by), by, text=text)
    if (await city.order(id)).state == "handled":
        await city.confirm(id)
    await city.check(id)
    await city.close(id)


# ── how it begins ─────────────────────────────────────────────────────────────────────────────────


async def test_each_part_is_an_order_with_its_own_unit_clocks_and_life(city):
    id, (lamps, bins) = await parted(city, LAMPS, BINS)
    whole, now = await city.order(id), city.clock() - timedelta(seconds=10)
    assert (whole.state, whole.parts, whole.unit_id) == ("split", 2, "")
    assert await city.clocks(id) == {"promise": "running"}  # the citizen's never stops
    for part, (unit, n) in {lamps: ("zj", 1), bins: ("cg", 2)}.items():
        row = await city.order(part)
        assert (row.state, row.unit_id, row.no, row.parent_id) == (
            "dispatched", unit, f"{whole.no}-{n}", id,
        )  # fmt: skip
        assert (row.lon, row.lat, row.area, row.promised_at) == (whole.lon, whole.lat, whole.area, None)
        assert await city.clocks(part) == {"handle": "running", "sign": "running"}
        assert await city.verbs(part) == ["part", "dispatch"]
    days, hours = Limit(2, TimeUnit.WORK_DAY), Limit(4, TimeUnit.WORK_HOUR)
    assert (await city.clock_of(lamps, "handle")).due_at == city.office.calendar.due(now, days)
    assert (await city.clock_of(bins, "handle")).due_at == city.office.calendar.due(now, hours)
    assert (await city.verbs(id))[-1] == "split"
    assert (await city.request(id)).state == "assigned"


async def test_within_ten_seconds_it_can_be_taken_back(city):
    id = await city.submit()
    op_id = await ask(city, id)
    await city.do(city.li, holds.take_back, op_id)
    assert (await city.release(), (await city.order(id)).state, await parts_of(city, id)) == (
        0,
        "reported",
        [],
    )


@on_sqlite
@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ((LAMPS,), "PARTS_NEEDED", "parts"),
        ((LAMPS,) * 7, "PARTS_NEEDED", "parts"),
        ((LAMPS, BINS, LAMPS), "SAME_UNIT_TWICE", "parts.2.unitId"),
        ((LAMPS, Part(BIN, BIN_RULE, "cg", " ")), "TEXT_REQUIRED", "parts.1.text"),
        ((LAMPS, Part(BIN, LAMP_RULE, "cg", "清运")), "RULE_NOT_OF_MATTER", "parts.1.ruleId"),
        ((LAMPS, Part(BIN, BIN_RULE, "sw", "清运")), "UNIT_NOT_IN_MATRIX", "parts.1.overrideReason"),
        ((LAMPS, Part(BIN, BIN_RULE, "nobody", "清运")), "BAD_INPUT", "parts.1.unitId"),
    ],
)
async def test_parts_that_do_not_fit_are_refused_by_name(city, parts, code, field):
    id = await city.submit()
    async with refusal(city.office, code) as refused:
        await ask(city, id, *parts)
    assert refused.value.field == field


@on_sqlite
async def test_a_part_has_no_parts_and_is_nobodys_master(city):
    _, (lamps, _) = await parted(city)
    await city.send_back(lamps)
    async with refusal(city.office, "PART_OF_A_CASE"):
        await ask(city, lamps)


@on_sqlite
async def test_a_case_without_a_place_or_in_a_units_hands_is_not_split(city):
    nowhere = await city.submit(spot=city.spot().__class__("440103"))
    async with refusal(city.office, "PLACE_NEEDED"):
        await ask(city, nowhere)
    at_work = await city.sign(await city.dispatch(await city.submit()))
    async with refusal(city.office, "ILLEGAL_STEP"):
        await ask(city, at_work)
    fresh = await city.submit()
    async with refusal(city.office, "NOT_ALLOWED"):
        await ask(city, fresh, by=city.arbiter)


async def test_what_a_unit_returned_may_be_split_and_nothing_runs_twice(city):
    id = await city.dispatch(await city.submit())
    await city.sign(id)
    await city.send_back(id)
    await parted(city, LAMPS, BINS, id=id)
    assert await city.clocks(id) == {"promise": "running"}
    assert (await city.order(id)).unit_id == ""


# ── how it ends ───────────────────────────────────────────────────────────────────────────────────


async def test_the_case_closes_with_its_last_part_and_the_citizen_hears_it_once(city):
    id, (lamps, bins, drain) = await parted(city, LAMPS, BINS, DRAIN)
    await finish(city, lamps, city.wang, "已更换灯具")
    assert ((await city.order(id)).state, (await city.request(id)).state) == ("split", "in_progress")
    await finish(city, bins, city.zhao, "已清运")
    assert (await city.order(id)).state == "split"
    before = (await city.news(id)).count("request.audit_pass")
    await finish(city, drain, city.liang, "已疏通")
    whole = await city.order(id)
    assert (whole.state, whole.closed_at, await city.clocks(id)) == ("closed", city.clock(), {})
    assert whole.result_text.split("\n") == [
        "区住建局：已更换灯具", "区城管局：已清运", "区水务局：已疏通",
    ]  # fmt: skip
    assert (await city.request(id)).state == "visiting"
    assert (before, (await city.verbs(id, "request")).count("audit_pass")) == (0, 1)
    assert (await city.verbs(id))[-3:] == ["split", "parts_done", "close"]
    [line] = [line for line in await city.lines(id) if line.verb == "order.close"]
    assert line.post == "system"


async def test_two_last_parts_that_close_at_once_close_the_case_once(city):
    id, (lamps, bins) = await parted(city)
    for part, by in ((lamps, city.wang), (bins, city.zhao)):
        await city.finish(await city.sign(part, by), by)
        if (await city.order(part)).state == "handled":
            await city.confirm(part)
        await city.check(part)
    await asyncio.gather(city.close(lamps), city.close(bins, city.he))
    assert ((await city.order(id)).state, (await city.verbs(id)).count("close")) == ("closed", 1)


async def test_a_part_goes_its_own_way_and_may_change_its_unit(city):
    id, (lamps, bins) = await parted(city)
    await city.send_back(lamps)
    await city.move(city.li, desk.decide_return, lamps, accept=True, opinion="")
    await city.dispatch(lamps, unit_id="sw", override_reason="设施属水务局")
    await finish(city, bins, city.zhao, "已清运")
    await finish(city, lamps, city.liang, "已修复")
    assert (await city.order(id)).result_text == "区水务局：已修复\n区城管局：已清运"


async def voided(city, part):
    """One asks, another agrees."""
    facts = {"reason": VoidReason.DUPLICATE, "words": "重复派出", "op_id": an_id()}
    await city.move(city.li, applications.ask_void, part, **facts)
    await city.move(city.he, applications.decide, part, grant=True, opinion="")


async def test_a_part_is_voided_by_two_and_the_others_decide_the_end(city):
    id, (lamps, bins) = await parted(city)
    await voided(city, lamps)
    assert ((await city.order(lamps)).state, (await city.order(id)).state) == ("voided", "split")
    await finish(city, bins, city.zhao, "已清运")
    assert (await city.order(id)).state == "closed"


async def test_when_every_part_was_voided_the_case_is_back_on_the_desk(city):
    id, parts = await parted(city)
    for part in parts:
        await voided(city, part)
    whole = await city.order(id)
    assert (whole.state, await city.clocks(id)) == (
        "reported", {"promise": "running", "accept": "running"},
    )  # fmt: skip
    await city.dispatch(id)


@on_sqlite
async def test_the_whole_is_neither_closed_voided_nor_dispatched_over_its_parts(city):
    id, parts = await parted(city)
    for action in (OrderAction.VOID, OrderAction.CLOSE_REJECT):
        async with refusal(city.office, "ILLEGAL_STEP"):
            await city.step(city.li, action, id, "不要了")
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.close(id)
    assert {(await city.order(part)).state for part in parts} == {"dispatched"}


async def test_unsolved_brings_the_whole_back_to_the_desk_and_its_parts_stay_closed(city):
    id, (lamps, bins) = await parted(city)
    await finish(city, lamps, city.wang, "已更换")
    await finish(city, bins, city.zhao, "已清运")
    await city.rate(id, Solved.UNSOLVED, text="还是不亮")
    whole = await city.order(id)
    assert (whole.state, whole.reopen_times) == ("reported", 1)
    assert {(await city.order(part)).state for part in (lamps, bins)} == {"closed"}
    await city.bring(id, "closed")
    assert (await city.request(id)).state == "visiting"


async def test_an_unsolved_case_may_be_split_anew(city):
    id, (lamps, bins) = await parted(city)
    await finish(city, lamps, city.wang, "已更换")
    await finish(city, bins, city.zhao, "已清运")
    await city.rate(id, Solved.UNSOLVED)
    await parted(city, LAMPS, DRAIN, id=id)
    new = (await parts_of(city, id))[2:]
    assert [(await city.order(part)).no[-2:] for part in new] == ["-3", "-4"]
    await finish(city, new[0], city.wang, "再次更换")
    assert (await city.order(id)).state == "split"
    await finish(city, new[1], city.liang, "已疏通")
    assert (await city.order(id)).result_text == "区住建局：再次更换\n区水务局：已疏通"


# ── who sees what ─────────────────────────────────────────────────────────────────────────────────

SHOWN = """query ($id: ID!) { order(id: $id) { no actions photos { id } parts { id state unit { id } }
  partOf { id no parts over } } }"""


async def test_the_desk_sees_the_parts_and_a_unit_its_own_with_the_photos_of_the_whole(city):
    photo = await city.photo(city.ann)
    id, (lamps, bins) = await parted(city, id=await city.submit(photo_ids=[photo]))
    whole = (await city.ask(city.li, SHOWN, id=id))["order"]
    assert [(part["id"], part["unit"]["id"]) for part in whole["parts"]] == [(lamps, "zj"), (bins, "cg")]
    assert (whole["actions"], whole["partOf"]) == ([], None)
    await finish(city, bins, city.zhao, "已清运")
    mine = (await city.ask(city.wang, SHOWN, id=lamps))["order"]
    assert mine["partOf"] == {"id": id, "no": whole["no"], "parts": 2, "over": 1}
    assert (mine["photos"], mine["parts"]) == ([{"id": photo}], [])
    assert await city.refused(city.wang, SHOWN, id=id) == ["NOT_FOUND"]
    assert await city.refused(city.wang, SHOWN, id=bins) == ["NOT_FOUND"]


async def test_citizens_see_one_case(city):
    id, _ = await parted(city)
    near = f"""{{ myRequests {{ items {{ id state }} }}
      nearby(at: {{lon: {NEAR.lon}, lat: {NEAR.lat}, datum: WGS84}}) {{ id }} }}"""
    assert await city.ask(city.ann, near) == {
        "myRequests": {"items": [{"id": id, "state": "IN_PROGRESS"}]}, "nearby": [],
    }  # fmt: skip
    assert (await city.ask(city.ben, near))["nearby"] == [{"id": id}]


@on_sqlite
async def test_a_part_is_no_new_case_in_the_figures(city):
    await parted(city)
    await city.submit(at=OTHER_STREET)
    asked = """{ board { newToday { n } open { n } } new: orders(figure: NEW_TODAY) { total }
      open: orders(figure: OPEN) { total } }"""
    assert await city.ask(city.lin, asked) == {
        "board": {"newToday": {"n": 2}, "open": {"n": 4}}, "new": {"total": 2}, "open": {"total": 4},
    }  # fmt: skip


@on_sqlite
async def test_the_same_tap_twice_splits_once(city):
    id, op_id = await city.submit(), an_id()
    version = (await city.order(id)).version
    asked = """mutation ($input: SplitOrder!) { splitOrder(input: $input) { id held { id } } }"""
    parts = [
        {"matterCode": each.matter_code, "ruleId": each.rule_id, "unitId": each.unit_id, "text": each.text}
        for each in (LAMPS, BINS)
    ]
    told = {"id": id, "version": version, "parts": parts, "opId": op_id}
    for _ in range(2):
        assert (await city.ask(city.li, asked, input=told))["splitOrder"]["held"] == {"id": op_id}
    assert (await city.release(), len(await parts_of(city, id))) == (1, 2)
    assert len(await city.rows(sla.Timer, sla.Timer.name == "handle")) == 2
