"""Timers: marks on time, pauses that cost nobody anything, deadlines that are never rewritten."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

import server
from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit, TimeUnit, WorkCalendar
from server.platform import recount, sla
from server.platform.areas import AreaTree
from server.platform.db import open_store
from server.platform.news import LocalHub
from server.platform.sla import ClockRunOut, DeadlineRevision, NoSuchClock, Timer, TimerPause
from server.platform.work import Office, Work
from server.settings import Settings
from tests.clock import SHANGHAI
from tests.factories import STREET, an_id, an_officer

CALENDAR = Path(server.__file__).parent.parent / "shared" / "data" / "calendar.json"
UH, WH, WD, ND = TimeUnit


def at(wall: str) -> datetime:
    """The UTC instant of a wall clock in the week of the test: 03-02 09:00, a Monday."""
    return datetime.fromisoformat(f"2026-{wall}").replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture(scope="module")
def calendar():
    return WorkCalendar.load(CALENDAR)


@pytest.fixture(scope="module")
def areas():
    return AreaTree.of("440103")


@pytest.fixture
async def office(settings, clock, calendar, areas):
    store = open_store(settings.database)
    yield Office(settings=settings, store=store, hub=LocalHub(), calendar=calendar, areas=areas, clock=clock)
    await store.close()


class Order:
    """A subject with one timer, moved by public verbs, each in a unit of work of its own."""

    def __init__(self, office: Office, clock) -> None:
        self.office, self.clock, self.id, self.boss = office, clock, an_id(), an_officer()

    async def start(self, value: float, unit: TimeUnit, *, at: datetime | None = None) -> Timer:
        async with self.office.work(self.boss) as work:
            limit = Limit(value, unit)
            return await sla.start(work, "order", self.id, "handle", limit, area=STREET, at=at)

    async def do(self, verb, *facts, **more) -> Timer:
        async with self.office.work(self.boss) as work:
            timer: Timer = await verb(work, "order", self.id, "handle", *facts, **more)
            return timer

    async def timers(self) -> list[Timer]:
        async with self.office.reading() as session:
            return (await sla.clocks_of(session, "order", [self.id]))[self.id]

    async def timer(self) -> Timer:
        (timer,) = await self.timers()
        return timer

    async def rows(self, table) -> list[Any]:
        ids = [timer.id for timer in await self.timers()]
        async with self.office.reading() as session:
            return list(await session.exec(select(table).where(table.timer_id.in_(ids))))


@pytest.fixture
def order(office, clock):
    return Order(office, clock)


class Listener:
    """Hears marks of orders and remembers them."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, int]] = []

    async def __call__(self, work: Work, timer: Timer, level: int) -> None:
        self.heard.append((timer.subject_id, timer.name, level))

    async def sweep(self, office: Office, **how) -> int:
        async with office.work(SYSTEM) as work:
            return await sla.sweep(work, {"order": self}, **how)

    def levels(self) -> list[int]:
        return [level for _, _, level in self.heard]


@pytest.fixture
def listener():
    return Listener()


async def test_a_started_timer_knows_its_deadline_and_its_first_mark(order):
    timer = await order.start(4, WH)
    assert timer.due_at == timer.original_due_at == at("03-02 15:00")
    assert timer.next_mark_at == at("03-02 14:12")
    assert (timer.level, timer.overdue, timer.overtime, timer.provisional) == (0, False, False, False)
    assert await order.timer() == timer


async def test_a_timer_dated_back_is_marked_at_once_and_told_to_nobody(order, office, listener):
    timer = await order.start(4, WH, at=at("02-26 09:00"))
    assert (timer.level, timer.next_mark_at) == (200, None)
    half = await Order(office, order.clock).start(5, WD, at=at("02-24 09:00"))  # due 03-02 18:00
    assert (half.level, half.next_mark_at) == (80, half.due_at)
    assert await listener.sweep(office) == 0
    assert listener.heard == []


async def test_marks_are_told_once_each_and_in_time(order, office, clock, listener):
    await order.start(4, WH)
    marks = {"03-02 14:11": 0, "03-02 14:12": 80, "03-02 15:00": 100, "03-02 17:00": 150, "03-03 09:00": 200}
    for wall, level in marks.items():
        clock.set(at(wall))
        await listener.sweep(office)
        timer = await order.timer()
        assert (timer.level, timer.overdue) == (level, level >= 100)
    clock.advance(days=30)
    assert await listener.sweep(office) == 0
    assert listener.heard == [(order.id, "handle", level) for level in (80, 100, 150, 200)]
    assert timer.next_mark_at is None


