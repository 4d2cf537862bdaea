"""What is normal, and how a day is put into a sentence: pure arithmetic over daily counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, exp, floor, lgamma, log, log1p

SERIES_DAYS = 14  # the sparkline
BAND_WEEKS = 8  # 平常范围: the same weekday of the last eight weeks …
BAND_LOW, BAND_HIGH = 10, 90  # … between its 10th and 90th percentile
LEAST_FOR_BAND = 4  # fewer days with data say nothing about normal
SATISFACTION_DAYS = 30
LEAST_OUTSTANDING = 3  # fewer cases are chance
LEAST_USUAL = 30  # of fewer cases nobody knows the usual mix
CHANCE = 0.05  # … over all kinds that came today together
HISTORY_DAYS = BAND_WEEKS * 7 + SERIES_DAYS

Daily = Mapping[date, float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of today with what is normal for it. None where there is nothing to say."""

    value: float | None
    n: int
    band: tuple[float, float] | None
    yesterday: float | None
    series: list[float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One clause of the day's sentence: board.<code> with its parameters."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


def percentile(values: Sequence[float], percent: float) -> float:
    """Linear interpolation between the closest ranks of sorted `values`."""
    ranked = sorted(values)
    at = (len(ranked) - 1) * percent / 100
    low, high = floor(at), ceil(at)
    return ranked[low] + (ranked[high] - ranked[low]) * (at - low)


def band(daily: Daily, today: date) -> tuple[float, float] | None:
    """P10–P90 of the same weekday in the last eight weeks, without today; None under four days of data."""
    past = [daily.get(today - timedelta(weeks=week)) for week in range(1, BAND_WEEKS + 1)]
    known = [value for value in past if value is not None]
    if len(known) < LEAST_FOR_BAND:
        return None
    return percentile(known, BAND_LOW), percentile(known, BAND_HIGH)


def figure(daily: Daily, today: date, n: int) -> Figure:
    """Today's value with its band, yesterday's value and the last 14 days."""
    days = [today - timedelta(days=back) for back in range(SERIES_DAYS - 1, -1, -1)]
    return Figure(
        value=daily.get(today), n=n, band=band(daily, today), yesterday=daily.get(today - timedelta(days=1)),
        series=[daily.get(day) for day in days],
    )  # fmt: skip


def counted(flow: Mapping[date, int], first: date, today: date) -> Daily:
    """Per day how many came; days before the first one that is known are unknown, not zero."""
    if not flow:
        return {today: 0}
    since = max(first, min(flow))
    return {day: flow.get(day, 0) for day in _days(since, today)} | {today: flow.get(today, 0)}


def stood(stock: int, change: Mapping[date, int], first: date, today: date) -> Daily:
    """How many stood open at the end of each day, walked back from today's stock."""
    levels: dict[date, float | None] = {}
    level = stock
    since = max(first, min(change)) if change else today
    for day in reversed(list(_days(since, today))):
        levels[day] = level
        level -= change.get(day, 0)
    return levels or {today: stock}


def shares(good: Mapping[date, int], of: Mapping[date, int], first: date, today: date) -> Daily:
    """Per day the share in percent over the 30 days that end with it; None without a single rating."""
    found: dict[date, float | None] = {}
    for day in _days(first, today):
        window = list(_days(day - timedelta(days=SATISFACTION_DAYS - 1), day))
        found[day] = share(sum(good.get(each, 0) for each in window), sum(of.get(each, 0) for each in window))
    return found


def share(good: int, of: int) -> float | None:
    """In percent, to a tenth; None of nothing."""
    return round(100 * good / of, 1) if of else None


def per_10k(n: int, people: int | None) -> float | None:
    """Cases to ten thousand residents, to a tenth; None where nobody counted them."""
    return round(10_000 * n / people, 1) if people else None


def lines(new: Figure, overdue: Figure, weekday: int) -> list[Line]:
    """Today in clauses: how many came and whether that is usual, how many are overdue and since yesterday."""
    said = [Line(_usual(new), (("n", str(int(new.value or 0))), ("weekday", str(weekday))))]
    now, before = int(overdue.value or 0), overdue.yesterday
    if before is None:
        said.append(Line("overdue", (("n", str(now)),)))
    else:
        change = now - int(before)
        code = "overdue_more" if change > 0 else "overdue_less" if change < 0 else "overdue_same"
        said.append(Line(code, (("n", str(now)), ("change", str(abs(change))))))
    return said


def outstands(came: Figure) -> bool:
    """Whether more came than this part of the area's own usual."""
    return came.n >= LEAST_OUTSTANDING and _usual(came) == "new_more"


def outstanding(area: str, n: int, kind: str = "", of_kind: int = 0) -> Line:
    """The clause about the part of the area where more came than its usual, and of which kind, if of one."""
    if not kind:
        return Line("stands_out", (("area", area), ("n", str(n))))
    return Line("stands_out_in", (("area", area), ("kind", kind), ("n", str(of_kind))))


def pronounced(today: Mapping[str, int], usual: Mapping[str, int]) -> str:
    """The kind of which today has more than its usual share explains; "" when none, or nobody can say.

    A kind's share of `usual` is what the same number of cases would bring by chance (binomial); the chance
    of that many or more is under 5 % over all kinds of today.
    """
    n, known = sum(today.values()), sum(usual.values())
    if known < LEAST_USUAL:
        return ""
    kinds = len({*today, *usual})
    found = min(
        (
            (_chance(k, n, (usual.get(kind, 0) + 1) / (known + kinds)), kind)
            for kind, k in today.items() if k >= LEAST_OUTSTANDING
        ),
        default=(1.0, ""),
    )  # fmt: skip
    return found[1] if found[0] * len(today) < CHANCE else ""


def _chance(k: int, n: int, share: float) -> float:
    """Of `k` or more out of `n`, each with this share; in logarithms, which hold a day of thousands."""
    if share >= 1:
        return 1.0
    whole, yes, no = lgamma(n + 1), log(share), log1p(-share)
    return 1 - sum(exp(whole - lgamma(i + 1) - lgamma(n - i + 1) + i * yes + (n - i) * no) for i in range(k))


def _usual(new: Figure) -> str:
    if new.band is None or new.value is None:
        return "new"
    low, high = new.band
    return "new_more" if new.value > high else "new_less" if new.value < low else "new_usual"


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
