"""One unit of work: rows, audit lines, timers, counters and news live or die together."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.actors import Actor
from server.kernel.calendar import WorkCalendar, day_of
from server.kernel.errors import StaleVersion
from server.platform import audit, idempotency, numbers, rollups
from server.platform.areas import AreaTree
from server.platform.db import Store
from server.platform.news import NEWS, Hub, NewsDesk
from server.platform.read import Reader
from server.platform.rows import Row, Write, inserting, put, put_all, written
from server.platform.sla import OnMark, Timer
from server.settings import Settings

T = TypeVar("T")
DEPUTY_OF = "deputy_of"  # in an audit line's detail: whom the actor stood in for


@dataclass(frozen=True, slots=True)
class Moved:
    """What a follower of a subject is told, inside the same unit of work."""

    kind: str
    id: str
    source_id: str
    action: str
    opinion: str = ""


Follower = Callable[["Work", Moved], Awaitable[None]]
Act = Callable[["Work", Mapping[str, Any]], Awaitable[object]]
Derive = Callable[["Work", Sequence[audit.Entry]], Awaitable[Sequence[Write]]]


class Work:
    """What a use case may touch: the session, who asks, and what time it is."""

    def __init__(self, office: "Office", session: AsyncSession, actor: Actor, now: datetime) -> None:
        self.office, self.session, self.actor, self.now = office, session, actor, now
        self._entries: list[tuple[str, audit.Entry | None, dict[str, Any] | None]] = []  # by street
        self._counts: Counter[rollups.Key] = Counter()
        self.added: list[SQLModel] = []
        self.numbers = numbers.HandingOut()
        self.clocks: dict[tuple[str, str], list[Timer]] = {}  # of each subject, see sla.live
        self.woken: list[str] = []

    def record(
        self, verb: str, kind: str, id: str, *, area: str, source: str = "", target: str = "",
        receiver: str = "", opinion: str = "", detail: Mapping[str, Any] | None = None,
        touches: Iterable[str] = (), by: Actor | None = None, quiet: bool = False,
    ) -> None:  # fmt: skip
        """Note an audit line, and the news of it unless `quiet`; both are numbered at the commit.

        `by` is who did it when that is not the asking person: the system, or the act's own rule. Of a deputy
        the line says whose.
        """
        who = by or self.actor
        told = {**(detail or {}), DEPUTY_OF: who.deputy_of} if who.deputy_of else detail or {}
        entry = audit.Entry(
            street=street_of(area), at=self.now, verb=verb, subject_kind=kind, subject_id=id,
            actor_id=who.id, role=who.role, post=who.post, unit_id=who.unit_id, source=source,
            target=target, receiver=receiver, opinion=opinion, detail=told,
        )  # fmt: skip
        news = None if quiet else self._news(verb, kind, id, area, touches)
        self._entries.append((entry.street, entry, news))

    def tell(self, verb: str, kind: str, id: str, *, area: str, touches: Iterable[str] = ()) -> None:
        """News without an audit line: something worth looking at again, that changed no fact."""
        self._entries.append((street_of(area), None, self._news(verb, kind, id, area, touches)))

    def add(self, row: SQLModel) -> None:
        """A row that is new: written when the work is sealed, as it is by then. `session` has not got it."""
        self.added.append(row)

    def count(self, metric: str, area: str, n: int, day: date = rollups.STOCK) -> None:
        """Add `n` to the counter of `metric` in `area` and in every area that contains it."""
        for scope in rollups.scopes(area):
            self._counts[scope, metric, day] += n

    async def first_time(self, operation: str, key: str, payload: Mapping[str, Any]) -> bool:
        """False when this actor's request under `key` was carried out before. Raises KeyReused."""
        return await idempotency.claim(
            self.session, actor_id=self.actor.id, key=key,
            asked=idempotency.digest(operation, payload), at=self.now,
        )  # fmt: skip

    async def seal(self) -> None:
        """Write what is new, audit lines, news and counters. Called once, last, by the office.

        What many wait for is locked last, always in this order: the chain of a street, the numbers of a
        series, the counters of the district, what is derived from what was recorded.
        """
        await self.session.flush()
        entries = [(street, entry) for street, entry, _ in self._entries]
        recorded = [entry for _, entry in entries if entry]
        derived = [write for derive in self.office.derived for write in await derive(self, recorded)]
        places, lines = await audit.place(self.session, entries)
        told = [
            {**news, "street": street, "seq": seq}
            for (street, seq), (_, _, news) in zip(places, self._entries, strict=True) if news
        ]  # fmt: skip
        await self.numbers.hand_out(self.session, day_of(self.now))
        await put_all(self.session, [*self._inserts(), *lines, (TELL, told)])
        await rollups.add(self.session, self._counts)
        for statement, rows in derived:
            await put(self.session, statement, rows)
        self.woken = [NEWS] if told else []

    def _inserts(self) -> list[Write]:
        kinds: dict[type[SQLModel], list[Row]] = defaultdict(list)
        for row in self.added:
            kinds[type(row)].append(row.__dict__)
        return [(inserting(kind), rows) for kind, rows in kinds.items()]

    def _news(self, verb: str, kind: str, id: str, area: str, touches: Iterable[str]) -> dict[str, Any]:
        marks = "|".join(["", *sorted(touches), ""])
        return {"at": self.now, "topic": kind, "verb": verb, "subject_id": id, "area": area, "touches": marks}


@written
def TELL(insert: Any) -> Any:
    """An event that has its place."""
    return insert(SQLModel.metadata.tables["news"])


def street_of(area: str) -> str:
    """The chain an area belongs to: its street, or the district itself."""
    return area[:9]


@dataclass
class Office:
    """Hands out units of work. Built once in app.py, carried by the context.

    `leaving` is set when the process is to end: whatever holds a line open lets go of it.
    """

    settings: Settings
    store: Store
    hub: Hub
    calendar: WorkCalendar
    areas: AreaTree
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    followers: dict[str, Follower] = field(default_factory=dict)  # by kind of source
    acts: dict[str, Act] = field(default_factory=dict)  # by name, for acts held back ten seconds
    heeding: list[OnMark] = field(default_factory=list)  # who acts on the marks of orders' clocks
    derived: list[Derive] = field(default_factory=list)  # what a work's records mean for other rows
    tools: dict[type, object] = field(default_factory=dict)  # built once and handed down, by type
    leaving: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.news = NewsDesk(self.store, self.hub, self.clock)
        self.read = Reader(self.store)

    def of(self, kind: type[T]) -> T:
        """The one `kind` this office was built with."""
        return cast(T, self.tools[kind])

    @asynccontextmanager
    async def work(self, actor: Actor, *, now: datetime | None = None) -> AsyncIterator[Work]:
        """One transaction in the name of `actor`. Raises StaleVersion when somebody was faster."""
        async with self.store.writing() as session:
            work = Work(self, session, actor, now or self.clock())
            try:
                yield work
                await work.seal()
                await session.commit()
            except StaleDataError:
                raise StaleVersion from None
        await self.hub.wake(dict.fromkeys(work.woken))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only."""
        async with self.store.reading() as session:
            yield session
