"""The calendar as an edition: the State Council's notice and the office hours, as two tables.

What ships is `shared/data/calendar.json`; an edition holds the same as rows, a break or a make-up day each.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.calendar import SATURDAY, Hours, WorkCalendar, day_of
from server.platform import recount
from server.platform.editions import Keeper, Meaning
from server.platform.sheets import Fault
from server.platform.tabular import Column, Form, Lines, Row, Sheet, Tables, Tabular, from_json, to_json
from server.platform.work import Office, Work

KIND = "calendar"
DAYS, HOURS = "days", "hours"
OFF, MADE_UP = "day_off", "made_up"
SHEETS: Final = (
    Sheet(DAYS, (
        Column("year", needed=True), Column("sort", needed=True, choices=(OFF, MADE_UP)),
        Column("name", needed=True), Column("first", needed=True, form=Form.DAY),
        Column("last", form=Form.DAY),
    ), key=("first",)),
    Sheet(HOURS, (
        Column("since", needed=True, form=Form.DAY), Column("opens", needed=True, form=Form.TIME),
        Column("closes", needed=True, form=Form.TIME),
    ), key=("since", "opens")),
)  # fmt: skip
LONGEST = 16  # days in a row; the longest break so far had eight, a slip of the pen has months
AROUND = timedelta(days=31)  # a notice speaks of its year and of the weeks around its New Year
STATUTORY = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")  # 全国年节及纪念日放假办法 2
WHOLE: Final = 0  # the line of a fault that no line is to blame for


Foresee = Callable[[AsyncSession, WorkCalendar, datetime], Awaitable[Sequence[Meaning]]]


def keeper(data: Path, *others: Foresee) -> Keeper:
    """For the shelf; `data` holds what the product ships; `others` tell of deadlines that are no timers."""

    async def foresee(work: Work, content: bytes) -> Sequence[Meaning]:
        calendar = calendar_of(content)
        found = [await each(work.session, calendar, work.now) for each in (recount.foresee, *others)]
        return [meaning for means in found for meaning in means]

    return Keeper(
        check=check, take=take, foresee=foresee, tabular=Tabular(SHEETS, faults),
        shipped=lambda: to_json(_tables(json.loads((data / "calendar.json").read_text(encoding="utf-8")))),
    )  # fmt: skip


def check(office: Office, content: bytes) -> Mapping[str, Any]:
    """What changes in words beyond the rows: days, days gone by, holidays a new year forgets."""
    old, new = office.calendar, calendar_of(content)
    today = day_of(office.clock())
    years = {int(row["year"]): {r["name"] for r in _days(content) if r["year"] == row["year"]}
             for row in _days(content)}  # fmt: skip
    moved = [
        day for day in _span(date(min(years) - 1, 12, 1), date(max(years) + 1, 1, 31))
        if old.is_workday(day) != new.is_workday(day)
    ]  # fmt: skip
    means: list[Meaning] = []
    for works, code in ((False, "calendar_off"), (True, "calendar_on")):
        if days := [day.isoformat() for day in moved if new.is_workday(day) == works]:
            means.append({"code": code, "n": len(days), "first": days[0], "last": days[-1]})
    if past := sum(day < today for day in moved):
        means.append({"code": "calendar_past", "n": past})
    for year in sorted(year for year in years if not old.announced(year)):
        if missing := [name for name in STATUTORY if not any(name in told for told in years[year])]:
            means.append({"code": "calendar_missing", "year": year, "names": "、".join(missing)})
    return {"means": means}


def take(office: Office, no: int, content: bytes) -> None:
    """Reckon by it from now on; what is open is reckoned anew by the job."""
    office.calendar = calendar_of(content, no)


def calendar_of(content: bytes, edition: int = 0) -> WorkCalendar:
    """The calendar an edition's content stands for."""
    tables = from_json(content)
    off, on = (
        [row for row in tables[DAYS] if row["sort"] == sort] for sort in (OFF, MADE_UP)
    )  # fmt: skip
    hours: defaultdict[date, list[tuple[time, time]]] = defaultdict(list)
    for row in sorted(tables[HOURS], key=lambda row: row["opens"]):
        hours[date.fromisoformat(row["since"])].append(_span_of(row))
    return WorkCalendar(
        off=[day for row in off for day in days_of(row)],
        on=[date.fromisoformat(row["first"]) for row in on],
        years=[int(row["year"]) for row in tables[DAYS]],
        hours={since: Hours(spans) for since, spans in hours.items()}, edition=edition,
    )  # fmt: skip


