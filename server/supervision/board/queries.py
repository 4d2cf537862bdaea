"""The board reads counters, never rows: flat however many orders there are."""

from collections import defaultdict
from datetime import date, timedelta

from server.platform import rollups
from server.platform.read import Reader
from server.platform.rollups import STOCK
from server.supervision.board.rules import HISTORY_DAYS, SATISFACTION_DAYS

METRICS = ["new", "open", "overdue", "rated", "satisfied"]


class Counts:
    """One area's counters: the standing figures and the changes of each day."""

    def __init__(self) -> None:
        self.stock: dict[str, int] = defaultdict(int)
        self.daily: dict[str, dict[date, int]] = defaultdict(dict)


async def fullest(read: Reader, areas: list[str], today: date) -> tuple[str, int]:
    """Of `areas` the one where most came today, and how many; ("", 0) when nothing came anywhere."""
    came = await rollups.sums(read, areas, ["new"], today, today)
    return max(((n, area) for (area, _), n in came.items()), default=(0, ""))[::-1]


async def arrivals(read: Reader, area: str, since: date) -> dict[date, int]:
    """How many came on each day since."""
    found = await rollups.read(read, [area], ["new"], since)
    return {day: n for (_, _, day), n in found.items() if day != STOCK}


async def counts(read: Reader, area: str, today: date) -> Counts:
    """The counters of an area, as far back as bands and shares look."""
    since = today - timedelta(days=HISTORY_DAYS + SATISFACTION_DAYS)
    found = Counts()
    for (_, metric, day), n in (await rollups.read(read, [area], METRICS, since)).items():
        if day == STOCK:
            found.stock[metric] = n
        else:
            found.daily[metric][day] = n
    return found
