"""Reading talks: one's own, and the desk's queue."""

from datetime import datetime

import strawberry

from server.command.talks import queries
from server.command.talks.flow import TalkState
from server.command.talks.graphql.types import Talk, TalkCount, TalkPage
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.errors import NotFound
from server.platform.read import together


@strawberry.type
class Query:
    """Talks' part of the root."""

    @field_for(CITIZEN, OFFICER)
    async def talk(self, info: Info, id: strawberry.ID) -> Talk:
        """NOT_FOUND for absent and hidden alike."""
        return await read(info, id)

    @field_for(CITIZEN)
    async def my_talk(self, info: Info) -> Talk | None:
        """One's own that is not over; null when there is none."""
        rows = queries.open_of(info.context.actor)
        row = await info.context.office.read.line(rows, together(("id",), info.needs()))
        return Talk(row=row) if row else None

    @field_for(OFFICER)
    async def talks(
        self, info: Info, state: TalkState = TalkState.WAITING, first: int = 20, after: str | None = None
    ) -> TalkPage:
        """The area's talks in a state: who waits longest first, what is over newest first."""
        key = decode(after, datetime, str) if after else None
        rows = queries.page(info.context.actor, state, bounded(first), key)
        found = await info.context.office.read.lines(rows, together(("asked_at", "id"), info.needs("items")))
        page = Page.of(found, first, lambda row: (row.asked_at, row.id))
        return TalkPage(items=Talk.of(page.items), next=page.next)

    @field_for(OFFICER, most=len(queries.OPEN))
    async def talk_counts(self, info: Info) -> list[TalkCount]:
        """How many talks this person sees in each state that is not over; empty states are left out."""
        rows = await info.context.office.read.tuples(queries.counts(info.context.actor))
        return [TalkCount(state=TalkState(state), count=n) for state, n in sorted(rows)]


async def read(info: Info, id: str) -> Talk:
    """The talk as the actor sees it now. Raises NotFound."""
    rows = queries.one(info.context.actor, id)
    row = await info.context.office.read.line(rows, together(("id",), info.needs()))
    if row is None:
        raise NotFound(subject=id)
    return Talk(row=row)
