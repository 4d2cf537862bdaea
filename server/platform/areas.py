"""The area tree: district, street, community, grid cell; which cell a point lies in, and how people find one.

Codes grow by level (6, 9, 12, 15 digits), so a scope is a prefix. The tree is read once from a map file,
whose shape is told in scripts/draw_district.py. Another district is another file, another edition of the map
another tree.
"""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from server.kernel import coverage
from server.kernel.errors import CityError, NotFound
from server.kernel.geo import Wgs84
from server.kernel.mosaic import UNIT, Mosaic
from server.platform.gazetteer import Entry, Gazetteer

MAPS = Path(__file__).parents[2] / "shared" / "data" / "areas"
HOTLINE = "12345"  # the government's, in every city of the country
PATH_SIGN = " · "


class OutsideDistrict(CityError):
    """The place is not in this district; `hotline` knows who can help."""

    code = "OUTSIDE_DISTRICT"


class AreaLevel(StrEnum):
    """How deep in the tree an area stands."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"


LEVELS = dict(zip((6, 9, 12, 15), AreaLevel, strict=True))


@dataclass(frozen=True, slots=True)
class Area:
    """An area by its code. `at` is a point inside, where its label stands."""

    code: str
    name: str
    at: Wgs84

    @property
    def level(self) -> AreaLevel:
        """Told by the length of the code."""
        return LEVELS[len(self.code)]


@dataclass(frozen=True, slots=True)
class Cell(Area):
    """A grid cell, numbered within its street (第07网格); `card` is the code on its officer's card.

    A closed one has an `until`, and the cells that took over its ground as `successors`. Its code is history.
    """

    card: str
    since: str = ""  # ISO dates, "" where nobody knows
    until: str = ""
    remark: str = ""
    successors: tuple[str, ...] = ()
    people: int | None = None  # who live there; None where nobody has counted


@dataclass(frozen=True, slots=True)
class Group:
    """Cells looked after together (责任网格), or households (社会网格). A cell may be in several."""

    code: str
    sort: str
    name: str
    cells: tuple[str, ...]
    officers: tuple[str, ...] = ()  # staff numbers
    households: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a search: an area, or a road or landmark and the cell it lies in.

    `path` runs from the street to `name`, e.g. 逢源街道 · 惠城社区.
    """

    area: Area
    name: str
    path: str
    at: Wgs84


@dataclass(frozen=True, slots=True)
class PackedMap:
    """The map file as the phones fetch it, plain and gzipped. The ETag is weak: it stands for both."""

    body: bytes
    gzipped: bytes
    etag: str


