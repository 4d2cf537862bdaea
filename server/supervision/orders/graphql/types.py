"""Supervisions as the leader's and the officer's app see them. Resolvers translate; they decide nothing."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.steps import TimelineEntry, timeline
from server.command.graphql.types import Person, load_people, unit_of
from server.command.orders.graphql import reads as orders
from server.command.orders.graphql.types import WorkOrder
from server.graph.context import Info
from server.identity.graphql import Unit
from server.kernel.actors import STAFF, Role
from server.kernel.errors import NotFound
from server.supervision.orders import rules, service
from server.supervision.orders.flow import SupervisionAction, SupervisionState
from server.supervision.orders.rules import SupervisionKind
from server.supervision.orders.tables import Supervision as Row


@strawberry.type
class Supervision:
    """One instruction about one case, from the leader's tap to his acceptance of the answer."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def no(self) -> str:
        return self.row.no

    @strawberry.field
    def version(self) -> int:
        """What the next step has to name."""
        return self.row.version

    @strawberry.field
    def state(self) -> SupervisionState:
        return SupervisionState(self.row.state)

    @strawberry.field
    def kind(self) -> SupervisionKind:
        return SupervisionKind(self.row.kind)

    @strawberry.field
    async def order(self, info: Info) -> WorkOrder | None:
        """Null once the unit no longer has the case."""
        try:
            return await orders.read(info, self.row.order_id)
        except NotFound:
            return None

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info, self.row.unit_id)

    @strawberry.field
    def text(self) -> str:
        """The instruction."""
        return self.row.text

    @strawberry.field
    def due_at(self) -> datetime:
        return self.row.due_at

    @strawberry.field
    def issued_at(self) -> datetime:
        return self.row.issued_at

    @strawberry.field
    def signed_at(self) -> datetime | None:
        """When the unit read it."""
        return self.row.signed_at

    @strawberry.field
    def replied_at(self) -> datetime | None:
        return self.row.replied_at

    @strawberry.field
    def reply(self) -> str | None:
        return self.row.reply or None

    @strawberry.field
    def overdue(self) -> bool:
        return self.row.overdue

    @strawberry.field
    async def issuer(self, info: Info) -> Person | None:
        person = await info.context.loader(load_people).load(self.row.issuer_id)
        return Person(row=person) if person else None

    @strawberry.field
    def actions(self, info: Info) -> list[SupervisionAction]:
        """What this person may do now: the buttons of the screen."""
        return rules.offered(self.row, info.context.actor)

    @strawberry.field
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        """The steps, newest first."""
        return await timeline(info, service.KIND, self.row.id)


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
