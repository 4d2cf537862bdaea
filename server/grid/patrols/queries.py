"""Every SELECT on patrols. Each starts at the actor: an officer's own, the command platform's area."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import and_, case, false, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import within
from server.grid.patrols.flow import PatrolState
from server.grid.patrols.rules import WATCHERS, PointState
from server.grid.patrols.tables import Patrol, PatrolPlan, PatrolPoint, PatrolTrack
from server.kernel.actors import Actor, Post, Role
from server.platform import files
from server.platform.files import File
from server.platform.kept import Rows, kept

UNDER_WAY = (PatrolState.RUNNING.value, PatrolState.PAUSED.value)
MOST = 50


def visible_to(actor: Actor) -> SelectOfScalar[Patrol]:
    """A grid officer's own rounds, the platform's area's; nobody else's."""
    rows = select(Patrol)
    if actor.post is Post.SYSTEM:
        return rows
    if actor.role is Role.OFFICER and actor.post is Post.GRID_OFFICER:
        return rows.where(Patrol.person_id == actor.id)
    if actor.role is Role.OFFICER and actor.post in WATCHERS:
        return rows.where(within(col(Patrol.area).concat(""), actor.area))
    return rows.where(false())


def sees(actor: Actor, row: Patrol) -> bool:
    """The row twin of `visible_to`."""
    if actor.role is not Role.OFFICER or actor.post is Post.SYSTEM:
        return actor.post is Post.SYSTEM
    if actor.post is Post.GRID_OFFICER:
        return row.person_id == actor.id
    return actor.post in WATCHERS and row.area.startswith(actor.area)


@kept
def one(actor: Actor, id: str) -> SelectOfScalar[Patrol]:
    """The round of that id, if the actor sees it."""
    return visible_to(actor).where(Patrol.id == id)


@kept
def some(actor: Actor, ids: list[str]) -> SelectOfScalar[Patrol]:
    """Those of some rounds the actor sees."""
    return visible_to(actor).where(col(Patrol.id).in_(ids))


POSITION = ("id", "state", "closes_at")  # what a place in the list of a day is told by
Position = tuple[int, datetime, str]


def position(row: Patrol) -> Position:
    """Where a round stands in the list of its day."""
    return int(row.state != PatrolState.MISSED), row.closes_at, row.id


def of_day(actor: Actor, day: date, first: int, after: Position | None = None) -> SelectOfScalar[Patrol]:
    """One more than `first` rounds of a day: what is missed first, then by the end of their windows."""
    rows = visible_to(actor).where(Patrol.day == day)
    rank = case((col(Patrol.state) == PatrolState.MISSED.value, 0), else_=1)
    closes, id = col(Patrol.closes_at), col(Patrol.id)
    if after:
        n, at, last = after
        rows = rows.where(or_(rank > n, and_(rank == n, or_(closes > at, and_(closes == at, id > last)))))
    return rows.order_by(rank, closes, id).limit(first + 1)


@kept
def mine(actor: Actor, day: date) -> SelectOfScalar[Patrol]:
    """What one has to walk today, and what one is walking since yesterday."""
    current = (col(Patrol.day) == day) | col(Patrol.state).in_(list(UNDER_WAY))
    return visible_to(actor).where(Patrol.person_id == actor.id, current).order_by(
        col(Patrol.closes_at), col(Patrol.id)
    )  # fmt: skip


@kept
def points(ids: list[str]) -> SelectOfScalar[PatrolPoint]:
    """The points of rounds, in their order."""
    rows = select(PatrolPoint).where(col(PatrolPoint.patrol_id).in_(ids))
    return rows.order_by(col(PatrolPoint.patrol_id), col(PatrolPoint.n))


@kept
def photos(ids: list[str]) -> SelectOfScalar[File]:
    """The photos of points."""
    return files.attached("patrol_point", ids)


@kept
def doubtful(actor: Actor) -> SelectOfScalar[PatrolPoint]:
    """Visits somebody of the platform has to look at, the oldest first."""
    mine = visible_to(actor).with_only_columns(col(Patrol.id))
    rows = select(PatrolPoint).where(
        PatrolPoint.state == PointState.TO_REVIEW.value, col(PatrolPoint.patrol_id).in_(mine)
    )
    return rows.order_by(col(PatrolPoint.heard_at), col(PatrolPoint.id)).limit(MOST)


@kept
def plans(actor: Actor) -> SelectOfScalar[PatrolPlan]:
    """The plans in force in the platform's area."""
    rows = select(PatrolPlan).where(col(PatrolPlan.ended_at).is_(None))
    if actor.post not in WATCHERS:
        return rows.where(false())
    rows = rows.where(within(col(PatrolPlan.area).concat(""), actor.area))
    return rows.order_by(col(PatrolPlan.name), col(PatrolPlan.id)).limit(MOST)


