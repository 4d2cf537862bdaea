"""What a request looks like to its owner, and a neighbour's case to everybody."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.graphql.steps import TimelineEntry, timeline
from server.command.graphql.types import (
    FROM_REPORTERS,
    Matter,
    Photo,
    Place,
    load_people,
    load_photos,
    matter_of,
    unit_of,
)  # fmt: skip
from server.command.orders.service import shown
from server.command.orders.service.report import Spot
from server.command.orders.service.shown import Shown
from server.command.requests import queries, rules
from server.command.requests.flow import FLOW, RequestState, RequestStep
from server.command.requests.rules import CaseState, RequestKind, ServiceLevel, Solved
from server.command.requests.tables import CitizenRequest
from server.command.requests.tables import Rating as RatingRow
from server.graph.context import Context, Info
from server.identity.graphql import Unit
from server.kernel.actors import CITIZEN, EVERYONE, Role
from server.platform.files import Photo as PhotoRow
from server.platform.files import PhotoKind

ONLY_CITIZENS: frozenset[Role] = frozenset({CITIZEN})


class RequestAction(StrEnum):
    """What the citizen may do now: the buttons of the case page."""

    URGE = "urge"
    SUPPLY = "supply"
    WITHDRAW = "withdraw"
    RATE = "rate"
    SHARE = "share"


@strawberry.type
class Rating:
    """What the citizen thinks of the result."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    solved: Solved
    level: ServiceLevel
    text: str | None
    at: datetime

    @classmethod
    def of(cls, row: RatingRow) -> "Rating":
        """Without the name of whoever gave it."""
        return cls(solved=Solved(row.solved), level=ServiceLevel(row.level), text=row.text or None, at=row.at)


@strawberry.type
class NextStep:
    """What happens next: next.<code>, by whom, and by when."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    code: str
    by: str | None
    at: datetime | None


@strawberry.type
class Request:
    """What a citizen asked for, in the citizen's words."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    row: strawberry.Private[CitizenRequest]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def no(self) -> str:
        return self.row.no

    @strawberry.field
    def version(self) -> int:
        """What the next step has to name."""
        return self.row.version

    @strawberry.field
    def kind(self) -> RequestKind:
        return RequestKind(self.row.kind)

    @strawberry.field
    async def state(self, info: Info) -> CaseState:
        return (await self._case(info))[0]

    @strawberry.field
    def title(self) -> str:
        """The first sentence, or the matter's name; empty when there is only a photo."""
        return self.row.title

    @strawberry.field
    def text(self) -> str:
        return self.row.text

    @strawberry.field
    def submitted_at(self) -> datetime:
        return self.row.submitted_at

    @strawberry.field
    async def place(self, info: Info) -> Place:
        return Place(spot=(await self._order(info)).spot)

    @strawberry.field
    async def matter(self, info: Info) -> Matter | None:
        return matter_of(info.context.office, (await self._order(info)).matter_code)

    @strawberry.field
    async def unit(self, info: Info) -> Unit | None:
        """Who handles it; null until it is dispatched."""
        return unit_of(info, (await self._order(info)).unit_id)

    @strawberry.field
    async def handler_name(self, info: Info) -> str | None:
        """The person in charge, once the unit has signed."""
        id = (await self._order(info)).handler_id
        person = await info.context.loader(load_people).load(id) if id else None
        return person.name if person else None

    @strawberry.field
    async def photos(self, info: Info) -> list[Photo]:
        return [Photo(row=photo) for photo in await self._photos(info)]

    @strawberry.field
    async def cover(self, info: Info) -> Photo | None:
        return await self._last(info, PhotoKind.BEFORE, newest=False)

    @strawberry.field
    async def before(self, info: Info) -> Photo | None:
        """The citizen's picture, once there is one to compare it with."""
        after = await self._last(info, PhotoKind.AFTER, newest=True)
        return await self._last(info, PhotoKind.BEFORE, newest=False) if after else None

    @strawberry.field
    async def after(self, info: Info) -> Photo | None:
        """The unit's newest picture of the result."""
        return await self._last(info, PhotoKind.AFTER, newest=True)

    @strawberry.field
    def promised_at(self) -> datetime | None:
        return self.row.promised_at

    @strawberry.field
    async def overdue(self, info: Info) -> bool:
        """Past the promise and not over: said to the citizen as it is."""
        return await self._open(info) and self._late(info)

    @strawberry.field
    def closed_at(self) -> datetime | None:
        return self.row.closed_at

    @strawberry.field
    async def stage(self, info: Info) -> int:
        """How many of 受理 派单 处置 核查 办结 are done."""
        return (await self._case(info))[1]

    @strawberry.field
    async def next(self, info: Info) -> NextStep | None:
        """Null when it is over."""
        _, _, code = await self._case(info)
        order = await self._order(info)
        if not code:
            return None
        who = {"check": order.checker_id, "handle": order.handler_id, "verify": order.verifier_id}
        by = who.get(code, "")
        person = await info.context.loader(load_people).load(by) if by else None
        unit = unit_of(info, order.unit_id) if code in {"sign", "handle"} else None
        name = person.name if person else unit.name if unit else None
        return NextStep(code=code, by=name, at=None if code == "rate" else order.due_at)

    @strawberry.field
    def question(self) -> str | None:
        """What the desk wants to know; null when nothing."""
        return self.row.question or None

    @strawberry.field
    def answer_by(self) -> datetime | None:
        return self.row.answer_by

    @strawberry.field
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        """The public steps, newest first."""
        own = [("request", self.row.id), *([("order", self.row.id)] if self.row.merged else [])]
        return await timeline(info, "order", self.row.order_id, also=own)

    @strawberry.field
    async def actions(self, info: Info) -> list[RequestAction]:
        """The buttons of the case page."""
        offered = FLOW.offered(RequestState(self.row.state), info.context.actor.post)
        found = [RequestAction.SHARE]
        if RequestStep.RATE in offered:
            found.append(RequestAction.RATE)
        elif await self._open(info):
            found += [RequestAction.SUPPLY, RequestAction.URGE]
        if RequestStep.WITHDRAW in offered:
            found.append(RequestAction.WITHDRAW)
        return found

    @strawberry.field
    def urged_at(self) -> datetime | None:
        return self.row.urged_at

    @strawberry.field
    async def followers(self, info: Info) -> int:
        """Neighbours who met it too."""
        return (await self._order(info)).likes

    @strawberry.field
    async def rating(self, info: Info) -> Rating | None:
        found = await info.context.loader(load_ratings).load(self.row.id)
        return Rating.of(found) if found else None

    @strawberry.field
    def reopen_times(self) -> int:
        return self.row.reopen_times

    @strawberry.field
    def confidential(self) -> bool:
        return self.row.confidential

    @strawberry.field
    def phone(self) -> str | None:
        """One's own, masked."""
        return self.row.phone_shown or None

    async def _order(self, info: Info) -> Shown:
        return await info.context.loader(load_shown).load(self.row.order_id)

    async def _case(self, info: Info) -> tuple[CaseState, int, str]:
        order = await self._order(info)
        return rules.case(self.row.state, order.state, merged=self.row.merged, reopened=self.row.reopen_times)

    async def _open(self, info: Info) -> bool:
        return (await self._case(info))[2] not in {"", "rate"}

    def _late(self, info: Info) -> bool:
        return self.row.promised_at is not None and info.context.office.clock() > self.row.promised_at

    async def _last(self, info: Info, kind: PhotoKind, *, newest: bool) -> Photo | None:
        mine = [photo for photo in await self._photos(info) if photo.kind == kind]
        return Photo(row=mine[-1 if newest else 0]) if mine else None

    async def _photos(self, info: Info) -> list[PhotoRow]:
        """One's own, and what the staff show of the work; never those of whom it was merged with."""
        load, mine = info.context.loader(load_photos).load, self.row.reporter_id
        found = await load(self.row.order_id)
        ours = [each for each in found if each.kind not in FROM_REPORTERS or each.owner_id == mine]
        return [*await load(self.row.id), *ours] if self.row.merged else ours


