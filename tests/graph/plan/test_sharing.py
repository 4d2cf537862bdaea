"""One plan serves many tasks and threads at once: everything of an execution is its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from tests.graph.plan.both import Prepared, data, prepare
from tests.graph.plan.rows import Row
from tests.graph.plan.test_hostile import a_row
from tests.graph.plan.world import SCHEMA, Surroundings

TEXT = """query ($prefix: String!, $box: Box) {
    orders { id title label(prefix: $prefix) age(box: $box)
             named { name } target { __typename } unit { name } }
}"""
TASKS, THREADS, ROUNDS = 200, 8, 8


def asked(n: int) -> tuple[Prepared, Surroundings]:
    """The same document each time, with variables, rows and surroundings of its own."""
    prepared = prepare(SCHEMA, TEXT, {"prefix": f"p{n}-", "box": {"west": 1, "states": ["FILED"] * (n % 5)}})
    return prepared, Surroundings([a_different(n, row) for row in range(3)], bias=n)


def a_different(n: int, row: int) -> Row:
    """Some of them break, so errors must not meet either."""
    return replace(
        a_row(), id=f"{n}/{row}", priority=n + row, unit_id=row % 2, title=None if n % 7 == 0 else "t",
        broken=frozenset({"age"} if n % 3 == 0 else ()),
    )  # fmt: skip


async def expected(n: int) -> tuple[bytes, int]:
    prepared, around = asked(n)
    result = await prepared.stock(around)
    return data(result), len(result.errors or ())


async def answered(first: Prepared, n: int) -> tuple[bytes, int]:
    prepared, around = asked(n)
    result = await replace(first, variables=prepared.variables).planned(around)
    return data(result), len(result.errors or ())


async def test_many_tasks():
    shared, _ = asked(0)
    got = await asyncio.gather(*(answered(shared, n) for n in range(TASKS)))
    wanted = [await expected(n) for n in range(TASKS)]
    assert got == wanted
    assert len({count for _, count in got}) > 2


async def test_many_threads():
    shared, _ = asked(0)
    together = Barrier(THREADS)

    def work(thread: int) -> list[tuple[bytes, int]]:
        async def all_of_them() -> list[tuple[bytes, int]]:
            together.wait(10)
            return [await answered(shared, n) for n in range(thread, THREADS * ROUNDS, THREADS)]

        return asyncio.run(all_of_them())

    with ThreadPoolExecutor(THREADS) as pool:
        found = await asyncio.gather(
            *(asyncio.get_running_loop().run_in_executor(pool, work, n) for n in range(THREADS))
        )
    for thread, got in enumerate(found):
        assert got == [await expected(n) for n in range(thread, THREADS * ROUNDS, THREADS)]
