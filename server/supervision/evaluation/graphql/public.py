"""公开透明: what everybody may read of the district and its streets, by the ranking's own formulas.

No group smaller than five is told: a figure about so few would tell of somebody.
"""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.identity.graphql import Area
from server.kernel.actors import CITIZEN, Role
from server.kernel.calendar import day_of
from server.platform import rollups
from server.platform.areas import AreaLevel
from server.platform.rollups import STOCK
from server.supervision.evaluation import queries
from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.fairness import percentile
from server.supervision.evaluation.rules.formulas import Indicator, Rate, rate, total
from server.supervision.evaluation.rules.publicity import LEAST_TOLD, told
from server.supervision.evaluation.rules.ranking import RankingBy, lately

ONLY_CITIZENS: frozenset[Role] = frozenset({CITIZEN})
MINUTES_PER_DAY = 24 * 60


@strawberry.type
class PublicRate:
    """A share of `n` cases, 0 to 1; null where `n` is null because they are too few to be told."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    share: float | None
    n: int | None

    @classmethod
    def of(cls, rate: Rate) -> "PublicRate":
        """As everybody may know it."""
        n = told(rate.of)
        return cls(share=rate.part / rate.of if n else None, n=n)


@strawberry.type
class PublicRow:
    """The district or one of its streets."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    area: Area
    open: int | None = strawberry.field(description="Cases open now; null for one to four.")
    new_today: int | None = strawberry.field(description="Reported today; null for one to four.")
    ontime: PublicRate = strawberry.field(description="Handled by their deadline, of what was due.")
    solved: PublicRate = strawberry.field(description="Solved, of those whose reporters answered.")
    median_days: float | None = strawberry.field(
        description="Half took no longer from dispatch on, in days of 24 hours; null of under five."
    )


@strawberry.type
class PublicFigures:
    """What the district says of its own work: now, and over 30 days that are over."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    at: datetime
    first: date
    last: date
    least: int = strawberry.field(description="No group smaller than this is told.")
    district: PublicRow
    streets: list[PublicRow]


@strawberry.type
class Query:
    """The public figures' part of the root."""

    @field_for(CITIZEN)
    async def public_figures(self, info: Info) -> PublicFigures:
        """For everybody, without an account. Out of sums: flat, however many cases there are."""
        office = info.context.office
        now, district = office.clock(), office.areas.district.code
        period, today = lately(day_of(now)), day_of(now)
        streets = [each.code for each in office.areas.children(district) if each.level is AreaLevel.STREET]
        codes = [district, *streets]
        mixed = await queries.by_area(office.read, codes, period.first, period.last)
        times = await queries.handling(office.read, codes, period.first, period.last, RankingBy.AREA)
        stock = await rollups.sums(office.read, codes, ["open"], STOCK, STOCK)
        new = await rollups.sums(office.read, codes, ["new"], today, today)

        def row(code: str) -> PublicRow:
            counts = total(mixed[code].values()) if code in mixed else Counters()
            took = times.get(code, {})
            median = percentile(took, 50) if told(sum(took.values())) else None
            return PublicRow(
                area=Area.of(office.areas, code), open=told(stock.get((code, "open"), 0)),
                new_today=told(new.get((code, "new"), 0)),
                ontime=PublicRate.of(rate(Indicator.ONTIME_DISPOSE, counts)),
                solved=PublicRate.of(rate(Indicator.SOLVED, counts)),
                median_days=None if median is None else round(median / MINUTES_PER_DAY, 1),
            )  # fmt: skip

        return PublicFigures(
            at=now, first=period.first, last=period.last, least=LEAST_TOLD, district=row(district),
            streets=[row(code) for code in streets],
        )  # fmt: skip
