"""Writing rows past the ORM: a statement is compiled once, its values go straight to the driver.

    @written
    def ADD(insert):
        rows = insert(Rollup.__table__)
        return rows.on_conflict_do_update(index_elements=["area"], set_={"n": Rollup.n + rows.excluded.n})

    await put(session, ADD, [{"area": "440103", "n": 1}])

For what is only ever added or counted. What people change together is the ORM's, with its versions.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform.inline import as_told
from server.platform.timing import answered

Row = Mapping[str, Any]
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(slots=True)
class Form:
    """A compiled statement: its text, and name and converter of each parameter."""

    text: str
    cells: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def filled(self, row: Row) -> tuple[Any, ...]:
        """The row as the driver wants it."""
        return tuple([convert(row[name]) if convert else row[name] for name, convert in self.cells])


class Written:
    """A statement whose parameters are named as the columns are."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._forms: dict[str, Form] = {}

    def form(self, dialect: Dialect) -> Form:
        """What it is for `dialect`."""
        form = self._forms.get(dialect.name)
        if form is None:
            done = cast(Any, self._build(INSERTS[dialect.name]).compile(dialect=dialect))
            cells = tuple((name, done._bind_processors.get(name)) for name in done.positiontup)
            form = self._forms[dialect.name] = Form(done.string, cells)
        return form


def written(build: Callable[[Any], Any]) -> Written:
    """`build` is handed the dialect's own `insert`, which knows ON CONFLICT."""
    return Written(build)


async def put(session: AsyncSession, statement: Written, rows: Iterable[Row]) -> None:
    """Run the statement with each row, in the session's transaction."""
    form = statement.form(_dialect(session))
    filled = [form.filled(row) for row in rows]
    if filled:
        await _run(session, form.text, filled)


async def ask(session: AsyncSession, statement: Written, row: Row) -> list[tuple[Any, ...]]:
    """Run the statement, in the session's transaction; what it returns, as the driver gives it."""
    form = statement.form(_dialect(session))
    return await _run(session, form.text, form.filled(row))


def _dialect(session: AsyncSession) -> Dialect:
    return cast(Any, session.bind).dialect  # type: ignore[no-any-return]


async def _run(session: AsyncSession, text: str, values: Any) -> list[Any]:
    if _dialect(session).name != "sqlite":
        connection = await session.connection()
        result = await connection.exec_driver_sql(text, values)
        return list(map(tuple, result)) if result.returns_rows else []
    began = perf_counter()
    raw: Any = session.sync_session.connection().connection.dbapi_connection
    try:
        many = isinstance(values, list)
        rows: list[Any] = (raw.executemany if many else raw.execute)(text, values).fetchall()
    except sqlite3.Error as error:
        raise as_told(error, text) from error
    answered(perf_counter() - began, text)
    return rows
