"""The one loop behind the city: sweeps, held acts, retries, retention.

A job opens its own units of work, so what it did is kept or lost as a whole. Every process runs the loop.
A job of every turn claims its rows with SKIP LOCKED; one with an interval claims its turn in the table
`job`, so it runs once per interval in the whole city, however many processes there are.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col

from server.platform.db import UtcDateTime
from server.platform.work import Office

LOOK_SECONDS = 60.0  # how often a process asks whose turn it is

log = logging.getLogger(__name__)

Run = Callable[
    [Office], Awaitable[int]
]  # returns how much it did; while that is more than 0 there may be more


class Turn(SQLModel, table=True):
    """When a job with an interval is to run next. Who moves the time on has the turn."""

    __tablename__ = "job"

    name: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(slots=True)
class Job:
    """Something done again and again."""

    name: str
    run: Run
    interval: timedelta | None  # None: each turn of the loop, in every process
    rest: float  # seconds between two looks
    look_at: float = 0.0  # on the loop's own clock


class Jobs:
    """Runs each job when its time has come, one after another. An error is logged and costs one turn."""

    def __init__(self, office: Office, every: float) -> None:
        self._office, self._every = office, every
        self._jobs: list[Job] = []

    def add(self, name: str, run: Run, *, every: float | None = None) -> None:
        """Register a job. With `every`, in seconds, it runs once in that time, in one of all processes."""
        interval = None if every is None else timedelta(seconds=every)
        self._jobs.append(Job(name, run, interval, min(every or self._every, LOOK_SECONDS)))

    async def tick(self) -> bool:
        """Give each job that is due one turn. True when one of them may have more to do at once."""
        more = False
        for job in self._jobs:
            if job.look_at > (now := asyncio.get_running_loop().time()):
                continue
            if await self._turn(job):
                more = True
            else:
                job.look_at = now + job.rest
        return more

    async def drain(self) -> None:
        """Let every job run, due or not, until there is nothing left to do."""
        for job in self._jobs:
            while await self._guarded(job, job.run):
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
        if job.interval is None:
            return await self._guarded(job, job.run)
        if not await self._guarded(job, lambda office: claim(office, job.name, job.interval)):
            return 0
        while await self._guarded(job, job.run):
            pass
        return 0
