"""From the check to the close, back again, and the end that takes two people."""

from datetime import timedelta

import pytest

from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.rules import CheckConclusion, offered
from server.command.orders.service import desk, field
from server.command.orders.service.visit import followed
from server.kernel.calendar import Limit, TimeUnit
from tests.city import BIN, BIN_RULE, FAR, on_sqlite, refusal
from tests.factories import an_id, an_officer

A = OrderAction


async def checking(city):
    return await city.bring(await city.submit(), "checking")


async def closed(city):
    return await city.bring(await city.report(), "closed")


# ── check ─────────────────────────────────────────────────────────────────────────────────────────


async def test_solved_lets_the_dispatcher_close(city):
    id = await city.check(await checking(city), text="已亮")
    assert ((await city.order(id)).state, await city.clocks(id)) == ("close_pending", {"promise": "running"})
    line = (await city.lines(id))[-1]
    assert (line.verb, line.opinion, line.detail["conclusion"], line.detail["distance_m"]) == (
        "order.check_pass", "已亮", "solved", 15,
    )  # fmt: skip


@pytest.mark.parametrize("conclusion", [CheckConclusion.PARTLY, CheckConclusion.UNSOLVED])
async def test_anything_less_goes_back_with_half_of_the_limit(city, conclusion):
    id = await city.submit(matter_code=BIN)
    await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    bundled = (await city.order(id)).bundled_due_at
    await city.finish(await city.sign(id, city.zhao), city.zhao)
    city.clock.advance(hours=1)
    await city.check(id, conclusion=conclusion, text="还在冒")
    order = await city.order(id)
    assert (order.state, order.unit_id, order.handler_id) == ("dispatched", "cg", "")
    assert (order.rework_times, order.handle_limit, order.bundled_due_at) == (1, "2 work_hour", bundled)
    handle = await city.clock_of(id, "handle")
    assert (handle.started_at, handle.limit) == (city.clock(), Limit(2, TimeUnit.WORK_HOUR))
    assert await city.clocks(id) == {"handle": "running", "sign": "running", "promise": "running"}
    assert (await city.lines(id))[-1].receiver == "cg"


@on_sqlite
async def test_a_limit_of_one_is_not_halved(city):
    """2, 1, 1: a round never gets less than one hour or day of its unit."""
    id = await city.bring(await city.submit(), "checking")
    for _ in range(2):
        await city.check(id, conclusion=CheckConclusion.UNSOLVED)
        assert (await city.order(id)).handle_limit == "1 work_day"
        await city.confirm(await city.finish(await city.sign(id)))
    assert (await city.order(id)).rework_times == 2


async def test_the_check_is_the_assigned_officers_on_the_spot_with_a_photo(city):
    id = await checking(city)
    photo, other = await city.photo(city.chen), await city.photo(city.huang)
    async with refusal(city.office, "NOT_ASSIGNED"):
        await city.check(id, city.huang, photo_ids=[other])
    async with refusal(city.office, "TOO_FAR") as refused:
        await city.check(id, here=FAR, photo_ids=[photo])
    assert refused.value.params == {"distance": 307, "limit": 100}
    async with refusal(city.office, "CHECK_PHOTO_NEEDED") as refused:
        await city.check(id, photo_ids=[])
    assert refused.value.field == "photoIds"


@on_sqlite
async def test_nobody_checks_what_his_own_unit_did(city):
    id = await checking(city)
    photo = await city.photo(city.chen)
    of_the_unit = an_officer(id="chen", unit_id="zj")
    async with refusal(city.office, "OWN_WORK"):
        await city.check(id, of_the_unit, photo_ids=[photo])


@on_sqlite
async def test_the_finder_checks_only_when_nobody_else_can(city):
    id = await city.bring(await city.report(city.chen), "checking")
    assert (await city.order(id)).checker_id == "huang"
    other = await city.bring(await city.report(city.huang), "checking")
    assert (await city.order(other)).checker_id == "chen"


