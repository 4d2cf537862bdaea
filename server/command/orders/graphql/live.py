"""What moves among work orders."""

import strawberry

from server.command.orders.graphql.types import OrderEvent, WorkOrder
from server.command.orders.sight import hides, sees
from server.command.orders.tables import WorkOrder as Row
from server.graph.live import live_for, subject
from server.kernel.actors import DISPATCHERS, LEADER, OFFICER, Actor, Post
from server.platform.news import Interest, Told

WATCHERS = frozenset({*DISPATCHERS, Post.ARBITER, Post.LEADER})


def interest(actor: Actor, topic: str = "order") -> Interest:
    """Whose news an actor follows: dispatchers and leaders their area's, others what touches them."""
    if actor.post in WATCHERS:
        return Interest(topic, actor.area)
    keys = {f"person:{actor.id}", *(f"cell:{cell}" for cell in actor.cells)}
    return Interest(topic, keys=frozenset(keys | ({f"unit:{actor.unit_id}"} if actor.unit_id else set())))


@strawberry.type
class Subscription:
    """Orders' part of the live root."""

    @live_for(OFFICER, LEADER, interest=interest, of=Row, sees=sees, hides=hides)
    def live_orders(self, told: Told, row: Row | None) -> OrderEvent:
        """What moved among one's orders after `since`. A hint: the list query stays the truth."""
        return OrderEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, order_id=subject(told),
            order=WorkOrder(row=row) if row else None,
        )  # fmt: skip
