"""A clock that jumps: each mark is told once, held acts happen once, and the chains hold."""

from collections import Counter
from contextlib import aclosing
from datetime import timedelta

from server.app import jobs_of
from server.platform import audit, sla
from server.platform.audit import AuditLine
from server.platform.news import Interest
from tests.city import City, city

__all__ = ["city"]


def marks(lines: list[AuditLine]) -> Counter[tuple[str, str]]:
    """How often each clock of a case told each of its marks."""
    return Counter((line.verb, line.detail["clock"]) for line in lines if ".clock_" in line.verb)


async def in_order(city: City) -> bool:
    """Every chain holds."""
    async with city.office.reading() as session:
        lines, breaks = await audit.verify(session)
    return lines > 0 and breaks == []


async def test_a_month_in_a_moment_tells_each_mark_once(city: City) -> None:
    id = await city.sign(await city.dispatch(await city.submit()))
    city.clock.advance(days=30)
    await jobs_of(city.office).drain()
    told = marks(await city.lines(id))
    assert {verb for verb, _ in told} == {f"order.clock_{mark}" for mark in sla.MARKS}
    assert set(told.values()) == {1}
    assert (await city.order(id)).overdue
    assert await in_order(city)


async def test_a_clock_set_back_tells_nothing_twice_and_stops_no_work(city: City) -> None:
    id = await city.sign(await city.dispatch(await city.submit()))
    here = city.clock()
    city.clock.advance(days=30)
    await jobs_of(city.office).drain()
    told = marks(await city.lines(id))
    city.clock.set(here - timedelta(hours=1))
    await jobs_of(city.office).drain()
    assert marks(await city.lines(id)) == told
    await city.finish(id)  # people go on working
    city.clock.set(here + timedelta(days=31))
    await jobs_of(city.office).drain()
    again = marks(await city.lines(id))
    assert {mark: again[mark] for mark in told} == told
    assert await in_order(city)


async def test_an_act_held_over_a_jump_happens_once(city: City) -> None:
    id = await city.submit()
    asked = city.clock()
    await city.ask_dispatch(id)
    city.clock.set(asked - timedelta(hours=1))
    await jobs_of(city.office).drain()
    assert "dispatch" not in await city.verbs(id)
    city.clock.set(asked + timedelta(days=3))
    await jobs_of(city.office).drain()
    await jobs_of(city.office).drain()
    assert (await city.verbs(id)).count("dispatch") == 1
    assert await in_order(city)


async def test_news_is_followed_by_number_whatever_the_clock_says(city: City) -> None:
    orders = Interest("order")
    await city.submit()
    async with aclosing(city.office.news.follow(orders)) as events:
        here = (await anext(events)).cursor
    city.clock.advance(days=-2)
    second = await city.submit()
    async with aclosing(city.office.news.follow(orders, since=here)) as events:
        assert [(await anext(events)).subject_id for _ in range(2)] == [None, second]
