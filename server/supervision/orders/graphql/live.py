"""What moves among supervisions."""

from collections.abc import AsyncIterator

import strawberry

from server.command.orders.graphql.live import interest
from server.graph.audience import subscription_for
from server.graph.context import Info
from server.kernel.actors import LEADER, OFFICER
from server.supervision.orders import queries, service
from server.supervision.orders.graphql.types import Supervision, SupervisionEvent


@strawberry.type
class Subscription:
    """Supervisions' part of the live root."""

    @subscription_for(OFFICER, LEADER)
    async def live_supervisions(
        self, info: Info, since: str | None = None
    ) -> AsyncIterator[SupervisionEvent]:
        """What moved after `since`. A hint: the list query stays the truth."""
        office, actor = info.context.office, info.context.actor
        async for cursor, news in office.news.follow(interest(actor, service.KIND), since):
            if news is None:
                yield SupervisionEvent(cursor=str(cursor), verb="ready", at=office.clock())
                continue
            async with office.reading() as session:
                row = (await session.exec(queries.one(actor, news.subject_id))).one_or_none()
            yield SupervisionEvent(
                cursor=str(cursor), verb=news.verb, at=news.at, supervision_id=strawberry.ID(news.subject_id),
                supervision=Supervision(row=row) if row else None,
            )  # fmt: skip
