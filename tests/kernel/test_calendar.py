"""Deadlines: the golden vectors, the law of one clock per unit, and the official holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import server
from server.kernel.calendar import (
    SHANGHAI,
    Hours,
    Limit,
    TimeUnit,
    WorkCalendar,
    day_of,
    midnight,
)

ROOT = Path(server.__file__).parent.parent
CALENDAR = WorkCalendar.load(ROOT / "shared" / "data" / "calendar.json")
HANDBOOK = ROOT / "docs" / "deadlines.md"
SHIPPED = range(2015, 2027)
UH, WH, WD, ND = TimeUnit


def at(wall: str) -> datetime:
    """The UTC instant of a Shanghai wall clock: 2026-02-13 16:30."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def on_the_wall(instant: datetime) -> str:
    return instant.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")


GOLDEN = [
    ("2026-02-13 10:00", 20, WD, "2026-03-19 18:00"),
    ("2026-02-13 10:00", 30, WD, "2026-04-02 18:00"),  # 20 and 10 more
    ("2026-09-24 10:00", 5, WD, "2026-10-09 18:00"),
    ("2026-04-01 10:00", 45, WD, "2026-06-08 18:00"),
    ("2026-04-01 10:00", 60, WD, "2026-06-30 18:00"),
    ("2026-02-12 10:00", 10, WD, "2026-03-04 18:00"),
    ("2026-09-30 10:00", 7, WD, "2026-10-15 18:00"),
    ("2026-07-05 10:00", 90, ND, "2026-10-08 18:00"),
    ("2026-04-20 10:00", 15, ND, "2026-05-06 18:00"),
    ("2026-02-13 16:30", 4, WH, "2026-02-14 10:30"),  # a Saturday that is worked
    ("2026-09-30 16:30", 4, WH, "2026-10-08 10:30"),
    ("2026-09-30 16:30", 2, UH, "2026-09-30 18:30"),
]


@pytest.mark.parametrize(("start", "value", "unit", "due"), GOLDEN)
def test_golden_vectors(start, value, unit, due):
    assert on_the_wall(CALENDAR.due(at(start), Limit(value, unit))) == due


def test_the_handbook_shows_the_golden_vectors():
    handbook = HANDBOOK.read_text(encoding="utf-8")
    missing = [row for row in GOLDEN if "| {} | {} {} | {} |".format(*row) not in handbook]
    assert missing == []


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ("2026-03-02 09:00", 0.25, WH, "2026-03-02 09:15"),
        ("2026-03-02 12:30", 0.25, WH, "2026-03-02 14:15"),  # noon break
        ("2026-03-02 11:00", 1, WH, "2026-03-02 12:00"),     # the break is not waited for
        ("2026-03-07 10:00", 1, WH, "2026-03-09 09:00"),     # a Saturday: counts from Monday's opening
        ("2026-03-02 18:00", 1, WH, "2026-03-03 09:00"),
        ("2026-03-02 00:00", 1, WD, "2026-03-03 18:00"),     # the day of the start never counts,
        ("2026-03-02 23:59", 1, WD, "2026-03-03 18:00"),     # whatever the hour
        ("2026-03-07 10:00", 1, WD, "2026-03-09 18:00"),
        ("2026-03-02 10:00", 0.5, WD, "2026-03-03 12:00"),
        ("2026-03-02 10:00", 2.5, WD, "2026-03-05 12:00"),
        ("2026-03-02 23:59", 1, ND, "2026-03-03 18:00"),
        ("2026-03-02 10:00", 5, ND, "2026-03-09 18:00"),     # a Saturday moves on to Monday
        ("2026-02-11 10:00", 3, ND, "2026-02-14 18:00"),     # a worked Saturday does not
        ("2026-10-03 10:00", 1, UH, "2026-10-03 11:00"),     # in the middle of a holiday
        ("2026-12-31 23:30", 1, UH, "2027-01-01 00:30"),
    ],
)  # fmt: skip
def test_where_counting_begins_and_ends(start, value, unit, due):
    assert on_the_wall(CALENDAR.due(at(start), Limit(value, unit))) == due


