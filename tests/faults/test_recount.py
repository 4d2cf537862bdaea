"""kill -9 while a new calendar moves the deadlines: another process goes on, and each moves once."""

import asyncio
import sys
from datetime import datetime

from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, TimeUnit
from server.platform import almanac, editions, recount, sla
from server.platform.editions import Shelf
from server.platform.sla import DeadlineRevision, Timer
from server.settings import Settings
from tests.city import an_office
from tests.clock import SHANGHAI, Clock
from tests.factories import STREET, an_id, an_officer
from tests.faults import recounting
from tests.platform.test_almanac import NOTICE, a_calendar

CLOCKS = 60


async def test_a_recount_that_is_killed_goes_on_where_it_stopped(settings: Settings, clock: Clock) -> None:
    clock.set(datetime.now(SHANGHAI))
    async with an_office(settings, clock) as office:
        async with office.work(SYSTEM) as work:
            for _ in range(CLOCKS):
                at = datetime(2027, 2, 4, 10, tzinfo=SHANGHAI)
                await sla.start(
                    work, "order", an_id(), "handle", Limit(9, TimeUnit.WORK_DAY), area=STREET, at=at
                )
        await published(office)
        command = [sys.executable, "-m", recounting.__name__, str(settings.data_dir), settings.database]
        child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert child.stdout and await child.stdout.readline() == b"1\n"
        child.kill()
        await child.wait()
        before = await moved(office)
        assert 0 < len(before) < CLOCKS
        async with office.work(SYSTEM) as work:
            left = await recount.recount(work, {"order": recounting.orders}, batch=CLOCKS)
        assert left == CLOCKS - len(before)
        after = await moved(office)
        assert len(after) == CLOCKS == len({row.timer_id for row in after})
        async with office.reading() as session:
            timers = (await session.exec(select(Timer))).all()
        assert {timer.calendar for timer in timers} == {1}
        assert {timer.due_at for timer in timers} == {datetime(2027, 2, 23, 18, tzinfo=SHANGHAI)}


async def published(office):
    ann, ben = an_officer(id="ann"), an_officer(id="ben")
    async with office.work(ann) as work:
        row = await editions.propose(work, almanac.KIND, a_calendar(*NOTICE))
    async with office.work(ben) as work:
        await editions.publish(work, almanac.KIND, row.no)
    await office.of(Shelf).refresh(office)


async def moved(office):
    async with office.reading() as session:
        return (await session.exec(select(DeadlineRevision))).all()
