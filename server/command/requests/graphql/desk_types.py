"""What a request looks like to the staff: never the number behind it."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.coming import Coming, load_coming
from server.command.graphql.holds import Hold, load_holds
from server.command.graphql.steps import Clock, Life, TimelineEntry, load_request_clocks, load_timelines
from server.command.graphql.types import (
    LOCATED,
    Person,
    Photo,
    Place,
    Voice,
    load_people,
    load_photos,
    load_voices,
    unit_of,
)
from server.command.requests import desks, guards
from server.command.requests.desks import DeskLane
from server.command.requests.flow import RequestState, RequestStep
from server.command.requests.graphql.told import Rating, load_ratings
from server.command.requests.rules import (
    Adoption,
    ContactWay,
    DeclineReason,
    Outcome,
    ReferTo,
    RequestKind,
    VisitReason,
    VisitState,
)
from server.command.requests.tables import CitizenRequest, Contact, ReturnVisit
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import OFFICER, STAFF, Post, Role
from server.kernel.against import named
from server.kernel.masking import LEFT

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class ContactEntry(View[Contact]):
    """One attempt to reach somebody."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    way: ContactWay = column()
    reached: bool = column()
    at: datetime = column()

    @field_for(needs={"by"})
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.by)

    @field_for(needs={"text"})
    def text(self) -> str | None:
        return self.row.text or None


@strawberry.type
class Relay:
    """How to call somebody whose number stays hidden: the hotline connects under a code."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    phone: str
    code: str


@strawberry.type
class PartyHit:
    """Somebody a complaint may be about; `key` is what a form sends back."""

    seen_by: ClassVar[frozenset[Role]] = frozenset(Role)
    key: str
    name: str
    detail: str = strawberry.field(description="The unit of a person; empty for a unit.")
    post: Post | None = strawberry.field(default=None, description="Of a person.")


@strawberry.type
class DeskRequest(View[CitizenRequest]):
    """A citizen's request as the desk, the unit and the leader see it."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    no: str = column()
    version: int = column()
    kind: RequestKind = column()
    state: RequestState = column()
    title: str = column()
    text: str = column()
    confidential: bool = column()
    submitted_at: datetime = column()
    promised_at: datetime | None = column()
    closed_at: datetime | None = column()
    due_at: datetime | None = column()  # of the present stage
    overdue: bool = column()
    contacted_at: datetime | None = column()
    extended: bool = column()
    return_times: int = column()
    reopen_times: int = column()
    plan_on: date | None = column()
    impossible: bool = column()
    published: bool = column()
    leader_asked_at: datetime | None = column()
    answered_at: datetime | None = column()

    @field_for(needs={"order_id"})
    def order_id(self) -> strawberry.ID | None:
        """The work order that carries it; null when it stands on its own."""
        return strawberry.ID(self.row.order_id) if self.row.order_id else None

    @field_for(needs=LOCATED)
    def place(self) -> Place:
        return Place(row=self.row)

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"returned_by"}, reference=True)
    def returned_by(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.returned_by)

    @field_for(needs={"handler_id"})
    def handler(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.handler_id) if self.row.handler_id else None

    @field_for(needs={"filed_by"})
    def filed_by(self, info: Info) -> Person | None:
        """The clerk who filed it for somebody; null when he did so himself."""
        return info.context.soon(load_people, self.row.filed_by) if self.row.filed_by else None

    @field_for(needs={"phone_shown", "confidential"})
    def reporter_phone(self) -> str | None:
        """138****0001; null when none was given or he asked to stay hidden."""
        shown = self.row.phone_shown
        return None if self.row.confidential or shown in ("", LEFT) else shown

    @field_for(needs={"phone_shown"})
    def reporter_left(self) -> bool:
        """已注销: he closed his account; nobody can be called."""
        return self.row.phone_shown == LEFT

    @field_for(OFFICER, needs={"phone", "no"})
    def relay(self, info: Info) -> Relay | None:
        """Null when he left no number."""
        if not self.row.phone:
            return None
        return Relay(phone=info.context.office.settings.hotline, code=self.row.no[-5:].replace("-", ""))

    @field_for(needs={"against"})
    async def against(self, info: Info) -> list[str]:
        """The names of whom it complains about, once they are known."""
        units = (unit_of(info.context.office, id) for id in sorted(named("unit", self.row.against)))
        people = await info.context.loader(load_people).load_many(sorted(named("person", self.row.against)))
        mine = {one.row.name for one in people if one}
        return sorted(mine) or [unit.name for unit in units if unit]

    @field_for(needs={"against_text"})
    def against_text(self) -> str | None:
        """As the citizen put it."""
        return self.row.against_text or None

    @field_for(needs={"question"})
    def question(self) -> str | None:
        return self.row.question or None

    @field_for(needs={"reply"})
    def reply(self) -> str | None:
        """The draft, or what the citizen was told."""
        return self.row.reply or None

    @field_for(needs={"reply_source"})
    def reply_source(self) -> str | None:
        return self.row.reply_source or None

    @field_for(needs={"replied_by"})
    def replied_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.replied_by) if self.row.replied_by else None

    @field_for(needs={"verdict"})
    def verdict(self) -> Adoption | None:
        return Adoption(self.row.verdict) if self.row.verdict else None

    @field_for(needs={"outcome"})
    def outcome(self) -> Outcome | None:
        return Outcome(self.row.outcome) if self.row.outcome else None

    @field_for(needs={"reason"})
    def reason(self) -> DeclineReason | None:
        return DeclineReason(self.row.reason) if self.row.reason in set(DeclineReason) else None

    @field_for(needs={"refer_to"})
    def refer_to(self) -> ReferTo | None:
        return ReferTo(self.row.refer_to) if self.row.refer_to else None

    @field_for(needs={"id"})
    def photos(self, info: Info) -> list[Photo]:
        return info.context.soon(load_photos, self.row.id)

    @field_for(needs={"id"})
    def voices(self, info: Info) -> list[Voice]:
        return info.context.soon(load_voices, self.row.id)

    @field_for(needs={"id"})
    def coming(self, info: Info) -> Coming | None:
        """Photos and voice notes that are still on their way; null when all are here."""
        return info.context.soon(load_coming, (self.row.id, ""))

    @field_for(needs={"id"})
    def contacts(self, info: Info) -> list[ContactEntry]:
        """Every attempt to reach him, the newest first."""
        return info.context.soon(load_contacts, self.row.id)

    @field_for(needs={"id", "order_id"})
    def timeline(self, info: Info) -> list[TimelineEntry]:
        """The steps, newest first."""
        carried = [("order", self.row.order_id)] if self.row.order_id else []
        return info.context.soon(
            load_timelines, Life((*carried, ("request", self.row.id)), alone=not self.row.order_id)
        )

    @field_for(needs={"id"})
    def clocks(self, info: Info) -> list[Clock]:
        """Its own, the oldest first; one an order carries has the order's beside them."""
        return info.context.soon(load_request_clocks, self.row.id)

    @field_for(needs={"id"}, personal=True)
    def lanes(self, info: Info) -> list[DeskLane]:
        """The lists of this person's desk it stands in."""
        return info.context.soon(load_lanes, self.row.id)

    @field_for(needs={"id"})
    def rating(self, info: Info) -> Rating | None:
        return info.context.soon(load_ratings, self.row.id)

    @field_for(needs={"id", *guards.OFFERED}, personal=True)
    async def offered(self, info: Info) -> list[RequestStep]:
        """What this person may do now: the buttons of the page. None while an act is held."""
        if await info.context.loader(load_holds).load(self.row.id):
            return []
        return guards.offered(self.row, info.context.actor)

    @field_for(needs={"id"}, personal=True)
    def held(self, info: Info) -> Hold | None:
        return info.context.soon(load_holds, self.row.id)


