"""Live operations, executed once for everybody who is told the same.

Followers whose document, variables and scope are alike are a group. The scope is the role and, when the
answer depends on who asks, the actor. An event is executed once per group, and the same text goes to all.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Protocol

from server.graph import wire
from server.graph.asked import Asked
from server.graph.context import Context
from server.graph.errors import as_graphql
from server.graph.live import Feed
from server.kernel.actors import Actor
from server.kernel.errors import CityError
from server.platform.news import Cursor, Interest, Told
from server.platform.work import Office

BURST = 32  # events a group may be behind before only the newest of each subject is told
MOST_HELD = 1000  # events kept for somebody who is still being told what he missed
AT_ONCE = 250  # answers handed out between two turns of the loop, so that a large group holds up nobody
LOOK_AGAIN_SECONDS = 15.0
PICTURE = "picture"  # a newer picture replaces one that still waits


class Behind(CityError):
    """Somebody reads more slowly than things happen. Follow again from the last cursor: nothing is lost."""

    code = "RESYNC"


RESYNC = wire.encode({"data": None, "errors": [as_graphql(Behind()).formatted]}).decode()


class Outlet(Protocol):
    """Where somebody's answers go: an operation of a websocket, an event stream."""

    def next(self, answer: str, subject: str | None = None) -> None:
        """One more answer, as JSON. While it has to wait, a newer one of the same `subject` replaces it."""
        ...

    def end(self, failure: str | None = None) -> None:
        """No more answers. The last one says why, when that was not foreseen."""
        ...

    async def ready(self) -> None:
        """Return when an answer would not have to wait."""
        ...


class Nobody(Context):
    """The surroundings of an answer that goes to many."""

    @property
    def actor(self) -> Actor:
        """Raises RuntimeError: a field that depends on who asks must be marked personal."""
        raise RuntimeError("a field that depends on who asks is not marked personal")


class Follower:
    """One live operation of one person."""

    __slots__ = ("_group", "actor", "held", "interest", "outlet")

    def __init__(self, group: "FeedGroup | PictureGroup", actor: Actor, outlet: Outlet) -> None:
        self.actor, self.outlet, self.interest = actor, outlet, group.live.interest(actor)
        self.held: deque[Told] | None = deque()  # what comes while he is told what he missed
        self._group = group

    def hear(self, told: Told) -> None:
        """Something moved."""
        if self.held is None:
            self._group.hear(told, self)
        elif len(self.held) < MOST_HELD:
            self.held.append(told)
        else:
            self._group.fail(Behind(), [self])


class Broadcast:
    """Every group of this process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._groups: dict[Hashable, FeedGroup | PictureGroup] = {}

    async def follow(self, asked: Asked, actor: Actor, outlet: Outlet) -> Callable[[], None]:
        """Tell `outlet` what moves, until the returned function is called or the outlet was told its end.

        Returns when what was missed has been told. Raises BadInput for what is no cursor.
        """
        live = asked.document.live
        scope = actor if asked.personal else None if isinstance(live, Feed) else actor.area
        key = asked.alike, scope
        group = self._groups.get(key)
        if group is None:
            forget = partial(self._groups.pop, key, None)
            of = FeedGroup if isinstance(live, Feed) else PictureGroup
            group = self._groups[key] = of(self._office, asked, actor if scope is actor else None, forget)
        follower = Follower(group, actor, outlet)
        group.members.add(follower)
        try:
            await group.join(follower, asked.since)
        except BaseException:
            group.leave(follower)
            raise
        return partial(group.leave, follower)

    @property
    def followers(self) -> int:
        """How many live operations are being told."""
        return sum(len(group.members) for group in self._groups.values())

    @property
    def groups(self) -> int:
        """How many executions an event costs that concerns everybody."""
        return len(self._groups)


class Group:
    """Those who are told the same in the same words; `actor` is whose words, when they are one person's."""

    live: Any  # Feed or Picture

    def __init__(
        self, office: Office, asked: Asked, actor: Actor | None, forget: Callable[[], object]
    ) -> None:
        self.live = asked.document.live
        self.members: set[Follower] = set()
        self._office, self._asked, self._actor, self._forget = office, asked, actor, forget

    async def _answer(self, event: object) -> str:
        mine = Context(self._office, self._actor) if self._actor else Nobody(self._office)
        return await self._asked.answer(event, mine)

    def leave(self, follower: Follower) -> None:
        """Tell him nothing more; a stranger is ignored."""
        if follower in self.members:
            self.members.discard(follower)
            self._office.news.leave(follower)
            if not self.members:
                self._forget()
                self.close()

    def fail(self, error: Exception, followers: Iterable[Follower]) -> None:
        """Their operations end here."""
        text = self._asked.failure(error)
        for follower in list(followers):
            if follower in self.members:
                self.leave(follower)
                follower.outlet.end(text)

    def close(self) -> None:
        """Nobody is left."""


