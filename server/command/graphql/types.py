"""Nouns that orders, requests and supervisions show alike: places, matters, photos, people, steps, clocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, cast

import strawberry
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from server.command.catalogue import entries
from server.command.library import Library
from server.command.orders.service.report import Spot, spot_at
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column, marks
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
from server.platform.files import File, Files, PhotoKind
from server.platform.kept import kept
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


class Located(Protocol):
    """Whatever is somewhere: an order, or a spot on the way to become one."""

    @property
    def area(self) -> str: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def accuracy_m(self) -> int | None: ...
    @property
    def address(self) -> str: ...


LOCATED = frozenset({"area", "lon", "lat", "accuracy_m", "address"})  # what a place reads of an order


@strawberry.type
class Place(View[Located]):
    """Where a case is; to about 100 m, and without an address, for those who are not of the case."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    rough: strawberry.Private[bool] = False

    @field_for(needs={"address"})
    def address(self) -> str | None:
        return None if self.rough else self.row.address or None

    @field_for(needs={"lon", "lat"})
    def lon(self) -> float | None:
        """WGS-84 degrees."""
        point = self._point()
        return point.lon if point else None

    @field_for(needs={"lon", "lat"})
    def lat(self) -> float | None:
        """WGS-84 degrees."""
        point = self._point()
        return point.lat if point else None

    @field_for(needs={"accuracy_m"})
    def accuracy_m(self) -> int | None:
        return None if self.rough else self.row.accuracy_m

    @field_for(needs={"area"}, reference=True)
    def street(self, info: Info) -> Area | None:
        return self._area(info, 9)

    @field_for(needs={"area"}, reference=True)
    def community(self, info: Info) -> Area | None:
        return self._area(info, 12)

    @field_for(needs={"area"}, reference=True)
    def cell(self, info: Info) -> Area | None:
        return self._area(info, 15)

    @field_for(needs={"lon"})
    def located(self) -> bool:
        """False while the case waits to be put on the map."""
        return self.row.lon is not None

    def _point(self) -> Wgs84 | None:
        point = point_of(self.row)
        return mask_position(point) if point and self.rough else point

    def _area(self, info: Info, length: int) -> Area | None:
        code = self.row.area[:length]
        return Area.of(info.context.office.areas, code) if len(code) == length else None


def point_of(row: Located) -> Wgs84 | None:
    """Where it is, once that is known."""
    return Wgs84(row.lon, row.lat) if row.lon is not None and row.lat is not None else None


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
class MatterQuestion:
    """A short single choice whoever reports a matter is asked. Nobody has to answer."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    words: str
    answers: list[str] = strawberry.field(metadata=marks(most=8))


@strawberry.type
class GivenAnswer:
    """What was answered when it was reported, in the words that were asked."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    question: str
    answer: str

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> list["GivenAnswer"]:
        """As they are kept."""
        return [cls(**row) for row in rows]


@strawberry.input
class AnswerInput:
    """The answer to one of a matter's questions, word for word as it was offered."""

    code: str
    answer: str


def pairs(answers: Iterable[AnswerInput] | None) -> list[tuple[str, str]] | None:
    """As the services take them; None stays None."""
    return None if answers is None else [(one.code, one.answer) for one in answers]


@strawberry.type
class Matter:
    """What a case is about, from the catalogue."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    kind: entries.MatterKind
    name: str
    category: str
    questions: list[MatterQuestion] = strawberry.field(metadata=marks(most=3))

    @classmethod
    def of(cls, entry: entries.Matter) -> "Matter":
        """As the catalogue has it, which knows these very attributes."""
        return cast(Matter, entry)


@strawberry.type
class FilingRule:
    """When a matter becomes a case, how long its handling may take, what closes it."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID
    condition: str
    limit_value: float
    limit_unit: TimeUnit
    close_condition: str
    legal_basis: str | None
    collection_notes: str | None = strawberry.field(description="What whoever finds it looks at.")

    @classmethod
    def of(cls, entry: entries.FilingRule) -> Self:
        """As the catalogue has it."""
        return cls(
            id=strawberry.ID(entry.id), condition=entry.condition, limit_value=entry.limit.value,
            limit_unit=entry.limit.unit, close_condition=entry.close_condition,
            legal_basis=entry.legal_basis or None, collection_notes=entry.collection_notes or None,
        )  # fmt: skip


@strawberry.type
class Photo(View[File]):
    """A photo of a case, re-encoded and without metadata."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID = column()
    kind: PhotoKind = column(of="photo_kind")
    taken_at: datetime | None = column()  # what the camera said; the server's time rules

    @field_for(needs={"id"}, personal=True)
    def url(self, info: Info) -> str:
        """Signed for this person, for at most five minutes."""
        return info.context.office.of(Files).sign(self.row.id, "full", info.context.actor)

    @field_for(needs={"id"}, personal=True)
    def thumb_url(self, info: Info) -> str:
        """Signed for this person, for at most five minutes."""
        return info.context.office.of(Files).sign(self.row.id, "thumb", info.context.actor)

    @field_for(needs={"owner_id"})
    def by(self, info: Info) -> str | None:
        """Who took it: staff by name, nobody else's name."""
        return info.context.soon(load_staff_names, self.row.owner_id)


