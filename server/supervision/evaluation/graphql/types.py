"""What evaluation shows: every rate with its numerator, its denominator and how sure it is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.identity.graphql import Area, Unit
from server.kernel.actors import LEADER, STAFF, Role
from server.supervision.evaluation.rules.fairness import LEAST_RANKED, Band, Compared, percentile
from server.supervision.evaluation.rules.ranking import RankingBy, RankingMeasure

ONLY_LEADERS: frozenset[Role] = frozenset({LEADER})


@strawberry.type
class RankingRow:
    """A unit or an area beside the others, its own mix of cases taken into account. Shares are 0 to 1."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    key: str = strawberry.field(description="The unit's id or the area's code.")
    unit: Unit | None
    area: Area | None
    part: int
    n: int
    share: float | None = strawberry.field(description="part / n; null of nothing.")
    adjusted: float | None = strawberry.field(description="What it would be with the whole's mix of cases.")
    low: float | None
    high: float | None = strawberry.field(description="95 % interval (Wilson) of the adjusted share.")
    funnel_low: float | None
    funnel_high: float | None = strawberry.field(description="What chance makes of a group of this size.")
    band: Band
    before: float | None = strawberry.field(description="Its own share in the period before; null under 30.")
    before_n: int
    median_minutes: int | None = strawberry.field(description="Half took no longer, from dispatch on.")
    p90_minutes: int | None

    @classmethod
    def of(
        cls, key: str, row: Compared, was: int, before_n: int, took: Mapping[int, int], *,
        unit: Unit | None = None, area: Area | None = None,
    ) -> "RankingRow":  # fmt: skip
        """A row of the table: what it was of `before_n` before, and how long handling took, by minutes."""
        return cls(
            key=key, part=row.part, n=row.n, share=row.share, adjusted=row.adjusted, low=row.low,
            high=row.high, funnel_low=row.funnel_low, funnel_high=row.funnel_high, band=row.band,
            unit=unit, area=area, before=was / before_n if before_n >= LEAST_RANKED else None,
            before_n=before_n, median_minutes=percentile(took, 50), p90_minutes=percentile(took, 90),
        )  # fmt: skip


@strawberry.type
class LeftOut:
    """What is not counted, and why: shown under the table."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    duplicates: int
    withdrawn: int
    freed: int = strawberry.field(description="裁定非责: cases that turned out to be somebody else's.")
    voided: int
    self_handled: int


@strawberry.type
class Ranking:
    """排名: units or areas beside each other by one measure, over days that are over."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    measure: RankingMeasure
    by: RankingBy
    first: date
    last: date
    frozen_at: datetime
    part: int
    n: int
    share: float | None
    rows: list[RankingRow]
    left_out: LeftOut