def test_the_start_keeps_its_microseconds():
    start = at("2026-03-02 09:00") + timedelta(microseconds=1)
    assert CALENDAR.due(start, Limit(4, WH)) == at("2026-03-02 15:00") + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("start", "value", "unit", "pauses", "due"),
    [
        # 10 of 20 days used on 2026-03-05; a week of waiting moves the end by a week
        ("2026-02-13 10:00", 20, WD, [("2026-03-05 10:00", "2026-03-12 10:00")], "2026-03-26 18:00"),
        # two pauses add up: 5 working days and 3
        ("2026-02-13 10:00", 20, WD, [("2026-03-02 09:00", "2026-03-09 09:00"),
                                      ("2026-03-10 15:00", "2026-03-13 15:00")], "2026-03-31 18:00"),
        # a pause over a holiday costs nothing
        ("2026-09-24 10:00", 5, WD, [("2026-10-01 00:00", "2026-10-07 23:59")], "2026-10-09 18:00"),
        # the day of the start does not count, paused or not
        ("2026-03-02 09:00", 1, WD, [("2026-03-02 10:00", "2026-03-02 17:00")], "2026-03-03 18:00"),
        ("2026-03-02 09:00", 0.5, WD, [("2026-03-02 10:00", "2026-03-02 17:00")], "2026-03-03 12:00"),
        # six of eight hours were left, three are in what remains of Thursday, three on Friday: Friday's close
        ("2026-03-02 09:00", 1, WD, [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-03-06 18:00"),
        ("2026-03-02 09:00", 0.5, WD, [("2026-03-03 10:00", "2026-03-05 15:00")], "2026-03-05 17:00"),
        ("2026-03-02 09:00", 4, WH, [("2026-03-02 10:00", "2026-03-03 09:00")], "2026-03-03 12:00"),
        ("2026-03-02 09:00", 4, WH, [("2026-03-02 12:00", "2026-03-02 14:00")], "2026-03-02 15:00"),
        ("2026-09-30 16:30", 2, UH, [("2026-09-30 17:00", "2026-10-02 17:00")], "2026-10-02 18:30"),
        ("2026-03-02 10:00", 10, ND, [("2026-03-05 10:00", "2026-03-07 10:00")], "2026-03-16 18:00"),
        # it began after the end: too late to move it
        ("2026-03-02 09:00", 4, WH, [("2026-03-02 15:01", "2026-03-05 09:00")], "2026-03-02 15:00"),
        # 15 days end on a holiday and move on; a pause in the holiday still leaves the day of the resume
        ("2026-04-20 10:00", 15, ND, [("2026-05-05 12:00", "2026-05-07 12:00")], "2026-05-07 18:00"),
        ("2026-04-20 10:00", 15, ND, [("2026-05-05 20:00", "2026-05-07 20:00")], "2026-05-08 18:00"),
    ],
)  # fmt: skip
def test_a_pause_is_time_that_does_not_count(start, value, unit, pauses, due):
    breaks = [(at(a), at(b)) for a, b in pauses]
    assert on_the_wall(CALENDAR.due(at(start), Limit(value, unit), breaks)) == due


def test_remaining_is_the_limit_less_the_active_time():
    start, limit = at("2026-02-13 10:00"), Limit(20, WD)
    pauses = [(at("2026-03-02 18:00"), at("2026-03-09 18:00"))]  # seven working days used, five paused
    assert CALENDAR.elapsed(start, at("2026-03-02 18:00"), WD) == 7
    assert CALENDAR.elapsed(start, at("2026-03-12 18:00"), WD, pauses) == 10
    assert CALENDAR.remaining(start, at("2026-03-12 18:00"), limit, pauses) == 10
    assert CALENDAR.remaining(start, at("2026-03-26 18:00"), limit, pauses) == 0
    assert CALENDAR.due(start, limit, pauses) == at("2026-03-26 18:00")
    assert CALENDAR.remaining(start, at("2026-04-01 18:00"), limit, pauses) == -4


def test_elapsed_time_counts_what_each_unit_counts():
    friday, monday = at("2026-03-06 16:00"), at("2026-03-09 10:00")
    assert CALENDAR.elapsed(friday, monday, UH) == 66
    assert CALENDAR.elapsed(friday, monday, WH) == 4
    assert CALENDAR.elapsed(friday, monday, WD) == 0.25
    assert CALENDAR.elapsed(friday, at("2026-03-08 09:00"), ND) == 1.5
    assert CALENDAR.elapsed(friday, at("2026-03-08 23:00"), ND) == 2  # a day is over when the office closes
    assert CALENDAR.working_seconds(friday, monday) == 4 * 3600
    assert CALENDAR.working_seconds(monday, friday) == -4 * 3600


@pytest.mark.parametrize(
    ("start", "value", "unit", "marks"),
    [
        ("2026-03-02 09:00", 2, UH, ["2026-03-02 10:36", "2026-03-02 11:00", "2026-03-02 12:00"]),
        ("2026-03-02 09:00", 0.25, WH, ["2026-03-02 09:12", "2026-03-02 09:15", "2026-03-02 09:22"]),
        ("2026-03-02 09:00", 1, WD, ["2026-03-03 16:24", "2026-03-03 18:00", "2026-03-04 12:00"]),
        ("2026-03-02 09:00", 5, WD, ["2026-03-06 18:00", "2026-03-09 18:00", "2026-03-12 12:00"]),
        ("2026-03-02 09:00", 1, ND, ["2026-03-03 14:24", "2026-03-03 18:00", "2026-03-04 09:00"]),
        ("2026-04-20 09:00", 15, ND, ["2026-05-02 18:00", "2026-05-06 18:00", "2026-05-14 09:00"]),
    ],
)
def test_marks_are_shares_of_the_active_time(start, value, unit, marks):
    limit = Limit(value, unit)
    assert [on_the_wall(CALENDAR.mark(at(start), limit, percent)) for percent in (80, 100, 150)] == marks


def test_a_pause_after_the_deadline_delays_only_the_marks_of_the_overtime():
    start, limit = at("2026-03-02 08:00"), Limit(4, WH)
    pauses = [
        (at("2026-03-02 09:00"), at("2026-03-03 09:00")),
        (at("2026-03-03 15:00"), at("2026-03-04 15:00")),
    ]
    assert on_the_wall(CALENDAR.mark(start, limit, 80, pauses)) == "2026-03-03 11:12"
    assert on_the_wall(CALENDAR.mark(start, limit, 100, pauses)) == "2026-03-03 12:00"
    assert on_the_wall(CALENDAR.mark(start, limit, 150, pauses)) == "2026-03-04 16:00"


def test_our_table_says_what_the_library_says_of_every_day():
    days = [date(2015, 1, 1) + timedelta(n) for n in range((date(2027, 1, 1) - date(2015, 1, 1)).days)]
    assert [d for d in days if CALENDAR.is_workday(d) != chinese_calendar.is_workday(d)] == []
    assert [year for year in range(2000, 2040) if CALENDAR.announced(year)] == list(SHIPPED)


def test_2026_has_248_working_days():
    days = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    assert sum(map(CALENDAR.is_workday, days)) == 248
    assert CALENDAR.elapsed(at("2025-12-31 12:00"), at("2026-12-31 23:00"), WD) == 248


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-28 10:00", Limit(2, WD), False),
        ("2026-12-28 10:00", Limit(5, WD), True),
        ("2026-12-31 16:00", Limit(2, WH), False),
        ("2026-12-31 16:00", Limit(3, WH), True),
        ("2026-12-20 10:00", Limit(11, ND), False),
        ("2026-12-20 10:00", Limit(15, ND), True),
        ("2026-12-31 16:00", Limit(30, UH), False),  # needs no calendar
        ("2030-06-03 10:00", Limit(1, WD), True),
    ],
)
def test_a_deadline_that_crosses_an_unannounced_year_is_provisional(start, limit, provisional):
    assert CALENDAR.deadline(at(start), limit).provisional is provisional


