"""部门看板: how one's own unit stands beside the others, by the ranking's formulas, and the cases behind."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.orders.graphql.types import OrderPage
from server.command.orders.workload import needs_unit
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded
from server.kernel.actors import OFFICER, Role
from server.kernel.calendar import day_of
from server.supervision.evaluation import queries
from server.supervision.evaluation.graphql.ranking import page_of
from server.supervision.evaluation.graphql.types import RankingRow
from server.supervision.evaluation.queries import Cell
from server.supervision.evaluation.rules.ranking import (
    MEASURES,
    RankingMeasure,
    lately,
    ranked,
    share_of,
)

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


class UnitCases(StrEnum):
    """Which of the cases a measure counts: all, those of its numerator, or the others."""

    ALL = "all"
    PART = "part"
    REST = "rest"


@strawberry.type
class UnitMeasure:
    """One measure of one's unit; a null row has no case to measure."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    measure: RankingMeasure
    share: float | None = strawberry.field(description="Of all units together, 0 to 1.")
    row: RankingRow | None


@strawberry.type
class UnitStanding:
    """The same 30 days that are over as in the leaders' ranking."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    first: date
    last: date
    measures: list[UnitMeasure]


@strawberry.type
class Query:
    """The unit's part of the root."""

    @field_for(OFFICER)
    async def unit_standing(self, info: Info) -> UnitStanding:
        """Of one's own unit, in the whole district. Refuses NOT_ALLOWED to those who are of none."""
        office, actor = info.context.office, info.context.actor
        needs_unit(actor)
        period, area = lately(day_of(office.clock())), office.areas.district.code
        mixed = await queries.by_unit(office.read, area, period.first, period.last)
        past = await queries.by_unit(office.read, area, period.before.first, period.before.last)
        times = await queries.handling(office.read, [area], period.first, period.last)
        took, before = times.get(actor.unit_id, {}), {actor.unit_id: past.get(actor.unit_id, {})}
        measures = []
        for measure in RankingMeasure:
            mine = dict(ranked(mixed, measure)).get(actor.unit_id)
            part, n = share_of(mixed, measure)
            row = RankingRow.of(actor.unit_id, mine, *share_of(before, measure), took) if mine else None
            measures.append(UnitMeasure(measure=measure, share=part / n if n else None, row=row))
        return UnitStanding(first=period.first, last=period.last, measures=measures)

    @field_for(OFFICER)
    async def unit_ranked_orders(
        self, info: Info, measure: RankingMeasure, which: UnitCases = UnitCases.ALL, first: int = 20,
        after: str | None = None,
    ) -> OrderPage:  # fmt: skip
        """The very cases of one's unit that a measure counts; the newest day first."""
        office, actor = info.context.office, info.context.actor
        needs_unit(actor)
        period, what = lately(day_of(office.clock())), MEASURES[measure]
        cell = Cell(
            period.first, period.last, area=office.areas.district.code, unit_id=actor.unit_id, of=what.of,
            part=what.part if which is UnitCases.PART else "",
            rest=what.part if which is UnitCases.REST else "",
        )  # fmt: skip
        return await page_of(info, cell, bounded(first), after)
