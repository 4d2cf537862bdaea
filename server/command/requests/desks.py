"""The lists of the request desks, and the lists of return visits: one condition each, counted alike."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import unbarred, within
from server.command.requests import queries
from server.command.requests.flow import RequestState as S
from server.command.requests.rules import Adoption, Outcome, RequestKind, VisitState
from server.command.requests.tables import CitizenRequest, Contact, ReturnVisit
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.kernel.against import bars
from server.platform.db import UtcDateTime
from server.platform.holds import Hold
from server.platform.kept import kept


class DeskLane(StrEnum):
    """待受理 被退回 等补充 办理中 待审核 · 待签收 办理中 待负责人 已答复 · 待批示 三次未解决 · 我登记的."""

    TO_TRIAGE = "to_triage"
    SENT_BACK = "sent_back"
    WAITING = "waiting"
    OUT = "out"
    TO_AUDIT = "to_audit"
    TO_SIGN = "to_sign"
    IN_HAND = "in_hand"
    TO_CONFIRM = "to_confirm"
    ANSWERED = "answered"
    TO_APPROVE = "to_approve"
    STILL_UNSOLVED = "still_unsolved"
    FILED_BY_ME = "filed_by_me"


L = DeskLane
DESK_LANES = (L.TO_TRIAGE, L.SENT_BACK, L.TO_AUDIT, L.WAITING, L.OUT)
UNIT_LANES = (L.TO_SIGN, L.IN_HAND, L.TO_CONFIRM, L.ANSWERED)
LEADER_LANES = (L.TO_APPROVE, L.STILL_UNSOLVED)
MINE = frozenset({L.TO_TRIAGE, L.SENT_BACK, L.TO_AUDIT, L.TO_SIGN, L.IN_HAND, L.TO_APPROVE})
WORKED = frozenset({*MINE, L.WAITING, L.OUT, L.TO_CONFIRM})  # what ends first is on top
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def lanes_of(actor: Actor) -> tuple[DeskLane, ...]:
    """The lists this person has."""
    if actor.role is Role.LEADER:
        return LEADER_LANES
    if actor.post in DISPATCHERS:
        return DESK_LANES
    if actor.post in UNIT_POSTS:
        return UNIT_LANES
    return (L.FILED_BY_ME,) if actor.post is Post.WINDOW_CLERK else ()


def waits(which: DeskLane, actor: Actor) -> bool:
    """Whether what stands in a list waits for this person; a draft waits for the head."""
    return which in MINE or (which is L.TO_CONFIRM and actor.post is Post.UNIT_HEAD)


def lane(which: DeskLane, actor: Actor) -> ColumnElement[bool]:
    """The condition of a list; false for a list of another post."""
    if which not in lanes_of(actor):
        return false()
    if which is L.FILED_BY_ME:
        return col(CitizenRequest.filed_by) == actor.id
    return and_(queries.alone(), _of_alone(which))


def _of_alone(which: DeskLane) -> ColumnElement[bool]:
    state, unit, draft = (col(getattr(CitizenRequest, name)) for name in ("state", "unit_id", "replied_by"))
    times = col(CitizenRequest.return_times)
    match which:
        case L.TO_TRIAGE:
            new = or_(and_(state == S.SUBMITTED, times == 0), and_(state == S.IN_PROGRESS, unit == ""))
            return and_(new, ~_held())
        case L.SENT_BACK:
            return and_(state == S.SUBMITTED, times > 0, ~_held())
        case L.WAITING:
            return state == S.NEED_INFO
        case L.OUT:
            return and_(state.in_({S.ASSIGNED, S.IN_PROGRESS}), unit != "")
        case L.TO_AUDIT:
            return and_(state == S.REPLIED, col(CitizenRequest.leader_asked_at).is_(None))
        case L.TO_SIGN:
            return and_(state == S.ASSIGNED, ~_held())
        case L.IN_HAND:
            return and_(state == S.IN_PROGRESS, draft == "")
        case L.TO_CONFIRM:
            return and_(state == S.IN_PROGRESS, draft != "")
        case L.ANSWERED:
            return state.in_({S.REPLIED, S.VISITING, S.CLOSED})
        case L.TO_APPROVE:
            return and_(state == S.REPLIED, col(CitizenRequest.leader_asked_at).is_not(None))
        case L.STILL_UNSOLVED:
            return col(CitizenRequest.outcome) == Outcome.STILL_UNSOLVED
        case L.FILED_BY_ME:
            return false()


def _held() -> ColumnElement[bool]:
    """Somebody's act waits for its ten seconds."""
    return exists(select(Hold.id).where(Hold.subject_id == CitizenRequest.id))


def listed(
    actor: Actor, which: DeskLane | None, search: str, kind: RequestKind | None = None
) -> SelectOfScalar[CitizenRequest]:
    """A list, or everything that stands on its own; of one kind; by number or words."""
    rows = queries.visible_to(actor)
    if which:
        rows = rows.where(lane(which, actor))
    elif actor.post is not Post.WINDOW_CLERK:
        rows = rows.where(queries.alone())
    if kind:
        rows = rows.where(CitizenRequest.kind == kind)
    if search:
        places = (col(CitizenRequest.no), col(CitizenRequest.title), col(CitizenRequest.text))
        rows = rows.where(or_(*(place.icontains(search, autoescape=True) for place in places)))
    return rows


def _ends() -> ColumnElement[datetime]:
    return func.coalesce(CitizenRequest.due_at, CitizenRequest.promised_at, literal(FAR, UtcDateTime()))


