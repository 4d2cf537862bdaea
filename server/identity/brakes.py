"""How often something may be tried, per person or address and by everybody together."""

import ipaddress
import logging
import time
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from server.identity.errors import TooMany

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

log = logging.getLogger(__name__)
EVERYBODY = "everybody"
ANSWER_SECONDS = 1.0  # a broker slower than this counts as away
V6_NETWORK = 64  # one household or phone owns all addresses of such a network


@dataclass(frozen=True, slots=True)
class Brake:
    """`each`: for one identifier; `total`: for all together, so that many addresses do not help."""

    name: str
    each: RateLimitItem
    total: RateLimitItem


WRONG_PASSWORD = Brake("password", RateLimitItemPerMinute(15, 10), RateLimitItemPerMinute(300, 10))
CODE_BY_ADDRESS = Brake("code", RateLimitItemPerMinute(30, 10), RateLimitItemPerMinute(600, 10))
CODE_BY_PHONE = Brake("phone", RateLimitItemPerHour(10), RateLimitItemPerHour(6000))
WRONG_CODE = Brake("wrong-code", RateLimitItemPerMinute(15, 10), RateLimitItemPerMinute(300, 10))
WRONG_FAMILY_CODE = Brake("family-code", RateLimitItemPerMinute(5, 10), RateLimitItemPerMinute(300, 10))
MY_DATA = Brake("my-data", RateLimitItemPerHour(12), RateLimitItemPerHour(600))
GUEST = Brake("guest", RateLimitItemPerMinute(120), RateLimitItemPerMinute(3000))
UPLOAD = Brake("upload", RateLimitItemPerMinute(300, 10), RateLimitItemPerMinute(6000, 10))


class Brakes:
    """Counts in Redis when there is one, so that all processes count together; else in this process."""

    def __init__(self, redis_url: str = "") -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        self._pool: ConnectionPool | None = None
        if redis_url:
            from redis import asyncio as redis  # 18 MB that one process can do without

            self._pool = redis.ConnectionPool.from_url(
                redis_url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
            )
            storage = RedisStorage(
                f"async+{redis_url}", wrap_exceptions=True, implementation="redispy",
                key_prefix="sanwei:brakes",
                connection_pool=self._pool,  # type: ignore[arg-type]  # documented, but not in its types
            )  # fmt: skip
            self._shared = MovingWindowRateLimiter(storage)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._pool:
            await self._pool.disconnect()

    async def together(self) -> bool:
        """True when all processes count as one: Redis answers, or there is no other process."""
        return self._shared is None or await self._shared.storage.check()

    async def spend(self, brake: Brake, who: str) -> None:
        """Count one try. Raises TooMany with `retryAfter` in seconds."""
        await self._ask("hit", brake, who)

    async def check(self, brake: Brake, who: str) -> None:
        """Raise TooMany when the next `spend` would; counts nothing."""
        await self._ask("test", brake, who)

    async def _ask(self, verb: str, brake: Brake, who: str) -> None:
        try:
            await self._ask_of(self._shared or self._own, verb, brake, who)
        except StorageError:  # a lost broker must not lock everybody out, nor lift every brake
            log.warning("the shared brakes do not answer; counting in this process")
            await self._ask_of(self._own, verb, brake, who)

    async def _ask_of(self, limiter: MovingWindowRateLimiter, verb: str, brake: Brake, who: str) -> None:
        for item, key in ((brake.each, who), (brake.total, EVERYBODY)):
            free = await (limiter.hit if verb == "hit" else limiter.test)(item, brake.name, key)
            if not free:
                stats = await limiter.get_window_stats(item, brake.name, key)
                raise TooMany(retryAfter=max(1, ceil(stats.reset_time - time.time())))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, V6_NETWORK), strict=False))
    return str(parsed)
