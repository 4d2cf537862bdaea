"""Reading supervisions."""

from datetime import datetime

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.kernel.actors import LEADER, OFFICER
from server.kernel.errors import NotFound
from server.platform.read import together
from server.supervision.orders import queries
from server.supervision.orders.graphql.types import Supervision, SupervisionPage


@strawberry.type
class Query:
    """Supervisions' part of the root."""

    @field_for(OFFICER, LEADER)
    async def supervisions(
        self, info: Info, open: bool = True, order_id: strawberry.ID | None = None, mine: bool = False,
        first: int = 20, after: str | None = None,
    ) -> SupervisionPage:  # fmt: skip
        """Those of one's area or unit, or only those one ends oneself; late ones first, then the newest."""
        actor, read = info.context.actor, info.context.office.read
        key = decode(after, int, datetime, str) if after else None
        needs = together(("overdue", "issued_at", "id"), info.needs("items"))
        found = await read.lines(queries.read_page(actor, open, order_id, mine, bounded(first), key), needs)
        total = await read.value(queries.read_total(actor, open, order_id, mine)) if info.asks("total") else 0
        page = Page.of(found, first, lambda row: (int(row.overdue), row.issued_at, row.id))
        return SupervisionPage(items=Supervision.of(page.items), next=page.next, total=total)


async def read(info: Info, id: str) -> Supervision:
    """The supervision as this person sees it now. Raises NotFound."""
    rows = queries.read_one(info.context.actor, id)
    row = await info.context.office.read.line(rows, together(("id",), info.needs()))
    if row is None:
        raise NotFound(subject=id)
    return Supervision(row=row)
