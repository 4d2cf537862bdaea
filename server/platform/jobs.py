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

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col

from server.kernel.actors import SYSTEM
from server.platform.db import UtcDateTime
from server.platform.watch import watch
from server.platform.work import Office

LOOK_SECONDS = 60.0  # how often a process asks whose turn it is

log = logging.getLogger(__name__)

Run = Callable[[Office], Awaitable[int]]  # how much it did; while that is more than 0 there may be more


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
    rest: float  # seconds until this process looks again
    interval: timedelta | None = None  # None: every process runs it, and its rows are claimed
    look_at: float = 0.0  # on the loop's own clock
    busy: bool = False  # its last turn did something: there may be more


class Jobs:
    """Runs each job when its time has come, one after another. An error is logged and costs one turn."""

    def __init__(self, office: Office, every: float) -> None:
        self._office, self._every = office, every
        self._jobs: list[Job] = []

    def add(self, name: str, run: Run, *, every: timedelta | None = None) -> None:
        """Register a job. With `every` it runs once in that time, in one of all the processes."""
        rest = self._every if every is None else min(every.total_seconds(), LOOK_SECONDS)
        self._jobs.append(Job(name, run, rest, every))

    async def tick(self) -> bool:
        """Give each job that is due one turn. True when one of them may have more to do at once."""
        now = asyncio.get_running_loop().time()
        for job in self._jobs:
            if not job.busy and job.look_at > now:
                continue
            job.busy = await self._guarded(self._turn, job) > 0
            if not job.busy:
                job.look_at = now + job.rest
        return any(job.busy for job in self._jobs)

    async def drain(self, *, often: bool = False) -> None:
        """Let every job run, due or not, until there is nothing left to do; `often`: those of every turn."""
        for job in self._jobs:
            while (job.interval is None or not often) and await self._guarded(self._run, job):
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

    async def _turn(self, job: Job, office: Office) -> int:
        mine = job.interval is None or job.busy or await claim(office, job.name, job.interval)
        return await self._run(job, office) if mine else 0

    async def _run(self, job: Job, office: Office) -> int:
        with watch.job(job.name):
            return await job.run(office)

    async def _guarded(self, turn: Callable[[Job, Office], Awaitable[int]], job: Job) -> int:
        try:
            return await turn(job, self._office)
        except Exception:
            log.exception("job failed: %s", job.name, extra={"job": job.name})
            return 0


async def claim(office: Office, name: str, interval: timedelta) -> bool:
    """True for the one process that has the turn; the next turn is `interval` later."""
    async with office.work(SYSTEM) as work:
        row = {"name": name, "next_at": work.now + interval}
        insert = (sqlite if office.store.embedded else postgresql).insert(Turn).values(row)
        due = or_(
            col(Turn.next_at) <= work.now,
            col(Turn.next_at) > work.now + 2 * interval,  # set by a clock that was far ahead
        )
        moved = insert.on_conflict_do_update(
            index_elements=["name"], set_={"next_at": insert.excluded.next_at}, where=due
        )
        mine = await work.session.exec(moved.returning(col(Turn.name)))
        return mine.first() is not None