async def test_a_task_is_handed_on_with_a_reason_and_never_back(city):
    """转交: the clock runs on, the next officer is told, and whoever had it is not asked again."""
    asked = "mutation ($input: HandOnTask!) { handOnTask(input: $input) { name } }"
    await spread(city.office)  # from here on
    id = await checking(city)
    before, order = await city.clock_of(id, "check"), await city.order(id)
    facts = {"id": id, "version": order.version, "opId": an_id(), "reason": "在医院陪护"}
    assert await city.refused(city.huang, asked, input=facts) == ["NOT_ASSIGNED"]
    assert await city.refused(city.li, asked, input=facts) == ["NOT_ALLOWED"]
    assert await city.refused(city.chen, asked, input={**facts, "reason": " "}) == ["REASON_NEEDED"]
    assert A.HAND_ON in offered(order, city.chen, city.clock())
    assert A.HAND_ON not in offered(order, city.huang, city.clock())
    assert (await city.ask(city.chen, asked, input=facts))["handOnTask"]["name"] == "Huang"
    assert (await city.ask(city.chen, asked, input=facts))["handOnTask"] is None, "sent twice it is once"
    assert (await city.order(id)).checker_id == "huang"
    assert (await city.clock_of(id, "check")).due_at == before.due_at
    line = (await city.lines(id))[-1]
    assert (line.verb, line.receiver, line.opinion) == ("order.hand_on", "huang", "在医院陪护")
    while await spread(city.office):
        pass
    assert [row.person_id for row in await city.rows(Notice, Notice.key == "order.hand_on")] == ["huang"]
    async with refusal(city.office, "NO_OFFICER"):
        await city.move(city.huang, field.pass_on, id, reason="也走不开")
    await city.check(id, city.huang)


# ── close ─────────────────────────────────────────────────────────────────────────────────────────


async def test_closing_ends_every_clock(city):
    id = await city.bring(await city.submit(), "close_pending")
    city.clock.advance(minutes=5)
    await city.close(id)
    order = await city.order(id)
    assert (order.state, order.closed_at, order.due_at, order.due_clock) == ("closed", city.clock(), None, "")
    assert (await city.clocks(id), order.overdue) == ({}, False)


@on_sqlite
async def test_the_close_condition_is_ticked(city):
    id = await city.bring(await city.submit(), "close_pending")
    async with refusal(city.office, "CONDITION_NOT_MET") as refused:
        await city.close(id, met=False)
    assert (refused.value.field, refused.value.params) == ("conditionMet", {"condition": "路灯恢复照明"})


@on_sqlite
async def test_the_unit_does_not_close_its_own_order(city):
    id = await city.bring(await city.submit(), "close_pending")
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.close(id, city.wang)
    for colleague in (
        an_officer(city.li.post, area="440103", unit_id="zj"),
        an_officer(city.li.post, id="wang", area="440103"),
    ):
        async with refusal(city.office, "OWN_WORK"):
            await city.close(id, colleague)
        assert A.CLOSE not in offered(await city.order(id), colleague, city.clock()) or not colleague.unit_id


async def test_a_close_that_is_refused_is_another_round(city):
    id = await city.bring(await city.submit(), "close_pending")
    bundled = (await city.order(id)).bundled_due_at
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(city.li, A.CLOSE_REJECT, id)
    await city.step(city.li, A.CLOSE_REJECT, id, "照片与现场不符")
    order = await city.order(id)
    assert (order.state, order.rework_times, order.handle_limit) == ("dispatched", 1, "1 work_day")
    assert (order.bundled_due_at, (await city.lines(id))[-1].receiver) == (bundled, "zj")
    assert await city.clocks(id) == {"handle": "running", "sign": "running", "promise": "running"}


