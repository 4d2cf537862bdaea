"""Acts that wait for their ten seconds, as those see them who may know."""

from datetime import datetime
from typing import ClassVar

import strawberry
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.graphql.types import Person, load_people
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.kernel.actors import DISPATCHERS, STAFF, Role
from server.platform.holds import Hold as Row
from server.platform.kept import kept

HOLD = ("id", "subject_id", "act", "until", "actor_id")


@strawberry.type
class Hold(View[Row]):
    """Somebody's act that waits for its ten seconds."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    action: str = column(of="act")  # key of the act: order.dispatch, order.merge, order.reject, …
    until: datetime = column()

    @field_for(needs={"actor_id"})
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.actor_id)

    @field_for(needs={"actor_id"}, personal=True)
    def mine(self, info: Info) -> bool:
        return self.row.actor_id == info.context.actor.id


async def load_holds(context: Context, ids: list[str]) -> list[Hold | None]:
    """The act that waits on each case. Only its own person and the desk know: nobody else feels it yet."""
    desk = context.actor.post in DISPATCHERS
    rows = _waiting(ids) if desk else _own(ids, context.actor.id)
    found = {row.subject_id: Hold(row=row) for row in await context.office.read.lines(rows, HOLD)}
    return [found.get(id) for id in ids]


@kept
def _waiting(ids: list[str]) -> SelectOfScalar[Row]:
    return select(Row).where(col(Row.subject_id).in_(ids))


@kept
def _own(ids: list[str], actor_id: str) -> SelectOfScalar[Row]:
    return select(Row).where(col(Row.subject_id).in_(ids), Row.actor_id == actor_id)
