"""What the rest of the platform may know of an order: to citizens it is the carrier of their request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders import queries
from server.command.orders.service.report import Spot
from server.command.orders.tables import WorkOrder
from server.kernel.actors import Actor
from server.kernel.geo import Wgs84


@dataclass(frozen=True, slots=True)
class Shown:
    """An order without the people behind it. `guessed_code` is the suggested matter, "" when none."""

    id: str
    state: str
    spot: Spot
    matter_code: str
    guessed_code: str
    unit_id: str
    handler_id: str
    checker_id: str
    verifier_id: str
    likes: int
    overdue: bool
    due_at: datetime | None
    reported_at: datetime
    reopen_times: int

    @classmethod
    def of(cls, row: WorkOrder) -> Self:
        """The row as others may know it."""
        point = Wgs84(row.lon, row.lat) if row.lon is not None and row.lat is not None else None
        return cls(
            id=row.id, state=row.state, spot=Spot(row.area, row.cell, point, row.accuracy_m, row.address),
            matter_code=row.matter_code, guessed_code=(row.suggestion.get("best") or {}).get("matter", ""),
            unit_id=row.unit_id, handler_id=row.handler_id, checker_id=row.checker_id,
            verifier_id=row.verifier_id, likes=row.likes, overdue=row.overdue, due_at=row.due_at,
            reported_at=row.reported_at, reopen_times=row.reopen_times,
        )  # fmt: skip


async def of(session: AsyncSession, ids: Iterable[str]) -> dict[str, Shown]:
    """The orders that carry requests; the caller has asked whose requests they are."""
    rows = await session.exec(select(WorkOrder).where(col(WorkOrder.id).in_(set(ids))))
    return {row.id: Shown.of(row) for row in rows}


async def public(session: AsyncSession, id: str) -> Shown | None:
    """An order any neighbour may see, or None."""
    row = (await session.exec(queries.public().where(WorkOrder.id == id))).one_or_none()
    return Shown.of(row) if row else None


async def near(
    session: AsyncSession, point: Wgs84, radius_m: float, limit: int, *, asking: Actor
) -> list[tuple[Shown, float]]:
    """Other people's public open orders around a point, nearest first, with metres."""
    others = queries.public().where(WorkOrder.reporter_id != asking.id)
    found = await queries.near(session, others, point, radius_m, limit)
    return [(Shown.of(row), metres) for row, metres in found]
