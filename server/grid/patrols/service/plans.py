"""Rounds that come back, and the jobs that make the day's rounds of them and declare what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from sqlmodel import col, delete

from server.grid.patrols import queries, rules
from server.grid.patrols.errors import BadPlan
from server.grid.patrols.flow import FLOW, PatrolAction, PatrolState
from server.grid.patrols.rules import PointState
from server.grid.patrols.tables import Patrol, PatrolPlan, PatrolPoint, PatrolTrack
from server.identity.queries import officers_in
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import NotFound
from server.kernel.geo import Wgs84
from server.kernel.text import clean_line
from server.platform.rows import fresh
from server.platform.work import Office, Work

KIND = "patrol"
NAME_LIMIT, LOOK_LIMIT = 40, 100
REQUIRED, VISITED, MISSED = "patrol_required", "patrol_visited", "patrol_missed"  # points, by cell and day
KEEP_TRACKS = timedelta(days=90)  # domain A8
BATCH = 50
A = PatrolAction


@dataclass(frozen=True, slots=True)
class Point:
    """A point as it is planned."""

    name: str
    at: Wgs84
    look: str = ""
    photo: bool = False


async def plan(
    work: Work, *, id: str, name: str, cells: Sequence[str], points: Sequence[Point], days: Sequence[int],
    opens: int, closes: int,
) -> PatrolPlan:  # fmt: skip
    """A round of some cells on some days of the week; the first one is made for today, if its day is today.

    Raises NotAllowed, NotFound, BadPlan, InspectionBarred, TextRequired.
    """
    rules.needs_planner(work.actor)
    rules.needs_plan(days, opens, closes, len(points))
    title = clean_line(name, field="name", limit=NAME_LIMIT, required=True)
    if not cells:
        raise BadPlan(field="cells")
    for cell in cells:
        if len(work.office.areas.by_code(cell).code) != 15 or not cell.startswith(work.actor.area):
            raise NotFound(subject=cell)
    rows = [_point(work, id, n, point, cells) for n, point in enumerate(points, start=1)]
    rules.needs_observing(title, *(f"{row['name']} {row['look']}" for row in rows))
    row = PatrolPlan(
        id=id, name=title, area=_common(cells), cells=sorted(cells), points=rows,
        days=sorted(set(days)), opens=opens, closes=closes, made_by=work.actor.id, made_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.record(f"{KIND}.lay_down", "patrol_plan", id, area=row.area, opinion=title,
                detail={"points": len(rows), "cells": list(row.cells)})  # fmt: skip
    await make(work, row)
    return row


async def end_plan(work: Work, *, id: str) -> PatrolPlan:
    """No further rounds; today's stays. Raises NotAllowed, NotFound."""
    rules.needs_planner(work.actor)
    row = await read(work, id)
    row.ended_at = work.now
    work.record(f"{KIND}.give_up", "patrol_plan", id, area=row.area)
    return row


def _common(cells: Sequence[str]) -> str:
    """The smallest area that holds all of them."""
    return next(cells[0][:n] for n in (15, 12, 9, 6) if len({cell[:n] for cell in cells}) == 1)


async def read(work: Work, id: str) -> PatrolPlan:
    """The plan as it is now. Raises NotFound."""
    row = (await work.session.exec(queries.plan_of(work.actor, id))).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    return row


def _point(work: Work, id: str, n: int, point: Point, cells: Sequence[str]) -> dict[str, object]:
    """Its cell is one of the plan's; its code is what the plate at the place says."""
    cell = work.office.areas.cell_at(point.at)
    if cell.code not in cells:
        raise BadPlan(field="points", n=n)
    return {
        "name": clean_line(point.name, field="points", limit=NAME_LIMIT, required=True),
        "look": clean_line(point.look, field="points", limit=LOOK_LIMIT), "area": cell.code,
        "lon": point.at.lon, "lat": point.at.lat, "photo": point.photo,
        "code": f"{cell.card}-{uuid5(NAMESPACE_OID, f'{id}/{n}').int % 10_000:04}",
    }  # fmt: skip


