"""The embedded store: one SQLite file, one process that writes it, and no thread between it and the loop."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

from sqlalchemy import Engine, Executable, Row, StaticPool, create_engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform import inline
from server.platform.timing import answered, timed
from server.platform.writer import Writer

PRAGMAS = ("busy_timeout=5000", "journal_mode=wal", "synchronous=full", "foreign_keys=on")
AT_ONCE = f"busy_timeout={inline.BUSY_MS}"
READ_ONLY = "query_only=on"


@dataclass(frozen=True, slots=True)
class Embedded:
    """`Store` over SQLite. Several processes may share the file, but only one may be a server."""

    writer: AsyncEngine
    reader: AsyncEngine
    asker: Engine
    scanner: AsyncEngine
    turns: Writer
    embedded = True

    @classmethod
    def open(cls, url: str, *, pool_size: int) -> "Embedded":
        """Engines for the file of `url`. Opens nothing yet."""
        writer = _inline(url, "IMMEDIATE", 1, AT_ONCE)
        reader = _inline(url, "DEFERRED", pool_size, AT_ONCE, READ_ONLY)
        return cls(writer, reader, _asker(url), _threaded(url), Writer(writer))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """See `Store`."""
        async with (
            self.turns.turn() as connection,
            AsyncSession(connection, expire_on_commit=False) as session,
        ):
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """See `Store`."""
        async with AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def scanning(self) -> AsyncIterator[AsyncSession]:
        """See `Store`."""
        async with AsyncSession(self.scanner, expire_on_commit=False, autoflush=False) as session:
            yield session

    @property
    def dialect(self) -> Dialect:
        """What `fetched` speaks."""
        return self.asker.dialect

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """See `Store`."""
        with self.asker.connect() as connection:
            return connection.execute(statement).all()

    async def fetched(self, text: str, parameters: list[Any]) -> list[Any]:
        """See `Store`."""
        began = perf_counter()
        connection = self.asker.raw_connection()
        try:
            rows: list[Any] = cast(Any, connection.dbapi_connection).execute(text, parameters).fetchall()
        except sqlite3.Error as error:
            raise inline.as_told(error, text) from error
        finally:
            connection.close()
        answered(perf_counter() - began, text)
        return rows

    async def close(self) -> None:
        """Let go of every connection."""
        await self.turns.close()
        self.asker.dispose()
        for engine in (self.writer, self.reader, self.scanner):
            await engine.dispose()


def _inline(url: str, begin: str, size: int, *pragmas: str) -> AsyncEngine:
    """Without BEGIN IMMEDIATE, WAL and one writer, concurrent read-modify-writes are lost silently."""
    engine = create_async_engine(
        make_url(url).set(drivername="sqlite+inline"), begin=begin, pool_size=size, max_overflow=0,
        connect_args={"factory": inline.Connection, "check_same_thread": False, "isolation_level": None},
    )  # fmt: skip
    _prepare(engine.sync_engine, *pragmas)
    return engine


def _asker(url: str) -> Engine:
    """One connection for single statements that are answered before anything else happens."""
    engine = create_engine(
        make_url(url).set(drivername="sqlite"), poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )  # fmt: skip
    _prepare(engine, AT_ONCE, READ_ONLY)
    return engine


def _threaded(url: str) -> AsyncEngine:
    """Readers that each have a thread."""
    engine = create_async_engine(make_url(url).set(drivername="sqlite+aiosqlite"), pool_size=2)
    _prepare(engine.sync_engine, READ_ONLY)

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _prepare(engine: Engine, *pragmas: str) -> None:
    timed(engine)

    @event.listens_for(engine, "connect")
    def connected(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # SQLAlchemy drives BEGIN itself
        for pragma in (*PRAGMAS, *pragmas):
            dbapi.execute(f"pragma {pragma}")
