"""The end of a suspension: by the head, or by itself when its day has come."""

from sqlmodel import col, select

from server.command.orders import rules
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.service.advance import advance, handle_clock, seen
from server.command.orders.tables import WorkOrder
from server.kernel.actors import SYSTEM
from server.kernel.calendar import Limit
from server.kernel.text import clean_text
from server.platform.work import Office, Work

OPINION_LIMIT = 500
BATCH = 50


async def resume(work: Work, *, id: str, version: int, opinion: str) -> WorkOrder:
    """G1.18: the head takes it up again before its day."""
    order = await seen(work, id, version)
    rules.step(order, OrderAction.RESUME, work.actor)
    rules.needs_own_unit(order, work.actor)
    await _resumed(work, order, clean_text(opinion, field="opinion", limit=OPINION_LIMIT))
    return order


async def resume_due(office: Office) -> int:
    """G1.18: every suspension whose day has come ends by itself. Returns how many did."""
    async with office.work(SYSTEM) as work:
        due = (
            select(WorkOrder)
            .where(col(WorkOrder.suspended_until).is_not(None), col(WorkOrder.suspended_until) <= work.now)
            .order_by(col(WorkOrder.suspended_until)).limit(BATCH).with_for_update(skip_locked=True)
        )  # fmt: skip
        orders = (await work.session.exec(due)).all()
        for order in orders:
            if order.state == OrderState.SUSPENDED:
                await _resumed(work, order, "", by_system=True)
            else:
                order.suspended_until = None  # voided while it rested
        return len(orders)


async def _resumed(work: Work, order: WorkOrder, opinion: str, *, by_system: bool = False) -> None:
    """The deadline over all rounds rests as long as the round's own clock did."""
    calendar, since, first = work.office.calendar, order.suspended_at, order.bundled_due_at
    timer = await handle_clock(work, order)
    if timer and since and first and first > since and order.rework_times:
        left = calendar.elapsed(since, first, timer.limit.unit)
        order.bundled_due_at = calendar.due(work.now, Limit(left, timer.limit.unit))
    order.suspended_until = None
    await advance(work, order, OrderAction.RESUME, opinion=opinion, receiver=order.unit_id,
                  by=SYSTEM if by_system else None)  # fmt: skip
    if timer and not order.rework_times:
        order.bundled_due_at = timer.due_at
