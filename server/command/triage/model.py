"""A learned model as it serves and as it is kept: several questions about one text, read once."""

import gzip
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from server.command.triage.grams import TITLE, Vocabulary, count
from server.command.triage.head import UNKNOWN, Guess, Head
from server.command.triage.rules import Confidence
from server.kernel.errors import CityError

FORMAT: Final = 1
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
            model = cls({kind: _unpacked(head).ready() for kind, head in file.heads.items()})
        except (ValidationError, ValueError, OSError, EOFError) as error:
            raise BadModel(field="file") from error
        _ = model._places
        return model

    def guesses(self, read: Read) -> dict[Kind, Guess]:
        """By question; without those where nothing was learnt, or nothing known is said."""
        parts: tuple[_Part, _Part] = ([], []), ([], [])
        known = self._places.get
        for gram, n in read.counted.items():
            if places := known(gram):
                every, often = parts[gram[0] == TITLE]
                every.append(places)
                often.append(1.0 if n == 1 else 1 + log(n))
        found: dict[Kind, Guess] = {}
        for n, (kind, head) in enumerate(self.heads.items()):
            own = (([places[n] for places in every], often) for every, often in parts)
            if guess := head.guess(head.vector(own)):
                found[kind] = guess
        return found

    def reasons(self, kind: Kind, read: Read, guess: Guess) -> tuple[str, ...]:
        """The words of the text that say so; none for what is not to be trusted."""
        return () if guess.confidence is Confidence.LOW else self.heads[kind].reasons(read.text, guess)

    @cached_property
    def _places(self) -> dict[str, tuple[int, ...]]:
        """Each piece with its place in every head's vocabulary."""
        found: dict[str, list[int]] = {}
        for n, head in enumerate(self.heads.values()):
            for gram, at in head.vocabulary.index.items():
                found.setdefault(gram, [UNKNOWN] * len(self.heads))[n] = at
        return {gram: tuple(places) for gram, places in found.items()}


_Part = tuple[list[tuple[int, ...]], list[float]]  # of each piece its places, and 1 + log how often


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
