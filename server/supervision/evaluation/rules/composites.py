"""Composite scores of A9.4, from 0 to 100, and their grades. Without one of its parts there is no score."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.formulas import Indicator, rate

R = Indicator
STEPS = ((80, 100), (60, 90), (40, 75), (20, 60))  # percent of the busiest of the same kind → points
LEAST = 40  # for any volume at all
GRADES = ((90, "A"), (75, "B"), (60, "C"), (40, "D"))


class Grade(StrEnum):
    """A ≥ 90, B ≥ 75, C ≥ 60, D ≥ 40, else E."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


def volume_points(volume: int, busiest: int) -> int:
    """100/90/75/60/40/0 by the share of the busiest one's volume."""
    if not volume:
        return 0
    share = 100 * volume / max(busiest, volume)
    return next((points for least, points in STEPS if share >= least), LEAST)


def acceptor(counts: Counters, busiest: int) -> float | None:
    """受理员: 受理数分 25 %, 核实按时率 40 %, 核查按时率 35 % — two rates, not one of them twice."""
    return _weighed(
        (25, volume_points(counts.operate, busiest)), (40, _percent(R.ONTIME_VERIFY, counts)),
        (35, _percent(R.ONTIME_CHECK, counts)),
    )  # fmt: skip


def shift_leader(counts: Counters) -> float | None:
    """值班长: 按时立案率 25 %, 准确立案率 40 %, 按时结案率 35 %."""
    return _weighed(
        (25, _percent(R.ONTIME_INST, counts)), (40, _percent(R.ACCUR_INST, counts)),
        (35, _percent(R.ONTIME_CLOSE, counts)),
    )  # fmt: skip


def dispatcher(counts: Counters, busiest: int) -> float | None:
    """派遣员: 派遣数分 20 %, 按时派遣率 40 %, 准确派遣率 40 %."""
    return _weighed(
        (20, volume_points(counts.dispatch, busiest)), (40, _percent(R.ONTIME_DISPATCH, counts)),
        (40, _percent(R.ACCUR_DISPATCH, counts)),
    )  # fmt: skip


def department(counts: Counters, busiest: int) -> float | None:
    """部门: 立案数分 10 %, 结案率 30 %, 按期处置率 30 %, 100 − 返工率 30 %."""
    return _weighed(
        (10, volume_points(counts.dispose_need, busiest)), (30, _percent(R.CLOSE, counts)),
        (30, _percent(R.ONTIME_DISPOSE, counts)), (30, _short_of(R.REWORK, counts)),
    )  # fmt: skip


def area(counts: Counters, busiest: int) -> float | None:
    """区域: 100 − 监督举报率 10 %, 立案数分 20 %, 结案率 30 %, 按期结案率 40 %: the weights make 100."""
    return _weighed(
        (10, _short_of(R.PUBLIC_VERIFIED, counts)), (20, volume_points(counts.inst, busiest)),
        (30, _percent(R.CLOSE, counts)), (40, _percent(R.ONTIME_CLOSE, counts)),
    )  # fmt: skip


def grade(score: float | None) -> Grade | None:
    """The letter of a score; none of none."""
    if score is None:
        return None
    return Grade(next((letter for least, letter in GRADES if score >= least), "E"))


def busiest(volumes: Iterable[int]) -> int:
    """The largest volume of the same kind; 0 of nobody."""
    return max(volumes, default=0)


def _weighed(*parts: tuple[int, float | None]) -> float | None:
    known: Sequence[tuple[int, float]] = [(weight, value) for weight, value in parts if value is not None]
    return sum(weight * value for weight, value in known) / 100 if len(known) == len(parts) else None


def _percent(indicator: Indicator, counts: Counters) -> float | None:
    return rate(indicator, counts).percent


def _short_of(indicator: Indicator, counts: Counters) -> float | None:
    percent = _percent(indicator, counts)
    return None if percent is None else 100 - percent
