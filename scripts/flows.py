"""Draws every transition table of the server as a page of docs/flows/: `make docs`."""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import server
from server.kernel.flow import Entry, Flow, Step

PAGES = Path(__file__).parents[1] / "docs" / "flows"


def flows() -> list[Flow[Any, Any]]:
    """Every Flow a `flow.py` names."""
    names = [m.name for m in pkgutil.walk_packages(server.__path__, "server.") if m.name.endswith(".flow")]
    modules = [import_module(name) for name in names]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Flow)]


def page(flow: Flow[Any, Any]) -> str:
    """The Markdown page of one flow: its diagram, and its table with who may and why."""
    lines = [f"# {flow.name}", "", "Drawn from the transition table by `make docs`; do not edit.", ""]
    lines += ["```mermaid", flow.mermaid().strip(), "```", ""]
    lines += ["| from | action | to | who | clocks | guards | basis |", "|---|---|---|---|---|---|---|"]
    lines += [_line(entry) for entry in flow.entries] + [_line(step) for step in flow.steps]
    return "\n".join(lines) + "\n"


def _line(row: Entry[Any, Any] | Step[Any, Any]) -> str:
    source = row.source if isinstance(row, Step) else ""
    clocks = [
        f"{verb} {name}" for verb in ("start", "pause", "resume", "stop") for name in getattr(row.clock, verb)
    ]
    cells = (
        source,
        row.action,
        row.target,
        ", ".join(sorted(row.posts)),
        ", ".join(clocks),
        ", ".join(row.guards),
    )
    return f"| {' | '.join(cells)} | {row.basis} |"


def pages() -> dict[Path, str]:
    """What docs/flows/ should hold."""
    return {PAGES / f"{flow.name}.md": page(flow) for flow in flows()}


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    for stale in PAGES.glob("*.md"):
        stale.unlink()
    for file, text in pages().items():
        file.write_text(text)
