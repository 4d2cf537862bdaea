"""`sqlite+inline`: SQLite in the loop's own thread, for ORM sessions and plain statements alike.

A bounded, indexed statement takes a tenth of what handing it to another thread costs. What may take long
does not belong here: `Store.scanning` has a thread. A statement never waits and is never cut off by a
cancelled task, so a connection is never left in the middle of one. Only BEGIN waits, in the loop, while
another process writes.
"""

import asyncio
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Self

from sqlalchemy import URL, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_
from sqlalchemy.util.concurrency import in_greenlet

BUSY_MS = 20  # how long SQLite itself may hold the loop when it meets another process
WAIT_SECONDS = 5.0  # how long a transaction waits for another process' to end
STEP_SECONDS = 0.01  # between two tries


class Cursor(sqlite3.Cursor):
    """Fetches every row at once, so that no statement is ever half done."""

    _rows: Iterator[Any] = iter(())

    def execute(self, statement: str, parameters: Any = ()) -> Self:
        """The statement, to its end."""
        super().execute(statement, parameters)
        self._rows = iter(super().fetchall())
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """The next `size` rows."""
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._rows)

    async def _async_soft_close(self) -> None:
        """What an AsyncConnection asks of a cursor: nothing is left to do."""


class Connection(sqlite3.Connection):
    """A connection on which several transactions may share one commit: see `writer.py`."""

    shared = False  # a transaction is open that does not belong to whoever begins one now
    within = False  # … and somebody did begin
    patience = WAIT_SECONDS

    def cursor(self, factory: Any = Cursor) -> Any:
        """A cursor of ours."""
        return super().cursor(factory)


class _Done:
    """Awaited, it is over at once: SQLAlchemy insists that something is awaited."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


DONE = _Done()


class InlineDialect(SQLiteDialect_pysqlite):
    """pysqlite for an AsyncEngine. `begin` is how transactions begin: DEFERRED or IMMEDIATE."""

    driver = "inline"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    def __init__(self, begin: str = "DEFERRED", **rest: Any) -> None:
        super().__init__(**rest)
        self.begin = f"BEGIN {begin}"

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """The pool whose queue waits in the loop."""
        return AsyncAdaptedQueuePool

    def do_begin(self, dbapi_connection: Any) -> None:
        """BEGIN, or a savepoint in the transaction that is shared."""
        raw: Connection = dbapi_connection.dbapi_connection
        if raw.shared:
            raw.execute("SAVEPOINT work")
            raw.within = True
        elif not in_greenlet():
            raw.execute(self.begin)
        else:
            await_(begun(raw, self.begin))

    def do_commit(self, dbapi_connection: Any) -> None:
        """COMMIT, or keep what was done since the savepoint."""
        raw: Connection = getattr(dbapi_connection, "dbapi_connection", dbapi_connection)
        if not raw.shared:
            raw.commit()
        elif raw.within:
            raw.execute("RELEASE work")
            raw.within = False

    def do_rollback(self, dbapi_connection: Any) -> None:
        """ROLLBACK, or forget what was done since the savepoint."""
        raw: Connection = getattr(dbapi_connection, "dbapi_connection", dbapi_connection)
        if not raw.shared:
            raw.rollback()
        elif raw.within:
            raw.within = False
            with suppress(sqlite3.Error):  # a full disk ends the whole transaction: `writer.py` sees to it
                raw.execute("ROLLBACK TO work")
                raw.execute("RELEASE work")

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """The statement, here and now."""
        cursor.execute(statement, parameters)
        if in_greenlet():
            await_(DONE)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """The statement with each of the parameters."""
        cursor.executemany(statement, parameters)
        if in_greenlet():
            await_(DONE)

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Close a connection nobody gave back."""
        dbapi_connection.close()


def as_told(error: sqlite3.Error, text: str) -> Exception:
    """The error of a statement that did not go through SQLAlchemy, as it would have told it."""
    told: Exception = DBAPIError.instance(text, None, error, sqlite3.Error)
    return told


async def begun(raw: Connection, begin: str) -> None:
    """Begin a transaction; while another process writes, the loop goes on. Raises OperationalError."""
    loop = asyncio.get_running_loop()
    until = loop.time() + raw.patience
    while True:
        try:
            raw.execute(begin)
            return
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or loop.time() > until:
                raise as_told(busy, begin) from busy
        await asyncio.sleep(STEP_SECONDS)


registry.register("sqlite.inline", __name__, InlineDialect.__name__)
