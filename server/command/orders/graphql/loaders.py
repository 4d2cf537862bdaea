"""One query for all siblings: the lists and figures that many orders stand in."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.command.graphql.types import Photo, Voice, load_photos, load_voices
from server.command.orders import pairs, queries
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.pairs import Verdict
from server.command.orders.tables import WorkOrder as Row
from server.graph.context import Context
from server.platform.kept import Question
from server.platform.read import Needs, together

T = TypeVar("T")


async def load_lanes(context: Context, ids: list[str]) -> list[list[OrderLane]]:
    """The lists of this person's home each order stands in."""
    found = await queries.lanes_by_id(context.office.read, context.actor, ids, context.office.clock())
    return [found.get(id, []) for id in ids]


async def load_figures(context: Context, ids: list[str]) -> list[list[BoardFigureKey]]:
    """Which figures of the board count each order."""
    found = await queries.figures_by_id(context.office.read, context.actor, ids, context.office.clock())
    return [found.get(id, []) for id in ids]


async def load_parts(context: Context, asked: list[tuple[str, Needs]]) -> list[list[Row]]:
    """The parts of each split case, by number, with the columns asked."""
    return await _linked(context, asked, queries.read_parts, "parent_id")


async def load_duplicates(context: Context, asked: list[tuple[str, Needs]]) -> list[list[Row]]:
    """The cases merged into each, the newest first."""
    return await _linked(context, asked, queries.read_duplicates, "merged_into")


async def _linked(
    context: Context, asked: list[tuple[str, Needs]], rows: Callable[..., Question[Row]], by: str
) -> list[list[Row]]:
    ids = [id for id, _ in asked]
    needs = together(("id", by), *(needs for _, needs in asked))
    found: dict[str, list[Row]] = {id: [] for id in ids}
    for row in await context.office.read.lines(rows(context.actor, ids), needs):
        found[getattr(row, by)].append(row)
    return [found[id] for id in ids]


async def load_related(context: Context, asked: list[tuple[str, Needs]]) -> list[list[Row]]:
    """The cases linked with each by a dispatcher."""
    said = await pairs.decided(context.office.read, {id for id, _ in asked})
    linked = {
        id: [other for other, verdict in others.items() if verdict is Verdict.RELATED]
        for id, others in said.items()
    }
    wanted = sorted({other for others in linked.values() for other in others})
    if not wanted:
        return [[] for _ in asked]
    needs = together(("id",), *(needs for _, needs in asked))
    rows = await context.office.read.lines(queries.read_some(context.actor, wanted), needs)
    found = {row.id: row for row in rows}
    return [[found[other] for other in linked[id] if other in found] for id, _ in asked]


async def load_wholes(context: Context, ids: list[str]) -> list[tuple[str, str, str, str, int, int]]:
    """Of each split case: id, number, title, text, its parts and how many of them are over. Whoever sees a
    part may know that much of the whole."""
    rows = await context.office.read.tuples(queries.read_wholes(ids))
    found = {row[0]: row for row in rows}
    return [found[id] for id in ids]


async def load_photos_of_both(context: Context, asked: list[tuple[str, str]]) -> list[list[Photo]]:
    """The photos of each order, and of the whole case where it is a part, the oldest first."""
    return await _of_both(load_photos, context, asked)


async def load_voices_of_both(context: Context, asked: list[tuple[str, str]]) -> list[list[Voice]]:
    """The voice notes of each order, and of the whole case where it is a part, the oldest first."""
    return await _of_both(load_voices, context, asked)


async def _of_both(
    load: Callable[[Context, list[str]], Awaitable[list[list[T]]]],
    context: Context,
    asked: list[tuple[str, str]],
) -> list[list[T]]:
    ids = list(dict.fromkeys(id for pair in asked for id in pair if id))
    found = dict(zip(ids, await load(context, ids), strict=True))
    return [[*found.get(whole, ()), *found[id]] for id, whole in asked]
