"""Roll calls as the platform reads them, and as whoever is called answers them."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import PHOTO, Person, Photo, PlaceInput, load_people
from server.command.rollcalls import queries, rules, service
from server.command.rollcalls.flow import CallState
from server.command.rollcalls.tables import RollCall as Row
from server.graph.audience import field_for, mutation_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Area
from server.kernel.actors import OFFICER, Role
from server.kernel.ids import an_id

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class RollCall(View[Row]):
    """点名: somebody on duty was asked where he is."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    at: datetime = column()
    due_at: datetime = column()
    answered_at: datetime | None = column()
    at_post: bool = column(description="He answered from one of his own cells.")

    @field_for(needs={"state"})
    def state(self) -> CallState:
        return CallState(self.row.state)

    @field_for(needs={"person_id"})
    def person(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.person_id)

    @field_for(needs={"by_id"})
    def by(self, info: Info) -> Person | None:
        """Who called."""
        return info.context.soon(load_people, self.row.by_id)

    @field_for(needs={"drawn_from"})
    def drawn_from(self) -> int | None:
        """From how many he was drawn by chance; null when he was named."""
        return len(self.row.drawn_from) or None

    @field_for(needs={"cell"})
    def cell(self, info: Info) -> Area | None:
        """Where he answered from; null before, and outside the district."""
        return Area.of(info.context.office.areas, self.row.cell) if self.row.cell else None

    @field_for(needs={"id"}, most=rules.MOST_PHOTOS)
    def photos(self, info: Info) -> list[Photo]:
        return info.context.soon(load_photos, self.row.id)


@strawberry.input
class CallRoll:
    """`person_id` names somebody on duty; without it he is drawn by chance."""

    op_id: strawberry.ID
    minutes: int
    person_id: str = ""


@strawberry.input
class AnswerRollCall:
    """From where one is."""

    id: strawberry.ID
    op_id: strawberry.ID
    place: PlaceInput
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    """Roll calls' reading part of the root."""

    @field_for(OFFICER, most=queries.MOST)
    async def roll_calls(self, info: Info) -> list[RollCall]:
        """点名记录 of the platform's area, the newest first. Refuses NOT_ALLOWED to others."""
        rules.needs_watcher(info.context.actor)
        rows = queries.newest(info.context.actor)
        return RollCall.of(await info.context.office.read.lines(rows, info.needs()))

    @field_for(OFFICER)
    async def my_roll_call(self, info: Info) -> RollCall | None:
        """The one this person has to answer, or may still; null for none."""
        office = info.context.office
        rows = queries.waiting(info.context.actor, office.clock() - queries.FRESH)
        row = await office.read.line(rows, info.needs())
        return RollCall(row=row) if row else None


@strawberry.type
class Mutation:
    """Roll calls' part of the root."""

    @mutation_for(OFFICER)
    async def call_roll(self, info: Info, input: CallRoll) -> bool:
        """点名, of somebody named or drawn; the page reads `rollCalls` anew."""
        id = an_id(input.op_id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("call_roll", id, strawberry.asdict(input)):
                await service.call(work, id=id, minutes=input.minutes, person_id=input.person_id)
        return True

    @mutation_for(OFFICER)
    async def answer_roll_call(self, info: Info, input: AnswerRollCall) -> bool:
        """应答."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("answer_roll_call", input.op_id, strawberry.asdict(input)):
                await service.answer(work, id=input.id, at=input.place.point(), photo_ids=input.photo_ids)
        return True


async def load_photos(context: Context, ids: list[str]) -> list[list[Photo]]:
    """The photos of each."""
    found: dict[str, list[Photo]] = {id: [] for id in ids}
    for photo in Photo.of(await context.office.read.lines(queries.photos(ids), PHOTO)):
        found[photo.row.attached_id or ""].append(photo)
    return [found[id] for id in ids]