async def test_a_late_sweep_tells_every_mark_it_missed_in_order(order, office, clock, listener):
    await order.start(4, WH)
    clock.advance(days=3)
    assert await listener.sweep(office) == 1
    assert listener.levels() == [80, 100, 150, 200]


async def test_a_listener_that_ends_the_timer_hears_no_more_of_it(order, office, clock):
    heard = []

    async def give_up(work, timer, level):
        heard.append(level)
        if level == 100:
            await sla.stop(work, timer.subject_kind, timer.subject_id, timer.name)

    await order.start(4, WH)
    clock.advance(days=3)
    async with office.work(SYSTEM) as work:
        await sla.sweep(work, {"order": give_up})
    assert heard == [80, 100]
    timer = await order.timer()
    assert timer.overtime and timer.next_mark_at is None and timer.stopped_at == clock()


async def test_a_sweep_takes_the_oldest_first_and_no_more_than_its_batch(office, clock, listener):
    orders = [Order(office, clock) for _ in range(5)]
    for order, hours in zip(orders, (5, 1, 4, 2, 3), strict=True):
        await order.start(hours, UH)
    clock.advance(hours=4)  # marks at 0:48, 1:36, 2:24, 3:12 and 4:00
    swept = [await listener.sweep(office, batch=2) for _ in range(4)]
    assert swept == [2, 2, 1, 0]
    first = list(dict.fromkeys(id for id, _, _ in listener.heard))
    assert first == [orders[i].id for i in (1, 3, 4, 2, 0)]


async def test_marks_of_a_kind_nobody_listens_to_are_kept_all_the_same(office, clock, listener):
    async with office.work(SYSTEM) as work:
        await sla.start(work, "case", "c1", "decide", Limit(1, UH), area=STREET)
    clock.advance(hours=1)
    assert await listener.sweep(office) == 1
    assert listener.heard == []
    async with office.reading() as session:
        (timer,) = (await sla.clocks_of(session, "case", ["c1"]))["c1"]
    assert timer.overdue


async def test_a_paused_timer_has_no_deadline_and_no_marks(order, office, clock, listener):
    await order.start(4, WH)
    clock.advance(hours=1)
    timer = await order.do(sla.pause, "waiting_for_parts")
    assert (timer.due_at, timer.next_mark_at) == (None, None)
    assert (timer.paused_at, timer.paused_why) == (at("03-02 10:00"), "waiting_for_parts")
    clock.advance(days=30)
    assert await listener.sweep(office) == 0
    assert (await order.timer()).level == 0


async def test_resume_counts_on_with_what_was_left(order, office, clock, listener):
    first = await order.start(4, WH)
    clock.set(at("03-02 11:00"))
    await order.do(sla.pause, "waiting_for_parts")
    clock.set(at("03-05 16:00"))
    timer = await order.do(sla.resume)
    assert timer.due_at == at("03-05 18:00")  # two of four hours were left
    assert timer.next_mark_at == at("03-05 17:12")
    assert timer.original_due_at == first.original_due_at == at("03-02 15:00")
    (pause,) = await order.rows(TimerPause)
    assert (pause.paused_at, pause.resumed_at, pause.why) == (
        at("03-02 11:00"),
        at("03-05 16:00"),
        "waiting_for_parts",
    )
    (revision,) = await order.rows(DeadlineRevision)
    assert (revision.old, revision.new) == (at("03-02 15:00"), at("03-05 18:00"))
    assert (revision.reason, revision.by, revision.at) == (
        "waiting_for_parts",
        order.boss.id,
        at("03-05 16:00"),
    )


async def test_a_mark_passed_before_the_pause_is_told_after_it_at_the_latest(order, office, clock, listener):
    await order.start(4, WH)
    clock.set(at("03-02 16:00"))
    await order.do(sla.pause, "no sweep came by")
    clock.set(at("03-03 09:00"))
    await order.do(sla.resume)
    assert await listener.sweep(office) == 1
    assert listener.levels() == [80, 100]
    assert (await order.timer()).next_mark_at == at("03-03 10:00")


