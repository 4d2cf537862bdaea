"""The hub of many processes: Redis carries the keys to wake, and nothing else."""

import asyncio
import contextlib
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.platform.news import LocalHub

CHANNEL = "sanwei:wake"


class RedisHub:
    """Publishes wakes to every process and wakes the listeners here when one arrives.

    Redis may be down or lose a message: readers look at the store every few seconds anyway.
    """

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)
        self._local = LocalHub()
        self._task: asyncio.Task[None] | None = None

    def listen(self, keys: Iterable[str]) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever one of `keys` is woken in any process."""
        if self._task is None:
            self._task = asyncio.create_task(self._relay())
        return self._local.listen(keys)

    async def wake(self, keys: Iterable[str]) -> None:
        """Wake the listeners of `keys` here at once, elsewhere through Redis."""
        mine = list(keys)
        await self._local.wake(mine)
        with contextlib.suppress(RedisError, OSError):
            await self._redis.publish(CHANNEL, json.dumps(mine))

    async def close(self) -> None:
        """Stop relaying."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._redis.aclose()

    async def _relay(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            await self._local.wake(json.loads(message["data"]))
            except (RedisError, OSError):
                await asyncio.sleep(1)
