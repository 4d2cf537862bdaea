"""Draws the demo district: `draw_district.py PLAN MAP` makes the map the product loads from the plan.

Names and codes in the plan are public facts; every line on the map is invented. Streets are the Voronoi
regions of hand-placed seeds on each bank of the rivers; communities and grid cells are those of seeds spread
evenly inside. The same plan gives the same bytes.

The map is JSON on WGS-84. A point is `[lon, lat]` in whole hundred-thousandths of a degree, about a metre;
a ring or a line is flat, `[lon, lat, dlon, dlat, …]`: its first point, then the step to each next one.
Cells tile the district without gap or overlap, and every larger shape is the exact sum of its cells.
"""

import json
import sys
from dataclasses import dataclass
from itertools import chain, count, groupby, islice, pairwise
from pathlib import Path
from typing import Any

from shapely import (
    LineString,
    MultiPoint,
    Point,
    Polygon,
    coverage_union_all,
    get_parts,
    polygonize,
    unary_union,
    voronoi_polygons,
)

UNIT = 100_000  # map units in a degree
ROUNDS = 25  # of evening out the seeds
STRIDE = 0.7548776662466927, 0.5698402909980532  # the golden ratios of the plane: seeds never bunch up
CARD_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that reads like another: no 0 1 I O
CARD_LENGTH, CARD_PRIME = 6, 1021
CARD_FACTOR = 639  # any other catches the same slips; this one gives FY07X2

Json = dict[str, Any]


@dataclass
class Cell:
    """A grid cell on its way to the map."""

    community: str
    sequence: int
    shape: Polygon
    number: int = 0
    card: str = ""

    @property
    def code(self) -> str:
        return f"{self.community}{self.sequence:03}"


def main(plan_file: str, map_file: str) -> None:
    plan = json.loads(Path(plan_file).read_text("utf-8"))
    Path(map_file).write_text(render(draw(plan)), "utf-8")


def draw(plan: Json) -> Json:
    """The whole map of a plan. Raises ValueError for a plan whose shapes fall apart."""
    cells: list[Cell] = []
    for street, shape in zip(plan["streets"], street_shapes(plan), strict=True):
        cells += street_cells(street, shape, [pin for pin in plan["pins"] if pin["street"] == street["code"]])
    for cell, shape in zip(cells, tiled([cell.shape for cell in cells]), strict=True):
        cell.shape = shape

    def area(code: str, name: str, initials: str) -> Json:
        shape = coverage_union_all([cell.shape for cell in cells if cell.code.startswith(code)])
        return {"code": code, "name": name, "initials": initials, **outlined(shape)}

    return {
        "fictional": True,
        "note": plan["note"],
        "district": area(**plan["district"]),
        "streets": [area(s["code"], s["name"], s["initials"]) for s in plan["streets"]],
        "communities": [area(s["code"] + c[0], *c[1:]) for s in plan["streets"] for c in s["communities"]],
        "cells": [
            {
                "code": c.code,
                "name": plan["cell_name"].format(c.number),
                "card": c.card,
                "people": people(c.code),
                **outlined(c.shape),
            }
            for c in cells
        ],
        "water": [named(w) | ringed(river(w)) for w in plan["water"]],
        "roads": [
            named(r) | {"at": point(halfway(r)), "line": flat(units(r["line"]))} for r in plan["roads"]
        ],
        "landmarks": [named(m) | {"at": point(unit(m["at"]))} for m in plan["landmarks"]],
    }


def street_shapes(plan: Json) -> list[Polygon]:
    """The streets' regions, in the plan's order: each bank of the rivers is shared out among its seeds."""
    outline = Polygon(unit(p) for p in plan["outline"])
    rivers = [units(w["line"]) for w in plan["water"] if w["divides"]]
    seeds = [unit(s["seed"]) for s in plan["streets"]]
    shapes: dict[int, Polygon] = {}
    for bank in get_parts(polygonize([unary_union([outline.exterior, *rivers])])):
        here = [i for i, seed in enumerate(seeds) if bank.contains(seed)]
        shapes.update(zip(here, regions(bank, [seeds[i] for i in here]), strict=True))
    return [shapes[i] for i in range(len(seeds))]


