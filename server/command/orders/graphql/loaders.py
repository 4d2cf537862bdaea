"""One query for all siblings: the lists and figures that many orders stand in."""

from server.command.orders import queries
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.graph.context import Context


async def load_lanes(context: Context, ids: list[str]) -> list[list[OrderLane]]:
    """The lists of this person's home each order stands in."""
    found = await queries.lanes_by_id(context.office.read, context.actor, ids, context.office.clock())
    return [found.get(id, []) for id in ids]


async def load_figures(context: Context, ids: list[str]) -> list[list[BoardFigureKey]]:
    """Which figures of the board count each order."""
    found = await queries.figures_by_id(context.office.read, context.actor, ids, context.office.clock())
    return [found.get(id, []) for id in ids]
