"""并入, 关联, 不是同一件: two cases side by side."""

from typing import ClassVar

import strawberry

from server.command.orders import pairs, rules
from server.command.orders.errors import NotTheSameCase, PartOfACase
from server.command.orders.flow import OrderState
from server.command.orders.graphql.reads import read
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.pairs import Verdict
from server.command.orders.queries import read_some
from server.command.orders.service import merge
from server.command.orders.tables import WorkOrder as Row
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.kernel.actors import DISPATCHERS, OFFICER, Role
from server.kernel.errors import NotAllowed, NotFound
from server.kernel.geo import distance_m
from server.kernel.ids import an_id
from server.platform.read import together

COMPARED = (
    "id", "state", "title", "text", "lon", "lat", "accuracy_m", "reported_at", "matter_code", "parent_id",
)  # fmt: skip


@strawberry.input
class MergeOrder:
    """The open case it is a duplicate of."""

    id: strawberry.ID
    version: int
    into_id: strawberry.ID
    op_id: strawberry.ID


@strawberry.type
class Comparison:
    """Two cases side by side: how far apart, and which may go into which."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    order: WorkOrder
    other: WorkOrder
    distance_m: int | None = strawberry.field(description="Null while one has no place, or a rough one.")
    minutes_apart: int
    verdict: Verdict | None = strawberry.field(description="What somebody decided about them before.")
    into_other: bool = strawberry.field(description="`order` may be merged into `other`, which is kept.")
    into_this: bool = strawberry.field(description="`other` may be merged into `order`, which is kept.")


@strawberry.type
class Query:
    """Comparing's part of the root."""

    @field_for(OFFICER)
    async def compare_orders(self, info: Info, id: strawberry.ID, other_id: strawberry.ID) -> Comparison:
        """NOT_FOUND unless both are one's own to see."""
        office, actor = info.context.office, info.context.actor
        if actor.post not in DISPATCHERS:
            raise NotAllowed
        needs = together(COMPARED, info.needs("order"), info.needs("other"))
        rows = {row.id: row for row in await office.read.lines(read_some(actor, [id, other_id]), needs)}
        if id == other_id or id not in rows or other_id not in rows:
            raise NotFound(subject=other_id if id in rows else id)
        order, other = rows[id], rows[other_id]
        said = (await pairs.decided(office.read, [id]))[id].get(other_id)
        here, there = rules.measured(order), rules.measured(other)
        apart = said is Verdict.NOT_SAME
        return Comparison(
            order=WorkOrder(row=order), other=WorkOrder(row=other), verdict=said,
            distance_m=round(distance_m(here, there)) if here and there else None,
            minutes_apart=round(abs((order.reported_at - other.reported_at).total_seconds()) / 60),
            into_other=not apart and _goes(order, other), into_this=not apart and _goes(other, order),
        )  # fmt: skip


def _goes(order: Row, master: Row) -> bool:
    """Whether a merge would be let through as things stand."""
    try:
        rules.needs_whole(master)
        rules.needs_same_case(order, master)
    except (NotTheSameCase, PartOfACase):
        return False
    return order.state == OrderState.REPORTED


@strawberry.type
class Mutation:
    """What a dispatcher decides about two cases."""

    @mutation_for(OFFICER)
    async def merge_order(self, info: Info, input: MergeOrder) -> WorkOrder:
        """Into the case that is handled already; held for ten seconds."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("merge", input.op_id, strawberry.asdict(input)):
                await merge.ask_merge(work, id=input.id, version=input.version, into_id=input.into_id,
                                      op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def decide_pair(
        self, info: Info, id: strawberry.ID, other_id: strawberry.ID, verdict: Verdict, op_id: strawberry.ID
    ) -> WorkOrder:
        """关联 or 不是同一件, at once; nothing suggests the two again."""
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": id, "other": other_id, "verdict": verdict}
            if await work.first_time("decide_pair", op_id, asked):
                await merge.decide(work, id=id, other_id=other_id, verdict=verdict)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def undecide_pair(
        self, info: Info, id: strawberry.ID, other_id: strawberry.ID, op_id: strawberry.ID
    ) -> WorkOrder:
        """撤销, for ten seconds. HOLD_OVER afterwards."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("undecide_pair", op_id, {"id": id, "other": other_id}):
                await merge.undecide(work, id=id, other_id=other_id)
        return await read(info, id)