@strawberry.type
class DeskPage:
    """Some requests, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    items: list[DeskRequest]
    next: str | None
    total: int
    may_export: bool = strawberry.field(description="Whether this person takes the list home.")
    may_file: bool = strawberry.field(description="Whether this person files for others.")


@strawberry.type
class DeskCount:
    """How long a list is."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    lane: DeskLane
    count: int
    waits: bool = strawberry.field(description="Whether what stands there waits for this person.")


@strawberry.type
class DeskEvent:
    """Something moved. The first one says `ready`; `request` is null when it is no longer yours to see."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    cursor: str
    verb: str
    at: datetime
    request_id: strawberry.ID | None = None
    request: DeskRequest | None = None


@strawberry.type
class Visit(View[ReturnVisit]):
    """A return visit: somebody calls after the close."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    version: int = column()
    why: VisitReason = column()
    state: VisitState = column()
    no: str = column()
    title: str = column()
    tries: int = column()
    created_at: datetime = column()
    due_at: datetime | None = column()
    done_at: datetime | None = column()

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"order_id"})
    def order_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.row.order_id) if self.row.order_id else None

    @field_for(needs={"request_id"})
    def request_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.row.request_id) if self.row.request_id else None

    @field_for(needs={"result"})
    def result(self) -> str | None:
        return self.row.result or None

    @field_for(needs={"request_id"})
    async def rating(self, info: Info) -> Rating | None:
        """What was said; null for one of the sample."""
        return (
            await info.context.loader(load_ratings).load(self.row.request_id) if self.row.request_id else None
        )

    @field_for(needs={"request_id"}, personal=True)
    async def request(self, info: Info) -> DeskRequest | None:
        """What he asked for and how to reach him; null for one of the sample."""
        id = self.row.request_id
        return await info.context.loader(load_behind).load(id) if id else None

    @field_for(needs={"id"})
    def contacts(self, info: Info) -> list[ContactEntry]:
        return info.context.soon(load_contacts, self.row.id)


@strawberry.type
class VisitEvent:
    """Something moved among the return visits; `visit` is null when it is not yours to see."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    cursor: str
    verb: str
    at: datetime
    visit_id: strawberry.ID | None = None
    visit: Visit | None = None


@strawberry.type
class VisitPage:
    """Some return visits, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    items: list[Visit]
    next: str | None
    total: int


async def load_contacts(context: Context, ids: list[str]) -> list[list[ContactEntry]]:
    """The attempts of each, the newest first."""
    found: dict[str, list[ContactEntry]] = {id: [] for id in ids}
    for entry in ContactEntry.of(await context.office.read.lines(desks.contacts(ids))):
        found[entry.row.subject_id].append(entry)
    return [found[id] for id in ids]


async def load_lanes(context: Context, ids: list[str]) -> list[list[DeskLane]]:
    """The lists of this person's desk each request stands in."""
    mine = desks.lanes_of(context.actor)
    if not mine:
        return [[] for _ in ids]
    rows = await context.office.read.tuples(desks.read_marks(context.actor, ids))
    found = {id: [lane for lane, hit in zip(mine, hits, strict=True) if hit] for id, *hits in rows}
    return [found.get(id, []) for id in ids]


async def load_behind(context: Context, ids: list[str]) -> list[DeskRequest | None]:
    """The request each return visit is about."""
    rows = await context.office.read.lines(desks.behind(context.actor, ids))
    found = {row.id: DeskRequest(row=row) for row in rows}
    return [found.get(id) for id in ids]
