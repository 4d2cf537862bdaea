"""What the stores must promise: times that are times, and writes that are not lost."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.platform.db import open_store
from server.platform.embedded import Embedded
from server.platform.idempotency import IdempotencyKey
from server.platform.numbers import Sequence
from tests.city import an_office, on_sqlite

AT = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.mark.parametrize("hours", [0, 8, -5])
async def test_an_instant_comes_back_as_the_same_instant_in_utc(office, hours):
    told = AT.astimezone(timezone(timedelta(hours=hours)))
    async with office.work(SYSTEM) as work:
        work.session.add(IdempotencyKey(actor_id="a", key="k", digest="", at=told))
    async with office.reading() as session:
        [row] = await session.exec(select(IdempotencyKey).where(IdempotencyKey.at == told))
    assert (row.at, row.at.tzinfo) == (AT, UTC)


async def test_a_time_without_a_zone_is_a_bug(office):
    with pytest.raises(StatementError, match="naive datetime"):
        async with office.work(SYSTEM) as work:
            work.session.add(IdempotencyKey(actor_id="a", key="k", digest="", at=AT.replace(tzinfo=None)))


async def test_reading_then_writing_loses_no_update(office):
    """Ten people add one to what they read; with the stores' own defaults most of it would be gone."""

    async def add_one():
        async with office.work(SYSTEM) as work:
            row = await work.session.get(Sequence, "s", with_for_update=True)
            row.n += 1

    async with office.work(SYSTEM) as work:
        work.session.add(Sequence(name="s"))
    await asyncio.gather(*(add_one() for _ in range(10)))
    async with office.reading() as session:
        assert (await session.get(Sequence, "s")).n == 10


async def test_readers_do_not_wait_for_a_writer_and_see_nothing_of_it(office):
    async with office.work(SYSTEM) as work:
        work.session.add(Sequence(name="s"))
        await work.session.flush()
        async with asyncio.timeout(2), office.reading() as session:
            assert (await session.exec(select(Sequence))).all() == []
    async with office.reading() as session:
        assert len((await session.exec(select(Sequence))).all()) == 1


async def test_leaving_without_a_commit_rolls_back(store):
    opened = open_store(store)
    async with opened.writing() as session:
        session.add(Sequence(name="s"))
        await session.flush()
    async with opened.reading() as session:
        assert (await session.exec(select(Sequence))).all() == []
    await opened.close()


@on_sqlite
async def test_the_embedded_store_is_durable_and_has_one_writer(store):
    """In the loop's thread SQLite itself waits for nobody; a thread may."""
    opened = open_store(store)
    assert isinstance(opened, Embedded)
    for engine, busy_ms in ((opened.writer, 20), (opened.reader, 20), (opened.scanner, 5000)):
        async with engine.connect() as connection:
            pragmas = {name: (await connection.execute(text(f"pragma {name}"))).scalar() for name in
                       ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
            assert pragmas == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": busy_ms,
            }
    assert (opened.embedded, opened.writer is opened.reader) == (True, False)
    await opened.close()
