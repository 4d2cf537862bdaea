"""Engines, sessions and column types. SQLite is the embedded store, PostgreSQL the shared one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=5000")


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

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """Where the rows live: one writing engine, one reading engine (the same on PostgreSQL)."""

    writer: AsyncEngine
    reader: AsyncEngine

    @property
    def embedded(self) -> bool:
        """True on SQLite: one writer, one process."""
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that may write. The caller commits; leaving without it rolls back."""
        async with AsyncSession(self.writer, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only."""
        async with AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def close(self) -> None:
        """Let go of every connection."""
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def open_store(url: str, *, pool_size: int = 10) -> Store:
    """Engines for `url` (sqlite+aiosqlite:///file or postgresql+asyncpg://…)."""
    if url.startswith("sqlite"):
        return Store(_sqlite(url, "BEGIN IMMEDIATE", size=1), _sqlite(url, "BEGIN", size=pool_size))
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    return Store(engine, engine)


def _sqlite(url: str, begin: str, *, size: int) -> AsyncEngine:
    """Without BEGIN IMMEDIATE, WAL and one writer, concurrent read-modify-writes are lost silently."""
    engine = create_async_engine(url, pool_size=size, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def connected(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # SQLAlchemy drives BEGIN itself
        cursor = dbapi.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
