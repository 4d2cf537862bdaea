"""What moves among work orders."""

from collections.abc import AsyncIterator

import strawberry

from server.command.orders import queries
from server.command.orders.graphql.types import OrderEvent, WorkOrder
from server.graph.audience import subscription_for
from server.graph.context import Info
from server.kernel.actors import DISPATCHERS, LEADER, OFFICER, Actor, Post
from server.platform.news import Interest

WATCHERS = frozenset({*DISPATCHERS, Post.ARBITER, Post.LEADER})


@strawberry.type
class Subscription:
    """Orders' part of the live root."""

    @subscription_for(OFFICER, LEADER)
    async def live_orders(self, info: Info, since: str | None = None) -> AsyncIterator[OrderEvent]:
        """What moved among one's orders after `since`. A hint: the list query stays the truth."""
        office, actor = info.context.office, info.context.actor
        async for cursor, news in office.news.follow(interest(actor), since):
            if news is None:
                yield OrderEvent(cursor=str(cursor), verb="ready", at=office.clock())
                continue
            async with office.reading() as session:
                row = (await session.exec(queries.one(actor, news.subject_id))).one_or_none()
            yield OrderEvent(
                cursor=str(cursor), verb=news.verb, at=news.at, order_id=strawberry.ID(news.subject_id),
                order=WorkOrder(row=row) if row else None,
            )  # fmt: skip


def interest(actor: Actor, topic: str = "order") -> Interest:
    """Whose news an actor follows: dispatchers and leaders their area's, others what touches them."""
    if actor.post in WATCHERS:
        return Interest(topic, actor.area)
    keys = {f"person:{actor.id}", *(f"cell:{cell}" for cell in actor.cells)}
    return Interest(topic, keys=frozenset(keys | ({f"unit:{actor.unit_id}"} if actor.unit_id else set())))
