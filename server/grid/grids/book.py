"""The map as an edition: areas, grid cells and groups of cells as tables, and the map file they make.

What ships is the district's map file. Water, roads and landmarks stay those of that file; outlines of
communities, streets and the district are the sum of their cells.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.kernel import coverage
from server.kernel.coverage import Shape
from server.kernel.geo import Wgs84
from server.kernel.mosaic import UNIT, Mosaic
from server.platform.tabular import Column, Form, Row, Sheet, Tables, from_json

KIND = "grids"
AREAS, CELLS, GROUPS = "areas", "cells", "groups"
DUTY, SOCIAL = "duty", "social"
SHEETS: Final = (
    Sheet(CELLS, (
        Column("code", needed=True), Column("name", needed=True), Column("card", needed=True),
        Column("since", form=Form.DAY), Column("until", form=Form.DAY), Column("successors"),
        Column("people", form=Form.NUMBER), Column("remark"), Column("outline", needed=True),
    ), key=("code",)),
    Sheet(GROUPS, (
        Column("code", needed=True), Column("sort", needed=True, choices=(DUTY, SOCIAL)),
        Column("name", needed=True), Column("cells", needed=True), Column("officers"),
        Column("households", form=Form.NUMBER), Column("remark"),
    ), key=("code",)),
    Sheet(AREAS, (Column("code", needed=True), Column("name", needed=True), Column("initials", needed=True)),
          key=("code",)),
)  # fmt: skip


TOLD = ("code", "name", "card", "since", "until", "people", "remark")


@dataclass(frozen=True, slots=True)
class Base:
    """The map file a district began with."""

    path: Path

    def read(self) -> dict[str, Any]:
        """As it lies there."""
        told: dict[str, Any] = json.loads(self.path.read_bytes())
        return told


def tables_of(told: Mapping[str, Any]) -> Tables:
    """The tables of a map file."""
    areas = [told["district"], *told["streets"], *told["communities"]]
    return {
        CELLS: [
            *(cell_row(cell, cell["rings"]) for cell in told["cells"]),
            *(cell_row(cell, cell["rings"]) for cell in told.get("closed", ())),
        ],
        GROUPS: [
            {name: str(group.get(name, "")) for name in (c.name for c in SHEETS[1].columns)}
            for group in told.get("groups", ())
        ],
        AREAS: [{name: area[name] for name in ("code", "name", "initials")} for area in areas],
    }  # fmt: skip


def cell_row(cell: Mapping[str, Any], rings: Iterable[Sequence[int]]) -> dict[str, str]:
    """A cell's row; `rings` are flat, as in a map file."""
    row = {name: str(cell.get(name, "")) for name in TOLD}
    row["successors"] = "、".join(cell.get("successors", ()))
    return {**row, "outline": "|".join(" ".join(map(str, ring)) for ring in rings)}


def shape_of(row: Row) -> Shape:
    """The rings of a row's outline. Raises ValueError for what is none."""
    rings = [coverage.unrolled([int(n) for n in ring.split()]) for ring in row["outline"].split("|")]
    if not rings or any(len(ring) < 3 for ring in rings):
        raise ValueError("a ring has three corners at least")
    return rings


def outline_of(shape: Shape) -> str:
    """A shape as a row's outline."""
    return "|".join(" ".join(map(str, coverage.rolled(ring))) for ring in shape)


def listed(cell: str) -> list[str]:
    """Codes in a cell, however people put them in a row."""
    return [
        code for code in cell.replace("，", "、").replace(",", "、").replace("|", "、").split("、") if code
    ]


def pack(content: bytes, base: Mapping[str, Any]) -> bytes:
    """The map file an edition stands for, on what `base` has of water, roads and landmarks."""
    tables = from_json(content)
    valid = {row["code"]: row for row in tables[CELLS] if not row.get("until")}
    shapes = {code: shape_of(row) for code, row in valid.items()}
    below: defaultdict[str, list[Shape]] = defaultdict(list)
    for code, shape in shapes.items():
        for length in (6, 9, 12):
            below[code[:length]].append(shape)

    def area(row: Row) -> dict[str, Any]:
        own = below[row["code"]]
        largest = max(own, key=coverage.area_m2)
        return {**row, "at": coverage.point_inside(largest),
                "rings": [coverage.rolled(ring) for ring in coverage.outline(own)]}  # fmt: skip

    def cell(row: Row) -> dict[str, Any]:
        shape = shape_of(row)
        told: dict[str, Any] = {name: row[name] for name in TOLD if row.get(name)}
        if heirs := listed(row.get("successors", "")):
            told["successors"] = heirs
        rings = [coverage.rolled(ring) for ring in shape]
        return {**told, "at": coverage.point_inside(shape), "rings": rings}

    areas = [area(row) for row in tables[AREAS] if row["code"] in below]
    cells = [cell(row) for row in tables[CELLS]]
    mosaic = Mosaic((code, [coverage.rolled(ring) for ring in shape]) for code, shape in shapes.items())

    def there(place: Mapping[str, Any]) -> bool:
        return mosaic.locate(Wgs84(place["at"][0] / UNIT, place["at"][1] / UNIT)) is not None

    told = {
        "fictional": base.get("fictional", False), "note": base.get("note", ""),
        "district": next(row for row in areas if len(row["code"]) == 6),
        "streets": [row for row in areas if len(row["code"]) == 9],
        "communities": [row for row in areas if len(row["code"]) == 12],
        "cells": [row for row in cells if "until" not in row],
        "closed": [row for row in cells if "until" in row],
        "groups": [
            {name: "、".join(listed(cell)) if name in ("cells", "officers") else cell
             for name, cell in row.items() if cell}
            for row in tables.get(GROUPS, ())
        ],
        "water": base.get("water", []),
        "roads": [road for road in base.get("roads", ()) if there(road)],
        "landmarks": [mark for mark in base.get("landmarks", ()) if there(mark)],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def heirs(closed: Shape, cells: Mapping[str, Shape], share: float = 0.02) -> list[str]:
    """The cells that take over ground of a closed one, the largest part first."""
    whole = coverage.area_m2(closed)
    parts = [(coverage.common_m2(closed, shape), code) for code, shape in cells.items()]
    return [code for part, code in sorted(parts, reverse=True) if part > share * whole]


def cards(taken: Iterable[str], prefix: str) -> Iterator[tuple[int, str]]:
    """Numbers and card codes that are free: prefix, number, and signs that notice a slip."""
    used = set(taken)
    for number in range(1, 1000):
        stem = f"{prefix}{number:02}"
        high, low = divmod(int(stem, 36) * CARD_FACTOR % CARD_PRIME, len(CARD_SIGNS))
        card = (stem + CARD_SIGNS[high] + CARD_SIGNS[low])[:6]
        if card not in used and not any(code.startswith(stem) and len(code) == 6 for code in used):
            yield number, card


CARD_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that reads like another: no 0 1 I O
CARD_FACTOR, CARD_PRIME = 639, 1021  # as scripts/draw_district.py prints them
