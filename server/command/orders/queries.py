"""Every SELECT on work orders. Each starts at the actor, so scope cannot be forgotten."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import cos, radians
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    true,
    tuple_,
)
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders import lanes
from server.command.orders.facts import ShareState
from server.command.orders.flow import TERMINAL
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.rules import OrderSource
from server.command.orders.tables import OrderShare, WorkOrder
from server.graph.paging import Key, decode
from server.kernel import against
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.kernel.geo import Wgs84, distance_m
from server.kernel.spots import spots_around
from server.platform.db import UtcDateTime
from server.platform.kept import Rows, kept, reckoned
from server.platform.read import Needs, Reader, together

M = TypeVar("M")

COUNTED = 10_000
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # sorts what has no deadline behind everything that has


class OrderSort(StrEnum):
    """Risk, then deadline; or newest; or most liked first."""

    DUE = "due"
    NEWEST = "newest"
    LIKES = "likes"


def within(column: Mapped[str] | ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Area codes under `prefix`, as a range so that an index serves it. "" means everywhere."""
    if not prefix:
        return true()
    return and_(column >= prefix, column < reckoned(_after, prefix))


def _after(prefix: str) -> str:
    return str(int(prefix) + 1)


def beneath(prefix: str) -> ColumnElement[bool]:
    """The orders `within` an area, to filter by and not to search by: open ones and newest ones have indexes
    of their own, and a planner that takes the area's instead sorts years of history."""
    return within(col(WorkOrder.area).concat(""), prefix)


def unbarred(column: Mapped[str], actor: Actor) -> ColumnElement[bool]:
    """Rows that complain about somebody else than the actor, his unit and his line; see kernel/against.py."""
    marks = (
        reckoned(against.person_mark, actor.id), reckoned(against.unit_mark, actor.unit_id),
        reckoned(against.line_mark, actor.area),
        *([reckoned(against.person_mark, actor.deputy_of)] if actor.deputy_of else []),
    )  # fmt: skip
    return or_(column == "", and_(*(~column.contains(mark) for mark in marks)))


def visible_to(actor: Actor) -> SelectOfScalar[WorkOrder]:
    """Leaders and dispatchers see their area, units what was sent to them, officers their cells
    and tasks; none of them a complaint about himself, his unit or his line. A citizen sees his case as a
    request, never as an order."""
    rows = select(WorkOrder).where(unbarred(col(WorkOrder.against), actor))
    match actor.role:
        case Role.LEADER:
            return rows.where(beneath(actor.area))
        case Role.OFFICER:
            return rows.where(_of_post(actor))
        case Role.CITIZEN:
            return rows.where(false())


def _of_post(actor: Actor) -> ColumnElement[bool]:
    if actor.post is Post.SYSTEM:
        return true()
    if actor.post in DISPATCHERS or actor.post is Post.ARBITER:
        return beneath(actor.area)
    if actor.post in UNIT_POSTS:
        return col(WorkOrder.unit_id) == actor.unit_id
    if actor.post is Post.GRID_OFFICER:
        return or_(
            col(WorkOrder.area).in_(actor.cells),
            col(WorkOrder.reporter_id) == actor.id,
            col(WorkOrder.verifier_id) == actor.id,
            col(WorkOrder.checker_id) == actor.id,
        )
    return false()


def reach(actor: Actor) -> SelectOfScalar[WorkOrder]:
    """What this actor may see when he names it: `visible_to`, and what his unit only takes part in."""
    if actor.role is not Role.OFFICER or actor.post not in UNIT_POSTS:
        return visible_to(actor)
    return select(WorkOrder).where(or_(_of_post(actor), _takes_part(actor)))


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    return col(WorkOrder.also).like(reckoned(_marked, actor.unit_id))


def _marked(unit_id: str) -> str:
    return f"%|{unit_id}:%"


def one(actor: Actor, id: str) -> SelectOfScalar[WorkOrder]:
    """The order if this actor may see it."""
    return reach(actor).where(WorkOrder.id == id)


