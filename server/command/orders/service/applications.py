"""What a unit asks of the command centre, and one person of another: extension, suspension, appeal, void, and
that a closed case does not count as the unit's own."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from server.command.orders import adjust, docket, rules
from server.command.orders.errors import NothingAsked
from server.command.orders.facts import ApplicationKind, ApplicationState, Stage, VoidReason
from server.command.orders.flow import OrderAction
from server.command.orders.service.advance import KIND, advance, handle_clock, rule_limit, seen
from server.command.orders.service.unit import alone
from server.command.orders.tables import OrderApplication, WorkOrder
from server.kernel.actors import SYSTEM, Post
from server.kernel.calendar import day_of, midnight
from server.kernel.text import clean_text
from server.platform import sla
from server.platform.work import Work

A, K = OrderAction, ApplicationKind
WORDS_LIMIT = 500

DECISIONS: Mapping[str, tuple[OrderAction, OrderAction]] = {  # pending → yes, no
    "extension.unit": (A.ENDORSE, A.DECLINE),
    "suspension.unit": (A.ENDORSE, A.DECLINE),
    "extension.desk": (A.EXTEND, A.REFUSE_EXTENSION),
    "suspension.desk": (A.SUSPEND, A.REFUSE_SUSPENSION),
    "appeal.desk": (A.REVIEW_APPEAL, A.REFUSE_APPEAL),
    "appeal.second": (A.GRANT_APPEAL, A.REFUSE_APPEAL),
    "void.second": (A.VOID, A.REFUSE_VOID),
    "count.desk": (A.GRANT_COUNT, A.REFUSE_COUNT),
}


async def apply_extension(work: Work, *, id: str, version: int, words: str, op_id: str) -> WorkOrder:
    """G1.16: the unit asks for its limit once more, in words the citizen will read."""
    order = await seen(work, id, version)
    rules.step(order, A.APPLY_EXTENSION, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_free(order)
    await _extendable(work, order)
    await _from_unit(work, order, K.EXTENSION, A.APPLY_EXTENSION, id=op_id, words=words)
    return order


async def apply_suspension(
    work: Work, *, id: str, version: int, until: date, plan: str, words: str, op_id: str
) -> WorkOrder:
    """G1.17: the unit asks to let it rest until a day, with a plan, in words the citizen will read."""
    order = await seen(work, id, version)
    rules.step(order, A.APPLY_SUSPENSION, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_free(order)
    adjust.needs_suspendable(order)
    adjust.needs_end_date(until, day_of(work.now))
    steps = clean_text(plan, field="plan", limit=WORDS_LIMIT)
    rules.needs_opinion(steps, field="plan")
    await _from_unit(work, order, K.SUSPENSION, A.APPLY_SUSPENSION, id=op_id, words=words, plan=steps,
                     until=midnight(until))  # fmt: skip
    return order


async def appeal(work: Work, *, id: str, version: int, words: str, op_id: str) -> WorkOrder:
    """G1.30: the head asks that the overtime of a closed case be excused."""
    order = await seen(work, id, version)
    rules.step(order, A.APPEAL, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_free(order)
    adjust.needs_appealable(order, work.now)
    order.appeal_until = None  # once
    await _ask(work, order, K.APPEAL, Stage.DESK, A.APPEAL, id=op_id, words=words)
    return order


async def dispute_count(work: Work, *, id: str, version: int, words: str, op_id: str) -> WorkOrder:
    """A9.2: the unit says that a closed case should not count as the unit's own. Once; its overtime is
    appealed against by `appeal`."""
    order = await seen(work, id, version)
    rules.step(order, A.DISPUTE_COUNT, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_free(order)
    adjust.needs_disputable(order, work.now)
    order.count_until = None  # once
    await _ask(work, order, K.COUNT, Stage.DESK, A.DISPUTE_COUNT, id=op_id, words=words)
    return order


async def ask_void(
    work: Work, *, id: str, version: int, reason: VoidReason, words: str, op_id: str
) -> WorkOrder:
    """G1.28: one person asks, a second one voids."""
    order = await seen(work, id, version)
    rules.step(order, A.ASK_VOID, work.actor)
    adjust.needs_free(order)
    adjust.needs_voidable(order.source in rules.FROM_CITIZENS and not order.parent_id, reason)
    await _ask(work, order, K.VOID, Stage.SECOND, A.ASK_VOID, id=op_id, words=words, reason=reason)
    return order


async def decide(work: Work, *, id: str, version: int, grant: bool, opinion: str) -> WorkOrder:
    """Answer what is asked about a case, as its next stage: the head, the desk, the second person.

    Raises NothingAsked, NotAllowed, SecondPersonNeeded, ReasonNeeded for a no without words.
    """
    order = await seen(work, id, version)
    row = await docket.waiting(work.session, order.id)
    if row is None:
        raise NothingAsked
    action = DECISIONS[order.pending][0 if grant else 1]
    rules.step(order, action, work.actor)
    if action in (A.ENDORSE, A.DECLINE):
        rules.needs_own_unit(order, work.actor)
    adjust.needs_asked(order, action)
    adjust.needs_second_person({row.asked_by, row.endorsed_by} - {""}, work.actor)
    words = clean_text(opinion, field="opinion", limit=WORDS_LIMIT)
    if not grant:
        rules.needs_opinion(words)
        await _refused(work, order, row, action, words)
    else:
        await YES[action](work, order, row, words)
    return order


async def _from_unit(
    work: Work, order: WorkOrder, kind: ApplicationKind, action: OrderAction, **facts: Any
) -> None:
    """A unit's application goes through its head, unless there is none beside who asks."""
    row = await _ask(work, order, kind, Stage.UNIT, action, **facts)
    if work.actor.post is Post.UNIT_HEAD or await alone(work, order.unit_id, work.actor.id):
        await _endorsed(work, order, row, "", by_system=True)


