"""A new calendar moved deadlines: orders show them, and whom they concern hears of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import bindparam, col, select, update

from server.command.orders.service.advance import KIND, pressing, touches
from server.command.orders.tables import WorkOrder
from server.platform import recount
from server.platform.sla import Timer
from server.platform.work import Moved, Work

RESCHEDULE = "reschedule"
SHOWN = ("due_at", "due_clock", "promised_at", "bundled_due_at")

Promised = Callable[[Work, Mapping[str, datetime]], Awaitable[None]]


async def on_calendar(work: Work, ids: Sequence[str], *, promised: Promised) -> int:
    """Reckon these orders' clocks anew; `promised` hears of new promises by order. No version changes:
    the form stays in everybody's hands."""
    free = select(WorkOrder).where(col(WorkOrder.id).in_(ids)).with_for_update(skip_locked=True)
    rows = await work.session.exec(free.execution_options(populate_existing=True))
    orders = {order.id: order for order in rows}
    moved = await recount.anew(work, KIND, orders)
    if not moved:
        return len(orders)
    told = {id: _shown(orders[id], live) for id, live in sorted(moved.items())}
    table = WorkOrder.__table__  # type: ignore[attr-defined]
    refresh = update(table).where(table.c.id == bindparam("its_id"))
    await (await work.session.connection()).execute(
        refresh.values({name: bindparam(f"its_{name}") for name in SHOWN}),
        [{"its_id": id, **{f"its_{name}": row[name] for name in SHOWN}} for id, row in told.items()],
    )
    await promised(work, {id: row["promised_at"] for id, row in told.items() if row["promised_at"]})
    for id in told:
        order = orders[id]
        work.record(f"{KIND}.{RESCHEDULE}", KIND, id, area=order.area, touches=touches(order),
                    detail={"edition": work.office.calendar.edition})  # fmt: skip
        if follower := work.office.followers.get(order.source):
            await follower(work, Moved(KIND, id, order.source_id, RESCHEDULE))
    return len(orders)


def _shown(order: WorkOrder, live: Sequence[Timer]) -> dict[str, Any]:
    """What the order's row says of its deadlines."""
    due = {timer.name: timer.due_at for timer in live if timer.due_at}
    nearest, bundled = pressing(live), order.bundled_due_at
    if bundled and not order.rework_times:  # later rounds run on the first one's time
        bundled = due.get("handle", bundled)
    return {
        "due_at": nearest.due_at if nearest else None,
        "due_clock": nearest.name if nearest else "",
        "promised_at": due.get("promise", order.promised_at) if order.promised_at else None,
        "bundled_due_at": bundled,
    }