def in_lane(actor: Actor, which: OrderLane, now: datetime) -> SelectOfScalar[WorkOrder]:
    """One list of this person's home."""
    if which is OrderLane.ASSIST:
        return select(WorkOrder).where(_assisted(actor), lanes.lane(which, actor, now))
    return visible_to(actor).where(lanes.lane(which, actor, now))


def _assisted(actor: Actor) -> ColumnElement[bool]:
    """The cases the actor's unit has an open share in."""
    mine = select(OrderShare.order_id).where(
        OrderShare.unit_id == actor.unit_id,
        col(OrderShare.state).in_([ShareState.INVITED, ShareState.ACCEPTED]),
    )
    return and_(col(WorkOrder.id).in_(mine), _takes_part(actor))


def behind(actor: Actor, which: BoardFigureKey, now: datetime) -> SelectOfScalar[WorkOrder]:
    """The very cases behind a figure of the board."""
    return visible_to(actor).where(lanes.figure(which, now))


def _keys(sort: OrderSort) -> tuple[Any, ...]:
    """Sort keys that are unique together; NEWEST is read backwards."""
    match sort:
        case OrderSort.DUE:
            calm = case((col(WorkOrder.danger), 0), else_=1)
            return calm, func.coalesce(WorkOrder.due_at, literal(FAR, UtcDateTime())), col(WorkOrder.id)
        case OrderSort.NEWEST:
            return col(WorkOrder.reported_at), col(WorkOrder.id)
        case OrderSort.LIKES:
            return -col(WorkOrder.likes), col(WorkOrder.id)


def position(row: WorkOrder, sort: OrderSort) -> tuple[Any, ...]:
    """Where a row stands in a sorted list: what the next page's cursor carries."""
    match sort:
        case OrderSort.DUE:
            return (0 if row.danger else 1, row.due_at or FAR, row.id)
        case OrderSort.NEWEST:
            return (row.reported_at, row.id)
        case OrderSort.LIKES:
            return (-row.likes, row.id)


SORTED_BY: Mapping[OrderSort, Needs] = {  # what `position` reads of a row
    OrderSort.DUE: ("danger", "due_at", "id"),
    OrderSort.NEWEST: ("reported_at", "id"),
    OrderSort.LIKES: ("likes", "id"),
}


def behind_cursor(sort: OrderSort, after: str) -> tuple[Key, ...]:
    """Inverse of `position`, from an opaque cursor. Raises BadInput."""
    match sort:
        case OrderSort.DUE:
            return decode(after, int, datetime, str)
        case OrderSort.NEWEST:
            return decode(after, datetime, str)
        case OrderSort.LIKES:
            return decode(after, int, str)


