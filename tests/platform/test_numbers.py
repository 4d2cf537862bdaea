"""Numbers for people have no gaps: a rollback gives its number back, and nobody gets the same twice."""

import asyncio
from datetime import date

import pytest

from server.kernel.actors import SYSTEM
from server.kernel.ids import parse_case_no
from server.platform import numbers
from tests.city import an_office

DAY = date(2026, 3, 2)


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def take(office, *, fail=False):
    async with office.work(SYSTEM) as work:
        no = await numbers.case_no(work.session, "LW", DAY)
        if fail:
            raise ZeroDivisionError
        return parse_case_no(no).sequence


async def test_a_rollback_gives_its_number_back(office):
    assert await take(office) == 1
    with pytest.raises(ZeroDivisionError):
        await take(office, fail=True)
    assert await take(office) == 2


async def test_many_at_once_get_every_number_once(office):
    taken = await asyncio.gather(*(take(office, fail=n % 5 == 0) for n in range(15)), return_exceptions=True)
    assert sorted(n for n in taken if isinstance(n, int)) == list(range(1, 13))


async def test_each_day_and_each_series_begins_at_one(office):
    async with office.work(SYSTEM) as work:
        found = [
            await numbers.case_no(work.session, prefix, day)
            for prefix, day in (("LW", DAY), ("LW", DAY), ("DB", DAY), ("LW", date(2026, 3, 3)))
        ]
        assert [no[:-1] for no in found] == [
            "LW20260302-0001", "LW20260302-0002", "DB20260302-0001", "LW20260303-0001",
        ]  # fmt: skip
        assert (
            await numbers.take(work.session, "block", 40),
            await numbers.take(work.session, "block", 2),
        ) == (40, 42)
