"""A talk and what is said in it, as either end sees it."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import PHOTO, VOICE, Person, Photo, Voice, load_people
from server.command.talks import queries, rules
from server.command.talks.flow import TalkAction, TalkState
from server.command.talks.rules import TalkSide
from server.command.talks.tables import Talk as Row
from server.command.talks.tables import TalkMessage as MessageRow
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Area
from server.kernel.actors import CITIZEN, OFFICER, Role

BOTH_ENDS: frozenset[Role] = frozenset({CITIZEN, OFFICER})
ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class TalkMessage(View[MessageRow]):
    """One thing that was said."""

    seen_by: ClassVar[frozenset[Role]] = BOTH_ENDS
    id: strawberry.ID = column()
    at: datetime = column()
    source: str = column()  # what a quoted answer rests on; empty otherwise

    @field_for(needs={"side"})
    def side(self) -> TalkSide:
        return TalkSide(self.row.side)

    @field_for(needs={"text", "side"}, personal=True)
    def text(self, info: Info) -> str:
        """The citizen's numbers are masked for everybody but himself."""
        own = self.row.side != TalkSide.CITIZEN or info.context.actor.role is CITIZEN
        return self.row.text if own else rules.masked(self.row.text)

    @field_for(needs={"id"})
    def photos(self, info: Info) -> list[Photo]:
        return info.context.soon(load_photos, self.row.id)

    @field_for(needs={"id"})
    def voices(self, info: Info) -> list[Voice]:
        return info.context.soon(load_voices, self.row.id)


@strawberry.type
class Talk(View[Row]):
    """A conversation between a citizen and the desk."""

    seen_by: ClassVar[frozenset[Role]] = BOTH_ENDS
    id: strawberry.ID = column()
    version: int = column()  # rises with every message
    asked_at: datetime = column()
    said_at: datetime = column()
    ended_at: datetime | None = column()

    @field_for(needs={"question"}, personal=True)
    def question(self, info: Info) -> str:
        """The last one that was handed over."""
        own = info.context.actor.role is CITIZEN
        return self.row.question if own else rules.masked(self.row.question)

    @field_for(needs={"state"})
    def state(self) -> TalkState:
        return TalkState(self.row.state)

    @field_for(needs={"state", "asked_at"})
    async def ahead(self, info: Info) -> int | None:
        """How many wait before this one; null when it does not wait."""
        if self.row.state != TalkState.WAITING:
            return None
        return int(await info.context.office.read.value(queries.ahead(self.row.asked_at)))

    @field_for(needs={"state"})
    def opens_at(self, info: Info) -> datetime | None:
        """While it waits out of hours: when the desk opens. The place is kept."""
        office = info.context.office
        waits = self.row.state in {TalkState.WAITING, TalkState.CALL_BACK}
        return rules.opens_at(office.calendar, office.clock()) if waits else None

    @field_for(needs={"agent_id"})
    def agent(self, info: Info) -> Person | None:
        """Who answers; null until somebody took it."""
        return info.context.soon(load_people, self.row.agent_id) if self.row.agent_id else None

    @field_for(needs={"request_id"})
    def request_id(self) -> strawberry.ID | None:
        """The request it became."""
        return strawberry.ID(self.row.request_id) if self.row.request_id else None

    @field_for(needs={"phone_shown"})
    def mobile(self) -> str | None:
        """The number left for a call, masked."""
        return self.row.phone_shown or None

    @field_for(OFFICER, needs={"area"})
    def area(self, info: Info) -> Area:
        return Area.of(info.context.office.areas, self.row.area)

    @field_for(needs={"id"})
    def messages(self, info: Info) -> list[TalkMessage]:
        """Everything said so far, the oldest first."""
        return info.context.soon(load_messages, self.row.id)

    @field_for(needs={"state", "agent_id"}, personal=True)
    def actions(self, info: Info) -> list[TalkAction]:
        """The buttons."""
        return rules.offered(self.row, info.context.actor)

    @field_for(needs={"state", "agent_id"}, personal=True)
    def may_speak(self, info: Info) -> bool:
        """Whether the box to write in is open."""
        return rules.may_speak(self.row, info.context.actor)


@strawberry.type
class TalkPage:
    """Some talks, and the cursor of those behind them."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    items: list[Talk]
    next: str | None


@strawberry.type
class TalkCount:
    """How many talks stand in a state."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    state: TalkState
    count: int


@strawberry.type
class TalkEvent:
    """Something was said, or the queue moved. `talk` is null when it is not one's own that moved."""

    seen_by: ClassVar[frozenset[Role]] = BOTH_ENDS
    cursor: str
    verb: str
    at: datetime
    talk_id: strawberry.ID | None = None
    talk: Talk | None = None


async def load_messages(context: Context, ids: list[str]) -> list[list[TalkMessage]]:
    """What was said in each talk."""
    found: dict[str, list[TalkMessage]] = {id: [] for id in ids}
    for row in await context.office.read.lines(queries.messages(ids)):
        found[row.talk_id].append(TalkMessage(row=row))
    return [found[id] for id in ids]


async def load_photos(context: Context, ids: list[str]) -> list[list[Photo]]:
    """The photos of each message."""
    found: dict[str, list[Photo]] = {id: [] for id in ids}
    for photo in Photo.of(await context.office.read.lines(queries.photos(ids), PHOTO)):
        found[photo.row.attached_id or ""].append(photo)
    return [found[id] for id in ids]


async def load_voices(context: Context, ids: list[str]) -> list[list[Voice]]:
    """The voice notes of each message."""
    found: dict[str, list[Voice]] = {id: [] for id in ids}
    for voice in Voice.of(await context.office.read.lines(queries.voices(ids), VOICE)):
        found[voice.row.attached_id or ""].append(voice)
    return [found[id] for id in ids]