def page(
    rows: SelectOfScalar[WorkOrder], sort: OrderSort, first: int, after: Sequence[Any] | None
) -> SelectOfScalar[WorkOrder]:
    """`first` + 1 rows behind `after`: the extra one says that there is more."""
    keys = _keys(sort)
    newest = sort is OrderSort.NEWEST
    if after is not None:
        here, there = tuple_(*keys), tuple_(*(literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        rows = rows.where(here < there if newest else here > there)
    return rows.order_by(*(key.desc() if newest else key.asc() for key in keys)).limit(first + 1)


def count(rows: SelectOfScalar[WorkOrder]) -> Select[Any]:
    """How many rows a list has in all; COUNTED stands for that many or more."""
    some: Any = rows.with_only_columns(literal_column("1"), maintain_column_froms=True).limit(COUNTED)
    return columns(func.count()).select_from(some.subquery())


async def lane_counts(read: Reader, actor: Actor, now: datetime) -> dict[OrderLane, int]:
    """Every list of this person's home with its length, in one statement."""
    mine = lanes.lanes_of(actor)
    if not mine:
        return {}
    [lengths] = await read.tuples(_lengths(actor, now))
    return dict(zip(mine, lengths, strict=True))


@kept
def _lengths(actor: Actor, now: datetime) -> Select[Any]:
    return columns(*(count(in_lane(actor, which, now)).scalar_subquery() for which in lanes.lanes_of(actor)))


async def lanes_by_id(
    read: Reader, actor: Actor, ids: list[str], now: datetime
) -> dict[str, list[OrderLane]]:
    """The lists of this person's home that each order stands in."""
    mine = lanes.lanes_of(actor)
    return _hit(mine, await read.tuples(_lane_marks(actor, ids, now))) if mine else {}


async def figures_by_id(
    read: Reader, actor: Actor, ids: list[str], now: datetime
) -> dict[str, list[BoardFigureKey]]:
    """The figures of the board that count each order."""
    return _hit(tuple(BoardFigureKey), await read.tuples(_figure_marks(actor, ids, now)))


@kept
def _lane_marks(actor: Actor, ids: list[str], now: datetime) -> Select[Any]:
    return _marks(actor, ids, [_stands(actor, which, now) for which in lanes.lanes_of(actor)])


def _stands(actor: Actor, which: OrderLane, now: datetime) -> ColumnElement[bool]:
    """A list's condition, for an order that is only known to be in reach."""
    if which is OrderLane.ASSIST:
        return and_(_assisted(actor), lanes.lane(which, actor, now))
    own = _of_post(actor) if actor.post in UNIT_POSTS else true()
    return and_(own, lanes.lane(which, actor, now))


@kept
def _figure_marks(actor: Actor, ids: list[str], now: datetime) -> Select[Any]:
    return _marks(actor, ids, [lanes.figure(which, now) for which in BoardFigureKey])


def _marks(actor: Actor, ids: list[str], conditions: Iterable[ColumnElement[bool]]) -> Select[Any]:
    flags = [case((condition, 1), else_=0) for condition in conditions]
    return reach(actor).where(col(WorkOrder.id).in_(ids)).with_only_columns(col(WorkOrder.id), *flags)


def _hit(marks: Sequence[M], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[M]]:
    return {id: [mark for mark, hit in zip(marks, hits, strict=True) if hit] for id, *hits in rows}


async def near(
    read: Reader, asking: Actor, point: Wgs84, radius_m: float, limit: int, needs: Needs
) -> list[tuple[WorkOrder, float]]:
    """Other people's public orders within `radius_m` of a point, nearest first, with metres."""
    spots, squeeze = spots_around(point.lon, point.lat, radius_m), cos(radians(point.lat))
    rows = _nearest(asking.id, point.lon, point.lat, squeeze, spots, limit)
    found = await read.lines(rows, together(("lon", "lat"), needs))
    measured = [(row, distance_m(point, Wgs84(row.lon or 0, row.lat or 0))) for row in found]
    return sorted((pair for pair in measured if pair[1] <= radius_m), key=lambda pair: pair[1])


@kept
def _nearest(
    asking: str, lon: float, lat: float, squeeze: float, spots: list[int], limit: int
) -> SelectOfScalar[WorkOrder]:
    east, north = (col(WorkOrder.lon) - lon) * squeeze, col(WorkOrder.lat) - lat
    rows = public().where(WorkOrder.reporter_id != asking, col(WorkOrder.spot).in_(spots))
    return rows.order_by(east * east + north * north).limit(limit)


def public() -> SelectOfScalar[WorkOrder]:
    """What any citizen may see, without names."""
    return select(WorkOrder).where(lanes.public())


@kept
def carded(actor: Actor, now: datetime, first: int) -> SelectOfScalar[WorkOrder]:
    """Open cases with a card, the worst first."""
    return visible_to(actor).where(lanes.carded(now)).order_by(
        col(WorkOrder.unsolved_times).desc(), col(WorkOrder.danger).desc(),
        func.coalesce(WorkOrder.promised_at, WorkOrder.bundled_due_at), col(WorkOrder.id),
    ).limit(first)  # fmt: skip


def parts_in_hand(parent_id: str) -> SelectOfScalar[WorkOrder]:
    """The parts a split case stands in now, by number; those of an earlier splitting are history."""
    last = select(func.max(WorkOrder.reported_at)).where(WorkOrder.parent_id == parent_id).scalar_subquery()
    rows = select(WorkOrder).where(WorkOrder.parent_id == parent_id, WorkOrder.reported_at == last)
    return rows.order_by(col(WorkOrder.no)).execution_options(populate_existing=True)


# ── the same, kept: for answers ───────────────────────────────────────────────────────────────────


@kept
def read_one(actor: Actor, id: str) -> SelectOfScalar[WorkOrder]:
    """The order if this actor may see it."""
    return one(actor, id)


def some(actor: Actor, ids: Collection[str]) -> SelectOfScalar[WorkOrder]:
    """Those of the orders that this actor may see."""
    return reach(actor).where(col(WorkOrder.id).in_(ids))


@kept
def read_some(actor: Actor, ids: list[str]) -> SelectOfScalar[WorkOrder]:
    """Those of the orders that this actor may see."""
    return some(actor, ids)


@kept
def read_parts(actor: Actor, ids: list[str]) -> SelectOfScalar[WorkOrder]:
    """The parts of split cases that this actor may see."""
    return visible_to(actor).where(col(WorkOrder.parent_id).in_(ids)).order_by(col(WorkOrder.no))


@kept
def read_duplicates(actor: Actor, ids: list[str]) -> SelectOfScalar[WorkOrder]:
    """The cases merged into others that this actor may see, the newest first."""
    rows = visible_to(actor).where(col(WorkOrder.merged_into).in_(ids))
    return rows.order_by(col(WorkOrder.reported_at).desc(), col(WorkOrder.id)).limit(200)


@kept
def read_wholes(ids: list[str]) -> Any:
    """Of split cases: id, number, title, text, how many parts and how many of them are over."""
    part: Any = aliased(WorkOrder)
    over = case((col(part.state).in_(TERMINAL), 1), else_=0)
    facts: tuple[Any, ...] = (WorkOrder.id, WorkOrder.no, WorkOrder.title, WorkOrder.text)
    joined = columns(*facts, func.count(), func.sum(over)).join(part, part.parent_id == WorkOrder.id)
    return joined.where(col(WorkOrder.id).in_(ids)).group_by(*facts)


async def same_kind(read: Reader, matters: Collection[str], now: datetime) -> dict[str, dict[str, int]]:
    """By matter and unit: how many cases reported in 90 days went there; complaints about somebody are left
    out."""
    found: dict[str, dict[str, int]] = {}
    for code, unit_id, n in await read.tuples(_sent(matters, now - timedelta(days=90))):
        found.setdefault(code, {})[unit_id] = n
    return found


@kept
def _sent(matters: Collection[str], since: datetime) -> Any:
    matter, unit = col(WorkOrder.matter_code), col(WorkOrder.unit_id)
    nobody = col(WorkOrder.against) == ""  # a hint must not tell anybody of a complaint about him
    since_then = (matter.in_(matters), col(WorkOrder.reported_at) >= since, unit != "", nobody)
    return columns(matter, unit, func.count()).where(*since_then).group_by(matter, unit)


async def filed_and_open(session: AsyncSession) -> int:
    """How many open cases stand under a filing rule: an edition of the catalogue does not move them."""
    rows = select(func.count()).select_from(WorkOrder).where(lanes.open_now(), col(WorkOrder.rule_id) != "")
    return (await session.exec(rows)).one()


@kept
def found_by(person_id: str, first: datetime, last: datetime) -> Rows:
    """How many patrol findings somebody handed in between two moments."""
    rows: Any = columns(func.count()).select_from(WorkOrder)
    mine = (col(WorkOrder.reporter_id) == person_id, col(WorkOrder.source) == OrderSource.PATROL.value)
    return cast(
        Rows, rows.where(*mine, col(WorkOrder.reported_at) >= first, col(WorkOrder.reported_at) <= last)
    )