@strawberry.type
class RequestPage:
    """Some requests, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    items: list[Request]
    next: str | None
    total: int


@strawberry.type
class RequestEvent:
    """One's own case moved. The first event says `ready`."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    cursor: str
    verb: str
    at: datetime
    request_id: strawberry.ID | None = None
    request: Request | None = None


@strawberry.type
class PublicCase:
    """Somebody's open case nearby, without names, to about 100 m."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    order: strawberry.Private[Shown]
    metres: strawberry.Private[float]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.order.id)

    @strawberry.field
    def title(self, info: Info) -> str:
        """The kind of thing, never the reporter's words."""
        matter = matter_of(info.context.office, self.order.matter_code or self.order.guessed_code)
        return matter.name if matter else ""

    @strawberry.field
    def state(self) -> CaseState:
        return rules.case_of_order(self.order.state, self.order.reopen_times)[0]

    @strawberry.field
    def distance_m(self) -> int:
        return round(self.metres)

    @strawberry.field
    def followers(self) -> int:
        return self.order.likes

    @strawberry.field
    async def followed(self, info: Info) -> bool:
        """True when this person said 我也遇到."""
        return await info.context.loader(load_followed).load(self.order.id)

    @strawberry.field
    def overdue(self) -> bool:
        return self.order.overdue

    @strawberry.field
    def place(self) -> Place:
        spot = self.order.spot
        return Place(spot=Spot(spot.area, spot.cell, spot.point, None, ""), rough=True)

    @strawberry.field
    def reported_at(self) -> datetime:
        return self.order.reported_at


# ── loaders: one query for all siblings ───────────────────────────────────────────────────────────


async def load_shown(context: Context, ids: list[str]) -> list[Shown]:
    """What a citizen may know of the orders that carry his requests."""
    async with context.office.reading() as session:
        found = await shown.of(session, ids)
    return [found[id] for id in ids]


async def load_ratings(context: Context, ids: list[str]) -> list[RatingRow | None]:
    """The newest rating of each request."""
    async with context.office.reading() as session:
        found = await queries.ratings(session, ids)
    return [found.get(id) for id in ids]


async def load_followed(context: Context, ids: list[str]) -> list[bool]:
    """Which public cases this person follows."""
    async with context.office.reading() as session:
        found = await queries.followed(session, context.actor.id, ids)
    return [id in found for id in ids]