@kept
def plans_of(areas: list[str]) -> SelectOfScalar[PatrolPlan]:
    """The plans in force of some areas; who walks them is the caller's to tell."""
    rows = select(PatrolPlan).where(col(PatrolPlan.ended_at).is_(None), col(PatrolPlan.area).in_(areas))
    return rows.order_by(col(PatrolPlan.opens), col(PatrolPlan.id))


@kept
def walked(actor: Actor, after: date, until: date) -> Rows:
    """Points one visited, of those required, in rounds after a day whose windows are over."""
    rows: Any = columns(func.sum(Patrol.visited), func.sum(Patrol.required))
    mine = (col(Patrol.person_id) == actor.id, col(Patrol.day) > after, col(Patrol.day) <= until)
    return cast(Rows, rows.where(*mine, col(Patrol.closed_at).is_not(None)))


def plan_of(actor: Actor, id: str) -> SelectOfScalar[PatrolPlan]:
    """A plan in force of the platform's area, locked."""
    rows = select(PatrolPlan).where(PatrolPlan.id == id, col(PatrolPlan.ended_at).is_(None))
    return rows.where(within(col(PatrolPlan.area).concat(""), actor.area)).with_for_update()


async def of_the_day(session: AsyncSession, day: date) -> set[str]:
    """The plans that have their round of a day."""
    rows = select(Patrol.plan_id).where(Patrol.day == day)
    return set((await session.exec(rows)).all())


async def all_plans(session: AsyncSession) -> list[PatrolPlan]:
    """Every plan in force."""
    rows = select(PatrolPlan).where(col(PatrolPlan.ended_at).is_(None)).order_by(col(PatrolPlan.id))
    return list(await session.exec(rows))


def over(now: datetime, most: int) -> SelectOfScalar[Patrol]:
    """Rounds whose windows are over and who are not counted yet, each for one process."""
    rows = select(Patrol).where(col(Patrol.closed_at).is_(None), col(Patrol.closes_at) <= now)
    return rows.order_by(col(Patrol.closes_at)).limit(most).with_for_update(skip_locked=True)


def locked(actor: Actor, id: str) -> SelectOfScalar[Patrol]:
    """A round the actor sees, locked for change."""
    return visible_to(actor).where(Patrol.id == id).with_for_update()


async def points_of(session: AsyncSession, id: str) -> list[PatrolPoint]:
    """The points of a round, locked."""
    rows = select(PatrolPoint).where(PatrolPoint.patrol_id == id).order_by(col(PatrolPoint.n))
    return list(await session.exec(rows.with_for_update()))


async def tail(session: AsyncSession, patrol_id: str) -> PatrolTrack | None:
    """The newest part of a track."""
    rows = select(PatrolTrack).where(PatrolTrack.patrol_id == patrol_id)
    return (await session.exec(rows.order_by(col(PatrolTrack.last_at).desc()).limit(1))).first()


def other_running(actor: Actor, id: str) -> SelectOfScalar[Patrol]:
    """Another round this officer is walking; a paused one may wait."""
    rows = select(Patrol).where(Patrol.person_id == actor.id, col(Patrol.id) != id)
    return rows.where(Patrol.state == PatrolState.RUNNING.value)


@kept
def running(actor: Actor) -> Rows:
    """Who is on a round now."""
    rows: Any = columns(col(Patrol.person_id), func.count())
    rows = rows.where(col(Patrol.state) == PatrolState.RUNNING.value)
    return cast(Rows, rows.group_by(col(Patrol.person_id)))
