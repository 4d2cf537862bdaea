"""Stored events with a cursor. The hub only wakes readers; the store holds the facts."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import and_, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.errors import BadInput
from server.platform.audit import Chain
from server.platform.db import Store, UtcDateTime

PAGE = 500
LOST_WAKE_SECONDS = 5.0  # a broker may lose a message, so a reader looks by itself now and then


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


class Hub(Protocol):
    """Wakes whoever listens to a key, here or in another process. Carries no facts."""

    def listen(self, keys: Iterable[str]) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever one of `keys` is woken."""
        ...

    async def wake(self, keys: Iterable[str]) -> None:
        """Wake the listeners of `keys`."""
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

    def listeners(self, key: str) -> int:
        """How many wait for `key`."""
        return len(self._listeners.get(key, ()))

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

    seqs: dict[str, int]

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

    def past(self, street: str, seq: int) -> "Cursor":
        """This cursor, moved on to `seq` in `street`."""
        return Cursor({**self.seqs, street: max(seq, self.seqs.get(street, 0))})


@dataclass(frozen=True, slots=True)
class Interest:
    """What a reader follows: one topic, inside an area, and only what touches one of `keys` if given."""

    topic: str
    area: str = ""
    keys: frozenset[str] = frozenset()  # {"person:<id>"}, {"unit:cg"}, … ; empty = everything in the area

    @property
    def wakes(self) -> Iterable[str]:
        """Hub keys to listen to."""
        return [f"{self.topic}/{key}" for key in self.keys] if self.keys else [self.topic]

    def wants(self, news: News) -> bool:
        """True when the event lies in the area and touches one of the keys."""
        touched = not self.keys or any(f"|{key}|" in news.touches for key in self.keys)
        return touched and (not self.area or news.area.startswith(self.area))


def wakes(news: News) -> list[str]:
    """Hub keys an event wakes."""
    return [news.topic, *(f"{news.topic}/{key}" for key in news.touches.split("|") if key)]


class NewsDesk:
    """Reads the stored events for followers."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store, self._hub = store, hub

    async def head(self) -> Cursor:
        """Where the chains stand now."""
        async with self._store.reading() as session:
            return await _heads(session)

    async def follow(
        self, interest: Interest, since: str | None = None
    ) -> AsyncGenerator[tuple[Cursor, News | None], None]:
        """Events after `since`, then live, each with the cursor to resume from.

        The first item carries no event: it says from where the reader is now listening.
        A hint: the query stays the truth. Nothing is lost across a reconnect.
        """
        with self._hub.listen(interest.wakes) as woken:
            cursor = Cursor.parse(since) if since else await self.head()
            yield cursor, None
            while True:
                woken.clear()
                async with self._store.reading() as session:
                    cursor, page, more = await _after(session, cursor, interest)
                for at, news in page:
                    yield at, news
                if not more:
                    try:
                        await asyncio.wait_for(woken.wait(), LOST_WAKE_SECONDS)
                    except TimeoutError:
                        continue


async def _heads(session: AsyncSession) -> Cursor:
    return Cursor({row.street: row.seq for row in await session.exec(select(Chain))})


async def _after(
    session: AsyncSession, cursor: Cursor, interest: Interest
) -> tuple[Cursor, list[tuple[Cursor, News]], bool]:
    """A page of wanted events after `cursor`, the cursor behind what was read, and whether more waits."""
    heads = await _heads(session)
    behind = {s: cursor.seqs.get(s, 0) for s, seq in heads.seqs.items() if seq > cursor.seqs.get(s, 0)}
    if not behind:
        return cursor, [], False
    rows = (await session.exec(
        select(News)
        .where(News.topic == interest.topic)
        .where(or_(*(and_(col(News.street) == s, col(News.seq) > seq, col(News.seq) <= heads.seqs[s])
                     for s, seq in behind.items())))
        .order_by(News.street, col(News.seq)).limit(PAGE)
    )).all()  # fmt: skip
    page, here = [], cursor
    for news in rows:
        here = here.past(news.street, news.seq)
        if interest.wants(news):
            page.append((here, news))
    if len(rows) < PAGE:
        for street, seq in heads.seqs.items():
            here = here.past(street, seq)
    return here, page, len(rows) == PAGE
