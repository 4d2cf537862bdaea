"""Grid cells with their officers and groups, and what a proposal would make of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded, decode, encode
from server.grid.grids import book
from server.identity import queries
from server.identity.graphql import Area
from server.identity.posts import Permission, may
from server.kernel import coverage
from server.kernel.actors import OFFICER, Role
from server.kernel.errors import NotFound
from server.platform import editions
from server.platform.areas import AreaTree, Cell, Group
from server.platform.tabular import Row, from_json

STAFF = frozenset({OFFICER})


class GridSort(StrEnum):
    """责任网格 and 社会网格."""

    DUTY = "duty"
    SOCIAL = "social"


@strawberry.type
class GridGroup:
    """Cells looked after together, or households."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    code: str
    sort: GridSort
    name: str
    households: int | None


@strawberry.type
class GridCell:
    """A unit grid cell, valid or closed."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[Cell]
    people: strawberry.Private[Sequence[Person]]
    among: strawberry.Private[Sequence[Group]]

    @strawberry.field
    def code(self) -> str:
        return self.row.code

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @strawberry.field
    def card(self) -> str:
        """The code on its officer's card."""
        return self.row.card

    @strawberry.field
    def community(self, info: Info) -> Area:
        return Area.of(info.context.office.areas, self.row.code[:12])

    @strawberry.field
    def area_m2(self, info: Info) -> int:
        """Square metres."""
        return round(coverage.area_m2(info.context.office.areas.outline(self.row.code)))

    @strawberry.field
    def since(self) -> date | None:
        """Null where nobody knows."""
        return date.fromisoformat(self.row.since) if self.row.since else None

    @strawberry.field
    def until(self) -> date | None:
        """Null while it is valid."""
        return date.fromisoformat(self.row.until) if self.row.until else None

    @strawberry.field
    def remark(self) -> str:
        return self.row.remark

    @strawberry.field
    def successors(self, info: Info) -> list[Area]:
        """Who has a closed cell's ground today, through every split and merge."""
        areas = info.context.office.areas
        return (
            [Area.of(areas, cell.code) for cell in areas.successors(self.row.code)] if self.row.until else []
        )

    @strawberry.field
    def groups(self) -> list[GridGroup]:
        return [
            GridGroup(code=g.code, sort=GridSort(g.sort), name=g.name, households=g.households)
            for g in self.among
        ]

    @strawberry.field
    def officers(self) -> list[Person]:
        """Who patrols it, deputies last."""
        return list(self.people)


@strawberry.type
class GridCellPage:
    """Some cells in the order of their codes, the cursor of those behind them, and how many there are."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    items: list[GridCell]
    next: str | None
    total: int


class GridChange(StrEnum):
    """What a proposal makes of a cell."""

    ADDED = "added"
    MOVED = "moved"
    CLOSED = "closed"


@strawberry.type
class GridShape:
    """A cell that a proposal changes; rings as in the district's map, none where there is no cell."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    code: str
    name: str
    change: GridChange
    before: list[list[int]]
    after: list[list[int]]


@strawberry.type
class Query:
    """The grids' part of the root."""

    @field_for(OFFICER)
    async def grid_streets(self, info: Info) -> list[Area]:
        """The streets of the district, in code order."""
        areas = info.context.office.areas
        return [Area.of(areas, street.code) for street in areas.streets]

    @field_for(OFFICER)
    async def grids(
        self, info: Info, street: str = "", search: str = "", closed: bool = False, first: int = 50,
        after: str | None = None,
    ) -> GridCellPage:  # fmt: skip
        """Cells of a street, or of all, by code, card, name, community or group; valid or closed ones."""
        office, wanted = info.context.office, search.strip().lower()
        areas = office.areas
        among: defaultdict[str, list[Group]] = defaultdict(list)
        for group in areas.groups:
            for code in group.cells:
                among[code].append(group)
        found = [
            cell for cell in sorted(areas.closed if closed else areas.cells, key=lambda cell: cell.code)
            if cell.code.startswith(street) and (not wanted or wanted in _words(areas, cell, among))
        ]  # fmt: skip
        begin = decode(after, str)[0] if after else ""
        behind = [cell for cell in found if cell.code > begin]
        page = behind[: bounded(first)]
        officers = await queries.officers_by_cell(
            office.read, street or areas.district.code, now=office.clock()
        )
        on_page = {id for cell in page for id in officers.get(cell.code, ())}
        people = await queries.people(office.read, sorted(on_page))

        def shown(cell: Cell) -> GridCell:
            own = [Person(row=people[id]) for id in officers.get(cell.code, ()) if id in people]
            return GridCell(row=cell, people=own, among=among[cell.code])

        return GridCellPage(
            items=list(map(shown, page)),
            next=encode([page[-1].code]) if len(behind) > len(page) else None, total=len(found),
        )  # fmt: skip

    @field_for(OFFICER)
    async def grid_draft(self, info: Info, no: int | None = None) -> list[GridShape]:
        """What edition `no` of the map changes; for administrators and auditors."""
        office, post = info.context.office, info.context.actor.post
        if no is None:
            return []
        if not (may(post, Permission.CONFIGURE) or may(post, Permission.READ_LOGS)):
            raise NotFound(subject=f"{book.KIND}/{no}")
        async with office.reading() as session:
            content = await editions.content_of(session, office, book.KIND, no)
        return [
            shape for row in from_json(content)[book.CELLS]
            if (shape := _changed(office.areas, row)) is not None
        ]  # fmt: skip


def _words(areas: AreaTree, cell: Cell, among: Mapping[str, Sequence[Group]]) -> str:
    groups = (word for group in among.get(cell.code, ()) for word in (group.code, group.name))
    return " ".join([cell.code, cell.card, cell.name, areas.name(cell.code[:12]), *groups]).lower()


def _changed(areas: AreaTree, row: Row) -> GridShape | None:
    code, known = row["code"], areas.outline(row["code"])
    drawn = book.shape_of(row)
    if row.get("until"):
        if areas.is_closed(code):
            return None
        change, before, after = GridChange.CLOSED, known, []
    elif not known:
        change, before, after = GridChange.ADDED, [], drawn
    elif known != drawn:
        change, before, after = GridChange.MOVED, known, drawn
    else:
        return None
    return GridShape(
        code=code, name=row["name"], change=change, before=[coverage.rolled(ring) for ring in before],
        after=[coverage.rolled(ring) for ring in after],
    )  # fmt: skip
