"""What a supervision does to its case: a mark, the dates of its cards, a line in its life."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import bindparam, col, select, update

from server.command.orders import rules
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.service.advance import note, seen
from server.command.orders.tables import WorkOrder
from server.kernel.actors import SYSTEM
from server.platform.work import Work


async def supervised(work: Work, order_id: str, *, on: bool) -> None:
    """A supervision on the case was opened or ended by a person; whoever holds a form of it reads it anew."""
    order = await seen(work, order_id)
    order.supervised, order.supervised_by_clock = on, False
    if not on:
        order.supervise_due_at = order.supervise_red_at = None
    note(work, order, OrderAction.SUPERVISE, detail={"on": on})


async def supervised_by_clock(work: Work, order: WorkOrder) -> None:
    """The same by the system. No version changes: a clock takes no form out of anybody's hands."""
    await _set(work, order.id, supervised=True, supervised_by_clock=True)
    note(work, order, OrderAction.SUPERVISE, detail={"on": True}, by=SYSTEM)


async def expect(work: Work, order_id: str, due_at: datetime | None, red_at: datetime | None) -> None:
    """From when on the case has a yellow, then a red card, unless the supervision is answered. None: none."""
    await _set(work, order_id, supervise_due_at=due_at, supervise_red_at=red_at)


async def expect_answer(work: Work, order_id: str, due_at: datetime) -> None:
    """It was signed: from now on the answer is waited for."""
    await _set(work, order_id, supervise_due_at=due_at)


async def expect_each(work: Work, dates: Mapping[str, tuple[datetime, datetime]]) -> None:
    """`expect` for many cases at once, after a new calendar."""
    if not dates:
        return
    table = WorkOrder.__table__  # type: ignore[attr-defined]
    rows = [{"its": id, "due": due, "red": red} for id, (due, red) in sorted(dates.items())]
    refresh = update(table).where(table.c.id == bindparam("its"))
    await (await work.session.connection()).execute(
        refresh.values(supervise_due_at=bindparam("due"), supervise_red_at=bindparam("red")), rows
    )


async def targets(work: Work, order_id: str) -> list[WorkOrder]:
    """The open orders a clock of this case speaks of: itself, or the open parts of a split one."""
    order = await work.session.get_one(WorkOrder, order_id)
    if order.state != OrderState.SPLIT:
        return [order] if rules.is_open(order.state) and order.unit_id else []
    parts = await work.session.exec(select(WorkOrder).where(WorkOrder.parent_id == order_id))
    return [part for part in parts if rules.is_open(part.state) and part.unit_id]


async def _set(work: Work, order_id: str, **values: object) -> None:
    await work.session.flush()  # a person's own change of the row goes first
    statement = update(WorkOrder).where(col(WorkOrder.id) == order_id).values(**values)
    await work.session.exec(statement, execution_options={"synchronize_session": "fetch"})
