"""The one loop behind the city: sweeps, held acts, retries, retention.

A job opens its own units of work, so what it did is kept or lost as a whole. It claims rows with SKIP
LOCKED, so several processes may run the same loop over PostgreSQL; over SQLite there is only one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.platform.work import Office

log = logging.getLogger(__name__)

Run = Callable[
    [Office], Awaitable[int]
]  # returns how much it did; while that is more than 0 there may be more


@dataclass(slots=True)
class Job:
    """Something done again and again."""

    name: str
    run: Run
    every: float  # seconds
    next_at: float = 0.0  # on the loop's own clock


class Jobs:
    """Runs each job when its seconds are over, one after another. An error is logged and costs one turn."""

    def __init__(self, office: Office, every: float) -> None:
        self._office, self._every = office, every
        self._jobs: list[Job] = []

    def add(self, name: str, run: Run, *, every: float | None = None) -> None:
        """Register a job; `every` is for those that need not look each time."""
        self._jobs.append(Job(name, run, every or self._every))

    async def tick(self) -> bool:
        """Give each job that is due one turn. True when one of them may have more to do at once."""
        more = False
        for job in self._jobs:
            if job.next_at > (now := asyncio.get_running_loop().time()):
                continue
            if await self._turn(job):
                more = True
            else:
                job.next_at = now + job.every
        return more

    async def drain(self) -> None:
        """Let every job run, due or not, until there is nothing left to do."""
        for job in self._jobs:
            while await self._turn(job):
                pass

    async def run(self) -> None:
        """Tick until cancelled; a turn that is cut off leaves nothing half done."""
        while True:
            more = await self.tick()
            await asyncio.sleep(0 if more else self._every)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The loop, for as long as the block lasts."""
        task = asyncio.create_task(self.run(), name="jobs")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _turn(self, job: Job) -> int:
        try:
            return await job.run(self._office)
        except Exception:
            log.exception("job %s failed", job.name)
            return 0
