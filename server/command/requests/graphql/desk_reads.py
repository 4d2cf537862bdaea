"""Reading the desks: one request, a list, the counts; return visits; whom a complaint may be about."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.library import Library
from server.command.orders.service.export import may_export
from server.command.requests import desks, queries
from server.command.requests.desks import DeskLane
from server.command.requests.flow import CLERKS
from server.command.requests.graphql.desk_types import (
    DeskCount,
    DeskPage,
    DeskRequest,
    PartyHit,
    Visit,
    VisitPage,
)
from server.command.requests.guards import without_personal_data
from server.command.requests.rules import Adoption, RequestKind
from server.command.requests.service.party import PERSON, UNIT
from server.command.requests.tables import CitizenRequest
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.identity.queries import named_exactly, officers_of_cell
from server.kernel.actors import CITIZEN, LEADER, OFFICER, Role
from server.kernel.errors import NotFound
from server.kernel.text import clean_line
from server.platform.read import TUPLES, together

MOST_HITS = 8
ANSWERED = ("answered_at", "submitted_at", "id")


@strawberry.type
class PublicProposal(View[CitizenRequest]):
    """A suggestion and what became of it, for everybody: without its author."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({CITIZEN})
    id: strawberry.ID = column()
    answered_at: datetime | None = column()
    verdict: Adoption = column()

    @field_for(needs={"title"})
    def title(self) -> str:
        return without_personal_data(self.row.title)

    @field_for(needs={"text"})
    def text(self) -> str:
        return without_personal_data(self.row.text)

    @field_for(needs={"reply"})
    def reply(self) -> str:
        return self.row.reply

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        unit = info.context.office.of(Library).units.get(self.row.unit_id)
        return Unit.of(unit) if unit else None


@strawberry.type
class PublishedPage:
    """Some of them, and the cursor of those behind them."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({CITIZEN})
    items: list[PublicProposal]
    next: str | None


@strawberry.type
class Query:
    """The desks' part of the root."""

    @field_for(OFFICER, LEADER)
    async def desk_request(self, info: Info, id: strawberry.ID) -> DeskRequest:
        """NOT_FOUND for absent and hidden alike."""
        return await read(info, id)

    @field_for(OFFICER, LEADER)
    async def desk_requests(
        self, info: Info, lane: DeskLane | None = None, kind: RequestKind | None = None, search: str = "",
        first: int = 20, after: str | None = None,
    ) -> DeskPage:  # fmt: skip
        """A list of one's desk: of what is worked on what ends first, else the newest; by number or words."""
        actor, reader = info.context.actor, info.context.office.read
        key = decode(after, datetime, str) if after else None
        needs, words = together(desks.POSITION, info.needs("items")), search[:100].strip()
        if words:
            rows = desks.listed(actor, lane, words, kind)
            found = await reader.searched(desks.page(rows, lane, bounded(first), key), needs)
            [[total]] = await reader.searched(queries.count(rows), TUPLES)
        else:
            found = await reader.lines(desks.read_page(actor, lane, kind, bounded(first), key), needs)
            total = await reader.value(desks.read_total(actor, lane, kind)) if info.asks("total") else 0
        page = Page.of(found, first, lambda row: desks.position(row, lane))
        return DeskPage(
            items=DeskRequest.of(page.items), next=page.next, total=total, may_file=actor.post in CLERKS,
            may_export=may_export(actor),
        )  # fmt: skip

    @field_for(OFFICER, LEADER, most=8)
    async def desk_counts(self, info: Info) -> list[DeskCount]:
        """How long each list of one's desk is."""
        actor = info.context.actor
        mine = desks.lanes_of(actor)
        if not mine:
            return []
        [lengths] = await info.context.office.read.tuples(desks.read_counts(actor))
        return [
            DeskCount(lane=lane, count=n, waits=desks.waits(lane, actor))
            for lane, n in zip(mine, lengths, strict=True)
        ]

    @field_for(OFFICER)
    async def visit(self, info: Info, id: strawberry.ID) -> Visit:
        """One return visit. NOT_FOUND for absent and hidden alike."""
        return await read_visit(info, id)

    @field_for(OFFICER)
    async def visits(
        self, info: Info, open: bool = True, first: int = 20, after: str | None = None
    ) -> VisitPage:
        """Return visits, the oldest first."""
        actor, reader = info.context.actor, info.context.office.read
        key = decode(after, datetime, str) if after else None
        rows = desks.read_visits(actor, open, bounded(first), key)
        found = await reader.lines(rows, together(("created_at", "id"), info.needs("items")))
        total = await reader.value(desks.read_visit_total(actor, open)) if info.asks("total") else 0
        page = Page.of(found, first, lambda row: (row.created_at, row.id))
        return VisitPage(items=Visit.of(page.items), next=page.next, total=total)

    @field_for(CITIZEN, OFFICER, most=MOST_HITS)
    async def parties(self, info: Info, search: str) -> list[PartyHit]:
        """Whom a complaint may be about: units by name, officers by their card's code or their full name."""
        office, words = info.context.office, clean_line(search, field="search", limit=40)
        if not words:
            return []
        units = office.of(Library).units
        hits = [
            PartyHit(key=f"{UNIT}{unit.id}", name=unit.name, detail="") for unit in units.values()
            if words in unit.name
        ]  # fmt: skip
        cell = next((cell for cell in office.areas.cells if cell.card == words.upper()), None)
        people = await named_exactly(office.read, words)
        if cell:
            people += await officers_of_cell(office.read, cell.code, now=office.clock())
        hits = [
            PartyHit(key=f"{PERSON}{each.id}", name=each.name, post=each.post,
                     detail=units[each.unit_id].name if each.unit_id in units else "")
            for each in people
        ] + hits  # fmt: skip
        return hits[:MOST_HITS]

    @field_for(CITIZEN)
    async def published_proposals(
        self, info: Info, verdict: Adoption | None = None, first: int = 20, after: str | None = None
    ) -> PublishedPage:
        """Suggestions and what became of them, the newest answer first; of one verdict, or all."""
        key = decode(after, datetime, str) if after else None
        rows = desks.published(verdict, bounded(first), key)
        found = await info.context.office.read.lines(rows, together(ANSWERED, info.needs("items")))
        page = Page.of(found, first, lambda row: (row.answered_at or row.submitted_at, row.id))
        return PublishedPage(items=PublicProposal.of(page.items), next=page.next)


async def read(info: Info, id: str) -> DeskRequest:
    """The request as this person sees it now. Raises NotFound."""
    rows = queries.read_one(info.context.actor, id)
    row = await info.context.office.read.line(rows, together(("id",), info.needs()))
    if row is None:
        raise NotFound(subject=id)
    return DeskRequest(row=row)


async def read_visit(info: Info, id: str) -> Visit:
    """The return visit as this person sees it now. Raises NotFound."""
    row = await info.context.office.read.line(desks.read_visit(info.context.actor, id))
    if row is None:
        raise NotFound(subject=id)
    return Visit(row=row)
