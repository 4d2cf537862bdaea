"""Notices as they come."""

import strawberry

from server.command.notices import service
from server.command.notices.graphql.types import Notice, NoticeEvent
from server.command.notices.queries import sees
from server.command.notices.tables import Notice as Row
from server.graph.live import live_for
from server.kernel.actors import CITIZEN, LEADER, OFFICER, Actor
from server.platform.news import Interest, Told


def interest(actor: Actor) -> Interest:
    """Everybody follows his own."""
    return Interest(service.KIND, keys=frozenset({f"person:{actor.id}"}))


@strawberry.type
class Subscription:
    """Notices' part of the live root."""

    @live_for(CITIZEN, OFFICER, LEADER, interest=interest, of=Row, sees=sees)
    def live_notices(self, told: Told, row: Row | None) -> NoticeEvent:
        """One's notices after `since`. A hint: the list query stays the truth."""
        notice = Notice(row=row) if row else None
        return NoticeEvent(cursor=told.cursor, verb=told.verb, at=told.at, notice=notice)
