"""A new calendar moved deadlines: orders show them, and whom they concern hears of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import bindparam, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders.adjust import APPEAL_LIMIT
from server.command.orders.service.advance import KIND, pressing, touches
from server.command.orders.tables import WorkOrder
from server.kernel.calendar import WorkCalendar
from server.platform import recount
from server.platform.editions import Meaning
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


async def appeals(work: Work) -> None:
    """How long a unit may still appeal is counted by the calendar that holds, too. What would be over by now
    stays as it was told. No version changes."""
    for id, area, unit_id, old, new in await _appeals(work.session, work.office.calendar, work.now):
        if new <= work.now:
            continue
        mine = update(WorkOrder).where(col(WorkOrder.id) == id, col(WorkOrder.appeal_until) == old)
        table = mine.values(appeal_until=new).execution_options(synchronize_session=False)
        await (await work.session.connection()).execute(table)
        work.record(f"{KIND}.{RESCHEDULE}", KIND, id, area=area, touches=[f"unit:{unit_id}"],
                    detail={"edition": work.office.calendar.edition, "clock": "appeal"})  # fmt: skip


async def foresee(session: AsyncSession, calendar: WorkCalendar, now: datetime) -> list[Meaning]:
    """How many units would have longer, or less long, to appeal."""
    moved = [(old, new) for *_, old, new in await _appeals(session, calendar, now)]
    ways = {
        "appeals_later": sum(new > old for old, new in moved),
        "appeals_earlier": sum(now < new < old for old, new in moved),
    }
    return [{"code": code, "n": n} for code, n in ways.items() if n]


async def _appeals(
    session: AsyncSession, calendar: WorkCalendar, now: datetime
) -> list[tuple[str, str, str, datetime, datetime]]:
    """Id, area, unit, old end and new one of each case whose time to appeal the calendar moves."""
    row = WorkOrder
    columns = (row.id, row.area, row.unit_id, row.closed_at, row.appeal_until)
    open_still = select(*columns).where(col(row.appeal_until) > now)  # type: ignore[call-overload]
    return [
        (id, area, unit_id, old, new)
        for id, area, unit_id, closed_at, old in await session.exec(open_still)
        if (new := calendar.due(closed_at, APPEAL_LIMIT)) != old
    ]


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
