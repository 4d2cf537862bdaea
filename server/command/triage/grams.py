"""What a learned model reads in a text: pieces of one to three signs, the title's apart from the rest."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from operator import mul
from typing import Final

from server.command.triage.lexicon import plain
from server.command.triage.rules import OPENING

LONGEST: Final = 3  # signs in a piece; four brought nothing but size
TITLE: Final = "^"  # marks the pieces of the title; no text keeps this sign
LEAST_TEXTS: Final = 2  # a piece that stands in one text says nothing of another
MOST_GRAMS: Final = 120_000
NUMBER, GAP = re.compile(r"\d+"), re.compile(r"\W+")


def said(text: str) -> str:
    """The text as its pieces are cut: numbers are one sign, marks are a gap."""
    return GAP.sub(" ", NUMBER.sub("0", plain(text)))


def count(title: str, text: str) -> Counter[str]:
    """How often each piece stands there. Who gives no title has the opening of the text for one."""
    head, body = said(title) or said(text)[:OPENING], said(f"{title} {text}")
    found = Counter(body)
    for n in range(1, LONGEST + 1):
        if n > 1:
            found.update(map("".join, zip(*(body[i:] for i in range(n)), strict=False)))
        found.update(TITLE + head[i : i + n] for i in range(len(head) - n + 1))
    return found


@dataclass(frozen=True)
class Vocabulary:
    """The pieces a model knows, each with how much it tells: the rarer, the more."""

    index: dict[str, int]
    idf: Sequence[float]

    @classmethod
    def of(cls, texts: Iterable[Counter[str]]) -> "Vocabulary":
        """Of the texts a model is to learn from."""
        n, spread = 0, Counter[str]()
        for text in texts:
            n += 1
            spread.update(text.keys())
        often = [gram for gram, texts in spread.most_common(MOST_GRAMS) if texts >= LEAST_TEXTS]
        often.sort()
        return cls(
            {gram: at for at, gram in enumerate(often)},
            [log((1 + n) / (1 + spread[gram])) + 1 for gram in often],
        )

    def vector(self, text: Counter[str]) -> dict[int, float]:
        """Piece → weight; title and text each of length one, so that no letter drowns its title."""
        title: dict[int, float] = {}
        body: dict[int, float] = {}
        known, idf = self.index.get, self.idf
        for gram, n in text.items():
            at = known(gram)
            if at is not None:
                (title if gram[0] == TITLE else body)[at] = idf[at] if n == 1 else (1 + log(n)) * idf[at]
        for part in (title, body):
            if norm := sqrt(sum(map(mul, part.values(), part.values()))):
                for at, value in part.items():
                    part[at] = value / norm
        return title | body
