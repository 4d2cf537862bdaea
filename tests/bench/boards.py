"""P7, P8: the leader's board and the cases near a citizen, from ten thousand orders to ten million."""

import random
import time
from contextlib import ExitStack

from tests.bench import asked
from tests.bench.bench import Bench, short
from tests.bench.contestants import guests, ours, sign_in
from tests.bench.load import load, over_and_over, post
from tests.bench.reads import WORDS
from tests.bench.report import Rounds, Row, at_most, number
from tests.bench.stores import ENGINES, Engine, ask

FLAT = 1.5  # times the fastest size
COUNTED = """select substr(area, 1, 9), count(*), sum(case when closed_at is null then 1 else 0 end),
  sum(case when overdue then 1 else 0 end) from work_order group by 1"""
PLACES = 500


async def boards(bench: Bench) -> list[Row]:
    """P7: beside the GROUP BY a board without counters would need."""
    return [row for engine in ENGINES for row in await _sizes(bench, engine, "board", 20)]


async def near(bench: Bench) -> list[Row]:
    """P8: open, within 1 km, through the API."""
    return [row for engine in ENGINES for row in await _sizes(bench, engine, "near", 5)]


async def _sizes(bench: Bench, engine: Engine, kind: str, most_ms: float) -> list[Row]:
    scale, p50, p99 = bench.scale, Rounds(), Rounds()
    urls = {short(size): await bench.stores.seeded(engine, size) for size in scale.sizes}
    with ExitStack() as running:
        servers = {name: running.enter_context(ours(url, name=name)) for name, url in urls.items()}
        for _ in range(scale.rounds):
            for size, (name, server) in zip(scale.sizes, servers.items(), strict=True):
                if kind == "board":
                    tokens = await sign_in(server.port, "leader")
                    requests = [post("/graphql", asked.body(asked.BOARD), tokens[0], server.port)]
                else:
                    requests = _nearby(await guests(server.port, 1), server.port, size)
                came = await load(
                    server.port,
                    over_and_over(requests),
                    connections=1,
                    seconds=scale.seconds,
                    warm=scale.warm,
                )
                p50.add(name, came.p(50))
                p99.add(name, came.p(99))
    names = p50.names()
    quickest = min(p50.median(name) for name in names)
    rows = []
    for name in names:
        beside = [f"GROUP BY {number(await _group_by(urls[name]))} ms"] if kind == "board" else []
        rows.append(Row(
            f"{'board' if kind == 'board' else 'near me, 1 km'}, {WORDS[engine]}, {name} orders",
            f"p50 {number(p50.median(name))} ms, p99 {number(p99.median(name))} ms", beside,
            [
                at_most(p99.median(name), most_ms, "ms"),
                at_most(p50.median(name) / quickest, FLAT, "× the quickest size"),
            ],
        ))  # fmt: skip
    return rows


def _nearby(tokens: list[str], port: int, orders: int) -> list[bytes]:
    dice = random.Random(3)
    return [
        post("/graphql", asked.body(asked.NEARBY, at=asked.place(dice, orders)), tokens[0], port)
        for _ in range(PLACES)
    ]


async def _group_by(url: str) -> float:
    """Milliseconds of one GROUP BY over the rows; the better of two."""
    took = []
    for _ in range(2):
        began = time.perf_counter()
        await ask(url, COUNTED)
        took.append((time.perf_counter() - began) * 1000)
    return min(took)
