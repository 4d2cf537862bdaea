"""A city of 20,000 square grid cells, drawn as a map file the product can load, for the benchmarks only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from server.kernel.geo import Wgs84
from server.kernel.mosaic import UNIT
from server.platform.areas import AreaTree

DISTRICT = "440103"
COLUMNS, ROWS = 200, 100
SIDE = 200  # map units: about 205 m by 222 m
WEST, SOUTH = 11_300_000, 2_300_000  # map units
PER_COMMUNITY, PER_STREET = 100, 1000  # cells
ORDERS_PER_CELL = 50
CELLS = COLUMNS * ROWS


@dataclass(frozen=True, slots=True)
class Square:
    """One cell: its code and its south-western corner in map units."""

    code: str
    west: int
    south: int

    def point(self, across: float, up: float) -> Wgs84:
        """A point inside, by its share of the side."""
        return Wgs84((self.west + across * SIDE) / UNIT, (self.south + up * SIDE) / UNIT)


@cache
def squares() -> list[Square]:
    """Every cell, row by row from the south-west."""
    return [
        Square(
            f"{street_code(n)}{n // PER_COMMUNITY % 10 + 101:03}{n % PER_COMMUNITY + 1:03}",
            WEST + n % COLUMNS * SIDE, SOUTH + n // COLUMNS * SIDE,
        )
        for n in range(CELLS)
    ]  # fmt: skip


@cache
def used(orders: int) -> list[Square]:
    """The cells that so many orders lie in, from the centre outwards: fifty each, until the city is full."""

    def from_the_centre(square: Square) -> float:
        x, y = (square.west - WEST) / SIDE - COLUMNS / 2, (square.south - SOUTH) / SIDE - ROWS / 2
        return x * x + y * y

    return sorted(squares(), key=from_the_centre)[: max(orders // ORDERS_PER_CELL, 1)]


def street_code(n: int) -> str:
    """The street of the n-th cell."""
    return f"{DISTRICT}{n // PER_STREET + 1:03}"


def tree() -> AreaTree:
    """The city in memory, as the product holds it."""
    return AreaTree(packed())


def write(folder: Path) -> None:
    """Put the map where SANWEI_MAPS_DIR points."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{DISTRICT}.json").write_bytes(packed())


@cache
def packed() -> bytes:
    """The map file. Its shape is told in scripts/draw_district.py."""
    cells = [
        _area(square.code, f"Cell {n}", _ring(square.west, square.south, 1, 1)) | {"card": f"C{n:05}"}
        for n, square in enumerate(squares())
    ]
    told = {
        "fictional": True, "note": "", "district": _area(DISTRICT, "City", _ring(WEST, SOUTH, COLUMNS, ROWS)),
        "streets": list(_above(9, PER_STREET)), "communities": list(_above(12, PER_COMMUNITY)),
        "cells": cells, "water": [], "roads": [], "landmarks": [],
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode()


def _above(digits: int, cells: int) -> Iterator[dict[str, Any]]:
    for n in range(0, CELLS, cells):
        first = squares()[n]
        wide, high = (min(cells, COLUMNS), max(cells // COLUMNS, 1))
        yield _area(first.code[:digits], f"Area {n}", _ring(first.west, first.south, wide, high))


def _area(code: str, name: str, ring: list[int]) -> dict[str, Any]:
    west, south = ring[:2]
    return {
        "code": code, "name": name, "initials": name[:2].upper(), "at": [west + SIDE // 2, south + SIDE // 2],
        "rings": [ring],
    }  # fmt: skip


def _ring(west: int, south: int, wide: int, high: int) -> list[int]:
    return [west, south, wide * SIDE, 0, 0, high * SIDE, -wide * SIDE, 0]
