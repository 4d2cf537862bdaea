"""Who sees an order, asked of one that is here. `queries.visible_to` asks the same of the store."""

from typing import Protocol

from server.command.orders import errors
from server.kernel import against
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role


class Placed(Protocol):
    """The facts that decide who sees an order."""

    area: str
    unit_id: str
    also: str
    reporter_id: str
    verifier_id: str
    checker_id: str
    against: str


def sees(actor: Actor, order: Placed) -> bool:
    """Leaders and dispatchers see their area, units what was sent to them, officers their cells and tasks;
    none of them a complaint about himself, his unit or his line."""
    if against.bars(actor, order.against):
        return False
    match actor.role:
        case Role.LEADER:
            return order.area.startswith(actor.area)
        case Role.OFFICER:
            return _sees_in_post(actor, order)
        case Role.CITIZEN:
            return False


def _sees_in_post(actor: Actor, order: Placed) -> bool:
    if actor.post is Post.SYSTEM:
        return True
    if actor.post in DISPATCHERS or actor.post is Post.ARBITER:
        return order.area.startswith(actor.area)
    if actor.post in UNIT_POSTS:
        return order.unit_id == actor.unit_id or f"|{actor.unit_id}:" in order.also
    if actor.post is Post.GRID_OFFICER:
        own = (order.reporter_id, order.verifier_id, order.checker_id)
        return order.area in actor.cells or actor.id in own
    return False


def hides(actor: Actor, order: Placed) -> bool:
    """Not even that something moved is told to whom it complains about."""
    return against.bars(actor, order.against)


def needs_other_than_complained(about: str, unit_id: str) -> None:
    """Not to the unit that is complained about: it goes to its superior or to another one (domain G2)."""
    if against.unit_mark(unit_id) in about:
        raise errors.ComplainedParty(field="unitId")
