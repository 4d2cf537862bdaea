"""P5, P6: one event to thousands of sockets, what an idle socket weighs, and a feed of single cells."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from server.kernel.actors import Post
from tests.bench import asked, lattice, people
from tests.bench.bench import Bench
from tests.bench.contestants import Contestant, node, ours
from tests.bench.load import Caller, post
from tests.bench.report import Rounds, Row, at_most
from tests.bench.sockets import Listener, hang_up, listen
from tests.bench.stores import ask

LIVE = """subscription Live { liveOrders { cursor verb orderId order {
  id no version state title danger likes reportedAt } } }"""
LIVE_OF_CELL = LIVE.replace("Live {", "Live($cell: String) {").replace("Orders {", "Orders(cell: $cell) {")
GRAPHQL_WS = "graphql-ws"
PATIENCE = 30.0  # seconds for one event to be made
PER_PERSON = 10  # sockets, the product's cap
EVENTS = 6  # one after another in a round
QUIET_SECONDS = 20.0  # as long as a fan-out may take before it counts as lost
FEED_RATE, FEED_SECONDS = 200, 5.0  # events per second, and for how long
STALLED = 10

Publish = Callable[[str], Awaitable[str]]


@dataclass
class Fan:
    """The frames of the event that is out: when the first and the last came, and of how many."""

    expected: int = 0
    frames: int = 0
    first: float = 0.0
    times: list[float] | None = None

    def heard(self, _body: bytes, now: float) -> None:
        """A frame came."""
        if not self.frames:
            self.first = now
        self.frames += 1
        if self.times is not None:
            self.times.append(now)

    async def complete(self) -> float:
        """The time of the last frame. Raises TimeoutError."""
        deadline = time.perf_counter() + QUIET_SECONDS
        while self.frames < self.expected:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{self.frames} of {self.expected} frames")
            await asyncio.sleep(0.001)
        return max(self.times or [0.0])

    def begin(self, expected: int) -> None:
        """The next event."""
        self.expected, self.frames, self.times = expected, 0, []


async def fan_out(bench: Bench) -> list[Row]:
    """P5, and the first two figures of P6, with 1,000 and with all sockets."""
    crowds = sorted({1000, bench.scale.sockets}, reverse=True)
    rates = {count: Rounds() for count in crowds}
    slowest, stalled, weight = Rounds(), Rounds(), Rounds()
    async with bench.stores.copy("sqlite", bench.scale.sizes[0]) as url:
        leaders = await people.crowd(url, max(crowds) // PER_PERSON, Post.LEADER)
        officers = await people.crowd(url, 4, Post.GRID_OFFICER, cells=[s.code for s in lattice.used(10_000)])
        with ExitStack() as running:
            field = [running.enter_context(ours(url)), running.enter_context(node("live.mjs", GRAPHQL_WS))]
            for turn in range(bench.scale.rounds):
                for each in field:
                    async with publisher(each, officers) as publish:
                        for count in crowds:
                            rate, p99, kilobytes, slowed = await _fan(each, leaders, count, publish)
                            rates[count].add(each.name, rate)
                            if count == 1000:
                                slowest.add(each.name, p99)
                                stalled.add(each.name, slowed)
                            if count == max(crowds) and not turn:  # later sockets take what earlier ones left
                                weight.add(each.name, kilobytes)
    rows = [
        rounds.row(f"one event to {count:,} sockets", "Sanwei", "messages/s", {GRAPHQL_WS: 4.5})
        for count, rounds in rates.items()
    ]
    many = f"with {STALLED} of 1,000 sockets that stopped reading"
    return [
        *rows,
        slowest.row("fan-out to 1,000 sockets, p99 from the request on", "Sanwei", "ms", {}, [
            at_most(slowest.median("Sanwei"), 60, "ms")
        ]),
        stalled.row(f"the same {many}", "Sanwei", "ms", {}, [
            at_most(stalled.median("Sanwei") / slowest.median("Sanwei"), 1.1, "× without")
        ]),
        weight.row(f"an idle socket among {max(crowds):,}", "Sanwei", "kB", {}, [
            at_most(weight.median("Sanwei"), 40, "kB")
        ]),
    ]  # fmt: skip


@asynccontextmanager
async def publisher(server: Contestant, officers: list[str]) -> AsyncIterator[Publish]:
    """Makes an event at a cell and says its id, or nothing when it was refused.

    For ours an officer reports; the peer is handed the event.
    """
    dice, matter, caller = random.Random(5), people.matters()[0][0], Caller(server.port)
    squares = {square.code: square for square in lattice.squares()}

    def report(cell: str) -> tuple[str, bytes]:
        at = squares[cell].point(dice.random(), dice.random())
        given = asked.finding(dice, matter, {"lon": at.lon, "lat": at.lat, "datum": "WGS84"})
        asks = asked.body(asked.REPORT, input=given)
        return given["id"], post("/graphql", asks, dice.choice(officers), server.port)

    def hand_over(cell: str) -> tuple[str, bytes]:
        event = an_event(asked.submission(dice)["id"])
        return event["orderId"], post("/publish", orjson.dumps({"cell": cell, "event": event}))

    async def publish(cell: str) -> str:
        id, request = hand_over(cell) if server.name == GRAPHQL_WS else report(cell)
        try:
            status, answer, _ = await asyncio.wait_for(caller.ask(request), PATIENCE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return ""
        return id if status == 200 and b'"errors":' not in answer else ""

    yield publish
    caller.close()


def an_event(id: str) -> dict[str, Any]:
    """An event as the product's looks."""
    return {
        "cursor": "440103001:17", "verb": "order.report", "orderId": id,
        "order": {
            "id": id, "no": "LW20261123-00071", "version": 1, "state": "REPORTED", "danger": False,
            "likes": 0, "title": "Found on the round.", "reportedAt": "2026-11-23T06:00:00+00:00",
        },
    }  # fmt: skip


