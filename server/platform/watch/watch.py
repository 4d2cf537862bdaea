"""What the rooms say while they work: an operation, a job, a statement, a number that can be read.

    with watch.operation("Orders", "officer", "query") as operation:
        ...
        operation.code = "NOT_FOUND"        # when it was refused; a CityError that passes through sets it too

Labels are words of the code. A name that was never announced with `know` is counted as "other", so that
neither a flood of made-up names nor anything personal gets into a metric, a trace or a log.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from time import perf_counter
from types import TracebackType

from server.kernel.errors import CityError
from server.platform.watch.book import OTHER, Book, Counter, Gauge, Reading, process_gauges

OK, CANCELLED, INTERNAL = "OK", "CANCELLED", "INTERNAL"
JOB, SYSTEM = "job", "system"

book = Book()
_known: set[str] = set()
_listeners: tuple[Callable[["Operation", float], None], ...] = ()
_last_success: dict[str, float] = {}


class Operation:
    """One thing done for somebody, from its beginning to its end."""

    __slots__ = ("_began", "_outer", "code", "kind", "name", "role", "slowest", "sql_seconds", "statements")

    def __init__(self, name: str, role: str, kind: str) -> None:
        self.name = name if name in _known else OTHER
        self.role, self.kind = role, kind
        self.code = OK
        self.statements = 0
        self.sql_seconds = 0.0
        self.slowest = (0.0, "")  # seconds and text of the slowest statement

    def __enter__(self) -> "Operation":
        self._outer = _current.get()
        _current.set(self)
        self._began = perf_counter()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        seconds = perf_counter() - self._began
        _current.set(self._outer)  # not a token: a generator may be closed in another task's context
        if error is not None and self.code == OK:
            self.code = _code_of(error)
        book.tallies[self.name, self.role, self.kind].add(
            self.code, seconds, self.statements, self.sql_seconds
        )
        for listener in _listeners:
            listener(self, seconds)


class _Job(Operation):
    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if error is None:
            _last_success[self.name] = time.time()


_current: ContextVar[Operation | None] = ContextVar("operation", default=None)


def operation(name: str, role: str, kind: str) -> Operation:
    """A context manager around one operation; `kind` is query, mutation, subscription, event or http."""
    return Operation(name, role, kind)


def job(name: str) -> Operation:
    """A context manager around one turn of a job; an error that leaves it is a failure."""
    _known.add(name)
    return _Job(name, SYSTEM, JOB)


def statement(seconds: float, text: str = "") -> None:
    """One SQL statement was answered. `text` is the statement with placeholders, never with its values."""
    mine = _current.get()
    if mine is not None:
        mine.statements += 1
        mine.sql_seconds += seconds
        if seconds > mine.slowest[0]:
            mine.slowest = (seconds, text)


def current() -> Operation | None:
    """The operation under way in this task."""
    return _current.get()


def know(names: Iterable[str]) -> None:
    """Announce names of operations: those of the trusted documents, the routes."""
    _known.update(names)


def gauge(name: str, help: str, read: Callable[[], Reading], *, label: str = "") -> None:
    """A number that can be read at any time; with a `label`, numbers by its values. The last one counts."""
    book.gauges[name] = Gauge(name, help, read, label)


def counter(name: str, help: str, *, label: str = "") -> Counter:
    """Something to be counted with `.add(n, value)`. The same name is the same counter."""
    return book.counters.setdefault(name, Counter(name, help, label))


def counted(name: str, help: str, read: Callable[[], Reading], *, label: str = "") -> None:
    """Something that only grows and that somebody counts anyway, read as a gauge is."""
    book.counted[name] = Gauge(name, help, read, label)


def listen(listener: Callable[[Operation, float], None]) -> Callable[[], None]:
    """Be told of each operation's end and how many seconds it took; what is returned stops that."""
    global _listeners
    _listeners = (*_listeners, listener)

    def stop() -> None:
        global _listeners
        _listeners = tuple(each for each in _listeners if each is not listener)

    return stop


def _code_of(error: BaseException) -> str:
    match error:
        case CityError():
            return error.code
        case asyncio.CancelledError() | GeneratorExit():
            return CANCELLED
        case _:
            return INTERNAL


for _each in process_gauges():
    book.gauges[_each.name] = _each
gauge(
    "sanwei_job_last_success_seconds", "When a job last ended well, seconds since 1970.",
    lambda: dict(_last_success), label="job",
)  # fmt: skip
