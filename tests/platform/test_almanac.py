"""The calendar as an edition: rows are checked one by one, compared with what holds, and reckoned by."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import server
from server.kernel.calendar import Limit, TimeUnit, WorkCalendar
from server.platform import almanac
from server.platform.sheets import BadSheet
from server.platform.tables_in_files import FileFormat, read, write
from server.platform.tabular import fit, from_json, lined, to_json
from server.platform.words import Words
from tests.clock import SHANGHAI

DATA = Path(server.__file__).parents[1] / "shared" / "data"
KEEPER = almanac.keeper(DATA)
SHIPPED = from_json(KEEPER.shipped() if KEEPER.shipped else b"")
COLUMNS = ("year", "sort", "name", "first", "last")
NOTICE = [  # invented: what a notice for 2027 might say
    ("2027", "day_off", "元旦", "2027-01-01", "2027-01-03"),
    ("2027", "day_off", "春节", "2027-02-05", "2027-02-11"),
    ("2027", "made_up", "春节", "2027-01-30", ""),
    ("2027", "made_up", "春节", "2027-02-20", ""),
    ("2027", "day_off", "国庆节", "2027-10-01", "2027-10-07"),
]
LINE = len(SHIPPED["days"]) + 2  # of the first row of a notice


def an_office() -> Any:
    """As much of an office as the keeper asks for."""
    return SimpleNamespace(
        calendar=WorkCalendar.load(DATA / "calendar.json"), clock=lambda: datetime(2026, 11, 28, tzinfo=UTC),
        of={Words: Words.load(DATA.parent / "i18n")}.get,
    )  # fmt: skip


def a_calendar(*notice, hours=()):
    """The content with a year more than what ships."""
    days = [dict(zip(COLUMNS, row, strict=True)) for row in notice]
    return to_json({"days": [*SHIPPED["days"], *days], "hours": [*SHIPPED["hours"], *hours]})


def faults(content):
    assert KEEPER.tabular
    with pytest.raises(BadSheet) as refused:
        fit(an_office(), KEEPER.tabular, lined(from_json(content)))
    return [(fault.line, fault.column, fault.code) for fault in refused.value.faults]


def meaning(content):
    return {row["code"]: row for row in KEEPER.check(an_office(), content)["means"]}


def test_what_ships_is_what_the_product_reckons_by():
    shipped, loaded = almanac.calendar_of(to_json(SHIPPED)), an_office().calendar
    assert shipped.years == loaded.years
    start = datetime(2015, 1, 5, 9, tzinfo=SHANGHAI)
    assert [shipped.due(start, Limit(n, TimeUnit.WORK_HOUR)) for n in range(8, 24_000, 8)] == [
        loaded.due(start, Limit(n, TimeUnit.WORK_HOUR)) for n in range(8, 24_000, 8)
    ]


@pytest.mark.parametrize("form", list(FileFormat))
def test_a_file_goes_round(form):
    office, tabular = an_office(), KEEPER.tabular
    assert tabular
    back = read(office, "calendar", tabular, write(office, "calendar", tabular, SHIPPED, form))
    assert [row for _, row in back["days"]] == list(SHIPPED["days"])


def test_a_report_tells_days_and_what_a_notice_forgets():
    means = meaning(a_calendar(*NOTICE))
    assert means["calendar_off"] == {
        "code": "calendar_off", "n": 11, "first": "2027-01-01", "last": "2027-10-07"
    }  # fmt: skip
    assert means["calendar_on"]["n"] == 2
    assert means["calendar_missing"] == {
        "code": "calendar_missing", "year": 2027, "names": "清明、劳动、端午、中秋"
    }  # fmt: skip
    assert "calendar_past" not in means


def test_a_day_that_is_over_is_counted_apart():
    days = [{**row, "last": "2026-01-02"} if row["first"] == "2026-01-01" else row for row in SHIPPED["days"]]
    days = [row for row in days if row["first"] != "2026-01-04"]  # the Sunday made up for
    assert meaning(to_json({**SHIPPED, "days": days}))["calendar_past"]["n"] == 1


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ("2027-02-04 10:00", 1, TimeUnit.WORK_DAY, "2027-02-12 18:00"),
        ("2027-01-28 10:00", 2, TimeUnit.WORK_DAY, "2027-01-30 18:00"),  # a Saturday made up for
        ("2027-02-04 16:30", 4, TimeUnit.WORK_HOUR, "2027-02-12 10:30"),
        ("2027-02-04 16:30", 2, TimeUnit.URGENT_HOUR, "2027-02-04 18:30"),
        ("2027-01-25 10:00", 15, TimeUnit.NATURAL_DAY, "2027-02-12 18:00"),  # 02-09 is within the break
        ("2026-12-30 10:00", 2, TimeUnit.WORK_DAY, "2027-01-04 18:00"),
    ],
)
def test_golden_vectors_of_a_year_that_was_announced(start, value, unit, due):
    """Worked out by hand on the invented notice above."""
    office = an_office()
    KEEPER.take(office, 1, a_calendar(*NOTICE))
    wall = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    found = office.calendar.deadline(wall, Limit(value, unit))
    assert found.at == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
    assert (found.provisional, office.calendar.edition) == (False, 1)


def test_office_hours_hold_from_their_day_on():
    hours = [{"since": "2027-01-01", "opens": "09:00", "closes": "12:00"},
             {"since": "2027-01-01", "opens": "13:00", "closes": "17:00"}]  # fmt: skip
    calendar = almanac.calendar_of(a_calendar(*NOTICE, hours=hours))
    start = datetime(2026, 12, 31, 17, 0, tzinfo=SHANGHAI)
    assert calendar.due(start, Limit(2, TimeUnit.WORK_HOUR)) == datetime(2027, 1, 4, 10, tzinfo=SHANGHAI)
    assert calendar.due(start, Limit(1, TimeUnit.WORK_DAY)) == datetime(2027, 1, 4, 17, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("2027", "rest", "元旦", "2027-06-01", ""), "sort", "NOT_A_CHOICE"),
        (("2027", "day_off", "元旦", "2027-13-01", ""), "first", "NOT_A_DAY"),
        (("2027", "day_off", "", "2027-06-01", ""), "name", "EMPTY"),
        (("27", "day_off", "元旦", "2027-06-01", ""), "year", "BAD_YEAR"),
        (("2027", "day_off", "元旦", "2028-06-01", ""), "first", "DAY_OUT_OF_YEAR"),
        (("2027", "day_off", "元旦", "2027-06-03", "2027-06-01"), "last", "RANGE_BACKWARDS"),
        (("2027", "day_off", "元旦", "2027-06-01", "2027-10-03"), "last", "RANGE_TOO_LONG"),
        (("2027", "made_up", "元旦", "2027-06-05", "2027-06-06"), "last", "RANGE_TOO_LONG"),
        (("2027", "made_up", "元旦", "2027-01-06", ""), "first", "NOT_A_WEEKEND"),
        (("2027", "made_up", "元旦", "2027-02-06", ""), "first", "DAY_TWICE"),
    ],
)
def test_a_row_that_does_not_fit_is_named(row, column, code):
    assert faults(a_calendar(*NOTICE, row)) == [(LINE + len(NOTICE), column, code)]


def test_a_notice_is_added_and_takes_no_year_away():
    kept = [row for row in SHIPPED["days"] if row["year"] != "2016"]
    assert faults(to_json({**SHIPPED, "days": kept})) == [(0, "year", "YEAR_GONE")]


def test_office_hours_that_overlap_or_are_missing():
    late = {"since": "2015-01-01", "opens": "17:00", "closes": "19:00"}
    assert faults(a_calendar(hours=[late])) == [(2, "opens", "BAD_HOURS")]
    assert faults(to_json({**SHIPPED, "hours": []})) == [(0, "since", "NO_HOURS")]


def test_a_sheet_in_a_clerk_s_words_is_read():
    heading = "年份,安排,名称,首日,末日"
    table = f"{heading}\n2027,放假,元旦,2027-01-01,2027-01-03\n2027,调休上班,元旦,2027-01-09,\n"
    tabular = KEEPER.tabular
    assert tabular
    [(_, off), (_, on)] = read(an_office(), "calendar", tabular, table.encode())["days"]
    assert (off["sort"], on["sort"], off["last"]) == ("day_off", "made_up", "2027-01-03")
