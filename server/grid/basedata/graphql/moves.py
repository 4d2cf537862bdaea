"""What collectors do. Everything goes through the phone's outbox: sent twice it happens once."""

from datetime import datetime

import strawberry

from server.command.graphql.types import PlaceInput
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.grid.basedata import queries, service
from server.grid.basedata.facts import BaseFieldName, BaseKind, BaseSource, EndReason
from server.grid.basedata.graphql.types import BaseRecord
from server.grid.basedata.service import Told
from server.kernel.actors import OFFICER
from server.kernel.errors import BadInput, NotFound
from server.kernel.ids import an_id
from server.platform.read import together


@strawberry.input
class BaseFactInput:
    """One fact; "" says that it is not known."""

    name: BaseFieldName
    value: str


@strawberry.input
class CreateBase:
    """A new record; `id` is minted on the phone. `cell` is needed by officers of several cells only."""

    id: strawberry.ID
    kind: BaseKind
    facts: list[BaseFactInput]
    op_id: strawberry.ID
    parent_id: strawberry.ID | None = None
    cell: str = ""
    source: BaseSource = BaseSource.VISIT
    claimed_at: datetime | None = None


@strawberry.input
class EditBase:
    """The facts that changed, and the version they were changed from; with `parent_id` it moves there."""

    id: strawberry.ID
    version: int
    facts: list[BaseFactInput]
    op_id: strawberry.ID
    parent_id: strawberry.ID | None = None
    source: BaseSource = BaseSource.VISIT
    claimed_at: datetime | None = None


@strawberry.type
class Mutation:
    """Base data's part of the root."""

    @mutation_for(OFFICER)
    async def create_base(self, info: Info, input: CreateBase) -> BaseRecord:
        """新增. The answer's `alike` says whom it may repeat; nothing is blocked."""
        id, facts = an_id(input.id), _facts(input.facts)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("create_base", input.op_id, {"id": id, "facts": facts}):
                await service.create(
                    work, id=id, kind=input.kind, facts=facts, parent_id=input.parent_id or "",
                    cell=input.cell, told=Told(input.source, input.claimed_at),
                )  # fmt: skip
        return await _read(info, id)

    @mutation_for(OFFICER)
    async def edit_base(self, info: Info, input: EditBase) -> BaseRecord:
        """更新. BASEDATA_CONFLICT when others changed the same facts to something else since `version`."""
        facts, told = _facts(input.facts), Told(input.source, input.claimed_at)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("edit_base", input.op_id, {"id": input.id, "facts": facts}):
                await service.edit(work, id=input.id, version=input.version, facts=facts, told=told)
                if input.parent_id:
                    await service.move(work, id=input.id, parent_id=input.parent_id, told=told)
        return await _read(info, input.id)

    @mutation_for(OFFICER)
    async def verify_base(
        self, info: Info, id: strawberry.ID, op_id: strawberry.ID, claimed_at: datetime | None = None
    ) -> BaseRecord:
        """无变化."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("verify_base", op_id, {"id": id}):
                await service.verify(work, id=id, told=Told(claimed_at=claimed_at))
        return await _read(info, id)

    @mutation_for(OFFICER)
    async def locate_base(
        self, info: Info, id: strawberry.ID, place: PlaceInput, op_id: strawberry.ID,
        claimed_at: datetime | None = None,
    ) -> BaseRecord:  # fmt: skip
        """定位 on the map, from where one stands or puts the pin."""
        point = place.point()
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("locate_base", op_id, {"id": id, "lon": point.lon, "lat": point.lat}):
                await service.locate(work, id=id, at=point, told=Told(claimed_at=claimed_at))
        return await _read(info, id)

    @mutation_for(OFFICER)
    async def end_base(
        self, info: Info, id: strawberry.ID, reason: EndReason, op_id: strawberry.ID,
        claimed_at: datetime | None = None,
    ) -> BaseRecord:  # fmt: skip
        """注销, with the reason; the record stays."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("end_base", op_id, {"id": id, "reason": reason}):
                await service.end(work, id=id, reason=reason, told=Told(claimed_at=claimed_at))
        return await _read(info, id)

    @mutation_for(OFFICER)
    async def merge_base(
        self, info: Info, id: strawberry.ID, into: strawberry.ID, moves: bool, op_id: strawberry.ID
    ) -> BaseRecord:
        """并入: `id` is ended as the same person as `into`, which comes to its room when `moves`."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("merge_base", op_id, {"id": id, "into": into, "moves": moves}):
                await service.merge(work, id=id, into=into, moves=moves)
        return await _read(info, into)

    @mutation_for(OFFICER)
    async def reveal_base(
        self, info: Info, id: strawberry.ID, name: BaseFieldName, reason: str
    ) -> str:  # fmt: skip
        """One fact whole. Who, when and why is kept and can be read on the record."""
        async with info.context.office.work(info.context.actor) as work:
            return await service.reveal(work, id=id, name=name, reason=reason)


def _facts(given: list[BaseFactInput]) -> dict[BaseFieldName, str]:
    facts = {each.name: each.value for each in given}
    if len(facts) < len(given):
        raise BadInput(field="facts")
    return facts


async def _read(info: Info, id: str) -> BaseRecord:
    needs = together(("id",), info.needs())
    row = await info.context.office.read.line(queries.one(info.context.actor, id), needs)
    if row is None:
        raise NotFound(subject=id)
    return BaseRecord(row=row)
