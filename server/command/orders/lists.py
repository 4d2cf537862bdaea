"""Which orders a list holds, read page by page and counted, in the same time however long the history is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, union_all
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders import hot, lanes
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.queries import (
    OrderSort,
    behind,
    beneath,
    count,
    in_lane,
    page,
    unbarred,
    visible_to,
    within,
)  # fmt: skip
from server.command.orders.tables import WorkOrder
from server.graph.paging import Key
from server.kernel.actors import DISPATCHERS, Actor, Post, Role
from server.kernel.errors import NotFound
from server.platform.kept import kept
from server.platform.read import TUPLES, Needs, Reader

REACH = 10_000  # ten days of a district that reports a thousand a day


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders a list is to hold; without lane and figure it is of everything."""

    lane: OrderLane | None = None
    figure: BoardFigureKey | None = None
    area: str = ""
    cell: str = ""
    words: str = ""
    sort: OrderSort = OrderSort.DUE

    @property
    def sweeping(self) -> bool:
        """Thousands of orders have to be looked at to find a page of them."""
        return bool(self.words) or not (self.lane or self.figure or self.sort is OrderSort.NEWEST)


Rows = SelectOfScalar[WorkOrder]


def listed(actor: Actor, wanted: Wanted, now: datetime) -> tuple[Rows, Rows]:
    """The rows of a list, to be read page by page; and the same to be counted.

    A list of everything is read as far as `reachable` when it is searched or sorted by more than its age.
    """
    rows = visible_to(actor)
    if wanted.lane:
        rows = in_lane(actor, wanted.lane, now)
    if wanted.figure:
        rows = behind(actor, wanted.figure, now)
    rows = _there(rows, wanted)
    if wanted.lane or wanted.figure:
        rows = matching(rows, wanted.words)
        return rows, rows
    if wanted.words:
        return (
            rows := matching(reachable(actor, wanted.words), wanted.words).where(beneath(wanted.area))
        ), rows
    counted = rows.where(within(col(WorkOrder.area), wanted.area or _watched(actor)))  # by the area's index
    if wanted.sort is OrderSort.NEWEST:
        return rows, counted
    return _there(reachable(actor), wanted), counted


def _there(rows: Rows, wanted: Wanted) -> Rows:
    return rows.where(WorkOrder.area == wanted.cell) if wanted.cell else rows.where(beneath(wanted.area))


def _watched(actor: Actor) -> str:
    """The area in which everything is this actor's to see; "" for those who see otherwise."""
    watches = actor.role is Role.LEADER or actor.post in DISPATCHERS or actor.post is Post.ARBITER
    return actor.area if watches else ""


def reachable(actor: Actor, number: str = "") -> Rows:
    """What this actor may see of what is open, of the REACH newest, and of this very number: what can be
    sorted and searched in the same time however long the history is."""
    mine, area = visible_to(actor), _watched(actor)
    at, id = col(WorkOrder.reported_at), col(WorkOrder.id)
    newest = (select(WorkOrder) if area else mine).order_by(at.desc(), id.desc()).limit(REACH)
    found = union_all(*(
        columns(rows.with_only_columns(id, maintain_column_froms=True).subquery().c.id)
        for rows in (mine.where(lanes.open_now()), newest, mine.where(WorkOrder.no == number))
    ))  # fmt: skip
    return select(WorkOrder).where(id.in_(found), beneath(area), unbarred(col(WorkOrder.against), actor))


def matching(rows: SelectOfScalar[WorkOrder], text: str) -> SelectOfScalar[WorkOrder]:
    """Number, title, address or words."""
    if not text:
        return rows
    places = (col(WorkOrder.no), col(WorkOrder.title), col(WorkOrder.address), col(WorkOrder.text))
    return rows.where(or_(*(place.icontains(text, autoescape=True) for place in places)))


async def read_page(
    read: Reader, actor: Actor, wanted: Wanted, now: datetime, first: int, after: tuple[Key, ...] | None,
    needs: Needs,
) -> list[WorkOrder]:  # fmt: skip
    """A page of a list; see `page`."""
    if wanted.sweeping:
        return await read.searched(page(listed(actor, wanted, now)[0], wanted.sort, first, after), needs)
    return await read.lines(_page(actor, wanted, now, first, after), needs)


@kept
def _page(
    actor: Actor, wanted: Wanted, now: datetime, first: int, after: tuple[Key, ...] | None
) -> SelectOfScalar[WorkOrder]:
    return page(listed(actor, wanted, now)[0], wanted.sort, first, after)


async def read_total(read: Reader, actor: Actor, wanted: Wanted, now: datetime) -> int:
    """How many orders a list holds; see `count`."""
    if wanted.words:
        [[n]] = await read.searched(count(listed(actor, wanted, now)[1]), TUPLES)
    else:
        [[n]] = await read.tuples(_total(actor, wanted, now))
    return int(n)


@kept
def _total(actor: Actor, wanted: Wanted, now: datetime) -> Select[Any]:
    return count(listed(actor, wanted, now)[1])


async def read_issue(
    read: Reader, actor: Actor, issue_id: str, first: int, after: tuple[Key, ...] | None, needs: Needs
) -> tuple[list[WorkOrder], int]:
    """A page of a hot issue's cases, the newest first, and how many there are. Raises NotFound for none."""
    [[total]] = await read.tuples(_of_issue(actor, issue_id))
    if not total:
        raise NotFound(subject=issue_id)
    return await read.lines(_issue_page(actor, issue_id, first, after), needs), int(total)


@kept
def _issue_page(
    actor: Actor, issue_id: str, first: int, after: tuple[Key, ...] | None
) -> SelectOfScalar[WorkOrder]:
    return page(hot.behind(actor, issue_id), OrderSort.NEWEST, first, after)


@kept
def _of_issue(actor: Actor, issue_id: str) -> Select[Any]:
    return count(hot.behind(actor, issue_id))
