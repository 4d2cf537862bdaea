"""What this process has counted since it started. Plain numbers: who wants to read them makes them pretty."""

import logging
import os
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds, upper bounds
MOST_VALUES = 100  # of one label; whoever makes up more of them is counted as OTHER
OTHER = "other"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Reading = float | Mapping[str, float]
Snapshot = dict[str, Any]


class Tally:
    """One operation of one role: how often with which outcome, how long, how many statements."""

    __slots__ = ("buckets", "codes", "seconds", "sql_seconds", "statements")

    def __init__(self) -> None:
        self.codes: dict[str, int] = defaultdict(int)
        self.buckets = [0] * (len(LATENCIES) + 1)
        self.seconds = self.sql_seconds = 0.0
        self.statements = 0

    def add(self, code: str, seconds: float, statements: int, sql_seconds: float) -> None:
        """One more."""
        self.codes[code] += 1
        self.buckets[bisect_left(LATENCIES, seconds)] += 1
        self.seconds += seconds
        self.statements += statements
        self.sql_seconds += sql_seconds


class Counter:
    """Something that only grows, by the values of one label at most."""

    __slots__ = ("_by_value", "help", "label", "name")

    def __init__(self, name: str, help: str, label: str) -> None:
        self.name, self.help, self.label = name, help, label
        self._by_value: dict[str, float] = {} if label else {"": 0}

    def add(self, n: float = 1, value: str = "") -> None:
        """Count `n` more; `value` is that of the label, a word of the code and never of a person."""
        known = self._by_value
        if value not in known and len(known) >= MOST_VALUES:
            value = OTHER
        known[value] = known.get(value, 0) + n

    @property
    def values(self) -> Mapping[str, float]:
        """How many by value; "" when there is no label."""
        return self._by_value


class Gauge:
    """Something that is read when it is asked for."""

    __slots__ = ("help", "label", "name", "read")

    def __init__(self, name: str, help: str, read: Callable[[], Reading], label: str) -> None:
        self.name, self.help, self.read, self.label = name, help, read, label

    @property
    def values(self) -> Mapping[str, float]:
        """What it shows now, by value of its label. One that cannot be read shows nothing."""
        try:
            reading = self.read()
        except Exception:  # a broken gauge must not hide all the others
            log.exception("a gauge broke", extra={"operation": self.name})
            return {}
        return reading if isinstance(reading, Mapping) else {"": reading}


class Book:
    """Everything counted here, by name."""

    def __init__(self) -> None:
        self.tallies: dict[tuple[str, str, str], Tally] = defaultdict(Tally)  # by operation, role, kind
        self.counters: dict[str, Counter] = {}
        self.counted: dict[str, Gauge] = {}  # what only grows and is counted elsewhere
        self.gauges: dict[str, Gauge] = {}

    def snapshot(self) -> Snapshot:
        """All of it as it is now, as JSON could carry it."""
        counters: list[Counter | Gauge] = [*self.counters.values(), *self.counted.values()]
        return {
            "operations": [
                [*key, dict(t.codes), list(t.buckets), t.seconds, t.statements, t.sql_seconds]
                for key, t in self.tallies.items()
            ],
            "counters": {c.name: [c.help, c.label, dict(c.values)] for c in counters},
            "gauges": {g.name: [g.help, g.label, dict(g.values)] for g in self.gauges.values()},
        }


def process_gauges() -> list[Gauge]:
    """What the machine says of this process."""
    return [
        Gauge("sanwei_process_resident_bytes", "Memory held in RAM.", _resident_bytes, ""),
        Gauge("sanwei_process_cpu_seconds", "Processor time used.", time.process_time, ""),
        Gauge("sanwei_process_open_files", "Open file descriptors.", _open_files, ""),
    ]


def _resident_bytes() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


def _open_files() -> float:
    return len(os.listdir("/proc/self/fd"))