def street_cells(street: Json, shape: Polygon, pins: list[Json]) -> list[Cell]:
    """A street's cells with numbers and card codes: seven in its larger communities, six in the others."""
    names = street["communities"]
    communities = regions(shape, spread(shape, len(names)))
    median = sorted(c.area for c in communities)[len(names) // 2]
    cells = []
    for (code, *_), community in zip(names, communities, strict=True):
        parts = regions(community, spread(community, 7 if community.area >= median else 6))
        cells += [Cell(f"{street['code']}{code}", n, part) for n, part in enumerate(parts, 1)]
    for number, cell in enumerate(cells, 1):
        cell.number = number
    for pin in pins:  # trades numbers with the holder of the wished one
        pinned = next(cell for cell in cells if cell.shape.contains(unit(pin["at"])))
        holder = cells[pin["number"] - 1]
        pinned.number, holder.number = holder.number, pinned.number
    for cell in cells:
        cell.card = card(street["card"], cell.number)
    return cells


def card(prefix: str, number: int) -> str:
    """Prefix, number and check signs, as printed on the grid officer's card.

    With two check signs every wrong sign and every swap of neighbours in the rest is noticed.
    """
    stem = f"{prefix}{number:02}"
    high, low = divmod(int(stem, 36) * CARD_FACTOR % CARD_PRIME, len(CARD_SIGNS))
    return (stem + CARD_SIGNS[high] + CARD_SIGNS[low])[:CARD_LENGTH]


def people(code: str) -> int:
    """Invented, like every line: some 200 households of two or three."""
    return 420 + int(code) * 7919 % 240


def spread(shape: Polygon, wanted: int) -> list[Point]:
    """That many seeds, evenly inside (Lloyd's rounds), from north to south, then west to east."""
    west, south, east, north = shape.bounds
    tries = (
        Point(west + n * STRIDE[0] % 1 * (east - west), south + n * STRIDE[1] % 1 * (north - south))
        for n in count(1)
    )
    seeds = list(islice((p for p in tries if shape.contains(p)), wanted))
    for _ in range(ROUNDS):
        seeds = [middle(region) for region in regions(shape, seeds)]
    return sorted(seeds, key=lambda p: (-p.y, p.x))


def regions(shape: Polygon, seeds: list[Point]) -> list[Polygon]:
    """The part of `shape` nearest to each seed, in the seeds' order."""
    if len(seeds) == 1:
        return [shape]
    nearest = voronoi_polygons(MultiPoint(seeds), extend_to=shape, ordered=True)
    return [whole(shape.intersection(region)) for region in get_parts(nearest)]


def tiled(shapes: list[Polygon]) -> list[Polygon]:
    """The same shapes on the whole-unit grid, sharing every corner and border of their neighbours."""
    borders = unary_union([shape.exterior for shape in shapes], grid_size=1)
    faces = list(get_parts(polygonize([borders])))
    inside = [face.representative_point() for face in faces]
    owners = [next(i for i, shape in enumerate(shapes) if shape.contains(p)) for p in inside]
    by_owner = dict(zip(owners, faces, strict=True))
    if len(faces) != len(by_owner) or len(by_owner) != len(shapes):
        raise ValueError(f"{len(shapes)} shapes became {len(faces)} faces")
    return [by_owner[i] for i in range(len(shapes))]


def whole(shape: Any) -> Polygon:
    if not isinstance(shape, Polygon) or shape.interiors:
        raise ValueError(f"not one piece: {shape.wkt[:80]}")
    return shape


def middle(shape: Polygon) -> Point:
    """The centre, or a point inside when a bent shape has its centre outside."""
    return shape.centroid if shape.contains(shape.centroid) else shape.representative_point()


def unit(degrees: list[float]) -> Point:
    return Point(round(degrees[0] * UNIT), round(degrees[1] * UNIT))


def units(degrees: list[list[float]]) -> LineString:
    return LineString([unit(p) for p in degrees])


def point(at: Point) -> list[int]:
    return [round(at.x), round(at.y)]


def river(water: Json) -> Polygon:
    return units(water["line"]).buffer(water["width"] / 2, cap_style="flat")


def halfway(road: Json) -> Point:
    return units(road["line"]).interpolate(0.5, normalized=True)


def named(feature: Json) -> Json:
    """The name is real, the place is not."""
    return {key: feature[key] for key in ("name", "initials") if key in feature} | {"fictional": True}


def outlined(shape: Polygon) -> Json:
    return {"at": point(middle(shape)), **ringed(shape)}


def ringed(shape: Polygon) -> Json:
    return {"rings": [flat(whole(shape).exterior)]}


def flat(line: LineString) -> list[int]:
    """The first point and the steps from there; a ring's last point is its first and is left out."""
    points = [at for at, _ in groupby((round(x), round(y)) for x, y in line.coords)]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)]
    return list(chain(points[0], *(steps[:-1] if line.is_ring else steps)))


def render(district: Json) -> str:
    """JSON with one feature a line: small, and readable in a diff."""
    compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    parts = []
    for key, value in district.items():
        lines = "[\n" + ",\n".join(map(compact, value)) + "\n]" if isinstance(value, list) else compact(value)
        parts.append(f'"{key}":{lines}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
