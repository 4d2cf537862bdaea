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
