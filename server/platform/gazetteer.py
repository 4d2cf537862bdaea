"""Finds places by what people type: names, parts of names, pinyin initials, codes, whole addresses."""

from collections.abc import Iterable
from typing import Generic, TypeVar
from unicodedata import normalize

T = TypeVar("T")
Rank = tuple[int, int]  # least is best
LONGEST = 100  # characters of a search that are read


class Entry(Generic[T]):
    """A place to be found: `names` run from the widest area down to its own; `keys` are its short signs.

    A word fits a name it is part of, and a key it begins: FY07 finds FY07X2, 7X does not.
    """

    def __init__(self, place: T, names: tuple[str, ...], keys: tuple[str, ...]) -> None:
        self.place = place
        self._names = tuple(map(_normal, names))
        self._name, self._path = self._names[-1], " ".join(self._names)
        self._keys = " ".join(["", *map(_normal, keys), ""])

    def rank(self, words: list[str]) -> Rank | None:
        """How well the words fit, by the best of them; None when they do not."""
        depth = len(self._names)
        if all(word in self._path or f" {word}" in self._keys for word in words):
            if any(word == self._name or f" {word} " in self._keys for word in words):
                return 0, depth
            if any(self._name.startswith(word) or f" {word}" in self._keys for word in words):
                return 1, depth
            if any(word in self._name for word in words):
                return 2, depth
        address = "".join(words)
        if self._name in address:
            return 3, -sum(len(name) for name in self._names if name in address)
        return None


class Gazetteer(Generic[T]):
    """All places of a district; a search reads each of them, in about a millisecond for two thousand."""

    def __init__(self, entries: Iterable[Entry[T]]) -> None:
        self._entries = tuple(entries)

    def search(self, text: str, limit: int) -> list[T]:
        """Best first: every word must fit the place or what it lies in, and one the place itself (逢源 07).

        A whole address finds the places it names, the most fully named one first.
        """
        words = _normal(text[:LONGEST]).split()
        if not words:
            return []
        ranked = ((entry.rank(words), entry.place) for entry in self._entries)
        found = [(rank, place) for rank, place in ranked if rank is not None]
        found.sort(key=lambda pair: pair[0])
        return [place for _, place in found[:limit]]


def _normal(text: str) -> str:
    return normalize("NFKC", text).upper()