@strawberry.type
class Voice(View[File]):
    """A voice note of a case: sound and nothing else. Whoever sees the photos may listen."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID = column()
    at: datetime = column(of="created_at")

    @field_for(needs={"seconds"})
    def seconds(self) -> int:
        """How long it is, at most 60."""
        return self.row.seconds or 0

    @field_for(needs={"id"}, personal=True)
    def url(self, info: Info) -> str:
        """WAV, signed for this person, for at most five minutes."""
        return info.context.office.of(Files).sign(self.row.id, "voice", info.context.actor)


@strawberry.type
class Person(View[PersonRow]):
    """Who did something: staff by name and post; citizens never by name."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE

    @field_for(needs={"role", "name"})
    def name(self) -> str:
        """Empty for citizens and for the system."""
        return "" if self.row.role is CITIZEN else self.row.name

    @field_for(needs={"role", "post"})
    def post(self) -> Post | None:
        return Post.CITIZEN if self.row.role is CITIZEN else self.row.post

    @field_for(needs={"unit_id"})
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)


# ── loaders: one query for all siblings ───────────────────────────────────────────────────────────

VOICE = ("id", "seconds", "created_at", "owner_id", "attached_id")  # what is shown of a voice note
PHOTO = ("id", "photo_kind", "owner_id", "taken_at", "attached_id")  # what is shown of a file, and of whose


async def load_people(context: Context, ids: list[str]) -> list[Person | None]:
    """People by account id; "" is nobody."""
    rows = await identity.people(context.office.read, ids)
    found = {id: Person(row=row) for id, row in rows.items()}
    return [found.get(id) for id in ids]


async def load_staff_names(context: Context, ids: list[str]) -> list[str | None]:
    """Names by account id; none for citizens."""
    rows = await identity.names(context.office.read, ids)
    found = {id: name for id, (name, role) in rows.items() if role is not CITIZEN}
    return [found.get(id) for id in ids]


async def load_photos(context: Context, ids: list[str]) -> list[list[Photo]]:
    """The photos of each order, the oldest first."""
    found: dict[str, list[Photo]] = {id: [] for id in ids}
    for photo in Photo.of(await context.office.read.lines(photos_of(ids), PHOTO)):
        found[photo.row.attached_id or ""].append(photo)
    return [found[id] for id in ids]


async def load_voices(context: Context, ids: list[str]) -> list[list[Voice]]:
    """The voice notes of each order, the oldest first."""
    found: dict[str, list[Voice]] = {id: [] for id in ids}
    for voice in Voice.of(await context.office.read.lines(_voices_of(ids), VOICE)):
        found[voice.row.attached_id or ""].append(voice)
    return [found[id] for id in ids]


async def load_covers(context: Context, ids: list[str]) -> list[Photo | None]:
    """Photos of orders by their own ids."""
    photos = Photo.of(await context.office.read.lines(_covers(ids), PHOTO))
    found = {photo.row.id: photo for photo in photos}
    return [found.get(id) for id in ids]


@kept
def photos_of(ids: list[str]) -> SelectOfScalar[File]:
    """The photos of orders."""
    return files.attached("order", ids)


@kept
def _voices_of(ids: list[str]) -> SelectOfScalar[File]:
    return files.voices("order", ids)


@kept
def _covers(ids: list[str]) -> SelectOfScalar[File]:
    return files.attached("order").where(col(File.id).in_(ids))


# ── what the platform knows by heart ──────────────────────────────────────────────────────────────


def unit_of(office: Office, id: str) -> Unit | None:
    """A unit by id, from the library."""
    unit = office.of(Library).units.get(id) if id else None
    return Unit.of(unit) if unit else None


def matter_of(office: Office, code: str, ref: str = "") -> Matter | None:
    """A matter by code, from the edition `ref` of the catalogue or from the one that holds.

    None in the second before this process has taken up the edition that brought it.
    """
    entry = office.of(Library).shown(ref).matters.get(code)
    return Matter.of(entry) if entry else None


def rule_of(office: Office, id: str, ref: str) -> FilingRule | None:
    """A filing rule by id, from the edition `ref` of the catalogue. None as for a matter."""
    of = office.of(Library).shown(ref).rules.get(id.partition("-")[0], ())
    return next((FilingRule.of(rule) for rule in of if rule.id == id), None)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a suggestion was made of; kept with the order."""

    best: dict[str, str] | None = None
    alternatives: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    confidence: str = "low"
    category: str = ""
    failed: bool = False

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> Self:
        """Read back what library.frozen wrote; what others keep beside it is theirs."""
        return cls(**{name: saved[name] for name in cls.__slots__ if name in saved})
