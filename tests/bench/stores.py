"""Seeded stores, kept between runs in var/bench, and copies of them for what writes."""

import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import asyncpg

from tests.bench import lattice, seed
from tests.servers import AS_ROOT, Child, free_port, postgres_lets_in, program

HOME = Path("var/bench").resolve()
ROOT = Path(__file__).parents[2]
Engine = Literal["sqlite", "postgres"]
ENGINES: tuple[Engine, ...] = ("sqlite", "postgres")
# As an operator would set it: every commit reaches the disk. The rest are sizes, and the clock of a commit.
POSTGRES = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200",
    "shared_buffers": "1GB", "effective_cache_size": "4GB", "max_wal_size": "4GB", "random_page_cost": "1.1",
    "maintenance_work_mem": "512MB", "track_commit_timestamp": "on",
}  # fmt: skip


@contextmanager
def cluster() -> Iterator[int]:
    """The port of a PostgreSQL of our own, whose databases outlive the run."""
    user = "postgres" if AS_ROOT else None  # it refuses to run as root
    home, port = HOME / "postgres", free_port()
    initdb = Path(program("initdb", places=["usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"]))
    home.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(home, user)
    if not (home / "data" / "PG_VERSION").exists():
        subprocess.run(
            [initdb, "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
            check=True, capture_output=True, user=user, cwd=home,
        )  # fmt: skip
    settings = [part for name, value in POSTGRES.items() for part in ("-c", f"{name}={value}")]
    command = [
        str(initdb.with_name("postgres")),
        "-D",
        str(home / "data"),
        "-p",
        str(port),
        "-k",
        "",
        *settings,
    ]
    child = Child(command, port, log=_log(home, user), user=user, ready=postgres_lets_in)
    child.start()
    try:
        yield port
    finally:
        child.stop()


def _log(home: Path, user: str | None) -> Path:
    log = home / "log"
    log.write_text("")
    if user:
        shutil.chown(log, user)
    return log


class Stores:
    """Makes a seeded store when it is first asked for, and again when tables or seeding have changed."""

    def __init__(self, postgres_port: int | None) -> None:
        self._port = postgres_port

    async def seeded(self, engine: Engine, size: int) -> str:
        """The URL of a store with `size` orders. Do not write to it."""
        name, url = f"seed_{size}", self.url(engine, f"seed_{size}")
        stamp, wanted = HOME / "stamps" / f"{engine}-{size}", fingerprint()
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            await self._empty(engine, name)
            await seed.fill(url, size)
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(wanted)
        return url

    @asynccontextmanager
    async def copy(self, engine: Engine, size: int) -> AsyncIterator[str]:
        """The URL of a copy that may be written to, gone afterwards."""
        await self.seeded(engine, size)
        name = f"copy_{size}"
        await self._empty(engine, name, like=f"seed_{size}")
        try:
            yield self.url(engine, name)
        finally:
            await self._drop(engine, name)

    def url(self, engine: Engine, name: str) -> str:
        """Where a store of that name is."""
        if engine == "sqlite":
            return f"sqlite+aiosqlite:///{HOME / name}.db"
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self._port}/{name}"

    async def _empty(self, engine: Engine, name: str, like: str = "") -> None:
        await self._drop(engine, name)
        if engine == "postgres":
            how = f' TEMPLATE "{like}" STRATEGY FILE_COPY' if like else ""
            await self._administer(f'CREATE DATABASE "{name}"{how}')
        elif like:
            with sqlite3.connect(HOME / f"{like}.db") as source:
                source.execute("pragma wal_checkpoint(truncate)")
            shutil.copyfile(HOME / f"{like}.db", HOME / f"{name}.db")

    async def _drop(self, engine: Engine, name: str) -> None:
        if engine == "postgres":
            await self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            for file in HOME.glob(f"{name}.db*"):
                file.unlink()

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres", "postgres").replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What one statement answers, past the product."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.partition("///")[2]) as connection:
            return connection.execute(statement).fetchall()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def size(url: str) -> int:
    """Bytes of a store on disk."""
    embedded = url.startswith("sqlite")
    pages = "select page_count * page_size from pragma_page_count, pragma_page_size"
    return int((await ask(url, pages if embedded else "select pg_database_size(current_database())"))[0][0])


def fingerprint() -> str:
    """Changes when the tables, the map or the seeding do."""
    sources = sorted((ROOT / "server" / "migrations" / "versions").glob("*.py"))
    told = b"".join(path.read_bytes() for path in [*sources, Path(seed.__file__)])
    return sha256(told + lattice.packed()).hexdigest()
