"""改类别、改位置: the verb, and what it would lead to."""

from typing import ClassVar

import strawberry

from server.command.graphql.types import AnswerInput, PlaceInput, pairs, unit_of
from server.command.orders import queries
from server.command.orders.graphql.moves import first
from server.command.orders.graphql.reads import read
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.service import reclassify
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.identity.graphql import Unit
from server.kernel.actors import OFFICER, Role
from server.kernel.errors import NotFound


@strawberry.input
class ReclassifyOrder:
    """Matter and filing rule as they should be, and the place when it was wrong too."""

    id: strawberry.ID
    version: int
    matter_code: str
    rule_id: strawberry.ID
    opinion: str
    op_id: strawberry.ID
    place: PlaceInput | None = None
    answers: list[AnswerInput] | None = strawberry.field(
        default=None, description="To the matter's questions, all that are answered; null: as they are."
    )


@strawberry.type
class WayTo:
    """Where a case would go."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    unit: Unit | None
    by_hand: bool = strawberry.field(description="It stays with the unit a person chose.")
    rule: str | None = strawberry.field(description="The routing rule that says so; null: the matrix does.")


@strawberry.type
class Query:
    """Its part of the root."""

    @field_for(OFFICER)
    async def way_of(
        self, info: Info, id: strawberry.ID, matter_code: str, place: PlaceInput | None = None,
        answers: list[AnswerInput] | None = None,
    ) -> WayTo:  # fmt: skip
        """Where an order would go as this matter, at this place, with these answers.

        NOT_FOUND for absent and hidden alike.
        """
        office = info.context.office
        row = await office.read.line(queries.read_one(info.context.actor, id))
        if row is None:
            raise NotFound(subject=id)
        area = place.spot(office.areas).area if place else row.area
        said = reclassify.answers_of(info.context, row, matter_code, pairs(answers))
        way = reclassify.way_of(info.context, row, matter_code, area, said)
        return WayTo(
            unit=unit_of(office, way.unit_id), by_hand=way.by_hand, rule=way.rule.name if way.rule else None
        )


@strawberry.type
class Mutation:
    """Its part of the root."""

    @mutation_for(OFFICER)
    async def reclassify_order(self, info: Info, input: ReclassifyOrder) -> WorkOrder:
        """改类别、改位置 of what a unit has: routed once, its clocks reckoned anew."""
        office = info.context.office
        async with office.work(info.context.actor) as work:
            if await first(work, "reclassify", input):
                await reclassify.reclassify(
                    work, id=input.id, version=input.version, matter_code=input.matter_code,
                    rule_id=input.rule_id, opinion=input.opinion, answers=pairs(input.answers),
                    spot=input.place.spot(office.areas) if input.place else None,
                )  # fmt: skip
        return await read(info, input.id)
