"""Reading rows for an answer: only the columns that are needed, and no ORM objects."""

from collections import namedtuple
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Select, inspect
from sqlmodel.sql.expression import SelectOfScalar

from server.platform.db import Store

R = TypeVar("R")
T = TypeVar("T")
Needs = tuple[str, ...]
EVERYTHING: Needs = ("*",)


def together(*asked: Needs) -> Needs:
    """The columns that serve all who ask."""
    return EVERYTHING if EVERYTHING in asked else tuple(dict.fromkeys(name for one in asked for name in one))


class Reader:
    """Each question borrows a connection of its own, so siblings may ask at the same time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def lines(self, rows: SelectOfScalar[R], needs: Needs = EVERYTHING) -> list[R]:
        """The rows, each with the columns `needs` as attributes and nothing else. A line is read-only."""
        narrow, make = narrowed(rows, needs)
        async with self._store.reader.connect() as connection:
            return [make(row) for row in await connection.execute(narrow)]

    async def line(self, rows: SelectOfScalar[R], needs: Needs = EVERYTHING) -> R | None:
        """The only row, or None. Raises MultipleResultsFound."""
        narrow, make = narrowed(rows, needs)
        async with self._store.reader.connect() as connection:
            row = (await connection.execute(narrow)).one_or_none()
        return make(row) if row else None

    async def tuples(self, rows: Select[Any]) -> list[tuple[Any, ...]]:
        """What the statement selects, as plain tuples."""
        async with self._store.reader.connect() as connection:
            return [tuple(row) for row in await connection.execute(rows)]

    async def value(self, rows: Select[Any]) -> Any:
        """The first column of the only row."""
        async with self._store.reader.connect() as connection:
            return (await connection.execute(rows)).scalar_one()


def narrowed(rows: SelectOfScalar[R], needs: Needs) -> tuple[Select[Any], Callable[[Iterable[Any]], R]]:
    """The statement with the columns `needs` only, and what makes a line of its rows."""
    mapper = inspect(rows.column_descriptions[0]["entity"])
    names = tuple(mapper.columns.keys()) if needs == EVERYTHING else needs
    narrow = rows.with_only_columns(*(mapper.columns[name] for name in names), maintain_column_froms=True)
    return narrow, cast(Callable[[Iterable[Any]], R], line_of(names))


@lru_cache(maxsize=1000)
def line_of(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """Makes named tuples: their attributes cost a twentieth of those of SQLAlchemy's rows."""
    return cast(Any, namedtuple("Line", columns))._make  # type: ignore[no-any-return]