def faults(office: Office, lines: Lines) -> Iterator[Fault]:
    """What is wrong with well-written rows."""
    days = lines.get(DAYS, ())
    seen: dict[date, int] = {}
    wrong = [fault for line, row in days for fault in _amiss(line, row)]
    yield from wrong
    for line, row in days if not wrong else ():
        for day in days_of(row):
            if seen.setdefault(day, line) != line:
                yield Fault(line, "first", "DAY_TWICE", day.isoformat(), DAYS)
    told = {row["year"] for _, row in days}
    for year in sorted(set(map(str, office.calendar.years)) - told):  # a notice is added, it replaces nothing
        yield Fault(WHOLE, "year", "YEAR_GONE", year, DAYS)
    hours: defaultdict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in lines.get(HOURS, ()):
        hours[row["since"]].append((line, row))
    for of_day in hours.values():
        try:
            Hours(sorted(_span_of(row) for _, row in of_day))
        except ValueError:
            yield Fault(of_day[0][0], "opens", "BAD_HOURS", "", HOURS)
    if not hours:
        yield Fault(WHOLE, "since", "NO_HOURS", "", HOURS)


def _amiss(line: int, row: Row) -> Iterator[Fault]:
    """What is wrong with one line, looked at alone."""
    year, first = row["year"], date.fromisoformat(row["first"])
    last = date.fromisoformat(row.get("last") or row["first"])
    if not (year.isdecimal() and len(year) == 4):
        yield Fault(line, "year", "BAD_YEAR", year[:40], DAYS)
    elif not date(int(year), 1, 1) - AROUND <= first <= date(int(year), 12, 31) + AROUND:
        yield Fault(line, "first", "DAY_OUT_OF_YEAR", row["first"], DAYS)
    if last < first:
        yield Fault(line, "last", "RANGE_BACKWARDS", row["last"], DAYS)
    elif (last - first).days >= (LONGEST if row["sort"] == OFF else 1):
        yield Fault(line, "last", "RANGE_TOO_LONG", row["last"], DAYS)
    if row["sort"] == MADE_UP and first.weekday() < SATURDAY:
        yield Fault(line, "first", "NOT_A_WEEKEND", row["first"], DAYS)


def _tables(data: Mapping[str, Any]) -> Tables:
    """The rows of a parsed `calendar.json`."""
    days = []
    for year, breaks in data["years"].items():
        for row in breaks:
            first, last = row["off"]
            days.append(_day(year, OFF, row["name"], first, last if last != first else ""))
            days += [_day(year, MADE_UP, row["name"], day, "") for day in row.get("on", ())]
    hours = [
        {"since": row["since"], "opens": opens, "closes": closes}
        for row in data["hours"] for opens, closes in row["spans"]
    ]  # fmt: skip
    return {DAYS: days, HOURS: hours}


def _day(year: str, sort: str, name: str, first: str, last: str) -> Row:
    return {"year": year, "sort": sort, "name": name, "first": first, "last": last}


def _days(content: bytes) -> Sequence[Row]:
    return from_json(content)[DAYS]


def days_of(row: Row) -> Iterator[date]:
    """The dates a row speaks of."""
    return _span(date.fromisoformat(row["first"]), date.fromisoformat(row.get("last") or row["first"]))


def year_of(year: int) -> Iterator[date]:
    """Every date of a year."""
    return _span(date(year, 1, 1), date(year, 12, 31))


def _span_of(row: Row) -> tuple[time, time]:
    return time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])


def _span(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
