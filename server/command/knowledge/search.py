"""Finds answers by words: a small inverted index in memory, ranked with BM25.

Terms are pairs of neighbouring characters, so one wrong character costs two of them and no more; runs of
pinyin initials find what was typed with the right sound and the wrong character; `jzz` alone finds 居住证.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final

from server.command.catalogue.initials import initials

K1: Final = 1.2
B: Final = 0.2
SOUND: Final = 0.35  # what three initials count beside a pair of characters
SAID: Final = 0.3  # what a pair counts that stands in the question, idle words and all
WEIGHTS: Final = {"question": 3.0, "tags": 3.0, "answer": 1.0}
SURE: Final = 0.35  # share of the question's weight that must be found before it is called an answer
WORTH: Final = 0.12  # below it an entry is not even named as perhaps related
COMMON: Final = 0.3  # a pair in more than this share of many entries tells nothing
MANY: Final = 200


@dataclass(frozen=True, slots=True)
class Text:
    """What is indexed of an entry."""

    id: str
    question: str
    answer: str
    tags: Sequence[str] = ()
    staff_only: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """How people speak: `means` leads from what they say to the entries' words; `idle` says nothing."""

    means: Mapping[str, Sequence[str]]
    idle: Sequence[str]


NO_SPEECH: Final = Speech({}, ())


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that fits: `share` of the question's weight was found in it, from 0 to 1."""

    id: str
    score: float
    share: float


def plain(text: str) -> str:
    """Small letters, digits and characters; everything between them is a blank."""
    return "".join(sign if sign.isalnum() else " " for sign in text.lower())


def pairs(text: str) -> list[str]:
    """Neighbouring characters of each run; a run of one stands alone."""
    found: list[str] = []
    for run in plain(text).split():
        found += [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
    return found


def sounds(text: str) -> list[str]:
    """Three neighbouring pinyin initials each, marked so that they are no Latin words."""
    line = initials(text)
    return [f"~{line[i : i + 3]}" for i in range(len(line) - 2)]


class Index:
    """Built once from all published entries and never changed; a new one replaces it."""

    def __init__(self, texts: Iterable[Text], speech: Speech = NO_SPEECH) -> None:
        self.texts = tuple(texts)
        self._speech = speech
        self._means = {plain(said).strip(): tuple(words) for said, words in speech.means.items()}
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._lines = tuple(initials("".join((each.question, *each.tags))) for each in self.texts)
        bags = [_bag(each) for each in self.texts]
        lengths = [sum(bag.values()) for bag in bags]
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        for at, (bag, length) in enumerate(zip(bags, lengths, strict=True)):
            damp = K1 * (1 - B + B * length / mean)
            for term, n in bag.items():
                self._postings[term].append((at, n * (K1 + 1) / (n + damp)))
        count = len(self.texts)
        self._rarity = {
            term: log(1 + (count - len(at) + 0.5) / (len(at) + 0.5)) for term, at in self._postings.items()
        }
        self._unknown = log(1 + (count + 0.5) / 0.5)
        self._most = max(MANY, count * COMMON)

    def search(self, words: str, first: int = 10, *, staff: bool = False) -> list[Hit]:
        """The entries that fit best, best first, at most `first`; those for the staff only when `staff`."""
        asked = plain(words).strip()
        if asked.isascii() and asked.isalpha() and len(asked) > 1 and asked not in self._rarity:
            return self._by_initials(asked, first, staff)
        wanted = self._wanted(asked)
        total = sum(wanted.values())
        if not total:
            return []
        scores: defaultdict[int, float] = defaultdict(float)
        found: defaultdict[int, float] = defaultdict(float)
        for term, weight in wanted.items():
            postings = self._postings.get(term, ())
            if len(postings) > self._most:
                continue
            for at, fit in postings:
                scores[at] += weight * fit
                found[at] += weight
        best = nlargest(first, (
            (score * found[at] / total, -at) for at, score in scores.items()
            if found[at] / total >= WORTH and (staff or not self.texts[at].staff_only)
        ))  # fmt: skip
        return [Hit(self.texts[-n].id, score, min(1.0, found[-n] / total)) for score, n in best]

    def _by_initials(self, letters: str, first: int, staff: bool) -> list[Hit]:
        """居住证 for jzz: by where it begins."""
        found = sorted(
            (line.find(letters), at) for at, line in enumerate(self._lines)
            if letters in line and (staff or not self.texts[at].staff_only)
        )  # fmt: skip
        return [Hit(self.texts[at].id, 1 / (2 + place), 1.0) for place, at in found[:first]]

    def _wanted(self, asked: str) -> dict[str, float]:
        """The terms of a question with their weights: words for it are added, idle words taken out."""
        said = asked
        for word in self._speech.idle:
            said = said.replace(word, " ")
        said = said if said.strip() else asked
        for word, others in self._means.items():
            if word in asked:
                said = f"{said.replace(word, ' ')} {' '.join(others)}"
        wanted = {term: self._rarity.get(term, self._unknown) for term in pairs(said)}
        for term in pairs(asked):
            if term in self._rarity:
                wanted.setdefault(term, self._rarity[term] * SAID)
        heard = {term: self._rarity[term] * SOUND for term in sounds(said) if term in self._rarity}
        return wanted | heard


def _bag(text: Text) -> Counter[str]:
    bag: Counter[str] = Counter()
    for part, weight in WEIGHTS.items():
        words = " ".join(text.tags) if part == "tags" else getattr(text, part)
        for term in pairs(words):
            bag[term] += weight  # type: ignore[assignment]
    for term in {*sounds(text.question), *(one for tag in text.tags for one in sounds(tag))}:
        bag[term] += 1
    return bag
