"""Redis killed with sockets open: it only wakes, so nothing is missed."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import Settings
from tests.faults.process import Crowd, Process, Watcher, nothing_lost_nothing_doubled, serving
from tests.servers import Child, redis_server

ROUNDS = 3
BETWEEN = 15  # acknowledged reports before and after each kill


@pytest.fixture
def broker() -> Iterator[Child]:
    """A Redis that may be killed."""
    with redis_server() as child:
        yield child


async def test_a_broker_that_dies_costs_no_event(postgres_store: str, broker: Child, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, database_url=postgres_store, redis_url=f"redis://127.0.0.1:{broker.port}/0"
    )
    async with serving(settings) as first:
        second = Process(settings)
        await asyncio.to_thread(second.start)
        crowd, watcher = Crowd(first), Watcher(second.address)
        async with watcher.watching():
            async with crowd.reporting():
                for _ in range(ROUNDS):
                    await crowd.more(BETWEEN)
                    await asyncio.to_thread(broker.stop, signal.SIGKILL)
                    await crowd.more(BETWEEN)
                    await asyncio.to_thread(broker.start)
            await watcher.caught_up(crowd.acknowledged)
        await asyncio.to_thread(second.stop)
        assert set(watcher.seen.values()) == {1}
        assert watcher.lost == 0
        assert set(crowd.answers) <= {"200", "200 TOO_MANY_REPORTS"}
        assert first.complaints() == second.complaints() == []
    await nothing_lost_nothing_doubled(settings, crowd)
