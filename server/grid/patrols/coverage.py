"""Three axes of coverage (domain C6) out of counters: places visited, people there, and what they carry."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from server.command.duty import queries as duties
from server.command.orders import workload
from server.grid.patrols.rules import WATCHERS
from server.grid.patrols.service.plans import MISSED, REQUIRED, VISITED
from server.identity.queries import officers_by_cell
from server.kernel.actors import Actor, Post
from server.kernel.errors import NotAllowed, NotFound
from server.platform import rollups
from server.platform.work import Office

READERS = WATCHERS | {Post.LEADER}


@dataclass(frozen=True, slots=True)
class Covered:
    """An area: points over the days; people now."""

    area: str
    visited: int
    required: int
    missed: int
    on_duty: int
    officers: int
    tasks: int


async def sums(office: Office, areas: list[str], first: date, last: date) -> dict[tuple[str, str], int]:
    """The counters of the areas over the days."""
    return await rollups.sums(office.read, areas, [REQUIRED, VISITED, MISSED], first, last)


async def below(office: Office, actor: Actor, code: str, first: date, last: date) -> list[Covered]:
    """The areas one level below `code`; of a cell, the cell. Raises NotAllowed, NotFound."""
    if actor.post not in READERS:
        raise NotAllowed(flow="patrol", action="coverage", post=actor.post)
    if not code.startswith(actor.area):
        raise NotFound(subject=code)
    areas = [area.code for area in office.areas.children(code)] or [code]
    counts = await sums(office, areas, first, last)
    now = office.clock()
    officers: dict[str, set[str]] = defaultdict(set)
    for cell, ids in (await officers_by_cell(office.read, code, now=now)).items():
        officers[cell[: len(areas[0])]] |= set(ids)
    present = {row.account_id for row in await duties.spells(office.read, actor, now)}
    tasks = await workload.tasks(office.read, actor, sorted(set().union(*officers.values())))
    return [
        Covered(
            area, counts.get((area, VISITED), 0), counts.get((area, REQUIRED), 0),
            counts.get((area, MISSED), 0), len(officers[area] & present), len(officers[area]),
            sum(tasks.get(id, 0) for id in officers[area]),
        ) for area in areas
    ]  # fmt: skip
