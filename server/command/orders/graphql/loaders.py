"""One query for all siblings: clocks, holds, lists and figures of many orders at once."""

from sqlmodel import col, select

from server.command.orders import queries
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.graph.context import Context
from server.kernel.actors import DISPATCHERS
from server.platform import sla
from server.platform.holds import Hold as HoldRow


async def load_clocks(context: Context, ids: list[str]) -> list[list[sla.Timer]]:
    """The timers of each order."""
    async with context.office.reading() as session:
        found = await sla.clocks_of(session, "order", ids)
    return [found.get(id, []) for id in ids]


async def load_holds(context: Context, ids: list[str]) -> list[HoldRow | None]:
    """The act that waits on each order. Only its own person and the desk know: nobody else feels it yet."""
    actor = context.actor
    mine = select(HoldRow).where(col(HoldRow.subject_id).in_(ids))
    if actor.post not in DISPATCHERS:
        mine = mine.where(HoldRow.actor_id == actor.id)
    async with context.office.reading() as session:
        rows = await session.exec(mine)
        found = {row.subject_id: row for row in rows}
    return [found.get(id) for id in ids]


async def load_marks(context: Context, ids: list[str]) -> list[tuple[list[OrderLane], list[BoardFigureKey]]]:
    """The lists and figures each order stands in."""
    async with context.office.reading() as session:
        found = await queries.marks(session, context.actor, ids, context.office.clock())
    return [found.get(id, ([], [])) for id in ids]
