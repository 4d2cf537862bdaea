"""What the rest of the platform may know of an order: to citizens it is the carrier of their request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders import queries
from server.command.orders.flow import OrderState
from server.command.orders.rules import OrderSource
from server.command.orders.tables import WorkOrder
from server.kernel.actors import Actor
from server.kernel.geo import Wgs84
from server.platform.kept import kept
from server.platform.read import Reader

NEEDS = ("id", "state", "area", "lon", "lat", "accuracy_m", "address", "catalogue_ref", "matter_code",
         "suggestion", "unit_id", "handler_id", "checker_id", "verifier_id", "likes", "overdue", "due_at",
         "reported_at", "reopen_times", "suspended_until")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """An order without the people behind it. `guessed_code` is the suggested matter, "" when none."""

    id: str
    state: str
    area: str
    lon: float | None
    lat: float | None
    accuracy_m: int | None
    address: str
    catalogue_ref: str
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
    suspended_until: datetime | None = None

    @classmethod
    def of(cls, row: WorkOrder) -> Self:
        """The row as others may know it."""
        return cls(
            id=row.id, state=row.state, area=row.area, lon=row.lon, lat=row.lat, accuracy_m=row.accuracy_m,
            address=row.address, catalogue_ref=row.catalogue_ref, matter_code=row.matter_code,
            guessed_code=(row.suggestion.get("best") or {}).get("matter", ""),
            unit_id=row.unit_id, handler_id=row.handler_id, checker_id=row.checker_id,
            verifier_id=row.verifier_id, likes=row.likes, overdue=row.overdue, due_at=row.due_at,
            reported_at=row.reported_at, reopen_times=row.reopen_times,
            suspended_until=row.suspended_until,
        )  # fmt: skip


async def of(session: AsyncSession, ids: Iterable[str]) -> dict[str, Shown]:
    """The orders that carry requests; the caller has asked whose requests they are."""
    return {row.id: Shown.of(row) for row in await session.exec(_orders(list(ids)))}


async def read(reader: Reader, ids: Iterable[str]) -> dict[str, Shown]:
    """As `of`, for an answer."""
    return {row.id: Shown.of(row) for row in await reader.lines(_kept(list(ids)), NEEDS)}


async def public(reader: Reader, id: str) -> Shown | None:
    """An order any neighbour may see, or None."""
    row = await reader.line(queries.public().where(WorkOrder.id == id), NEEDS)
    return Shown.of(row) if row else None


class Withheld(StrEnum):
    """Why a case is not shown to everybody; the class of the reason, never the reason itself."""

    PRIVACY = "privacy"  # who reported it asked for that, or it names somebody
    NOT_ACCEPTED = "not_accepted"
    IN_REVIEW = "in_review"  # its place is not known yet
    HISTORY = "history"  # handed over from an older system


PUBLISHED = (*NEEDS, "confidential", "against", "source", "parent_id", "merged_into")
LONGEST_CHAIN = 20


async def published(reader: Reader, no: str) -> tuple[Shown, Withheld | None] | None:
    """The case of a number as everybody may know it, at the end of its chain of masters, and why it is
    withheld, if it is. None for a number nobody gave out, and for a part: the whole case is the case."""
    row = await reader.line(select(WorkOrder).where(WorkOrder.no == no, WorkOrder.parent_id == ""), PUBLISHED)
    for _ in range(LONGEST_CHAIN):
        if row is None or not row.merged_into or row.confidential:
            break
        row = await reader.line(select(WorkOrder).where(WorkOrder.id == row.merged_into), PUBLISHED)
    return (Shown.of(row), _withheld(row)) if row else None


def _withheld(row: WorkOrder) -> Withheld | None:
    if row.confidential or row.against:
        return Withheld.PRIVACY
    if row.source == OrderSource.IMPORT:
        return Withheld.HISTORY
    if row.state in {OrderState.REJECTED, OrderState.VOIDED}:
        return Withheld.NOT_ACCEPTED
    return Withheld.IN_REVIEW if row.lon is None else None


async def near(
    reader: Reader, point: Wgs84, radius_m: float, limit: int, *, asking: Actor
) -> list[tuple[Shown, float]]:
    """Other people's public open orders around a point, nearest first, with metres."""
    found = await queries.near(reader, asking, point, radius_m, limit, NEEDS)
    return [(Shown.of(row), metres) for row, metres in found]


def _orders(ids: list[str]) -> SelectOfScalar[WorkOrder]:
    return select(WorkOrder).where(col(WorkOrder.id).in_(ids))


_kept = kept(_orders)
