"""A neighbour's case: what everybody may know of it."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import Place, matter_of
from server.command.orders.service.shown import Shown, Withheld
from server.command.requests import queries, rules
from server.command.requests.graphql.told import ONLY_CITIZENS
from server.command.requests.rules import CaseState
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import Role


@strawberry.type
class PublicCase(View[Shown]):
    """Somebody's open case nearby, without names, to about 100 m."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    metres: strawberry.Private[float] = 0
    id: strawberry.ID = column()
    followers: int = column(of="likes")
    overdue: bool = column()
    reported_at: datetime = column()

    @strawberry.field
    def title(self, info: Info) -> str:
        """The kind of thing, never the reporter's words."""
        code = self.row.matter_code or self.row.guessed_code
        matter = matter_of(info.context.office, code, self.row.catalogue_ref)
        return matter.name if matter else ""

    @strawberry.field
    def state(self) -> CaseState:
        return rules.case_of_order(self.row.state, self.row.reopen_times)[0]

    @strawberry.field
    def distance_m(self) -> int:
        return round(self.metres)

    @field_for(personal=True)
    def followed(self, info: Info) -> bool:
        """True when this person said 我也遇到."""
        return info.context.soon(load_followed, self.row.id)

    @strawberry.field
    def place(self) -> Place:
        return Place(row=self.row, rough=True)


@strawberry.type
class PublicPage:
    """公开页: a case by its number, without names; or that it is withheld, and the class of the reason."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    case: PublicCase | None
    withheld: Withheld | None
    unit: Unit | None = strawberry.field(description="Who handles it, once somebody does.")
    may_follow: bool = strawberry.field(description="It is open, so following it makes sense.")


async def load_followed(context: Context, ids: list[str]) -> list[bool]:
    """Which public cases this person follows."""
    found = {
        order_id for (order_id,) in await context.office.read.tuples(queries.followed(context.actor.id, ids))
    }
    return [id in found for id in ids]
