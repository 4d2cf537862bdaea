"""Rows written past the ORM are what the ORM would have written, and are refused as it would refuse them."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, TimeUnit
from server.platform import rows, sla
from server.platform.audit import Chain
from server.platform.rollups import Rollup
from server.platform.sla import Timer
from tests.city import an_office
from tests.clock import MONDAY
from tests.factories import CELL


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


def a_timer(make, id, **facts):
    return make(
        id=id, subject_kind="order", subject_id="1", name="accept", unit="work_hour", limit_value=1.0,
        started_at=MONDAY, original_due_at=MONDAY, due_at=MONDAY, area=CELL, **facts,
    )  # fmt: skip


def fresh_timer(**facts):
    return rows.fresh(Timer, **facts)


async def test_a_fresh_row_is_stored_as_the_orm_would_store_it(office):
    async with office.work(SYSTEM) as work:
        work.session.add(a_timer(Timer, "orm", level=80))
        work.add(a_timer(fresh_timer, "fresh", level=80))
    async with office.reading() as session:
        orm, fresh = [(await session.get_one(Timer, id)).model_dump() for id in ("orm", "fresh")]
    assert {**fresh, "id": "orm"} == orm


async def test_what_is_changed_before_the_end_is_written_so(office):
    async with office.work(SYSTEM) as work:
        timer = await sla.start(work, "order", "1", "accept", Limit(1, TimeUnit.WORK_HOUR), area=CELL)
        await sla.pause(work, "order", "1", "accept", "why")
    async with office.reading() as session:
        assert (await session.get_one(Timer, timer.id)).paused_why == "why"


@pytest.mark.parametrize("n", [0, 1, rows.FEW // 2, rows.FEW])
async def test_few_and_many_of_several_kinds_all_arrive(office, n):
    async with office.work(SYSTEM) as work:
        for k in range(n):
            work.add(rows.fresh(Chain, street=str(k), seq=k))
            work.add(rows.fresh(Rollup, area=str(k), metric="m", day=MONDAY.date(), n=k))
    async with office.reading() as session:
        chains = {row.street: row.seq for row in await session.exec(select(Chain))}
        counters = {row.area: row.n for row in await session.exec(select(Rollup))}
    assert chains == counters == {str(k): k for k in range(n)}


async def test_a_row_that_is_there_already_is_refused_with_all_of_its_work(office):
    async with office.work(SYSTEM) as work:
        work.add(rows.fresh(Chain, street="1"))
    with pytest.raises(IntegrityError):
        async with office.work(SYSTEM) as work:
            work.count("open", CELL, 1)
            work.add(rows.fresh(Chain, street="2"))
            work.add(rows.fresh(Chain, street="1"))
    async with office.reading() as session:
        assert [row.street for row in await session.exec(select(Chain))] == ["1"]
