"""Pure decisions about adjustments (domain A10): return, dispute, extension, suspension, appeal, void, …

As in rules.py: guards are named as in flow.py, and each raises the refusal that names it.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from server.command.orders import errors
from server.command.orders.facts import (
    RESOLVED,
    ApplicationKind,
    CloseReason,
    Order,
    ShareState,
    Stage,
    VoidReason,
)
from server.command.orders.flow import OPEN_BEFORE_HANDLED, TERMINAL, OrderAction, OrderState
from server.kernel.actors import Actor
from server.kernel.calendar import Limit, TimeUnit

MAX_EXTENSIONS = 2  # domain A10
MAX_REOPENINGS = 2  # domain G1.29
REOPEN_DAYS = 30
MAX_SUSPENSION_DAYS = 365
BACKLOG = timedelta(days=60)  # 积存: natural days after a suspension was granted (domain A9.2)
APPEAL_LIMIT = Limit(5, TimeUnit.WORK_DAY)  # domain G1.30
COUNT_DAYS = 30  # natural days after closing in which a unit disputes that the case counts as its own
RETURN_SHARE = 0.5  # domain G1.11
RETURNS_TO_DISPUTE = 2  # domain A10

S, A, K = OrderState, OrderAction, ApplicationKind

WAITS: Mapping[str, Collection[str]] = {  # where a case must stand for what is asked to make sense
    K.EXTENSION: {S.IN_PROGRESS},
    K.SUSPENSION: {S.IN_PROGRESS},
    K.APPEAL: {S.CLOSED},
    K.COUNT: {S.CLOSED},
    K.VOID: OPEN_BEFORE_HANDLED,
    "ruling": {S.DISPUTED},
}
ASKED: Mapping[OrderAction, str] = {  # the answer → what it answers
    A.EXTEND: "extension.desk",
    A.REFUSE_EXTENSION: "extension.desk",
    A.SUSPEND: "suspension.desk",
    A.REFUSE_SUSPENSION: "suspension.desk",
    A.REVIEW_APPEAL: "appeal.desk",
    A.GRANT_APPEAL: "appeal.second",
    A.GRANT_COUNT: "count.desk",
    A.REFUSE_COUNT: "count.desk",
    A.VOID: "void.second",
    A.REFUSE_VOID: "void.second",
    A.SIGN_RULING: "ruling.leader",
    A.REFUSE_RULING: "ruling.leader",
}


def waits_for(kind: ApplicationKind, stage: Stage) -> str:
    """What `pending` says while an application waits."""
    return f"{kind}.{stage}"


def kind_of(pending: str) -> str:
    """What is asked, without whose word it waits for."""
    return pending.partition(".")[0]


def outlives(pending: str, state: str) -> bool:
    """False when what was asked makes no sense where the case stands now."""
    return state in WAITS[kind_of(pending)]


def answers(action: OrderAction, pending: str) -> bool:
    """True when `action` answers what is asked."""
    match action:
        case A.ENDORSE | A.DECLINE:
            return pending in {"extension.unit", "suspension.unit"}
        case A.REFUSE_APPEAL:
            return kind_of(pending) == K.APPEAL
        case _:
            return pending == ASKED[action]


def shares_of(also: str) -> dict[str, ShareState]:
    """The units that take part beside the one in charge, out of `also`."""
    pairs = (part.split(":") for part in also.split("|") if part)
    return {unit: ShareState(state) for unit, state in pairs}


def also_of(shares: Mapping[str, ShareState]) -> str:
    """Inverse of `shares_of`; who declined no longer takes part."""
    kept = {unit: state for unit, state in shares.items() if state is not ShareState.DECLINED}
    return "".join(f"|{unit}:{state}" for unit, state in sorted(kept.items())) + "|" if kept else ""


# ── guards ────────────────────────────────────────────────────────────────────────────────────────


def needs_free(order: Order) -> None:
    """One thing at a time is asked about a case."""
    if order.pending:
        raise errors.ApplicationPending(pending=kind_of(order.pending))


def needs_asked(order: Order, action: OrderAction) -> None:
    """Nothing is granted or refused that nobody asked for."""
    if not answers(action, order.pending):
        raise errors.NothingAsked


def needs_second_person(first_ids: Collection[str], actor: Actor) -> None:
    """Who asked, or spoke first, does not decide (domain H3)."""
    if actor.id in first_ids:
        raise errors.SecondPersonNeeded


def needs_unbound(order: Order) -> None:
    """A ruling binds the unit it names."""
    if order.ruled_unit and order.ruled_unit == order.unit_id:
        raise errors.RulingBinds


def needs_unruled(order: Order, matter_code: str) -> None:
    """A ruling was made for a matter: nobody takes the case from its unit by calling it another."""
    if order.ruled_unit and matter_code != order.matter_code:
        raise errors.RuledOn(field="matterCode")


def needs_unchecked(order: Order) -> None:
    """Once somebody has looked at the result, what the case is about is settled."""
    if order.rework_times:
        raise errors.CheckedAlready


def needs_change(order: Order, matter_code: str, rule_id: str, *, else_: bool) -> None:
    """Something is put right, or nothing is done; `else_` says that something beside the two is."""
    if not else_ and (matter_code, rule_id) == (order.matter_code, order.rule_id):
        raise errors.NothingChanged(field="matterCode")


def needs_unassigned(order: Order, actor: Actor) -> None:
    """The unit takes back what it gave to one of its own before it returns the case (domain A10)."""
    if order.handler_id not in ("", actor.id):
        raise errors.AssignedInside


def needs_assignment(order: Order) -> None:
    """There is something to take back."""
    if not order.handler_id:
        raise errors.NotAssigned


def needs_colleague(handler_id: str, of_unit: Collection[str]) -> None:
    """A head gives it to somebody of the own unit."""
    if handler_id not in of_unit:
        raise errors.NotOfTheUnit(field="handlerId")


def needs_returnable(order: Order, *, used: float, reason: str, basis: str) -> None:
    """With a basis, before the deadline, and within half of the limit. `used` is elapsed / limit."""
    if not basis.strip():
        raise errors.ReasonNeeded(field="basis")
    if order.overdue or used > RETURN_SHARE:
        raise errors.ReturnTooLate(used=round(used * 100), limit=round(RETURN_SHARE * 100))


def disputed(order: Order) -> bool:
    """Two different units returned it, or one did twice (domain A10)."""
    return order.return_times >= RETURNS_TO_DISPUTE


def needs_disputed(order: Order) -> None:
    """Arbitration only after the second return."""
    if not disputed(order):
        raise errors.NotReturnedTwice(times=order.return_times)


def needs_first_unit(order: Order, actor: Actor) -> None:
    """Who had it first keeps it safe meanwhile (domain A10)."""
    if not actor.unit_id or order.first_unit != actor.unit_id:
        raise errors.NotYourUnit


def reopenable(order: Order, now: datetime) -> bool:
    """Within 30 days of closing and at most twice."""
    late = order.closed_at is not None and now - order.closed_at > timedelta(days=REOPEN_DAYS)
    return not late and order.reopen_times < MAX_REOPENINGS


def needs_reopenable(order: Order, now: datetime) -> None:
    """A closed case goes back only so often and so late."""
    if not reopenable(order, now):
        raise errors.LimitReached(what="reopen", limit=MAX_REOPENINGS)


def needs_extendable(order: Order, due_at: datetime | None, now: datetime) -> None:
    """Before the handling limit is over, and at most two grants."""
    if order.extension_times >= MAX_EXTENSIONS:
        raise errors.LimitReached(what="extend", limit=MAX_EXTENSIONS)
    if due_at is None or now > due_at:
        raise errors.TooLateToExtend


def needs_suspendable(order: Order) -> None:
    """Once per case."""
    if order.suspended_at is not None:
        raise errors.LimitReached(what="suspend", limit=1)


def needs_end_date(until: date, today: date) -> None:
    """A suspension ends on a day after today and within a year."""
    if not today < until <= today + timedelta(days=MAX_SUSPENSION_DAYS):
        raise errors.BadEndDate(field="until", days=MAX_SUSPENSION_DAYS)


def backlog(order: Order, now: datetime) -> bool:
    """积存: open 60 natural days after its suspension was granted."""
    granted = order.suspended_at
    return granted is not None and OrderState(order.state) not in TERMINAL and now - granted >= BACKLOG


def appealable(order: Order, now: datetime) -> bool:
    """Closed over time, not appealed before, and within five working days."""
    return order.appeal_until is not None and now <= order.appeal_until


def needs_appealable(order: Order, now: datetime) -> None:
    """A closed case that ran over time, once, in time."""
    if not order.overtime or order.overtime_exempt or order.appeal_until is None:
        raise errors.LimitReached(what="appeal", limit=1)
    if now > order.appeal_until:
        raise errors.AppealTooLate(days=round(APPEAL_LIMIT.value))


def disputable(order: Order, now: datetime) -> bool:
    """Closed, not disputed before, and within 30 days."""
    return order.count_until is not None and now <= order.count_until


def needs_disputable(order: Order, now: datetime) -> None:
    """That a closed case counts is disputed once, in time."""
    if order.count_until is None:
        raise errors.LimitReached(what="dispute_count", limit=1)
    if now > order.count_until:
        raise errors.CountTooLate(days=COUNT_DAYS)


def needs_voidable(from_citizen: bool, reason: VoidReason) -> None:
    """A citizen's case is answered, unless it is a duplicate or false."""
    if from_citizen and reason is VoidReason.ENTERED_BY_MISTAKE:
        raise errors.FromCitizen(field="reason")


