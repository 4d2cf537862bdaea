"""Grid cells from and to GeoJSON, with a declared datum.

A file speaks for the communities its cells lie in: what it does not name there is closed, and whoever takes
over the ground is its successor. Polygons of 9 or 12 digits are streets and communities: they name them, and
where a file brings one, its border is what cells must stay within.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from server.grid.grids.book import AREAS, CELLS, GROUPS, TOLD, cards, heirs, listed, outline_of, shape_of
from server.kernel import coverage
from server.kernel.coverage import Shape
from server.kernel.errors import BadInput
from server.kernel.geo import BadPosition, Datum, to_gcj02, to_wgs84
from server.kernel.geo import Wgs84 as Point
from server.kernel.mosaic import UNIT
from server.platform.sheets import BadSheet, Fault, NotASheet
from server.platform.tabular import Row, Tables

GEOMETRY = "outline"
FAR_DEGREES = 1.0  # a cell that far from the district is another district's, or a slip
BEYOND_M2, BEYOND_SHARE = 25.0, 0.01  # what of a cell may lie outside its community, for two pens' sake
NAMES = {  # what files call things
    "code": ("code", "编码", "网格编码", "单元网格标识码"),
    "name": ("name", "名称", "网格名称"),
    "card": ("card", "卡号"),
    "since": ("since", "initial_date", "初始日期"),
    "people": ("people", "population", "人口", "常住人口"),
    "remark": ("remark", "备注"),
    "initials": ("initials", "拼音首字母"),
}


class DatumMissing(BadInput):
    """Without its datum a coordinate may lie 600 m off: wgs84, cgcs2000 or gcj02 must be said."""

    code = "DATUM_MISSING"


def datum_of(said: str | None) -> Datum:
    """Raises DatumMissing for none, and for one we do not know."""
    try:
        return Datum((said or "").strip().upper().replace("-", ""))
    except ValueError:
        raise DatumMissing(field="datum") from None


def is_geojson(raw: bytes) -> bool:
    """True for what says of itself that it is a collection of features."""
    return raw.lstrip()[:1] == b"{" and b'"FeatureCollection"' in raw


def read(raw: bytes, datum: Datum, now: Tables, today: date) -> Tables:
    """The tables a file makes of those of `now`. Raises NotASheet, or BadSheet: `line` is the feature."""
    features, faults = list(_features(raw)), list[Fault]()
    middle = _middle(now)
    read: dict[str, tuple[int, Row, Shape]] = {}
    for line, told in enumerate(features, 1):
        row, shape, wrong = _feature(line, told, datum, middle)
        if not wrong and row["code"] in read:
            wrong = [Fault(line, "code", "TWICE", row["code"], CELLS)]
        faults += wrong
        if not wrong:
            read[row["code"]] = (line, row, shape)
    cells = {code: told for code, told in read.items() if len(code) == 15}
    if not faults and not cells:
        faults.append(Fault(0, "code", "NO_CELLS", "、".join(read)[:40], CELLS))
    if faults:
        raise BadSheet(faults)
    tables, fresh = _merged(now, read, cells, today)
    if faults := list(_beyond(now, read, cells, fresh)):
        raise BadSheet(faults)
    return tables


def write(tables: Tables, datum: Datum) -> bytes:
    """Every cell, valid and closed, longitude before latitude; the datum is named."""
    features = [
        {
            "type": "Feature",
            "properties": {
                **{name: row.get(name, "") for name in TOLD},
                "kind": "unit", "status": "VOID" if row.get("until") else "VALID",
                "successors": listed(row.get("successors", "")),
                "area_m2": round(coverage.area_m2(shape_of(row)), 1),
            },
            "geometry": {"type": "MultiPolygon", "coordinates": list(_polygons(shape_of(row), datum))},
        }
        for row in tables[CELLS]
    ]  # fmt: skip
    told = {"type": "FeatureCollection", "datum": datum, "features": features}
    return json.dumps(told, ensure_ascii=False).encode()


def write_csv(tables: Tables, datum: Datum) -> bytes:
    """One line for each cell with its label's longitude and latitude."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["code", "name", "card", "status", "since", "until", "successors", "people", "area_m2",
                    f"lon_{datum.lower()}", f"lat_{datum.lower()}"])  # fmt: skip
    for row in tables[CELLS]:
        shape = shape_of(row)
        lon, lat = _degrees(coverage.point_inside(shape), datum)
        sheet.writerow([row["code"], row["name"], row["card"], "VOID" if row.get("until") else "VALID",
                        row.get("since", ""), row.get("until", ""), row.get("successors", ""),
                        row.get("people", ""), round(coverage.area_m2(shape), 1), lon, lat])  # fmt: skip
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _features(raw: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        told = json.loads(raw)
        features = told["features"]
        if told["type"] != "FeatureCollection" or not isinstance(features, list):
            raise NotASheet(field="file")
    except (ValueError, KeyError, TypeError):
        raise NotASheet(field="file") from None
    yield from features


def _feature(
    line: int, told: Any, datum: Datum, middle: tuple[float, float]
) -> tuple[dict[str, str], Shape, list[Fault]]:
    """A feature's row, its shape on the map, and what is wrong with it."""
    try:
        properties, geometry = told["properties"] or {}, told["geometry"]
        single = geometry["type"] == "Polygon"
        polygons = [geometry["coordinates"]] if single else geometry["coordinates"]
        if not single and geometry["type"] != "MultiPolygon":
            raise ValueError(geometry["type"])
        rings = [[(float(at[0]), float(at[1])) for at in ring] for polygon in polygons for ring in polygon]
    except (KeyError, TypeError, ValueError, IndexError):
        return {}, [], [Fault(line, GEOMETRY, "NO_POLYGON", "", CELLS)]
    row = {name: next((str(properties[key]).strip() for key in keys if properties.get(key) is not None), "")
           for name, keys in NAMES.items()}  # fmt: skip
    code = row["code"]
    if not (code.isdecimal() and len(code) in (6, 9, 12, 15)) or (len(code) == 15 and code.endswith("000")):
        return row, [], [Fault(line, "code", "BAD_CELL_CODE", code[:40], CELLS)]
    wrong: list[Fault] = []
    shape: Shape = []
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            return row, [], [Fault(line, GEOMETRY, "NOT_CLOSED", code, CELLS)]
        if fault := _off(ring, middle):
            return row, [], [Fault(line, GEOMETRY, fault, code, CELLS)]
        corners = []
        for lon, lat in ring[:-1]:
            at = to_wgs84(lon, lat, datum)
            corners.append((round(at.lon * UNIT), round(at.lat * UNIT)))
        shape.append(corners)
        if coverage.crosses_itself(corners):
            wrong = [Fault(line, GEOMETRY, "CROSSES_ITSELF", code, CELLS)]
    return row, shape, wrong


def _off(ring: Iterable[tuple[float, float]], middle: tuple[float, float]) -> str:
    """Why a ring cannot lie in the district; latitude and longitude changed about is named as such."""
    lon, lat = middle

    def near(x: float, y: float) -> bool:
        return abs(x - lon) < FAR_DEGREES and abs(y - lat) < FAR_DEGREES

    corners = list(ring)
    try:
        if all(near(Point(x, y).lon, y) for x, y in corners):
            return ""
    except BadPosition:
        pass
    return "LONLAT_SWAPPED" if all(near(y, x) for x, y in corners) else "FAR_AWAY"


def _merged(
    now: Tables, read: Mapping[str, tuple[int, Row, Shape]], cells: Mapping[str, tuple[int, Row, Shape]],
    today: date,
) -> tuple[Tables, dict[str, Shape]]:  # fmt: skip
    """The tables with the file's cells in them, and the shapes as they came to lie beside the others."""
    spoken = {code[:12] for code in cells}
    old = {row["code"]: row for row in now[CELLS]}
    valid = {code: row for code, row in old.items() if not row.get("until")}
    drawn = {code: shape_of(row) for code, row in valid.items()}
    kept = {
        code: shape for code, shape in drawn.items()
        if code[:12] not in spoken or (code in cells and coverage.same(shape, cells[code][2]))
    }  # fmt: skip
    noded = coverage.noded(kept, {code: told[2] for code, told in cells.items() if code not in kept})
    fresh = {code: noded[code] for code in cells}
    closing = [code for code in valid if code[:12] in spoken and code not in cells]
    given = [row["card"] for row in valid.values()] + [row["card"] for _, row, _ in cells.values()]
    rows = {code: {**row, "outline": outline_of(noded[code])} if code in kept else row
            for code, row in old.items()}  # fmt: skip
    for code, (_, told, _) in sorted(cells.items()):
        row = {name: cell for name, cell in told.items() if cell and name != "initials"}
        drawn_now = {"until": "", "successors": "", "outline": outline_of(fresh[code])}
        row = {"remark": "", "since": today.isoformat(), **old.get(code, {}), **row, **drawn_now}
        if not row.get("card") or not row.get("name"):
            prefix = next((r["card"][:2] for c, r in old.items() if c[:9] == code[:9]), "WG")
            number, card = next(cards(given, prefix))
            row = {"name": f"第{number:02}网格", "card": card, **{k: v for k, v in row.items() if v}}
            given.append(row["card"])
        rows[code] = row
    for code in closing:
        near = {other: shape for other, shape in fresh.items() if other not in kept}
        gone = {"until": today.isoformat(), "successors": "、".join(heirs(shape_of(valid[code]), near))}
        rows[code] = {**rows[code], **gone}
    areas = {row["code"]: row for row in now[AREAS]}
    for code, (_, told, _) in read.items():
        if len(code) < 15:
            before = areas.get(code, {"name": "", "initials": "—"})
            areas[code] = {
                "code": code, "name": told["name"] or before["name"],
                "initials": told["initials"] or before["initials"],
            }  # fmt: skip
    taken = {code: code for code in closing}
    groups = [_handed_on(row, taken, rows) for row in now.get(GROUPS, ())]
    return {CELLS: [rows[code] for code in sorted(rows)], GROUPS: groups,
            AREAS: [areas[code] for code in sorted(areas)]}, fresh  # fmt: skip


def _handed_on(group: Row, closing: Mapping[str, str], rows: Mapping[str, Row]) -> Row:
    """A group keeps its ground: a closed cell's successors take its place."""
    kept: dict[str, None] = {}
    for code in listed(group["cells"]):
        for each in listed(rows[code].get("successors", "")) if code in closing else [code]:
            kept[each] = None
    return {**group, "cells": "、".join(kept)}


def _beyond(
    now: Tables, read: Mapping[str, tuple[int, Row, Shape]], cells: Mapping[str, tuple[int, Row, Shape]],
    fresh: Mapping[str, Shape],
) -> Iterator[Fault]:  # fmt: skip
    """Cells that reach out of their community: the file's own border of it, or the one it has now."""
    old: dict[str, list[Shape]] = {}
    for row in now[CELLS]:
        if not row.get("until"):
            old.setdefault(row["code"][:12], []).append(shape_of(row))
    for community in sorted({code[:12] for code in cells}):
        border = read[community][2] if community in read else coverage.outline(old.get(community, []))
        for code in sorted(code for code in cells if code.startswith(community) and border):
            whole = coverage.area_m2(fresh[code])
            beyond = whole - coverage.common_m2(fresh[code], border)
            if beyond > max(BEYOND_M2, BEYOND_SHARE * whole):
                yield Fault(cells[code][0], GEOMETRY, "CROSSES_COMMUNITY", f"{code} {beyond:.0f} m²", CELLS)


def _middle(now: Tables) -> tuple[float, float]:
    """Somewhere in the district."""
    x, y = shape_of(now[CELLS][0])[0][0]
    return x / UNIT, y / UNIT


def _polygons(shape: Shape, datum: Datum) -> Iterator[list[list[list[float]]]]:
    """Outer rings, each with the holes in it."""
    turned = coverage.oriented(shape)
    for outer in (ring for ring in turned if coverage.swept(ring) > 0):
        holes = [ring for ring in turned if coverage.swept(ring) < 0 and coverage.holds(outer, ring[0])]
        yield [[_degrees(at, datum) for at in [*ring, ring[0]]] for ring in (outer, *holes)]


def _degrees(at: tuple[int, int], datum: Datum) -> list[float]:
    point = Point(at[0] / UNIT, at[1] / UNIT)
    shown = to_gcj02(point) if datum is Datum.GCJ02 else point
    return [round(shown.lon, 7), round(shown.lat, 7)]
