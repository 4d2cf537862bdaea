"""Reading base data. Whoever opens a household leaves a line."""

from datetime import datetime

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.grid.basedata import queries, rules, service
from server.grid.basedata.facts import ENDS, FIELDS, PARENTS, BaseFieldName, BaseKind
from server.grid.basedata.graphql.types import BaseCount, BaseFormField, BasePage, BaseRecord, BaseSheet
from server.kernel.actors import LEADER, OFFICER
from server.kernel.errors import NotFound
from server.kernel.text import clean_line
from server.platform import rollups
from server.platform.read import together
from server.platform.vault import Vault

SEARCH_LIMIT = 60


@strawberry.type
class Query:
    """Base data's part of the root."""

    @field_for(OFFICER)
    async def base_records(
        self, info: Info, kinds: list[BaseKind], search: str = "", due: bool = False, first: int = 20,
        after: str | None = None,
    ) -> BasePage:  # fmt: skip
        """Live records by address; with `due` those nobody has verified for half a year, the longest first.

        `search` is part of an address, an organisation's name or a code, or a whole phone or identity number.
        """
        office, actor = info.context.office, info.context.actor
        rules.needs_reader(actor)
        words = clean_line(search, field="search", limit=SEARCH_LIMIT)
        before = office.clock() - rules.DUE_AFTER if due else None
        rows = queries.page(
            actor, kinds, first=bounded(first), search=words, digest=_digest(info, words), due_before=before,
            after=_after(after, due=due),
        )  # fmt: skip
        needs = together(("id", "kind", "cell", "address", "verified_at"), info.needs("items"))
        found = await office.read.lines(rows, needs)
        page = Page.of(found, first, lambda row: (row.verified_at if due else row.address, row.id))
        await _looked(info, {row.cell: row.cell for row in page.items if row.kind == BaseKind.RESIDENT})
        return BasePage(items=BaseRecord.of(page.items), next=page.next)

    @field_for(OFFICER, most=queries.MAPPED)
    async def base_places(self, info: Info, kinds: list[BaseKind]) -> list[BaseRecord]:
        """What of these kinds is on the map: buildings, organisations, facilities; never a person."""
        rules.needs_reader(info.context.actor)
        rows = queries.placed(info.context.actor, kinds)
        return BaseRecord.of(await info.context.office.read.lines(rows, info.needs()))

    @field_for(OFFICER)
    async def base_record(self, info: Info, id: strawberry.ID) -> BaseRecord:
        """One record. NOT_FOUND when it is not there or not for this person."""
        needs = together(("id", "kind", "cell"), info.needs())
        row = await info.context.office.read.line(queries.one(info.context.actor, id), needs)
        if row is None:
            raise NotFound(subject=id)
        await _looked(info, {row.id: row.cell} if row.kind in queries.HOUSEHOLD else {})
        return BaseRecord(row=row)

    @field_for(OFFICER)
    def base_sheet(self, info: Info, kind: BaseKind) -> BaseSheet:
        """What a form of this kind asks. The same for a whole day: a phone keeps it."""
        rules.needs_reader(info.context.actor)
        return BaseSheet(
            kind=kind, fields=[BaseFormField.of(row) for row in FIELDS[kind]],
            sources=rules.sources(info.context.actor), ends=list(ENDS[kind]),
            parents=sorted(PARENTS.get(kind, ())),
        )  # fmt: skip

    @field_for(LEADER, most=len(BaseKind))
    async def base_counts(self, info: Info) -> list[BaseCount]:
        """How much of each kind is known in the leader's area."""
        area = info.context.actor.area
        metrics = {kind: f"base.{kind}" for kind in BaseKind}
        found = await rollups.read(info.context.office.read, [area], list(metrics.values()), rollups.STOCK)
        told = {kind: found.get((area, metric, rollups.STOCK), 0) for kind, metric in metrics.items()}
        return [BaseCount(kind=kind, n=n if n >= rules.FEW else None) for kind, n in told.items()]


def _digest(info: Info, words: str) -> tuple[str, str] | None:
    """The column that finds a whole phone or identity number, and what it must be."""
    name = rules.number_kind(words)
    if name is None:
        return None
    column = "phone_digest" if name is BaseFieldName.PHONE else "id_digest"
    return column, service.digest_of(info.context.office.of(Vault), name, rules.number(words))


def _after(cursor: str | None, *, due: bool) -> tuple[str, str] | tuple[datetime, str] | None:
    if cursor is None:
        return None
    return decode(cursor, datetime, str) if due else decode(cursor, str, str)


async def _looked(info: Info, opened: dict[str, str]) -> None:
    """A line for each household this person opens, or for the cell whose people he lists."""
    if opened:
        async with info.context.office.work(info.context.actor) as work:
            await service.look(work, opened)
