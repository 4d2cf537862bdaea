"""What is asked and answered about a case: extension, suspension, appeal, void; rows 16–18, 28 and 30."""

from datetime import datetime, timedelta

import pytest

from server.command.orders import adjust
from server.command.orders.facts import VoidReason
from server.command.orders.flow import OrderAction
from server.command.orders.rules import offered
from server.command.orders.service import desk, suspension
from server.command.orders.tables import OrderApplication
from server.identity import accounts
from server.identity.tables import PostHolding
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of, midnight
from server.platform import sla
from tests.city import BIN, BIN_RULE, on_sqlite, refusal

A = OrderAction
SHOWN = """query ($id: ID!) { order(id: $id) {
  pending extendTo suspendedUntil backlog appealUntil overtimeExempt
  application { kind state words plan reason until askedBy { name } endorsedBy { name } }
  clocks { name pauses { why resumedAt } revisions { reason old new by { name } } } } }"""
TOLD = """query ($id: ID!) { request(id: $id) { timeline { verb opinion until } } }"""


async def in_hand(city, **facts):
    return await city.sign(await city.dispatch(await city.submit(**facts)))


async def with_cg(city):
    """In the hands of a unit that has no head."""
    id = await city.submit(matter_code=BIN)
    return await city.sign(
        await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg"), city.zhao
    )


async def applied(city, what=A.APPLY_EXTENSION, **facts):
    id = await in_hand(city)
    await city.apply(id, None, what, **facts)
    return id


async def the_row(city):
    [row] = await city.rows(OrderApplication)
    return row


# ── extension ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_extension_goes_from_the_handler_through_the_head_to_the_desk(city):
    id = await in_hand(city)
    first = (await city.clock_of(id, "handle")).due_at
    preview = (await city.ask(city.wang, SHOWN, id=id))["order"]["extendTo"]
    await city.apply(id)
    assert (await city.order(id)).pending == "extension.unit"
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    await city.decide(id, city.tang, opinion="情况属实")
    assert (await city.order(id)).pending == "extension.desk"
    assert await city.clocks(id) == {"decide": "running", "handle": "running", "promise": "running"}
    assert (await city.order(id)).due_clock == "handle"
    await city.decide(id, city.li)
    order, handle, row = await city.order(id), await city.clock_of(id, "handle"), await the_row(city)
    assert (order.pending, order.extension_times, order.state) == ("", 1, "in_progress")
    assert (handle.limit_value, handle.original_due_at) == (4, first)
    assert order.bundled_due_at == order.due_at == handle.due_at
    assert handle.due_at == datetime.fromisoformat(preview)
    assert (row.state, row.asked_by, row.endorsed_by, row.decided_by) == ("granted", "wang", "tang", "li")
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    assert (await city.verbs(id))[-3:] == ["apply_extension", "endorse", "extend"]
    [clock] = [c for c in (await city.ask(city.li, SHOWN, id=id))["order"]["clocks"] if c["name"] == "handle"]
    assert [(r["reason"], r["by"]["name"]) for r in clock["revisions"]] == [("等待定制配件", "Li")]


@on_sqlite
async def test_the_citizen_reads_the_applicants_words_and_not_the_desks(city):
    id = await applied(city)
    before = (await city.ask(city.ann, TOLD, id=id))["request"]["timeline"]
    assert "verb.order.apply_extension" not in {step["verb"] for step in before}
    await city.decide(id, city.tang, opinion="内部意见一")
    await city.decide(id, city.li, opinion="内部意见二")
    [told, *_] = (await city.ask(city.ann, TOLD, id=id))["request"]["timeline"]
    due = (await city.clock_of(id, "handle")).due_at
    assert (told["verb"], told["opinion"]) == ("verb.order.extend", "等待定制配件")
    assert datetime.fromisoformat(told["until"]) == due


async def test_two_grants_and_no_third_and_refusals_do_not_count(city):
    id = await in_hand(city)
    for grant in (False, True, False, True):
        await city.apply(id)
        await city.decide(id, city.tang)
        await city.decide(id, city.li, grant=grant, opinion="请看")
    assert ((await city.order(id)).extension_times, (await city.clock_of(id, "handle")).limit_value) == (2, 6)
    assert A.APPLY_EXTENSION not in offered(await city.order(id), city.wang, city.clock())
    async with refusal(city.office, "LIMIT_REACHED") as refused:
        await city.apply(id)
    assert refused.value.params == {"what": "extend", "limit": 2}


