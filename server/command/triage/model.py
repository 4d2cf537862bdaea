"""A learned model as it serves: which class a text belongs to, how sure, and which words say so."""

import gzip
import re
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter, mul
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from server.command.triage.grams import TITLE, Vocabulary, count, said
from server.command.triage.learning import Learned
from server.command.triage.rules import Confidence
from server.kernel.errors import CityError

FORMAT: Final = 1
STEPS: Final = 32767  # a weight is kept in two bytes
PIECES, WORDS = 12, 4  # of so many strong pieces, joined where they touch, so many reasons are shown
RIVALS: Final = 4
Kind = Literal["category", "matter", "unit"]


class BadModel(CityError):
    """Not a model of this format, or one whose parts do not fit together."""

    code = "BAD_MODEL"


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its pieces counted, once for every question."""

    text: str
    counted: Counter[str]

    @classmethod
    def of(cls, title: str, text: str) -> "Read":
        """What a model is asked about."""
        return cls(f"{title} {text}", count(title, text))


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest classes, best first, how far the first may be trusted, and the words that say so."""

    labels: tuple[str, ...]
    confidence: Confidence
    words: tuple[str, ...]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    labels: tuple[str, ...]
    grams: str  # one to a line
    idf: str  # base64 of 32-bit floats, as the weights are of 16-bit integers
    weights: tuple[str, ...]
    scale: float
    high: float | None
    medium: float | None
    report: dict[str, Any]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal[1]
    heads: dict[Kind, _Head]


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

    def points(self, vector: Mapping[int, float]) -> list[float]:
        """For each class, how much speaks for it."""
        pick, values = itemgetter(-1, *vector), (1.0, *vector.values())
        return [self.scale * sum(map(mul, values, pick(row))) for row in self.weights]

    def guess(self, read: Read) -> Guess | None:
        """None when no piece of the text was ever seen."""
        vector = self.vocabulary.vector(read.counted)
        if not vector:
            return None
        points = self.points(vector)
        order = sorted(range(len(points)), key=lambda n: (-points[n], n))
        trust = self.trust(points[order[0]] - points[order[1]])
        why = () if trust is Confidence.LOW else self._why(said(read.text), vector, order[0])
        return Guess(tuple(self.labels[n] for n in order[:RIVALS]), trust, why)

    def trust(self, lead: float) -> Confidence:
        """How far a lead over the second may be trusted."""
        if self.high is not None and lead >= self.high:
            return Confidence.HIGH
        return Confidence.MEDIUM if self.medium is not None and lead >= self.medium else Confidence.LOW

    def _why(self, text: str, vector: Mapping[int, float], best: int) -> tuple[str, ...]:
        """The runs of the text that lift the best class most above the mean of all, the strongest first."""
        ours, n = self.weights[best], len(self.labels)
        lift: dict[str, float] = {}
        for at, value in vector.items():
            gram = self._grams[at].removeprefix(TITLE)
            if len(gram) > 1 and gram.isalpha():
                mean = sum([row[at] for row in self.weights]) / n
                lift[gram] = lift.get(gram, 0.0) + value * (ours[at] - mean)
        strong = sorted((gram for gram in lift if lift[gram] > 0), key=lambda gram: (-lift[gram], gram))
        marks = [0.0] * len(text)
        for gram in strong[:PIECES]:
            for found in re.finditer(gram, text):
                for i in range(*found.span()):
                    marks[i] += lift[gram]
        runs: dict[str, float] = {}
        for marked, run in groupby(range(len(text)), key=lambda i: marks[i] > 0):
            if marked and (places := list(run)):
                word = text[places[0] : places[-1] + 1]
                runs[word] = max(runs.get(word, 0.0), sum(marks[i] for i in places))
        return tuple(sorted(runs, key=lambda word: (-runs[word], word))[:WORDS])

    @cached_property
    def _grams(self) -> list[str]:
        return list(self.vocabulary.index)


@dataclass(frozen=True)
class Model:
    """What was learnt, by question: the category of a message, the matter of an order, and its unit."""

    heads: Mapping[Kind, Head]

    def dump(self) -> bytes:
        """As an edition keeps it; the same bytes for the same model."""
        heads = {kind: _packed(head) for kind, head in sorted(self.heads.items())}
        return orjson.dumps({"format": FORMAT, "heads": heads}, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def load(cls, content: bytes) -> "Model":
        """Inverse of `dump`; gzipped content is unpacked. Raises BadModel."""
        try:
            if content[:2] == b"\x1f\x8b":
                content = gzip.decompress(content)
            file = _File.model_validate_json(content)
            return cls({kind: _unpacked(head) for kind, head in file.heads.items()})
        except (ValidationError, ValueError, OSError, EOFError) as error:
            raise BadModel(field="file") from error

    def guess(self, kind: Kind, read: Read) -> Guess | None:
        """None where nothing was learnt, or nothing known is said."""
        head = self.heads.get(kind)
        return head.guess(read) if head else None


def _packed(head: Head) -> dict[str, Any]:
    return {
        "labels": list(head.labels), "grams": "\n".join(head.vocabulary.index),
        "idf": b64encode(array("f", head.vocabulary.idf).tobytes()).decode(),
        "weights": [b64encode(row.tobytes()).decode() for row in head.weights],
        "scale": head.scale, "high": head.high, "medium": head.medium, "report": dict(head.report),
    }  # fmt: skip


def _unpacked(head: _Head) -> Head:
    index = {gram: at for at, gram in enumerate(head.grams.split("\n"))}
    idf = array("f", b64decode(head.idf, validate=True))
    weights = tuple(array("h", b64decode(row, validate=True)) for row in head.weights)
    sizes = {len(idf) + 1, len(index) + 1, *map(len, weights)}
    if len(head.labels) < 2 or len(weights) != len(head.labels) or len(sizes) > 1:
        raise ValueError("the parts of the model do not fit together")
    return Head(head.labels, Vocabulary(index, idf), weights, head.scale, head.high, head.medium, head.report)
