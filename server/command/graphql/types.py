"""Nouns that orders, requests and supervisions show alike: places, matters, photos, people, steps, clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

import strawberry

from server.command.catalogue import entries
from server.command.library import Library
from server.command.orders.service.report import Spot, spot_at
from server.graph.context import Context, Info
from server.identity import queries as identity
from server.identity.graphql import Area, Unit
from server.identity.queries import PersonRow
from server.kernel.actors import CITIZEN, EVERYONE, OFFICER, STAFF, Post, Role
from server.kernel.calendar import TimeUnit
from server.kernel.geo import Datum, Wgs84, to_wgs84
from server.kernel.masking import mask_position
from server.kernel.text import clean_line
from server.platform import files
from server.platform.areas import AreaTree, Hit
from server.platform.files import PhotoKind
from server.platform.work import Office

# Photos a reporter took: merged into one case, two reporters do not see each other's.
FROM_REPORTERS = frozenset({PhotoKind.BEFORE, PhotoKind.RATING})


@strawberry.input
class PlaceInput:
    """A position with the datum it was measured in; without the datum it would be 600 m wrong."""

    lon: float
    lat: float
    datum: Datum
    accuracy_m: int | None = None
    address: str | None = None

    def point(self) -> Wgs84:
        """In WGS-84. Raises BadInput outside the globe."""
        return to_wgs84(self.lon, self.lat, self.datum)

    def spot(self, areas: AreaTree) -> Spot:
        """The grid cell it lies in. Raises OutsideDistrict."""
        address = clean_line(self.address or "", field="place", limit=200)
        return spot_at(areas, self.point(), accuracy_m=self.accuracy_m, address=address)


@strawberry.type
class Place:
    """Where a case is."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    spot: strawberry.Private[Spot]
    rough: strawberry.Private[bool] = False

    @strawberry.field
    def address(self) -> str | None:
        return self.spot.address or None

    @strawberry.field
    def lon(self) -> float | None:
        """WGS-84 degrees; to about 100 m for those who are not of the case."""
        return self._point().lon if self.spot.point else None

    @strawberry.field
    def lat(self) -> float | None:
        """WGS-84 degrees; to about 100 m for those who are not of the case."""
        return self._point().lat if self.spot.point else None

    @strawberry.field
    def accuracy_m(self) -> int | None:
        return self.spot.accuracy_m

    @strawberry.field
    def street(self, info: Info) -> Area | None:
        return self._area(info, 9)

    @strawberry.field
    def community(self, info: Info) -> Area | None:
        return self._area(info, 12)

    @strawberry.field
    def cell(self, info: Info) -> Area | None:
        return self._area(info, 15)

    @strawberry.field
    def located(self) -> bool:
        """False while the case waits to be put on the map."""
        return self.spot.point is not None

    def _point(self) -> Wgs84:
        assert self.spot.point is not None  # asked by the callers
        return mask_position(self.spot.point) if self.rough else self.spot.point

    def _area(self, info: Info, length: int) -> Area | None:
        code = self.spot.area[:length]
        return Area.of(info.context.office.areas, code) if len(code) == length else None


@strawberry.type
class PlaceHit:
    """A street, community, cell, road or landmark found by a search."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER, CITIZEN})
    area: Area
    name: str
    path: str
    lon: float
    lat: float

    @classmethod
    def of(cls, areas: AreaTree, hit: Hit) -> Self:
        """As the search found it."""
        area = Area.of(areas, hit.area.code)
        return cls(area=area, name=hit.name, path=hit.path, lon=hit.at.lon, lat=hit.at.lat)


@strawberry.type
class Matter:
    """What a case is about, from the catalogue."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    kind: entries.MatterKind
    name: str
    category: str

    @classmethod
    def of(cls, entry: entries.Matter) -> Self:
        """As the catalogue has it."""
        return cls(code=entry.code, kind=entry.kind, name=entry.name, category=entry.category)


@strawberry.type
class FilingRule:
    """When a matter becomes a case, how long its handling may take, what closes it."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID
    condition: str
    limit_value: float
    limit_unit: TimeUnit
    close_condition: str

    @classmethod
    def of(cls, entry: entries.FilingRule) -> Self:
        """As the catalogue has it."""
        return cls(
            id=strawberry.ID(entry.id), condition=entry.condition, limit_value=entry.limit.value,
            limit_unit=entry.limit.unit, close_condition=entry.close_condition,
        )  # fmt: skip


@strawberry.type
class Photo:
    """A photo of a case, re-encoded and without metadata."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    row: strawberry.Private[files.Photo]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def kind(self) -> PhotoKind:
        return self.row.kind

    @strawberry.field
    def url(self, info: Info) -> str:
        """Signed for this person, for at most five minutes."""
        return info.context.office.of(files.Files).sign(self.row.id, "full", info.context.actor)

    @strawberry.field
    def thumb_url(self, info: Info) -> str:
        """Signed for this person, for at most five minutes."""
        return info.context.office.of(files.Files).sign(self.row.id, "thumb", info.context.actor)

    @strawberry.field
    def taken_at(self) -> datetime | None:
        """What the camera said; the server's time rules."""
        return self.row.taken_at

    @strawberry.field
    async def by(self, info: Info) -> str | None:
        """Who took it: staff by name, nobody else's name."""
        person = await info.context.loader(load_people).load(self.row.owner_id)
        return person.name if person and person.role is not CITIZEN else None


@strawberry.type
class Person:
    """Who did something: staff by name and post; citizens never by name."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    row: strawberry.Private[PersonRow]

    @strawberry.field
    def name(self) -> str:
        """Empty for citizens and for the system."""
        return "" if self.row.role is CITIZEN else self.row.name

    @strawberry.field
    def post(self) -> Post | None:
        return Post.CITIZEN if self.row.role is CITIZEN else self.row.post

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info, self.row.unit_id)


# ── loaders: one query for all siblings ───────────────────────────────────────────────────────────


async def load_people(context: Context, ids: list[str]) -> list[PersonRow | None]:
    """Names by account id."""
    async with context.office.reading() as session:
        found = await identity.people(session, ids)
    return [found.get(id) for id in ids]


async def load_photos(context: Context, ids: list[str]) -> list[list[files.Photo]]:
    """The photos of each order."""
    async with context.office.reading() as session:
        found = await files.photos_of(session, "order", ids)
    return [found.get(id, []) for id in ids]


def unit_of(info: Info, id: str) -> Unit | None:
    """A unit by id, from the library."""
    unit = info.context.office.of(Library).units.get(id) if id else None
    return Unit(id=strawberry.ID(unit.id), name=unit.name) if unit else None


def matter_of(office: Office, code: str) -> Matter | None:
    """A matter by code, from the catalogue."""
    return Matter.of(office.of(Library).catalogue.matter(code)) if code else None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a suggestion was made of; kept with the order."""

    best: dict[str, str] | None = None
    alternatives: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    confidence: str = "low"

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> Self:
        """Read back what library.frozen wrote."""
        return cls(**saved) if saved else cls()
