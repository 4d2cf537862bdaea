"""An edition's tables as CSV, XLSX and JSON: headings and choices in words, read back in any language."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from server.platform import sheets
from server.platform.sheets import BadSheet, ColumnMissing, Fault, SheetFormat
from server.platform.tabular import (
    Column,
    Form,
    Lines,
    Row,
    Sheet,
    Tables,
    Tabular,
    lined,
    misshapen,
    to_json,
)
from server.platform.words import Words

if TYPE_CHECKING:
    from server.platform.work import Office


class FileFormat(StrEnum):
    """What an edition comes in and goes out as. CSV holds one sheet, the others all of them."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MEDIA = {
    FileFormat.CSV: sheets.MEDIA[SheetFormat.CSV],
    FileFormat.XLSX: sheets.MEDIA[SheetFormat.XLSX],
    FileFormat.JSON: "application/json; charset=utf-8",
}


def read(office: "Office", kind: str, tabular: Tabular, content: bytes, sheet: str = "") -> Lines:
    """The sheets a file holds. A table without a name we know is taken for `sheet`, or for the first.

    Raises NotASheet, ColumnMissing, or BadSheet for cells that cannot be what they should.
    """
    if content[:1] in (b"{", b"["):
        return lined(tabular.tables(content))
    words = office.of(Words)
    meant = tabular.sheet(sheet) or tabular.sheets[0]
    by_word = {word: one for one in tabular.sheets for word in (one.name, *words.every(_sheet(kind, one)))}
    names = sheets.names(content)
    found = {name: by_word[name] for name in names if name in by_word} or {names[0]: meant}
    faults: list[Fault] = []
    lines = {
        one.name: _rows(office, kind, tabular, one, sheets.read(content, sheet=name), faults)
        for name, one in found.items()
    }
    if faults:  # with whatever else is wrong with single cells, so that a file is mended once
        unread = {(fault.sheet, fault.line, fault.column) for fault in faults}
        others = misshapen(tabular, lines)
        faults += [one for one in others if (one.sheet, one.line, one.column) not in unread]
        raise BadSheet(sorted(faults, key=lambda fault: (fault.sheet, fault.line)))
    return lines


def _rows(
    office: "Office", kind: str, tabular: Tabular, sheet: Sheet, rows: list[tuple[int, Row]],
    faults: list[Fault],
) -> list[tuple[int, Row]]:  # fmt: skip
    words = office.of(Words)
    headings = {
        word: column for column in sheet.columns
        for word in (column.name, *words.every(f"column.{kind}.{sheet.name}.{column.name}"))
    }  # fmt: skip
    there = {headings[name].name for name in (rows[0][1] if rows else ()) if name in headings}
    missing = [each.name for each in sheet.columns if each.needed and each.name not in there]
    if rows and missing:
        raise ColumnMissing(field="file", column=words.say(f"column.{kind}.{sheet.name}.{missing[0]}"))
    told = {column.name: _codes(words, column) for column in sheet.columns}
    read: list[tuple[int, Row]] = []
    for line, row in rows:
        cells: dict[str, str] = {}
        for heading, cell in row.items():
            if (column := headings.get(heading)) is not None:
                cells[column.name] = code = told[column.name].get(cell, cell)
                try:
                    cells[column.name] = tabular.mend(office, sheet.name, column.name, code)
                except ValueError as fault:
                    faults.append(Fault(line, column.name, str(fault), cell[:40], sheet.name))
        read.append((line, cells))
    return read


def _codes(words: Words, column: Column) -> Mapping[str, str]:
    """The codes of a column's choices by what people call them."""
    return {word: code for code in column.choices for word in words.every(f"choice.{code}")}


def write(
    office: "Office", kind: str, tabular: Tabular, tables: Tables, form: FileFormat, sheet: str = ""
) -> bytes:
    """The tables as a file; as CSV only `sheet`, or the first."""
    if form is FileFormat.JSON:
        return to_json(tables)
    words = office.of(Words)
    chosen = tabular.sheets if form is FileFormat.XLSX else [tabular.sheet(sheet) or tabular.sheets[0]]
    return sheets.write(SheetFormat(form), {
        words.say(_sheet(kind, one)): [
            [words.say(f"column.{kind}.{one.name}.{column.name}") for column in one.columns],
            *([_cell(words, column, row.get(column.name, "")) for column in one.columns]
              for row in tables.get(one.name, ())),
        ] for one in chosen
    })  # fmt: skip


def _cell(words: Words, column: Column, cell: str) -> sheets.Cell:
    if column.choices and cell:
        return words.say(f"choice.{cell}")
    try:
        match column.form:
            case Form.NUMBER:
                return _number(float(cell)) if cell else None
            case Form.DAY:
                return date.fromisoformat(cell) if cell else None
    except ValueError:
        pass  # an edition of old: it is shown as it stands
    return cell


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _sheet(kind: str, sheet: Sheet) -> str:
    return f"sheet.{kind}.{sheet.name}"
