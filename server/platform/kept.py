"""Kept statements: a query function that runs once for every shape of its arguments, not for every call.

    @kept
    def newest(actor: Actor, cell: str, first: int) -> SelectOfScalar[WorkOrder]:
        return visible_to(actor).where(col(WorkOrder.cell) == cell).limit(first)

    await office.read.lines(newest(actor, cell, 50), needs)

Building a statement and finding it in SQLAlchemy's cache costs more than SQLite takes to answer it. So the
function is handed blanks instead of values, and what it returns is compiled and kept; a call only fills in.

The shape of an argument is what a query may branch on: what is None, empty, an enum, a bool or an int (a
number of rows) counts as it is; an actor by his role and post; a tuple by its length, another collection by
its size. Strings, times, floats and what tuples and collections hold are values. A query that looks at a
value raises TypeError at its first call; `reckoned` is for what must be worked out from one.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import wraps
from operator import itemgetter
from typing import Any, Generic, NoReturn, ParamSpec, Protocol, TypeVar, cast, overload

from sqlalchemy import Dialect, Float, Select
from sqlmodel.sql.expression import SelectOfScalar

from server.kernel.actors import Actor

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
W = TypeVar("W")
Values = list[Any]
Rows = Select[*tuple[Any, ...]]

MOST = 1000  # shapes and selections kept per function; then the oldest goes
VALUES = frozenset({str, datetime, date, float})


class Blank:
    """Stands for a value. SQL may take it, time may be added to it; nobody may look at it.

    An argument of its own is never empty, else it would be part of the shape: so much may be asked.
    """

    __slots__ = ("certain", "of")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, of: Callable[[Values], Any], *, certain: bool = False) -> None:
        self.of, self.certain = of, certain

    def __bool__(self) -> bool:
        return self.certain or self._looked_at()

    def __add__(self, span: timedelta) -> "Blank":
        return Blank(lambda values: self.of(values) + span)

    def __sub__(self, span: timedelta) -> "Blank":
        return Blank(lambda values: self.of(values) - span)

    def _looked_at(self, *_: object) -> NoReturn:
        raise TypeError("a kept query looks at a value: let its statement differ by shape, or use reckoned()")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _looked_at
    __len__ = __iter__ = __contains__ = _looked_at


def reckoned(function: Callable[[V], W], value: V) -> W:
    """`function(value)`, worked out whenever the statement runs."""
    if isinstance(value, Blank):
        return cast(W, Blank(lambda values: function(value.of(values))))
    return function(value)


@dataclass(slots=True)
class Form:
    """A compiled statement: its text, what fills in each of its parameters, and how to read its rows."""

    text: str
    fill: tuple[Callable[[Values], Any], ...]
    read: Callable[[Iterable[Any]], list[Any]]


class Query(Generic[R]):
    """A kept function, with what it was compiled to."""

    def __init__(self, build: Callable[..., Rows]) -> None:
        self.build = build
        self._forms: dict[Hashable, Form] = {}

    def form(self, question: "Question[R]", dialect: Dialect, needs: Hashable, finish: "Finish") -> Form:
        """The statement of this question's shape; `finish` narrows it and says how its rows are read."""
        key = question.shape, needs, dialect.name
        form = self._forms.get(key)
        if form is None:
            blanks = count_up()
            args = [_blanked(arg, blanks) for arg in question.args]
            named = {name: _blanked(arg, blanks) for name, arg in question.named.items()}
            form = compiled(self.build(*args, **named), dialect, finish)
            if len(self._forms) >= MOST:
                del self._forms[next(iter(self._forms))]
            self._forms[key] = form
        return form


