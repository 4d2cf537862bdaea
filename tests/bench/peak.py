"""Ten times the busiest hour of a district, played against one real server: `make bench-peak`.

A district has 1,000 orders a day and 3,000 open sockets. Its peak is its share of a Beijing-class city's
20 reports a second among 66,000 a day; every report is followed by steps, and people look at their screens.
The load does not wait for answers: what the server cannot do in time shows as delay or as refusals.
"""

import argparse
import asyncio
import random
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import uvloop

from server.kernel.actors import Post
from tests.bench import asked, lattice, people
from tests.bench.contestants import ours, sign_in
from tests.bench.live import LIVE
from tests.bench.load import Caller, get, post
from tests.bench.report import PEAK, number
from tests.bench.sockets import hang_up, listen
from tests.bench.stores import ENGINES, Engine, Stores, ask, cluster

REPORTS = 20 * 1000 / 66_000  # a second
STEPS_PER_REPORT = 8
SCREENS = 3000 / 60  # lists and details a second: everybody looks once a minute
BOARDS = 10 / 30  # ten leaders, every half minute
PROBES = 20.0  # a second; they do nothing, so how long they take is how long the loop is busy
SIGN = "mutation Sign($id: ID!, $op: ID!) { signOrder(id: $id, opId: $op, version: 2) { id } }"
ORDERS = 100_000

Make = Callable[[], bytes | None]


async def play(engine: Engine, times: float, seconds: float, sockets: int, workers: int) -> str:
    """The peak, `times` over; returns a Markdown table."""
    with ExitStack() as running:
        stores = Stores(running.enter_context(cluster()) if engine == "postgres" else None)
        async with stores.copy(engine, ORDERS) as url:
            waiting = [(str(id), str(unit)) for id, unit in await ask(
                url, "select id, unit_id from work_order where state = 'dispatched'"
            )]  # fmt: skip
            units = sorted({unit for _, unit in waiting})
            handlers = await people.crowd(url, len(units), Post.HANDLER, units=units)
            cells = [square.code for square in lattice.used(ORDERS)]
            officers = await people.crowd(url, min(len(cells), 600), Post.GRID_OFFICER, cells=cells)
            leaders = await people.crowd(url, max(1, sockets // 20), Post.LEADER)
            sample = await asked.Sample.of(url, ORDERS)
            server = running.enter_context(ours(url, workers=workers))
            heard: list[float] = []
            listeners = await listen(
                server.port, [*officers, *leaders], sockets, LIVE, lambda _body, now: heard.append(now)
            )
            staff = await sign_in(server.port, "leader", 4)
            dice = random.Random(4)
            matter = people.matters()[0][0]
            unit_token = dict(zip(units, handlers, strict=True))
            lists, ones = iter(_endless(asked.lists(sample, staff, server.port))), iter(
                _endless(asked.ones(sample, staff, server.port))
            )  # fmt: skip
            signs = iter([
                post("/graphql", asked.body(SIGN, id=id, op=f"sign-{id}"), unit_token[unit], server.port)
                for id, unit in waiting
            ])  # fmt: skip

            def report() -> bytes:
                given = asked.finding(dice, matter, asked.place(dice, ORDERS))
                return post(
                    "/graphql", asked.body(asked.REPORT, input=given), dice.choice(officers), server.port
                )

            kinds: dict[str, tuple[float, Make]] = {
                "reports": (REPORTS * times, report),
                "steps": (REPORTS * STEPS_PER_REPORT * times, lambda: next(signs, None)),
                "lists": (SCREENS * times / 2, lambda: next(lists)),
                "details": (SCREENS * times / 2, lambda: next(ones)),
                "boards": (BOARDS * times, lambda: post(
                    "/graphql", asked.body(asked.BOARD), dice.choice(staff), server.port
                )),
                "loop lag (a probe that does nothing)": (PROBES, lambda: get("/healthz", "", server.port)),
            }  # fmt: skip
            took: dict[str, list[float]] = defaultdict(list)
            refused: dict[str, int] = defaultdict(int)
            caller = Caller(server.port)
            began = time.perf_counter()
            await asyncio.gather(*(
                _stream(name, rate, make, caller, seconds, took, refused)
                for name, (rate, make) in kinds.items()
            ))  # fmt: skip
            lasted = time.perf_counter() - began
            closed = sum(one.closed is not None for one in listeners)
            await hang_up(listeners)
            caller.close()
            return _table(engine, times, lasted, took, refused, sockets, closed, len(heard), server.rss)


async def _stream(
    name: str, rate: float, make: Make, caller: Caller, seconds: float, took: dict[str, list[float]],
    refused: dict[str, int],
) -> None:  # fmt: skip
    """Asks at a steady rate, each question in a task of its own."""

    async def once(request: bytes) -> None:
        try:
            status, body, waited = await asyncio.wait_for(caller.ask(request), 30)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            refused[name] += 1
            return
        if status == 200 and b'"errors":' not in body:
            took[name].append(waited)
        else:
            refused[name] += 1

    began, tasks = time.perf_counter(), []
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
        request = make()
        if request is None:
            break
        tasks.append(asyncio.create_task(once(request)))
    await asyncio.gather(*tasks)


def _table(
    engine: Engine, times: float, lasted: float, took: dict[str, list[float]], refused: dict[str, int],
    sockets: int, closed: int, frames: int, rss: int,
) -> str:  # fmt: skip
    lines = [
        f"{times:g} × a district's peak on one server, {engine}, {lasted:.0f} s, {sockets:,} sockets "
        f"({closed} closed, {frames:,} events delivered), {rss / 1e6:.0f} MB", "",
        "| what | per second | p50 ms | p99 ms | max ms | refused |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, seconds in took.items():
        ranked = sorted(seconds)
        at = [ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.99)], ranked[-1]]
        cells = [
            name,
            number(len(ranked) / lasted),
            *(number(each * 1000) for each in at),
            str(refused[name]),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _endless(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=ENGINES, default="postgres")
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--sockets", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    told = uvloop.run(play(given.store, given.times, given.seconds, given.sockets, given.workers))
    PEAK.write_text(told + "\n", encoding="utf-8")
    print(told)
