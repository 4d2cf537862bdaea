"""What administrators do with editions."""

import strawberry

from server.command.setup import service
from server.command.setup.graphql.reads import read
from server.command.setup.graphql.types import Edition
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import OFFICER


@strawberry.input
class CellInput:
    """What one cell is to be; choices by their codes."""

    column: str
    value: str


@strawberry.input
class EditRow:
    """A row of edition `no` to change; without `key` a new one, without `cells` it goes."""

    kind: str
    no: int
    sheet: str
    key: list[str] | None = None
    cells: list[CellInput] | None = None
    note: str = ""


@strawberry.type
class Mutation:
    """配置台's part of the root."""

    @mutation_for(OFFICER)
    async def edit_row(self, info: Info, input: EditRow) -> Edition:
        """Propose an edition with one row changed. BAD_SHEET tells every cell that does not fit."""
        cells = None if input.cells is None else {cell.column: cell.value for cell in input.cells}
        async with info.context.office.work(info.context.actor) as work:
            row = await service.edit(
                work, kind=input.kind, no=input.no, sheet=input.sheet, key=input.key, cells=cells,
                note=input.note,
            )  # fmt: skip
            no = row.no
        return await read(info, input.kind, no)

    @mutation_for(OFFICER)
    async def publish_edition(self, info: Info, kind: str, no: int, against: int) -> Edition:
        """发布, never one's own proposal. `against` is the edition the differences were shown to."""
        async with info.context.office.work(info.context.actor) as work:
            await service.publish(work, kind=kind, no=no, against=against)
        return await read(info, kind, no)

    @mutation_for(OFFICER)
    async def withdraw_edition(self, info: Info, kind: str, no: int) -> Edition:
        """撤下: a proposal that nobody is to publish."""
        async with info.context.office.work(info.context.actor) as work:
            await service.withdraw(work, kind=kind, no=no)
        return await read(info, kind, no)

    @mutation_for(OFFICER)
    async def go_back_to_edition(self, info: Info, kind: str, no: int, note: str) -> Edition:
        """回滚: the content of an earlier edition, proposed anew."""
        async with info.context.office.work(info.context.actor) as work:
            fresh = (await service.go_back(work, kind=kind, no=no, note=note)).no
        return await read(info, kind, fresh)
