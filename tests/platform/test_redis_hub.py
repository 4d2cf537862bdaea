"""Several processes: Redis carries the wake, the store the fact, and neither is needed for the other."""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from server.platform.news import LOST_WAKE_SECONDS, Interest
from server.platform.redis_hub import CHANNEL, RedisHub
from tests.city import an_office
from tests.factories import STREET
from tests.platform.offices import happen
from tests.servers import eventually

ORDERS, ZJ = Interest("order"), Interest("order", keys=frozenset({"unit:zj"}))
on_postgres = pytest.mark.parametrize("store", ["postgres"], indirect=True)


@asynccontextmanager
async def two(settings, clock, redis_url):
    """Two processes over one store and one Redis."""
    async with (
        an_office(settings, clock, hub=RedisHub(redis_url)) as here,
        an_office(settings, clock, hub=RedisHub(redis_url)) as there,
    ):
        yield here, there


async def relayed(here, there):
    """True once a wake from one process reaches the other."""
    with there.hub.listen(["ping"]) as woken:
        await here.hub.wake(["ping"])
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), 0.1)
        return woken.is_set()


@on_postgres
async def test_what_happens_in_one_process_is_heard_in_the_other_at_once(settings, clock, redis_url):
    async with two(settings, clock, redis_url) as (here, there):
        await eventually(lambda: relayed(here, there))
        async with aclosing(there.news.follow(ORDERS)) as all_of_it, aclosing(there.news.follow(ZJ)) as mine:
            await anext(all_of_it)
            await anext(mine)
            waiting = [asyncio.create_task(anext(events)) for events in (all_of_it, mine)]
            await happen(here, "a", touches=("unit:cg",))
            told = await asyncio.wait_for(waiting[0], LOST_WAKE_SECONDS / 2)
            assert (told.verb, waiting[1].done()) == ("a", False)
            await happen(here, "b", touches=("unit:zj",))
            told = await asyncio.wait_for(waiting[1], LOST_WAKE_SECONDS / 2)
            assert (told.verb, told.cursor) == ("b", f"{STREET}:2")


@on_postgres
async def test_without_redis_this_process_hears_at_once_and_the_other_soon(settings, clock, redis, redis_url):
    async with two(settings, clock, redis_url) as (here, there):
        await eventually(lambda: relayed(here, there))
        async with aclosing(here.news.follow(ORDERS)) as near, aclosing(there.news.follow(ORDERS)) as far:
            await anext(near)
            await anext(far)
            waiting = [asyncio.create_task(anext(events)) for events in (near, far)]
            redis.stop()
            try:
                await happen(here, "a")
                told = await asyncio.wait_for(waiting[0], LOST_WAKE_SECONDS / 2)
                assert told.verb == "a"
                told = await asyncio.wait_for(waiting[1], LOST_WAKE_SECONDS * 2)
                assert told.verb == "a"
            finally:
                redis.start()
            await eventually(lambda: relayed(here, there), within=10)  # and it comes back by itself


async def test_a_burst_of_wakes_is_one_message_and_waits_for_nobody(redis_url):
    hub, other = RedisHub(redis_url), Redis.from_url(redis_url)
    async with other.pubsub() as line:
        await line.subscribe(CHANNEL)
        while (await line.get_message(timeout=5) or {}).get("type") != "subscribe":
            pass
        for n in range(50):
            await hub.wake([f"key{n}", "news"])
        heard: list[list[str]] = []
        while "key49" not in [key for keys in heard for key in keys]:
            if message := await line.get_message(timeout=5):
                heard.append(json.loads(message["data"]))
    assert len(heard) <= 2
    assert {key for keys in heard for key in keys} == {"news", *(f"key{n}" for n in range(50))}
    await hub.close()
    await other.aclose()


async def test_a_line_taken_up_again_wakes_everybody_once(redis, redis_url):
    """What was published while it was broken is lost, so everybody has to look."""
    hub = RedisHub(redis_url)
    with hub.listen(["news"]) as woken:
        await asyncio.wait_for(woken.wait(), 5)
        woken.clear()
        redis.stop()
        redis.start()
        await asyncio.wait_for(woken.wait(), 10)
    await hub.close()
