"""An edition's content as tables: what people read, search, edit row by row, hand in and take home.

A kind says which sheets it has, how its content becomes rows and back, and what is wrong with rows. All cells
are text; choices are codes. What a sheet, a column or a choice is called stands in shared/i18n/setup.*.json:
`sheet.<kind>.<sheet>`, `column.<kind>.<sheet>.<column>`, `choice.<choice>`, and `fault.<code>` for faults.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING

from server.platform.sheets import BadSheet, Fault, NotASheet

if TYPE_CHECKING:
    from server.platform.work import Office

Row = Mapping[str, str]  # cells by column name, "" where nothing is written
Tables = Mapping[str, Sequence[Row]]  # rows by sheet name
Lines = Mapping[
    str, Sequence[tuple[int, Row]]
]  # as `Tables`, each row with its line, the heading being line 1


class Form(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    NUMBER = "number"  # above nought
    DAY = "day"  # 2026-11-28
    TIME = "time"  # 18:30


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `needed` cells are never empty, `choices` are the codes a cell may hold."""

    name: str
    needed: bool = False
    form: Form = Form.TEXT
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; no two rows have the same `key`."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> tuple[str, ...]:
        """What tells a row apart."""
        return tuple(row.get(name, "") for name in self.key)

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


def from_json(content: bytes) -> Tables:
    """Tables as `to_json` wrote them. Raises NotASheet for anything else."""
    try:
        tables = json.loads(content)
    except ValueError:
        raise NotASheet(field="file") from None
    rows = tables.values() if isinstance(tables, dict) else [None]
    if not all(isinstance(table, list) and all(map(_is_row, table)) for table in rows):
        raise NotASheet(field="file")
    return {str(name): table for name, table in tables.items()}


def to_json(tables: Tables) -> bytes:
    """The tables word for word, a row on each line, so that two editions can be compared with any tool."""
    sheets = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for name, rows in tables.items()
    ]
    return ("{\n" + ",\n".join(sheets) + "\n}\n").encode()


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(cell, str) for cell in row.values())


@dataclass(frozen=True, slots=True)
class Tabular:
    """How one kind of edition is a set of tables.

    `faults` tells what is wrong beyond the form of single cells. `mend` reads a cell as people write it, say
    an old code, and may raise ValueError with the code of a fault. `complete` adds the rows that one changed
    on the screen cannot do without; whoever hands in a file has written them himself.
    """

    sheets: tuple[Sheet, ...]
    faults: Callable[["Office", Lines], Iterable[Fault]]
    tables: Callable[[bytes], Tables] = from_json
    content: Callable[[Tables], bytes] = to_json
    mend: Callable[["Office", str, str, str], str] = lambda _office, _sheet, _column, cell: cell
    complete: Callable[[Tables], Tables] = lambda tables: tables

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def lined(tables: Tables) -> Lines:
    """Rows with the lines they would have in a file."""
    return {name: [*enumerate(rows, 2)] for name, rows in tables.items()}


def fit(office: "Office", tabular: Tabular, lines: Lines) -> None:
    """Raises BadSheet with all that is wrong: cells first, and what rows mean once they are well written."""
    known = {sheet.name for sheet in tabular.sheets}
    if strangers := lines.keys() - known:
        raise NotASheet(field="file", sheet=min(strangers))
    if wrong := misshapen(tabular, lines) or list(tabular.faults(office, lines)):
        raise BadSheet(wrong)


def misshapen(tabular: Tabular, lines: Lines) -> list[Fault]:
    """What is wrong with single cells, and rows that are there twice."""
    return [fault for sheet in tabular.sheets for fault in _misshapen(sheet, lines.get(sheet.name, ()))]


def _misshapen(sheet: Sheet, rows: Sequence[tuple[int, Row]]) -> Iterator[Fault]:
    seen: set[tuple[str, ...]] = set()
    for line, row in rows:
        for column in sheet.columns:
            cell = row.get(column.name, "")
            if code := _fault(column, cell):
                yield Fault(line, column.name, code, cell[:40], sheet.name)
        if (key := sheet.key_of(row)) in seen:
            yield Fault(line, sheet.key[0], "TWICE", " ".join(key)[:40], sheet.name)
        seen.add(key)


def _fault(column: Column, cell: str) -> str:
    """The code of what is wrong with a cell, "" when nothing is."""
    if not cell:
        return "EMPTY" if column.needed else ""
    if column.choices:
        return "" if cell in column.choices else "NOT_A_CHOICE"
    try:
        match column.form:
            case Form.NUMBER:
                return "" if 0 < float(cell) < float("inf") else "NOT_POSITIVE"
            case Form.DAY:
                date.fromisoformat(cell)
            case Form.TIME:
                time.fromisoformat(cell)
    except ValueError:
        return f"NOT_A_{column.form.upper()}"
    return ""


# ── what is different ─────────────────────────────────────────────────────────────────────────────


class ChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell, before and after."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not what it was; `cells` are those that differ, or all that are written."""

    sheet: str
    key: tuple[str, ...]
    kind: ChangeKind
    cells: tuple[CellChange, ...]


def changes(tabular: Tabular, before: Tables, after: Tables) -> list[Change]:
    """Row by row what `after` has otherwise than `before`, in the order of the sheets."""
    return [
        change
        for sheet in tabular.sheets
        for change in _changes(sheet, before.get(sheet.name, ()), after.get(sheet.name, ()))
    ]


def _changes(sheet: Sheet, before: Sequence[Row], after: Sequence[Row]) -> Iterator[Change]:
    old, new = ({sheet.key_of(row): row for row in rows} for rows in (before, after))
    for key, row in new.items():
        was = old.get(key)
        cells = _cells(sheet, was or {}, row)
        if cells or was is None:
            yield Change(sheet.name, key, ChangeKind.ADDED if was is None else ChangeKind.CHANGED, cells)
    for key, row in old.items():
        if key not in new:
            yield Change(sheet.name, key, ChangeKind.REMOVED, _cells(sheet, row, {}))


def _cells(sheet: Sheet, before: Row, after: Row) -> tuple[CellChange, ...]:
    pairs = ((c.name, before.get(c.name, ""), after.get(c.name, "")) for c in sheet.columns)
    return tuple(CellChange(name, old, new) for name, old, new in pairs if old != new)