async def _ask(
    work: Work, order: WorkOrder, kind: ApplicationKind, stage: Stage, action: OrderAction, *, words: str,
    **facts: Any,
) -> OrderApplication:  # fmt: skip
    said = clean_text(words, field="words", limit=WORDS_LIMIT)
    rules.needs_opinion(said, field="words")
    row = OrderApplication(
        order_id=order.id, kind=kind, state=ApplicationState.WAITING, words=said, asked_by=work.actor.id,
        asked_at=work.now, **facts,
    )  # fmt: skip
    work.session.add(row)
    order.pending = adjust.waits_for(kind, stage)
    reason = {"reason": row.reason} if row.reason else {}
    until = {"until": row.until.isoformat()} if row.until else {}
    await advance(work, order, action, opinion=said, detail={**reason, **until})
    return row


async def _refused(
    work: Work, order: WorkOrder, row: OrderApplication, action: OrderAction, words: str
) -> None:
    """A no ends it; what was asked may be asked again, but an appeal (A10: refusals do not count)."""
    _settle(work, order, row, ApplicationState.REFUSED, words)
    await advance(work, order, action, opinion=words, receiver=row.asked_by)


def _settle(work: Work, order: WorkOrder, row: OrderApplication, state: ApplicationState, words: str) -> None:
    row.state, row.decided_by, row.decided_at, row.opinion = state, work.actor.id, work.now, words
    order.pending = ""


async def _endorsed(
    work: Work, order: WorkOrder, row: OrderApplication, words: str, *, by_system: bool = False
) -> None:
    row.endorsed_by = "" if by_system else work.actor.id
    row.opinion = words
    order.pending = adjust.waits_for(ApplicationKind(row.kind), Stage.DESK)
    await advance(work, order, A.ENDORSE, opinion=words, by=SYSTEM if by_system else None)


async def _extended(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    """Each grant adds the limit of the filing rule; the citizen reads the applicant's words."""
    await _extendable(work, order)
    timer = await sla.extend(work, KIND, order.id, "handle", rule_limit(work, order), row.words)
    assert timer.due_at is not None, "it runs"
    order.extension_times += 1
    order.bundled_due_at = timer.due_at
    _settle(work, order, row, ApplicationState.GRANTED, words)
    await advance(work, order, A.EXTEND, opinion=row.words, receiver=order.unit_id,
                  detail={"until": timer.due_at.isoformat(), "desk": words})  # fmt: skip


async def _suspended(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    adjust.needs_suspendable(order)
    assert row.until is not None
    adjust.needs_end_date(day_of(row.until), day_of(work.now))
    order.suspended_at, order.suspended_until = work.now, row.until
    _settle(work, order, row, ApplicationState.GRANTED, words)
    await advance(work, order, A.SUSPEND, opinion=row.words, receiver=order.unit_id,
                  detail={"until": row.until.isoformat(), "plan": row.plan, "desk": words})  # fmt: skip


async def _reviewed(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    row.endorsed_by, row.opinion = work.actor.id, words
    order.pending = adjust.waits_for(K.APPEAL, Stage.SECOND)
    await advance(work, order, A.REVIEW_APPEAL, opinion=words)


async def _exempted(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    """The excuse is kept beside the fact: `overtime` stays as it is (domain 0.6)."""
    order.overtime_exempt = True
    _settle(work, order, row, ApplicationState.GRANTED, words)
    await advance(work, order, A.GRANT_APPEAL, opinion=words, receiver=order.unit_id)


async def _freed(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    """裁定非责: evaluation reads it from the record; nothing of the case itself changes."""
    _settle(work, order, row, ApplicationState.GRANTED, words)
    await advance(work, order, A.GRANT_COUNT, opinion=words, receiver=order.unit_id)


async def _voided(work: Work, order: WorkOrder, row: OrderApplication, words: str) -> None:
    order.closed_at = work.now
    _settle(work, order, row, ApplicationState.GRANTED, words)
    await advance(work, order, A.VOID, opinion=row.words,
                  detail={"reason": row.reason, "first": row.asked_by, "second": words})  # fmt: skip


async def _extendable(work: Work, order: WorkOrder) -> None:
    timer = await handle_clock(work, order)
    adjust.needs_extendable(order, timer.due_at if timer else None, work.now)


Yes = Callable[[Work, WorkOrder, OrderApplication, str], Awaitable[None]]
YES: Mapping[OrderAction, Yes] = {
    A.ENDORSE: _endorsed,
    A.EXTEND: _extended,
    A.SUSPEND: _suspended,
    A.REVIEW_APPEAL: _reviewed,
    A.GRANT_APPEAL: _exempted,
    A.VOID: _voided,
    A.GRANT_COUNT: _freed,
}
