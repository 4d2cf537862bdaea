"""How a feature says what can be followed: whom an event concerns, what is told of it and who may see it.

Who waits, in which order and how often is decided once for all, in `broadcast.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

import strawberry
from sqlmodel import col, select

from server.graph.audience import audience
from server.graph.context import Info
from server.kernel.actors import Actor, Role
from server.platform.news import READY, Interest, Told
from server.platform.work import Office

R = TypeVar("R")
LIVE = "live"  # metadata key of a subscription that is executed once for many


@dataclass(frozen=True, slots=True)
class Feed:
    """Events of one topic, each with the row it is about."""

    interest: Callable[[Actor], Interest]
    of: type[Any]
    sees: Callable[[Actor, Any], bool]
    tell: Callable[[Any, Told, Any], Any]
    hides: Callable[[Actor, Any], bool] | None = None

    async def row(self, office: Office, told: Told) -> Any:
        """The row as it is now, whoever may see it; read once for everybody who is told. None when gone."""
        if told.verb == READY:
            return None
        if self.of not in told.found:
            rows = select(self.of).where(col(self.of.id) == told.subject_id)
            told.found[self.of] = asyncio.ensure_future(office.read.line(rows))
        return await asyncio.shield(told.found[self.of])

    def conceals(self, actor: Actor, row: Any | None) -> bool:
        """True when the actor is not told at all."""
        return row is not None and self.hides is not None and self.hides(actor, row)

    def event(self, told: Told, row: Any | None) -> Any:
        """What is told, to somebody who sees the row or, when that is None, to somebody who does not."""
        return self.tell(None, told, row)


@dataclass(frozen=True, slots=True)
class Picture:
    """What one's area looks like, drawn anew when something of `topic` moved in it."""

    topic: str
    every: float  # seconds; not more often
    draw: Callable[[Any, Office, str], Awaitable[Any]]

    def event(self, office: Office, area: str) -> Awaitable[Any]:
        """The picture as it is now."""
        return self.draw(None, office, area)

    def interest(self, actor: Actor) -> Interest:
        """What makes the picture old."""
        return Interest(self.topic, actor.area)


def live_for(
    *roles: Role,
    interest: Callable[[Actor], Interest],
    of: type[R],
    sees: Callable[[Actor, R], bool],
    hides: Callable[[Actor, R], bool] | None = None,
) -> Callable[[Callable[[Any, Told, R | None], Any]], Any]:
    """A subscription to what moves in somebody's `interest`, with the row it is about.

    What is decorated makes the event of what is told and the row, which is None when the actor does not see
    it (any more), and in the first event, `ready`. `sees` must agree with the feature's `visible_to`.
    To whom `hides` says so, not even that something moved is told.
    """

    def declare(tell: Callable[[Any, Told, R | None], Any]) -> Any:
        feed = Feed(interest, of, sees, tell, hides)

        async def follow(info: Info, since: str | None = None) -> AsyncIterator[Any]:
            office, actor = info.context.office, info.context.actor
            async with aclosing(office.news.follow(interest(actor), since)) as events:
                async for told in events:
                    row = await feed.row(office, told)
                    if feed.conceals(actor, row):
                        continue
                    yield feed.event(told, row if row is not None and sees(actor, row) else None)

        return _subscription(roles, feed, follow, tell)

    return declare


def picture_for(
    *roles: Role, topic: str, every: float
) -> Callable[[Callable[[Any, Office, str], Awaitable[Any]]], Any]:
    """A subscription to a picture of the actor's area: the first at once, then whenever `topic` moved in it,
    at most once in `every` seconds. What is decorated draws the picture of an area."""

    def declare(draw: Callable[[Any, Office, str], Awaitable[Any]]) -> Any:
        picture = Picture(topic, every, draw)

        async def follow(info: Info) -> AsyncIterator[Any]:
            office, actor = info.context.office, info.context.actor
            async with aclosing(office.news.follow(picture.interest(actor))) as events:
                async for _ in events:
                    yield await picture.event(office, actor.area)

        return _subscription(roles, picture, follow, draw)

    return declare


def _subscription(
    roles: tuple[Role, ...], live: Feed | Picture, follow: Callable[..., Any], told: Callable[..., Any]
) -> Any:
    """The field. `follow` serves one reader alone; the broadcast, which serves many, does without it."""
    event: Any = get_type_hints(told)["return"]
    follow.__name__, follow.__doc__, follow.__module__ = told.__name__, told.__doc__, told.__module__
    follow.__annotations__["return"] = AsyncIterator[event]
    return strawberry.subscription(follow, metadata=audience(*roles) | {LIVE: live})


def subject(told: Told) -> strawberry.ID | None:
    """Whose event it is, for a client; null in the first one."""
    return strawberry.ID(told.subject_id) if told.subject_id else None
