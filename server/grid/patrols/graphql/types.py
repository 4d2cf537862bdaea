"""Rounds, their points and plans, and where colleagues are, as officers and the platform see them."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import PHOTO, Person, Photo, load_people
from server.command.orders import queries as orders
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.grid.patrols import queries, rules
from server.grid.patrols.flow import FLOW, PatrolAction, PatrolState
from server.grid.patrols.rules import PointHow, PointState
from server.grid.patrols.tables import Patrol as PatrolRow
from server.grid.patrols.tables import PatrolPlan as PlanRow
from server.grid.patrols.tables import PatrolPoint as PointRow
from server.identity.graphql import Area
from server.kernel.actors import OFFICER, Post, Role

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class PatrolPoint(View[PointRow]):
    """A point of a round and how it was visited."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    n: int = column()
    name: str = column()
    look: str = column()  # what to look at there
    lon: float = column()  # WGS-84 degrees
    lat: float = column()
    code: str = column()  # what stands on its plate, for the phone to compare without a network
    photo: bool = column()  # a visit wants one
    at: datetime | None = column()  # when, as the phone said
    heard_at: datetime | None = column()  # when the server learned of it
    metres: int | None = column()
    reason: str = column()
    missed: bool = column()  # its window closed without it
    why_not: str = column()
    opinion: str = column()  # of whoever looked at a doubtful visit

    @field_for(needs={"state"})
    def state(self) -> PointState:
        return PointState(self.row.state)

    @field_for(needs={"how"})
    def how(self) -> PointHow | None:
        """Null while nobody was there."""
        return PointHow(self.row.how) if self.row.how else None

    @field_for(needs={"id"}, most=rules.MOST_PHOTOS)
    def photos(self, info: Info) -> list[Photo]:
        return info.context.soon(load_photos, self.row.id)

    @field_for(needs={"patrol_id"})
    def patrol(self, info: Info) -> "Patrol | None":
        """The round it belongs to."""
        return info.context.soon(load_patrols, self.row.patrol_id)


@strawberry.type
class Patrol(View[PatrolRow]):
    """One officer's round of one day."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    name: str = column()
    day: date = column()
    opens_at: datetime = column()
    closes_at: datetime = column()
    began_at: datetime | None = column()
    ended_at: datetime | None = column()
    length_m: int = column()
    required: int = column()
    visited: int = column()

    @field_for(needs={"state"})
    def state(self) -> PatrolState:
        return PatrolState(self.row.state)

    @field_for(needs={"closed_at", "required", "visited"})
    def missed(self) -> int | None:
        """漏巡: points without a visit that counts when the window had closed; null before."""
        return None if self.row.closed_at is None else self.row.required - self.row.visited

    @field_for(needs=())
    def near_m(self) -> int:
        """A check-in within so many metres is at its point; else it needs a reason and a photo."""
        return int(rules.NEAR_M)

    @field_for(needs=())
    def weak_m(self) -> int:
        """A position less accurate than this is too weak to go by: the code of the point helps."""
        return int(rules.WEAK_M)

    @field_for(needs={"area"}, reference=True)
    def cell(self, info: Info) -> Area:
        return Area.of(info.context.office.areas, self.row.area)

    @field_for(needs={"person_id"})
    def person(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.person_id)

    @field_for(needs={"id"}, most=rules.MOST_POINTS)
    def points(self, info: Info) -> list[PatrolPoint]:
        """In the order of the plan."""
        return info.context.soon(load_points, self.row.id)

    @field_for(needs={"person_id", "began_heard_at", "ended_heard_at"})
    async def findings(self, info: Info) -> int:
        """What the officer reported on the way, by the times the server heard of it."""
        first, last = self.row.began_heard_at, self.row.ended_heard_at
        if first is None:
            return 0
        found = orders.found_by(self.row.person_id, first, last or info.context.office.clock())
        return int(await info.context.office.read.value(found))

    @field_for(needs={"state", "person_id"}, personal=True)
    def actions(self, info: Info) -> list[PatrolAction]:
        """The buttons of whoever walks it."""
        actor = info.context.actor
        mine = self.row.person_id == actor.id
        return FLOW.offered(PatrolState(self.row.state), actor.post) if mine else []


@strawberry.type
class PatrolPage:
    """Some rounds of a day, and where the next ones begin."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    items: list[Patrol]
    next: str | None
    exports: bool = strawberry.field(description="This person may take the list home.")


@strawberry.type
class PatrolPlanPoint:
    """A point as it was planned."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    name: str
    look: str
    lon: float
    lat: float
    photo: bool
    code: str


@strawberry.type
class PatrolPlan(View[PlanRow]):
    """A round that comes back."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    name: str = column()
    weekdays: list[int] = column(of="days", description="1 is Monday.")
    opens: int = column(description="Minutes of the day in Shanghai.")
    closes: int = column()

    @field_for(needs={"cells"}, most=rules.MOST_POINTS)
    def cells(self, info: Info) -> list[Area]:
        return [Area.of(info.context.office.areas, cell) for cell in self.row.cells]

    @field_for(needs={"points"}, most=rules.MOST_POINTS)
    def points(self) -> list[PatrolPlanPoint]:
        return [
            PatrolPlanPoint(**{name: point[name] for name in ("name", "look", "lon", "lat", "photo", "code")})
            for point in self.row.points
        ]


@strawberry.type
class RosterDay:
    """A day of one's own roster."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    day: date
    away: bool = strawberry.field(description="On leave: the stand-in walks.")
    rounds: list[PatrolPlan]


@strawberry.type
class OwnSpan:
    """What one did in thirty days."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    found: int = strawberry.field(description="Problems reported on patrol.")
    visited: int = strawberry.field(description="Points visited of rounds whose windows are over.")
    required: int
    hours: int = strawberry.field(description="On duty.")


@strawberry.type
class OwnRecord:
    """A grid officer's week ahead, and his last thirty days beside the thirty before. Of nobody else."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    week: list[RosterDay]
    now: OwnSpan
    before: OwnSpan


@strawberry.type
class Position:
    """Where somebody on duty was last on a round: for the platform and those of the same cell."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID
    person: Person
    post: Post
    at: datetime
    lon: float
    lat: float
    accuracy_m: int | None
    patrolling: bool


@strawberry.type
class PatrolEvent:
    """A round moved. `patrol` is null when it is a colleague's."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    cursor: str
    verb: str
    at: datetime
    patrol_id: strawberry.ID | None
    patrol: Patrol | None


async def load_points(context: Context, ids: list[str]) -> list[list[PatrolPoint]]:
    """The points of each round."""
    found: dict[str, list[PatrolPoint]] = {id: [] for id in ids}
    for row in await context.office.read.lines(queries.points(ids)):
        found[row.patrol_id].append(PatrolPoint(row=row))
    return [found[id] for id in ids]


async def load_photos(context: Context, ids: list[str]) -> list[list[Photo]]:
    """The photos of each point."""
    found: dict[str, list[Photo]] = {id: [] for id in ids}
    for photo in Photo.of(await context.office.read.lines(queries.photos(ids), PHOTO)):
        found[photo.row.attached_id or ""].append(photo)
    return [found[id] for id in ids]


async def load_patrols(context: Context, ids: list[str]) -> list[Patrol | None]:
    """Rounds by id, those the asking person sees."""
    rows = await context.office.read.lines(queries.some(context.actor, ids))
    found = {row.id: Patrol(row=row) for row in rows}
    return [found.get(id) for id in ids]
