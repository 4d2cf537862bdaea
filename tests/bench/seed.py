"""Fills an empty store with ten thousand to ten million orders, inside the database.

The product's migrations make the tables. Indexes and unique constraints are taken off, the rows are made by
INSERT … SELECT, and the indexes are built again as they were. What a column means is said here only where the
benchmarks read it; every other column gets the default of its model.
"""

import sqlite3
import sys
import time
from collections.abc import Mapping
from typing import Any, Protocol

import asyncpg
from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel

from server.command.orders.tables import WorkOrder
from server.kernel.spots import spot
from server.migrations.upgrade import upgrade
from server.platform.db import open_store
from server.platform.rollups import Rollup
from server.platform.sla import Timer
from tests.bench import lattice, people

STEP = 100_000  # orders in one statement
DAY = 86_400  # seconds
DAYS = {  # which day of an order is counted, and of which orders
    "came": ("reported_at", "true"), "went": ("closed_at", "true"), "rated": ("rated_at", "true"),
    "satisfied": ("rated_at", "satisfied"),
}  # fmt: skip
FLOWS = (("new", "came", 1), ("open", "came", 1), ("open", "went", -1), ("rated", "rated", 1),
         ("satisfied", "satisfied", 1))  # fmt: skip
OPEN_SHARE = 0.01  # the newest orders are open, the others closed
FINE_DAYS = 120  # communities and cells: only the days a board looks back to
SHARES = ((0.2, 0.3), (0.7, 0.2), (0.4, 0.8), (0.9, 0.6), (0.5, 0.5))  # where in a cell its points lie


class Loader(Protocol):
    """One engine's way of running SQL and of writing the few words the engines do not share."""

    now: str
    uuid: str

    async def run(self, sql: str) -> None: ...
    async def many(self, table: str, rows: list[tuple[Any, ...]]) -> None: ...
    async def bare(self, table: str) -> list[str]: ...
    async def close(self) -> None: ...
    def instant(self, seconds: str) -> str: ...
    def local_day(self, column: str) -> str: ...
    def series(self, low: int, high: int) -> str: ...
    def smaller(self, a: str, b: str) -> str: ...


