"""拆分, from the desk."""

import strawberry

from server.command.orders.graphql.reads import read
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.service import split
from server.command.orders.service.split import Part
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import OFFICER
from server.kernel.ids import an_id


@strawberry.input
class PartInput:
    """What one unit is to do, and the words it reads."""

    matter_code: str
    rule_id: strawberry.ID
    unit_id: strawberry.ID
    text: str
    override_reason: str = ""


@strawberry.input
class SplitOrder:
    """Two to six parts, each for a unit of its own."""

    id: strawberry.ID
    version: int
    parts: list[PartInput]
    op_id: strawberry.ID


@strawberry.type
class Mutation:
    """Splitting's part of the root."""

    @mutation_for(OFFICER)
    async def split_order(self, info: Info, input: SplitOrder) -> WorkOrder:
        """拆分; held for ten seconds. A refusal names the part: parts.1.unitId."""
        parts = [
            Part(each.matter_code, each.rule_id, each.unit_id, each.text, each.override_reason)
            for each in input.parts
        ]
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("split", input.op_id, strawberry.asdict(input)):
                await split.ask_split(work, id=input.id, version=input.version, parts=parts,
                                      op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)
