"""What moves among talks, for both ends."""

import strawberry

from server.command.talks import rules
from server.command.talks.graphql.types import Talk, TalkEvent
from server.command.talks.service import KIND, QUEUE
from server.command.talks.tables import Talk as Row
from server.graph.live import live_for
from server.kernel.actors import CITIZEN, DISPATCHERS, OFFICER, Actor, Role
from server.platform.news import Interest, Told


def interest(actor: Actor) -> Interest:
    """A citizen hears his own talk and that the queue moved; a dispatcher his area; others nothing."""
    if actor.role is Role.CITIZEN:
        return Interest(KIND, keys=frozenset({f"person:{actor.id}", QUEUE}))
    return (
        Interest(KIND, actor.area)
        if actor.post in DISPATCHERS
        else Interest(KIND, keys=frozenset({"nobody"}))
    )


@strawberry.type
class Subscription:
    """Talks' part of the live root."""

    @live_for(CITIZEN, OFFICER, interest=interest, of=Row, sees=rules.sees)
    def live_talks(self, told: Told, row: Row | None) -> TalkEvent:
        """What was said or moved after `since`. A hint: the query stays the truth."""
        return TalkEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, talk_id=strawberry.ID(row.id) if row else None,
            talk=Talk(row=row) if row else None,
        )  # fmt: skip
