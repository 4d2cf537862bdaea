"""What COUNT over the rows says, to hold against the counters that are kept beside them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlmodel import select

from server.command.knowledge.queries import CHANGES
from server.command.orders import rules
from server.command.orders.tables import WorkOrder
from server.kernel.calendar import day_of
from server.platform.rollups import STOCK, Rollup, scopes
from server.platform.work import Office


async def counters_agree(office: Office) -> None:
    """Every counter of orders is what counting says; walked back day by day a stock ends at nothing."""
    async with office.reading() as session:
        orders = list(await session.exec(select(WorkOrder)))
        rows = [
            row
            for row in await session.exec(select(Rollup))
            if row.n and row.metric != CHANGES and not row.metric.startswith(("patrol_", "base."))
        ]
    kept = {(row.area, row.metric, row.day): row.n for row in rows}
    changes = {key: n for key, n in kept.items() if key[1] in {"open", "overdue"} and key[2] != STOCK}
    assert {key: n for key, n in kept.items() if key not in changes} == _counted(orders)
    balance: Counter[tuple[str, str]] = Counter()
    for (area, metric, _), n in changes.items():
        balance[area, metric] += n
    stock = {(area, metric): n for (area, metric, day), n in kept.items() if day == STOCK}
    assert {key: n for key, n in balance.items() if n} == stock


def _counted(orders: Iterable[WorkOrder]) -> dict[tuple[str, str, date], int]:
    found: Counter[tuple[str, str, date]] = Counter()
    for order in orders:
        for area in scopes(order.area):
            found[area, "new", day_of(order.reported_at)] += not order.parent_id  # a case in parts came once
            if rules.is_open(order.state):
                found[area, "open", STOCK] += 1
                found[area, "overdue", STOCK] += order.overdue
            if order.rated_at:
                found[area, "rated", day_of(order.rated_at)] += 1
                found[area, "satisfied", day_of(order.rated_at)] += bool(order.satisfied)
    return {key: n for key, n in found.items() if n}
