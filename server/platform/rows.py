"""Writing rows past the ORM: a statement is compiled once, its values go straight to the driver.

    @written
    def ADD(insert):
        rows = insert(Rollup.__table__)
        return rows.on_conflict_do_update(index_elements=["area"], set_={"n": Rollup.n + rows.excluded.n})

    await put(session, ADD, [{"area": "440103", "n": 1}])

For what is only ever added or counted. What people change together is the ORM's, with its versions; but
a row that is new has no version to lose, so `fresh` makes it and `Work.add` writes it with its like.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from time import perf_counter
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform import inline
from server.platform.timing import answered

Row = Mapping[str, Any]
Model = TypeVar("Model", bound=SQLModel)
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
PARAMETER = re.compile(r"\$(\d+)")
FEW = 16  # rows that go in one message


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


Write = tuple[Written, Sequence[Row]]  # a statement, and the rows to run it with


def written(build: Callable[[Any], Any]) -> Written:
    """`build` is handed the dialect's own `insert`, which knows ON CONFLICT."""
    return Written(build)


async def put(session: AsyncSession, statement: Written, rows: Iterable[Row]) -> None:
    """Run the statement with each row, in the session's transaction."""
    form = statement.form(_dialect(session))
    filled = [form.filled(row) for row in rows]
    if filled:
        await run(session, form.text, filled if len(filled) > 1 else filled[0])


async def put_all(session: AsyncSession, writes: Sequence[Write]) -> None:
    """`put` each of them. None may rest on another: where they are few, PostgreSQL hears all at once."""
    dialect = _dialect(session)
    if dialect.name == "sqlite" or sum(len(rows) for _, rows in writes) > FEW:
        for statement, rows in writes:
            await put(session, statement, rows)
        return
    forms = [(statement.form(dialect), row) for statement, rows in writes for row in rows]
    if forms:
        cells = chain.from_iterable(form.filled(row) for form, row in forms)
        await run(session, _joined(tuple(form.text for form, _ in forms)), tuple(cells))


async def ask(session: AsyncSession, statement: Written, row: Row) -> list[tuple[Any, ...]]:
    """Run the statement, in the session's transaction; what it returns, as the driver gives it."""
    form = statement.form(_dialect(session))
    return await run(session, form.text, form.filled(row))


def fresh(model: type[Model], **facts: Any) -> Model:
    """A new row as the store would hand it out: defaults filled in, nothing validated, in no session."""
    new, constant, made = _blank(model)
    row: Model = new()
    row.__dict__.update(constant)
    row.__dict__.update({name: make() for name, make in made if name not in facts})
    row.__dict__.update(facts)
    return row


@cache
def inserting(model: type[SQLModel]) -> Written:
    """Add a row of `model`."""
    return Written(lambda insert: insert(SQLModel.metadata.tables[str(model.__tablename__)]))


@lru_cache(256)
def _joined(texts: tuple[str, ...]) -> str:
    """One statement of PostgreSQL's that does what each does, with the parameters of one after another's."""
    parts, before = [], 0
    for n, text in enumerate(texts):
        parts.append(f"part_{n} AS ({_renumbered(text, before)})")
        before += max(map(int, PARAMETER.findall(text)))
    return f"WITH {', '.join(parts)} SELECT"


def _renumbered(text: str, before: int) -> str:
    return PARAMETER.sub(lambda found: f"${int(found[1]) + before}", text)


@cache
def _blank(model: type[SQLModel]) -> tuple[Callable[[], Any], Row, list[tuple[str, Callable[[], Any]]]]:
    """How an empty row is made, and its defaults: those that stand, and those that are made for each."""
    configure_mappers()
    optional = [(name, each) for name, each in model.model_fields.items() if not each.is_required()]
    made = [(name, cast(Any, each.default_factory)) for name, each in optional if each.default_factory]
    constant = {name: each.default for name, each in optional if not each.default_factory}
    return cast(Any, inspect(model)).class_manager.new_instance, constant, made


def _dialect(session: AsyncSession) -> Dialect:
    return cast(Any, session.bind).dialect  # type: ignore[no-any-return]


async def run(session: AsyncSession, text: str, values: Any) -> list[Any]:
    """What a statement in the driver's own words returns, in the session's transaction; `values` are one row,
    or a list of rows."""
    many = isinstance(values, list)
    driver = await _driver(session)
    if driver is None:
        result = await (await session.connection()).exec_driver_sql(text, values)
        return list(map(tuple, result)) if result.returns_rows else []
    began = perf_counter()
    try:
        if isinstance(driver, sqlite3.Connection):
            rows = (driver.executemany if many else driver.execute)(text, values).fetchall()
        elif many:
            rows = await driver.executemany(text, values) or []
        else:
            rows = list(map(tuple, await driver.fetch(text, *values)))
    except Exception as error:
        raise _as_told(error, text) from error
    answered(perf_counter() - began, text)
    return rows


async def _driver(session: AsyncSession) -> Any:
    """The driver's own connection, inside the session's transaction. None while PostgreSQL's has not begun:
    it begins with the first statement that SQLAlchemy sees."""
    if _dialect(session).name == "sqlite":
        return session.sync_session.connection().connection.dbapi_connection
    within = session.sync_session.get_transaction()
    known, driver = session.info.get("driver", (None, None))
    if within is None or known is not within:
        driver = cast(Any, await (await session.connection()).get_raw_connection()).driver_connection
        if not driver.is_in_transaction():
            return None
        session.info["driver"] = session.sync_session.get_transaction(), driver
    return driver


def _as_told(error: Exception, text: str) -> Exception:
    """The error as the session would have told it."""
    if isinstance(error, sqlite3.Error):
        return inline.as_told(error, text)
    from server.platform import shared  # not for those who have no PostgreSQL

    return shared.as_told(error, text)
