"""How well texts are sorted that were never seen: stratified cross-validation, told class by class."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final
from zlib import crc32

from server.command.triage.grams import count, said
from server.command.triage.head import Head, Vector
from server.command.triage.learning import folds, learn
from server.command.triage.rules import text_overlap

TWIN_FROM: Final = 0.8  # overlap of character pairs from which two texts are one, told twice
SHINGLE, SMALLEST = 4, 8  # twins share one of the smallest hashes of their four-sign pieces
SURE, LIKELY = 0.95, 0.7  # what share must be right for 高, and of the rest for 中


@dataclass(frozen=True, slots=True)
class Sorted:
    """A text and the class somebody put it in."""

    title: str
    text: str
    label: str


@dataclass(frozen=True)
class Report:
    """Every text was asked about once, by a model that had seen neither it nor a twin of it."""

    labels: tuple[str, ...]
    confusion: dict[tuple[str, str], int]  # (true, said) → texts
    leads: list[tuple[float, bool]] = field(
        repr=False
    )  # of the best over the second class, and whether right
    twins: int  # texts with a near duplicate in the file
    seconds: float

    def row(self, label: str) -> tuple[float, float, float, int]:
        """Precision, recall, F1 and how many texts there are of a class."""
        right = self.confusion.get((label, label), 0)
        true = sum(n for (is_, _), n in self.confusion.items() if is_ == label)
        said = sum(n for (_, says), n in self.confusion.items() if says == label)
        both = true + said
        return (
            right / said if said else 0.0,
            right / true if true else 0.0,
            2 * right / both if both else 0.0,
            true,
        )

    @property
    def macro_f1(self) -> float:
        """The mean of the classes' F1, each class counting alike."""
        return sum(self.row(label)[2] for label in self.labels) / len(self.labels)

    def lead_for(self, share: float, below: float | None = None) -> tuple[float | None, float, float]:
        """The smallest lead from which `share` of the texts were sorted right, what share that was, and how
        many of all texts have such a lead. Of leads under `below` only; None where no lead is enough."""
        found: tuple[float | None, float, float] = (None, 0.0, 0.0)
        right = 0
        rest = (each for each in self.leads if below is None or each[0] < below)
        for n, (lead, hit) in enumerate(sorted(rest, reverse=True), 1):
            right += hit
            if right / n >= share:
                found = (lead, right / n, n / len(self.leads))
        return found

    def facts(self) -> dict[str, Any]:
        """For the edition's report."""
        sure = self.lead_for(SURE)
        likely = self.lead_for(LIKELY, sure[0])
        return {
            "texts": len(self.leads), "macro_f1": round(self.macro_f1, 4), "twins": self.twins,
            "seconds": round(self.seconds, 1),
            "high": {"right": round(sure[1], 3), "of_all": round(sure[2], 3)},
            "medium": {"right": round(likely[1], 3), "of_all": round(likely[2], 3)},
            "classes": {label: self._facts(label) for label in self.labels},
        }  # fmt: skip

    def _facts(self, label: str) -> dict[str, float]:
        names = ("precision", "recall", "f1", "texts")
        return {name: round(x, 3) for name, x in zip(names, self.row(label), strict=True)}


def evaluate(texts: Sequence[Sorted], tick: Callable[[int], object], k: int = 5) -> Report:
    """`k`-fold cross-validation. `tick` hears how many of `k` × 2 × classes steps are done more."""
    begun = perf_counter()
    counted = [count(each.title, each.text) for each in texts]
    labels = [each.label for each in texts]
    kin = families([said(f"{each.title} {each.text}") for each in texts])
    confusion: Counter[tuple[str, str]] = Counter()
    leads: list[tuple[float, bool]] = []
    for known, asked in folds(labels, kin, k):
        learned = learn([counted[n] for n in known], [labels[n] for n in known], lambda: tick(1))
        head = Head.of(learned, None, None, {})
        for n in asked:
            vector = head.vocabulary.vector(counted[n])
            points = head.points(Vector([*vector], [*vector.values()]))
            order = sorted(range(len(points)), key=lambda i: (-points[i], i))
            best = head.labels[order[0]]
            confusion[labels[n], best] += 1
            leads.append((points[order[0]] - points[order[1]], best == labels[n]))
    twins = sum(n for n in Counter(kin).values() if n > 1)
    return Report(tuple(sorted(set(labels))), dict(confusion), leads, twins, perf_counter() - begun)


def train(texts: Sequence[Sorted], tick: Callable[[int], object]) -> tuple[Head, Report]:
    """Learn from all texts; confidence and report come from cross-validation."""
    report = evaluate(texts, tick)
    counted = [count(each.title, each.text) for each in texts]
    learned = learn(counted, [each.label for each in texts], lambda: tick(1))
    high = report.lead_for(SURE)[0]
    medium = report.lead_for(LIKELY, high)[0]
    return Head.of(learned, high, medium, report.facts()), report


def families(texts: Sequence[str]) -> list[int]:
    """For each text the first one it is a twin of, itself included; twins of twins are one family."""
    first = list(range(len(texts)))
    by_hash: dict[int, list[int]] = {}
    for n, text in enumerate(texts):
        hashes = sorted({crc32(text[i : i + SHINGLE].encode()) for i in range(len(text) - SHINGLE + 1)})[
            :SMALLEST
        ]
        for candidate in sorted({other for each in hashes for other in by_hash.get(each, ())}):
            if first[candidate] != first[n] and text_overlap(text, texts[candidate]) >= TWIN_FROM:
                old, new = sorted((first[n], first[candidate]), reverse=True)
                first = [new if family == old else family for family in first]
        for each in hashes:
            by_hash.setdefault(each, []).append(n)
    return first
