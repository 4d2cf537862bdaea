"""What a district, a city and a province need, reckoned from measured figures, for docs/scale.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

STEPS = 8  # acts after a report, in the life of an order; each is priced like a report
LOOKS = 1 / 60  # screens a second of somebody who is connected; half are lists, half details
HEARD_BY = 25  # sockets an event concerns: the district's desk and leaders, the unit, the officer
FILL = 0.5  # how busy a worker may be at the peak
RECORD = 1_000  # bytes on disk of one act's audit line, news and clock, indexes included
YEAR = 365  # days


@dataclass(frozen=True)
class Place:
    """Somewhere to serve, at its peak."""

    name: str
    orders: int  # a day
    burst: float  # reports a second
    sockets: int
    districts: int


PLACES = (
    Place("a district", 1_000, 0.3, 3_000, 1),
    Place("a Beijing-class city", 66_000, 20, 50_000, 16),
    Place("a province of ten such cities", 660_000, 200, 500_000, 160),
)


def table(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Markdown: workers, memory and disk of each place. Empty figures say what is still to be measured."""
    wanted = {
        "lists": ("P1", "list"), "details": ("P1", "one"), "writes": ("P3", "create, durable, PostgreSQL"),
        "messages": ("P5", "one event"), "socket": ("P5", "an idle socket"),
        "disk": ("M", "an order on disk with its indexes and counters, PostgreSQL"),
        "rest": ("M", "after lists"),
    }  # fmt: skip
    got = {name: _value(rows.get(key, ()), start) for name, (key, start) in wanted.items()}
    if missing := sorted({wanted[name][0] for name, value in got.items() if not value}):
        return f"Not reckoned yet: `make bench ONLY={','.join(missing)}`."
    lines = ["| | " + " | ".join(place.name for place in PLACES) + " |", "|---" * (len(PLACES) + 1) + "|"]
    for name, cells in _reckoned(got).items():
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _reckoned(got: Mapping[str, float]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place in PLACES:
        reads, writes = place.sockets * LOOKS, place.burst * (1 + STEPS)
        told = writes * HEARD_BY
        busy = reads / 2 / got["lists"] + reads / 2 / got["details"]
        busy += writes / got["writes"] + told / got["messages"]
        workers = ceil(busy / FILL)
        memory = (workers * got["rest"] * 1e6 + place.sockets * got["socket"] * 1e3) / 1e9
        disk = place.orders * YEAR * (got["disk"] + (1 + STEPS) * RECORD) / 1e9
        for name, cell in {
            "orders a day; reports a second at the peak": f"{place.orders:,}; {place.burst:g}",
            "lists + details a second": f"{reads / 2:,.0f} + {reads / 2:,.0f}",
            "writes a second": f"{writes:,.1f}",
            "events to sockets a second": f"{told:,.0f}",
            "busy cores": f"{busy:.2f}",
            f"workers at {FILL:.0%}": f"{workers:,}",
            "memory of the workers": f"{memory:,.1f} GB",
            "PostgreSQL on disk in a year": f"{disk:,.0f} GB",
            "databases if one holds a district": f"{place.districts:,}",
        }.items():
            found.setdefault(name, []).append(cell)
    return found


def _value(rows: Sequence[Mapping[str, Any]], start: str) -> float:
    return next((float(row.get("value", 0)) for row in rows if row["what"].startswith(start)), 0.0)
