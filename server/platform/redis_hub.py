"""The hub of many processes: Redis carries the keys to wake, and nothing else."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.platform.news import LocalHub

CHANNEL = "sanwei:wake"
ANSWER_SECONDS = 2.0  # after that Redis counts as away
LOOK_SECONDS = 10.0  # how often a silent line is tried
AGAIN_SECONDS = 1.0
AWAY = (RedisError, OSError, TimeoutError)


class RedisHub:
    """Publishes wakes to every process and wakes the listeners here when one arrives.

    Redis may be down or lose a message: readers look at the store every few seconds anyway.
    """

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._local = LocalHub()
        self._relaying: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._unpublished: dict[str, None] = {}

    def listen(self, keys: Iterable[str]) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever one of `keys` is woken in any process."""
        if self._relaying is None:
            self._relaying = asyncio.create_task(self._relay())
        return self._local.listen(keys)

    async def wake(self, keys: Iterable[str]) -> None:
        """Wake the listeners of `keys` here at once, elsewhere through Redis: nobody waits for that.

        What is woken while a message is on its way goes into the next one, all of it.
        """
        mine = dict.fromkeys(keys)
        await self._local.wake(mine)
        self._unpublished |= mine
        if self._unpublished and (self._publishing is None or self._publishing.done()):
            self._publishing = asyncio.create_task(self._publish())

    async def close(self) -> None:
        """Stop relaying."""
        for task in filter(None, (self._relaying, self._publishing)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._redis.aclose()

    async def _publish(self) -> None:
        while self._unpublished:
            keys, self._unpublished = list(self._unpublished), {}
            with suppress(*AWAY):
                await self._redis.publish(CHANNEL, json.dumps(keys))

    async def _relay(self) -> None:
        while True:
            with suppress(*AWAY):
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._hear(pubsub)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self, pubsub: PubSub) -> None:
        """Pass on what arrives, until the line is silent even when asked."""
        asked = False
        while True:
            message = await pubsub.get_message(timeout=LOOK_SECONDS)
            if message is None:
                if asked:
                    return
                await pubsub.ping()
                asked = True
                continue
            asked = False
            if message["type"] == "message":
                await self._local.wake(json.loads(message["data"]))
            elif message["type"] == "subscribe":  # anew: nobody knows what was lost meanwhile
                await self._local.wake(self._local.keys)
