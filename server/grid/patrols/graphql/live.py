"""Rounds as they move."""

import strawberry

from server.graph.live import live_for, subject
from server.grid.patrols.graphql.types import Patrol, PatrolEvent
from server.grid.patrols.queries import sees
from server.grid.patrols.rules import WATCHERS
from server.grid.patrols.service.plans import KIND
from server.grid.patrols.tables import Patrol as Row
from server.kernel.actors import OFFICER, Actor
from server.platform.news import Interest, Told


def interest(actor: Actor) -> Interest:
    """The platform follows its area, an officer himself and those of his cells."""
    if actor.post in WATCHERS:
        return Interest(KIND, actor.area)
    cells = {f"cell:{cell}" for cell in actor.cells}
    return Interest(KIND, keys=frozenset({f"person:{actor.id}"} | cells))


@strawberry.type
class Subscription:
    """Patrols' part of the live root."""

    @live_for(OFFICER, interest=interest, of=Row, sees=sees)
    def live_patrols(self, told: Told, row: Row | None) -> PatrolEvent:
        """Rounds that moved after `since`, and that somebody's position is new: `positions` says where."""
        return PatrolEvent(
            cursor=told.cursor, verb=told.verb, at=told.at, patrol_id=subject(told),
            patrol=Patrol(row=row) if row else None,
        )  # fmt: skip
