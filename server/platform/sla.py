"""Timers: how long something may take, how much of it is used, and who is told at which mark.

A timer belongs to a subject `(kind, id)` under a name ("handle", "sign"); one of a name is live at most.
Its first deadline is never changed: every later one is an appended revision with its reason.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Index, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, Pause, TimeUnit, WorkCalendar
from server.kernel.errors import CityError
from server.platform.db import UtcDateTime
from server.platform.rows import fresh

if TYPE_CHECKING:
    from server.platform.work import Office, Work

RUN_OUT = 100
MARKS = (
    80,
    RUN_OUT,
    150,
    200,
)  # percent of the active time: yellow, red, escalated (G1, row T), red card (A12)
BATCH = 50
SET_ASIDE = timedelta(minutes=10)
CALENDAR_CHANGED = "calendar"
# A person locks the subject and then its timer, a sweep the other way round: so the sweep must not wait.
GIVE_WAY = text("set local lock_timeout = '200ms'")
WAITING = text("next_mark_at is not null")


class NoSuchClock(CityError):
    """The subject has no timer of that name in the condition the verb needs."""

    code = "NO_SUCH_CLOCK"


class ClockRunOut(CityError):
    """The time is over, so it cannot be extended."""

    code = "CLOCK_RUN_OUT"


class MarkFailed(Exception):
    """Whoever should hear of a mark broke down; nothing of that sweep was kept."""

    def __init__(self, timer_id: str) -> None:
        super().__init__(timer_id)
        self.timer_id = timer_id


class Timer(SQLModel, table=True):
    """One limit running on one subject. Overdue is a level, not a state; overtime is fixed at the stop."""

    __table_args__ = (
        Index("timer_subject", "subject_kind", "subject_id"),
        Index("timer_next_mark", "next_mark_at", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: str = Field(default_factory=lambda: str(uuid4()), primary_key=True)
    subject_kind: str
    subject_id: str
    name: str
    unit: str
    limit_value: float  # extensions included
    started_at: datetime = Field(sa_type=UtcDateTime)
    original_due_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # None while paused: nobody knows it
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_why: str | None = None
    paused_times: int = 0
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    level: int = 0  # the highest mark passed
    next_mark_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    overtime: bool = False
    area: str
    provisional: bool = False  # the deadline crosses a year whose holidays are not announced yet
    calendar: int = 0  # the edition it was reckoned by

    @property
    def limit(self) -> Limit:
        """How long it may take, extensions included."""
        return Limit(self.limit_value, TimeUnit(self.unit))

    @property
    def running(self) -> bool:
        """Neither paused nor stopped."""
        return self.paused_at is None and self.stopped_at is None

    @property
    def overdue(self) -> bool:
        """The time is over."""
        return self.level >= RUN_OUT


class TimerPause(SQLModel, table=True):
    """An interval that does not count; open while the timer is paused."""

    __tablename__ = "timer_pause"

    id: str = Field(default_factory=lambda: str(uuid4()), primary_key=True)
    timer_id: str = Field(index=True)
    paused_at: datetime = Field(sa_type=UtcDateTime)
    resumed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str
    by: str


class DeadlineRevision(SQLModel, table=True):
    """A deadline that moved: why, by whom, from when to when. Rows are only ever added."""

    __tablename__ = "deadline_revision"

    id: str = Field(default_factory=lambda: str(uuid4()), primary_key=True)
    timer_id: str = Field(index=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    old: datetime | None = Field(sa_type=UtcDateTime)  # None: the timer it replaces was never started
    new: datetime = Field(sa_type=UtcDateTime)


OnMark = Callable[["Work", Timer, int], Awaitable[None]]


async def start(
    work: "Work", kind: str, id: str, name: str, limit: Limit, *, area: str, at: datetime | None = None
) -> Timer:
    """Start a timer now, or as of `at`; marks that have passed by then are set at once and told to nobody."""
    since = at or work.now
    due_at, provisional = work.office.calendar.deadline(since, limit)
    timer = fresh(
        Timer, subject_kind=kind, subject_id=id, name=name, unit=limit.unit, limit_value=limit.value,
        started_at=since, original_due_at=due_at, due_at=due_at, area=area, provisional=provisional,
        calendar=work.office.calendar.edition,
    )  # fmt: skip
    _advance(work.office.calendar, timer, (), work.now)
    work.add(timer)
    if (kind, id) in work.clocks:
        work.clocks[kind, id].append(timer)
    return timer


def begin(work: "Work", kind: str, id: str) -> None:
    """The subject is new, so it has no timers to look for."""
    work.clocks[kind, id] = []


async def live(work: "Work", kind: str, id: str) -> list[Timer]:
    """The timers of a subject that have not ended, running or paused.

    Read and locked once in a unit of work, so whoever changes one waits for the sweep, and the sweep
    passes it by.
    """
    if (kind, id) not in work.clocks:
        rows = select(Timer).where(
            Timer.subject_kind == kind, Timer.subject_id == id, col(Timer.stopped_at).is_(None)
        )
        locked = rows.with_for_update().execution_options(populate_existing=True)
        stored = (await work.session.exec(locked)).all()
        started = [row for row in work.added if isinstance(row, Timer) and row.subject_id == id]
        work.clocks[kind, id] = [*stored, *(row for row in started if row.subject_kind == kind)]
    return [timer for timer in work.clocks[kind, id] if timer.stopped_at is None]


async def restart(
    work: "Work", kind: str, id: str, name: str, limit: Limit, *, area: str, reason: str
) -> Timer:
    """End the timer of that name, if one lives, and start a fresh one that remembers the last deadline."""
    last = await _named(work, kind, id, name)
    if last:
        await _stop(work, last)
    else:
        ended = select(Timer).where(Timer.subject_kind == kind, Timer.subject_id == id, Timer.name == name)
        last = (await work.session.exec(ended.order_by(col(Timer.started_at).desc()).limit(1))).first()
    timer = await start(work, kind, id, name, limit, area=area)
    _note(work, timer.id, reason, old=last.due_at if last else None, new=timer.original_due_at)
    return timer


async def pause(work: "Work", kind: str, id: str, name: str, why: str) -> Timer:
    """Stop counting until `resume`. Raises NoSuchClock unless the timer runs."""
    timer = await _live(work, kind, id, name, paused=False)
    timer.paused_at, timer.paused_why, timer.due_at, timer.next_mark_at = work.now, why, None, None
    timer.paused_times += 1
    work.session.add(TimerPause(timer_id=timer.id, paused_at=work.now, why=why, by=work.actor.id))
    return timer


async def resume(work: "Work", kind: str, id: str, name: str) -> Timer:
    """Count on with what was left. Raises NoSuchClock unless the timer is paused."""
    timer = await _live(work, kind, id, name, paused=True)
    before, reason = await _pauses(work.session, timer), timer.paused_why or ""
    this_one = await _end_pause(work, timer)
    old = work.office.calendar.due(timer.started_at, timer.limit, before)
    reckon(work, timer, [*before, this_one], reason=reason, old=old)
    return timer


async def extend(work: "Work", kind: str, id: str, name: str, extra: Limit, reason: str) -> Timer:
    """Add `extra`, in the timer's own unit. Raises NoSuchClock unless it runs, ClockRunOut after the end."""
    timer = await _live(work, kind, id, name, paused=False)
    if extra.unit != timer.unit:
        raise ValueError(f"{name} runs in {timer.unit}, not in {extra.unit}")
    if timer.due_at is None or work.now > timer.due_at:
        raise ClockRunOut(clock=name)
    timer.limit_value += extra.value
    reckon(work, timer, await _pauses(work.session, timer), reason=reason, old=timer.due_at)
    return timer


