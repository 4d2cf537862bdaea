"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # an ordinary working week, no holiday near


class Clock:
    """Call it for the time; `advance` or `set` it to let time pass."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.set(now)

    def __call__(self) -> datetime:
        """Now, aware, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Make it `now`, an aware instant."""
        self._now = now.astimezone(UTC)

    def advance(self, **by: float) -> datetime:
        """Let time pass, e.g. `advance(hours=4)`; returns the new time."""
        self._now += timedelta(**by)
        return self._now