class AreaTree:
    """One district's areas, in memory."""

    def __init__(self, packed: bytes, hotline: str = HOTLINE) -> None:
        """Raises ValueError for an area without a parent, a code or card used twice, or a place outside."""
        data = json.loads(packed)
        self._packed, self._hotline = packed, hotline
        self.fictional: bool = data["fictional"]
        self.district = _area(data["district"])
        self.streets = tuple(map(_area, data["streets"]))
        self.communities = tuple(map(_area, data["communities"]))
        self.cells = tuple(map(_cell, data["cells"]))
        self.closed = tuple(map(_cell, data.get("closed", ())))
        self.groups = tuple(map(_group, data.get("groups", ())))
        drawn = [*data["cells"], *data.get("closed", ())]
        self._rings: dict[str, list[list[int]]] = {row["code"]: row["rings"] for row in drawn}
        areas = (self.district, *self.streets, *self.communities, *self.cells)
        self._by_code: dict[str, Area] = {area.code: area for area in areas}
        self._children: dict[str, list[Area]] = defaultdict(list)
        for area in sorted(areas[1:], key=lambda area: area.code):
            if area.code[:-3] not in self._by_code or len(area.code) not in LEVELS:
                raise ValueError(f"{area.code} has no parent")
            self._children[area.code[:-3]].append(area)
        if len(self._by_code) < len(areas) or len({cell.card for cell in self.cells}) < len(self.cells):
            raise ValueError("a code or a card is used twice")
        self._by_code |= {cell.code: cell for cell in self.closed}
        self._people: defaultdict[str, int] = defaultdict(int)
        for cell in self.cells:
            if cell.people is not None:
                for length in LEVELS:
                    self._people[cell.code[:length]] += cell.people
        self._mosaic = Mosaic(zip(self.cells, (row["rings"] for row in data["cells"]), strict=True))
        rows = [data["district"], *data["streets"], *data["communities"], *data["cells"]]
        entries = [self._area_entry(area, row) for area, row in zip(areas, rows, strict=True)]
        entries += [self._place_entry(row) for row in data["roads"] + data["landmarks"]]
        self._gazetteer = Gazetteer(entries)

    @classmethod
    def load(cls, path: Path, *, hotline: str = HOTLINE) -> "AreaTree":
        """The tree of one map file."""
        return cls(path.read_bytes(), hotline)

    @classmethod
    def of(cls, district: str, *, hotline: str = HOTLINE) -> "AreaTree":
        """The tree of a district whose map the product carries. Raises FileNotFoundError."""
        return cls.load(MAPS / f"{district}.json", hotline=hotline)

    def by_code(self, code: str) -> Area:
        """Raises NotFound."""
        area = self._by_code.get(code)
        if area is None:
            raise NotFound(subject=code)
        return area

    def name(self, code: str) -> str:
        """Raises NotFound."""
        return self.by_code(code).name

    @property
    def codes(self) -> frozenset[str]:
        """Of every cell there is or was."""
        return frozenset(self._rings)

    def is_closed(self, code: str) -> bool:
        """True for a cell that is history."""
        cell = self._by_code.get(code)
        return isinstance(cell, Cell) and bool(cell.until)

    def successors(self, code: str) -> tuple[Cell, ...]:
        """The cells on a closed one's ground today, through every split and merge; a valid one is its own.

        Raises NotFound.
        """
        found: dict[str, Cell] = {}
        asked, seen = [code], set()
        while asked:
            cell = self.by_code(asked.pop())
            if isinstance(cell, Cell) and cell.code not in seen:
                seen.add(cell.code)
                found |= {cell.code: cell} if not cell.until else {}
                asked += cell.successors if cell.until else ()
        return tuple(found[code] for code in sorted(found))

    def outline(self, code: str) -> list[list[tuple[int, int]]]:
        """The corners of a cell's rings, in map units; none for a code no cell has."""
        return [coverage.unrolled(ring) for ring in self._rings.get(code, ())]

    def people(self, code: str) -> int | None:
        """How many live in an area, by its counted cells; None where none of them was counted."""
        return self._people.get(code)

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas one level down, in code order; none below a cell. Raises NotFound."""
        return tuple(self._children.get(self.by_code(code).code, ()))

    def path(self, code: str) -> tuple[Area, ...]:
        """From the district down to the area itself. Raises NotFound."""
        self.by_code(code)
        return tuple(self._by_code[code[:length]] for length in LEVELS if length <= len(code))

    def street_of(self, code: str) -> Area:
        """The street that the area is or lies in. Raises NotFound, for the district too."""
        match self.path(code):
            case (_, street, *_):
                return street
        raise NotFound(subject=code)

    @staticmethod
    def contains(scope: str, code: str) -> bool:
        """True when `code` is `scope` or lies in it; the empty scope holds everything."""
        return code.startswith(scope)

    def locate(self, point: Wgs84) -> Cell | None:
        """The one cell the point lies in, also on a border; None outside the district."""
        return self._mosaic.locate(point)

    def cell_at(self, point: Wgs84) -> Cell:
        """As `locate`. Raises OutsideDistrict."""
        cell = self.locate(point)
        if cell is None:
            raise OutsideDistrict(hotline=self._hotline)
        return cell

    def search(self, text: str, *, limit: int = 20) -> list[Hit]:
        """Areas, roads and landmarks by name, card code, pinyin initials or a whole address, best first."""
        return self._gazetteer.search(text, limit)

    @cached_property
    def packed_map(self) -> PackedMap:
        """What GET /map/district.json answers."""
        etag = f'W/"{sha256(self._packed).hexdigest()[:16]}"'
        return PackedMap(self._packed, gzip.compress(self._packed, 9, mtime=0), etag)

    def _area_entry(self, area: Area, row: dict[str, Any]) -> Entry[Hit]:
        names = tuple(step.name for step in self.path(area.code))
        hit = Hit(area, area.name, PATH_SIGN.join(names[1:] or names), area.at)
        return Entry(hit, names, (row.get("initials") or row["card"],))

    def _place_entry(self, row: dict[str, Any]) -> Entry[Hit]:
        cell = self.locate(_point(row))
        if cell is None:
            raise ValueError(f"{row['name']} lies outside")
        names = (*(step.name for step in self.path(cell.code)), row["name"])
        hit = Hit(cell, row["name"], PATH_SIGN.join(names[1:]), _point(row))
        return Entry(hit, names, (row["initials"],))


def _area(row: dict[str, Any]) -> Area:
    return Area(row["code"], row["name"], _point(row))


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(
        row["code"], row["name"], _point(row), row["card"], row.get("since", ""), row.get("until", ""),
        row.get("remark", ""), tuple(row.get("successors", ())),
        int(float(row["people"])) if row.get("people") else None,
    )  # fmt: skip


def _group(row: dict[str, Any]) -> Group:
    def listed(name: str) -> tuple[str, ...]:
        return tuple(each for each in row.get(name, "").split("、") if each)

    households = int(float(row["households"])) if row.get("households") else None
    return Group(row["code"], row["sort"], row["name"], listed("cells"), listed("officers"), households,
                 row.get("remark", ""))  # fmt: skip


def _point(row: dict[str, Any]) -> Wgs84:
    lon, lat = row["at"]
    return Wgs84(lon / UNIT, lat / UNIT)
