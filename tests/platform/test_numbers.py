"""Numbers for people have no gaps: a rollback gives its number back, and nobody gets the same twice."""

import asyncio
from datetime import date

import pytest
from sqlmodel import select

from server.command.orders.tables import WorkOrder
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import SYSTEM
from server.kernel.ids import parse_case_no
from server.platform import numbers, rows
from tests.city import an_office
from tests.clock import MONDAY
from tests.factories import CELL

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


def a_case(id):
    return rows.fresh(WorkOrder, id=id, state="reported", title="", source="patrol", area=CELL,
                      reporter_id="", reported_at=MONDAY)  # fmt: skip


def a_request(case):
    return rows.fresh(CitizenRequest, id=case.id, kind="report", state="submitted", reporter_id="", title="",
                      text="", area=CELL, order_id=case.id, submitted_at=MONDAY)  # fmt: skip


async def test_at_the_end_of_a_work_each_case_has_its_number_and_shares_it_with_its_request(office):
    with pytest.raises(ZeroDivisionError):
        async with office.work(SYSTEM) as work:
            work.numbers.next("LW", a_case("0"))
            raise ZeroDivisionError
    async with office.work(SYSTEM) as work:
        for id in ("1", "2"):
            case = a_case(id)
            request = a_request(case)
            work.numbers.next("LW", case)
            work.numbers.same(case, request)
            work.add(request)
            work.add(case)
    async with office.reading() as session:
        for kind in (WorkOrder, CitizenRequest):
            stored = (await session.exec(select(kind).order_by(kind.id))).all()
            assert [parse_case_no(row.no).sequence for row in stored] == [1, 2]
