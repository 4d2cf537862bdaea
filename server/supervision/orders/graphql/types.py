"""Supervisions as the leader's and the officer's app see them. Resolvers translate; they decide nothing."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.steps import Life, TimelineEntry, load_timelines
from server.command.graphql.types import Person, load_people, unit_of
from server.command.orders.graphql.types import WorkOrder, load_orders
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.identity.graphql import Area, Unit
from server.kernel.actors import STAFF, Role
from server.supervision.orders import rules, service
from server.supervision.orders.flow import TERMINAL, SupervisionAction, SupervisionState
from server.supervision.orders.rules import SupervisionKind
from server.supervision.orders.tables import Supervision as Row


@strawberry.type
class Supervision(View[Row]):
    """One instruction about one case, from the leader's tap to his acceptance of the answer."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    no: str = column()
    version: int = column()  # what the next step has to name
    state: SupervisionState = column()
    kind: SupervisionKind = column()
    text: str = column()  # the instruction
    due_at: datetime = column()
    issued_at: datetime = column()
    signed_at: datetime | None = column()  # when the unit read it
    replied_at: datetime | None = column()
    overdue: bool = column()
    plan_on: date | None = column()  # by which day the unit will have done it
    asked_times: int = column()
    praised_at: datetime | None = column()

    @field_for(needs={"order_id"}, personal=True)
    def order(self, info: Info) -> WorkOrder | None:
        """Null once the unit no longer has the case."""
        return info.context.soon(load_orders, (self.row.order_id, info.needs()))

    @field_for(needs={"unit_id"})
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"reply"})
    def reply(self) -> str | None:
        return self.row.reply or None

    @field_for(needs={"issuer_id"})
    def issuer(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.issuer_id)

    @field_for(needs={"deputy_id"})
    def deputy(self, info: Info) -> Person | None:
        """Who issued it in the issuer's place; null when he did himself."""
        return info.context.soon(load_people, self.row.deputy_id)

    @field_for(needs={"level"}, reference=True)
    def level(self, info: Info) -> Area | None:
        """Whose leaders have it now: one level up at each escalation; null above the district."""
        office = info.context.office
        return Area.of(office.areas, self.row.level) if len(self.row.level) >= 6 else None

    @field_for(needs={"order_id", "target_state", "state"})
    async def plan_needed(self, info: Info) -> bool:
        """The case has not moved since the instruction: a reply names a day."""
        if self.row.state in TERMINAL:
            return False
        asked = (self.row.order_id, ("id", "state"))
        order = await info.context.loader(load_orders).load(asked)
        return order is None or order.row.state == self.row.target_state

    @field_for(needs=frozenset(rules.OFFERED), personal=True)
    def actions(self, info: Info) -> list[SupervisionAction]:
        """What this person may do now: the buttons of the screen."""
        return rules.offered(self.row, info.context.actor)

    @field_for(needs={"id"})
    def timeline(self, info: Info) -> list[TimelineEntry]:
        """The steps, newest first."""
        return info.context.soon(load_timelines, Life(((service.KIND, self.row.id),)))


@strawberry.type
class SupervisionPage:
    """Some supervisions, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    items: list[Supervision]
    next: str | None
    total: int


@strawberry.type
class SupervisionEvent:
    """A supervision moved. The first event says `ready`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    cursor: str
    verb: str
    at: datetime
    supervision_id: strawberry.ID | None = None
    supervision: Supervision | None = None