async def test_two_pauses_add_up(order, clock):
    await order.start(20, WD, at=at("02-13 10:00"))
    for start, end in [("03-02 09:00", "03-09 09:00"), ("03-10 15:00", "03-13 15:00")]:
        clock.set(at(start))
        await order.do(sla.pause, "hearing")
        clock.set(at(end))
        timer = await order.do(sla.resume)
    assert timer.due_at == at("03-31 18:00")
    assert timer.original_due_at == at("03-19 18:00")
    revisions = sorted(await order.rows(DeadlineRevision), key=lambda row: row.at)
    assert [(row.old, row.new) for row in revisions] == [
        (at("03-19 18:00"), at("03-26 18:00")),
        (at("03-26 18:00"), at("03-31 18:00")),
    ]
    assert timer.paused_times == 2


async def test_pause_and_resume_within_one_instant_change_nothing(order):
    first = await order.start(4, WH)
    for _ in range(2):
        await order.do(sla.pause, "asking_back")
        timer = await order.do(sla.resume)
    assert (timer.due_at, timer.next_mark_at) == (first.due_at, first.next_mark_at)
    assert await order.rows(DeadlineRevision) == []
    assert len(await order.rows(TimerPause)) == 2


async def test_verbs_need_the_timer_in_the_right_condition(order):
    with pytest.raises(NoSuchClock):
        await order.do(sla.pause, "no timer yet")
    await order.start(4, WH)
    with pytest.raises(NoSuchClock):
        await order.do(sla.resume)
    await order.do(sla.pause, "once")
    with pytest.raises(NoSuchClock):
        await order.do(sla.pause, "twice")
    with pytest.raises(NoSuchClock):
        await order.do(sla.extend, Limit(4, WH), "more")
    await order.do(sla.stop)
    with pytest.raises(NoSuchClock):
        await order.do(sla.resume)
    assert await order.do(sla.stop) is None
    assert len(await order.rows(TimerPause)) == 1


async def test_an_extension_adds_to_the_limit_and_clears_the_yellow_mark(order, office, clock, listener):
    await order.start(4, WH)
    clock.set(at("03-02 14:30"))
    await listener.sweep(office)
    timer = await order.do(sla.extend, Limit(4, WH), "special cover")
    assert (timer.limit, timer.level) == (Limit(8, WH), 0)
    assert timer.due_at == at("03-03 09:00")  # the eighth hour after Monday 09:00
    (revision,) = await order.rows(DeadlineRevision)
    assert (revision.reason, revision.old, revision.new) == (
        "special cover",
        at("03-02 15:00"),
        at("03-03 09:00"),
    )
    assert timer.original_due_at == at("03-02 15:00")


async def test_what_is_over_cannot_be_extended(order, clock):
    await order.start(4, WH)
    clock.set(at("03-02 15:00") + timedelta(microseconds=1))
    with pytest.raises(ClockRunOut):
        await order.do(sla.extend, Limit(4, WH), "too late")
    assert (await order.timer()).limit == Limit(4, WH)
    assert await order.rows(DeadlineRevision) == []


async def test_at_the_deadline_itself_there_is_still_time_to_extend(order, clock):
    await order.start(4, WH)
    clock.set(at("03-02 15:00"))
    timer = await order.do(sla.extend, Limit(4, WH), "just in time")
    assert (timer.due_at, timer.level) == (at("03-03 09:00"), 0)


async def test_an_extension_speaks_the_unit_of_its_timer(order):
    await order.start(4, WH)
    with pytest.raises(ValueError, match="work_hour"):
        await order.do(sla.extend, Limit(1, WD), "days for hours")


@pytest.mark.parametrize(
    ("wall", "overtime", "level"),
    [
        ("03-02 14:00", False, 0),
        ("03-02 15:00", False, 100),
        ("03-02 15:01", True, 100),
        ("03-03 08:59", True, 150),
        ("03-03 09:00", True, 200),
    ],
)
async def test_the_stop_fixes_the_overtime_though_no_sweep_came_by(order, clock, wall, overtime, level):
    await order.start(4, WH)
    clock.set(at(wall))
    timer = await order.do(sla.stop)
    assert (timer.overtime, timer.level) == (overtime, level)
    assert (timer.stopped_at, timer.due_at, timer.next_mark_at) == (at(wall), at("03-02 15:00"), None)


