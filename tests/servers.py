"""Real servers for the tests, each a child of the run: PostgreSQL, Redis, Chromium, and our own app.

Nothing here touches a server that was running before: own ports, own directories, ended by process id.
"""

import asyncio
import contextlib
import inspect
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
import uvicorn

T = TypeVar("T")
READY_SECONDS = 30.0
AS_ROOT = os.geteuid() == 0


def program(*names: str, places: Sequence[str] = ()) -> str:
    """The path of the first of `names` on PATH, or else in one of `places` (globs). None: the test fails."""
    on_path = [found for name in names if (found := shutil.which(name))]
    elsewhere = [str(found) for place in places for found in sorted(Path("/").glob(f"{place}/{names[0]}"))]
    for found in on_path + elsewhere[::-1]:
        return found
    pytest.fail(f"{names[0]} is missing; sh scripts/need.sh installs it")


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """True when something accepts connections on `port`."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def postgres_lets_in(port: int) -> bool:
    """True when PostgreSQL on `port` greets a guest; it listens for a while before it does."""
    hello = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as door:
        door.sendall(struct.pack("!i", len(hello) + 4) + hello)
        return door.recv(1) == b"R"
    return False


async def eventually(check: Callable[[], T | Awaitable[T]], within: float = 5.0) -> T:
    """What `check` returns once that is truthy, asked every 10 ms. Fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        result = check()
        value: T = await result if inspect.isawaitable(result) else result
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s: {inspect.getsource(check).strip()}")
        await asyncio.sleep(0.01)


class Child:
    """A server process that can be stopped and started again with the same data and port."""

    def __init__(
        self, command: Sequence[str], port: int, *, log: Path, user: str | None = None,
        ready: Callable[[int], bool] = answers,
    ) -> None:  # fmt: skip
        self.command, self.port, self.log, self.user, self.ready = command, port, log, user, ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdout=log, stderr=log, user=self.user, cwd=self.log.parent
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self.ready(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{self.command[0]} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it in good order (PostgreSQL's "fast", Redis' ordinary stop) unless told otherwise.

        Stopped already: nothing.
        """
        if self._process:
            self._process.send_signal(how)
            self._process.wait(READY_SECONDS)
            self._process = None


@dataclass(frozen=True, slots=True)
class Postgres:
    """A throw-away cluster."""

    child: Child

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.child.port}/{database}"

    async def create(self, database: str) -> str:
        """Make an empty `database`; returns its URL."""
        await self._run("postgres", f'CREATE DATABASE "{database}"')
        return self.url(database)

    async def empty(self, database: str, tables: Iterable[str]) -> None:
        """Delete every row of `tables`, and whoever is still connected to `database`."""
        await self._run(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid();"
            + "".join(f'DELETE FROM "{table}";' for table in tables),
        )

    async def _run(self, database: str, statements: str) -> None:
        connection = await asyncpg.connect(self.url(database).replace("+asyncpg", ""))
        await connection.execute(statements)
        await connection.close()


HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def postgres_cluster(*, durable: bool = False) -> Iterator[Postgres]:
    """A PostgreSQL of our own on a free port. It refuses to run as root, so root runs it as `postgres`.

    Unless `durable`, it trades what survives a crash for speed.
    """
    user = "postgres" if AS_ROOT else None
    initdb = program("initdb", places=["usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"])
    with own_directory("postgres", user) as home:
        data, port = home / "data", free_port()
        subprocess.run(
            [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, user=user, cwd=home,
        )  # fmt: skip
        command = [str(Path(initdb).with_name("postgres")), "-D", str(data), "-p", str(port), "-k", str(home)]
        for setting in ("max_connections=200", *(() if durable else HASTY)):
            command += ["-c", setting]
        child = Child(command, port, log=home / "log", user=user, ready=postgres_lets_in)
        child.start()
        try:
            yield Postgres(child)
        finally:
            child.stop()


@contextmanager
def redis_server() -> Iterator[Child]:
    """A Redis of our own on a free port, writing nothing to disk."""
    with own_directory("redis") as home:
        port = free_port()
        command = [program("redis-server", "valkey-server"), "--port", str(port), "--bind", "127.0.0.1",
                   "--save", "", "--appendonly", "no"]  # fmt: skip
        child = Child(command, port, log=home / "log")
        child.start()
        try:
            yield child
        finally:
            child.stop()


@contextmanager
def own_directory(name: str, user: str | None = None) -> Iterator[Path]:
    """A new directory, handed to `user`, gone afterwards. Short, because socket paths may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix=f"sanwei-{name}-", ignore_cleanup_errors=True) as path:
        if user:
            owner = pwd.getpwnam(user)
            os.chown(path, owner.pw_uid, owner.pw_gid)
        yield Path(path)


@dataclass(frozen=True, slots=True)
class Running:
    """An app that listens."""

    port: int

    @property
    def url(self) -> str:
        """Where a browser would go."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Where the live half of /graphql is."""
        return f"ws://127.0.0.1:{self.port}/graphql"


@asynccontextmanager
async def running(app: Any, **config: Any) -> AsyncIterator[Running]:
    """`app` behind uvicorn, in this process and loop, on a free port; `config` is uvicorn's."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", config.pop("port", 0)))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **config))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await eventually(lambda: server.started or serving.done(), within=READY_SECONDS)
        if serving.done():
            await serving
        yield Running(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        listener.close()