POSITION = ("due_at", "promised_at", "submitted_at", "id")  # what `position` reads of a row


def position(row: CitizenRequest, which: DeskLane | None) -> tuple[datetime, str]:
    """Where a row stands in a list: what the next page's cursor carries."""
    return (row.due_at or row.promised_at or FAR if which in WORKED else row.submitted_at), row.id


def page(
    rows: SelectOfScalar[CitizenRequest], which: DeskLane | None, first: int,
    after: tuple[datetime, str] | None,
) -> SelectOfScalar[CitizenRequest]:  # fmt: skip
    """`first` + 1 rows behind `after`: of what is worked on what ends first, else the newest first."""
    if which not in WORKED:
        return queries.page(rows, first, after)
    keys: tuple[Any, ...] = (_ends(), col(CitizenRequest.id))
    if after is not None:
        there = tuple_(literal(after[0], UtcDateTime()), literal(after[1]))
        rows = rows.where(tuple_(*keys) > there)
    return rows.order_by(*keys).limit(first + 1)


@kept
def read_page(
    actor: Actor, which: DeskLane | None, kind: RequestKind | None, first: int,
    after: tuple[datetime, str] | None,
) -> SelectOfScalar[CitizenRequest]:  # fmt: skip
    """A page of a list that is not searched."""
    return page(listed(actor, which, "", kind), which, first, after)


@kept
def read_total(actor: Actor, which: DeskLane | None, kind: RequestKind | None) -> Select[Any]:
    """How long a list is."""
    return queries.count(listed(actor, which, "", kind))


@kept
def read_marks(actor: Actor, ids: list[str]) -> Select[Any]:
    """Of each request: which of this person's lists it stands in."""
    flags = [case((lane(which, actor), 1), else_=0) for which in lanes_of(actor)]
    mine = queries.visible_to(actor).where(col(CitizenRequest.id).in_(ids))
    return mine.with_only_columns(col(CitizenRequest.id), *flags, maintain_column_froms=True)


@kept
def read_counts(actor: Actor) -> Select[Any]:
    """How long each of this person's lists is, in one statement."""
    flags = [func.coalesce(func.sum(case((lane(which, actor), 1), else_=0)), 0) for which in lanes_of(actor)]
    return listed(actor, None, "").with_only_columns(*flags, maintain_column_froms=True)


# ── return visits ─────────────────────────────────────────────────────────────────────────────────


def visits_for(actor: Actor) -> SelectOfScalar[ReturnVisit]:
    """The desk's area; never one about a complaint against the actor, his unit or his line."""
    rows = select(ReturnVisit)
    if actor.post is Post.SYSTEM:
        return rows
    if actor.role is Role.OFFICER and actor.post in DISPATCHERS:
        return rows.where(
            unbarred(col(ReturnVisit.against), actor), within(col(ReturnVisit.area).concat(""), actor.area)
        )
    return rows.where(false())


@kept
def read_visits(
    actor: Actor, open_only: bool, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[ReturnVisit]:
    """Those to call, the first due on top; or those done too."""
    rows = _visits(actor, open_only)
    at, id = col(ReturnVisit.created_at), col(ReturnVisit.id)
    if after is not None:
        rows = rows.where(or_(at > after[0], and_(at == after[0], id > after[1])))
    return rows.order_by(at, id).limit(first + 1)


@kept
def read_visit_total(actor: Actor, open_only: bool) -> Select[Any]:
    """How many there are."""
    return _visits(actor, open_only).with_only_columns(func.count(), maintain_column_froms=True)


@kept
def read_visit(actor: Actor, id: str) -> SelectOfScalar[ReturnVisit]:
    """One, if this actor may see it."""
    return visits_for(actor).where(ReturnVisit.id == id)


def _visits(actor: Actor, open_only: bool) -> SelectOfScalar[ReturnVisit]:
    rows = visits_for(actor)
    return rows.where(ReturnVisit.state == VisitState.OPEN) if open_only else rows


def sees_visit(actor: Actor, visit: ReturnVisit) -> bool:
    """`visits_for`, of one that is here."""
    mine = actor.role is Role.OFFICER and actor.post in DISPATCHERS
    return mine and visit.area.startswith(actor.area) and not bars(actor, visit.against)


@kept
def behind(actor: Actor, ids: list[str]) -> SelectOfScalar[CitizenRequest]:
    """The requests that return visits are about, as far as this actor sees them."""
    return queries.visible_to(actor).where(col(CitizenRequest.id).in_(ids))


@kept
def contacts(ids: list[str]) -> SelectOfScalar[Contact]:
    """The attempts to reach somebody, of requests and of visits, the newest first."""
    return select(Contact).where(col(Contact.subject_id).in_(ids)).order_by(col(Contact.at).desc())


@kept
def published(
    verdict: Adoption | None, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[CitizenRequest]:
    """Suggestions and what became of them, for everybody, the newest answer first."""
    at, id = col(CitizenRequest.answered_at), col(CitizenRequest.id)
    rows = select(CitizenRequest).where(
        CitizenRequest.published, CitizenRequest.against == "", at.is_not(None)
    )
    if verdict:
        rows = rows.where(CitizenRequest.verdict == verdict)
    if after is not None:
        rows = rows.where(or_(at < after[0], and_(at == after[0], id < after[1])))
    return rows.order_by(at.desc(), id.desc()).limit(first + 1)
