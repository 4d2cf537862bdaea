"""Who sees a request, asked of one that is here. `queries.visible_to` asks the same of the store."""

from typing import Protocol

from server.kernel import against
from server.kernel.actors import CITIZEN, DISPATCHERS, UNIT_POSTS, Actor, Post, Role


class Placed(Protocol):
    """The facts that decide who sees a request."""

    reporter_id: str
    filed_by: str
    area: str
    unit_id: str
    against: str


def sees(actor: Actor, request: Placed) -> bool:
    """Citizens see their own and their family's; the desk and leaders their area's, a unit what it was sent,
    a clerk what he filed; none of the staff a complaint about himself, his unit or his line."""
    if actor.role is CITIZEN:
        return request.reporter_id == actor.id or request.reporter_id in actor.wards
    if against.bars(actor, request.against):
        return False
    if actor.post is Post.SYSTEM:
        return True
    if actor.role is Role.LEADER or actor.post in DISPATCHERS:
        return request.area.startswith(actor.area)
    if actor.post in UNIT_POSTS:
        return request.unit_id != "" and request.unit_id == actor.unit_id
    return actor.post is Post.WINDOW_CLERK and request.filed_by == actor.id


def hides(actor: Actor, request: Placed) -> bool:
    """Not even that something moved is told to whom it complains about."""
    return actor.role is not CITIZEN and against.bars(actor, request.against)
