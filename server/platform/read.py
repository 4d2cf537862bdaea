"""Reading rows for an answer: only the columns that are needed, and no ORM objects.

One statement is one snapshot, so none of them opens a transaction. On the embedded store they run at
once, in the loop's thread; on PostgreSQL a kept one goes straight to the driver, prepared.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.platform.db import Store
from server.platform.kept import Question, Rows
from server.platform.rows import run

R = TypeVar("R")
T = TypeVar("T")
Needs = tuple[str, ...]
EVERYTHING: Needs = ("*",)
TUPLES: Needs = ()  # the statement as it is, each row a plain tuple


def together(*asked: Needs) -> Needs:
    """The columns that serve all who ask."""
    return EVERYTHING if EVERYTHING in asked else tuple(dict.fromkeys(name for one in asked for name in one))


class Reader:
    """Siblings may ask at the same time: nobody waits for another's connection."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def lines(self, rows: SelectOfScalar[R] | Question[R], needs: Needs = EVERYTHING) -> list[R]:
        """The rows, each with the columns `needs` as attributes and nothing else. A line is read-only."""
        if isinstance(rows, Question):
            return await self._answer(rows, needs)
        narrow, make = narrowed(rows, needs)
        return [make(row) for row in await self._store.rows(narrow)]

    async def line(self, rows: SelectOfScalar[R] | Question[R], needs: Needs = EVERYTHING) -> R | None:
        """The only row, or None. Raises MultipleResultsFound."""
        found = await self.lines(rows, needs)
        if len(found) > 1:
            raise MultipleResultsFound("a line was asked for, there are several")
        return found[0] if found else None

    async def searched(self, rows: Rows, needs: Needs = EVERYTHING) -> list[Any]:
        """As `lines`, for a question that looks at thousands of rows: nobody else waits for it."""
        narrow, make = narrowed(rows, needs)
        async with self._store.scanning() as session:
            return [make(row) for row in await (await session.connection()).execute(narrow)]

    async def tuples(self, rows: Rows | Question[Any]) -> list[tuple[Any, ...]]:
        """What the statement selects, as plain tuples."""
        if isinstance(rows, Question):
            return await self._answer(rows, TUPLES)
        return [tuple(row) for row in await self._store.rows(rows)]

    async def value(self, rows: Rows | Question[Any]) -> Any:
        """The first column of the only row. Raises NoResultFound, MultipleResultsFound."""
        match await self.tuples(rows):
            case [row]:
                return row[0]
            case []:
                raise NoResultFound("a value was asked for, there is none")
        raise MultipleResultsFound("a value was asked for, there are several")

    async def _answer(self, question: Question[R], needs: Needs) -> list[R]:
        form = question.query.form(question, self._store.dialect, needs, lambda rows: narrowed(rows, needs))
        values = question.values
        return form.read(await self._store.fetched(form.text, [fill(values) for fill in form.fill]))


async def within(session: AsyncSession, question: Question[R], needs: Needs = EVERYTHING) -> list[R]:
    """The rows of a kept question as the session's own transaction sees them."""
    dialect = cast(Any, session.bind).dialect
    form = question.query.form(question, dialect, needs, lambda rows: narrowed(rows, needs))
    return form.read(await run(session, form.text, tuple(fill(question.values) for fill in form.fill)))


def narrowed(rows: Rows, needs: Needs) -> tuple[Rows, Callable[[Iterable[Any]], Any]]:
    """The statement with the columns `needs` only, and what makes a line of its rows."""
    if needs == TUPLES:
        return rows, tuple
    mapper = inspect(rows.column_descriptions[0]["entity"])
    names = tuple(mapper.columns.keys()) if needs == EVERYTHING else needs
    narrow = rows.with_only_columns(*(mapper.columns[name] for name in names), maintain_column_froms=True)
    return narrow, line_of(names)


@lru_cache(maxsize=1000)
def line_of(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """Makes named tuples: their attributes cost a twentieth of those of SQLAlchemy's rows."""
    return cast(Any, namedtuple("Line", columns))._make  # type: ignore[no-any-return]