async def _fan(
    server: Contestant, tokens: list[str], count: int, publish: Publish
) -> tuple[float, float, float, float]:
    """Messages per second, p99 in ms, kB per idle socket, and p99 in ms beside stalled readers."""
    fan, empty = Fan(), server.rss
    listeners = await listen(server.port, tokens[: -(-count // PER_PERSON)], count, LIVE, fan.heard)
    try:
        await asyncio.sleep(1)
        kilobytes = (server.rss - empty) / count / 1000
        rate, p99 = await _events(fan, count, publish)
        for each in listeners[:STALLED]:
            each.transport.pause_reading()
        _, slowed = await _events(fan, count - STALLED, publish)
        return rate, p99, kilobytes, slowed
    finally:
        await hang_up(listeners)


async def _events(fan: Fan, count: int, publish: Publish) -> tuple[float, float]:
    rates, waited = [], []
    cell = lattice.used(10_000)[0].code
    for _ in range(EVENTS):
        fan.begin(count)
        sent = time.perf_counter()
        await publish(cell)
        last = await fan.complete()
        rates.append((count - 1) / (last - fan.first))
        waited.append(sorted(fan.times or [])[int(count * 0.99) - 1] - sent)
    return sorted(rates)[len(rates) // 2], sorted(waited)[len(waited) // 2] * 1000


async def filtered(bench: Bench) -> list[Row]:
    """P6's feed: each socket follows one cell, 200 events a second somewhere among them."""
    rounds = Rounds()
    cells = [square.code for square in lattice.used(50_000)][: bench.scale.sockets // 5]
    async with bench.stores.copy("postgres", bench.scale.sizes[0]) as url:
        officers = await people.crowd(url, len(cells), Post.GRID_OFFICER, cells=cells)
        with ExitStack() as running:
            field = [running.enter_context(ours(url)), running.enter_context(node("live.mjs", GRAPHQL_WS))]
            for _ in range(bench.scale.rounds):
                for each in field:
                    late, refused = await feed(each, each, officers, cells, bench.scale.sockets, url)
                    rounds.add(each.name, sorted(late)[int(len(late) * 0.99)] * 1000, refused)
    what = f"feed by cell, {FEED_RATE} events/s, {bench.scale.sockets:,} sockets: p99 from the commit on"
    return [rounds.row(what, "Sanwei", "ms", {}, [at_most(rounds.median("Sanwei"), 5, "ms")])]


async def feed(
    server: Contestant, at: Contestant, officers: list[str], cells: list[str], count: int, url: str
) -> tuple[list[float], int]:
    """Seconds from an event's commit at `server` to each frame of it at `at`; and how many were refused."""
    peer = server.name == GRAPHQL_WS
    heard: list[tuple[str, float]] = []
    skew = time.time() - time.perf_counter()
    listeners: list[Listener] = await listen(
        at.port, officers, count, LIVE_OF_CELL if peer else LIVE,
        lambda body, now: heard.append((orjson.loads(body)["payload"]["data"]["liveOrders"]["orderId"], now)),
        lambda n: {"cell": cells[n % len(cells)]} if peer else {},
    )  # fmt: skip
    made: dict[str, float] = {}
    try:
        async with publisher(server, officers) as publish:
            dice = random.Random(7)

            async def once() -> None:
                sent = time.perf_counter()
                made[await publish(dice.choice(cells))] = sent

            began, tasks = time.perf_counter(), []
            for n in range(int(FEED_RATE * FEED_SECONDS)):
                await asyncio.sleep(max(0.0, began + n / FEED_RATE - time.perf_counter()))
                tasks.append(asyncio.create_task(once()))
            await asyncio.gather(*tasks)
            await asyncio.sleep(1)
            made.pop("", None)
    finally:
        await hang_up(listeners)
    if not peer:
        made = {id: at - skew for id, at in await _commits(url, set(made))}
    late = [now - made[id] for id, now in heard if id in made]
    if len(late) < len(made):
        raise RuntimeError(f"{len(made)} events, {len(late)} frames")
    return late, int(FEED_RATE * FEED_SECONDS) - len(made)


async def _commits(url: str, ids: set[str]) -> list[tuple[str, float]]:
    """When each event's transaction was committed, by PostgreSQL's own record."""
    rows = await ask(
        url, "select subject_id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 from news"
        " where topic = 'order' and verb = 'order.report'",
    )  # fmt: skip
    return [(str(id), float(at)) for id, at in rows if id in ids]
