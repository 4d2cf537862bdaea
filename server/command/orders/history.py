"""The district's own history: what its orders were about and who solved them, as finally decided."""

from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders.flow import OrderState
from server.command.orders.tables import WorkOrder

MOST = 5000  # the newest; what was decided long ago was decided by other rules


class Decided(NamedTuple):
    """A closed order: what was written, and where it ended after every return and ruling."""

    title: str
    text: str
    matter_code: str
    unit_id: str


async def decided(session: AsyncSession) -> list[Decided]:
    """Closed orders a unit handled, the newest first; never a confidential one: its words would be shown."""
    rows = select(WorkOrder.title, WorkOrder.text, WorkOrder.matter_code, WorkOrder.unit_id).where(
        WorkOrder.state == OrderState.CLOSED, col(WorkOrder.matter_code) != "", col(WorkOrder.unit_id) != "",
        ~col(WorkOrder.confidential), col(WorkOrder.text) != "",
    )  # fmt: skip
    newest = rows.order_by(col(WorkOrder.reported_at).desc(), col(WorkOrder.id).desc()).limit(MOST)
    return [Decided(*row) for row in await session.exec(newest)]
