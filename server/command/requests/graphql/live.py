"""What moves among one's own requests."""

import strawberry

from server.command.requests import rules
from server.command.requests.graphql.types import Request, RequestEvent
from server.command.requests.tables import CitizenRequest
from server.graph.live import live_for, subject
from server.kernel.actors import CITIZEN, Actor
from server.platform.news import Interest, Told


def interest(actor: Actor) -> Interest:
    """A citizen follows his own."""
    return Interest("request", keys=frozenset({f"person:{actor.id}"}))


@strawberry.type
class Subscription:
    """Requests' part of the live root."""

    @live_for(CITIZEN, interest=interest, of=CitizenRequest, sees=rules.sees)
    def live_requests(self, told: Told, row: CitizenRequest | None) -> RequestEvent:
        """What moved among one's own cases after `since`. A hint: the query stays the truth."""
        return RequestEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, request_id=subject(told),
            request=Request(row=row) if row else None,
        )  # fmt: skip
