"""What people call things, read out of what they write. The words are data; reading them is one pass."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict

# What a word is worth. Two signs say as much as a name; a hint only tips the scales.
NAME, SIGN, HINT = 6, 3, 1
Meanings = Mapping[str, tuple[tuple[str, int], ...]]  # word → (matter code, worth)…
READ: Final = 1000  # characters: what is wrong is said by then, what follows is history
UNSEEN: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def plain(text: str) -> str:
    """One form for comparing: NFKC, small letters, no blanks, only the part that is read."""
    return UNSEEN.sub("", normalize("NFKC", text[: 2 * READ]).lower())[:READ]


class Words:
    """Finds any of many words in a text, from left to right, the longest at each place, none overlapping."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(set(words), key=len, reverse=True):
            if len(word) < 2:
                raise ValueError(f"too short to mean anything: {word!r}")
            self._by_start.setdefault(word[:2], []).append(word)

    def find(self, text: str) -> Iterator[tuple[str, int]]:
        """Each word with the place it begins at."""
        at = 0
        while at < len(text) - 1:
            here = self._by_start.get(text[at : at + 2], ())
            word = next((word for word in here if text.startswith(word, at)), "")
            if word:
                yield word, at
            at += len(word) or 1


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Grades(_Data):
    names: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def weighed(self) -> Iterator[tuple[str, int]]:
        for grade, weight in ((self.names, NAME), (self.signs, SIGN), (self.hints, HINT)):
            yield from ((plain(word), weight) for word in grade)


class _Danger(_Data):
    phone: str
    words: tuple[str, ...]


class _File(_Data):
    about: str
    ignored: tuple[str, ...]
    doubts: tuple[str, ...]
    dangers: tuple[_Danger, ...]
    words: dict[str, _Grades]


@dataclass(frozen=True)
class Lexicon:
    """Words → matter codes with weights, and words of danger → the number to call first."""

    topics: Words
    perils: Words
    meanings: Meanings
    phones: Mapping[str, str]  # word of danger → phone number, the most urgent first
    doubts: tuple[str, ...]  # beside a word of danger they tell a worry from an emergency

    @classmethod
    def load(cls, data: Path) -> "Lexicon":
        """The words in `data`/triage.json."""
        file = _File.model_validate_json((data / "triage.json").read_bytes())
        meanings: dict[str, tuple[tuple[str, int], ...]] = {}
        for code, grades in file.words.items():
            for word, weight in grades.weighed():
                meanings[word] = (*meanings.get(word, ()), (code, weight))
        phones = {plain(word): danger.phone for danger in file.dangers for word in danger.words}
        ignored = set(map(plain, file.ignored))
        return cls(
            topics=Words(ignored | meanings.keys()),
            perils=Words(ignored | phones.keys()),
            meanings=meanings,
            phones=phones,
            doubts=tuple(map(plain, file.doubts)),
        )

    @classmethod
    def empty(cls) -> "Lexicon":
        """No words at all, for a server whose words cannot be read."""
        return cls(Words(()), Words(()), {}, {}, ())

    @property
    def keywords(self) -> dict[str, list[str]]:
        """What people call each matter, surest first: lets the catalogue be searched in their words."""
        found: dict[str, list[tuple[int, str]]] = {}
        for word, meant in self.meanings.items():
            for code, weight in meant:
                found.setdefault(code, []).append((-weight, word))
        return {code: [word for _, word in sorted(called)] for code, called in found.items()}
