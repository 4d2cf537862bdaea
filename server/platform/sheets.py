"""Tables that people hand in and take home: CSV in UTF-8, or XLSX.

Reading gives rows of text by column name, whichever file it was. Writing never lets a cell become a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from server.kernel.errors import CityError
from server.kernel.text import BadCharacters, TextTooLong, clean_text

MOST_BYTES = 10 * 2**20
MOST_UNPACKED = 100 * 2**20  # an XLSX is a zip: what may lie inside
MOST_ROWS = 200_000
CELL_LIMIT = 2_000  # characters
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would reckon with what begins so (goals 2)

Cell = str | int | float | date | datetime | None
Row = Mapping[str, str]


class SheetFormat(StrEnum):
    """The two forms a table comes in."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class NotASheet(CityError):
    """Neither CSV in UTF-8 nor an XLSX that can be read, or larger than a table may be."""

    code = "NOT_A_SHEET"


class ColumnMissing(CityError):
    """The first row does not name a column that is needed."""

    code = "COLUMN_MISSING"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: `line` as the person counts it, the heading being line 1."""

    line: int
    column: str
    code: str
    value: str = ""
    sheet: str = ""


MOST_FAULTS = 200  # that an answer tells; their number is always the whole


class BadSheet(CityError):
    """Rows that do not fit; `faults` says which and why, all of them at once."""

    code = "BAD_SHEET"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(field="file", faults=len(faults))
        self.faults = faults

    @property
    def extensions(self) -> dict[str, Any]:
        """With the faults, the first of them when they are many."""
        return {**super().extensions, "faults": [asdict(fault) for fault in self.faults[:MOST_FAULTS]]}


def names(content: bytes) -> list[str]:
    """The names of the tables in a file; one without a name for CSV. Raises NotASheet."""
    return [""] if content[:2] != b"PK" else _book(content).sheet_names


def read(content: bytes, needed: Iterable[str] = (), sheet: str = "") -> list[tuple[int, Row]]:
    """Line number and cells by column name, empty rows left out. `sheet` picks one of an XLSX's sheets.

    Raises NotASheet, ColumnMissing, or BadSheet for cells too long or with control characters.
    """
    lines = _csv(content) if content[:2] != b"PK" else _xlsx(content, sheet)
    heading = [name.strip() for name in next(lines, [])]
    for name in needed:
        if name not in heading:
            raise ColumnMissing(field="file", column=name)
    rows: list[tuple[int, Row]] = []
    faults: list[Fault] = []
    for line, cells in enumerate(lines, 2):
        if line > MOST_ROWS:
            raise NotASheet(field="file", rows=MOST_ROWS)
        if any(cell.strip() for cell in cells):
            row: dict[str, str] = {}
            for name, cell in zip(heading, [*cells, *[""] * len(heading)], strict=False):
                try:
                    row[name] = clean_text(_plain(cell), field=name, limit=CELL_LIMIT)
                except (BadCharacters, TextTooLong) as refusal:
                    faults.append(Fault(line, name, refusal.code, cell[:40]))
            rows.append((line, row))
    if faults:
        raise BadSheet(faults)
    return rows


def write(form: SheetFormat, sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """One file; each sheet's first row is its heading. CSV takes the first sheet and says so by having one.

    CSV begins with a byte-order mark, without which Excel takes it for GBK.
    """
    if form is SheetFormat.XLSX:
        return _write_xlsx(sheets)
    [rows] = sheets.values()
    out = io.StringIO()
    csv.writer(out).writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv(content: bytes) -> Iterator[list[str]]:
    if len(content) > MOST_BYTES or b"\0" in content:
        raise NotASheet(field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotASheet(field="file") from None
    try:
        # strict: a quotation mark that never ends would swallow the rest of the file
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error:
        raise NotASheet(field="file") from None


def _book(content: bytes) -> CalamineWorkbook:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if len(content) > MOST_BYTES or unpacked > MOST_UNPACKED:
            raise NotASheet(field="file")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (zipfile.BadZipFile, CalamineError):
        raise NotASheet(field="file") from None
    if not book.sheet_names:
        raise NotASheet(field="file")
    return book


def _xlsx(content: bytes, sheet: str) -> Iterator[list[str]]:
    book = _book(content)
    try:
        table = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
    except CalamineError:
        raise NotASheet(field="file") from None
    for row in table:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as a person reads it: whole numbers without a point, days without a time."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def _safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _plain(cell: str) -> str:
    """What `_safe` was handed."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _write_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "in_memory": False, "remove_timezone": True}
    with xlsxwriter.Workbook(out, options) as book:
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            page = book.add_worksheet(title)
            page.freeze_panes(1, 0)
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    match cell:
                        case None:
                            pass
                        case str():
                            page.write_string(y, x, cell, heading if y == 0 else None)
                        case datetime():
                            page.write_datetime(y, x, cell, instant)
                        case date():
                            page.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                        case _:
                            page.write_number(y, x, cell)
    return out.getvalue()
