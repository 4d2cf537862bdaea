"""Reading requests: one's own, those nearby, and hints while writing one."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.catalogue.entries import MatterKind
from server.command.graphql.types import Matter, PlaceInput, unit_of
from server.command.library import Library
from server.command.orders.rules import is_open
from server.command.orders.service import shown
from server.command.requests import queries, receipts, rules
from server.command.requests.flow import RequestState
from server.command.requests.graphql.neighbours import PublicCase, PublicPage
from server.command.requests.graphql.told import ONLY_CITIZENS
from server.command.requests.graphql.types import Request, RequestPage
from server.command.requests.kinds import Kinds
from server.command.requests.queries import RequestFilter
from server.command.requests.rules import RequestKind
from server.command.triage.advisor import Suggestion
from server.command.triage.rules import Confidence
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.identity.graphql import Area
from server.identity.queries import officers_of_cell
from server.kernel.actors import CITIZEN, Role
from server.kernel.calendar import TimeUnit, day_of
from server.kernel.errors import NotFound
from server.kernel.masking import LEFT
from server.kernel.text import clean_line, clean_text
from server.platform.read import together
from server.platform.vault import Vault
from server.platform.work import Office


@strawberry.type
class Receipt:
    """A receipt of ours: what it is about and since when, and nothing that names the person."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    no: str
    kind: RequestKind
    submitted_on: date
    mobile: str = strawberry.field(description="138****0001; empty when none was given or it is hidden.")
    withdrawn: bool


@strawberry.type
class DangerHint:
    """A word that means danger, and whom to call first."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    word: str
    phone: str


@strawberry.type
class ReportHint:
    """What the platform makes of a report while it is being written."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    kind: RequestKind
    carried: bool = strawberry.field(
        description="A work order will carry it: it is about a thing at a place."
    )
    matter: Matter | None
    words: list[str]
    confidence: Confidence
    promise_value: float
    promise_unit: TimeUnit
    danger: DangerHint | None
    near: list[PublicCase]