def test_an_unannounced_year_counts_weekends_only():
    assert on_the_wall(CALENDAR.due(at("2030-09-30 10:00"), Limit(5, WD))) == "2030-10-07 18:00"


def test_office_hours_are_data_with_a_first_day():
    summer = {
        date(2026, 1, 1): Hours([(time(8), time(12)), (time(14), time(18))]),
        date(2026, 6, 1): Hours([(time(9), time(12)), (time(15), time(18))]),
    }
    calendar = WorkCalendar(off=[], on=[], years=[2026], hours=summer)
    assert on_the_wall(calendar.due(at("2026-05-29 17:00"), Limit(4, WH))) == "2026-06-01 12:00"
    assert on_the_wall(calendar.due(at("2026-05-29 17:00"), Limit(1.5, WD))) == "2026-06-02 12:00"
    assert calendar.elapsed(at("2026-05-29 08:00"), at("2026-06-01 18:00"), WH) == 14


@pytest.mark.parametrize(
    "spans", [[], [(time(12), time(8))], [(time(8), time(12)), (time(11), time(18))], [(time(8), time(8))]]
)
def test_office_hours_out_of_order_are_refused(spans):
    with pytest.raises(ValueError, match="out of order"):
        Hours(spans)


def test_a_make_up_day_must_be_a_weekend_and_no_holiday():
    hours = {date(2026, 1, 1): Hours([(time(8), time(18))])}
    with pytest.raises(ValueError, match="make up"):
        WorkCalendar(off=[], on=[date(2026, 3, 2)], years=[2026], hours=hours)
    with pytest.raises(ValueError, match="make up"):
        WorkCalendar(off=[date(2026, 3, 7)], on=[date(2026, 3, 7)], years=[2026], hours=hours)
    with pytest.raises(ValueError, match="no office hours"):
        WorkCalendar(off=[], on=[], years=[2026], hours={})


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_limit_is_above_nothing_and_finite(value):
    with pytest.raises(ValueError, match="a limit of"):
        Limit(value, WD)