async def make_rounds(office: Office) -> int:
    """The day's rounds of every plan that has none yet. A job; returns 0: it has looked at all of them."""
    today = day_of(office.clock())
    async with office.reading() as session:
        made = await queries.of_the_day(session, today)
        wanted = [plan.id for plan in await queries.all_plans(session)
                  if today.isoweekday() in plan.days and plan.id not in made]  # fmt: skip
    for id in wanted:
        async with office.work(SYSTEM) as work:
            plan = (await work.session.exec(queries.plan_of(SYSTEM, id))).one_or_none()
            if plan is not None:
                await make(work, plan)
    return 0


async def make(work: Work, plan: PatrolPlan) -> None:
    """Today's round, for whoever is responsible first and not away; nobody there, no round."""
    today = day_of(work.now)
    id = round_of(plan, today)
    officers = await officers_in(work.session, plan.cells[0], work.now)
    if today.isoweekday() not in plan.days or not officers:
        return
    if await work.session.get(Patrol, id):
        return
    opens_at = midnight(today) + timedelta(minutes=plan.opens)
    patrol = Patrol(
        id=id, plan_id=plan.id, name=plan.name, day=today, area=str(plan.points[0]["area"]),
        person_id=officers[0].id, state=FLOW.enter(A.PLAN, SYSTEM.post).target, opens_at=opens_at,
        closes_at=midnight(today) + timedelta(minutes=plan.closes), required=len(plan.points),
    )  # fmt: skip
    work.session.add(patrol)
    for n, point in enumerate(plan.points, start=1):
        work.add(fresh(PatrolPoint, id=f"{id}/{n}", patrol_id=id, n=n, state=PointState.OPEN.value, **point))
    record(work, patrol, A.PLAN, by_system=True)


def round_of(plan: PatrolPlan, day: date) -> str:
    """The id of a plan's round of a day: made once, whoever makes it."""
    return str(uuid5(NAMESPACE_OID, f"{plan.id}/{day.isoformat()}"))


async def declare_missed(office: Office) -> int:
    """漏巡: what was not visited when a window closed is declared, counted and told. A job."""
    async with office.work(SYSTEM) as work:
        patrols = (await work.session.exec(queries.over(work.now, BATCH))).all()
        for patrol in patrols:
            await close(work, patrol)
    return len(patrols)


async def close(work: Work, patrol: Patrol) -> None:
    """The window is over: from here on the round counts, and what was not visited is declared."""
    points = await queries.points_of(work.session, patrol.id)
    patrol.closed_at = work.now
    missed = [point for point in points if point.state in (PointState.OPEN, PointState.REFUSED)]
    for point in points:
        work.count(REQUIRED, point.area, 1, patrol.day)
        if point.state == PointState.VISITED:
            work.count(VISITED, point.area, 1, patrol.day)
    for point in missed:
        point.missed = True
        work.count(MISSED, point.area, 1, patrol.day)
    if missed:
        patrol.state = FLOW.step(PatrolState(patrol.state), A.MISS, SYSTEM.post).target
        record(work, patrol, A.MISS, by_system=True, opinion="、".join(each.name for each in missed),
               detail={"missed": len(missed), "required": len(points)})  # fmt: skip


async def forget_tracks(office: Office) -> int:
    """Positions are deleted after ninety days; lengths, visits and counters stay. A job."""
    async with office.work(SYSTEM) as work:
        old = delete(PatrolTrack).where(col(PatrolTrack.heard_at) < work.now - KEEP_TRACKS)
        gone = (await work.session.exec(old, execution_options={"synchronize_session": False})).rowcount
        if gone:
            work.record(f"{KIND}.forget", "patrol_track", day_of(work.now).isoformat(), quiet=True,
                        area=office.settings.district, detail={"tracks": gone})  # fmt: skip
    return 0


def record(
    work: Work, patrol: Patrol, action: PatrolAction, *, at: datetime | None = None, opinion: str = "",
    by_system: bool = False, detail: dict[str, object] | None = None,
) -> None:  # fmt: skip
    """The audit line of a step and its news: for the platform, the officer and those of the same cell."""
    told = {"at": at.isoformat(), **(detail or {})} if at else detail
    work.record(
        f"{KIND}.{action}", KIND, patrol.id, area=patrol.area, target=patrol.state, opinion=opinion,
        detail=told, by=SYSTEM if by_system else None,
        touches=[f"person:{patrol.person_id}", f"cell:{patrol.area}"],
    )  # fmt: skip
