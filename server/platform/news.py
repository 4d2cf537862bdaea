"""Stored events with a cursor. The hub only wakes the reader; the store holds the facts.

One reader per process reads what is new, once, and hands it to everybody here who follows it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import and_, or_
from sqlalchemy import select as columns
from sqlmodel import Field, SQLModel, col, select

from server.kernel.errors import BadInput
from server.platform.audit import Chain
from server.platform.db import Store, UtcDateTime
from server.platform.read import Reader

log = logging.getLogger(__name__)

PAGE = 500
LOST_WAKE_SECONDS = 5.0  # a broker may lose a message, so the reader looks by itself now and then
STORE_AWAY_SECONDS = 1.0
READY = "ready"
NEWS = "news"  # the hub's key for "something was committed"


class News(SQLModel, table=True):
    """Something moved. Numbered per street with the street's chain, in commit order."""

    street: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    topic: str  # "order" | "request" | "supervision"
    verb: str
    subject_id: str
    area: str
    touches: str = ""  # "|unit:cg|cell:440103006001001|person:<id>|": whom it concerns


HEADS: Any = columns(col(Chain.street), col(Chain.seq))


class Hub(Protocol):
    """Wakes whoever listens to a key, here or in another process. Carries no facts."""

    def listen(self, keys: Iterable[str]) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever one of `keys` is woken."""
        ...

    async def wake(self, keys: Iterable[str]) -> None:
        """Wake the listeners of `keys`. Waits for nobody."""
        ...

    async def close(self) -> None:
        """Stop listening to the outside."""
        ...


class LocalHub:
    """One process: a set of events per key."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def listen(self, keys: Iterable[str]) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of `keys` is woken."""
        event, mine = asyncio.Event(), tuple(keys)
        for key in mine:
            self._listeners[key].add(event)
        try:
            yield event
        finally:
            for key in mine:
                self._listeners[key].discard(event)
                if not self._listeners[key]:
                    del self._listeners[key]

    @property
    def keys(self) -> list[str]:
        """What somebody listens to."""
        return list(self._listeners)

    async def wake(self, keys: Iterable[str]) -> None:
        """Wake the listeners of `keys`."""
        for key in keys:
            for event in self._listeners.get(key, ()):
                event.set()

    async def close(self) -> None:
        """Nothing to stop."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come in each street's chain."""

    seqs: Mapping[str, int]

    def __str__(self) -> str:
        return ",".join(f"{street}:{seq}" for street, seq in sorted(self.seqs.items()))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Inverse of str(). Raises BadInput for anything else."""
        try:
            pairs = (part.split(":") for part in text.split(",") if part)
            return cls({street: int(seq) for street, seq in pairs})
        except ValueError:
            raise BadInput(field="since") from None


@dataclass(frozen=True, slots=True)
class Interest:
    """What a reader follows: one topic, inside an area, and only what touches one of `keys` if given."""

    topic: str
    area: str = ""
    keys: frozenset[str] = frozenset()  # {"person:<id>"}, {"unit:cg"}, … ; empty = everything in the area

    def wants(self, news: News) -> bool:
        """True when the event lies in the area and touches one of the keys."""
        touched = not self.keys or not self.keys.isdisjoint(news.touches.split("|"))
        return news.topic == self.topic and touched and news.area.startswith(self.area)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """An event as its followers are told of it. The same object goes to all of them."""

    cursor: str  # where to resume
    verb: str
    at: datetime
    subject_id: str | None = None
    found: dict[Any, Any] = field(default_factory=dict)  # what one follower has read, for the others


class Follower(Protocol):
    """Somebody who wants to know."""

    @property
    def interest(self) -> Interest:
        """In what. Never changes."""
        ...

    def hear(self, told: Told) -> None:
        """Called in the order of the cursors. Must neither wait nor raise."""
        ...


class _Listener:
    """A follower that keeps what it hears until it is asked."""

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self.heard: asyncio.Queue[Told] = asyncio.Queue()

    def hear(self, told: Told) -> None:
        self.heard.put_nowait(told)


class Index:
    """Who follows what: finds an event's followers without asking all of them."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, str], set[Follower]] = defaultdict(set)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, follower: Follower) -> None:
        """From now on `follower` is found."""
        self._count += 1
        for place in _places(follower.interest):
            self._by_place[place].add(follower)

    def discard(self, follower: Follower) -> None:
        """Inverse of `add`; a stranger is ignored."""
        places = _places(follower.interest)
        if any(follower in self._by_place.get(place, ()) for place in places):
            self._count -= 1
        for place in places:
            self._by_place[place].discard(follower)
            if not self._by_place[place]:
                del self._by_place[place]

    def wanting(self, news: News) -> set[Follower]:
        """Everybody whose interest wants `news`."""
        areas = (news.area[:n] for n in range(len(news.area) + 1))
        found = [self._by_place.get((news.topic, f"area:{area}")) for area in areas]
        touched = [self._by_place.get((news.topic, key)) for key in news.touches.split("|") if key]
        wanting = set[Follower]().union(*filter(None, found))
        for some in filter(None, touched):
            wanting.update(one for one in some if news.area.startswith(one.interest.area))
        return wanting


