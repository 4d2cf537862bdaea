"""SELECTs that look for near duplicates: open whole cases near by, or told of in the days around."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, or_
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders import lanes, rules
from server.command.orders.queries import visible_to
from server.command.orders.tables import WorkOrder
from server.kernel.actors import Actor
from server.kernel.spots import spots_around
from server.platform.kept import kept
from server.platform.read import Needs, Reader

MOST_AROUND = 500  # cases of one neighbourhood that are measured
MOST_TOLD = 200  # cases of two days whose words are compared


async def candidates(
    read: Reader, actor: Actor, orders: Sequence[WorkOrder], needs: Needs
) -> list[WorkOrder]:
    """Open orders that may be the same as one of `orders`, the newest first: those around its place, and
    those of the days before and after of which one of the two has no place to measure from."""
    places = list(map(rules.measured, orders))
    spots = {spot for at in places if at for spot in spots_around(at.lon, at.lat, rules.MERGE_M)}
    found = await read.lines(_open_in(actor, sorted(spots)), needs) if spots else []
    day, times = timedelta(hours=rules.MERGE_HOURS), [order.reported_at for order in orders]
    told = _open_told if None in places else _open_nowhere
    rows = await read.lines(told(actor, min(times) - day, max(times) + day), needs)
    return list({row.id: row for row in (*found, *rows)}.values())


@kept
def _open_in(actor: Actor, spots: list[int]) -> SelectOfScalar[WorkOrder]:
    rows = visible_to(actor).where(
        lanes.open_now(), col(WorkOrder.spot).in_(spots), col(WorkOrder.parent_id) == ""
    )
    return rows.order_by(col(WorkOrder.reported_at).desc()).limit(MOST_AROUND)


def _told(actor: Actor, since: datetime, until: datetime) -> SelectOfScalar[WorkOrder]:
    at = col(WorkOrder.reported_at)
    rows = visible_to(actor).where(lanes.open_now(), at >= since, at <= until, col(WorkOrder.parent_id) == "")
    return rows.order_by(at.desc()).limit(MOST_TOLD)


@kept
def _open_told(actor: Actor, since: datetime, until: datetime) -> SelectOfScalar[WorkOrder]:
    return _told(actor, since, until)


@kept
def _open_nowhere(actor: Actor, since: datetime, until: datetime) -> SelectOfScalar[WorkOrder]:
    rough = col(WorkOrder.accuracy_m) >= rules.ROUGH_FROM_M
    return _told(actor, since, until).where(or_(col(WorkOrder.lon).is_(None), rough))
