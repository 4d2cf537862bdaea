"""What may be said of a rate: intervals, what is expected of the same mix of cases, and three bands.

Basis: E. B. Wilson 1927 (score interval); D. J. Spiegelhalter 2005 (funnel plots); ux "Fair statistics".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z95 = 1.959963984540054  # two-sided 95 %
LEAST_RANKED = 30  # fewer cases are not ranked: 样本不足，不排
LEAST_PUBLIC = 5  # fewer are not shown to the public (re-identification)

Stratum = tuple[str, str]  # category, difficulty


class Band(StrEnum):
    """All that is ever said of a unit beside others."""

    BETTER = "better"  # 明显较好
    ALIKE = "alike"  # 无显著差异
    WORSE = "worse"  # 明显较差
    FEW = "few"  # 样本不足，不排


@dataclass(frozen=True, slots=True)
class Compared:
    """One group beside the whole: `part` of `n`, shares from 0 to 1. None where there is nothing to say.

    `adjusted` is what the share would be with the whole's mix of cases; `low`…`high` is its 95 % interval,
    `funnel_low`…`funnel_high` what chance alone makes of a group of this size and mix.
    """

    part: int
    n: int
    share: float | None
    adjusted: float | None
    low: float | None
    high: float | None
    funnel_low: float | None
    funnel_high: float | None
    band: Band


def wilson(part: int, n: int, z: float = Z95) -> tuple[float, float] | None:
    """The score interval of a share, from 0 to 1; None of nothing."""
    if not n:
        return None
    p, zz = part / n, z * z
    middle, half = p + zz / (2 * n), z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, (middle - half) / (1 + zz / n)), min(1.0, (middle + half) / (1 + zz / n))


def expected(
    group: Mapping[Stratum, tuple[int, int]], whole: Mapping[Stratum, tuple[int, int]]
) -> tuple[float, float]:
    """How many the whole's own rates would give this group's cases, and the variance of that number.

    Indirect standardisation; each value is (part, of) of a stratum.
    """
    mean = variance = 0.0
    for stratum, (_, n) in group.items():
        part, of = whole.get(stratum, (0, 0))
        if of:
            p = part / of
            mean, variance = mean + n * p, variance + n * p * (1 - p)
    return mean, variance


def compare(
    group: Mapping[Stratum, tuple[int, int]], whole: Mapping[Stratum, tuple[int, int]], *, high_is_good: bool
) -> Compared:
    """The group beside the whole, with the group's own mix of cases taken into account."""
    part, n = _sum(group)
    all_part, all_of = _sum(whole)
    interval = wilson(part, n)
    if interval is None:
        return Compared(part, n, None, None, None, None, None, None, Band.FEW)
    mean, variance = expected(group, whole)
    share, overall = part / n, all_part / all_of if all_of else 0.0
    scale = overall / mean if mean else 1 / n  # nobody has any: there is no mix to put right
    low, high = (_inside(bound * n * scale) for bound in interval)
    spread = Z95 * sqrt(variance)
    z = (part - mean) / sqrt(variance) if variance > 0 else 0.0
    return Compared(
        part, n, share, adjusted=_inside(part * scale), low=low, high=high,
        funnel_low=_inside((mean - spread) * scale) if mean else None,
        funnel_high=_inside((mean + spread) * scale) if mean else None,
        band=_band(n, z, high_is_good),
    )  # fmt: skip


def percentile(histogram: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that `percent` of what was counted does not exceed; None of nothing."""
    total, reached = sum(histogram.values()), 0
    for value in sorted(histogram):
        reached += histogram[value]
        if 100 * reached >= percent * total:
            return value
    return None


def two_digits(minutes: int) -> int:
    """Minutes to two significant digits, so that a distribution has few steps and each is ≤ 5 % wrong."""
    step: int = 10 ** max(0, len(str(minutes)) - 2)
    return (minutes + step // 2) // step * step


def _band(n: int, z: float, high_is_good: bool) -> Band:
    if n < LEAST_RANKED:
        return Band.FEW
    if abs(z) <= Z95:
        return Band.ALIKE
    return Band.BETTER if (z > 0) is high_is_good else Band.WORSE


def _sum(strata: Mapping[Stratum, tuple[int, int]]) -> tuple[int, int]:
    values: Sequence[tuple[int, int]] = list(strata.values())
    return sum(part for part, _ in values), sum(of for _, of in values)


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
