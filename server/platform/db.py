"""The two stores behind one face, and column types. SQLite is embedded, PostgreSQL is shared."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import DateTime, Dialect, Executable, Row
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform.embedded import Embedded

POOL = 10  # connections of a process, where nothing else is said
STATEMENT_SECONDS = 10.0  # what a statement of a request may take on PostgreSQL, locks included


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on every store. Naive values are a bug and raise ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """PostgreSQL's driver answers aware UTC itself; SQLite has text without a zone."""
        return _utc if dialect.name == "sqlite" else None


def _utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Store(Protocol):
    """Where the rows live."""

    @property
    def embedded(self) -> bool:
        """True on SQLite: one writer, one process."""

    @property
    def writer(self) -> AsyncEngine:
        """For whoever needs a whole transaction to himself, such as a migration."""

    @property
    def reader(self) -> AsyncEngine:
        """The same on PostgreSQL."""

    @property
    def dialect(self) -> Dialect:
        """What `fetched` speaks."""

    def writing(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session that may write. The caller commits; leaving without it rolls back.

        On the embedded store what was committed lasts once the block is left, which raises NotKept when
        it cannot.
        """

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session for bounded queries only: the embedded store answers them in the loop's thread."""

    def scanning(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session for queries that may take long: an export, a verifier, a search through everything."""

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """One bounded query without a transaction."""

    async def fetched(self, text: str, parameters: list[Any]) -> list[Any]:
        """One bounded query in the driver's own words; rows as the driver gives them."""

    async def close(self) -> None:
        """Let go of every connection."""


def open_store(url: str, *, pool_size: int = POOL, statement_seconds: float = STATEMENT_SECONDS) -> Store:
    """The store at `url` (sqlite:///file or postgresql+asyncpg://…). Opens no connection yet."""
    if url.startswith("sqlite"):
        return Embedded.open(url, pool_size=pool_size)
    from server.platform.shared import Shared  # its driver is 2 MB the embedded store can do without

    return Shared(url, pool_size=pool_size, statement_seconds=statement_seconds)