async def retime(work: "Work", kind: str, id: str, name: str, limit: Limit, *, reason: str) -> Timer | None:
    """Count a live timer against another limit, from its own start. None when no timer of that name lives."""
    timer = await _named(work, kind, id, name)
    if timer is None or timer.limit == limit:
        return timer
    timer.unit, timer.limit_value = limit.unit, limit.value
    if timer.running:
        reckon(work, timer, await _pauses(work.session, timer), reason=reason, old=timer.due_at)
    return timer


async def stop(work: "Work", kind: str, id: str, name: str) -> Timer | None:
    """End the timer and fix whether it ran over. None when no timer of that name is live."""
    timer = await _named(work, kind, id, name)
    return await _stop(work, timer) if timer else None


async def stop_all(work: "Work", kind: str, id: str) -> list[Timer]:
    """End every timer of a subject that is over and done with."""
    return [await _stop(work, timer) for timer in await live(work, kind, id)]


async def sweep(
    work: "Work", on_mark: Mapping[str, OnMark], *, batch: int = BATCH, aside: Collection[str] = ()
) -> int:
    """Tell of the marks that are due, the oldest first. Returns how many timers had one.

    `on_mark` names one listener per kind of subject. It hears each mark passed since the last sweep, in
    order, until it pauses or ends the timer. Two processes never get the same timer. Raises MarkFailed;
    also the store's own error, when people hold what a listener needs: they go first.
    """
    if not work.office.store.embedded:
        await (await work.session.connection()).execute(GIVE_WAY)
    due = select(Timer).where(col(Timer.next_mark_at) <= work.now, col(Timer.id).not_in(aside))
    oldest = due.order_by(col(Timer.next_mark_at)).limit(batch).with_for_update(skip_locked=True)
    timers = (await work.session.exec(oldest)).all()
    pauses = await pauses_of(work.session, timers)
    for timer in timers:
        await asyncio.sleep(0)  # the embedded store answers in the loop: let others have it in between
        told, tell = timer.level, on_mark.get(timer.subject_kind)
        if timer.running:
            _advance(work.office.calendar, timer, pauses[timer.id], work.now)
        for mark in MARKS:
            if tell and timer.running and told < mark <= timer.level:
                try:
                    await tell(work, timer, mark)
                except Exception as error:
                    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                        raise  # not the listener's fault: a lock, a disk, a lost connection
                    raise MarkFailed(timer.id) from error
    return len(timers)