# ── reopen ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["li", "lin"])
async def test_a_closed_case_goes_back_to_its_unit_with_a_whole_new_limit(city, who):
    id = await closed(city)
    city.clock.advance(days=30)
    actor = getattr(city, who)
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(actor, A.REOPEN, id)
    await city.step(actor, A.REOPEN, id, "又不亮了")
    order = await city.order(id)
    assert (order.state, order.unit_id, order.reopen_times, order.rework_times) == ("dispatched", "zj", 1, 1)
    assert (order.closed_at, order.checker_id, order.finisher_id, order.handler_id) == (None, "", "", "")
    assert await city.clocks(id) == {"handle": "running", "sign": "running"}
    handle = await city.clock_of(id, "handle")
    assert (handle.started_at, handle.limit) == (city.clock(), Limit(2, TimeUnit.WORK_DAY))
    assert order.bundled_due_at == handle.due_at  # a new limit is not over before it began
    assert order.overdue is False


@on_sqlite
async def test_after_thirty_days_or_twice_it_stays_closed(city):
    old = await closed(city)
    city.clock.advance(days=30, seconds=1)
    async with refusal(city.office, "LIMIT_REACHED") as refused:
        await city.step(city.li, A.REOPEN, old, "又坏了")
    assert refused.value.params == {"what": "reopen", "limit": 2}
    id = await closed(city)
    for _ in range(2):
        await city.step(city.lin, A.REOPEN, id, "又坏了")
        await city.bring(id, "closed")
    assert ((await city.order(id)).reopen_times, (await city.order(id)).rework_times) == (2, 2)
    async with refusal(city.office, "LIMIT_REACHED"):
        await city.step(city.lin, A.REOPEN, id, "又坏了")


# ── what is left ──────────────────────────────────────────────────────────────────────────────────


async def test_a_neighbour_who_met_it_too_takes_the_form_out_of_nobodys_hands(city):
    id = await city.submit()
    version = (await city.order(id)).version
    await city.do(city.ben, followed, id)
    assert ((await city.order(id)).likes, (await city.order(id)).version) == (1, version)


@on_sqlite
@pytest.mark.parametrize("action", [A.FINISH, A.CHECK_PASS, A.CLOSE, A.SIGN, A.RETURN, A.FILE, A.DISPATCH])
async def test_a_step_with_a_form_of_its_own_is_not_taken_by_words(city, action):
    states = {
        A.FINISH: ("in_progress", city.wang),
        A.CHECK_PASS: ("checking", city.chen),
        A.SIGN: ("dispatched", city.wang),
        A.CLOSE: ("close_pending", city.li),
        A.RETURN: ("dispatched", city.wang),
    }
    state, actor = states.get(action, ("reported", city.li))
    id = await city.bring(await city.submit(), state)
    async with refusal(city.office, "ILLEGAL_STEP" if action is A.DISPATCH else "BAD_INPUT"):
        await city.step(actor, action, id, "好")


async def test_the_leader_acknowledges_a_card_and_only_a_card(city):
    id = await city.submit()
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.lin, desk.acknowledge, "no such case")
    await city.do(city.lin, desk.acknowledge, id)
    assert ((await city.order(id)).acknowledged_at, await city.verbs(id)) == (None, ["report"])
    city.clock.advance(days=30)
    await city.do(city.lin, desk.acknowledge, id)
    order = await city.order(id)
    assert (order.acknowledged_at, order.acknowledged_rule) == (city.clock(), "twice_the_promise")
    assert (await city.verbs(id))[-1] == "acknowledge"


@on_sqlite
async def test_a_working_week_ends_where_it_should(city):
    """Two working days from Monday 09:00 are over on Wednesday when the office closes."""
    id = await city.dispatch(await city.submit())
    handle = await city.clock_of(id, "handle")
    assert handle.original_due_at - handle.started_at == timedelta(days=2, hours=9)
    assert OrderState((await city.order(id)).state) is OrderState.DISPATCHED