def test_half_a_limit():
    assert Limit(5, WD).times(0.5) == Limit(2.5, WD)


def test_naive_instants_and_the_time_before_the_tables_are_refused():
    with pytest.raises(TypeError):
        CALENDAR.due(datetime(2026, 3, 2, 9), Limit(1, WD))  # noqa: DTZ001
    with pytest.raises(ValueError, match="before 1992"):
        CALENDAR.due(at("1991-12-31 09:00"), Limit(1, WH))


def test_days_begin_in_shanghai():
    assert day_of(datetime(2026, 3, 2, 15, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert day_of(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)
    assert midnight(date(2026, 3, 3)) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


def test_one_offset_is_true_of_shanghai_since_1992():
    hours = (datetime(1992, 1, 1, tzinfo=UTC) + timedelta(hours=6 * n) for n in range(4 * 366 * 40))
    zone = ZoneInfo("Asia/Shanghai")
    assert {instant.astimezone(zone).utcoffset() for instant in hours} == {SHANGHAI.utcoffset(None)}


instants = st.timedeltas(timedelta(0), timedelta(days=3100)).map(lambda since: at("2018-01-01 00:00") + since)
units = st.sampled_from(TimeUnit)
values = st.one_of(st.integers(1, 90), st.sampled_from([0.25, 0.5, 1.5]))
spells = st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), max_size=6)


def laid_out(start: datetime, spells: list[timedelta]) -> list[tuple[datetime, datetime]]:
    """Spells by turns of running and of pausing, after `start`."""
    edges = [start]
    for spell in spells:
        edges.append(edges[-1] + spell)
    return list(pairwise(edges))[1::2]


@given(instants, values, units)
def test_the_deadline_is_when_the_clock_has_run_for_the_limit(start, value, unit):
    due = CALENDAR.due(start, Limit(value, unit))
    used = CALENDAR.elapsed(start, due, unit)
    assert due > start
    assert used == pytest.approx(value, abs=1e-9) or (unit is ND and used > value)
    assert CALENDAR.elapsed(start, due - timedelta(microseconds=1), unit) < used


@example(at("2018-06-15 00:00"), 0.25, ND, [timedelta(0), timedelta(days=4)])
@given(instants, values, units, spells)
def test_pauses_never_take_time_away(start, value, unit, spells):
    limit, pauses = Limit(value, unit), laid_out(start, spells)
    due = CALENDAR.due(start, limit, pauses)
    before = [pause for pause in pauses if pause[0] < due]
    used = CALENDAR.elapsed(start, due, unit, before)
    assert due >= CALENDAR.due(start, limit)
    assert all(resumed < due for _, resumed in before)
    if unit in (UH, WH):
        assert used == pytest.approx(value, abs=1e-9)
    elif unit is WD:
        assert value - 1e-9 <= used < value + 1  # whole days are rounded up once, not once per pause


@given(instants, values, units, spells)
def test_marks_come_in_order(start, value, unit, spells):
    pauses = laid_out(start, spells)
    yellow, red, escalated = (CALENDAR.mark(start, Limit(value, unit), p, pauses) for p in (80, 100, 150))
    assert start < yellow < red < escalated


@given(instants, st.integers(1, 60))
def test_whole_days_end_at_the_close_of_a_working_day(start, value):
    for unit in (WD, ND):
        due = CALENDAR.due(start, Limit(value, unit)).astimezone(SHANGHAI)
        assert due.time() == time(18) and chinese_calendar.is_workday(due.date())


@settings(max_examples=50)
@given(instants, st.integers(1, 60))
def test_working_days_are_counted_as_one_counts_on_a_wall_calendar(start, value):
    day, left = day_of(start), value
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    assert day_of(CALENDAR.due(start, Limit(value, WD))) == day


@given(instants, instants, units)
def test_time_only_runs_forward(a, b, unit):
    early, late = sorted((a, b))
    assert CALENDAR.elapsed(early, late, unit) >= 0
    assert CALENDAR.due(early, Limit(3, unit)) <= CALENDAR.due(late, Limit(3, unit))
