"""What is wrong with an edition of the map: codes, links and lines."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from server.grid.grids.book import AREAS, CELLS, GROUPS, listed, shape_of
from server.kernel import coverage
from server.kernel.coverage import Shape
from server.platform.areas import AreaTree
from server.platform.sheets import Fault
from server.platform.tabular import Lines, Row
from server.platform.work import Office

LEAST_M2 = 25.0  # two cells may share so much: what two pens leave between them
GROUP_CODE = re.compile(r"\d{6}(\d{3}){0,2}[DS]\d{3}")
WHOLE = 0  # the line of a fault that no line is to blame for


def faults(office: Office, lines: Lines) -> Iterator[Fault]:
    """All of them; lines are compared only once every code and outline can be read."""
    tree = office.areas
    areas = {row["code"] for _, row in lines.get(AREAS, ())}
    cells = {row["code"]: (line, row) for line, row in lines.get(CELLS, ())}
    valid = {code for code, (_, row) in cells.items() if not row.get("until")}
    found = [
        *_of_areas(lines, valid, tree), *_of_codes(cells, areas, valid, tree), *_of_groups(lines, valid)
    ]  # fmt: skip
    shapes: dict[str, Shape] = {}
    for code, (line, row) in cells.items():
        try:
            shapes[code] = shape_of(row)
        except ValueError:
            found.append(Fault(line, "outline", "NO_OUTLINE", code, CELLS))
    yield from found or _of_lines(cells, {code: shapes[code] for code in valid}, tree)


def _of_areas(lines: Lines, valid: set[str], tree: AreaTree) -> Iterator[Fault]:
    rows = lines.get(AREAS, ())
    codes = {row["code"] for _, row in rows}
    for line, row in rows:
        code = row["code"]
        if not (code.isdecimal() and len(code) in (6, 9, 12)) or (len(code) > 6 and code[:-3] not in codes):
            yield Fault(line, "code", "BAD_AREA_CODE", code[:40], AREAS)
        elif not any(cell.startswith(code) for cell in valid):
            yield Fault(line, "code", "AREA_WITHOUT_CELLS", code, AREAS)
    if tree.district.code not in codes or any(
        len(code) == 6 and code != tree.district.code for code in codes
    ):
        yield Fault(WHOLE, "code", "OTHER_DISTRICT", tree.district.code, AREAS)


def _of_codes(
    cells: Mapping[str, tuple[int, Row]], areas: set[str], valid: set[str], tree: AreaTree
) -> Iterator[Fault]:
    cards = Counter(row["card"] for code, (_, row) in cells.items() if code in valid)
    for code, (line, row) in cells.items():
        if not re.fullmatch(r"\d{15}", code) or code.endswith("000"):
            yield Fault(line, "code", "BAD_CELL_CODE", code[:40], CELLS)
        elif code[:12] not in areas:
            yield Fault(line, "code", "UNKNOWN_COMMUNITY", code, CELLS)
        elif code in valid and tree.is_closed(code):
            yield Fault(line, "code", "CODE_REUSED", code, CELLS)
        if code in valid and cards[row["card"]] > 1:
            yield Fault(line, "card", "TWICE", row["card"][:40], CELLS)
        heirs = listed(row.get("successors", ""))
        if heirs and code in valid:
            yield Fault(line, "successors", "NOT_CLOSED_YET", code, CELLS)
        for heir in heirs:
            if heir not in cells or heir == code:
                yield Fault(line, "successors", "UNKNOWN_CELL", heir[:40], CELLS)
    for code in sorted(tree.codes - cells.keys()):
        yield Fault(WHOLE, "code", "CELL_GONE", code, CELLS)


def _of_groups(lines: Lines, valid: set[str]) -> Iterator[Fault]:
    for line, row in lines.get(GROUPS, ()):
        if not GROUP_CODE.fullmatch(row["code"]):
            yield Fault(line, "code", "BAD_GROUP_CODE", row["code"][:40], GROUPS)
        for code in listed(row["cells"]):
            if code not in valid:
                yield Fault(line, "cells", "UNKNOWN_CELL", code[:40], GROUPS)


def _of_lines(
    cells: Mapping[str, tuple[int, Row]], shapes: Mapping[str, Shape], tree: AreaTree
) -> Iterator[Fault]:
    """Whether the lines fit; a cell that stayed as it is was looked at before."""
    crossing = False
    for code, shape in shapes.items():
        line, _ = cells[code]
        if tree.outline(code) == shape:
            continue
        if any(map(coverage.crosses_itself, shape)) or coverage.area_m2(shape) < 1:
            crossing = True
            yield Fault(line, "outline", "CROSSES_ITSELF", code, CELLS)
        elif (old := tree.outline(code)) and not coverage.common_m2(old, shape):
            yield Fault(line, "outline", "CODE_REUSED", code, CELLS)  # the same code for another place
    if not crossing:
        for one, other, shared in coverage.overlaps(shapes, LEAST_M2):
            yield Fault(cells[one][0], "outline", "OVERLAP", f"{one} {other} {shared:.0f} m²", CELLS)
