"""One query for all siblings: the lists and figures that many orders stand in."""

from server.command.orders import lanes, queries
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.graph.context import Context


async def load_lanes(context: Context, ids: list[str]) -> list[list[OrderLane]]:
    """The lists of this person's home each order stands in."""
    mine = lanes.lanes_of(context.actor)
    now = context.office.clock()
    marks = {which: lanes.lane(which, context.actor, now) for which in mine}
    found = await queries.marked(context.office.read, context.actor, ids, marks) if mine else {}
    return [found.get(id, []) for id in ids]


async def load_figures(context: Context, ids: list[str]) -> list[list[BoardFigureKey]]:
    """Which figures of the board count each order."""
    now = context.office.clock()
    marks = {key: lanes.figure(key, now) for key in BoardFigureKey}
    found = await queries.marked(context.office.read, context.actor, ids, marks)
    return [found.get(id, []) for id in ids]
