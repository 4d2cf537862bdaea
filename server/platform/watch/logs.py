"""Log lines: JSON for machines, in which there is no room for a person; a readable form for development.

A JSON line holds the fields of `FIELDS` and nothing else. Its `event` is the text as it stands in the code,
up to the first value; a value gets into the log only by name, `extra={"code": …}`. Of an exception it
tells type, reason and frames: messages of libraries quote what people typed.
"""

import errno
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from server.kernel.errors import CityError
from server.platform.watch import watch
from server.platform.watch.requests import request_id, scope_now
from server.platform.watch.watch import Operation

FIELDS = (
    "operation",
    "role",
    "code",
    "ms",
    "statements",
    "statement",
    "request",
    "id",
    "job",
    "act",
    "worker",
)
OURS = "server"
MOST_FRAMES = 30
MOST_TEXT = 300  # characters of one value
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
COLUMNS = re.compile(r"^SELECT .{60,}? FROM\b")  # what is asked for tells little and fills the line
NOT_A_WORD = re.compile(r"[^A-Za-z ,.-].*", re.DOTALL)  # where a library's sentence may turn to values

Format = Literal["json", "console"]

worker = ""  # which of several processes this is

slow = logging.getLogger(f"{OURS}.slow")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, then the fields that are known."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        known = _surroundings() | {
            name: value for name in FIELDS if (value := _given(record, name)) is not None
        }
        line |= {name: known[name] for name in FIELDS if name in known}
        if record.exc_info and record.exc_info[1]:
            line |= _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class ConsoleLines(logging.Formatter):
    """For the eyes of whoever develops: the whole message and the whole traceback."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without its traceback; nobody's text begins a line of its own."""
        return _one_line(super().formatMessage(record))

    def formatException(self, exc_info: Any) -> str:
        """The traceback, its line breaks kept."""
        return "\n".join(map(_one_line, super().formatException(exc_info).split("\n")))


def config(form: Format, level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, or uvicorn's `log_config`: everybody's lines go one way."""
    lines = JsonLines if form == "json" else ConsoleLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": lines}},
        "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": level.upper(), "handlers": ["err"]},
        # its address lines would tell who asked, and signed addresses open photos
        "loggers": {"uvicorn.access": {"level": "WARNING"}, "uvicorn.error": {"level": "WARNING"}},
    }


def tell_slow(seconds: float) -> Callable[[], None]:
    """Log every operation that takes longer than `seconds`, until what is returned is called."""

    def listener(operation: Operation, took: float) -> None:
        if took >= seconds:
            ms = round(took * 1000)
            statement = COLUMNS.sub("SELECT … FROM", " ".join(operation.slowest[1].split()))
            slow.warning(
                "slow: %s, %d ms, %d statements, %s", operation.name, ms, operation.statements, statement,
                extra={
                    "operation": operation.name, "role": operation.role, "code": operation.code, "ms": ms,
                    "statements": operation.statements, "statement": statement,
                },
            )  # fmt: skip

    return watch.listen(listener)


def _one_line(text: str) -> str:
    return CONTROL.sub(lambda control: repr(control[0])[1:-1], text)


def _event(record: logging.LogRecord) -> str:
    """The text before the first value. A library may have put its values in already: those are cut off."""
    said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    if record.args:
        said = said.partition("%")[0]
    if not (record.name == OURS or record.name.startswith(f"{OURS}.")):
        said = NOT_A_WORD.sub("", said)
    return CONTROL.sub(" ", said).strip(" :(-")[:MOST_TEXT]


def _given(record: logging.LogRecord, name: str) -> Any:
    value = getattr(record, name, None)
    if value is None or isinstance(value, int | float):
        return value
    return CONTROL.sub(" ", str(value))[:MOST_TEXT]


def _surroundings() -> dict[str, Any]:
    """What is known of where the line was written."""
    operation, scope = watch.current(), scope_now.get()
    known: dict[str, Any] = {"worker": worker} if worker else {}
    if operation:
        known |= {"operation": operation.name, "role": operation.role}
    if scope:
        known["request"] = request_id(scope)
    return known


def _told(error: BaseException) -> dict[str, Any]:
    chain = list(_chain(error))
    reasons = [reason for each in chain if (reason := _reason(each))]
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return {
        "error": " < ".join(f"{type(each).__module__}.{type(each).__qualname__}" for each in chain),
        **({"reason": reasons[0]} if reasons else {}),
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or getattr(error, "orig", None) or error.__context__


def _reason(error: BaseException) -> str:
    """The error's own code word, where its kind has one; never a sentence."""
    if isinstance(error, CityError):
        return error.code
    if isinstance(error, OSError) and error.errno:
        return errno.errorcode.get(error.errno, str(error.errno))
    return str(getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or "")
