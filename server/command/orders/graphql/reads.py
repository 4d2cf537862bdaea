"""Reading work orders: one, a list, and the counts."""

import strawberry

from server.command.orders import lists, queries
from server.command.orders.graphql.types import LaneCount, OrderPage, WorkOrder
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.lists import Wanted
from server.command.orders.queries import OrderSort
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded
from server.kernel.actors import LEADER, OFFICER
from server.kernel.errors import NotFound
from server.platform.areas import AreaLevel
from server.platform.read import together


@strawberry.type
class Query:
    """Orders' part of the root."""

    @field_for(OFFICER, LEADER)
    async def order(self, info: Info, id: strawberry.ID) -> WorkOrder:
        """NOT_FOUND for absent and hidden alike."""
        return await read(info, id)

    @field_for(OFFICER, LEADER)
    async def orders(
        self, info: Info, lane: OrderLane | None = None, figure: BoardFigureKey | None = None,
        area: str | None = None, search: str = "", sort: OrderSort = OrderSort.DUE, first: int = 20,
        after: str | None = None,
    ) -> OrderPage:  # fmt: skip
        """A list of one's home, or the very cases behind a figure; narrowed by area and words."""
        actor, office = info.context.actor, info.context.office
        code = office.areas.by_code(area).code if area else ""
        wanted = Wanted(
            lane=lane, figure=figure if actor.role is LEADER else None, words=search[:100].strip(),
            area=code, cell=code if code and office.areas.by_code(code).level is AreaLevel.CELL else "",
            sort=sort,
        )  # fmt: skip
        key = queries.behind_cursor(sort, after) if after else None
        needs = together(queries.SORTED_BY[sort], info.needs("items"))
        found = await lists.read_page(office.read, actor, wanted, office.clock(), bounded(first), key, needs)
        total = (
            await lists.read_total(office.read, actor, wanted, office.clock()) if info.asks("total") else 0
        )
        page = Page.of(found, first, lambda row: queries.position(row, sort))
        return OrderPage(items=WorkOrder.of(page.items), next=page.next, total=total)

    @field_for(OFFICER, most=14)
    async def lane_counts(self, info: Info) -> list[LaneCount]:
        """How long each list of one's home is."""
        office = info.context.office
        found = await queries.lane_counts(office.read, info.context.actor, office.clock())
        return [LaneCount(lane=lane, count=n) for lane, n in found.items()]


async def read(info: Info, id: str) -> WorkOrder:
    """The order as this person sees it now. Raises NotFound."""
    rows = queries.read_one(info.context.actor, id)
    row = await info.context.office.read.line(rows, together(("id",), info.needs()))
    if row is None:
        raise NotFound(subject=id)
    return WorkOrder(row=row)
