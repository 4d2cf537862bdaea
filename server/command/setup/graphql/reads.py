"""Reading editions: kinds, history, rows and differences."""

from typing import TypeVar

import strawberry

from server.command.setup import queries, rules, service
from server.command.setup.graphql.types import (
    Edition,
    EditionPage,
    EditionRow,
    EditionRowPage,
    RowChange,
    RowChangePage,
    SetupKind,
    SetupSheet,
    load_in_force,
    shipped,
)
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded, decode, encode
from server.identity.posts import Permission, may
from server.kernel.actors import OFFICER
from server.kernel.errors import BadInput, NotFound
from server.kernel.text import clean_line
from server.platform.editions import EditionState, Shelf, content_of
from server.platform.tabular import changes

T = TypeVar("T")


@strawberry.type
class Query:
    """配置台's part of the root."""

    @field_for(OFFICER, most=10)
    async def setup_kinds(self, info: Info) -> list[SetupKind]:
        """What the city decides in editions. Raises NotAllowed for whoever neither configures nor audits."""
        rules.needs_reader(info.context.actor)
        keepers, read = info.context.office.of(Shelf).keepers, info.context.office.read
        in_force = dict(await read.tuples(queries.in_force(keepers)))
        waiting = dict(await read.tuples(queries.waiting(keepers)))
        return [
            SetupKind(
                kind=kind, in_force=in_force.get(kind, 0), waiting=waiting.get(kind, 0),
                sheets=[SetupSheet.of(sheet) for sheet in keeper.tabular.sheets] if keeper.tabular else [],
                may_propose=may(info.context.actor.post, Permission.CONFIGURE),
            )
            for kind, keeper in keepers.items()
        ]  # fmt: skip

    @field_for(OFFICER)
    async def editions(self, info: Info, kind: str, first: int = 20, after: str | None = None) -> EditionPage:
        """The history of a kind, newest first; what the product ships stands at its end."""
        rules.needs_reader(info.context.actor)
        service.keeper_of(info.context.office, kind)
        before = decode(after, int)[0] if after else None
        wanted = queries.of_kind(info.context.actor, kind, bounded(first), before)
        rows = await info.context.office.read.lines(wanted, queries.SHOWN)
        items = Edition.of(rows[:first])
        if len(rows) <= first:
            items.append(shipped(kind))
        return EditionPage(items=items, next=encode([rows[first - 1].no]) if len(rows) > first else None)

    @field_for(OFFICER)
    async def edition(self, info: Info, kind: str, no: int) -> Edition:
        """One edition. Raises NotFound."""
        return await read(info, kind, no)

    @field_for(OFFICER)
    async def edition_rows(
        self, info: Info, kind: str, no: int, sheet: str, search: str = "", first: int = 50,
        after: str | None = None,
    ) -> EditionRowPage:  # fmt: skip
        """The rows of one sheet that hold `search` in any cell, in the sheet's order."""
        rules.needs_reader(info.context.actor)
        tabular = service.tables_of(info.context.office, kind)
        page = tabular.sheet(sheet)
        if page is None:
            raise BadInput(field="sheet")
        wanted = clean_line(search, field="search", limit=50).lower()
        columns = [column.name for column in page.columns]
        rows = [
            EditionRow(key=list(page.key_of(row)), cells=cells)
            for row in tabular.tables(await _content(info, kind, no)).get(sheet, ())
            if wanted in "\n".join(cells := [row.get(name, "") for name in columns]).lower()
        ]
        items, following = _cut(rows, bounded(first), after)
        return EditionRowPage(items=items, next=following, total=len(rows))

    @field_for(OFFICER)
    async def edition_changes(
        self, info: Info, kind: str, no: int, first: int = 50, after: str | None = None
    ) -> RowChangePage:
        """Row by row what an edition changes: a proposal against what holds now, others against what held."""
        edition = await read(info, kind, no)
        tabular = service.tables_of(info.context.office, kind)
        against = edition.against()
        if edition.row.state == EditionState.PROPOSED:
            [against] = await load_in_force(info.context, [kind])
        if no == 0:
            return RowChangePage(items=[], next=None, total=0, against=0)
        before, content = [tabular.tables(await _content(info, kind, each)) for each in (against, no)]
        found = changes(tabular, before, content)
        items, following = _cut(found, bounded(first), after)
        return RowChangePage(
            items=[RowChange.of(change) for change in items],
            next=following,
            total=len(found),
            against=against,
        )


async def read(info: Info, kind: str, no: int) -> Edition:
    """The edition, if this person may see it. Raises NotAllowed, NotFound."""
    rules.needs_reader(info.context.actor)
    service.keeper_of(info.context.office, kind)
    if no == 0:
        return shipped(kind)
    row = await info.context.office.read.line(queries.one(info.context.actor, kind, no), queries.SHOWN)
    if row is None:
        raise NotFound(subject=f"{kind}/{no}")
    return Edition(row=row)


async def _content(info: Info, kind: str, no: int) -> bytes:
    async with info.context.office.reading() as session:
        return await content_of(session, info.context.office, kind, no)


def _cut(rows: list[T], first: int, after: str | None) -> tuple[list[T], str | None]:
    """A page of rows that never change: the cursor is the place."""
    begin = decode(after, int)[0] if after else 0
    if begin < 0:
        raise BadInput(field="after")
    end = begin + first
    return rows[begin:end], encode([end]) if end < len(rows) else None
