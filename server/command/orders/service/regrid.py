"""The map changed: open orders of a cell that was closed or moved go to the cell they lie in now."""

from typing import Protocol

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.lanes import open_now
from server.command.orders.service.advance import KIND, recount, standing, touches
from server.command.orders.tables import WorkOrder
from server.kernel.geo import Wgs84
from server.platform.areas import AreaTree
from server.platform.sla import Timer
from server.platform.work import Work

REGRID = "regrid"
PAGE = 500  # codes asked for at once


async def regrid(work: Work, old: AreaTree, new: AreaTree) -> int:
    """Move them; what is closed keeps the code it was closed under. Returns how many moved."""
    moved = 0
    codes = changed(old, new)
    for start in range(0, len(codes), PAGE):
        rows = _open(codes[start : start + PAGE]).with_for_update()
        for order in (await work.session.exec(rows.order_by(col(WorkOrder.id)))).all():
            area, cell = place(order, new)
            if (order.area, order.cell) == (area, cell):
                continue
            was, before = standing(order), order.area
            heard = {*touches(order), f"cell:{order.cell}"}
            order.area, order.cell = area, cell
            recount(work, order, was)
            work.record(f"{KIND}.{REGRID}", KIND, order.id, area=area, touches={*touches(order), *heard},
                        detail={"from": before, "to": area})  # fmt: skip
            clocks = update(Timer).where(
                col(Timer.subject_kind) == KIND, col(Timer.subject_id) == order.id,
                col(Timer.stopped_at).is_(None),
            )  # fmt: skip
            await work.session.exec(clocks.values(area=area))
            moved += 1
    return moved


async def affected(session: AsyncSession, old: AreaTree, new: AreaTree) -> int:
    """How many open orders lie in cells that would be closed or moved."""
    codes, found = changed(old, new), 0
    for start in range(0, len(codes), PAGE):
        mine = _open(codes[start : start + PAGE]).subquery()
        found += (await session.exec(select(func.count()).select_from(mine))).one()
    return found


def changed(old: AreaTree, new: AreaTree) -> list[str]:
    """The cells that were closed or moved."""
    return [
        cell.code for cell in old.cells
        if new.is_closed(cell.code) or new.outline(cell.code) != old.outline(cell.code)
    ]  # fmt: skip


def _open(codes: list[str]) -> SelectOfScalar[WorkOrder]:
    return select(WorkOrder).where(col(WorkOrder.area).in_(codes), open_now())


class Placed(Protocol):
    """Whatever lies in an area, perhaps at a point."""

    area: str
    lon: float | None
    lat: float | None


def place(it: Placed, new: AreaTree) -> tuple[str, str]:
    """Area and cell by its point; without one the only successor, or the community."""
    if it.lon is not None and it.lat is not None:
        cell = new.locate(Wgs84(it.lon, it.lat))
        if cell:
            return cell.code, cell.code
    heirs = new.successors(it.area)
    if len(heirs) == 1:
        return heirs[0].code, heirs[0].code
    return it.area[:12], ""
