"""部门看板: what a unit has in hand now, how old it is and who has it.

One SQL condition each: a figure and the cases behind it can never disagree.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.flow import HANDLED_BY_UNIT, OrderState
from server.command.orders.queries import OrderSort, count, page, visible_to
from server.command.orders.tables import WorkOrder
from server.graph.paging import Key
from server.kernel.actors import UNIT_POSTS, Actor
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import NotAllowed
from server.platform.kept import kept, reckoned
from server.platform.read import Needs, Reader

IN_HAND = (*sorted(HANDLED_BY_UNIT), OrderState.HANDLED.value)  # until the head has stood for the result
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))  # as in the leader's brief


class UnitFigure(StrEnum):
    """The figures of a unit's board that count what is in hand."""

    IN_HAND = "in_hand"
    OVERDUE = "overdue"
    DUE_TODAY = "due_today"  # and not overdue yet
    SUPERVISED = "supervised"
    UP_TO_1_DAY = "up_to_1_day"
    UP_TO_3_DAYS = "up_to_3_days"
    UP_TO_7_DAYS = "up_to_7_days"
    OLDER = "older"


F = UnitFigure
AGEING = (F.UP_TO_1_DAY, F.UP_TO_3_DAYS, F.UP_TO_7_DAYS, F.OLDER)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person of the unit has in hand; `handler_id` "" is what nobody was given."""

    handler_id: str
    counts: dict[UnitFigure, int]


def needs_unit(actor: Actor) -> None:
    """A board of one's own unit is for those who are of one."""
    if actor.post not in UNIT_POSTS:
        raise NotAllowed(flow="order", action="unit_board", post=actor.post)


async def loads(read: Reader, actor: Actor, now: datetime) -> list[Load]:
    """Who has what, the fullest first. One statement over what is in hand."""
    rows = await read.tuples(_loads(actor, now))
    found = [Load(id, dict(zip(F, map(int, counts), strict=True))) for id, *counts in rows]
    return sorted(found, key=lambda load: (not load.handler_id, -load.counts[F.IN_HAND], load.handler_id))


async def behind(
    read: Reader, actor: Actor, which: UnitFigure, handler_id: str | None, now: datetime, first: int,
    after: tuple[Key, ...] | None, needs: Needs,
) -> list[WorkOrder]:  # fmt: skip
    """`first` + 1 of the cases a figure counts, by risk; of one person, or of everybody for None."""
    return await read.lines(_page(actor, which, handler_id, now, first, after), needs)


async def how_many(
    read: Reader, actor: Actor, which: UnitFigure, handler_id: str | None, now: datetime
) -> int:
    """How many there are."""
    [[n]] = await read.tuples(_total(actor, which, handler_id, now))
    return int(n)


@kept
def _loads(actor: Actor, now: datetime) -> Select[Any]:
    handler = col(WorkOrder.handler_id)
    sums = [func.sum(case((figure(which, now), 1), else_=0)) for which in F]
    rows = visible_to(actor).where(figure(F.IN_HAND, now))
    counted: Any = rows.with_only_columns(handler, *sums).group_by(handler)
    return counted  # type: ignore[no-any-return]


@kept
def _page(
    actor: Actor, which: UnitFigure, handler_id: str | None, now: datetime, first: int,
    after: tuple[Key, ...] | None,
) -> SelectOfScalar[WorkOrder]:  # fmt: skip
    return page(_rows(actor, which, handler_id, now), OrderSort.DUE, first, after)


@kept
def _total(actor: Actor, which: UnitFigure, handler_id: str | None, now: datetime) -> Select[Any]:
    return count(_rows(actor, which, handler_id, now))


def _rows(
    actor: Actor, which: UnitFigure, handler_id: str | None, now: datetime
) -> SelectOfScalar[WorkOrder]:
    rows = visible_to(actor).where(figure(F.IN_HAND, now), figure(which, now))
    return rows if handler_id is None else rows.where(WorkOrder.handler_id == handler_id)


def figure(which: UnitFigure, now: datetime) -> ColumnElement[bool]:
    """What a figure counts, of what is in hand."""
    due, reported = col(WorkOrder.due_at), col(WorkOrder.reported_at)
    match which:
        case F.IN_HAND:
            return col(WorkOrder.state).in_(IN_HAND)
        case F.OVERDUE:
            return col(WorkOrder.overdue).is_(True)
        case F.DUE_TODAY:
            return and_(col(WorkOrder.overdue).is_(False), due < reckoned(_tonight, now))
        case F.SUPERVISED:
            return col(WorkOrder.supervised).is_(True)
        case F.UP_TO_1_DAY:
            return reported >= now - AGES[0]
        case F.UP_TO_3_DAYS:
            return and_(reported < now - AGES[0], reported >= now - AGES[1])
        case F.UP_TO_7_DAYS:
            return and_(reported < now - AGES[1], reported >= now - AGES[2])
        case F.OLDER:
            return reported < now - AGES[2]


def _tonight(now: datetime) -> datetime:
    return midnight(day_of(now) + timedelta(days=1))


async def tasks(read: Reader, actor: Actor, ids: list[str]) -> dict[str, int]:
    """How many open tasks (核实, 核查) each of these people has, among what the actor may see."""
    found: dict[str, int] = {}
    for person, state in ((col(WorkOrder.verifier_id), "verifying"), (col(WorkOrder.checker_id), "checking")):
        for id, n in await read.tuples(_tasks(actor, person, state, ids)) if ids else ():
            found[id] = found.get(id, 0) + int(n)
    return found


def _tasks(actor: Actor, person: Any, state: str, ids: list[str]) -> Any:
    rows: Any = visible_to(actor).where(WorkOrder.state == state, person.in_(ids))
    return rows.with_only_columns(person, func.count()).group_by(person)
