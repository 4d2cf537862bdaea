"""kill -9 while people report: what was acknowledged is there, once."""

import asyncio

from server.settings import Settings
from tests.faults.process import Crowd, Watcher, nothing_lost_nothing_doubled, serving

ROUNDS = 10
BETWEEN = 15  # acknowledged reports between two kills


async def test_ten_kills_in_mid_load_lose_and_double_nothing(settings: Settings) -> None:
    async with serving(settings) as server:
        crowd, watcher = Crowd(server), Watcher(server.address)
        async with watcher.watching():
            async with crowd.reporting():
                for _ in range(ROUNDS):
                    await crowd.more(BETWEEN)
                    await asyncio.to_thread(server.kill)
                    await asyncio.to_thread(server.start)
                await crowd.more(BETWEEN)
            await watcher.caught_up(crowd.acknowledged)
        watcher_saw_each_once(watcher, crowd)
        assert watcher.lost >= ROUNDS
        assert server.complaints() == []
    await nothing_lost_nothing_doubled(settings, crowd)


def watcher_saw_each_once(watcher: Watcher, crowd: Crowd) -> None:
    """No event is missed, and none told twice."""
    assert crowd.acknowledged <= watcher.seen.keys()
    assert set(watcher.seen.values()) == {1}
