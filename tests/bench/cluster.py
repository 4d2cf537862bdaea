"""P10: two server processes on one PostgreSQL and one Redis."""

import asyncio
from contextlib import ExitStack

from server.kernel.actors import Post
from tests.bench import asked, lattice, people
from tests.bench.bench import Bench
from tests.bench.contestants import Contestant, ours, sign_in
from tests.bench.live import FEED_RATE, feed
from tests.bench.load import Load, load, over_and_over
from tests.bench.report import Rounds, Row, at_least, at_most, number
from tests.servers import redis_server

LISTENERS = 500
CONNECTIONS = 32


async def two(bench: Bench) -> list[Row]:
    """How far the list scales, and how long an event needs to the other process."""
    scale, rounds, late = bench.scale, Rounds(), Rounds()
    cells = [square.code for square in lattice.used(50_000)][:100]
    async with bench.stores.copy("postgres", scale.city) as url:
        officers = await people.crowd(url, len(cells), Post.GRID_OFFICER, cells=cells)
        sample = await asked.Sample.of(url, scale.city)
        with ExitStack() as running:
            redis = f"redis://127.0.0.1:{running.enter_context(redis_server()).port}/0"
            pair = [
                running.enter_context(ours(url, name=name, REDIS_URL=redis)) for name in ("first", "second")
            ]
            for _ in range(scale.rounds):
                rounds.add("one", await _rate(pair[:1], sample, scale.seconds, scale.warm))
                rounds.add("two", await _rate(pair, sample, scale.seconds, scale.warm))
                hops, refused = await feed(pair[0], pair[1], officers, cells, LISTENERS, url)
                hops.sort()
                late.add("p50", hops[len(hops) // 2] * 1000)
                late.add("p99", hops[int(len(hops) * 0.99)] * 1000, refused)
    return [
        Row(f"list by two processes, PostgreSQL, {scale.orders} orders",
            f"{number(rounds.median('two'))} req/s",
            [f"one process {number(rounds.median('one'))}"],
            [at_least(rounds.ratio("two", "one"), 1.6, "× one process")]),
        Row(f"commit in one → frame in the other, {FEED_RATE} events/s",
            f"p50 {number(late.median('p50'))} ms, p99 {late.said('p99')} ms", [],
            [at_most(late.median("p99"), 10, "ms")]),
    ]  # fmt: skip


async def _rate(servers: list[Contestant], sample: asked.Sample, seconds: float, warm: float) -> float:
    """Lists per second of all servers together."""

    async def one(server: Contestant) -> Load:
        requests = asked.lists(sample, await sign_in(servers[0].port, "leader", 4), server.port)
        return await load(
            server.port, over_and_over(requests), connections=CONNECTIONS // len(servers), seconds=seconds,
            warm=warm, check=asked.is_list,
        )  # fmt: skip

    return sum(each.rate for each in await asyncio.gather(*map(one, servers)))