def _places(interest: Interest) -> list[tuple[str, str]]:
    return [(interest.topic, key) for key in interest.keys or (f"area:{interest.area}",)]


class NewsDesk:
    """Reads the stored events for followers, once for the whole process."""

    def __init__(self, store: Store, hub: Hub, clock: Callable[[], datetime]) -> None:
        self._read, self._hub, self._clock = Reader(store), hub, clock
        self._index = Index()
        self._heads: dict[str, int] = {}  # what has been handed out, per street
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None  # a look at the store that has not begun
        self._tail: asyncio.Task[None] | None = None

    async def join(self, follower: Follower) -> Cursor:
        """Tell `follower` what is committed after the returned cursor, until it leaves."""
        await self._look()
        self._index.add(follower)
        if self._tail is None:
            self._tail = asyncio.create_task(self._follow_up())
        return Cursor(dict(self._heads))

    def leave(self, follower: Follower) -> None:
        """Tell it nothing more."""
        self._index.discard(follower)
        if not self._index and self._tail:
            self._tail.cancel()
            self._tail = None

    async def close(self) -> None:
        """Tell nobody anything more, and let go of the store."""
        self._index = Index()
        if self._tail:
            self._tail.cancel()
            self._tail = None
        async with self._turn:  # a reading that has begun comes to its end
            pass

    async def missed(self, interest: Interest, since: Cursor, until: Cursor) -> AsyncGenerator[Told, None]:
        """What was committed after `since` and not after `until`, each with the cursor to resume from."""
        here, more = dict(since.seqs), True
        while more:
            rows, more = await self._after(here, until.seqs, interest.topic)
            for news in rows:
                here[news.street] = news.seq
                if interest.wants(news):
                    yield _told(here, news)

    async def follow(self, interest: Interest, since: str | None = None) -> AsyncGenerator[Told, None]:
        """Events after `since`, then live, each with the cursor to resume from.

        The first one has the verb `ready` and no subject: it says from where one is now listening.
        A hint: the query stays the truth. Nothing is lost across a reconnect. Raises BadInput.
        """
        wanted = Cursor.parse(since) if since else None
        listener = _Listener(interest)
        try:
            until = await self.join(listener)
            yield self.ready(wanted or until)
            if wanted:
                async for told in self.missed(interest, wanted, until):
                    yield told
            while True:
                yield await listener.heard.get()
        finally:
            self.leave(listener)

    def ready(self, cursor: Cursor) -> Told:
        """The first thing a follower is told: from here on nothing is missed."""
        return Told(str(cursor), READY, self._clock())

    async def _follow_up(self) -> None:
        """Look whenever somebody committed, and now and then in case a wake was lost."""
        with self._hub.listen([NEWS]) as woken:
            while True:
                try:
                    await self._look()
                except Exception as error:  # the store is away; nobody missed anything, it comes later
                    log.warning("news cannot be read: %r", error)
                    await asyncio.sleep(STORE_AWAY_SECONDS)
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), LOST_WAKE_SECONDS)
                woken.clear()

    async def _look(self) -> None:
        """Hand out everything committed before this call. Many callers share one reading."""
        if self._next is None:
            self._next = asyncio.create_task(self._hand_out())
        await asyncio.shield(self._next)

    async def _hand_out(self) -> None:
        async with self._turn:
            self._next = None  # whoever asks from here on needs another reading
            more = True
            while more:
                chains = await self._read.tuples(HEADS)
                if not self._index:
                    self._heads = dict(chains)
                    return
                rows, more = await self._after(self._heads, dict(chains))
                for news in rows:
                    self._heads[news.street] = news.seq
                    if wanting := self._index.wanting(news):
                        told = _told(self._heads, news)
                        for follower in wanting:
                            follower.hear(told)
                if not more:
                    self._heads |= dict(chains)

    async def _after(
        self, since: Mapping[str, int], until: Mapping[str, int], topic: str = ""
    ) -> tuple[list[News], bool]:
        """A page of events after `since` up to `until`, and whether there may be more."""
        spans = [
            and_(col(News.street) == street, col(News.seq) > since.get(street, 0), col(News.seq) <= seq)
            for street, seq in until.items() if seq > since.get(street, 0)
        ]  # fmt: skip
        if not spans:
            return [], False
        rows = select(News).where(or_(*spans)).order_by(col(News.street), col(News.seq)).limit(PAGE)
        found = await self._read.lines(rows.where(News.topic == topic) if topic else rows)
        return found, len(found) == PAGE


def _told(heads: Mapping[str, int], news: News) -> Told:
    return Told(str(Cursor(heads)), news.verb, news.at, news.subject_id)
