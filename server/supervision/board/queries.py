"""The board reads counters, never rows: flat however many orders there are."""

from collections import defaultdict
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform import rollups
from server.platform.rollups import STOCK
from server.supervision.board.rules import HISTORY_DAYS, SATISFACTION_DAYS

METRICS = ["new", "open", "overdue", "rated", "satisfied"]


class Counts:
    """One area's counters: the standing figures and the changes of each day."""

    def __init__(self) -> None:
        self.stock: dict[str, int] = defaultdict(int)
        self.daily: dict[str, dict[date, int]] = defaultdict(dict)


async def counts(session: AsyncSession, areas: list[str], today: date) -> dict[str, Counts]:
    """The counters of each area, as far back as bands and shares look."""
    since = today - timedelta(days=HISTORY_DAYS + SATISFACTION_DAYS)
    found = {area: Counts() for area in areas}
    for (area, metric, day), n in (await rollups.read(session, areas, METRICS, since)).items():
        if day == STOCK:
            found[area].stock[metric] = n
        else:
            found[area].daily[metric][day] = n
    return found