@on_sqlite
async def test_who_may_not_speak_on_an_extension(city):
    id = await in_hand(city)
    async with refusal(city.office, "NOTHING_ASKED"):
        await city.decide(id, city.li)
    async with refusal(city.office, "REASON_NEEDED") as refused:
        await city.apply(id, words=" ")
    assert refused.value.field == "words"
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.apply(id, city.li)
    async with refusal(city.office, "NOT_FOUND"):
        await city.apply(id, city.zhao)
    await city.apply(id)
    async with refusal(city.office, "APPLICATION_PENDING"):
        await city.apply(id)
    async with refusal(city.office, "APPLICATION_PENDING"):
        await city.apply(id, what=A.APPLY_SUSPENSION)
    for who in (city.wang, city.li):  # not the head
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.decide(id, who)
    async with refusal(city.office, "REASON_NEEDED"):
        await city.decide(id, city.tang, grant=False, opinion=" ")
    await city.decide(id, city.tang)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.decide(id, city.tang)
    await city.decide(id, city.mei)  # a street's dispatcher may


async def test_what_is_overdue_is_not_extended(city):
    id = await in_hand(city)
    await city.apply(id)
    await city.decide(id, city.tang)
    city.clock.advance(days=4)
    async with refusal(city.office, "TOO_LATE_TO_EXTEND"):
        await city.decide(id, city.li)
    await city.decide(id, city.li, grant=False, opinion="已超期")
    async with refusal(city.office, "TOO_LATE_TO_EXTEND"):
        await city.apply(id)


@on_sqlite
async def test_where_there_is_no_head_or_he_asks_himself_the_desk_has_it_at_once(city):
    id = await with_cg(city)
    await city.apply(id, city.zhao)
    assert ((await city.order(id)).pending, (await city.lines(id))[-1].post) == ("extension.desk", "system")
    other = await in_hand(city)
    await city.apply(other, city.tang)
    assert (await city.order(other)).pending == "extension.desk"


async def test_a_case_that_goes_on_lets_the_application_lapse(city):
    id = await applied(city)
    await city.decide(id, city.tang)
    await city.finish(id)
    assert ((await city.order(id)).pending, (await the_row(city)).state) == ("", "lapsed")
    assert "decide" not in await city.clocks(id)


@on_sqlite
async def test_a_desk_that_is_slow_does_not_make_the_case_late(city):
    id = await in_hand(city)
    await city.apply(id)
    await city.decide(id, city.tang)
    city.clock.advance(hours=5)
    await city.sweep()
    assert ((await city.clock_of(id, "decide")).level, (await city.order(id)).overdue) == (150, False)


# ── suspension ────────────────────────────────────────────────────────────────────────────────────


async def suspended(city, days=30):
    id = await applied(city, A.APPLY_SUSPENSION, until=day_of(city.clock() + timedelta(days=days)))
    await city.decide(id, city.tang)
    return await city.decide(id, city.li)


async def test_a_suspension_rests_the_clock_until_its_day_and_ends_by_itself(city):
    id = await in_hand(city)
    city.clock.advance(days=1)
    until = day_of(city.clock() + timedelta(days=30))
    await city.apply(id, None, A.APPLY_SUSPENSION, until=until)
    await city.decide(id, city.tang)
    await city.decide(id, city.li)
    order = await city.order(id)
    assert (order.state, order.suspended_at, order.suspended_until) == (
        "suspended", city.clock(), midnight(until),
    )  # fmt: skip
    assert await city.clocks(id) == {"handle": "paused", "promise": "running"}
    city.clock.set(midnight(until) - timedelta(seconds=1))
    await city.sweep()
    assert ((await city.order(id)).state, (await city.order(id)).overdue) == ("suspended", False)
    city.clock.advance(seconds=1)
    await city.sweep()
    order, handle = await city.order(id), await city.clock_of(id, "handle")
    assert (order.state, order.suspended_until) == ("in_progress", None)
    assert order.bundled_due_at == handle.due_at > midnight(until)
    assert [pause.why for pause in await city.rows(sla.TimerPause)] == ["suspended"]
    assert ((await city.lines(id))[-1].verb, (await city.lines(id))[-1].post) == ("order.resume", "system")


async def test_the_head_may_take_it_up_before_and_once_is_enough(city):
    id = await suspended(city)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.move(city.wang, suspension.resume, id, opinion="")
    await city.move(city.tang, suspension.resume, id, opinion="材料已到")
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    assert A.APPLY_SUSPENSION not in offered(await city.order(id), city.wang, city.clock())
    async with refusal(city.office, "LIMIT_REACHED") as refused:
        await city.apply(id, what=A.APPLY_SUSPENSION)
    assert refused.value.params == {"what": "suspend", "limit": 1}


