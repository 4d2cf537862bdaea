"""The embedded store's writer: works take turns, share a commit, and touch nobody when they fail."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from server.identity.tables import PostHolding
from server.kernel.actors import SYSTEM
from server.kernel.errors import NotFound
from server.platform import audit, numbers
from server.platform.audit import AuditLine
from server.platform.db import open_store
from server.platform.numbers import Sequence
from server.platform.writer import NotKept
from tests.city import an_office
from tests.factories import CELL, STREET

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
MANY = 160


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
async def writer(office):
    """The one connection that writes."""
    async with office.store.writer.connect() as connection:
        return (await connection.get_raw_connection()).driver_connection


@pytest.fixture
def commits(writer):
    """What the writer committed."""
    seen = []
    writer.set_trace_callback(lambda text: seen.append(text) if text == "COMMIT" else None)
    yield seen
    writer.set_trace_callback(None)


async def in_nobodys_post(work, n):
    """Something that SQLite refuses only when it commits."""
    await work.session.exec(text("pragma defer_foreign_keys=on"))
    work.session.add(PostHolding(id=str(n), account_id="nobody", post="clerk", starts_at=work.now))


async def stored(office, name="s"):
    async with office.reading() as session:
        row = await session.get(Sequence, name)
        return row and row.n


async def test_reading_then_writing_loses_no_update_of_160(office):
    async def add_one():
        async with office.work(SYSTEM) as work:
            row = await work.session.get(Sequence, "s", with_for_update=True)
            await asyncio.sleep(0)
            row.n += 1

    async with office.work(SYSTEM) as work:
        work.session.add(Sequence(name="s"))
    await asyncio.gather(*(add_one() for _ in range(MANY)))
    assert await stored(office) == MANY


async def test_works_that_wait_share_a_commit_and_each_finds_its_rows(office, commits):
    async def one(n):
        async with office.work(SYSTEM) as work:
            work.record("order.report", "order", str(n), area=CELL)
        async with office.reading() as session:  # what is acknowledged can be read
            return len((await session.exec(select(AuditLine).where(AuditLine.subject_id == str(n)))).all())

    assert await asyncio.gather(*(one(n) for n in range(MANY))) == [1] * MANY
    assert 1 <= len(commits) <= MANY / 4
    async with office.reading() as session:
        assert await audit.verify(session) == (MANY, [])
        rows = await session.exec(select(AuditLine.seq).where(AuditLine.street == STREET))
        assert sorted(rows) == list(range(1, MANY + 1))


async def test_one_that_fails_or_is_cut_off_touches_nobody_of_its_group(office):
    async def one(n):
        me = asyncio.current_task()
        assert me
        async with office.work(SYSTEM) as work:
            await numbers.take(work.session, "s")
            work.record("order.report", "order", str(n), area=CELL)
            if n % 4 == 1:
                await work.session.flush()
                raise NotFound(subject=str(n))
            if n % 4 == 2:
                me.cancel()
                await asyncio.sleep(0)

    results = await asyncio.gather(*(one(n) for n in range(40)), return_exceptions=True)
    names = [type(result).__name__ for result in results]
    assert names == ["NoneType", "NotFound", "CancelledError", "NoneType"] * 10
    assert await stored(office) == 20
    async with office.reading() as session:
        kept = {int(row.subject_id) for row in await session.exec(select(AuditLine))}
        assert kept == {n for n in range(40) if n % 4 in (0, 3)}
        assert await audit.verify(session) == (20, [])


async def test_a_commit_that_fails_fails_all_of_its_group_and_the_next_one_works(office, commits):
    heard = []

    async def one(n, *, sound=False):
        async with office.work(SYSTEM) as work:
            await numbers.take(work.session, "s")
            work.record("order.report", "order", str(n), area=CELL)
            if n == 3 and not sound:
                raise NotFound(subject="3")
            if n != 1 and not sound:  # of each group, should the machine be too slow for one
                await in_nobodys_post(work, n)

    with office.hub.listen(["news"]) as woken:
        results = await asyncio.gather(*(one(n) for n in range(8)), return_exceptions=True)
        heard.append(woken.is_set())
    # even the refusal waits for the commit: it may rest on what the others wrote
    assert [type(result) for result in results] == [NotKept] * 8
    assert (await stored(office), heard, commits != []) == (None, [False], True)
    await asyncio.gather(*(one(n, sound=True) for n in range(8)))
    assert await stored(office) == 8


async def test_one_who_gives_up_waiting_for_his_turn_holds_up_nobody(office):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow():
        async with office.work(SYSTEM) as work:
            begun.set()
            await go_on.wait()
            await numbers.take(work.session, "s")

    async def quick():
        async with office.work(SYSTEM) as work:
            await numbers.take(work.session, "s")

    first = asyncio.create_task(slow())
    await begun.wait()
    waiting = [asyncio.create_task(quick()) for _ in range(6)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    go_on.set()
    await asyncio.wait([first, *waiting])
    assert [task.cancelled() for task in waiting] == [True, False] * 3
    assert await stored(office) == 4


async def test_while_another_process_writes_the_loop_goes_on_and_the_work_waits(office, store):
    other = sqlite3.connect(store.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    turns, done = 0, asyncio.Event()

    async def one():
        async with office.work(SYSTEM) as work:
            await numbers.take(work.session, "s")
        done.set()

    task = asyncio.create_task(one())
    loop = asyncio.get_running_loop()
    until, longest, last = loop.time() + 0.3, 0.0, loop.time()
    while (now := loop.time()) < until:
        longest, last, turns = max(longest, now - last), now, turns + 1
        assert not done.is_set()
        await asyncio.sleep(0.001)
    other.execute("COMMIT")
    await task
    other.close()
    assert await stored(office) == 1
    assert turns > 5 and longest < 0.25  # SQLite itself would have waited for five seconds


async def test_a_store_that_another_keeps_is_said_to_be_away(office, store, writer):
    writer.patience = 0.05
    other = sqlite3.connect(store.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(OperationalError):
            async with office.work(SYSTEM) as work:
                await numbers.take(work.session, "s")
    other.execute("ROLLBACK")
    other.close()
    async with office.work(SYSTEM) as work:
        await numbers.take(work.session, "s")
    assert await stored(office) == 1


async def test_readers_who_are_cut_off_leave_their_connections_usable(store):
    opened = open_store(store, pool_size=2)

    async def read():
        async with opened.reading() as session:
            await session.exec(select(Sequence))
            await asyncio.sleep(0)
            await session.exec(select(Sequence))

    for n in range(20):
        tasks = [asyncio.create_task(read()) for _ in range(5)]
        for _ in range(n % 4):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    async with asyncio.timeout(5):
        await asyncio.gather(*(read() for _ in range(5)))
    await opened.close()


async def test_a_long_scan_has_a_thread_and_sees_one_moment(office):
    async with office.work(SYSTEM) as work:
        await numbers.take(work.session, "s")
    async with office.store.scanning() as session:
        before = (await session.exec(select(Sequence.n))).all()
        async with office.work(SYSTEM) as work:
            await numbers.take(work.session, "s")
        assert (await session.exec(select(Sequence.n))).all() == before == [1]
    assert await stored(office) == 2
