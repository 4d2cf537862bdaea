"""One question a learned model answers: which class a text belongs to, how sure, and which words say so."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import groupby
from math import sqrt
from operator import itemgetter, mul
from sys import byteorder
from typing import Any, Final

from server.command.triage.grams import TITLE, Vocabulary, said
from server.command.triage.learning import Learned
from server.command.triage.rules import Confidence

STEPS: Final = 32767  # a weight is kept in two bytes
PIECES, WORDS = 12, 4  # of so many strong pieces, joined where they touch, so many reasons are shown
RIVALS: Final = 4
# The weights of a piece for all classes are one number, a class to every five bytes: one product and one sum
# serve all classes at once. A weight takes 16 bits. The pieces' counts, in SHARES of one, add up to less than
# 2**23 for the longest text that is read: title and text are each of length one, over some 3,000 pieces.
LANE: Final = 5
SHARES: Final = 1 << 14
UNKNOWN: Final = -1  # the place of a piece that only another head knows; it counts for nothing


@dataclass(frozen=True, slots=True)
class Vector:
    """A text as a head reads it: places in its vocabulary and what each counts for."""

    at: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest classes, best first, and how far the first may be trusted."""

    labels: tuple[str, ...]
    confidence: Confidence
    vector: Vector = field(repr=False, compare=False)  # what it was read from


@dataclass(frozen=True)
class Head:
    """One question a model answers.

    `high` is the lead of the best class over the second from which 95 % of unseen texts were sorted right,
    `medium` the one from which 70 % of the others were; None where no lead was enough.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: tuple["array[int]", ...]  # by class, then piece; the constant last
    scale: float
    high: float | None
    medium: float | None
    report: Mapping[str, Any]

    @classmethod
    def of(
        cls, learned: Learned, high: float | None, medium: float | None, report: Mapping[str, Any]
    ) -> "Head":
        """What was learnt, rounded to what is kept."""
        top = max((abs(weight) for row in learned.weights for weight in row), default=0.0) or 1.0
        scale = top / STEPS
        kept = tuple(array("h", [round(each / scale) for each in row]) for row in learned.weights)
        return cls(learned.labels, learned.vocabulary, kept, scale, high, medium, report)

    def vector(self, parts: Iterable[tuple[Sequence[int], Sequence[float]]]) -> Vector:
        """Of the places and tf of the title's pieces and the text's: each part of length one."""
        at: list[int] = []
        values: list[float] = []
        for places, often in parts:
            told = list(map(mul, often, map(self._idf.__getitem__, places)))
            if norm := sqrt(sum(map(mul, told, told))):
                at += places
                values += [value / norm for value in told]
        return Vector(at, values)

    def points(self, vector: Vector) -> list[float]:
        """For each class, how much speaks for it."""
        counts = [SHARES, *(int(value * SHARES + 0.5) for value in vector.values)]
        total = sum(map(mul, counts, itemgetter(-1, *vector.at)(self._lanes)))
        wide, zero = LANE * len(self.labels), (STEPS + 1) * sum(counts)
        kept, unit = total.to_bytes(wide, "little"), self.scale / SHARES
        return [unit * (int.from_bytes(kept[at : at + LANE], "little") - zero) for at in range(0, wide, LANE)]

    def guess(self, vector: Vector) -> Guess | None:
        """None when no piece of the text was ever seen."""
        if not vector.at:
            return None
        points = self.points(vector)
        order = nsmallest(RIVALS, range(len(points)), key=lambda n: (-points[n], n))
        trust = self.trust(points[order[0]] - points[order[1]])
        return Guess(tuple(self.labels[n] for n in order), trust, vector)

    def trust(self, lead: float) -> Confidence:
        """How far a lead over the second may be trusted."""
        if self.high is not None and lead >= self.high:
            return Confidence.HIGH
        return Confidence.MEDIUM if self.medium is not None and lead >= self.medium else Confidence.LOW

    def reasons(self, text: str, guess: Guess) -> tuple[str, ...]:
        """The runs of the text that lift its class most above the mean of all, the strongest first."""
        ours, n = self.weights[self.labels.index(guess.labels[0])], len(self.labels)
        text, grams, every = said(text), self._grams, self._sums
        lift: dict[str, float] = {}
        for at, value in zip(guess.vector.at, guess.vector.values, strict=True):
            if value and (gram := grams[at]):
                lift[gram] = lift.get(gram, 0.0) + value * (ours[at] - every[at] / n)
        marks = [0.0] * len(text)
        for gram in nsmallest(PIECES, lift, key=lambda gram: (-lift[gram], gram)):
            at = text.find(gram) if lift[gram] > 0 else -1
            while at >= 0:
                for i in range(at, at + len(gram)):
                    marks[i] += lift[gram]
                at = text.find(gram, at + len(gram))
        runs: dict[str, float] = {}
        for marked, run in groupby(range(len(text)), key=lambda i: marks[i] > 0):
            if marked and (places := list(run)):
                word = text[places[0] : places[-1] + 1]
                runs[word] = max(runs.get(word, 0.0), sum(marks[i] for i in places))
        return tuple(sorted(runs, key=lambda word: (-runs[word], word))[:WORDS])

    def ready(self) -> "Head":
        """Itself, with everything reckoned beforehand that a suggestion reads."""
        _ = self._lanes, self._idf, self._sums, self._grams
        return self

    @cached_property
    def _lanes(self) -> list[int]:
        """By piece, the weights for all classes side by side, each raised so that none is below nothing."""
        wide, many = LANE * len(self.labels), len(self.weights[0])
        kept = bytearray(wide * many)
        for n, row in enumerate(self.weights):
            raised = array("H", [weight + STEPS + 1 for weight in row])
            if byteorder == "big":
                raised.byteswap()
            low_high = raised.tobytes()
            kept[LANE * n :: wide], kept[LANE * n + 1 :: wide] = low_high[::2], low_high[1::2]
        return [int.from_bytes(kept[at : at + wide], "little") for at in range(0, len(kept), wide)]

    @cached_property
    def _idf(self) -> list[float]:
        return [*self.vocabulary.idf, 0.0]  # the last one is of what is UNKNOWN

    @cached_property
    def _sums(self) -> "array[int]":
        return array("l", map(sum, zip(*self.weights, strict=True)))

    @cached_property
    def _grams(self) -> list[str]:
        """Each piece as it is shown; "" for what is no word."""
        plain = (gram.removeprefix(TITLE) for gram in self.vocabulary.index)
        return [gram if len(gram) > 1 and gram.isalpha() else "" for gram in plain]
