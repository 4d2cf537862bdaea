"""每日简报: a day in five sentences. Every figure has a key, and the key names the cases it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))  # 0–1, 1–3, 3–7, > 7 days
DISTRICT, STREET = 6, 9  # digits of the areas that have a brief
LEAST_HOT = 3  # fewer of a kind in a street are no concentration


@dataclass(frozen=True, slots=True)
class Sentence:
    """brief.<code>: `figures` are numbers that open their cases, by placeholder; `params` are plain words."""

    code: str
    figures: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened, as ids of cases by figure, and what it is told beside."""

    new: Sequence[str]
    due: Sequence[str]
    ontime: Sequence[str]
    overdue: Sequence[str]
    rated: Sequence[str]
    satisfied: Sequence[str]
    dissatisfied: Sequence[str]
    hot: Sequence[str]
    old: Sequence[str]
    hot_area: str
    hot_category: str
    weekday: int
    usual: tuple[float, float] | None
    overdue_before: int | None

    def ids(self) -> dict[str, Sequence[str]]:
        """The cases behind each figure."""
        return {
            "new": self.new, "due": self.due, "ontime": self.ontime, "overdue": self.overdue,
            "rated": self.rated, "satisfied": self.satisfied, "dissatisfied": self.dissatisfied,
            "hot": self.hot, "old": self.old,
        }  # fmt: skip


def sentences(day: Day) -> list[Sentence]:
    """Five of them, always."""
    return [_new(day), _due(day), _overdue(day), _rated(day), _hot(day)]


def _new(day: Day) -> Sentence:
    code = "new"
    if day.usual:
        low, high = day.usual
        code = "new_more" if len(day.new) > high else "new_less" if len(day.new) < low else "new_usual"
    return Sentence(code, {"new": len(day.new)}, {"weekday": str(day.weekday)})


def _due(day: Day) -> Sentence:
    if not day.due:
        return Sentence("due_none")
    percent = round(100 * len(day.ontime) / len(day.due))
    return Sentence("due", {"due": len(day.due), "ontime": len(day.ontime)}, {"percent": str(percent)})


def _overdue(day: Day) -> Sentence:
    figures = {"overdue": len(day.overdue)}
    if day.overdue_before is None:
        return Sentence("overdue", figures)
    change = len(day.overdue) - day.overdue_before
    code = "overdue_more" if change > 0 else "overdue_less" if change < 0 else "overdue_same"
    return Sentence(code, figures, {"change": str(abs(change))})


def _rated(day: Day) -> Sentence:
    if not day.rated:
        return Sentence("rated_none")
    figures = {"rated": len(day.rated), "satisfied": len(day.satisfied)}
    if not day.dissatisfied:
        return Sentence("rated", figures)
    return Sentence("rated_bad", {**figures, "dissatisfied": len(day.dissatisfied)})


def _hot(day: Day) -> Sentence:
    if not day.hot:
        return Sentence("hot_none")
    return Sentence("hot", {"hot": len(day.hot)}, {"area": day.hot_area, "category": day.hot_category})


def hottest(places: Sequence[tuple[str, str, str]]) -> tuple[str, str, list[str]]:
    """Of (id, area, category): where most of one kind came, and which; "" when nothing stands out."""
    counts = Counter((area, category) for _, area, category in places if category)
    if not counts:
        return "", "", []
    (area, category), n = min(counts.items(), key=lambda each: (-each[1], each[0]))
    if n < LEAST_HOT:
        return "", "", []
    return area, category, [id for id, *where in places if where == [area, category]]


def ageing(reported: Sequence[datetime], now: datetime) -> list[int]:
    """How many are 0–1, 1–3, 3–7 and more than 7 days old."""
    counts = [0] * (len(AGES) + 1)
    for at in reported:
        counts[sum(now - at > limit for limit in AGES)] += 1
    return counts


def home(area: str) -> str:
    """The area whose brief a leader of `area` reads: his district or the street he is in."""
    return area[:DISTRICT] if len(area) < STREET else area[:STREET]


def told(lines: Sequence[Sentence]) -> list[dict[str, Any]]:
    """As it is kept."""
    return [asdict(line) for line in lines]
