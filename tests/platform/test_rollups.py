"""Counters are kept with the rows: in every area around a place, by whoever writes."""

import asyncio
from datetime import date

import pytest
from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.platform import rollups
from server.platform.rollups import STOCK, Rollup, scopes
from tests.city import an_office
from tests.factories import CELL, DISTRICT, STREET

COMMUNITY = CELL[:12]
TODAY, YESTERDAY = date(2026, 3, 2), date(2026, 3, 1)


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def count(office, metric, area, n, *days):
    async with office.work(SYSTEM) as work:
        work.count(metric, area, n, *days)


async def kept(office):
    async with office.reading() as session:
        return {(row.area, row.metric, row.day): row.n for row in await session.exec(select(Rollup))}


def test_a_place_counts_in_itself_and_in_all_that_contains_it():
    assert scopes(CELL) == [DISTRICT, STREET, COMMUNITY, CELL]
    assert (scopes(STREET), scopes(DISTRICT)) == ([DISTRICT, STREET], [DISTRICT])


async def test_counts_add_up_and_down(office):
    await count(office, "open", CELL, 2)
    await count(office, "open", STREET, -1)
    assert await kept(office) == {
        (DISTRICT, "open", STOCK): 1, (STREET, "open", STOCK): 1, (COMMUNITY, "open", STOCK): 2,
        (CELL, "open", STOCK): 2,
    }  # fmt: skip


async def test_what_cancels_out_in_one_unit_of_work_is_not_written(office):
    async with office.work(SYSTEM) as work:
        work.count("open", CELL, 1)
        work.count("open", CELL, -1)
    assert await kept(office) == {}


async def test_reading_asks_for_areas_metrics_and_days(office):
    for day in (TODAY, YESTERDAY):
        await count(office, "new", STREET, 3, day)
        await count(office, "rated", STREET, 1, day)
    await count(office, "open", STREET, 5)
    found = await rollups.read(office.read, [STREET], ["new", "open"], TODAY)
    assert found == {(STREET, "new", TODAY): 3, (STREET, "open", STOCK): 5}
    assert await rollups.read(office.read, [CELL], ["new"], TODAY) == {}


async def test_sums_run_over_the_days_of_each_area(office):
    for day in (TODAY, YESTERDAY):
        await count(office, "new", STREET, 3, day)
    await count(office, "open", STREET, 5)
    two_days = await rollups.sums(office.read, [DISTRICT, STREET, CELL], ["new", "open"], YESTERDAY, TODAY)
    assert two_days == {(DISTRICT, "new"): 6, (STREET, "new"): 6}
    assert await rollups.sums(office.read, [STREET], ["new", "open"], STOCK, STOCK) == {(STREET, "open"): 5}


async def test_twenty_writers_in_any_order_of_areas_neither_lose_nor_lock_each_other(office):
    async def one(n):
        async with office.work(SYSTEM) as work:
            for area in (STREET, "440103013", "440103008")[:: 1 if n % 2 else -1]:
                work.count("open", area, 1)

    await asyncio.gather(*(one(n) for n in range(20)))
    found = await kept(office)
    assert (found[DISTRICT, "open", STOCK], found[STREET, "open", STOCK]) == (60, 20)