async def test_an_act_dated_back_before_the_deadline_is_in_time_though_a_sweep_was_faster(
    order, office, clock, listener
):
    await order.start(4, WH)
    clock.set(at("03-02 15:00") + timedelta(seconds=2))
    await listener.sweep(office)
    assert (await order.timer()).overdue
    async with office.work(order.boss, now=at("03-02 15:00") - timedelta(seconds=8)) as work:
        timer = await sla.stop(work, "order", order.id, "handle")
    assert timer is not None
    assert (timer.overtime, timer.level) == (False, 80)


@pytest.mark.parametrize(("paused", "overtime"), [("03-02 14:00", False), ("03-02 16:00", True)])
async def test_a_timer_stopped_while_paused_is_judged_by_when_it_paused(order, clock, paused, overtime):
    await order.start(4, WH)
    clock.set(at(paused))
    await order.do(sla.pause, "waiting")
    clock.advance(days=9)
    timer = await order.do(sla.stop)
    assert (timer.overtime, timer.overdue) == (overtime, overtime)
    assert (timer.due_at, timer.paused_at, timer.stopped_at) == (at("03-02 15:00"), None, clock())
    (pause,) = await order.rows(TimerPause)
    assert pause.resumed_at == clock()


async def test_stop_all_ends_every_timer_of_one_subject_only(office, clock):
    async with office.work(SYSTEM) as work:
        for id, name in [("a", "handle"), ("a", "promise"), ("b", "handle")]:
            await sla.start(work, "order", id, name, Limit(4, WH), area=STREET)
    async with office.work(SYSTEM) as work:
        ended = await sla.stop_all(work, "order", "a")
    assert {timer.name for timer in ended} == {"handle", "promise"}
    async with office.reading() as session:
        clocks = await sla.clocks_of(session, "order", ["a", "b", "c"])
    assert [(id, [timer.stopped_at is None for timer in clocks[id]]) for id in "abc"] == [
        ("a", [False, False]), ("b", [True]), ("c", []),
    ]  # fmt: skip


async def test_a_restart_is_a_new_timer_that_remembers_the_last_deadline(order, clock):
    await order.start(4, WH)
    clock.set(at("03-02 16:00"))
    timer = await order.do(sla.restart, Limit(2, WH), area=STREET, reason="check failed")
    old, new = await order.timers()
    assert new == timer
    assert (old.overtime, old.stopped_at, old.original_due_at) == (True, clock(), at("03-02 15:00"))
    assert (new.original_due_at, new.level) == (at("03-02 18:00"), 0)
    clock.set(at("03-02 17:00"))
    await order.do(sla.stop)
    clock.set(at("03-03 09:00"))
    await order.do(sla.restart, Limit(2, WH), area=STREET, reason="reopened")
    revisions = sorted(await order.rows(DeadlineRevision), key=lambda row: row.at)
    assert [(row.reason, row.old, row.new) for row in revisions] == [
        ("check failed", at("03-02 15:00"), at("03-02 18:00")),
        ("reopened", at("03-02 18:00"), at("03-03 11:00")),
    ]


async def test_restarts_in_one_instant_leave_one_timer_live(order):
    await order.start(4, WH)
    for hours in (3, 2, 1):
        await order.do(sla.restart, Limit(hours, WH), area=STREET, reason="again")
    assert [timer.limit_value for timer in await order.timers() if timer.running] == [1]


async def test_the_current_clock_is_the_live_one_that_presses_most(office, clock):
    async with office.work(SYSTEM) as work:
        for name, hours in [("promise", 40), ("handle", 8), ("sign", 1), ("verify", 0.5)]:
            await sla.start(work, "order", "a", name, Limit(hours, WH), area=STREET)
    for name, why, pressing in [
        ("verify", None, "sign"), ("sign", "asking back", "handle"), ("handle", None, "promise"),
        ("promise", None, "sign"),
    ]:  # fmt: skip
        async with office.work(SYSTEM) as work:
            await (sla.pause(work, "order", "a", name, why) if why else sla.stop(work, "order", "a", name))
            now = sla.current((await sla.clocks_of(work.session, "order", ["a"]))["a"])
            assert now is not None and now.name == pressing
    async with office.work(SYSTEM) as work:
        await sla.stop_all(work, "order", "a")
        assert sla.current((await sla.clocks_of(work.session, "order", ["a"]))["a"]) is None


