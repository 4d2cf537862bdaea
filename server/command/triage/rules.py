"""How a suggestion is weighed and how alike two reports are: pure functions, every number with its reason."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from server.command.catalogue.entries import FilingRule
from server.command.triage.lexicon import NAME, Meanings, plain
from server.kernel.geo import Wgs84, distance_m

# People say first what it is about and then how long they have suffered: a word in the opening counts
# three times. 30 characters hold a title; of 20 to 60, and of factors 1 to 4, none did better in trials.
OPENING: Final = 30
OPENING_FACTOR: Final = 3
MEDIUM_FROM: Final = NAME  # called by name anywhere, or a sign of it in the opening
HIGH_FROM: Final = NAME * OPENING_FACTOR  # called by name in the opening
CLEAR_LEAD: Final = 2  # HIGH asks for twice the runner-up, so that one stray name does not tip it
ALTERNATIVES: Final = 3  # one-tap chips on the dispatcher's screen
URGENT: Final = 100  # characters: whoever is in danger says so at once
CLAUSE_END: Final = re.compile(r"[,.;:!?。、…]")

# Duplicates: the same sub-type within 50 m and 24 h (domain A8).
DUPLICATE_DISTANCE_M: Final = 50.0
DUPLICATE_WITHIN: Final = timedelta(hours=24)
# Those three facts alone earn the threshold; nearness, text and time tell sure from likely above it.
MERGE_SUGGESTED_FROM: Final = 60
NEAR_POINTS, TEXT_POINTS, SOON_POINTS = 20, 15, 5
# Without a place the words must say the place too: alike in this share of their pairs, and in so many. Of
# 4,326 messages of a year 183 pairs within a day are; of those with less, most told of another place.
WORDED_FROM: Final = 0.6
WORDED_PAIRS: Final = 10
WORD_POINTS, KIND_POINTS = 25, 5  # never certain: 95 at most


class Confidence(StrEnum):
    """How far a suggestion may be trusted: one tap, a look, or no suggestion at all."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Report:
    """What two reports are compared by. `matter_code` and `place` are None while unknown; a place known only
    as a street or a grid cell is unknown."""

    matter_code: str | None
    place: Wgs84 | None
    at: datetime
    text: str


def weigh(hits: Iterable[tuple[str, int]], meanings: Meanings) -> dict[str, int]:
    """Points per matter code; a word counts once, where it first stands."""
    first: dict[str, int] = {}
    for word, at in hits:
        first.setdefault(word, at)
    points: dict[str, int] = {}
    for word, at in first.items():
        factor = OPENING_FACTOR if at < OPENING else 1
        for code, weight in meanings.get(word, ()):
            points[code] = points.get(code, 0) + weight * factor
    return points


def confidence(best: int, second: int) -> Confidence:
    """From the points of the best matter and the runner-up; a tie is never more than LOW."""
    if best >= HIGH_FROM and best >= CLEAR_LEAD * second:
        return Confidence.HIGH
    return Confidence.MEDIUM if best >= MEDIUM_FROM and best > second else Confidence.LOW


TRUST: Final = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


def combine(
    words: Sequence[str], sure: Confidence, learned: Sequence[str], sees: Confidence
) -> tuple[list[str], Confidence, bool]:
    """One ranking out of what words mean and what was learnt, how sure it is, and whether learning told.

    Agreed is HIGH. Otherwise the surer of the two leads. Both sure of different things is MEDIUM for what was
    learnt from people's decisions; both half sure is a question for a person.
    """
    if sees is Confidence.LOW:
        return [*dict.fromkeys([*words, *learned])], sure, False
    mine = [*dict.fromkeys([*learned, *words])]
    if words and sure is not Confidence.LOW and words[0] == learned[0]:
        return mine, Confidence.HIGH, True
    if TRUST[sees] > TRUST[sure]:
        return mine, sees, True
    if TRUST[sees] < TRUST[sure]:
        return [*dict.fromkeys([*words[:1], *learned[:1], *words, *learned])], sure, False
    return mine, Confidence.MEDIUM if sees is Confidence.HIGH else Confidence.LOW, True


def fitting_rule(rules: Sequence[FilingRule], text: str) -> FilingRule:
    """The rule most of whose words stand in the text, the first of equals. `text` as `plain` gives it."""
    return max(rules, key=lambda rule: sum(word in text for word in rule.words))


def clause(text: str, at: int) -> str:
    """The part of a sentence around `at`, from one mark to the next. `text` as `plain` gives it."""
    start = max((mark.end() for mark in CLAUSE_END.finditer(text, 0, at)), default=0)
    return CLAUSE_END.split(text[start:], maxsplit=1)[0]


def similarity(a: Report, b: Report) -> int:
    """How surely two reports tell of one thing, 0..100; 0 beyond 50 m or 24 h or for different sub-types.

    While a sub-type is unknown the texts must speak in its place, and while a place is unknown for both. From
    MERGE_SUGGESTED_FROM on, a merge is worth proposing.
    """
    apart, known = abs(a.at - b.at), bool(a.matter_code and b.matter_code)
    if apart > DUPLICATE_WITHIN or (known and a.matter_code != b.matter_code):
        return 0
    soon = SOON_POINTS * (1 - apart / DUPLICATE_WITHIN)
    if a.place is None or b.place is None:
        alike = worded(a.text, b.text)
        sure = WORD_POINTS * (alike - WORDED_FROM) / (1 - WORDED_FROM)
        return round(MERGE_SUGGESTED_FROM + sure + KIND_POINTS * known + soon) if alike else 0
    away_m = distance_m(a.place, b.place)
    if away_m > DUPLICATE_DISTANCE_M:
        return 0
    alike = text_overlap(a.text, b.text)
    return round(
        MERGE_SUGGESTED_FROM * (1.0 if known else alike)
        + NEAR_POINTS * (1 - away_m / DUPLICATE_DISTANCE_M)
        + TEXT_POINTS * alike
        + soon
    )


def worded(a: str, b: str) -> float:
    """The overlap of two texts where that is enough to take them for one report, told twice; else 0."""
    ours, theirs = _pairs(a), _pairs(b)
    both = len(ours & theirs)
    alike = both / (len(ours) + len(theirs) - both) if both >= WORDED_PAIRS else 0.0
    return alike if alike >= WORDED_FROM else 0.0


def text_overlap(a: str, b: str) -> float:
    """Jaccard overlap of the character pairs of two texts, 0..1; 0 when either says nothing."""
    ours, theirs = _pairs(a), _pairs(b)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


@lru_cache(maxsize=2)  # one text is compared with many
def _pairs(text: str) -> frozenset[str]:
    signs = "".join(filter(str.isalnum, plain(text)))
    return frozenset(map("".join, pairwise(signs)))
