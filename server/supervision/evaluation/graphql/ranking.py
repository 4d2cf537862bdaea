"""排名, and the very cases behind each of its figures."""

import strawberry

from server.command.library import Library
from server.command.orders import queries as orders
from server.command.orders.graphql.types import OrderPage, WorkOrder
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.identity.graphql import Area, Unit
from server.kernel.actors import LEADER
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import BadInput
from server.platform.areas import AreaLevel
from server.platform.read import together
from server.platform.work import Office
from server.supervision.evaluation import queries
from server.supervision.evaluation.graphql.types import LeftOut, Ranking, RankingRow
from server.supervision.evaluation.queries import Cell
from server.supervision.evaluation.rules.formulas import total
from server.supervision.evaluation.rules.ranking import (
    MEASURES,
    Mixed,
    Period,
    RankingBy,
    RankingMeasure,
    lately,
    ranked,
    share_of,
)


@strawberry.type
class Query:
    """The ranking's part of the root."""

    @field_for(LEADER)
    async def ranking(
        self, info: Info, measure: RankingMeasure = RankingMeasure.ONTIME, by: RankingBy = RankingBy.UNIT
    ) -> Ranking:
        """The units, or the areas one level below, of one's area over the 30 days that are over."""
        return await ranking(info.context.office, info.context.actor.area, measure, by)

    @field_for(LEADER)
    async def ranked_orders(
        self, info: Info, measure: RankingMeasure, by: RankingBy, key: str, part_only: bool = False,
        first: int = 20, after: str | None = None,
    ) -> OrderPage:  # fmt: skip
        """The cases a row counts, or only those its numerator counts; the newest day first."""
        office, actor = info.context.office, info.context.actor
        period, what = lately(day_of(office.clock())), MEASURES[measure]
        cell = Cell(
            period.first, period.last, area=under(office, actor.area, by, key),
            unit_id=key if by is RankingBy.UNIT else "", of=what.of, part=what.part if part_only else "",
        )  # fmt: skip
        return await page_of(info, cell, bounded(first), after)


async def ranking(office: Office, area: str, measure: RankingMeasure, by: RankingBy) -> Ranking:
    """Out of the sums of days: flat, however many orders there are."""
    period = lately(day_of(office.clock()))
    mixed = await grouped(office, area, by, period, measure)
    past = await grouped(office, area, by, period.before, measure)
    areas = [area] if by is RankingBy.UNIT else below(office, area)
    times = await queries.handling(office.read, areas, period.first, period.last, by)
    before = {group: share_of({group: mix}, measure) for group, mix in past.items()}
    part, n = share_of(mixed, measure)
    units = office.of(Library).units
    left_out = total(each for mix in mixed.values() for each in mix.values())
    rows = [
        RankingRow.of(
            key, row, *before.get(key, (0, 0)), times.get(key, {}),
            unit=Unit.of(units[key]) if by is RankingBy.UNIT and key in units else None,
            area=Area.of(office.areas, key) if by is RankingBy.AREA else None,
        )
        for key, row in ranked(mixed, measure)
    ]  # fmt: skip
    return Ranking(
        measure=measure, by=by, first=period.first, last=period.last,
        frozen_at=midnight(day_of(office.clock())), part=part, n=n, share=part / n if n else None, rows=rows,
        left_out=LeftOut(
            duplicates=left_out.merged, withdrawn=left_out.withdrawn, freed=left_out.freed,
            voided=left_out.voided, self_handled=left_out.self_report,
        ),
    )  # fmt: skip


async def grouped(office: Office, area: str, by: RankingBy, period: Period, measure: RankingMeasure) -> Mixed:
    """What the measure needs of the groups, by mix of cases."""
    if by is RankingBy.UNIT:
        return await queries.by_unit(office.read, area, period.first, period.last, measure)
    return await queries.by_area(office.read, below(office, area), period.first, period.last, measure)


def below(office: Office, area: str) -> list[str]:
    """The areas that stand beside each other in `area`: its streets, or its communities."""
    codes = [each.code for each in office.areas.children(area) if each.level is not AreaLevel.CELL]
    return codes or [area]


def under(office: Office, area: str, by: RankingBy, key: str) -> str:
    """The area of the cases behind a row. Raises BadInput for a row this leader has not got."""
    if by is RankingBy.UNIT:
        return area
    if key not in below(office, area):
        raise BadInput(field="key")
    return key


async def page_of(info: Info, cell: Cell, first: int, after: str | None) -> OrderPage:
    """A page of the orders behind a figure that this person may see."""
    office, actor = info.context.office, info.context.actor
    key: tuple[str, str] | None = decode(after, str, str) if after else None
    found = await queries.behind(office.read, actor, cell, first, key)
    page = Page.of(found, first, lambda row: (row.day.isoformat() if row.day else "", row.order_id))
    ids = [row.order_id for row in page.items]
    needs = together(("id",), info.needs("items"))
    rows = {row.id: row for row in await office.read.lines(orders.read_some(actor, ids), needs)}
    how_many = await queries.how_many(office.read, actor, cell) if info.asks("total") else 0
    return OrderPage(
        items=WorkOrder.of([rows[id] for id in ids if id in rows]), next=page.next, total=how_many
    )