def sweeper(on_mark: Mapping[str, OnMark]) -> Callable[["Office"], Coroutine[Any, Any, int]]:
    """`sweep` as a job. A timer whose mark cannot be told is set aside for a while; the others pass it."""
    aside: dict[str, datetime] = {}

    async def run(office: "Office") -> int:
        try:
            async with office.work(SYSTEM) as work:
                for id in [id for id, until in aside.items() if until <= work.now]:
                    del aside[id]
                return await sweep(work, on_mark, aside=aside)
        except MarkFailed as failed:
            aside[failed.timer_id] = office.clock() + SET_ASIDE
            raise

    return run


async def clocks_of(session: AsyncSession, kind: str, ids: Iterable[str]) -> dict[str, list[Timer]]:
    """The timers of each subject in one read, the oldest first; a subject without any has an empty list."""
    found: dict[str, list[Timer]] = {id: [] for id in ids}
    mine = select(Timer).where(Timer.subject_kind == kind, col(Timer.subject_id).in_(found))
    for timer in await session.exec(mine.order_by(col(Timer.started_at))):
        found[timer.subject_id].append(timer)
    return found


def current(timers: Iterable[Timer]) -> Timer | None:
    """The live one that presses most: the earliest deadline, a paused one last. None when all have ended."""
    live = [timer for timer in timers if timer.stopped_at is None]
    return min(live, key=lambda timer: (timer.due_at is None, timer.due_at or timer.started_at), default=None)


async def used(session: AsyncSession, calendar: WorkCalendar, timer: Timer, now: datetime) -> float:
    """The active share of the limit: 0.5 is half of it, 1.25 a quarter over."""
    until = timer.stopped_at or timer.paused_at or now
    pauses = await _pauses(session, timer)
    return calendar.elapsed(timer.started_at, until, timer.limit.unit, pauses) / timer.limit_value


