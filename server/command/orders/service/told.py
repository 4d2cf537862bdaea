"""What an order's own row says, for whoever reckons with its history in the same unit of work."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders import lanes, queries
from server.command.orders.rules import VerifyConclusion
from server.command.orders.service.advance import counted_in
from server.command.orders.tables import WorkOrder
from server.platform.work import Work

DISTRICT = 6  # digits of a district's code


@dataclass(frozen=True, slots=True)
class Head:
    """Where it counts, what it is, who has it, until when, whom it complains about. `verified`: found true on
    the spot (核实)."""

    id: str
    state: str
    area: str
    source: str
    matter_code: str
    unit_id: str
    bundled_due_at: datetime | None
    exempt: bool
    verified: bool
    against: str


async def head(work: Work, id: str) -> Head | None:
    """The order as this unit of work leaves it, whoever asks; None when there is no such order."""
    row = await work.session.get(WorkOrder, id)
    added = (each for each in work.added if isinstance(each, WorkOrder) and each.id == id)
    row = row or next(added, None)
    return None if row is None else _head(row)


async def heads(session: AsyncSession, after: str, first: int) -> list[Head]:
    """The orders behind `after` by id, at most `first`: the whole history page by page."""
    rows = select(WorkOrder).where(col(WorkOrder.id) > after).order_by(col(WorkOrder.id)).limit(first)
    return [_head(row) for row in await session.exec(rows)]


async def reported_between(
    session: AsyncSession, area: str, since: datetime, until: datetime
) -> list[tuple[str, str, str]]:
    """What was reported in an area in [since, until), parts of a case not again: id, area and matter, the
    newest first."""
    at = col(WorkOrder.reported_at)
    rows = select(WorkOrder.id, WorkOrder.area, WorkOrder.matter_code).where(
        at >= since, at < until, WorkOrder.parent_id == ""
    )
    return list(await session.exec(rows.where(*_counted(area)).order_by(at.desc())))


async def rated_between(
    session: AsyncSession, area: str, since: datetime, until: datetime
) -> list[tuple[str, bool]]:
    """What was rated in an area in [since, until): id, and whether the answer was good."""
    at = col(WorkOrder.rated_at)
    rows = select(WorkOrder.id, WorkOrder.satisfied).where(at >= since, at < until)
    found = await session.exec(rows.where(*_counted(area)).order_by(at.desc()))
    return [(id, bool(satisfied)) for id, satisfied in found]


async def open_in(session: AsyncSession, area: str) -> list[tuple[str, datetime, bool]]:
    """What is open in an area: id, when it was reported, whether it is overdue; the oldest first."""
    rows = select(WorkOrder.id, WorkOrder.reported_at, WorkOrder.overdue).where(lanes.open_now())
    ordered = rows.where(*_counted(area)).order_by(col(WorkOrder.reported_at))
    return list(await session.exec(ordered))


async def overdue_between(session: AsyncSession, since: datetime, until: datetime) -> list[str]:
    """Open orders whose bundled deadline passed in (since, until]."""
    due = col(WorkOrder.bundled_due_at)
    rows = select(WorkOrder.id).where(lanes.open_now(), due > since, due <= until)
    return list(await session.exec(rows))


def _counted(area: str) -> list[ColumnElement[bool]]:
    """What counts in an area: what complains about somebody does for the district only (`counted_in`)."""
    nobody = [col(WorkOrder.against) == ""] if len(area) > DISTRICT else []
    return [queries.beneath(area), *nobody]


def _head(row: WorkOrder) -> Head:
    return Head(
        row.id, row.state, counted_in(row), row.source, row.matter_code, row.unit_id, row.bundled_due_at,
        row.overtime_exempt, row.verified == VerifyConclusion.TRUE, row.against,
    )  # fmt: skip
