"""What moves among one's own requests, and on the desks."""

import strawberry

from server.command.orders.graphql.live import interest as order_interest
from server.command.requests import desks, sight
from server.command.requests.graphql.desk_types import DeskEvent, DeskRequest, Visit, VisitEvent
from server.command.requests.graphql.types import Request, RequestEvent
from server.command.requests.tables import CitizenRequest, ReturnVisit
from server.graph.live import live_for, subject
from server.kernel.actors import CITIZEN, LEADER, OFFICER, Actor
from server.kernel.against import bars
from server.platform.news import Interest, Told


def interest(actor: Actor) -> Interest:
    """A citizen follows his own."""
    return Interest("request", keys=frozenset(f"person:{id}" for id in (actor.id, *actor.wards)))


def desk_interest(actor: Actor) -> Interest:
    """Dispatchers and leaders follow their area, a unit and a clerk what touches them."""
    return order_interest(actor, "request")


def visit_interest(actor: Actor) -> Interest:
    """The desk's area."""
    return order_interest(actor, "visit")


def hides_visit(actor: Actor, visit: ReturnVisit) -> bool:
    """As a request: whom it complains about is not even told that something moved."""
    return bars(actor, visit.against)


@strawberry.type
class Subscription:
    """Requests' part of the live root."""

    @live_for(CITIZEN, interest=interest, of=CitizenRequest, sees=sight.sees)
    def live_requests(self, told: Told, row: CitizenRequest | None) -> RequestEvent:
        """What moved among one's own cases after `since`. A hint: the query stays the truth."""
        return RequestEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, request_id=subject(told),
            request=Request(row=row) if row else None,
        )  # fmt: skip

    @live_for(OFFICER, LEADER, interest=desk_interest, of=CitizenRequest, sees=sight.sees, hides=sight.hides)
    def live_desk(self, told: Told, row: CitizenRequest | None) -> DeskEvent:
        """What moved on one's desk after `since`. A hint: the list query stays the truth."""
        return DeskEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, request_id=subject(told),
            request=DeskRequest(row=row) if row else None,
        )  # fmt: skip

    @live_for(OFFICER, interest=visit_interest, of=ReturnVisit, sees=desks.sees_visit, hides=hides_visit)
    def live_visits(self, told: Told, row: ReturnVisit | None) -> VisitEvent:
        """What moved among the return visits after `since`. A hint: the list query stays the truth."""
        return VisitEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, visit_id=subject(told),
            visit=Visit(row=row) if row else None,
        )  # fmt: skip
