"""Rows in which any column may hold anything."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from graphql import Undefined


class State(enum.StrEnum):
    """Stored as text."""

    REPORTED = "reported"
    FILED = "filed"
    CLOSED = "closed"


class Level(enum.Enum):
    """Stored as a number."""

    LOW = 1
    HIGH = 2


class Refused(Exception):
    """An error with extensions of its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.extensions = {"code": code, "params": {}}


@dataclass
class Row:
    """What a store might hand out; the names in `broken` are those of resolvers that raise."""

    id: Any
    title: Any
    state: Any
    level: Any
    priority: Any
    lat: Any
    urgent: Any
    created_at: Any
    fee: Any
    tags: Any
    matrix: Any
    unit_id: Any
    broken: frozenset[str]

    def check(self, name: str, error: Exception | None = None) -> None:
        """Raise when this resolver is to break."""
        if name in self.broken:
            raise error or ValueError(f"{name} of {self.id}")


class Again:
    """Can be walked through any number of times, and is no list."""

    def __iter__(self) -> Iterator[str]:
        return iter(("x", "y"))


def rows(random: Random, count: int, wild: int) -> list[Row]:
    """Rows whose columns hold something unusual in `wild` of a hundred cases."""

    def odd(usual: Any, *others: Any) -> Any:
        return random.choice(others) if wild and random.randrange(100) >= 100 - wild else usual

    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return [
        Row(
            id=odd(str(n), n, None, 1.5, True),
            title=odd(f"t{n}", None, 5, True, 2.5, [1], float("nan"), ValueError("kept"), Undefined),
            state=odd(State.REPORTED, "filed", None, "nope", State.CLOSED, 3),
            level=odd(Level.LOW, 2, None, 9, Level.HIGH, True),
            priority=odd(n, None, 2**31, True, "7", "x", 1.0, 1.5),
            lat=odd(30.5, None, 3, float("inf"), float("nan"), "2.5", True),
            urgent=odd(True, None, 0, 1, "yes", False),
            created_at=odd(at, None, "x"),
            fee=odd(100, None, 13, -1),
            tags=odd(["a", "b"], None, [], ["a", None], "str", ("x", 1), 7, {"k": 1}, Again(), [Undefined]),
            matrix=odd([[1, 2], [3]], None, [None, [1]], [[1, None]], [["q"]], [5], ValueError("kept")),
            unit_id=random.randrange(4),
            broken=frozenset(name for name in BREAKABLE if wild and random.randrange(300) >= 300 - wild),
        )
        for n in range(count)
    ]


BREAKABLE = (
    "label", "age", "actions", "unit", "strict_unit", "later_tags", "target", "named", "peers", "guarded",
)  # fmt: skip