class Sqlite:
    """The embedded store, written without the care that daily work needs."""

    now = "cast(strftime('%s','now') as real)"
    uuid = "lower(hex(randomblob(16)))"

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("synchronous=off", "cache_size=-1000000", "temp_store=memory"):
            self._connection.execute(f"pragma {pragma}")

    async def run(self, sql: str) -> None:
        self._connection.execute(sql)

    async def many(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        marks = ",".join("?" * len(rows[0]))
        self._connection.execute("begin")
        self._connection.executemany(f"insert into {table} values ({marks})", rows)
        self._connection.execute("commit")

    async def bare(self, table: str) -> list[str]:
        """Takes the indexes off; returns what makes them again."""
        rows = self._connection.execute(
            "select name, sql from sqlite_master where type='index' and tbl_name=? and sql is not null",
            (table,),
        ).fetchall()
        for name, _ in rows:
            self._connection.execute(f'drop index "{name}"')
        return [sql for _, sql in rows]

    async def close(self) -> None:
        self._connection.execute("pragma wal_checkpoint(truncate)")
        self._connection.close()

    def instant(self, seconds: str) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f000', {seconds}, 'unixepoch')"

    def local_day(self, column: str) -> str:
        return f"date({column}, '+8 hours')"

    def series(self, low: int, high: int) -> str:
        return f"with recursive s(n) as (select {low} union all select n+1 from s where n+1 < {high})"

    def smaller(self, a: str, b: str) -> str:
        return f"min({a}, {b})"


class Postgres:
    """The shared store."""

    now = "extract(epoch from now())"
    uuid = "replace(gen_random_uuid()::text, '-', '')"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, url: str) -> "Postgres":
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute("set synchronous_commit = off; set maintenance_work_mem = '1GB'")
        return cls(connection)

    async def run(self, sql: str) -> None:
        await self._connection.execute(sql, timeout=3600)

    async def many(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        await self._connection.copy_records_to_table(table, records=rows)

    async def bare(self, table: str) -> list[str]:
        """Takes indexes and unique constraints off; returns what makes them again."""
        again = []
        for row in await self._connection.fetch(
            "select conname, pg_get_constraintdef(oid) as told from pg_constraint"
            " where conrelid = $1::regclass and contype in ('p', 'u')", table
        ):  # fmt: skip
            await self._connection.execute(f'alter table {table} drop constraint "{row["conname"]}"')
            again.append(f'alter table {table} add constraint "{row["conname"]}" {row["told"]}')
        for row in await self._connection.fetch("select * from pg_indexes where tablename = $1", table):
            await self._connection.execute(f'drop index "{row["indexname"]}"')
            again.append(row["indexdef"])
        return again

    async def close(self) -> None:
        await self._connection.close()

    def instant(self, seconds: str) -> str:
        return f"to_timestamp({seconds})"

    def local_day(self, column: str) -> str:
        return f"({column} at time zone 'Asia/Shanghai')::date"

    def series(self, low: int, high: int) -> str:
        return f"with s(n) as (select * from generate_series({low}::bigint, {high - 1}::bigint))"

    def smaller(self, a: str, b: str) -> str:
        return f"least({a}, {b})"


async def fill(url: str, size: int) -> None:
    """Migrate the empty store at `url`, and give it a city, its staff and `size` orders."""
    store = open_store(url)
    try:
        await upgrade(store.writer)
    finally:
        await store.close()
    units = await people.move_in(url)
    loader = await loader_of(url)
    bar = Bar(f"{'SQLite' if isinstance(loader, Sqlite) else 'PostgreSQL'}, {size:,} orders", size)
    try:
        await populate(loader, units, size, bar)
        if isinstance(loader, Postgres):  # what autovacuum does in the night
            await loader.run("vacuum analyze")
    finally:
        await loader.close()
        bar.done()


async def loader_of(url: str) -> Loader:
    """The way into the store at `url`."""
    if url.startswith("sqlite"):
        return Sqlite(url.partition("///")[2])
    return await Postgres.connect(url)


async def populate(loader: Loader, units: list[str], size: int, bar: "Bar") -> None:
    """Orders, their clocks and their counters."""
    await _references(loader, units, size)
    again = await loader.bare("work_order")
    for low in range(0, size, STEP):
        await loader.run(_orders(loader, low, min(low + STEP, size), size))
        bar.to(min(low + STEP, size))
    for n, sql in enumerate(again, 1):
        bar.say(f"index {n} of {len(again)}")
        await loader.run(sql)
    bar.say("clocks and counters")
    await loader.run(_timers(loader))
    for sql in _rollups(loader):
        await loader.run(sql)


async def _references(loader: Loader, units: list[str], size: int) -> None:
    """Cells, points in them and matters as tables: the seeding draws from them, and the peers read them."""
    for name, columns in {
        "bench_point": "i integer primary key, code text, lon double precision, lat double precision,"
        " spot bigint",
        "bench_cell": "code text primary key, name text",
        "bench_matter": "i integer, code text primary key, name text, unit_id text",
        "bench_report": "id text primary key, title text, text text, cell text, lon double precision,"
        " lat double precision, reporter_id text, state text, reported_at text",
    }.items():
        await loader.run(f"create table {name} ({columns})")
    await loader.run("create index bench_report_cell on bench_report (cell, reported_at)")
    squares = lattice.squares()
    points = [(square, square.point(*share)) for square in lattice.used(size) for share in SHARES]
    await loader.many("bench_point", [
        (n, square.code, at.lon, at.lat, spot(at.lon, at.lat)) for n, (square, at) in enumerate(points)
    ])  # fmt: skip
    await loader.many("bench_cell", [(square.code, f"Cell {n}") for n, square in enumerate(squares)])
    matters = people.matters()
    await loader.many("bench_matter", [
        (n, code, name, units[n % len(units)]) for n, (code, name) in enumerate(matters)
    ])  # fmt: skip


def _orders(sql: Loader, low: int, high: int, size: int) -> str:
    """`size` orders spread over four months (10 thousand) to three years (10 million), the newest open."""
    months = 4 if size <= 10_000 else 12 if size <= 100_000 else 24 if size <= 1_000_000 else 36
    start, first_open = f"({sql.now} - {months * 30 * DAY})", int(size * (1 - OPEN_SHARE))
    reported = f"({start} + n * {months * 30 * DAY / size} - b % 600)"
    closed = sql.smaller(f"({reported} + 3600 * (6 + b % 120))", sql.now)
    open_now, late, rated = f"n >= {first_open}", f"n >= {first_open} and b % 33 = 0", "b % 3 = 0"
    due = f"case when {late} then {sql.now} - 3600 * (1 + b % 20) else {sql.now} + {DAY} * (20 + b % 40) end"
    states = ("reported", "filed", "dispatched", "in_progress", "handled", "checking", "close_pending")
    state = " ".join(
        f"when {open_now} and b % {len(states)} = {n} then '{name}'" for n, name in enumerate(states)
    )
    when_closed = f"case when not ({open_now}) then {{}} end".format
    when_open = f"case when {open_now} then {{}} end".format
    means = {
        "id": sql.uuid,
        "no": f"'LWB{size}-' || n",
        "version": f"case when {open_now} then 2 else 7 end",
        "state": f"case {state} when b % 50 = 0 then 'rejected' else 'closed' end",
        "title": "m.name || ' ' || c.name",
        "text": "m.name || ' ' || c.name || ' ' || m.name",
        "source": "case when b % 3 = 0 then 'patrol' else 'citizen' end",
        "reporter_id": "'bench-reporter-' || (a % 5000)",
        "danger": "b % 500 = 0",
        "likes": "b % 4",
        "area": "p.code",
        "cell": "p.code",
        "lon": "p.lon",
        "lat": "p.lat",
        "accuracy_m": "12",
        "address": "c.name",
        "spot": "p.spot",
        "matter_code": "m.code",
        "unit_id": f"case when {open_now} and b % {len(states)} < 2 then '' else m.unit_id end",
        "reported_at": sql.instant(reported),
        "dispatched_at": sql.instant(f"({reported} + 900)"),
        "handled_at": when_closed(sql.instant(closed)),
        "closed_at": when_closed(sql.instant(closed)),
        "rated_at": f"case when not ({open_now}) and {rated} then {sql.instant(closed)} end",
        "satisfied": f"case when not ({open_now}) and {rated} then b % 20 < 17 end",
        "due_at": when_open(sql.instant(due)),
        "bundled_due_at": when_open(sql.instant(due)),
        "due_clock": f"case when {open_now} then 'handle' else '' end",
        "overdue": late,
    }
    names, values = _columns(WorkOrder, means, sql)
    return (
        f"insert into work_order ({names}) {sql.series(low, high)},"
        " r as (select n, n * 1103515245 % 2147483647 as a, n * 811290697 % 2147483647 as b from s)"
        f" select {values} from r join bench_point p on p.i = a % {len(lattice.used(size)) * len(SHARES)}"
        " join bench_cell c on c.code = p.code"
        f" join bench_matter m on m.i = b % {len(people.matters())}"
    )


def _timers(sql: Loader) -> str:
    """One clock on every open order; those that ran out have told everybody they had to."""
    means = {
        "id": sql.uuid, "subject_kind": "'order'", "subject_id": "o.id", "name": "'handle'",
        "unit": "'work_hour'", "limit_value": "4", "started_at": "o.reported_at", "due_at": "o.due_at",
        "original_due_at": "o.due_at", "level": "case when o.overdue then 150 else 0 end",
        "next_mark_at": "case when not o.overdue then o.due_at end", "area": "o.area",
    }  # fmt: skip
    names, values = _columns(Timer, means, sql)
    return f"insert into timer ({names}) select {values} from work_order o where o.due_at is not null"


def _rollups(sql: Loader) -> list[str]:
    """The counters the product would have kept. Communities and cells: only the days somebody reads."""
    assert {"area", "metric", "day", "n"} <= set(Rollup.model_fields)
    stock = "'1970-01-01'" if isinstance(sql, Sqlite) else "'1970-01-01'::date"
    recent = sql.instant(f"({sql.now} - {FINE_DAYS * DAY})")
    made = ["create table bench_day (source text, area text, day date, n integer)"]
    for source, (column, which) in DAYS.items():
        made.append(
            f"insert into bench_day select '{source}', substr(area, 1, 12), {sql.local_day(column)}, count(*)"
            f" from work_order where {column} is not null and {which} group by 2, 3"
        )
    for metric, source, sign in FLOWS:
        column, which = DAYS[source]
        for digits in (6, 9, 12):
            since = f"and day >= {sql.local_day(recent)}" if digits == 12 else ""
            made.append(_counted(
                f"substr(area, 1, {digits})", metric, "day", f"{sign} * sum(n)",
                f"bench_day where source = '{source}' {since}",
            ))  # fmt: skip
        cells = f"work_order where {column} >= {recent} and {which}"
        made.append(_counted("area", metric, sql.local_day(column), f"{sign} * count(*)", cells))
    for metric, which in (("open", "due_at is not null"), ("overdue", "overdue")):
        for digits in (6, 9, 12, 15):
            area = f"substr(area, 1, {digits})"
            made.append(_counted(area, metric, stock, "count(*)", f"work_order where {which}"))
    return made


def _counted(area: str, metric: str, day: str, n: str, rows: str) -> str:
    return (
        f"insert into rollup (area, metric, day, n) select {area}, '{metric}', {day}, {n} from {rows}"
        " group by 1, 3 on conflict (area, metric, day) do update set n = rollup.n + excluded.n"
    )


def _columns(model: type[SQLModel], means: Mapping[str, str], sql: Loader) -> tuple[str, str]:
    """The model's columns, and an expression for each: its meaning here, else its default."""
    columns = model.__table__.columns  # type: ignore[attr-defined]
    values = [means.get(column.name) or _default(model, column, sql) for column in columns]
    return ", ".join(column.name for column in columns), ", ".join(values)


def _default(model: type[SQLModel], column: Any, sql: Loader) -> str:
    field = model.model_fields[column.name]
    value = field.default if field.default_factory is None else {}
    if value is PydanticUndefined:
        raise LookupError(f"the seeding does not know what {model.__name__}.{column.name} means")
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case dict() | list():
            return "'{}'"
    return f"'{value}'"


class Bar:
    """Says how far a long load has come."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._began = label, total, time.monotonic()

    def to(self, n: int) -> None:
        """`n` of the rows are in."""
        self._write(f"[{'#' * (30 * n // self._total):30}] {100 * n // self._total:3} %")

    def say(self, what: str) -> None:
        """What is done now."""
        self._write(what)

    def done(self) -> None:
        """The end, with the time it took."""
        self._write(f"{time.monotonic() - self._began:.0f} s\n", always=True)

    def _write(self, text: str, *, always: bool = False) -> None:
        if sys.stderr.isatty():
            text = f"\r\033[K{self._label}: {text}"
        elif always:
            text = f"{self._label}: {text}"
        else:
            return
        print(text, end="", file=sys.stderr, flush=True)
