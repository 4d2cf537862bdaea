"""部门看板: what one's unit has in hand, and the cases behind each figure."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person, load_people
from server.command.orders import queries, workload
from server.command.orders.graphql.types import OrderPage, WorkOrder
from server.command.orders.queries import OrderSort
from server.command.orders.workload import UnitFigure
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded
from server.kernel.actors import OFFICER, Role
from server.platform.read import together

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class UnitCount:
    """One figure, and the name by which its cases are asked."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    figure: UnitFigure
    n: int


@strawberry.type
class UnitPerson:
    """What one of the unit has in hand; a null person is what nobody was given."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: str = strawberry.field(description='What `unitOrders` takes as `handlerId`; "" for nobody.')
    person: Person | None
    in_hand: int
    overdue: int
    due_today: int


@strawberry.type
class UnitLoad:
    """What one's unit has in hand at `at`."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    at: datetime
    figures: list[UnitCount] = strawberry.field(description="In hand, overdue, due today, supervised.")
    ageing: list[UnitCount] = strawberry.field(description="Since the report: 0–1, 1–3, 3–7, > 7 days.")
    people: list[UnitPerson] = strawberry.field(description="The fullest first, what nobody has last.")


@strawberry.type
class Query:
    """The unit board's part of the root."""

    @field_for(OFFICER)
    async def unit_load(self, info: Info) -> UnitLoad:
        """For those who are of a unit. Refuses NOT_ALLOWED to others."""
        office, actor = info.context.office, info.context.actor
        workload.needs_unit(actor)
        now = office.clock()
        loads = await workload.loads(office.read, actor, now)
        people = await info.context.loader(load_people).load_many([load.handler_id for load in loads])
        sums = {which: sum(load.counts[which] for load in loads) for which in UnitFigure}
        counts = [UnitCount(figure=which, n=n) for which, n in sums.items()]
        return UnitLoad(
            at=now,
            figures=[each for each in counts if each.figure not in workload.AGEING],
            ageing=[each for each in counts if each.figure in workload.AGEING],
            people=[
                UnitPerson(
                    id=load.handler_id, person=person, in_hand=load.counts[UnitFigure.IN_HAND],
                    overdue=load.counts[UnitFigure.OVERDUE], due_today=load.counts[UnitFigure.DUE_TODAY],
                )
                for load, person in zip(loads, people, strict=True)
            ],
        )  # fmt: skip

    @field_for(OFFICER)
    async def unit_orders(
        self, info: Info, figure: UnitFigure, handler_id: str | None = None, first: int = 20,
        after: str | None = None,
    ) -> OrderPage:  # fmt: skip
        """The very cases a figure counts, of one person or of all, the most pressing first."""
        office, actor, sort = info.context.office, info.context.actor, OrderSort.DUE
        workload.needs_unit(actor)
        now = office.clock()
        key = queries.behind_cursor(sort, after) if after else None
        needs = together(queries.SORTED_BY[sort], info.needs("items"))
        asked = (office.read, actor, figure, handler_id, now)
        found = await workload.behind(*asked, bounded(first), key, needs)
        page = Page.of(found, first, lambda row: queries.position(row, sort))
        total = await workload.how_many(*asked) if info.asks("total") else 0
        return OrderPage(items=WorkOrder.of(page.items), next=page.next, total=total)
