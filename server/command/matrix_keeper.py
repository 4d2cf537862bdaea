"""Units and the responsibility matrix among the editions."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from server.command.catalogue.plan import NO, YES, YES_NO, listed
from server.command.library import Library
from server.command.matrix import Duty, Matrix, Unit
from server.identity import accounts
from server.kernel.errors import NotFound
from server.platform.editions import Edition, Keeper
from server.platform.sheets import Fault
from server.platform.tabular import Column, Lines, Row, Sheet, Tables, Tabular, from_json, to_json
from server.platform.work import Office, Work

KIND = "matrix"
UNITS, DUTIES, ROWS = "units", "duties", "rows"
NAMED: Final = frozenset({"unit", "also"})
SHEETS: Final = (
    Sheet(ROWS, (Column("matter_code"), Column("area"), Column("unit", needed=True), Column("also")),
          key=("matter_code", "area")),
    Sheet(UNITS, (Column("id", needed=True), Column("name", needed=True), Column("phone"),
                  Column("waives_confirm", choices=YES_NO)), key=("id",)),
    Sheet(DUTIES, (Column("unit", needed=True), Column("matter_code"), Column("text", needed=True)),
          key=("unit", "matter_code")),
)  # fmt: skip
WHOLE: Final = 0  # the line of a fault that no line is to blame for


def keeper(data: Path) -> Keeper:
    """For the shelf; `data` holds what the product ships."""
    return Keeper(
        check=lambda _office, _content: {}, take=_take, published=_published,
        tabular=Tabular(SHEETS, _faults, mend=_mend), shipped=lambda: to_json(_tables(Matrix.load(data))),
    )  # fmt: skip


def _tables(matrix: Matrix) -> Tables:
    units = matrix.units.values()
    return {
        ROWS: [
            {"matter_code": row.matter, "area": row.area, "unit": row.unit, "also": "、".join(row.also)}
            for row in matrix.rows.values()
        ],
        UNITS: [
            {"id": unit.id, "name": unit.name, "phone": unit.phone or "",
             "waives_confirm": YES if unit.waives_confirm else NO}
            for unit in units
        ],
        DUTIES: [
            {"unit": unit.id, "matter_code": code, "text": text}
            for unit in units for code, text in unit.duties.items()
        ],
    }  # fmt: skip


def _matrix(content: bytes) -> Matrix:
    tables = from_json(content)
    duties: dict[str, dict[str, str]] = {row["id"]: {} for row in tables[UNITS]}
    for row in tables[DUTIES]:
        duties[row["unit"]][row.get("matter_code", "")] = row["text"]
    units = [
        Unit(
            row["id"],
            row["name"],
            row.get("phone") or None,
            row.get("waives_confirm") == YES,
            duties[row["id"]],
        )
        for row in tables[UNITS]
    ]
    return Matrix.of(units, [
        Duty(row.get("matter_code", ""), row["unit"], row.get("area", ""), listed(row.get("also", "")))
        for row in tables[ROWS]
    ])  # fmt: skip


def _take(office: Office, _no: int, content: bytes) -> None:
    office.tools[Library] = office.of(Library).with_matrix(_matrix(content))


async def _published(work: Work, row: Edition) -> None:
    """People belong to units by id: their names follow at once."""
    for unit in _matrix(row.text).units.values():
        await accounts.add_unit(
            work, id=unit.id, name=unit.name, phone=unit.phone or "", waives_confirm=unit.waives_confirm
        )


def _mend(office: Office, _sheet: str, column: str, cell: str) -> str:
    """Units may be called by name."""
    if column not in NAMED:
        return cell
    return "、".join(office.of(Library).unit_called(name) for name in listed(cell))


def _faults(office: Office, lines: Lines) -> Iterator[Fault]:
    library = office.of(Library)
    units = {row["id"]: row for _, row in lines.get(UNITS, ())}
    codes = [code for code, matter in library.catalogue.matters.items() if not matter.retired]
    for sheet in (ROWS, DUTIES):
        for line, row in lines.get(sheet, ()):
            yield from _named(line, row, sheet, units)
            prefix = row.get("matter_code", "")
            if not any(code.startswith(prefix) for code in codes):
                yield Fault(line, "matter_code", "UNKNOWN_MATTER", prefix[:40], sheet)
            if (area := row.get("area", "")) and not _is_area(office, area):
                yield Fault(line, "area", "UNKNOWN_AREA", area[:40], sheet)
    names: set[str] = set()
    for line, row in lines.get(UNITS, ()):
        if row["name"] in names:
            yield Fault(line, "name", "TWICE", row["name"][:40], UNITS)
        names.add(row["name"])
    for id in library.units.keys() - units:  # cases, people and rulings name it
        yield Fault(WHOLE, "id", "UNIT_GONE", f"{id} {library.units[id].name}", UNITS)
    everywhere = {row.get("matter_code", "") for _, row in lines.get(ROWS, ()) if not row.get("area")}
    for code in codes:
        if not code.startswith(tuple(everywhere)):
            yield Fault(WHOLE, "matter_code", "NO_UNIT", code, ROWS)


def _named(line: int, row: Row, sheet: str, units: Iterable[str]) -> Iterator[Fault]:
    for column in sorted(NAMED):
        for id in listed(row.get(column, "")):
            if id not in units:
                yield Fault(line, column, "UNKNOWN_UNIT", id[:40], sheet)


def _is_area(office: Office, code: str) -> bool:
    try:
        office.areas.by_code(code)
    except NotFound:
        return False
    return True
