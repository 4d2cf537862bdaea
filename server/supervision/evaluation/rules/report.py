"""周报, 月报: which days, who may read it, and what stands in a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.kernel.actors import Actor, Post
from server.kernel.errors import NotAllowed
from server.supervision.evaluation.rules import composites
from server.supervision.evaluation.rules.composites import Grade
from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.fairness import percentile
from server.supervision.evaluation.rules.formulas import Indicator, Rate, rate, total
from server.supervision.evaluation.rules.ranking import Mixed, Period

READERS = frozenset({Post.LEADER, Post.DISTRICT_DISPATCHER})
R = Indicator
SHOWN = (  # of a unit or an area, in the order of the columns
    R.ONTIME_DISPOSE, R.DISPOSE, R.ONTIME_CLOSE, R.CLOSE, R.REWORK, R.RETURN, R.SHUFFLE, R.SOLVED,
    R.SATISFIED, R.SATISFACTION,
)  # fmt: skip
OF_THE_DESK = (
    R.INST, R.ONTIME_INST, R.ACCUR_INST, R.ONTIME_DISPATCH, R.ACCUR_DISPATCH, R.ONTIME_VERIFY, R.ONTIME_CHECK,
    R.PUBLIC_VERIFIED, R.MISS_REPORT, R.VALID_REPORT, R.PATROL_COVERAGE,
)  # fmt: skip


class ReportKind(StrEnum):
    """周报, 月报."""

    WEEK = "week"
    MONTH = "month"


class DeskPost(StrEnum):
    """The posts of the desk whose composites A9.4 gives: of the whole district, never of a person."""

    ACCEPTOR = "acceptor"
    SHIFT_LEADER = "shift_leader"
    DISPATCHER = "dispatcher"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A unit or an area over the period. `n` is how many cases were due or done."""

    key: str
    n: int
    rates: Mapping[Indicator, Rate]
    score: float | None
    grade: Grade | None
    median_minutes: int | None
    p90_minutes: int | None


def needs_reader(actor: Actor) -> None:
    """Leaders, and the district's dispatchers."""
    if actor.post not in READERS:
        raise NotAllowed(flow="evaluation", action="report", post=actor.post)


def period(kind: ReportKind, day: date) -> Period:
    """The week (Monday to Sunday) or the month that `day` lies in."""
    if kind is ReportKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def newest(kind: ReportKind, today: date) -> Period:
    """The last one that is over."""
    return period(kind, period(kind, today).first - timedelta(days=1))


def needs_over(asked: Period, today: date) -> Period:
    """`asked`, cut at yesterday: what is running is told as far as it goes."""
    return Period(asked.first, min(asked.last, today - timedelta(days=1)))


def rows_of(
    mixed: Mixed, handling: Mapping[str, Mapping[int, int]], *, areas: bool = False
) -> list[ReportRow]:
    """A row for each group, the largest first; its score is a department's or an area's composite."""
    sums = {group: total(mix.values()) for group, mix in mixed.items() if group}
    busiest = composites.busiest((each.inst if areas else each.dispose_need) for each in sums.values())
    found = []
    for group, counts in sums.items():
        if counts != Counters():
            score = (composites.area if areas else composites.department)(counts, busiest)
            took = handling.get(group, {})
            found.append(ReportRow(
                group, counts.dispose_need, {each: rate(each, counts) for each in SHOWN}, score,
                composites.grade(score), percentile(took, 50), percentile(took, 90),
            ))  # fmt: skip
    return sorted(found, key=lambda row: (-row.n, row.key))


def desk_of(
    mixed: Mixed, *, visited: int = 0, required: int = 0
) -> tuple[dict[Indicator, Rate], dict[DeskPost, float | None]]:
    """The desk's rates, and the composites of its posts; the district is its own busiest.

    `visited` of `required` points come from the patrols.
    """
    counts = total(each for mix in mixed.values() for each in mix.values())
    scores = {
        DeskPost.ACCEPTOR: composites.acceptor(counts, counts.operate),
        DeskPost.SHIFT_LEADER: composites.shift_leader(counts),
        DeskPost.DISPATCHER: composites.dispatcher(counts, counts.dispatch),
    }
    rates = {each: rate(each, counts, visited=visited, required=required) for each in OF_THE_DESK}
    return rates, scores