def _advance(
    calendar: WorkCalendar, timer: Timer, pauses: Sequence[Pause], now: datetime, *, most: int = MARKS[-1]
) -> None:
    """Set the level to the highest mark passed by `now`, or `most`, and when the next one is to be told.

    The end is the deadline that was told, also where a later calendar would have set another.
    """
    timer.level, timer.next_mark_at = 0, None
    for mark in MARKS:
        at = timer.due_at if mark == RUN_OUT else None
        at = at or calendar.mark(timer.started_at, timer.limit, mark, pauses)
        if at > now or mark > most:
            timer.next_mark_at = at
            break
        timer.level = mark


def reckon(work: "Work", timer: Timer, pauses: Sequence[Pause], *, reason: str, old: datetime | None) -> bool:
    """Work the deadline out anew and note it. True when it moved."""
    new, timer.provisional = work.office.calendar.deadline(timer.started_at, timer.limit, pauses)
    timer.due_at, timer.calendar = new, work.office.calendar.edition
    _advance(work.office.calendar, timer, pauses, work.now, most=timer.level)  # the sweep tells what is new
    if new != old:
        _note(work, timer.id, reason, old=old, new=new)
    return new != old


def _note(work: "Work", timer_id: str, reason: str, *, old: datetime | None, new: datetime) -> None:
    work.session.add(
        DeadlineRevision(timer_id=timer_id, reason=reason, by=work.actor.id, at=work.now, old=old, new=new)
    )


async def _stop(work: "Work", timer: Timer) -> Timer:
    calendar, ended = work.office.calendar, timer.paused_at or work.now
    pauses = await _pauses(work.session, timer)
    due_at = timer.due_at or calendar.due(timer.started_at, timer.limit, pauses)
    if timer.paused_at:
        await _end_pause(work, timer)
    _advance(calendar, timer, pauses, ended)  # a late sweep may have missed a mark; an act may be dated back
    timer.overtime = ended > due_at
    timer.stopped_at, timer.due_at, timer.next_mark_at = work.now, due_at, None
    return timer


async def _end_pause(work: "Work", timer: Timer) -> Pause:
    [row] = [row for row in await _pause_rows(work.session, {timer.id}) if row.resumed_at is None]
    row.resumed_at, timer.paused_at, timer.paused_why = work.now, None, None
    return row.paused_at, work.now


async def _named(work: "Work", kind: str, id: str, name: str) -> Timer | None:
    """The subject's live timer of that name; there is one at most."""
    return next((timer for timer in await live(work, kind, id) if timer.name == name), None)


async def _live(work: "Work", kind: str, id: str, name: str, *, paused: bool) -> Timer:
    timer = await _named(work, kind, id, name)
    if timer is None or (timer.paused_at is not None) != paused:
        raise NoSuchClock(clock=name)
    return timer


async def _pauses(session: AsyncSession, timer: Timer) -> list[Pause]:
    return (await pauses_of(session, [timer]))[timer.id]


async def pauses_of(session: AsyncSession, timers: Iterable[Timer]) -> Mapping[str, list[Pause]]:
    """The pauses of each timer that are over, in order."""
    found: dict[str, list[Pause]] = defaultdict(list)
    if ids := {timer.id for timer in timers if timer.paused_times}:
        for row in await _pause_rows(session, ids):
            if row.resumed_at:
                found[row.timer_id].append((row.paused_at, row.resumed_at))
    return found


async def _pause_rows(session: AsyncSession, timer_ids: Collection[str]) -> list[TimerPause]:
    """Every pause of the timers, in order, those of this unit of work too."""
    stored = await session.exec(select(TimerPause).where(col(TimerPause.timer_id).in_(timer_ids)))
    added = [row for row in session.new if isinstance(row, TimerPause) and row.timer_id in timer_ids]
    return sorted([*stored, *added], key=lambda row: row.paused_at)
