"""The board, again and again."""

import strawberry

from server.graph.live import picture_for
from server.kernel.actors import LEADER
from server.platform.work import Office
from server.supervision.board.graphql.reads import Board, board

LIVE_SECONDS = 1.0  # the board is told at most once a second


@strawberry.type
class Subscription:
    """The board's part of the live root."""

    @picture_for(LEADER, topic="order", every=LIVE_SECONDS)
    async def live_board(self, office: Office, area: str) -> Board:
        """The board now, and again whenever something moved, at most once a second."""
        return await board(office, area)
