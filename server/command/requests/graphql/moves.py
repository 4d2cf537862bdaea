"""What citizens do with requests: inputs, and mutations that hand them to the service."""

from datetime import datetime

import strawberry

from server.command.graphql.types import AnswerInput, PlaceInput, pairs
from server.command.orders.service import shown
from server.command.orders.service.report import Spot, spot_of_area
from server.command.requests import rules
from server.command.requests.graphql.neighbours import PublicCase
from server.command.requests.graphql.reads import kind_of, read
from server.command.requests.graphql.types import Request
from server.command.requests.rules import RatingReason, RequestKind, ServiceLevel, Solved
from server.command.requests.service import citizen as service
from server.command.requests.service.citizen import Submission
from server.command.requests.service.rate import rate
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import CITIZEN
from server.kernel.errors import NotFound
from server.kernel.ids import an_id
from server.kernel.text import clean_line


@strawberry.input
class SubmitRequest:
    """What a citizen reports. `id` is minted on the phone: sent twice it is one request.

    Without a `kind` it is what `reportHint` proposes.
    """

    id: strawberry.ID
    for_id: strawberry.ID | None = None  # 帮家人办: whose it is to be; null for one's own
    kind: RequestKind | None = None
    text: str = ""
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    voice_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    place: PlaceInput | None = None
    area_code: str | None = None
    address: str = ""
    matter_code: str | None = None
    phone: str = ""
    confidential: bool = False
    against_key: str = ""  # whom it complains about, as `parties` found him
    against_text: str = ""  # or in words
    taken_at: datetime | None = None
    answers: list[AnswerInput] = strawberry.field(default_factory=list)


@strawberry.input
class SupplyRequest:
    """More words, photos or voice notes."""

    id: strawberry.ID
    version: int
    op_id: strawberry.ID
    text: str = ""
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    voice_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class RateRequest:
    """Solved or not, and how the service was."""

    id: strawberry.ID
    version: int
    solved: Solved
    level: ServiceLevel
    op_id: strawberry.ID
    reasons: list[RatingReason] = strawberry.field(default_factory=list)
    text: str = ""
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.type
class Mutation:
    """Requests' part of the root."""

    @mutation_for(CITIZEN)
    async def submit_request(self, info: Info, input: SubmitRequest) -> Request:
        """Report, ask, complain or praise; the same id again is the same request."""
        spot = _spot(info, input)
        id = an_id(input.id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("submit", id, {}):
                await service.submit(work, Submission(
                    id=id, kind=input.kind or _kind(info, input, spot), text=input.text, spot=spot,
                    photo_ids=[*input.photo_ids, *input.voice_ids], taken_at=input.taken_at,
                    reporter_id=rules.on_behalf(info.context.actor, input.for_id),
                    matter_code=input.matter_code or "", phone=input.phone, confidential=input.confidential,
                    against_key=input.against_key, against_text=input.against_text,
                    answers=pairs(input.answers) or (),
                ))  # fmt: skip
        return await read(info, id)

    @mutation_for(CITIZEN)
    async def urge_request(self, info: Info, id: strawberry.ID, op_id: strawberry.ID) -> Request:
        """催一下, once in 24 hours."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("urge", op_id, {"id": id}):
                await service.urge(work, id)
        return await read(info, id)

    @mutation_for(CITIZEN)
    async def supply_request(self, info: Info, input: SupplyRequest) -> Request:
        """补充信息."""
        async with info.context.office.work(info.context.actor) as work:
            sent = [*input.photo_ids, *input.voice_ids]
            asked = {"id": input.id, "text": input.text, "photos": sent}
            if await work.first_time("supply", input.op_id, asked):
                await service.supply(work, id=input.id, version=input.version, text=input.text,
                                     photo_ids=sent)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(CITIZEN)
    async def withdraw_request(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> Request:
        """撤回, before there is a reply."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("withdraw", op_id, {"id": id}):
                await service.withdraw(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(CITIZEN)
    async def rate_request(self, info: Info, input: RateRequest) -> Request:
        """评价; 未解决 sends it back to the unit."""
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": input.id, "solved": input.solved, "level": input.level, "text": input.text}
            if await work.first_time("rate", input.op_id, asked):
                await rate(
                    work, id=input.id, version=input.version, solved=input.solved, level=input.level,
                    reasons=input.reasons, text=input.text, photo_ids=input.photo_ids,
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(CITIZEN)
    async def follow_case(self, info: Info, id: strawberry.ID) -> PublicCase:
        """我也遇到, counted once per person."""
        office = info.context.office
        if await shown.public(office.read, id) is None:
            raise NotFound(subject=id)
        async with office.work(info.context.actor) as work:
            await service.follow_case(work, id)
        order = await shown.public(office.read, id)
        if order is None:
            raise NotFound(subject=id)
        return PublicCase(row=order)


def _kind(info: Info, input: SubmitRequest, spot: Spot) -> RequestKind:
    against = bool(input.against_key or input.against_text)
    return kind_of(
        info.context.office, input.text, spot.area, pictured=bool(input.photo_ids), against=against
    )


def _spot(info: Info, input: SubmitRequest) -> Spot:
    """A position, a street somebody picked, or only words: then the desk puts it on the map."""
    office = info.context.office
    address = clean_line(input.address, field="address", limit=200)
    if input.place:
        return input.place.spot(office.areas)
    if input.area_code:
        return spot_of_area(office.areas, input.area_code, address)
    return Spot(office.settings.district, address=address)
