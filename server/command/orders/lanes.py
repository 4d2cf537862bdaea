"""Which list a case stands in for a person, and which of the leader's figures counts it.

One SQL condition each: the list, its count and the mark on a live row can never disagree.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, literal_column, or_, true
from sqlmodel import col, select

from server.command.orders.cards import DANGER_UNATTENDED
from server.command.orders.flow import HANDLED_BY_UNIT, TERMINAL, OrderState
from server.command.orders.rules import OrderSource
from server.command.orders.tables import WorkOrder
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post
from server.kernel.calendar import day_of, midnight
from server.platform.holds import Hold
from server.platform.kept import reckoned

ASKED_OF = {  # what waits for the word of each post
    Post.UNIT_HEAD: ("extension.unit", "suspension.unit"),
    Post.STREET_DISPATCHER: ("appeal.desk", "appeal.second", "extension.desk"),
    Post.DISTRICT_DISPATCHER: (
        "appeal.desk", "appeal.second", "extension.desk", "suspension.desk", "void.second",
        "count.desk",
    ),
    Post.LEADER: ("ruling.leader",),
}  # fmt: skip
SOON = timedelta(hours=4)  # 将到期: the unit's list of what runs out next
SATISFACTION_DAYS = 30  # the leader's 满意率 looks back this far

S = OrderState


class OrderLane(StrEnum):
    """The lists of the staff's homes."""

    TO_DISPATCH = "to_dispatch"
    TO_LOCATE = "to_locate"
    RETURNED = "returned"
    TO_CLOSE = "to_close"
    TO_AUDIT = "to_audit"  # what officers solved themselves
    TO_DECIDE = "to_decide"  # applications that wait for this person's word
    TO_RULE = "to_rule"
    TO_COUNTERSIGN = "to_countersign"  # rulings that wait for a leader
    DISPATCHED_OPEN = "dispatched_open"
    TO_SIGN = "to_sign"
    IN_HAND = "in_hand"
    DUE_SOON = "due_soon"
    SUPERVISED = "supervised"
    SENT_BACK = "sent_back"
    HANDED_IN = "handed_in"
    ASSIST = "assist"  # 协办
    APPEALABLE = "appealable"
    TO_VERIFY = "to_verify"
    TO_CHECK = "to_check"
    REPORTED_BY_ME = "reported_by_me"


class BoardFigureKey(StrEnum):
    """The figures of the leader's 今日 and of his map."""

    NEW_TODAY = "new_today"
    NEW_WEEK = "new_week"  # the last seven days, today among them
    NEW_MONTH = "new_month"  # the last thirty
    OPEN = "open"
    OVERDUE = "overdue"
    SATISFACTION = "satisfaction"


L, F = OrderLane, BoardFigureKey
NEW_DAYS = {F.NEW_TODAY: 1, F.NEW_WEEK: 7, F.NEW_MONTH: 30}  # how far a figure of new cases looks back

DISPATCHER_LANES = (L.TO_DISPATCH, L.TO_LOCATE, L.RETURNED, L.TO_DECIDE, L.TO_CLOSE, L.TO_AUDIT,
                    L.DISPATCHED_OPEN)  # fmt: skip
UNIT_LANES = (
    L.TO_SIGN,
    L.IN_HAND,
    L.DUE_SOON,
    L.SUPERVISED,
    L.SENT_BACK,
    L.ASSIST,
    L.HANDED_IN,
    L.APPEALABLE,
)
HEAD_LANES = (*UNIT_LANES[:2], L.TO_DECIDE, *UNIT_LANES[2:])
ARBITER_LANES = (L.TO_RULE, *DISPATCHER_LANES)
OFFICER_LANES = (L.TO_VERIFY, L.TO_CHECK, L.REPORTED_BY_ME)


def lanes_of(actor: Actor) -> tuple[OrderLane, ...]:
    """The lists on this person's home."""
    if actor.post in DISPATCHERS:
        return DISPATCHER_LANES
    if actor.post in UNIT_POSTS:
        return HEAD_LANES if actor.post is Post.UNIT_HEAD else UNIT_LANES
    return {
        Post.ARBITER: ARBITER_LANES, Post.GRID_OFFICER: OFFICER_LANES, Post.LEADER: (L.TO_COUNTERSIGN,),
    }.get(actor.post, ())  # fmt: skip


def open_now() -> ColumnElement[bool]:
    """Not closed, rejected, merged or voided, in the very words of the indexes of open orders."""
    ended: Any = bindparam(None, sorted(TERMINAL), expanding=True, literal_execute=True)
    return col(WorkOrder.state).not_in(ended)


def _held() -> ColumnElement[bool]:
    return exists(select(Hold.id).where(Hold.subject_id == WorkOrder.id))


