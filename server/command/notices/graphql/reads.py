"""Reading one's notices."""

from datetime import datetime

import strawberry

from server.command.notices import queries
from server.command.notices.graphql.types import Notice, NoticePage
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.kernel.actors import EVERYONE
from server.platform.read import together


@strawberry.type
class Query:
    """Notices' part of the root."""

    @field_for(*EVERYONE)
    async def notices(
        self, info: Info, unread: bool = False, first: int = 20, after: str | None = None
    ) -> NoticePage:
        """What one was told, the newest first."""
        key = decode(after, datetime, str) if after else None
        needs = together(("at", "id"), info.needs("items"))
        rows = queries.read_page(info.context.actor, unread, bounded(first), key)
        found = await info.context.office.read.lines(rows, needs)
        page = Page.of(found, first, lambda row: (row.at, row.id))
        return NoticePage(items=Notice.of(page.items), next=page.next)

    @field_for(*EVERYONE)
    async def unread_notices(self, info: Info) -> int:
        """How many wait to be read."""
        return int(await info.context.office.read.value(queries.read_unread(info.context.actor)))