async def test_used_is_the_active_share_of_the_limit(order, office, calendar, clock):
    await order.start(4, WH)
    shares = []
    for wall, verb in [("03-02 11:00", sla.pause), ("03-04 09:00", sla.resume), ("03-04 12:00", sla.stop)]:
        clock.set(at(wall))
        await order.do(verb, *(["why"] if verb is sla.pause else []))
        clock.advance(minutes=20)
        async with office.reading() as session:
            shares.append(await sla.used(session, calendar, await order.timer(), clock()))
    assert shares == pytest.approx([0.5, 0.5 + 1 / 12, 1.25])


async def test_a_broken_listener_holds_up_nobody_else(office, clock, listener):
    good, bad = Order(office, clock), Order(office, clock)
    await bad.start(1, UH)
    await good.start(2, UH)

    async def breaks_on_one(work, timer, level):
        work.record("order.marked", "order", timer.subject_id, area=STREET)
        if timer.subject_id == bad.id:
            raise RuntimeError("a bug")
        await listener(work, timer, level)

    clock.advance(hours=3)
    job = sla.sweeper({"order": breaks_on_one})
    with pytest.raises(sla.MarkFailed):
        await job(office)
    assert (await bad.timer()).level == (await good.timer()).level == 0  # nothing of that sweep was kept
    assert await job(office) == 1
    assert ((await bad.timer()).level, (await good.timer()).level) == (0, 150)
    assert {id for id, _, _ in listener.heard} == {good.id}
    assert await job(office) == 0
    clock.advance(seconds=sla.SET_ASIDE.total_seconds())
    with pytest.raises(sla.MarkFailed):  # tried again after a while
        await job(office)


async def test_when_the_holidays_are_announced_the_open_deadlines_move(order, office, clock, calendar):
    clock.set(datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI))
    timer = await order.start(5, WD)
    other, ended = Order(office, clock), Order(office, clock)
    await other.start(5, UH)
    await ended.start(5, WD)
    await ended.do(sla.stop)
    assert timer.provisional and timer.due_at == datetime(2027, 1, 4, 18, tzinfo=SHANGHAI)
    announced = json.loads(CALENDAR.read_text(encoding="utf-8"))
    announced["years"]["2027"] = [{"name": "元旦", "off": ["2027-01-01", "2027-01-03"]}]
    office.calendar = WorkCalendar.from_data(announced, edition=1)
    assert await counted_anew(office) == 2
    assert await counted_anew(office) == 0
    timer = await order.timer()
    assert timer.due_at == datetime(2027, 1, 5, 18, tzinfo=SHANGHAI)
    assert timer.next_mark_at == datetime(2027, 1, 4, 18, tzinfo=SHANGHAI)
    assert timer.original_due_at == datetime(2027, 1, 4, 18, tzinfo=SHANGHAI)
    assert not timer.provisional
    (revision,) = await order.rows(DeadlineRevision)
    assert (revision.reason, revision.by, revision.new) == ("calendar", SYSTEM.id, timer.due_at)
    assert await other.rows(DeadlineRevision) == await ended.rows(DeadlineRevision) == []


async def counted_anew(office) -> int:
    """One batch, by a calendar that has come."""

    async def orders(work, ids):
        await recount.anew(work, "order", ids)
        return len(ids)

    async with office.work(SYSTEM) as work:
        return await recount.recount(work, {"order": orders})


async def test_what_was_late_stays_late_under_a_new_calendar(order, office, clock):
    clock.set(datetime(2026, 12, 31, 9, 0, tzinfo=SHANGHAI))
    await order.start(8, WH)
    clock.set(datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI))  # not announced, so it counted as a working day
    told = (await order.timer()).due_at
    assert told == datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI)
    clock.advance(minutes=1)
    office.calendar = announced_2027(["2027-01-01", "2027-01-03"])
    assert await counted_anew(office) == 1
    async with office.work(SYSTEM) as work:
        await sla.sweep(work, {})
    timer = await order.timer()
    assert (timer.due_at, timer.level, await order.rows(DeadlineRevision)) == (told, 100, [])