@on_sqlite
@pytest.mark.parametrize("days", [0, -1, 366])
async def test_it_ends_on_a_day_after_today_and_within_a_year(city, days):
    id = await in_hand(city)
    async with refusal(city.office, "BAD_END_DATE") as refused:
        await city.apply(id, None, A.APPLY_SUSPENSION, until=day_of(city.clock()) + timedelta(days=days))
    assert refused.value.field == "until"


@on_sqlite
async def test_a_suspension_needs_a_plan_and_the_district(city):
    id = await in_hand(city)
    async with refusal(city.office, "REASON_NEEDED") as refused:
        await city.apply(id, None, A.APPLY_SUSPENSION, plan=" ")
    assert refused.value.field == "plan"
    await city.apply(id, None, A.APPLY_SUSPENSION)
    await city.decide(id, city.tang)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.decide(id, city.mei)
    await city.decide(id, city.li, grant=False, opinion="可以先围挡")
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    await city.apply(id, None, A.APPLY_SUSPENSION)  # a refusal does not count


async def test_backlog_is_a_fact_sixty_days_after_the_grant(city):
    id = await suspended(city, days=300)
    assert not adjust.backlog(await city.order(id), city.clock() + timedelta(days=60, seconds=-1))
    city.clock.advance(days=60)
    assert (await city.ask(city.li, SHOWN, id=id))["order"]["backlog"] is True
    assert (await city.ask(city.lin, "{ board { overdue { value } } }"))["board"]["overdue"]["value"] == 0


@on_sqlite
async def test_after_rework_the_deadline_over_all_rounds_rests_too(city):
    id = await city.bring(await city.submit(), "checking")
    await city.sign(await city.check(id, conclusion="unsolved"))
    bundled = (await city.order(id)).bundled_due_at
    await city.apply(id, None, A.APPLY_SUSPENSION)
    await city.decide(id, city.tang)
    await city.decide(id, city.li)
    city.clock.advance(days=7)  # five working days
    await city.move(city.tang, suspension.resume, id, opinion="")
    assert (await city.order(id)).bundled_due_at - bundled == timedelta(days=7)


# ── appeal ────────────────────────────────────────────────────────────────────────────────────────


async def closed_late(city):
    id = await in_hand(city)
    city.clock.advance(days=7)
    await city.sweep()
    await city.bring(id, "closed")
    assert (await city.order(id)).overtime
    return id


async def test_an_appeal_takes_two_reviewers_and_sets_the_excuse_only(city):
    id = await closed_late(city)
    assert A.APPEAL in offered(await city.order(id), city.tang, city.clock())
    await city.apply(id, None, A.APPEAL, words="施工许可等了三天")
    assert (await city.order(id)).pending == "appeal.desk"
    await city.decide(id, city.he)
    assert (await city.order(id)).pending == "appeal.second"
    async with refusal(city.office, "SECOND_PERSON_NEEDED"):
        await city.decide(id, city.he)
    await city.decide(id, city.li)
    order = await city.order(id)
    assert (order.state, order.overtime, order.overtime_exempt, order.pending) == ("closed", True, True, "")
    assert (await city.verbs(id))[-3:] == ["appeal", "review_appeal", "grant_appeal"]
    async with refusal(city.office, "LIMIT_REACHED"):
        await city.apply(id, None, A.APPEAL)


@on_sqlite
@pytest.mark.parametrize("stage", [1, 2])
async def test_either_reviewer_may_refuse_an_appeal_and_it_is_not_made_again(city, stage):
    id = await closed_late(city)
    await city.apply(id, None, A.APPEAL)
    for who in (city.he, city.li)[: stage - 1]:
        await city.decide(id, who)
    await city.decide(id, city.mei, grant=False, opinion="理由不足")
    assert ((await city.order(id)).overtime_exempt, (await the_row(city)).state) == (False, "refused")
    async with refusal(city.office, "LIMIT_REACHED"):
        await city.apply(id, None, A.APPEAL)


@on_sqlite
async def test_an_appeal_is_the_heads_and_comes_within_five_working_days(city):
    id = await closed_late(city)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.apply(id, city.wang, A.APPEAL)
    until = (await city.order(id)).appeal_until
    assert until == city.office.calendar.due(city.clock(), adjust.APPEAL_LIMIT)
    city.clock.set(until + timedelta(seconds=1))
    assert A.APPEAL not in offered(await city.order(id), city.tang, city.clock())
    async with refusal(city.office, "APPEAL_TOO_LATE"):
        await city.apply(id, None, A.APPEAL)


