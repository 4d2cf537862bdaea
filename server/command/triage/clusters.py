"""Hot issues: many reports of one thing, found by words, place, matter and time, the same each time.

Reports are read in the order they came. Each is its twenty weightiest pieces of two and three signs, those of
the title twice; it joins the issue whose pieces it shares most, if that is enough and neither place, matter
nor time speaks against it, or begins one of its own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from math import log, log2, sqrt
from typing import Final

from server.command.triage.grams import said
from server.kernel.geo import Wgs84, distance_m

ALIKE: Final = 0.25  # cosine of a report and an issue
OPENING: Final = 160  # characters of the text that are read
STRONG: Final = 20  # pieces a report stands for
COMMON: Final = 0.04  # pieces in more than this share of the reports tell nothing
FEW: Final = 50  # of so few reports none is too common
REACH_M: Final = 1000.0
GAP: Final = timedelta(days=45)  # an issue that rested so long is another one
LEAST: Final = 3  # reports that make an issue
WORDS: Final = 4

# 聚集 (ux §0.5): five of one kind, within 300 m of each other's first, in 24 hours
GATHERED, GATHER_M, GATHER_WITHIN = 5, 300.0, timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a report: the oldest come first. `matter` and `place` are empty while unknown."""

    id: str
    at: datetime
    title: str
    text: str
    matter: str = ""
    place: Wgs84 | None = None
    area: str = ""


@dataclass
class Issue:
    """Reports of one thing. `near` is how typical each is, 0..1; `id` is that of the first."""

    id: str
    matter: str
    place: Wgs84 | None
    last: datetime
    members: list[Told] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    square: float = 0.0
    near: list[float] = field(default_factory=list)
    words: tuple[str, ...] = ()

    def admits(self, report: Told) -> bool:
        """False when matter, place or time speak against it."""
        if report.at - self.last > GAP or (report.matter and self.matter and report.matter != self.matter):
            return False
        return not (report.place and self.place) or distance_m(report.place, self.place) <= REACH_M

    def take(self, report: Told, vector: dict[str, float]) -> None:
        """One more member."""
        self.members.append(report)
        self.last = report.at
        self.matter, self.place = self.matter or report.matter, self.place or report.place
        for gram, value in vector.items():
            old = self.weights.get(gram, 0.0)
            self.weights[gram] = old + value
            self.square += value * (2 * old + value)

    def nearness(self, vector: dict[str, float]) -> float:
        """Cosine of a report's vector, which has length one, and the sum of the members'."""
        shared = sum(value * self.weights[gram] for gram, value in vector.items() if gram in self.weights)
        return shared / sqrt(self.square) if self.square else 0.0


def issues(reports: Sequence[Told]) -> Iterator[list[Issue] | None]:
    """The issues of at least LEAST reports, once, at the end; before, None now and then lets others work."""
    vectors: list[dict[str, float]] = []
    counts: list[Counter[str]] = []
    spread: Counter[str] = Counter()
    for n, report in enumerate(reports):
        counts.append(_pieces(report))
        spread.update(counts[-1].keys())
        if n % 50 == 0:
            yield None
    limit = len(reports) * COMMON if len(reports) > FEW else len(reports)
    for n, pieces in enumerate(counts):
        vectors.append(_vector(pieces, spread, len(reports), limit))
        if n % 50 == 0:
            yield None
    found: list[Issue] = []
    by_piece: dict[str, list[int]] = {}
    for n, (report, vector) in enumerate(zip(reports, vectors, strict=True)):
        votes: Counter[int] = Counter()
        for gram in vector:
            votes.update(by_piece.get(gram, ()))
        likely = (
            (found[i].nearness(vector), -i) for i, n in votes.items() if n > 1 and found[i].admits(report)
        )
        best, at = max(likely, default=(0.0, 0))
        if best < ALIKE:
            at = -len(found)
            found.append(Issue(report.id, report.matter, report.place, report.at))
        issue = found[-at]
        for gram in vector:
            if gram not in issue.weights:
                by_piece.setdefault(gram, []).append(-at)
        issue.take(report, vector)
        if n % 50 == 0:
            yield None
    by_id = {report.id: vector for report, vector in zip(reports, vectors, strict=True)}
    hot = [issue for issue in found if len(issue.members) >= LEAST]
    for issue in hot:
        issue.near = [issue.nearness(by_id[member.id]) for member in issue.members]
        issue.words = _words(issue)
    yield hot


def heat(reports: int, likes: int, rested: timedelta) -> int:
    """10 for each doubling of reports, 5 of likes, and 30 that halve in two weeks of rest."""
    days = max(rested / timedelta(days=1), 0.0)
    return round(10 * log2(1 + reports) + 5 * log2(1 + likes) + 30 * 2 ** (-days / 14))


def gatherings(reports: Sequence[Told]) -> list[list[Told]]:
    """Where GATHERED reports of one matter came within GATHER_M and GATHER_WITHIN of the first.

    The oldest come first, and none stands in two.
    """
    found: list[list[Told]] = []
    open_: dict[str, list[list[Told]]] = {}
    for report in reports:
        if not (report.matter and report.place):
            continue
        for group in open_.setdefault(report.matter, []):
            first = group[0]
            soon = report.at - first.at <= GATHER_WITHIN
            if soon and first.place and distance_m(first.place, report.place) <= GATHER_M:
                group.append(report)
                break
        else:
            group = [report]
            open_[report.matter].append(group)
            found.append(group)
    return [group for group in found if len(group) >= GATHERED]


def _pieces(report: Told) -> Counter[str]:
    title, text = said(report.title), said(report.text)[:OPENING]
    counted: Counter[str] = Counter()
    for part, weight in ((title, 2), (text, 1)):
        for n in (2, 3):
            for i in range(len(part) - n + 1):
                gram = part[i : i + n]
                if gram.isalpha():
                    counted[gram] += weight
    return counted


def _vector(pieces: Counter[str], spread: Counter[str], n: int, limit: float) -> dict[str, float]:
    weighed = {
        gram: (1 + log(times)) * log(1 + n / spread[gram]) * (len(gram) - 1)
        for gram, times in pieces.items() if 1 < spread[gram] <= limit
    }  # fmt: skip
    strong = sorted(weighed, key=lambda gram: (-weighed[gram], gram))[:STRONG]
    length = sqrt(sum(weighed[gram] ** 2 for gram in strong))
    return {gram: weighed[gram] / length for gram in strong} if length else {}


def _words(issue: Issue) -> tuple[str, ...]:
    """The runs of the most typical report's title that most members share."""
    typical = issue.members[max(range(len(issue.near)), key=lambda i: (issue.near[i], -i))]
    title = said(typical.title) or said(typical.text)[:40]
    strong = sorted(issue.weights, key=lambda gram: (-issue.weights[gram], gram))[:STRONG]
    marks = [0.0] * len(title)
    for gram in strong:
        for hit in re.finditer(gram, title):
            for i in range(*hit.span()):
                marks[i] += issue.weights[gram]
    runs: dict[str, float] = {}
    for marked, run in groupby(range(len(title)), key=lambda i: marks[i] > 0):
        if marked and (places := list(run)):
            word = title[places[0] : places[-1] + 1]
            runs[word] = sum(marks[i] for i in places)
    return tuple(sorted(runs, key=lambda word: (-runs[word], word))[:WORDS])
