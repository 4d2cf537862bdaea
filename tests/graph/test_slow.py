"""Who does not read is bounded, told to come back, and in the end hung up on. He delays nobody."""

import socket as sockets_of_the_system
import time
from contextlib import asynccontextmanager

import pytest
import websockets

from server.graph import sockets
from server.graph.lines import Lines
from tests.city import city, on_sqlite
from tests.factories import STREET
from tests.graph.crowd import begun, crowd, next_event
from tests.phones import Line
from tests.servers import eventually

__all__ = ["city"]
LARGE = "".join(f" text{n}:text" for n in range(14))
FEED = f"subscription($since:String){{liveOrders(since:$since){{cursor verb orderId order{{id{LARGE}}}}}}}"
pytestmark = on_sqlite


@asynccontextmanager
async def tight(here, actor):
    """A socket with little room between the two sides."""
    plug = sockets_of_the_system.socket()
    plug.setsockopt(sockets_of_the_system.SOL_SOCKET, sockets_of_the_system.SO_RCVBUF, 4096)
    plug.connect(("127.0.0.1", here.server.port))
    plug.setblocking(False)
    names = [websockets.Subprotocol("graphql-transport-ws")]
    async with websockets.connect(here.server.ws, sock=plug, subprotocols=names) as ws:
        line = Line(ws)
        await line.send(type="connection_init", payload={"token": here.token(actor)})
        assert (await line.receive())["type"] == "connection_ack"
        yield line


async def tell_until(done, city, line, orders):
    """Events about `orders` in turn, each heard by `line` before the next, until `done`. What it heard."""
    heard = []
    for n in range(1000):
        async with city.office.work(city.li) as work:
            work.tell(f"{n}", "order", orders[n % len(orders)], area=STREET)
        heard.append(await next_event(line))
        if done():
            return heard
    raise AssertionError("it never came to that")


async def many(city):
    """More long reports than a queue holds."""
    return [await city.report(text="路灯不亮，" * 200) for _ in range(30)]


@pytest.mark.parametrize("ws", [Lines, "websockets-sansio"])
async def test_a_slow_reader_is_told_to_come_back_and_misses_nothing(city, ws):
    orders = await many(city)
    async with crowd(city.office, ws=ws) as here, here.line(city.lin) as fast, tight(here, city.lin) as slow:
        await begun(fast, FEED)
        heard = [await begun(slow, FEED)]
        house = here.endpoint.sockets
        told = await tell_until(lambda: house.resyncs, city, fast, orders)
        while "errors" not in (payload := (await slow.receive())["payload"]):
            heard.append(payload["data"]["liveOrders"])
        assert payload["errors"][0]["extensions"]["code"] == "RESYNC"
        assert await slow.receive() == {"id": "1", "type": "complete"}
        assert here.broadcast.followers == 1
        heard.append(await begun(slow, FEED, since=heard[-1]["cursor"]))
        while heard[-1]["cursor"] != told[-1]["cursor"]:
            heard.append(await next_event(slow))
        last = {event["orderId"]: event["verb"] for event in heard if event["orderId"]}
        assert last == {event["orderId"]: event["verb"] for event in told}
        assert house.resyncs == 1


async def test_who_does_not_read_for_long_is_hung_up_on_and_nobody_waits_for_him(city, monkeypatch):
    monkeypatch.setattr(sockets, "STALLED_SECONDS", 0.3)
    orders = await many(city)
    async with crowd(city.office) as here, here.line(city.lin) as fast, tight(here, city.lin) as slow:
        await begun(fast, FEED)
        await begun(slow, FEED)
        house = here.endpoint.sockets
        began = time.monotonic()
        told = await tell_until(lambda: len(house.open) == 1, city, fast, orders)
        assert (time.monotonic() - began) / len(told) < 0.1
        assert here.broadcast.followers == 1
        await begun(fast, FEED, id="2")


async def test_what_is_asked_is_answered_though_the_queue_is_full(city):
    """The answers to queries are never dropped; but no more questions are taken from who does not read."""
    orders = await many(city)
    async with crowd(city.office) as here, here.line(city.lin) as fast, tight(here, city.lin) as slow:
        await begun(fast, FEED)
        await begun(slow, FEED)
        house = here.endpoint.sockets
        await tell_until(lambda: any(one.channel.stalled_at for one in house.open), city, fast, orders)
        await slow.subscribe("q", "{orders(first:1){total}}")
        await slow.send(type="ping")
        kinds: set[str] = set()
        while not {"q", "pong"} <= kinds:
            message = await slow.receive()
            kinds.add(message.get("id") if message.get("id") == "q" else message["type"])
        assert len(house.open) == 2


async def test_a_process_that_leaves_says_so(city):
    async with crowd(city.office) as here, here.line(city.lin) as line:
        await begun(line, FEED)
        city.office.leaving.set()
        assert await line.closed() == 1001
        await eventually(lambda: not here.endpoint.sockets.open)
        async with websockets.connect(
            here.server.ws, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as late:
            assert await Line(late).closed() == 1001