@on_sqlite
async def test_what_was_in_time_is_not_appealed_and_reopening_ends_an_appeal(city):
    id = await city.bring(await city.submit(), "closed")
    async with refusal(city.office, "LIMIT_REACHED"):
        await city.apply(id, None, A.APPEAL)
    late = await closed_late(city)
    await city.apply(late, None, A.APPEAL)
    await city.step(city.li, A.REOPEN, late, "又坏了")
    order = await city.order(late)
    assert (order.pending, order.appeal_until, (await the_row(city)).state) == ("", None, "lapsed")


# ── void ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["reported", "dispatched", "in_progress"])
async def test_voiding_takes_two_people(city, state):
    id = await city.bring(await city.report(), state)
    clocks = await city.clocks(id)
    await city.apply(id, None, A.ASK_VOID, words="培训时录入")
    assert ((await city.order(id)).state, (await city.order(id)).pending) == (state, "void.second")
    assert await city.clocks(id) == clocks
    async with refusal(city.office, "SECOND_PERSON_NEEDED"):
        await city.decide(id, city.li)
    await city.decide(id, city.he, grant=False, opinion="确有其事")
    assert ((await city.order(id)).state, (await city.order(id)).pending) == (state, "")
    await city.apply(id, None, A.ASK_VOID, words="培训时录入")
    await city.decide(id, city.he)
    order = await city.order(id)
    assert (order.state, order.closed_at, await city.clocks(id)) == ("voided", city.clock(), {})
    assert (await city.lines(id))[-1].detail == {
        "reason": "entered_by_mistake", "first": "li", "second": "同意",
    }  # fmt: skip


@on_sqlite
async def test_what_cannot_be_voided(city):
    theirs = await city.submit()
    async with refusal(city.office, "FROM_CITIZEN"):
        await city.apply(theirs, None, A.ASK_VOID)
    id = await city.report()
    async with refusal(city.office, "REASON_NEEDED"):
        await city.apply(id, None, A.ASK_VOID, words="")
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.apply(id, city.mei, A.ASK_VOID)
    await city.bring(id, "checking")
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.apply(id, None, A.ASK_VOID)


async def test_a_citizens_false_report_is_void_and_answered(city):
    id = await city.submit()
    await city.dispatch(id)
    await city.apply(id, None, A.ASK_VOID, reason=VoidReason.FALSE_REPORT, words="现场无此路灯")
    await city.decide(id, city.he)
    assert ((await city.order(id)).state, (await city.request(id)).state) == ("voided", "rejected")


# ── waiving a check, and what cannot be solved ────────────────────────────────────────────────────


@on_sqlite
async def test_a_check_is_waived_only_where_little_can_go_wrong(city):
    id = await city.submit(text="楼道里有燃气味，路灯不亮。")
    assert (await city.order(id)).danger
    await city.finish(await city.sign(await city.dispatch(id)))
    await lost_officers(city)
    await city.confirm(id)
    async with refusal(city.office, "CHECK_NOT_WAIVABLE"):
        await city.step(city.li, A.WAIVE_CHECK, id, "照片清楚")


async def test_what_cannot_be_solved_says_why_and_is_closed_for_that(city):
    id = await in_hand(city)
    async with refusal(city.office, "BAD_INPUT") as refused:
        await city.finish(id, cannot="solved", photo_ids=[])
    assert refused.value.field == "cannot"
    await city.finish(id, cannot="beyond_powers", photo_ids=[], text="属供电公司管理，可拨 95598。")
    await city.confirm(id)
    assert ((await city.order(id)).state, (await city.order(id)).outcome) == (
        "check_pending",
        "beyond_powers",
    )
    await city.step(city.li, A.WAIVE_CHECK, id, "无需现场核查")
    async with refusal(city.office, "REASON_NEEDED"):
        await city.close(id, met=False)
    await city.move(city.li, desk.close, id, condition_met=False, opinion="已转供电公司")
    assert ((await city.order(id)).state, (await city.order(id)).outcome) == ("closed", "beyond_powers")
    assert (await city.lines(id))[-1].detail == {"reason": "beyond_powers"}


async def lost_officers(city):
    """Nobody is on the roster, so the check waits on the desk."""
    for holding in await city.rows(PostHolding, PostHolding.post == "grid_officer"):
        await city.do(SYSTEM, accounts.take_post, holding.id)
