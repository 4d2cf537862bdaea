"""Rates of A9.3: a numerator and a denominator out of counters, in percent. Of nothing there is no rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.supervision.evaluation.rules.counters import COUNTERS, Counters


class Indicator(StrEnum):
    """The rates, in the words of the standard."""

    INST = "inst_rate"  # 立案率
    PUBLIC_VERIFIED = "public_verified_rate"  # 监督举报率
    DISPOSE = "dispose_rate"  # 处置率
    ONTIME_DISPOSE = "ontime_dispose_rate"  # 按期处置率
    CLOSE = "close_rate"  # 结案率
    ONTIME_CLOSE = "ontime_close_rate"  # 按期结案率
    REWORK = "rework_rate"  # 返工率
    RETURN = "return_rate"  # 回退率
    SHUFFLE = "shuffle_rate"  # 推诿率
    ACCUR_DISPATCH = "accur_dispatch_rate"  # 准确派遣率
    ONTIME_DISPATCH = "ontime_dispatch_rate"  # 按时派遣率
    ONTIME_INST = "ontime_inst_rate"  # 按时立案率
    ACCUR_INST = "accur_inst_rate"  # 准确立案率
    VALID_REPORT = "valid_report_rate"  # 有效上报率
    ONTIME_VERIFY = "ontime_verify_rate"  # 按时核实率
    ONTIME_CHECK = "ontime_check_rate"  # 按时核查率
    MISS_REPORT = "miss_report_rate"  # 漏报率
    PATROL_COVERAGE = "patrol_coverage"  # 巡查覆盖率
    SATISFACTION = "satisfaction"  # 满意度: points, not percent of cases
    SATISFIED = "satisfied_rate"  # 满意率
    SOLVED = "solved_rate"  # 解决率


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `of`; in percent, None when there is nothing to take a part of."""

    part: int
    of: int

    @property
    def percent(self) -> float | None:
        """Unrounded."""
        return 100 * self.part / self.of if self.of else None


Pair = tuple[str, str]
FORMULAS: dict[Indicator, Pair] = {
    Indicator.INST: ("inst", "report"),
    Indicator.PUBLIC_VERIFIED: ("public_inst", "inst"),
    Indicator.DISPOSE: ("dispose", "dispose_need"),
    Indicator.ONTIME_DISPOSE: ("dispose_intime", "dispose_need"),
    Indicator.CLOSE: ("archive", "archive_need"),
    Indicator.ONTIME_CLOSE: ("archive_intime", "archive_need"),
    Indicator.REWORK: ("rework", "dispose"),
    Indicator.RETURN: ("back", "received"),
    Indicator.SHUFFLE: ("shuffle", "received"),
    Indicator.ONTIME_DISPATCH: ("dispatch_intime", "dispatch_need"),
    Indicator.ONTIME_INST: ("inst_intime", "inst"),
    Indicator.VALID_REPORT: ("valid_patrol_report", "patrol_report"),  # inverted in the public system
    Indicator.ONTIME_VERIFY: ("verify_intime", "verify_need"),
    Indicator.ONTIME_CHECK: ("check_intime", "check_need"),
    Indicator.MISS_REPORT: ("missed_report", "inst"),
    Indicator.SATISFIED: ("satisfied", "visit"),
    Indicator.SOLVED: ("solved", "visit"),
}


def rate(indicator: Indicator, counts: Counters, *, visited: int = 0, required: int = 0) -> Rate:
    """One rate of the counters; `visited` of `required` checkpoints come from the patrols."""
    match indicator:
        case Indicator.ACCUR_DISPATCH:  # judged at closing, so only closed orders are in it
            return Rate(counts.accur_dispatch, counts.accur_dispatch + counts.wrong_dispatch)
        case Indicator.ACCUR_INST:
            return Rate(counts.inst - counts.cancel, counts.inst)
        case Indicator.PATROL_COVERAGE:
            return Rate(visited, required)
        case Indicator.SATISFACTION:  # Σ score / visits, from −100 to 100
            return Rate(counts.score, 100 * counts.visit)
        case _:
            part, of = FORMULAS[indicator]
            return Rate(getattr(counts, part), getattr(counts, of))


def total(counters: Iterable[Counters]) -> Counters:
    """Counter by counter."""
    sums = dict.fromkeys(COUNTERS, 0)
    for each in counters:
        for name in COUNTERS:
            sums[name] += getattr(each, name)
    return Counters(**sums)