@strawberry.type
class OfficerCard:
    """The grid officer of a place."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    name: str
    cell: Area
    street: Area
    card_code: str


@strawberry.type
class Query:
    """Requests' part of the root."""

    @field_for(CITIZEN)
    async def request(self, info: Info, id: strawberry.ID) -> Request:
        """NOT_FOUND for absent and hidden alike."""
        return await read(info, id)

    @field_for(CITIZEN)
    async def my_requests(
        self, info: Info, filter: RequestFilter = RequestFilter.ALL, search: str = "", first: int = 20,
        after: str | None = None,
    ) -> RequestPage:  # fmt: skip
        """One's own, newest first."""
        actor, read, words = info.context.actor, info.context.office.read, search[:100].strip()
        key = decode(after, datetime, str) if after else None
        needs = together(("submitted_at", "id"), info.needs("items"))
        if words:
            mine = queries.filtered(actor, filter, words)
            found = await read.lines(queries.page(mine, bounded(first), key), needs)
            total = await read.value(queries.count(mine)) if info.asks("total") else 0
        else:
            found = await read.lines(queries.read_page(actor, filter, bounded(first), key), needs)
            total = await read.value(queries.read_total(actor, filter)) if info.asks("total") else 0
        page = Page.of(found, first, lambda row: (row.submitted_at, row.id))
        return RequestPage(items=Request.of(page.items), next=page.next, total=total)

    @field_for(CITIZEN)
    async def nearby(self, info: Info, at: PlaceInput, first: int = 20) -> list[PublicCase]:
        """Open cases within 1 km, nearest first, without names."""
        found = await shown.near(
            info.context.office.read, at.point(), rules.NEARBY_M, bounded(first), asking=info.context.actor
        )
        return [PublicCase(row=order, metres=metres) for order, metres in found]

    @field_for(CITIZEN)
    async def public_case(self, info: Info, no: str) -> PublicPage:
        """公开页 of a number: nothing of a withheld case but the class of the reason. NOT_FOUND."""
        office = info.context.office
        found = await shown.published(office.read, clean_line(no, field="no", limit=40).upper())
        if found is None:
            raise NotFound(subject=no)
        order, withheld = found
        if withheld:
            return PublicPage(case=None, withheld=withheld, unit=None, may_follow=False)
        return PublicPage(
            case=PublicCase(row=order), withheld=None, unit=unit_of(office, order.unit_id),
            may_follow=is_open(order.state),
        )  # fmt: skip

    @field_for(CITIZEN)
    async def receipt(self, info: Info, code: str) -> Receipt | None:
        """What a receipt with this 核验码 says; null when we gave out none. BAD_RECEIPT_CODE for a slip."""
        office = info.context.office
        no, proof = receipts.read_code(clean_line(code, field="code", limit=60))
        key = office.of(Vault).lookup
        needs = ("id", "no", "kind", "state", "submitted_at", "phone_shown", "confidential")
        for row in await office.read.lines(queries.numbered(no), needs):
            if receipts.proves(key, row.id, proof):
                return Receipt(
                    no=row.no, kind=RequestKind(row.kind), submitted_on=day_of(row.submitted_at),
                    mobile="" if row.confidential or row.phone_shown == LEFT else row.phone_shown,
                    withdrawn=row.state == RequestState.WITHDRAWN,
                )  # fmt: skip
        return None

    @field_for(CITIZEN)
    async def report_hint(
        self, info: Info, text: str, at: PlaceInput | None = None, kind: RequestKind | None = None,
        pictured: bool = False, against: bool = False,
    ) -> ReportHint:  # fmt: skip
        """Kind, matter, promise, danger and near cases, from the words and the place so far.

        `kind` is the one somebody chose; `pictured` and `against` say that there is a photo or a party.
        """
        office = info.context.office
        library = office.of(Library)
        words = clean_text(text, field="text", limit=2000)
        cell = office.areas.locate(at.point()) if at else None
        area = cell.code if cell else office.settings.district
        guess, danger = library.suggest(words, area), library.danger(words)
        kind = kind or kind_of(office, words, area, pictured=pictured, against=against)
        carried = rules.rides(kind, somewhere=cell is not None, against=against)
        promise = rules.reply_limit(kind, danger is not None)
        near: list[PublicCase] = []
        if at and guess.best and carried:
            found = await shown.near(
                office.read, at.point(), rules.SAME_PLACE_M, 20, asking=info.context.actor
            )
            near = [
                PublicCase(row=order, metres=metres) for order, metres in found
                if guess.best.matter.code in {order.matter_code, order.guessed_code}
            ]  # fmt: skip
        return ReportHint(
            kind=kind, carried=carried,
            matter=Matter.of(guess.best.matter) if guess.best else None, words=list(guess.words),
            confidence=guess.confidence, promise_value=promise.value, promise_unit=promise.unit,
            danger=DangerHint(word=danger.word, phone=danger.phone) if danger else None, near=near[:3],
        )  # fmt: skip

    @field_for(CITIZEN)
    async def grid_officer(self, info: Info, at: PlaceInput) -> OfficerCard | None:
        """Who looks after the place; null when nobody is on the roster."""
        office = info.context.office
        cell = office.areas.locate(at.point())
        if cell is None:
            return None
        found = await officers_of_cell(office.read, cell.code, now=office.clock())
        if not found:
            return None
        return OfficerCard(
            name=found[0].name, cell=Area.of(office.areas, cell.code),
            street=Area.of(office.areas, cell.code[:9]), card_code=cell.card,
        )  # fmt: skip


def kind_of(office: Office, text: str, area: str, *, pictured: bool, against: bool) -> RequestKind:
    """What a request is taken for when nobody said."""
    kind = office.of(Kinds).of(text, RequestKind.REPORT)
    known = kind is RequestKind.CONSULT and _of_a_place(office.of(Library).suggest(text, area))
    return rules.proposed(kind, pictured=pictured, known=known, against=against)


def _of_a_place(guess: Suggestion) -> bool:
    """Surely one of the standard's matters; what the city numbered itself is also asked about at a window."""
    sure = guess.confidence is Confidence.HIGH
    return sure and guess.best is not None and guess.best.matter.kind is MatterKind.MATTER


async def read(info: Info, id: str) -> Request:
    """The request as its owner sees it now. Raises NotFound."""
    rows = queries.read_one(info.context.actor, id)
    row = await info.context.office.read.line(rows, together(("id",), info.needs()))
    if row is None:
        raise NotFound(subject=id)
    return Request(row=row)