async def test_no_announcement_makes_anybody_late(order, office, clock):
    """A Saturday that has passed turns out to have been a working day: the deadline stays where it was."""
    clock.set(datetime(2027, 1, 8, 17, 0, tzinfo=SHANGHAI))
    told = (await order.start(9, WH)).due_at
    clock.set(datetime(2027, 1, 11, 17, 0, tzinfo=SHANGHAI))
    assert told == datetime(2027, 1, 11, 18, 0, tzinfo=SHANGHAI)
    office.calendar = announced_2027(["2027-01-01", "2027-01-03"], "2027-01-09")
    assert await counted_anew(office) == 1
    async with office.work(SYSTEM) as work:
        await sla.sweep(work, {})
    timer = await order.timer()
    assert (timer.due_at, timer.level, await order.rows(DeadlineRevision)) == (told, 80, [])


async def test_a_deadline_moves_nearer_when_a_weekend_is_to_be_worked(order, office, clock):
    clock.set(datetime(2027, 1, 8, 9, 0, tzinfo=SHANGHAI))
    await order.start(2, WD)
    office.calendar = announced_2027(["2027-01-01", "2027-01-03"], "2027-01-09")
    await counted_anew(office)
    timer = await order.timer()
    assert timer.original_due_at == datetime(2027, 1, 12, 18, tzinfo=SHANGHAI)
    assert timer.due_at == datetime(2027, 1, 11, 18, tzinfo=SHANGHAI)


async def test_a_paused_clock_is_reckoned_when_it_runs_again(order, office, clock):
    clock.set(datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI))
    await order.start(2, WD)
    clock.advance(hours=4)
    await order.do(sla.pause, why="waiting")
    office.calendar = announced_2027(["2027-01-01", "2027-01-03"])
    assert await counted_anew(office) == 0
    clock.advance(hours=1)
    timer = await order.do(sla.resume)
    assert timer.due_at == datetime(2027, 1, 4, 18, tzinfo=SHANGHAI)
    assert (timer.provisional, timer.calendar) == (False, 1)


def announced_2027(off, *on):
    told = json.loads(CALENDAR.read_text(encoding="utf-8"))
    told["years"]["2027"] = [{"name": "元旦", "off": off, "on": list(on)}]
    return WorkCalendar.from_data(told, edition=1)


@pytest.fixture
async def shared(postgres_store, tmp_path, calendar, areas, clock):
    """Two processes over one PostgreSQL."""
    settings = Settings(data_dir=tmp_path, database_url=postgres_store)
    stores = [open_store(postgres_store) for _ in range(2)]
    yield [
        Office(settings=settings, store=store, hub=LocalHub(), calendar=calendar, areas=areas, clock=clock)
        for store in stores
    ]
    for store in stores:
        await store.close()


async def test_two_processes_never_tell_the_same_mark(shared, clock):
    orders = [Order(shared[0], clock) for _ in range(30)]
    for order in orders:
        await order.start(1, UH)
    clock.advance(minutes=50)
    heard: list[str] = []

    async def slow(work, timer, level):
        heard.append(timer.subject_id)
        await asyncio.sleep(0.005)

    async def process(office):
        while True:
            async with office.work(SYSTEM) as work:
                if not await sla.sweep(work, {"order": slow}, batch=4):
                    return

    await asyncio.gather(*map(process, shared))
    assert sorted(heard) == sorted(order.id for order in orders)


async def test_a_sweep_gives_way_to_a_person_who_holds_the_subject(shared, clock, listener):
    order, subject = Order(shared[0], clock), Order(shared[0], clock)
    await order.start(1, UH)
    row = await subject.start(9, UH)
    clock.advance(hours=1)
    writes_to_the_subject = update(Timer).where(col(Timer.id) == row.id).values(area="440103")
    swept = asyncio.Event()

    async def marks_the_subject(work, timer, level):
        swept.set()
        await work.session.exec(writes_to_the_subject)
        await listener(work, timer, level)

    job = sla.sweeper({"order": marks_the_subject})
    async with shared[0].work(order.boss) as work:
        await work.session.exec(writes_to_the_subject)
        sweeping = asyncio.create_task(job(shared[1]))
        await swept.wait()  # it holds the timer and wants the subject; we hold the subject and want the timer
        await sla.pause(work, "order", order.id, "handle", "a person was here")
    with pytest.raises(DBAPIError, match="lock timeout"):
        await sweeping
    await order.do(sla.resume)
    assert await job(shared[1]) == 1  # not set aside
    assert listener.levels() == [80, 100]
