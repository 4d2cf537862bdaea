"""Rules that switched themselves off, for those who can mend it."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.routing import service
from server.command.routing.rules import Routes
from server.graph.audience import field_for
from server.graph.context import Info
from server.kernel.actors import DISPATCHERS, OFFICER, Post, Role

TOLD = DISPATCHERS | {Post.ADMIN_SYS}


@strawberry.type
class RouteFault:
    """A rule that is skipped: `what` it names is gone, "unit", "person" or "answer"."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    no: int
    name: str
    what: str
    value: str
    at: datetime


@strawberry.type
class Query:
    """Routing's part of the root."""

    @field_for(OFFICER, most=50)
    async def route_faults(self, info: Info) -> list[RouteFault]:
        """The rules that are switched off now; none for those who can do nothing about it."""
        if info.context.actor.post not in TOLD:
            return []
        office = info.context.office
        rows = await service.faults(office.read, office.of(Routes).edition)
        return [RouteFault(no=r.no, name=r.name, what=r.what, value=r.value, at=r.at) for r in rows]
