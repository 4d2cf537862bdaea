"""After a new calendar: what is still to come is reckoned again, a little at a time.

A timer knows the edition it was reckoned by, so the work goes on where it was cut off, processes share it,
and a timer that a process began a moment too late under the old edition is found as well. What was late
stays late, and no announcement makes anybody late: such a deadline stays where it was told.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, Pause, TimeUnit, WorkCalendar
from server.platform import sla
from server.platform.editions import Meaning
from server.platform.sla import CALENDAR_CHANGED, Timer
from server.platform.work import Office, Work

BATCH = 100  # subjects in one unit of work
LOOK_AGAIN = timedelta(minutes=1)  # once nothing is left

OnCalendar = Callable[[Work, list[str]], Awaitable[int]]
"""Locks those of the subjects that nobody holds, calls `anew`, refreshes their rows; how many they were."""

OPEN = col(Timer.next_mark_at).is_not(None)  # paused and stopped ones have none; nor has what is past 150 %


async def recount(work: Work, on_calendar: Mapping[str, OnCalendar], *, batch: int = BATCH) -> int:
    """Reckon the timers of up to `batch` subjects by the calendar that holds. Returns how many it got."""
    stale = select(Timer.subject_kind, Timer.subject_id).where(
        OPEN, Timer.calendar < work.office.calendar.edition
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for kind, id in await work.session.exec(stale.distinct().limit(batch)):
        found[kind].append(id)
    return sum([await on_calendar[kind](work, sorted(ids)) for kind, ids in found.items()])


def recounter(
    on_calendar: Mapping[str, OnCalendar], after: Iterable[Callable[[Work], Awaitable[None]]] = ()
) -> Callable[[Office], Awaitable[int]]:
    """`recount` as a job. `after` puts right, whenever no timer is left, deadlines that have none."""
    look_at: dict[int, datetime] = {}  # by edition

    async def run(office: Office) -> int:
        edition, now = office.calendar.edition, office.clock()
        if edition == 0 or now < look_at.get(edition, now):
            return 0
        async with office.work(SYSTEM) as work:
            done = await recount(work, on_calendar)
            for each in () if done else after:
                await each(work)
        if not done:
            look_at[edition] = now + LOOK_AGAIN
        return done

    return run


async def anew(work: Work, kind: str, ids: Iterable[str]) -> dict[str, list[Timer]]:
    """Reckon what is live of the subjects, which the caller has locked. Returns, of those with a deadline
    that moved, all that is live."""
    mine = (Timer.subject_kind == kind, col(Timer.subject_id).in_(ids), col(Timer.stopped_at).is_(None))
    locked = select(Timer).where(*mine).with_for_update().execution_options(populate_existing=True)
    timers = (await work.session.exec(locked)).all()
    pauses = await sla.pauses_of(work.session, timers)
    live: defaultdict[str, list[Timer]] = defaultdict(list)
    moved = set()
    for timer in timers:
        live[timer.subject_id].append(timer)
        if timer.running and _move(work, timer, pauses[timer.id]):
            moved.add(timer.subject_id)
    return {id: live[id] for id in moved}


async def foresee(session: AsyncSession, calendar: WorkCalendar, now: datetime) -> list[Meaning]:
    """What a calendar would do to the open deadlines: how many move which way, and by how much at most."""
    rows: Sequence[Any] = (await session.exec(
        select(Timer.id, Timer.name, Timer.unit, Timer.limit_value, Timer.started_at, Timer.due_at,
               Timer.provisional, Timer.paused_times)  # type: ignore[call-overload]
        .where(OPEN, col(Timer.due_at) > now)
    )).all()  # fmt: skip
    pauses = await sla.pauses_of(session, rows)
    tally: Counter[str] = Counter()
    farthest: defaultdict[str, timedelta] = defaultdict(timedelta)
    for place, row in enumerate(rows):
        if place % BATCH == 0:
            await asyncio.sleep(0)
        limit = Limit(row.limit_value, TimeUnit(row.unit))
        new, provisional = calendar.deadline(row.started_at, limit, pauses[row.id])
        tally["provisional"] += provisional
        tally["firm"] += row.provisional and not provisional
        if new != row.due_at:
            way = "kept" if new <= now else "later" if new > row.due_at else "earlier"
            tally[way] += 1
            tally[f"{way} promise"] += row.name == "promise"
            farthest[way] = max(farthest[way], abs(new - row.due_at))
    means: list[Meaning] = [{"code": "deadlines_open", "n": len(rows)}]
    for way in ("earlier", "later"):
        if n := tally[way]:
            hours = round(farthest[way] / timedelta(hours=1), 1)
            means.append({
                "code": f"deadlines_{way}", "n": n, "promises": tally[f"{way} promise"], "hours": hours
            })  # fmt: skip
    means += [{"code": f"deadlines_{what}", "n": tally[what]}
              for what in ("kept", "firm", "provisional") if tally[what]]  # fmt: skip
    return means


def _move(work: Work, timer: Timer, pauses: list[Pause]) -> bool:
    calendar, old = work.office.calendar, timer.due_at
    if timer.calendar >= calendar.edition or old is None:
        return False
    timer.calendar = calendar.edition
    new, _ = calendar.deadline(timer.started_at, timer.limit, pauses)
    if old <= work.now or new <= work.now:
        return False
    return sla.reckon(work, timer, pauses, reason=CALENDAR_CHANGED, old=old)