class Question(Generic[R]):
    """One call of a kept function: the shape and the values of its arguments."""

    __slots__ = ("args", "named", "query", "shape", "values")

    def __init__(self, query: Query[R], args: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.query, self.args, self.named = query, args, named
        self.values: Values = []
        shape = [_shape(arg, self.values) for arg in args]
        self.shape: Hashable = (*shape, *((name, _shape(arg, self.values)) for name, arg in named.items()))

    @property
    def plain(self) -> Rows:
        """The statement as it would be without being kept: for a session, or to be built upon."""
        return self.query.build(*self.args, **self.named)


@overload
def kept(build: Callable[P, SelectOfScalar[R]]) -> Callable[P, Question[R]]: ...
@overload
def kept(build: Callable[P, Rows]) -> Callable[P, Question[Any]]: ...
def kept(build: Callable[..., Any]) -> Callable[..., Question[Any]]:
    """Keep the statements of a query function; see the module. Unkept: `build.__wrapped__`."""
    query: Query[Any] = Query(build)

    @wraps(build)
    def asked(*args: Any, **named: Any) -> Question[Any]:
        return Question(query, args, named)

    return asked


Finish = Callable[[Rows], tuple[Rows, Callable[[Any], Any]]]


def compiled(statement: Rows, dialect: Dialect, finish: Finish) -> Form:
    """Text, fillers and reader of a statement with blanks, for `dialect`."""
    narrow, make = finish(statement)
    done = cast(Any, narrow.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
    expanded = done._post_compile_expanded_state  # lists after IN, each item a parameter of its own
    processors = {**done._bind_processors, **(expanded.processors if expanded else {})}
    parameters = done.construct_params()
    fill = tuple(_filler(parameters[name], processors.get(name)) for name in done.positiontup)
    types = [column.type.dialect_impl(dialect) for column in narrow.selected_columns]
    readers = [
        (n, read) for n, each in enumerate(types)
        if not isinstance(each, Float) and (read := each.result_processor(dialect, None))
    ]  # fmt: skip
    return Form(done.string, fill, _reader(readers, make))


def _filler(value: Any, process: Callable[[Any], Any] | None) -> Callable[[Values], Any]:
    """What to hand to the driver for one parameter."""
    if isinstance(value, Blank):
        of = value.of
        return (lambda values: process(of(values))) if process else of
    constant = process(value) if process else value
    return lambda _: constant


def _reader(
    readers: Sequence[tuple[int, Callable[[Any], Any]]], make: Callable[[Any], Any]
) -> Callable[[Iterable[Any]], list[Any]]:
    if not readers:
        return lambda rows: list(map(make, rows))

    def read(rows: Iterable[Any]) -> list[Any]:
        found = []
        for row in rows:
            cells = list(row)
            for n, each in readers:
                cells[n] = each(cells[n])
            found.append(make(cells))
        return found

    return read


# ── shapes, values and blanks: all three walk the arguments in the same order ─────────────────────────


def _shape(arg: Any, values: Values) -> Any:
    """What a query may branch on; the rest is added to `values`."""
    kind = type(arg)
    if kind in VALUES and arg:
        values.append(arg)
        return kind
    if kind is tuple:
        return tuple([_item(item, values) for item in arg])
    if kind in (list, set, frozenset):
        size = _padded(values, arg)
        return list, size
    if kind is Actor:
        values.append(arg.id)
        return (arg.role, arg.post, arg.guest, _shape(arg.area, values), _shape(arg.unit_id, values),
                _shape(arg.cells, values), _shape(arg.wards, values),
                _shape(arg.deputy_of, values))  # fmt: skip
    if is_dataclass(arg):
        return (kind, *(_shape(getattr(arg, each.name), values) for each in fields(arg)))
    return kind, arg


def _item(item: Any, values: Values) -> Any:
    if item is None:
        return None
    values.append(item)
    return type(item)


def _padded(values: Values, items: Iterable[Any]) -> int:
    """Add the items, the last one again and again up to a power of two: `IN (1, 2, 2, 2)`."""
    before = len(values)
    values += items
    size = len(values) - before
    whole = 1 << (size - 1).bit_length() if size else 0
    values += values[-1:] * (whole - size)
    return whole


class Blanks(Protocol):
    """Where the blanks of one statement come from."""

    def __call__(self, *, certain: bool = False) -> Blank:
        """The next one."""


def count_up() -> Blanks:
    """The blanks, one after the other."""
    n = -1

    def following(*, certain: bool = False) -> Blank:
        nonlocal n
        n += 1
        return Blank(itemgetter(n), certain=certain)

    return following


def _blanked(arg: Any, blank: Blanks) -> Any:
    """The argument with blanks for its values."""
    kind = type(arg)
    if kind in VALUES and arg:
        return blank(certain=True)
    if kind is tuple:
        return tuple(None if item is None else blank() for item in arg)
    if kind in (list, set, frozenset):
        return [blank() for _ in range(_padded([], arg))]
    if kind is Actor:
        id, area, unit_id = blank(), _blanked(arg.area, blank), _blanked(arg.unit_id, blank)
        cells, wards = _blanked(arg.cells, blank), _blanked(arg.wards, blank)
        deputy_of = _blanked(arg.deputy_of, blank)
        return replace(arg, id=id, area=area, unit_id=unit_id, cells=cells, wards=wards, deputy_of=deputy_of)
    if is_dataclass(arg):
        changed = {each.name: _blanked(getattr(arg, each.name), blank) for each in fields(arg)}
        return replace(cast(Any, arg), **changed)
    return arg
