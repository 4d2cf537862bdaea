"""Every statement that a store answered is told here, with its seconds and its text without values."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from server.platform.watch import watch

_listeners: list[tuple[str, list[str]]] = []


def answered(seconds: float, text: str) -> None:
    """Tell `watch`, and whoever listens."""
    watch.statement(seconds, text)
    for prefix, heard in _listeners:
        if text.startswith(prefix):
            heard.append(text)


@contextmanager
def listening(prefix: str = "") -> Iterator[list[str]]:
    """The statements that begin with `prefix` and were answered inside the block, in order."""
    heard: list[str] = []
    mine = prefix, heard
    _listeners.append(mine)
    try:
        yield heard
    finally:
        _listeners[:] = [each for each in _listeners if each is not mine]


def timed(engine: Engine) -> None:
    """Tell of each statement of `engine`."""

    @event.listens_for(engine, "before_cursor_execute")
    def began(_connection: Any, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        context.began_at = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def ended(_connection: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: bool) -> None:
        answered(perf_counter() - context.began_at, text)
