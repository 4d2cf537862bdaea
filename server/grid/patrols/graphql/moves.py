"""What officers do on rounds and the platform about them. Times are the phone's."""

from datetime import datetime

import strawberry

from server.command.graphql.types import PlaceInput
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.grid.patrols.graphql.types import Patrol, PatrolPlan, PatrolPoint
from server.grid.patrols.rules import Fix
from server.grid.patrols.service import plans, rounds, track
from server.grid.patrols.service.plans import Point
from server.kernel.actors import OFFICER
from server.kernel.geo import Datum, to_wgs84
from server.kernel.ids import an_id


@strawberry.input
class PatrolMove:
    """A step of one's own round, when the phone says it was."""

    id: strawberry.ID
    op_id: strawberry.ID
    done_at: datetime


@strawberry.input
class WhyNot:
    """Why a point was not reached."""

    point_id: strawberry.ID
    text: str


@strawberry.input
class EndPatrol(PatrolMove):
    """结束巡查."""

    why_not: list[WhyNot] | None = None


@strawberry.input
class CheckInPoint:
    """打卡: where one is, or the code of the point; away from it a reason and a photo."""

    id: strawberry.ID
    op_id: strawberry.ID
    done_at: datetime
    place: PlaceInput | None = None
    code: str = ""
    reason: str = ""
    photo_ids: list[strawberry.ID] | None = None


@strawberry.input
class FixInput:
    """One position of a track."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: int | None = None


@strawberry.input
class TrackInput:
    """Some positions of a round, in the datum they were measured in. The same `id` is kept once."""

    id: strawberry.ID
    patrol_id: strawberry.ID
    datum: Datum
    fixes: list[FixInput]


@strawberry.input
class PlanPointInput:
    """A point to be visited."""

    name: str
    lon: float
    lat: float
    datum: Datum
    look: str = ""
    photo: bool = False


@strawberry.input
class PlanPatrol:
    """A round that comes back. `weekdays`: 1 is Monday; times are minutes of the day in Shanghai."""

    id: strawberry.ID
    name: str
    cells: list[str]
    points: list[PlanPointInput]
    weekdays: list[int]
    opens: int
    closes: int


@strawberry.type
class Mutation:
    """Patrols' part of the root."""

    @mutation_for(OFFICER)
    async def start_patrol(self, info: Info, input: PatrolMove) -> Patrol:
        """开始巡查; who was not on duty is from here on."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("start_patrol", an_id(input.op_id, field="opId"), {"id": input.id}):
                return Patrol(row=await rounds.start(work, id=input.id, at=input.done_at))
            return Patrol(row=await rounds.read(work, input.id))

    @mutation_for(OFFICER)
    async def pause_patrol(self, info: Info, input: PatrolMove, resume: bool = False) -> Patrol:
        """暂停, or 继续. No positions are taken meanwhile."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("pause_patrol", an_id(input.op_id, field="opId"), {"id": input.id}):
                return Patrol(row=await rounds.pause(work, id=input.id, at=input.done_at, resume=resume))
            return Patrol(row=await rounds.read(work, input.id))

    @mutation_for(OFFICER)
    async def end_patrol(self, info: Info, input: EndPatrol) -> Patrol:
        """结束巡查."""
        why_not = {str(one.point_id): one.text for one in input.why_not or ()}
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("end_patrol", an_id(input.op_id, field="opId"), {"id": input.id}):
                return Patrol(row=await rounds.end(work, id=input.id, at=input.done_at, why_not=why_not))
            return Patrol(row=await rounds.read(work, input.id))

    @mutation_for(OFFICER)
    async def check_in_point(self, info: Info, input: CheckInPoint) -> PatrolPoint:
        """打卡. More than 60 m away it waits for somebody else's look."""
        here = input.place.point() if input.place else None
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("check_in_point", an_id(input.op_id, field="opId"), {"id": input.id}):
                row = await rounds.check_in(
                    work, id=input.id, at=input.done_at, here=here, code=input.code, reason=input.reason,
                    photo_ids=input.photo_ids or (),
                )  # fmt: skip
                return PatrolPoint(row=row)
            return PatrolPoint(row=await rounds.read_point(work, input.id))

    @mutation_for(OFFICER)
    async def send_track(self, info: Info, input: TrackInput) -> bool:
        """Positions of one's own round, taken on duty only: others are refused and not kept."""
        fixes = [Fix(one.at, to_wgs84(one.lon, one.lat, input.datum), one.accuracy_m) for one in input.fixes]
        async with info.context.office.work(info.context.actor) as work:
            await track.follow(work, id=an_id(input.id), patrol_id=input.patrol_id, fixes=fixes)
        return True

    @mutation_for(OFFICER)
    async def plan_patrol(self, info: Info, input: PlanPatrol) -> PatrolPlan:
        """A new plan. An inspection of an enterprise is refused with its basis."""
        points = [
            Point(one.name, to_wgs84(one.lon, one.lat, one.datum), one.look, one.photo)
            for one in input.points
        ]
        id, told = an_id(input.id), {"name": input.name, "points": len(points)}
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("plan_patrol", id, told):
                row = await plans.plan(
                    work, id=id, name=input.name, cells=input.cells, points=points, days=input.weekdays,
                    opens=input.opens, closes=input.closes,
                )  # fmt: skip
                return PatrolPlan(row=row)
            return PatrolPlan(row=await plans.read(work, id))

    @mutation_for(OFFICER)
    async def end_patrol_plan(self, info: Info, id: strawberry.ID) -> bool:
        """No further rounds of it."""
        async with info.context.office.work(info.context.actor) as work:
            await plans.end_plan(work, id=id)
        return True

    @mutation_for(OFFICER)
    async def review_visit(
        self, info: Info, id: strawberry.ID, accept: bool, opinion: str = ""
    ) -> PatrolPoint:
        """复核 of a doubtful visit, by somebody else than who made it."""
        async with info.context.office.work(info.context.actor) as work:
            return PatrolPoint(row=await rounds.review(work, id=id, accept=accept, opinion=opinion))
