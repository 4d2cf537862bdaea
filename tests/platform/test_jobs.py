"""The loop: every job gets its turns, an error costs one of them, and cancelling leaves nothing half done."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

import server
from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, TimeUnit, WorkCalendar
from server.platform import sla
from server.platform.areas import AreaTree
from server.platform.db import open_store
from server.platform.jobs import Jobs, claim
from server.platform.news import LocalHub
from server.platform.work import Office, Work
from tests.factories import DISTRICT
from tests.servers import eventually

HOUR = timedelta(hours=1)
CALENDAR = Path(server.__file__).parent.parent / "shared" / "data" / "calendar.json"


@pytest.fixture
async def office(settings, clock):
    office = Office(
        settings=settings,
        store=open_store(settings.database),
        hub=LocalHub(),
        calendar=WorkCalendar.load(CALENDAR),
        areas=AreaTree.of(DISTRICT),
        clock=clock,
    )
    yield office
    await office.store.close()


async def note(work: Work, what: str) -> None:
    """Leave a row behind."""
    await sla.start(work, what, "s", "n", Limit(1, TimeUnit.URGENT_HOUR), area=DISTRICT)


def notes(what: str, *, left: int = 1):
    """A job that leaves one row in each of `left` units of work and then has nothing more to do."""

    async def run(office: Office) -> int:
        nonlocal left
        if not left:
            return 0
        left -= 1
        async with office.work(SYSTEM) as work:
            await note(work, what)
        return 1

    return run


async def noted(office: Office, what: str) -> int:
    async with office.reading() as session:
        return len((await sla.clocks_of(session, what, ["s"]))["s"])


async def breaks(office: Office) -> int:
    async with office.work(SYSTEM) as work:
        await note(work, "broken")
        raise RuntimeError("a bug")


async def test_a_tick_gives_each_job_one_turn_and_asks_again_while_there_is_more(office):
    jobs = Jobs(office, every=60)
    jobs.add("one", notes("one"))
    jobs.add("two", notes("two", left=2))
    assert await jobs.tick()
    assert (await noted(office, "one"), await noted(office, "two")) == (1, 1)
    assert await jobs.tick()
    assert not await jobs.tick()
    assert (await noted(office, "one"), await noted(office, "two")) == (1, 2)


def counted(turns: list[str], who: str):
    """A job that says it ran and has nothing more to do."""

    async def run(office: Office) -> int:
        turns.append(who)
        return 0

    return run


async def test_a_job_without_more_to_do_rests_until_the_loop_comes_round(office):
    turns: list[str] = []
    jobs = Jobs(office, every=0.05)
    jobs.add("often", counted(turns, "one"))
    await jobs.tick()
    await jobs.tick()
    assert turns == ["one"]
    await asyncio.sleep(0.06)
    await jobs.tick()
    await jobs.tick()
    assert turns == ["one", "one"]


async def test_a_job_with_an_interval_runs_once_in_it_whoever_asks(office, clock):
    turns: list[str] = []
    for hour in range(3):
        for who in ("one", "two"):  # as after a restart: nothing is remembered but in the store
            jobs = Jobs(office, every=60)
            jobs.add("hourly", counted(turns, who), every=HOUR)
            await jobs.tick()
        assert turns == ["one"] * (hour + 1)
        clock.advance(minutes=59, seconds=59)
        assert not await claim(office, "hourly", HOUR)
        clock.advance(seconds=1)


async def test_who_has_the_turn_goes_on_while_there_is_more(office, clock):
    jobs = Jobs(office, every=60)
    jobs.add("hourly", notes("hourly", left=3), every=HOUR)
    jobs.add("often", notes("often", left=1))
    while await jobs.tick():
        assert await noted(office, "often") == 1, "a long job holds up nobody else's"
    assert await noted(office, "hourly") == 3


async def test_many_who_ask_at_once_get_one_turn(office):
    claims = await asyncio.gather(*(claim(office, "hourly", HOUR) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]


async def test_clocks_that_differ_a_little_share_a_turn(office, clock):
    assert await claim(office, "hourly", HOUR)
    clock.advance(minutes=-1)
    assert not await claim(office, "hourly", HOUR)


async def test_a_clock_that_was_far_ahead_stops_no_job_for_years(office, clock):
    now = clock()
    clock.advance(days=4000)
    assert await claim(office, "hourly", HOUR)
    clock.set(now)
    assert await claim(office, "hourly", HOUR)
    assert not await claim(office, "hourly", HOUR)


async def test_an_interval_that_fails_costs_one_turn(office, clock, caplog):
    jobs = Jobs(office, every=60)
    jobs.add("hourly", breaks, every=HOUR)
    with caplog.at_level(logging.ERROR, "server.platform.jobs"):
        assert not await jobs.tick()
    assert [record.message for record in caplog.records] == ["job failed: hourly"]
    assert not await claim(office, "hourly", HOUR)


async def test_drain_leaves_nothing_to_do(office):
    jobs = Jobs(office, every=60)
    jobs.add("much", notes("much", left=7))
    await jobs.drain()
    assert await noted(office, "much") == 7


async def test_an_error_is_logged_keeps_nothing_and_never_kills_the_loop(office, caplog):
    jobs = Jobs(office, every=0.01)
    jobs.add("broken", breaks)
    jobs.add("sound", notes("sound", left=3))

    async def done():
        return await noted(office, "sound") == 3

    with caplog.at_level(logging.ERROR, "server.platform.jobs"):
        async with jobs.running():
            await eventually(done)
            await eventually(lambda: len(caplog.records) >= 2)
    assert caplog.records[0].message == "job failed: broken"
    assert "RuntimeError: a bug" in caplog.text
    assert await noted(office, "broken") == 0


async def test_the_end_of_the_block_is_the_end_of_the_loop_and_of_what_it_was_doing(office):
    begun = asyncio.Event()

    async def endless(office: Office) -> int:
        async with office.work(SYSTEM) as work:
            await note(work, "endless")
            begun.set()
            await asyncio.sleep(3600)
        return 1

    jobs = Jobs(office, every=0.01)
    jobs.add("endless", endless)
    async with jobs.running():
        await asyncio.wait_for(begun.wait(), 5)
    assert [task for task in asyncio.all_tasks() if task.get_name() == "jobs"] == []
    assert await noted(office, "endless") == 0
    async with office.work(SYSTEM) as work:  # the writer is free again
        await note(work, "after")
    assert await noted(office, "after") == 1
