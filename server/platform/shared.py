"""The shared store: PostgreSQL, for as many processes as there are."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import asyncpg
import orjson
from sqlalchemy import Executable, Row, event, make_url, text
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform.timing import answered, timed

GONE = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError, OSError,
)  # fmt: skip
WRITERS = 4  # works at once in one process
NO_LIMIT = text("set local statement_timeout = 0")


class StoreGone(OSError):
    """The store does not answer, or not in time."""


class Shared:
    """`Store` over PostgreSQL: one pool for transactions, one for kept statements."""

    embedded = False

    def __init__(self, url: str, *, pool_size: int, statement_seconds: float) -> None:
        timeout = {"statement_timeout": f"{statement_seconds * 1000:.0f}"}
        self.writer = self.reader = create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, connect_args={"server_settings": timeout}
        )
        event.listen(self.writer.sync_engine, "checkout", _refuse_closed)
        event.listen(self.writer.sync_engine, "handle_error", _say_gone)
        self._plain = self.reader.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self.writer.sync_engine, "handle_error", _told_as_away)
        timed(self.writer.sync_engine)
        self._turns = asyncio.Semaphore(WRITERS)
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._limits: dict[str, Any] = {"min_size": 0, "max_size": pool_size, "server_settings": timeout}
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """See `Store`. A few at a time: more of them would hold their locks longer, and do no more."""
        async with self._turns, AsyncSession(self.writer, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """See `Store`."""
        async with AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def scanning(self) -> AsyncIterator[AsyncSession]:
        """See `Store`."""
        async with self.reading() as session:
            await (await session.connection()).execute(NO_LIMIT)
            yield session

    @property
    def dialect(self) -> Dialect:
        """What `fetched` speaks."""
        return self.reader.dialect

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """See `Store`."""
        async with self._plain.connect() as connection:
            return (await connection.execute(statement)).all()

    async def fetched(self, text: str, parameters: list[Any]) -> list[Any]:
        """See `Store`. A connection that turns out to be dead is tried again once: it only reads."""
        began = perf_counter()
        try:
            rows = await self._fetch(text, parameters)
        except GONE:
            try:
                rows = await self._fetch(text, parameters)
            except GONE as gone:
                raise StoreGone(str(gone)) from gone
        answered(perf_counter() - began, text)
        return rows

    async def _fetch(self, text: str, parameters: list[Any]) -> list[Any]:
        if self._pool is None:  # belongs to the loop of whoever asks first
            self._pool = asyncpg.create_pool(self._dsn, init=_speak_json, reset=_nothing, **self._limits)
        rows: list[Any] = await (await self._pool).fetch(text, *parameters)
        return rows

    async def close(self) -> None:
        """Let go of every connection."""
        if self._pool:
            await self._pool.close()
        await self.writer.dispose()


def _refuse_closed(dbapi: Any, _record: object, _proxy: object) -> None:
    """A connection knows that its server has gone; asking each time would cost a round trip."""
    if dbapi.driver_connection.is_closed():
        raise DisconnectionError


def _say_gone(context: ExceptionContext) -> None:
    """A server that goes away, or is only just coming, is an outage, whatever the driver calls it."""
    if isinstance(context.original_exception.__cause__, GONE):
        raise StoreGone(str(context.original_exception)) from context.original_exception


def _told_as_away(failed: ExceptionContext) -> None:
    """A statement that had to be given up is an outage, not a bug."""
    why = failed.original_exception.__cause__
    if isinstance(why, asyncpg.QueryCanceledError):
        raise StoreGone(str(why)) from why


def as_told(error: Exception, text: str) -> Exception:
    """The error of a statement that did not go through SQLAlchemy, as it would have been told."""
    if isinstance(error, (*GONE, asyncpg.QueryCanceledError)):
        return StoreGone(str(error))
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(text, None, error)
    return DBAPIError(text, None, error) if isinstance(error, asyncpg.PostgresError) else error


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _nothing(_connection: object) -> None:
    """A kept statement leaves nothing behind on its connection."""
