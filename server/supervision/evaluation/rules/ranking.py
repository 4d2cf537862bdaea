"""Who differs really: groups beside the whole by one measure. Under 30 cases nobody is ranked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.fairness import Band, Compared, Stratum, compare

DAYS = 30  # 近 30 天, up to yesterday 24:00
BANDS = (Band.BETTER, Band.ALIKE, Band.WORSE, Band.FEW)


class RankingMeasure(StrEnum):
    """指标."""

    ONTIME = "ontime"  # 按时办结率: handled by the bundled deadline, of what was due
    SOLVED = "solved"  # 解决率: of those who answered
    SATISFIED = "satisfied"  # 满意率: of those who answered
    REWORK = "rework"  # 返工率: of what was handled


class RankingBy(StrEnum):
    """Which groups stand beside each other."""

    UNIT = "unit"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Measured:
    """Which counters a measure divides, and which way is good."""

    part: str
    of: str
    high_is_good: bool = True


MEASURES: Mapping[RankingMeasure, Measured] = {
    RankingMeasure.ONTIME: Measured("dispose_intime", "dispose_need"),
    RankingMeasure.SOLVED: Measured("solved", "visit"),
    RankingMeasure.SATISFIED: Measured("satisfied", "visit"),
    RankingMeasure.REWORK: Measured("rework", "dispose", high_is_good=False),
}
LEFT_OUT = ("merged", "withdrawn", "freed", "voided", "self_report")  # said under the table
Mixed = Mapping[str, Mapping[Stratum, Counters]]  # by group and stratum


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included."""

    first: date
    last: date

    @property
    def before(self) -> "Period":
        """As many days just before."""
        days = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=days), self.first - timedelta(days=1))


def lately(today: date, days: int = DAYS) -> Period:
    """The last `days` that are over."""
    return Period(today - timedelta(days=days), today - timedelta(days=1))


def ranked(mixed: Mixed, measure: RankingMeasure) -> list[tuple[str, Compared]]:
    """Each group beside them all: the better ones, those alike, the worse ones, the small ones by their size.

    Inside a band the order is by the adjusted share, which means nothing; a group without a case is left out.
    """
    what = MEASURES[measure]
    parts = {group: _strata(mix, what) for group, mix in mixed.items() if group}
    whole: dict[Stratum, tuple[int, int]] = {}
    for mix in parts.values():
        for stratum, (part, of) in mix.items():
            have = whole.get(stratum, (0, 0))
            whole[stratum] = have[0] + part, have[1] + of
    rows = [
        (group, compare(mix, whole, high_is_good=what.high_is_good)) for group, mix in parts.items() if mix
    ]
    return sorted(rows, key=lambda row: _place(row, what.high_is_good))


def share_of(mixed: Mixed, measure: RankingMeasure) -> tuple[int, int]:
    """The same for all groups together: (part, of)."""
    what = MEASURES[measure]
    counts = [each for group, mix in mixed.items() if group for each in mix.values()]
    return sum(getattr(each, what.part) for each in counts), sum(getattr(each, what.of) for each in counts)


def _strata(mix: Mapping[Stratum, Counters], what: Measured) -> dict[Stratum, tuple[int, int]]:
    pairs = {stratum: (getattr(each, what.part), getattr(each, what.of)) for stratum, each in mix.items()}
    return {stratum: pair for stratum, pair in pairs.items() if pair[1]}


def _place(row: tuple[str, Compared], high_is_good: bool) -> tuple[int, float, str]:
    group, compared = row
    if compared.band is Band.FEW:
        return BANDS.index(Band.FEW), -compared.n, group
    adjusted = compared.adjusted or 0.0
    return BANDS.index(compared.band), -adjusted if high_is_good else adjusted, group
