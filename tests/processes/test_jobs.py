"""Two processes race for the same timers, the same held acts and the same hours: everything happens once."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

import pytest

from server.platform.holds import Hold
from server.platform.sla import MARKS
from tests.city import City
from tests.processes.servers import environment

pytestmark = [pytest.mark.timeout(240), pytest.mark.parametrize("store", ["postgres"], indirect=True)]
RACER = Path(__file__).with_name("racer.py")
ROUNDS = 25
ORDERS = 20


@pytest.fixture
async def racers(settings):
    """Two processes over the city's store, waiting for the word."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, RACER, str(ROUNDS), stdin=PIPE, stdout=PIPE, env=environment(settings)
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout and await process.stdout.readline() == b"ready\n"
    yield processes
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def race(racers: list[Process]) -> list[int]:
    """Both go at once; how many hours each had."""
    told = await asyncio.gather(*(process.communicate(b"go\n") for process in racers))
    assert [process.returncode for process in racers] == [0, 0]
    return [int(out) for out, _ in told]


async def test_what_is_due_happens_once_whoever_comes_first(city: City, racers):
    held = [await city.report() for _ in range(ORDERS)]
    for id in held:
        await city.ask_dispatch(id)
    turns = await race(racers)  # their clock is half a year ahead: everything is due
    assert sum(turns) == ROUNDS, "each hour was one process's"
    assert await city.rows(Hold) == []
    for id in held:
        lines = await city.lines(id)
        verbs = Counter((line.verb, line.detail.get("clock", "")) for line in lines)
        assert max(verbs.values()) == 1, verbs
        assert verbs["order.dispatch", ""] == 1 and (await city.order(id)).state == "dispatched"
        clocks = {clock for _, clock in verbs if clock}
        assert (
            clocks and {(f"order.clock_{mark}", clock) for mark in MARKS for clock in clocks} < verbs.keys()
        )