class FeedGroup(Group):
    """Those who are told of events in the same words, though not all of them of every event."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._waiting: deque[tuple[Told, list[Follower]]] = deque()
        self._thin_from = BURST
        self._telling: asyncio.Task[None] | None = None

    async def join(self, follower: Follower, since: str | None) -> None:
        """Tell him from where he follows, what he missed after `since`, and then what the others hear."""
        desk, wanted = self._office.news, Cursor.parse(since) if since else None
        until = await desk.join(follower)
        await self._tell(desk.ready(wanted or until), [follower])
        if wanted:
            async with aclosing(desk.missed(follower.interest, wanted, until)) as missed:
                async for told in missed:
                    await follower.outlet.ready()  # no faster than he reads
                    await self._tell(told, [follower])
        while follower.held:
            await self._tell(follower.held.popleft(), [follower])
        follower.held = None

    def hear(self, told: Told, follower: Follower) -> None:
        """`follower` is to be told. All who are, of one event, are named before the next event is."""
        if not self._waiting or self._waiting[-1][0] is not told:
            self._waiting.append((told, []))
            if self._telling is None:
                self._telling = asyncio.create_task(self._tell_all())
        self._waiting[-1][1].append(follower)

    async def _tell_all(self) -> None:
        while self._waiting:
            if len(self._waiting) > self._thin_from:
                self._thin()
            await self._tell(*self._waiting.popleft())
        self._telling = None

    async def _tell(self, told: Told, followers: list[Follower]) -> None:
        """One execution for those who see the row, and one for those who do not."""
        try:
            row = await self.live.row(self._office, told)
            answers: dict[bool, str] = {}
            for n, follower in enumerate(followers, 1):
                if self.live.conceals(follower.actor, row):
                    continue
                seen = row is not None and self.live.sees(follower.actor, row)
                if seen not in answers:
                    answers[seen] = await self._answer(self.live.event(told, row if seen else None))
                if follower in self.members:
                    follower.outlet.next(answers[seen], told.subject_id)
                if not n % AT_ONCE:
                    await asyncio.sleep(0)
        except Exception as error:
            self.fail(error, followers)

    def _thin(self) -> None:
        """Of what waits, keep the newest of each subject: it tells the row as it is by then anyway."""
        newest: dict[str | None, tuple[Told, list[Follower]]] = {}
        for told, followers in self._waiting:
            _, before = newest.pop(told.subject_id, (told, []))
            newest[told.subject_id] = told, list(dict.fromkeys(before + followers))
        self._waiting = deque(newest.values())
        self._thin_from = max(BURST, 2 * len(self._waiting))
        if len(self._waiting) > MOST_HELD:
            self._waiting.clear()
            self.fail(Behind(), self.members)


class PictureGroup(Group):
    """Those who look at the same picture. It is drawn once for all of them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._moved = asyncio.Event()
        self._last: str | None = None
        self._drawing: asyncio.Task[None] | None = None
        self.interest: Interest

    async def join(self, follower: Follower, _since: str | None) -> None:
        """Show him the picture; whatever made it old meanwhile is on its way to be drawn."""
        if self._last is not None:
            follower.outlet.next(self._last, PICTURE)
        elif self._drawing is None:
            self.interest, self._area = follower.interest, follower.actor.area
            self._drawing = asyncio.create_task(self._draw_on())

    def hear(self, told: Told, follower: Follower | None = None) -> None:
        """The picture is old."""
        self._moved.set()

    def close(self) -> None:
        """Stop drawing."""
        if self._drawing:
            self._drawing.cancel()

    async def _draw_on(self) -> None:
        try:
            await self._office.news.join(self)
            while True:
                self._moved.clear()
                self._last = await self._answer(await self.live.event(self._office, self._area))
                for n, follower in enumerate(list(self.members), 1):
                    follower.outlet.next(self._last, PICTURE)
                    if not n % AT_ONCE:
                        await asyncio.sleep(0)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), LOOK_AGAIN_SECONDS)
                await asyncio.sleep(self.live.every)
        except Exception as error:
            self.fail(error, self.members)
        finally:
            self._office.news.leave(self)