def low_risk(order: Order, limit: Limit) -> bool:
    """Neither dangerous nor of the kinds that are counted in urgent hours."""
    return not order.danger and limit.unit is not TimeUnit.URGENT_HOUR


def needs_waivable(order: Order, limit: Limit, after_photos: int) -> None:
    """A check is waived where little can go wrong and the photos show it, or where nothing was claimed."""
    if order.outcome and CloseReason(order.outcome) not in RESOLVED:
        return  # there is nothing on the spot to check
    if not low_risk(order, limit):
        raise errors.CheckNotWaivable
    if not after_photos:
        raise errors.AfterPhotoNeeded


def needs_another_unit(order: Order, unit_id: str, known: Collection[str]) -> None:
    """Invited is a unit that exists, is not in charge, and does not take part yet."""
    if unit_id not in known or unit_id == order.unit_id:
        raise errors.NotAnotherUnit(field="unitId")
    if shares_of(order.also).get(unit_id) in {ShareState.INVITED, ShareState.ACCEPTED, ShareState.DONE}:
        raise errors.InvitedAlready(field="unitId")


def needs_invited(order: Order, actor: Actor) -> None:
    """Only who was invited answers, once."""
    if shares_of(order.also).get(actor.unit_id) is not ShareState.INVITED:
        raise errors.NotInvited


def needs_assisting(order: Order, actor: Actor) -> None:
    """Only who said yes has a share to finish."""
    if shares_of(order.also).get(actor.unit_id) is not ShareState.ACCEPTED:
        raise errors.NotInvited
