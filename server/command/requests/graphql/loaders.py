"""One query for all siblings: what many requests of one person stand on."""

from server.command.orders.service import shown
from server.command.orders.service.shown import Shown
from server.graph.context import Context
from server.identity import accounts


async def load_mobiles(context: Context, ids: list[str]) -> list[str]:
    """The masked phones of citizens."""
    return await accounts.mobiles(context.office, ids)


async def load_shown(context: Context, ids: list[str]) -> list[Shown]:
    """What a citizen may know of the orders that carry his requests."""
    found = await shown.read(context.office.read, ids)
    return [found[id] for id in ids]
