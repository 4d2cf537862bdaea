"""The four time units and the one deadline engine. Asia/Shanghai lives here and nowhere else.

Every unit has a clock of its own that only ever runs forward: the urgent hour always, the working hour
in office hours, the working day in office hours with a whole day as its step, the natural day from
midnight to the close of every day. A deadline is the instant at which that clock has run for the limit;
a pause is time that does not count. Basis: 民法典 201 (the day of the start does not count; hours count
from their start) and 203 (a last day that is a holiday moves on; the day ends when the office closes).
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
FIRST_YEAR: Final = 1992  # the first without summer time, so that one offset is true throughout
EPOCH: Final = datetime(FIRST_YEAR, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal()

TICK: Final = timedelta(microseconds=1)
SECOND: Final = timedelta(seconds=1) // TICK
HOUR: Final = timedelta(hours=1) // TICK
DAY: Final = timedelta(days=1) // TICK
SATURDAY: Final = 5

Pause = tuple[datetime, datetime]  # from, until


class TimeUnit(StrEnum):
    """What a limit is counted in. Statutes and filing rules mix all four."""

    URGENT_HOUR = "urgent_hour"  # 紧急工作时: runs day and night
    WORK_HOUR = "work_hour"  # 工作时: office hours of working days
    WORK_DAY = "work_day"  # 工作日
    NATURAL_DAY = "natural_day"  # 自然日, moved on when the last one is a holiday


DAYS: Final = frozenset({TimeUnit.WORK_DAY, TimeUnit.NATURAL_DAY})


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: 4 WORK_HOUR, 0.25 WORK_HOUR, 20 WORK_DAY. ValueError unless above 0."""

    value: float
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 0 < self.value < float("inf"):
            raise ValueError(f"a limit of {self.value}")

    @property
    def ticks(self) -> int:
        """Its length on the unit's own clock; a day of either kind has 24 hours there."""
        return round(self.value * _size(self.unit))

    def times(self, factor: float) -> "Limit":
        """The same unit, `factor` times as long."""
        return Limit(self.value * factor, self.unit)


class Deadline(NamedTuple):
    """When it must be done. Provisional: it crosses a year whose holidays are not announced yet."""

    at: datetime
    provisional: bool


class Hours:
    """The office hours of one day, as spans of ticks after midnight, in order."""

    def __init__(self, spans: Iterable[tuple[time, time]]) -> None:
        self.spans = tuple(spans)
        self._spans = tuple((_since_midnight(a), _since_midnight(b)) for a, b in self.spans)
        edges = [edge for span in self._spans for edge in span]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError(f"office hours out of order: {edges}")
        self.close = edges[-1]
        self.total = sum(b - a for a, b in self._spans)

    def before(self, tick: int) -> int:
        """Office time between midnight and `tick`."""
        return sum(min(tick, b) - a for a, b in self._spans if tick > a)

    def after(self, worked: int) -> int:
        """The earliest tick by which `worked` of office time has passed; 0 < worked ≤ total."""
        for a, b in self._spans:
            if worked <= b - a:
                return a + worked
            worked -= b - a
        return self.close


