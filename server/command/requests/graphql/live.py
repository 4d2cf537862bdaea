"""What moves among one's own requests."""

from collections.abc import AsyncIterator

import strawberry

from server.command.requests import queries
from server.command.requests.graphql.types import Request, RequestEvent
from server.graph.audience import subscription_for
from server.graph.context import Info
from server.kernel.actors import CITIZEN
from server.platform.news import Interest


@strawberry.type
class Subscription:
    """Requests' part of the live root."""

    @subscription_for(CITIZEN)
    async def live_requests(self, info: Info, since: str | None = None) -> AsyncIterator[RequestEvent]:
        """What moved among one's own cases after `since`. A hint: the query stays the truth."""
        office, actor = info.context.office, info.context.actor
        mine = Interest("request", keys=frozenset({f"person:{actor.id}"}))
        async for cursor, news in office.news.follow(mine, since):
            if news is None:
                yield RequestEvent(cursor=str(cursor), verb="ready", at=office.clock())
                continue
            async with office.reading() as session:
                row = (await session.exec(queries.one(actor, news.subject_id))).one_or_none()
            yield RequestEvent(
                cursor=str(cursor), verb=news.verb, at=news.at, request_id=strawberry.ID(news.subject_id),
                request=Request(row=row) if row else None,
            )  # fmt: skip
