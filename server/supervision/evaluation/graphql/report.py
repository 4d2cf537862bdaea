"""周报, 月报 as a page."""

from datetime import date, timedelta
from typing import ClassVar

import strawberry

from server.command.library import Library
from server.command.orders.graphql.types import OrderPage
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded
from server.kernel.actors import LEADER, OFFICER, STAFF, Role
from server.kernel.calendar import day_of
from server.kernel.errors import BadInput
from server.supervision.evaluation.graphql.ranking import page_of, under
from server.supervision.evaluation.graphql.types import LeftOut
from server.supervision.evaluation.queries import Cell
from server.supervision.evaluation.rules import report as rules
from server.supervision.evaluation.rules.composites import Grade, grade
from server.supervision.evaluation.rules.formulas import FORMULAS, Indicator, Rate
from server.supervision.evaluation.rules.ranking import RankingBy
from server.supervision.evaluation.rules.report import DeskPost, ReportKind
from server.supervision.evaluation.service import report


@strawberry.type
class IndicatorRate:
    """`part` of `of`, in percent; null when there is nothing to take a part of."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    indicator: Indicator
    part: int
    of: int
    percent: float | None

    @classmethod
    def of_rate(cls, indicator: Indicator, rate: Rate) -> "IndicatorRate":
        """As it is shown."""
        return cls(indicator=indicator, part=rate.part, of=rate.of, percent=rate.percent)


@strawberry.type
class EvaluationRow:
    """A unit or an area over the period, with its composite (domain A9.4)."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    key: str
    name: str
    n: int
    rates: list[IndicatorRate]
    score: float | None
    grade: Grade | None
    median_minutes: int | None
    p90_minutes: int | None


@strawberry.type
class DeskScore:
    """The composite of a post of the desk, of the whole area and of nobody in person."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    post: DeskPost
    score: float | None
    grade: Grade | None


@strawberry.type
class EvaluationReport:
    """A week or a month; `later` is null when the next one has not begun."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    kind: ReportKind
    first: date
    last: date
    units: list[EvaluationRow]
    areas: list[EvaluationRow]
    desk: list[IndicatorRate]
    posts: list[DeskScore]
    left_out: LeftOut
    earlier: date
    later: date | None


@strawberry.type
class Query:
    """The reports' part of the root."""

    @field_for(LEADER, OFFICER)
    async def evaluation_report(
        self, info: Info, kind: ReportKind = ReportKind.WEEK, day: date | None = None
    ) -> EvaluationReport:
        """The period `day` lies in, or the newest that is over. For leaders and the district."""
        office = info.context.office
        told = await report.read(office, info.context.actor, kind, day)
        units = {id: unit.name for id, unit in office.of(Library).units.items()}
        whole = rules.period(kind, told.period.first)
        following = whole.last + timedelta(days=1)
        counts = told.all
        return EvaluationReport(
            kind=kind, first=told.period.first, last=told.period.last,
            units=[_row(row, units.get(row.key, row.key)) for row in told.units],
            areas=[_row(row, office.areas.name(row.key)) for row in told.areas],
            desk=[IndicatorRate.of_rate(each, rate) for each, rate in told.desk.items()],
            posts=[
                DeskScore(post=post, score=score, grade=grade(score)) for post, score in told.posts.items()
            ],
            left_out=LeftOut(
                duplicates=counts.merged, withdrawn=counts.withdrawn, freed=counts.freed,
                voided=counts.voided, self_handled=counts.self_report,
            ),
            earlier=whole.before.last,
            later=following if following < day_of(office.clock()) else None,
        )  # fmt: skip

    @field_for(LEADER)
    async def reported_orders(
        self, info: Info, kind: ReportKind, day: date, indicator: Indicator, by: RankingBy | None = None,
        key: str = "", part_only: bool = False, first: int = 20, after: str | None = None,
    ) -> OrderPage:  # fmt: skip
        """The cases behind a rate of the report: of a row, or without `by` of the whole area.

        All it is of, or only those its numerator counts; the newest day first. BAD_INPUT for a rate that is
        not a plain part of one counter.
        """
        office, actor = info.context.office, info.context.actor
        rules.needs_reader(actor)
        if (formula := FORMULAS.get(indicator)) is None:
            raise BadInput(field="indicator")
        part, of = formula
        period = rules.needs_over(rules.period(kind, day), day_of(office.clock()))
        cell = Cell(
            period.first, period.last, area=under(office, actor.area, by, key) if by else actor.area,
            unit_id=key if by is RankingBy.UNIT else "", of=of, part=part if part_only else "",
        )  # fmt: skip
        return await page_of(info, cell, bounded(first), after)


def _row(row: rules.ReportRow, name: str) -> EvaluationRow:
    return EvaluationRow(
        key=row.key, name=name, n=row.n, score=row.score, grade=row.grade,
        rates=[IndicatorRate.of_rate(each, rate) for each, rate in row.rates.items()],
        median_minutes=row.median_minutes, p90_minutes=row.p90_minutes,
    )  # fmt: skip