class WorkCalendar:
    """Counts time by the official holidays, the make-up days and the office hours.

    Instants go in and come out as aware UTC; a naive one raises TypeError, one before 1992 ValueError.
    A year that was never announced counts as weekends only, and what crosses it is provisional.
    """

    def __init__(
        self, *, off: Iterable[date], on: Iterable[date], years: Iterable[int], hours: Mapping[date, Hours],
        edition: int = 0,
    ) -> None:  # fmt: skip
        """`off` days are holidays, `on` days are weekends worked instead; `hours` by the day they begin.
        `edition` is the number under which the city published it.

        Raises ValueError for a make-up day that is a holiday or no weekend, and for no hours at all.
        """
        self.edition = edition
        self._off, self._on, self._announced = frozenset(off), frozenset(on), frozenset(years)
        self._hours_since = sorted(hours.items())
        if wrong := [day for day in self._on if day in self._off or day.weekday() < SATURDAY]:
            raise ValueError(f"not days to make up on: {sorted(wrong)}")
        if not hours:
            raise ValueError("no office hours")
        self._next_year = FIRST_YEAR
        self._hours: list[Hours] = []  # of day i, counted from FIRST_DAY
        self._worked = [0]  # working days before day i
        self._office = [0]  # office ticks before day i

    @classmethod
    def from_data(cls, data: Mapping[str, Any], edition: int = 0) -> "WorkCalendar":
        """A calendar out of the parsed `calendar.json`."""
        breaks = [row for rows in data["years"].values() for row in rows]
        return cls(
            off=[day for row in breaks for day in _days(*row["off"])],
            on=[date.fromisoformat(day) for row in breaks for day in row.get("on", ())],
            years=map(int, data["years"]),
            hours={
                date.fromisoformat(row["since"]): Hours(
                    (time.fromisoformat(a), time.fromisoformat(b)) for a, b in row["spans"]
                )
                for row in data["hours"]
            },
            edition=edition,
        )

    @classmethod
    def load(cls, path: Path) -> "WorkCalendar":
        """The calendar in the file at `path`."""
        return cls.from_data(json.loads(path.read_text(encoding="utf-8")))

    def due(self, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> datetime:
        """When `limit`, running since `start`, is over. See `deadline`."""
        return _instant(self._end(start, limit, pauses))

    def deadline(self, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> Deadline:
        """When `limit` is over, and whether an announcement may still move that.

        Whole days end when the office closes, however they were interrupted. `pauses` are in order; one
        that begins after the end no longer moves it.
        """
        end = self._end(start, limit, pauses)
        crossed = range(day_of(start).year, _date(end // DAY).year + 1)
        unsure = limit.unit is not TimeUnit.URGENT_HOUR and not self._announced.issuperset(crossed)
        return Deadline(_instant(end), unsure)

    def mark(self, start: datetime, limit: Limit, percent: float, pauses: Sequence[Pause] = ()) -> datetime:
        """When `percent` of `limit` is used: 100 is the deadline, more counts on from the deadline."""
        if percent == 100:
            return self.due(start, limit, pauses)
        unit = limit.unit
        if percent < 100:
            origin, share = self._origin(start, unit), percent
        else:
            origin, share = self._own(self._end(start, limit, pauses), unit), percent - 100
        length = round(limit.ticks * share / 100)
        return _instant(self._run(origin, length, unit, pauses, lambda own: self._at(own, unit)))

    def elapsed(self, start: datetime, end: datetime, unit: TimeUnit, pauses: Sequence[Pause] = ()) -> float:
        """Active time from `start` to `end` in hours or days of `unit`, without the pauses in between."""
        origin = self._origin(start, unit)

        def since_origin(at: datetime) -> int:
            return max(0, self._own(_ticks(at), unit) - origin)

        paused = sum(since_origin(min(b, end)) - since_origin(min(a, end)) for a, b in pauses)
        return (since_origin(end) - paused) / _size(unit)

    def remaining(self, start: datetime, now: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> float:
        """The limit less the active time, in hours or days of its unit; below 0 it is overtime."""
        return limit.value - self.elapsed(start, now, limit.unit, pauses)

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Whole seconds of office time between two instants."""
        until, since = (self._own(_ticks(at), TimeUnit.WORK_HOUR) for at in (end, start))
        return (until - since) // SECOND

    def is_workday(self, day: date) -> bool:
        """True when the office is open on that Shanghai date."""
        return day in self._on or (day.weekday() < SATURDAY and day not in self._off)

    def announced(self, year: int) -> bool:
        """True when the holidays of `year` are in the table."""
        return year in self._announced

    @property
    def years(self) -> frozenset[int]:
        """The years whose holidays are in the table."""
        return self._announced

    def is_moved(self, day: date) -> bool:
        """True for a holiday and for a day made up for one: what the week alone would not tell."""
        return day in self._off or day in self._on

    def office_hours(self, day: date) -> Hours:
        """The hours in force on that date, should it be worked."""
        earlier = [hours for since, hours in self._hours_since if since <= day]
        return earlier[-1] if earlier else self._hours_since[0][1]

    def _end(self, start: datetime, limit: Limit, pauses: Sequence[Pause]) -> int:
        """The tick at which `limit` is over."""
        whole = limit.unit in DAYS and float(limit.value).is_integer()

        def finish(own: int) -> int:
            end = self._at(_ceil(own, DAY) * DAY if whole else own, limit.unit)
            return self._rolled(end) if limit.unit is TimeUnit.NATURAL_DAY else end

        return self._run(self._origin(start, limit.unit), limit.ticks, limit.unit, pauses, finish)

    def _run(
        self, origin: int, length: int, unit: TimeUnit, pauses: Iterable[Pause], finish: Callable[[int], int]
    ) -> int:
        """The tick `length` after `origin` on the unit's clock, the pauses before it left out."""
        target = origin + length
        end = finish(target)
        for paused, resumed in pauses:
            if _ticks(paused) >= end:
                break
            left = target - max(origin, self._own(_ticks(paused), unit))
            # before the end something is left, even where the end was rounded or moved
            target = max(origin, self._own(_ticks(resumed), unit)) + max(left, 1)
            end = max(end, finish(target))  # an end moved to a working day's close is not taken back
        return end

    def _origin(self, start: datetime, unit: TimeUnit) -> int:
        """Where counting begins on the unit's own clock: the day of the start is not counted."""
        tick = _ticks(start)
        return self._own(_ceil(tick + 1, DAY) * DAY if unit in DAYS else tick, unit)

    def _own(self, tick: int, unit: TimeUnit) -> int:
        """What the unit's own clock shows at `tick`."""
        if unit is TimeUnit.URGENT_HOUR:
            return tick
        i, of_day = divmod(tick, DAY)
        self._reach(i)
        hours = self._hours[i]
        if unit is TimeUnit.NATURAL_DAY:
            return i * DAY + min(of_day, hours.close) * DAY // hours.close
        done = hours.before(of_day) if self._open(i) else 0
        if unit is TimeUnit.WORK_HOUR:
            return self._office[i] + done
        return self._worked[i] * DAY + done * DAY // hours.total

    def _at(self, own: int, unit: TimeUnit) -> int:
        """The earliest tick at which the unit's own clock shows `own`."""
        if unit is TimeUnit.URGENT_HOUR:
            return own
        if unit is TimeUnit.NATURAL_DAY:
            i = _ceil(own, DAY) - 1
            self._reach(i)
            return i * DAY + _ceil((own - i * DAY) * self._hours[i].close, DAY)
        sums, goal = (self._office, own) if unit is TimeUnit.WORK_HOUR else (self._worked, _ceil(own, DAY))
        while sums[-1] < goal:
            self._add_year()
        i = bisect_left(sums, goal) - 1
        hours = self._hours[i]
        part = own - sums[i] if sums is self._office else _ceil((own - sums[i] * DAY) * hours.total, DAY)
        return i * DAY + hours.after(part)

    def _rolled(self, end: int) -> int:
        """`end`, or the close of the next working day when it falls on a holiday (民法典 203)."""
        i = first = end // DAY
        while True:
            self._reach(i)
            if self._open(i):
                return end if i == first else i * DAY + self._hours[i].close
            i += 1

    def _open(self, i: int) -> bool:
        return self._worked[i + 1] > self._worked[i]

    def _reach(self, i: int) -> None:
        """Make the sums cover day `i`."""
        if i < 0:
            raise ValueError(f"before {FIRST_YEAR}")
        while len(self._hours) <= i:
            self._add_year()

    def _add_year(self) -> None:
        """Sum up one more year: later answers are two look-ups and a bisection."""
        for day in _days(f"{self._next_year}-01-01", f"{self._next_year}-12-31"):
            hours = self.office_hours(day)
            is_open = self.is_workday(day)
            self._hours.append(hours)
            self._worked.append(self._worked[-1] + is_open)
            self._office.append(self._office[-1] + is_open * hours.total)
        self._next_year += 1


def day_of(at: datetime) -> date:
    """The date on the wall in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The instant, in UTC, at which that date begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // TICK


def _instant(tick: int) -> datetime:
    return EPOCH + timedelta(microseconds=tick)


def _date(i: int) -> date:
    return date.fromordinal(FIRST_DAY + i)


def _since_midnight(at: time) -> int:
    return timedelta(hours=at.hour, minutes=at.minute) // TICK


def _size(unit: TimeUnit) -> int:
    return DAY if unit in DAYS else HOUR


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


def _days(first: str, last: str) -> Iterable[date]:
    """Every date from `first` to `last`, both written ISO and both included."""
    start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    return map(date.fromordinal, range(start, end + 1))
