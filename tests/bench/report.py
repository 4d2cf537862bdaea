"""The one table: what was measured, beside what, and whether it meets its target.

`python -m tests.bench.report --into docs/performance.md` puts the last results between that page's marks;
the same with docs/scale.md what a city needs by these figures.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import capacity, machine
from tests.bench.stores import HOME

RESULTS, REPORT, PEAK = HOME / "results.json", HOME / "report.md", HOME / "peak.md"


@dataclass(frozen=True)
class Goal:
    """A target, what came of it, and whether that is enough."""

    wanted: str
    got: str
    met: bool


@dataclass(frozen=True)
class Row:
    """A line of the table. `value` is ours as a number, for what is reckoned from it."""

    what: str
    ours: str
    beside: list[str] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    value: float = 0.0


class Rounds:
    """Figures by contestant, one per round. Ratios are taken within a round, where the noise is shared."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[float]] = {}
        self._refused: Counter[str] = Counter()

    def add(self, name: str, value: float, refused: int = 0) -> None:
        """What `name` reached in this round, and how often it refused."""
        self._by_name.setdefault(name, []).append(value)
        self._refused[name] += refused

    def median(self, name: str) -> float:
        """The middle of its rounds."""
        return median(self._by_name[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times `to` it is, the middle of the rounds."""
        pairs = zip(self._by_name[name], self._by_name[to], strict=True)
        return median(mine / max(theirs, 1e-9) for mine, theirs in pairs)

    def names(self) -> list[str]:
        """Who took part, in the order of the first round."""
        return list(self._by_name)

    def row(
        self, what: str, ours: str, unit: str, goals: dict[str, float], more: list[Goal] | None = None
    ) -> Row:
        """Ours beside the others; `goals` says how many times which of them it should be."""
        others = [f"{name} {self.said(name)}" for name in self.names() if name != ours]
        met = [at_least(self.ratio(ours, name), times, f"× {name}") for name, times in goals.items()]
        return Row(what, f"{self.said(ours)} {unit}", others, [*met, *(more or [])], self.median(ours))

    def said(self, name: str) -> str:
        """Its median, and how often it refused."""
        refused = f" ({self._refused[name]} refused)" if self._refused[name] else ""
        return number(self.median(name)) + refused


def at_least(got: float, wanted: float, unit: str) -> Goal:
    """More is better."""
    return Goal(f"≥ {wanted:g} {unit}", f"{number(got)} {unit}", got >= wanted)


def at_most(got: float, wanted: float, unit: str) -> Goal:
    """Less is better."""
    return Goal(f"≤ {wanted:g} {unit}", f"{number(got)} {unit}", got <= wanted)


def number(value: float) -> str:
    """As many digits as a measurement is worth."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}"


def keep(key: str, rows: list[Row]) -> None:
    """Remember the rows of a workload, in place of those of an earlier run."""
    told = load()
    told["rows"][key] = [asdict(row) for row in rows]
    told["at"][key] = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def load() -> dict[str, Any]:
    """Everything that was measured so far."""
    if not RESULTS.exists():
        return {"rows": {}, "at": {}}
    told: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return told


def markdown() -> str:
    """The machine, the table, and when each workload was measured."""
    told = load()
    lines = [machine.described(), "", "| | workload | ours | beside it, in the same run | got | target | |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for key in sorted(told["rows"], key=_order):
        for row in told["rows"][key]:
            goals = row["goals"]
            met = ["met" if goal["met"] else "**missed**" for goal in goals]
            got, wanted = [goal["got"] for goal in goals], [goal["wanted"] for goal in goals]
            cells = [
                key,
                row["what"],
                row["ours"],
                " · ".join(row["beside"]),
                *map("<br>".join, (got, wanted, met)),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    measured = ", ".join(f"{key} {told['at'][key]}" for key in sorted(told["at"], key=_order))
    return "\n".join([*lines, "", f"Measured (UTC): {measured}."])


def write() -> str:
    """Write the report file; returns it."""
    REPORT.write_text(markdown() + "\n", encoding="utf-8")
    return REPORT.read_text(encoding="utf-8")


def put_into(page: Path) -> None:
    """Replace what stands between the marks of `page`."""
    text = page.read_text(encoding="utf-8")
    for name, made in BLOCKS.items():
        before, found, rest = text.partition(f"<!-- {name}: begin -->\n")
        if found:
            end = f"<!-- {name}: end -->"
            text = f"{before}{found}{made()}\n{end}{rest.partition(end)[2]}"
    page.write_text(text, encoding="utf-8")


def _peak() -> str:
    return (
        PEAK.read_text(encoding="utf-8").rstrip() if PEAK.exists() else "Not measured yet: `make bench-peak`."
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "figures": markdown, "capacity": lambda: capacity.table(load()["rows"]), "peak": _peak,
}  # fmt: skip


def _order(key: str) -> tuple[str, int]:
    digits = "".join(filter(str.isdigit, key))
    return key.rstrip("0123456789"), int(digits or 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, help="the page that shows the table")
    page = parser.parse_args().into
    if page:
        put_into(page)
    else:
        print(markdown())
