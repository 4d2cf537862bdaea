"""Keyset paging: a cursor says after which row to go on, so new rows never shift a page."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, overload

from server.kernel.errors import BadInput

T = TypeVar("T")
Key = str | int | datetime
A = TypeVar("A", str, int, datetime)
B = TypeVar("B", str, int, datetime)
C = TypeVar("C", str, int, datetime)

MOST = 100  # rows a page may hold
INT64 = 2**63
LONGEST_CURSOR = 1000  # characters


def bounded(first: int) -> int:
    """`first`, when a page may be that long. Raises BadInput outside 1..100."""
    if not 1 <= first <= MOST:
        raise BadInput(field="first", least=1, most=MOST)
    return first


def encode(key: Sequence[Key]) -> str:
    """An opaque cursor for the sort key of a page's last row."""
    plain = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


@overload
def decode(cursor: str, a: type[A], /) -> tuple[A]: ...
@overload
def decode(cursor: str, a: type[A], b: type[B], /) -> tuple[A, B]: ...
@overload
def decode(cursor: str, a: type[A], b: type[B], c: type[C], /) -> tuple[A, B, C]: ...
def decode(cursor: str, *kinds: Any) -> tuple[Any, ...]:
    """The sort key, one part per kind (str, int or datetime). Raises BadInput for what we did not encode."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        if type(plain) is not list:
            raise ValueError
        return tuple(_part(value, kind) for value, kind in zip(plain, kinds, strict=True))
    except (ValueError, OverflowError, RecursionError):
        raise BadInput(field="after") from None


def _part(value: object, kind: type[Key]) -> Key:
    if kind is datetime and type(value) is str:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo:
            return instant.astimezone(UTC)
    elif type(value) is kind:
        if type(value) is int and -INT64 <= value < INT64:
            return value
        if type(value) is str and "\0" not in value:
            return value
    raise ValueError


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and the cursor of the rows behind them; None at the end."""

    items: list[T]
    next: str | None

    @classmethod
    def of(cls, rows: Sequence[T], first: int, key: Callable[[T], Sequence[Key]]) -> "Page[T]":
        """Cut a page of `first` out of rows that were read with a limit of `first + 1`."""
        items = list(rows[:first])
        return cls(items, encode(key(items[-1])) if len(rows) > first else None)
