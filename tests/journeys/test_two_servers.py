"""One city on two servers: PostgreSQL holds the facts, Redis only wakes."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.app import close_office, create_app, open_office
from server.kernel.actors import Post
from server.settings import Settings
from tests.factories import STREET, an_id
from tests.identity.house import PASSWORD, hire
from tests.phones import Phone
from tests.servers import Child, Running, free_port, running

REPORT = """mutation ($id: ID!) { submitRequest(input: {
    id: $id, text: "路灯不亮", place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id } }"""
LIVE = "subscription ($since: String) { liveOrders(since: $since) { cursor verb order { text } } }"
LOST_WAKE = 5.0  # seconds after which a reader looks by itself


@pytest.fixture
async def servers(
    postgres_store: str, redis_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Running, Running]]:
    """Two servers with the same keys, store and broker, and one dispatcher who works there."""
    settings = Settings(data_dir=tmp_path, database_url=postgres_store, redis_url=redis_url)
    office = open_office(settings)
    await hire(office, "dd01", post=Post.STREET_DISPATCHER, area=STREET, cells=())
    await close_office(office)
    async with AsyncExitStack() as open_ones:
        first, second = [
            await open_ones.enter_async_context(
                running(create_app(settings.model_copy(update={"port": port})), port=port)
            )
            for port in (free_port(), free_port())
        ]
        yield first, second


@pytest.fixture
async def citizen(servers: tuple[Running, Running]) -> AsyncIterator[Phone]:
    """Somebody who reports to the first server."""
    async with Phone(servers[0]) as phone:
        yield await phone.be_guest()


@pytest.fixture
async def dispatcher(servers: tuple[Running, Running]) -> AsyncIterator[Phone]:
    """Somebody who works on the second."""
    async with Phone(servers[1]) as phone:
        yield await phone.sign_in("officer", "dd01", PASSWORD)


async def test_what_one_server_writes_the_other_tells_at_once(citizen: Phone, dispatcher: Phone) -> None:
    async with dispatcher.watch(LIVE) as events:
        assert (await events.next())["liveOrders"]["verb"] == "ready"
        begun = time.monotonic()
        await citizen.ask(REPORT, id=an_id())
        told = (await events.next())["liveOrders"]
        assert (told["verb"], told["order"]) == ("order.report", {"text": "路灯不亮"})
        assert time.monotonic() - begun < LOST_WAKE / 2


async def test_without_the_broker_a_reader_looks_by_itself(
    citizen: Phone, dispatcher: Phone, redis: Child
) -> None:
    redis.stop()
    try:
        async with dispatcher.watch(LIVE) as events:
            await events.next()
            await citizen.ask(REPORT, id=an_id())
            told = (await events.next(within=2 * LOST_WAKE))["liveOrders"]
            assert told["order"] == {"text": "路灯不亮"}
    finally:
        redis.start()


async def test_what_happened_while_the_line_was_down_is_told_when_it_is_back(
    citizen: Phone, dispatcher: Phone
) -> None:
    async with dispatcher.watch(LIVE) as events:
        cursor = (await events.next())["liveOrders"]["cursor"]
    for _ in range(3):
        await citizen.ask(REPORT, id=an_id())
    async with dispatcher.watch(LIVE, since=cursor) as events:
        verbs = [(await events.next())["liveOrders"]["verb"] for _ in range(4)]
    assert verbs == ["ready", "order.report", "order.report", "order.report"]
