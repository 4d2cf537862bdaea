"""PostgreSQL stopped at once, three times, while people report."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import Settings
from tests.conftest import migrate
from tests.faults.process import Crowd, Watcher, nothing_lost_nothing_doubled, serving
from tests.servers import Postgres, postgres_cluster

ROUNDS = 3
BETWEEN = 20  # acknowledged reports between two stops
AWAY_SECONDS = 1.0


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgres]:
    """A cluster that keeps what it has acknowledged."""
    with postgres_cluster(durable=True) as cluster:
        yield cluster


async def test_a_store_that_stops_is_waited_for_and_nothing_is_lost(
    durable: Postgres, tmp_path: Path
) -> None:
    url = await durable.create("city")
    await migrate(url)
    settings = Settings(data_dir=tmp_path, database_url=url)
    async with serving(settings) as server:
        crowd, watcher = Crowd(server), Watcher(server.address)
        async with watcher.watching():
            async with crowd.reporting():
                for _ in range(ROUNDS):
                    await crowd.more(BETWEEN)
                    await asyncio.to_thread(durable.child.stop, signal.SIGQUIT)
                    await asyncio.sleep(AWAY_SECONDS)
                    assert not server.ready()
                    await asyncio.to_thread(durable.child.start)
                await crowd.more(BETWEEN)
            await watcher.caught_up(crowd.acknowledged)
        assert set(watcher.seen.values()) == {1}
        assert any(answer.endswith("UNAVAILABLE") for answer in crowd.answers)
    await nothing_lost_nothing_doubled(settings, crowd)
