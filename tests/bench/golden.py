"""The golden engine: deadlines counted as a clerk would, day by day, with another library's holidays.

Slow, and shares no line with the product's calendar.

It knows limits without pauses: what the replay's lives consist of.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from server.kernel.calendar import Limit, TimeUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPANS = ((time(8), time(12)), (time(14), time(18)))
CLOSE = SPANS[-1][1]
ONE = timedelta(days=1)


def due(start: datetime, limit: Limit) -> datetime:
    """When `limit`, running since `start`, is over."""
    local = start.astimezone(SHANGHAI)
    match limit.unit:
        case TimeUnit.URGENT_HOUR:
            return start + timedelta(hours=limit.value)
        case TimeUnit.WORK_HOUR:
            return _after_hours(local, timedelta(hours=limit.value))
        case TimeUnit.WORK_DAY:
            day = local.date()
            for _ in range(round(limit.value)):
                day = _next(day)
            return _at(day, CLOSE)
        case TimeUnit.NATURAL_DAY:
            day = local.date() + limit.value * ONE
            return _at(day if _open(day) else _next(day), CLOSE)


def _after_hours(local: datetime, left: timedelta) -> datetime:
    day = local.date()
    while True:
        for opens, closes in SPANS if _open(day) else ():
            begins = max(local, _at(day, opens))
            if begins < _at(day, closes):
                if left <= _at(day, closes) - begins:
                    return begins + left
                left -= _at(day, closes) - begins
        day += ONE


def _next(day: date) -> date:
    day += ONE
    while not _open(day):
        day += ONE
    return day


@cache
def _open(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)
