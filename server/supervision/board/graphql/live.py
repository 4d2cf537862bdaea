"""The board, again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import strawberry

from server.command.orders.graphql.live import interest
from server.graph.audience import subscription_for
from server.graph.context import Info
from server.kernel.actors import LEADER
from server.supervision.board.graphql.reads import Board, board

LIVE_SECONDS = 1.0  # the board is told at most once a second
LOOK_AGAIN_SECONDS = 15.0


@strawberry.type
class Subscription:
    """The board's part of the live root."""

    @subscription_for(LEADER)
    async def live_board(self, info: Info) -> AsyncIterator[Board]:
        """The board now, and again whenever something moved, at most once a second."""
        office, actor = info.context.office, info.context.actor
        with office.hub.listen(interest(actor).wakes) as woken:
            while True:
                woken.clear()
                yield await board(info)
                with suppress(TimeoutError):  # a broker may lose a wake
                    await asyncio.wait_for(woken.wait(), LOOK_AGAIN_SECONDS)
                await asyncio.sleep(LIVE_SECONDS)
