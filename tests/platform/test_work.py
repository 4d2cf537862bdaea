"""One unit of work: rows, audit lines, timers, counters and news live or die together."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from server.command.orders.service import unit
from server.command.orders.tables import WorkOrder
from server.command.requests.service import citizen as requests
from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import StaleVersion
from server.platform import numbers, sla
from server.platform.audit import AuditLine, Chain
from server.platform.news import NEWS, Interest, News
from server.platform.rollups import STOCK, Rollup
from server.platform.work import street_of
from tests.city import an_office, city, everything
from tests.clock import MONDAY
from tests.factories import CELL, STREET, an_id

__all__ = ["city"]
ORDERS = Interest("order")


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def everything_at_once(work):
    """A bit of all that a use case may do."""
    await numbers.take(work.session, "LW")
    await sla.start(work, "order", "1", "accept", Limit(1, TimeUnit.WORK_HOUR), area=CELL)
    work.count("open", CELL, 1)
    work.record("order.report", "order", "1", area=CELL, touches=["unit:zj"])
    work.tell("order.held", "order", "1", area=CELL)
    work.record("post.give", "account", "2", area=CELL, quiet=True)
    await work.first_time("report", "key", {})


async def test_what_belongs_together_is_written_together(office):
    with office.hub.listen([NEWS]) as woken:
        async with office.work(SYSTEM) as work:
            await everything_at_once(work)
            assert not woken.is_set()  # nobody looks before it is there
        assert woken.is_set()
    filled = {name: len(rows) for name, rows in (await everything(office)).items() if rows}
    assert filled == {
        "audit_line": 2, "chain": 1, "idempotency_key": 1, "news": 2, "rollup": 4, "sequence": 1, "timer": 1,
    }  # fmt: skip


async def test_a_body_that_fails_leaves_nothing(office):
    before = await everything(office)
    with office.hub.listen([NEWS]) as woken, pytest.raises(ZeroDivisionError):
        async with office.work(SYSTEM) as work:
            await everything_at_once(work)
            await work.session.flush()
            _ = 1 / 0
    assert (await everything(office), woken.is_set()) == (before, False)


async def test_a_store_that_refuses_at_the_end_leaves_nothing(office):
    async with office.work(SYSTEM) as work:
        work.session.add(Chain(street="x"))
    before = await everything(office)
    with office.hub.listen([NEWS]) as woken, pytest.raises(IntegrityError):
        async with office.work(SYSTEM) as work:
            await everything_at_once(work)
            work.session.add(Chain(street="x"))
    assert (await everything(office), woken.is_set()) == (before, False)


async def test_a_body_that_is_cut_off_leaves_nothing_and_frees_the_store(office):
    before, begun = await everything(office), asyncio.Event()

    async def cut_off():
        async with office.work(SYSTEM) as work:
            await everything_at_once(work)
            await work.session.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(cut_off())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    assert await everything(office) == before
    async with office.work(SYSTEM) as work:
        await everything_at_once(work)


async def test_lines_and_news_share_the_numbers_of_their_street(office):
    async with office.work(SYSTEM) as work:
        await everything_at_once(work)
        work.record("order.report", "order", "3", area="440103")
    async with office.reading() as session:
        lines = sorted((row.street, row.seq) for row in await session.exec(select(AuditLine)))
        news = sorted((row.street, row.seq) for row in await session.exec(select(News)))
        heads = {row.street: row.seq for row in await session.exec(select(Chain))}
    assert lines == [("440103", 1), (STREET, 1), (STREET, 3)]
    assert news == [("440103", 1), (STREET, 1), (STREET, 2)]
    assert heads == {"440103": 1, STREET: 3}
    assert [street_of(area) for area in ("440103", STREET, CELL)] == ["440103", STREET, STREET]


async def test_many_at_once_lose_nothing(office):
    """Twelve writers in one street: numbers without a gap, counters without a loss."""

    async def one(n):
        async with office.work(SYSTEM) as work:
            work.count("open", CELL, 1)
            work.record("order.report", "order", str(n), area=CELL)

    await asyncio.gather(*(one(n) for n in range(12)))
    async with office.reading() as session:
        assert sorted(row.seq for row in await session.exec(select(AuditLine))) == list(range(1, 13))
        rows = await session.exec(select(Rollup).where(Rollup.day == STOCK))
        assert {row.n for row in rows} == {12}


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_a_row_that_changed_under_ones_hands_is_a_stale_version_even_in_the_middle(office):
    """Without a lock the clash shows when the session flushes, which may be inside the body."""
    id = an_id()
    async with office.work(SYSTEM) as work:
        work.session.add(WorkOrder(id=id, no="1", state="reported", title="", source="patrol", reporter_id="",
                                   area=CELL, reported_at=MONDAY))  # fmt: skip
    with pytest.raises(StaleVersion):
        async with office.work(SYSTEM) as slow:
            mine = await slow.session.get(WorkOrder, id)
            async with office.work(SYSTEM) as fast:
                (await fast.session.get(WorkOrder, id)).title = "快"
            mine.title = "慢"
            await slow.session.flush()
    async with office.reading() as session:
        assert (await session.get(WorkOrder, id)).title == "快"


# ── one order, two people ─────────────────────────────────────────────────────────────────────────


async def test_of_two_moves_at_once_exactly_one_wins(city):
    """Both saw the same version; the other one is told, and leaves nothing."""
    id = await city.dispatch(await city.submit())
    version = (await city.order(id)).version
    results = await asyncio.gather(
        *(city.do(who, unit.sign, id=id, version=version) for who in (city.wang, city.tang)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["StaleVersion", "WorkOrder"]
    assert (await city.verbs(id)).count("sign") == 1
    assert (await city.verbs(id, "request")).count("sign") == 1


async def test_ten_who_dispatch_at_once_hold_it_once(city):
    id = await city.submit()
    results = await asyncio.gather(
        *(city.ask_dispatch(id, who) for who in [city.li, city.he] * 5), return_exceptions=True
    )
    assert [str(result) for result in results].count("HELD") == 9
    assert (await city.news(id)).count("order.held") == 1


async def test_citizen_and_staff_moving_one_case_do_not_lock_each_other(city):
    """Both take the order first and the request after it, whoever begins."""
    ids = [await city.submit() for _ in range(6)]

    async def withdraw(id):
        await city.do(city.ann, requests.withdraw, id=id, version=(await city.request(id)).version)

    for id in ids:
        await city.ask_dispatch(id)
    results = await asyncio.gather(city.release(), *(withdraw(id) for id in ids), return_exceptions=True)
    assert {type(result).__name__ for result in results} <= {"int", "NoneType", "StaleVersion"}
    for id in ids:
        request, order = await city.request(id), await city.order(id)
        assert (request.state, order.state) in {
            ("withdrawn", "rejected"), ("withdrawn", "dispatched"), ("assigned", "dispatched"),
        }  # fmt: skip


async def test_a_sweep_and_a_step_at_once_count_once(city):
    ids = [await city.submit() for _ in range(5)]
    city.clock.advance(minutes=16)
    await asyncio.gather(city.sweep(), *(city.ask_dispatch(id) for id in ids))
    await asyncio.gather(city.sweep(), city.release())
    await city.sweep()
    rows = await city.rows(Rollup, Rollup.metric == "overdue", Rollup.day == STOCK)
    late = sum([(await city.order(id)).overdue for id in ids])
    assert ({row.n for row in rows} or {0}) == {late}  # a sweep that gave way each time has counted nothing