def lane(which: OrderLane, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The condition of a list; false for a list of another post."""
    if which not in lanes_of(actor):
        return false()
    if which is L.REPORTED_BY_ME:
        return col(WorkOrder.reporter_id) == actor.id
    if which in (L.TO_DECIDE, L.TO_COUNTERSIGN) and actor.post not in UNIT_POSTS:
        return and_(col(WorkOrder.pending) != literal_column("''"), _asked_of(actor))
    if which is L.APPEALABLE:
        return col(WorkOrder.appeal_until) >= now
    return and_(open_now(), _of_open(which, actor, now))


def _asked_of(actor: Actor) -> ColumnElement[bool]:
    return col(WorkOrder.pending).in_(ASKED_OF.get(actor.post, ()))


def _of_open(which: OrderLane, actor: Actor, now: datetime) -> ColumnElement[bool]:
    state, located = col(WorkOrder.state), col(WorkOrder.lon).is_not(None)
    match which:
        case L.TO_DISPATCH:
            return and_(state.in_({S.REPORTED, S.FILED}), located, ~_held())
        case L.TO_LOCATE:
            return and_(state.in_({S.REPORTED, S.FILED}), ~located, ~_held())
        case L.RETURNED:
            return state.in_({S.RETURNED, S.DISPUTED})
        case L.TO_CLOSE:
            return state.in_({S.CLOSE_PENDING, S.CHECK_PENDING})
        case L.TO_AUDIT:
            return state == S.SELF_HANDLED
        case L.TO_RULE:
            return state == S.DISPUTED
        case L.ASSIST:
            return state.in_(HANDLED_BY_UNIT)
        case L.DISPATCHED_OPEN:
            return state.in_({S.VERIFYING, S.HANDLED, S.CHECKING, S.SPLIT, *HANDLED_BY_UNIT})
        case L.TO_SIGN:
            return state == S.DISPATCHED
        case L.IN_HAND:
            return state.in_({S.IN_PROGRESS, S.SUSPENDED})
        case L.DUE_SOON:
            return and_(state.in_({S.DISPATCHED, S.IN_PROGRESS}), col(WorkOrder.due_at) <= now + SOON)
        case L.SUPERVISED:
            return col(WorkOrder.supervised).is_(True)
        case L.SENT_BACK:
            again = or_(col(WorkOrder.rework_times) > 0, col(WorkOrder.reopen_times) > 0)
            return and_(state.in_({S.DISPATCHED, S.IN_PROGRESS}), again)
        case L.HANDED_IN:
            return state.in_({S.HANDLED, S.CHECK_PENDING, S.CHECKING, S.CLOSE_PENDING})
        case L.TO_VERIFY:
            return and_(state == S.VERIFYING, col(WorkOrder.verifier_id) == actor.id)
        case L.TO_CHECK:
            return and_(state == S.CHECKING, col(WorkOrder.checker_id) == actor.id)
        case L.TO_DECIDE:
            return and_(state == S.IN_PROGRESS, _asked_of(actor))
        case L.REPORTED_BY_ME | L.TO_COUNTERSIGN | L.APPEALABLE:
            return true()


def figure(which: BoardFigureKey, now: datetime) -> ColumnElement[bool]:
    """The condition of a leader's figure: the very cases behind the number."""
    match which:
        case F.NEW_TODAY | F.NEW_WEEK | F.NEW_MONTH:
            since = reckoned(_this_morning, now) - timedelta(days=NEW_DAYS[which] - 1)
            return and_(col(WorkOrder.reported_at) >= since, col(WorkOrder.parent_id) == "")
        case F.OPEN:
            return open_now()
        case F.OVERDUE:
            return and_(open_now(), col(WorkOrder.overdue))
        case F.SATISFACTION:
            since = reckoned(_this_morning, now) - timedelta(days=SATISFACTION_DAYS - 1)
            return and_(col(WorkOrder.satisfied).is_not(None), col(WorkOrder.rated_at) >= since)


def _this_morning(now: datetime) -> datetime:
    return midnight(day_of(now))


def public() -> ColumnElement[bool]:
    """What neighbours may see: open and whole, on the map, not confidential, imported or about somebody."""
    return and_(
        open_now(), col(WorkOrder.lon).is_not(None), ~col(WorkOrder.confidential),
        col(WorkOrder.source) != OrderSource.IMPORT, col(WorkOrder.parent_id) == "",
        col(WorkOrder.against) == "",
    )  # fmt: skip


def carded(now: datetime) -> ColumnElement[bool]:
    """The cases cards.card gives a card to."""
    unattended = and_(
        col(WorkOrder.danger), col(WorkOrder.state) == S.REPORTED,
        col(WorkOrder.reported_at) < now - DANGER_UNATTENDED,
    )  # fmt: skip
    late = or_(
        col(WorkOrder.promised_at) < now,
        and_(col(WorkOrder.promised_at).is_(None), col(WorkOrder.bundled_due_at) < now),
    )
    silent = col(WorkOrder.supervise_due_at) < now
    troubled = or_(
        late, unattended, silent, col(WorkOrder.return_times) >= 2, col(WorkOrder.unsolved_times) >= 1
    )
    return and_(open_now(), col(WorkOrder.state) != S.SUSPENDED, troubled)
