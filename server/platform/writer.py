"""The embedded store's one writing connection. Works take turns on it; those that wait share a commit.

Each work is a savepoint of the transaction it shares, so one that fails touches nobody. Nobody is
answered before the common COMMIT is on the disk, not even a refusal: it may rest on what another wrote.
The disk is waited for in a thread, and whoever comes meanwhile makes up the next group.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.platform.inline import Connection, begun

SHARE_SECONDS = 0.02  # how long a group goes on taking in works that wait


class NotKept(OSError):
    """The store could not make it last; nothing of it happened."""


@dataclass(slots=True)
class Group:
    """Works that share one transaction."""

    connection: AsyncConnection
    raw: Connection
    began: float
    works: int = 0
    kept: asyncio.Future[None] = field(default_factory=asyncio.Future)


class Writer:
    """Hands out turns. Bound to the loop of its first turn."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, "commit")
        self._waiting = 0
        self._group: Group | None = None
        self._closing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncConnection]:
        """The connection, until the block ends; behind it, what was committed in it has come to last.

        Raises NotKept, or OperationalError when another process kept the store for seconds.
        """
        group = await self._begun()
        try:
            yield group.connection
        except Exception:
            self._pass_on(group)
            await asyncio.shield(group.kept)
            raise
        except BaseException:
            self._pass_on(group)
            raise
        self._pass_on(group)
        await asyncio.shield(group.kept)

    async def close(self) -> None:
        """Let the last group come to its end."""
        while self._closing and not self._closing.done():
            await asyncio.wait([self._closing])
        self._disk.shutdown()

    async def _begun(self) -> Group:
        """Wait for one's turn, and open a group if none is."""
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        if self._group is None:
            try:
                self._group = await self._open()
            except BaseException:
                self._turn.release()
                raise
        return self._group

    async def _open(self) -> Group:
        connection = await self._engine.connect()
        try:
            raw = (await connection.get_raw_connection()).driver_connection
            assert isinstance(raw, Connection)
            await begun(raw, "BEGIN IMMEDIATE")
        except BaseException:
            await connection.close()
            raise
        raw.shared = True
        return Group(connection, raw, asyncio.get_running_loop().time())

    def _pass_on(self, group: Group) -> None:
        """The turn is over: the next one's, or the commit's once nobody waits."""
        group.works += 1
        self._closing = asyncio.create_task(self._end(group))

    async def _end(self, group: Group) -> None:
        """Unless somebody who waits may still join, commit and tell everybody of the group."""
        due = asyncio.get_running_loop().time() > group.began + SHARE_SECONDS
        if self._waiting and not due and group.raw.in_transaction:
            self._turn.release()
            return
        failure: BaseException | None = None
        raw, self._group = group.raw, None
        try:
            if not raw.in_transaction:  # a full disk, say, made SQLite give up the whole of it
                raise NotKept
            await asyncio.get_running_loop().run_in_executor(self._disk, raw.commit)
        except Exception as error:
            failure = error
        raw.shared = raw.within = False
        with suppress(Exception):
            await group.connection.close()  # rolls back what could not be committed
        self._turn.release()
        if group.kept.cancelled():
            return
        if failure:
            group.kept.set_exception(NotKept(str(failure)))
            group.kept.exception()  # heard, also when everybody has gone
        else:
            group.kept.set_result(None)
