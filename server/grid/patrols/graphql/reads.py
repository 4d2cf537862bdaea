"""Reading rounds, plans, doubtful visits, coverage, and where colleagues are."""

import json
from datetime import date, datetime, timedelta
from typing import ClassVar

import strawberry

from server.command.duty import queries as duties
from server.command.duty import service as duty
from server.command.graphql.types import load_people
from server.command.orders.service.export import may_export
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.grid.patrols import coverage, mine, queries, rules
from server.grid.patrols.graphql.types import (
    OwnRecord,
    OwnSpan,
    Patrol,
    PatrolPage,
    PatrolPlan,
    PatrolPoint,
    Position,
    RosterDay,
)
from server.grid.patrols.service import track
from server.identity.graphql import Area
from server.identity.queries import officers_by_cell
from server.kernel.actors import LEADER, OFFICER, STAFF, Post, Role
from server.kernel.calendar import day_of
from server.kernel.errors import NotAllowed, NotFound
from server.platform.read import together
from server.platform.vault import Vault

MOST_DAYS = 92


@strawberry.type
class PatrolCoverage:
    """An area over some days: points visited of points required whose windows are over, and who is there now.

    Never of a person.
    """

    seen_by: ClassVar[frozenset[Role]] = STAFF
    area: Area
    visited: int
    required: int
    percent: float | None = strawberry.field(description="Null where nothing was required.")
    missed: int
    on_duty: int = strawberry.field(description="Grid officers on duty now, of its cells.")
    officers: int
    tasks: int = strawberry.field(description="Open verifications and checks of its officers.")


@strawberry.type
class Query:
    """Patrols' part of the root."""

    @field_for(OFFICER)
    async def my_patrols(self, info: Info) -> list[Patrol]:
        """A grid officer's rounds of today, and the one he is on."""
        office, actor = info.context.office, info.context.actor
        return Patrol.of(await office.read.lines(queries.mine(actor, day_of(office.clock())), info.needs()))

    @field_for(OFFICER)
    async def my_record(self, info: Info) -> OwnRecord:
        """我的班表, and one's own figures against one's own past. Refuses NOT_ALLOWED to other posts."""
        office, actor = info.context.office, info.context.actor
        if actor.post is not Post.GRID_OFFICER:
            raise NotAllowed(flow="patrol", action="record", post=actor.post)
        now = office.clock()
        spans = [await mine.span(office, actor, last) for last in (now, now - mine.WINDOW)]
        week = await mine.week(office, actor)
        recent, before = (
            OwnSpan(found=s.found, visited=s.visited, required=s.required, hours=s.hours) for s in spans
        )
        return OwnRecord(
            week=[RosterDay(day=each.day, away=each.away, rounds=PatrolPlan.of(each.plans)) for each in week],
            now=recent, before=before,
        )  # fmt: skip

    @field_for(OFFICER)
    async def patrol(self, info: Info, id: strawberry.ID) -> Patrol:
        """One round. NOT_FOUND when there is none, or it is not one's own to see."""
        row = await info.context.office.read.line(queries.one(info.context.actor, id), info.needs())
        if row is None:
            raise NotFound(subject=id)
        return Patrol(row=row)

    @field_for(OFFICER)
    async def patrols(
        self, info: Info, day: date | None = None, first: int = 50, after: str | None = None
    ) -> PatrolPage:  # fmt: skip
        """The rounds of a day in the platform's area, missed ones first."""
        office, actor = info.context.office, info.context.actor
        begin = decode(after, int, datetime, str) if after else None
        rows = queries.of_day(actor, day or day_of(office.clock()), bounded(first), begin)
        found = await office.read.lines(rows, together(queries.POSITION, info.needs("items")))
        page = Page.of(found, first, queries.position)
        return PatrolPage(items=Patrol.of(page.items), next=page.next, exports=may_export(actor))

    @field_for(OFFICER, most=queries.MOST)
    async def doubtful_visits(self, info: Info) -> list[PatrolPoint]:
        """待复核: visits from too far away or heard of too late. Empty for grid officers' own."""
        if info.context.actor.post not in rules.WATCHERS:
            return []
        rows = queries.doubtful(info.context.actor)
        return PatrolPoint.of(await info.context.office.read.lines(rows, info.needs()))

    @field_for(OFFICER, most=queries.MOST)
    async def patrol_plans(self, info: Info) -> list[PatrolPlan]:
        """The plans in force in the platform's area."""
        rows = queries.plans(info.context.actor)
        return PatrolPlan.of(await info.context.office.read.lines(rows, info.needs()))

    @field_for(OFFICER, most=queries.MOST)
    async def positions(self, info: Info) -> list[Position]:
        """Where those on a round are now: the platform's area, or who shares a cell. Looking is on record.

        Refuses NOT_ALLOWED to others.
        """
        office, actor = info.context.office, info.context.actor
        if actor.post not in rules.WATCHERS and actor.post is not Post.GRID_OFFICER:
            raise NotAllowed(flow="patrol", action="positions", post=actor.post)
        spells = [row for row in await duties.spells(office.read, actor, office.clock()) if row.place]
        if actor.post is Post.GRID_OFFICER:
            beside = await officers_by_cell(office.read, actor.area, now=office.clock())
            near = {id for cell in actor.cells for id in beside.get(cell, ())}
            spells = [row for row in spells if row.account_id in near]
        others = [row.account_id for row in spells if row.account_id != actor.id]
        async with office.work(actor) as work:
            await track.looked(work, others)
        on_round = {id for id, _ in await office.read.tuples(queries.running(actor))}
        people = await info.context.loader(load_people).load_many([row.account_id for row in spells])
        found, vault = [], office.of(Vault)
        for row, person in zip(spells, people, strict=True):
            lon, lat, accuracy = json.loads(vault.unseal(row.place, about=duty.place_of(row.id)))
            if person is not None and row.seen_at is not None:
                found.append(Position(
                    id=strawberry.ID(row.account_id), person=person, post=Post(row.post), at=row.seen_at,
                    lon=lon, lat=lat, accuracy_m=accuracy, patrolling=row.account_id in on_round,
                ))  # fmt: skip
        return found

    @field_for(LEADER, OFFICER, most=400)
    async def patrol_coverage(self, info: Info, area_code: str = "", days: int = 7) -> list[PatrolCoverage]:
        """巡查覆盖 of the areas one level below `area_code` (one's own when empty), of the last `days`.

        For leaders and the platform; NOT_FOUND outside one's own area.
        """
        office, actor = info.context.office, info.context.actor
        today = day_of(office.clock())
        first = today - timedelta(days=min(max(days, 1), MOST_DAYS) - 1)
        rows = await coverage.below(office, actor, area_code or actor.area, first, today)
        return [
            PatrolCoverage(
                area=Area.of(office.areas, row.area), visited=row.visited, required=row.required,
                percent=rules.percent(row.visited, row.required), missed=row.missed, on_duty=row.on_duty,
                officers=row.officers, tasks=row.tasks,
            ) for row in rows
        ]  # fmt: skip
