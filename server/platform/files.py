"""Photos and voice notes: taken in under limits, written anew, shown through addresses that are signed."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import ObjectStore
from sqlalchemy import Index, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.kernel.actors import SYSTEM, Actor
from server.kernel.errors import BadInput, CityError, NotFound
from server.kernel.ids import an_id
from server.platform import sounds
from server.platform.db import UtcDateTime
from server.platform.images import MOST_BYTES, FileTooLarge, NotAnImage, develop
from server.platform.parts import LEAST_BYTES, Parts, Span
from server.platform.shelves import reachable, store_of
from server.platform.vault import Vault
from server.platform.work import Office, Work

Variant = Literal["full", "thumb", "voice"]
PICTURE: tuple[Variant, ...] = ("full", "thumb")
SOUND: tuple[Variant, ...] = ("voice",)
Made = tuple[Mapping[str, Any], Mapping[Variant, bytes]]  # what is known of a file, and what is stored of it
SIGNED_SECONDS = 300  # an address opens at most this long
ROUND_SECONDS = 60  # and stays the same for a minute, so that browsers may keep the picture
DEVELOPED_AT_ONCE = 2  # each holds up to 150 MB of pixels
FORGOTTEN_AFTER = timedelta(days=30)  # as long as an idempotency key: an outbox may be that late
FORGOTTEN_AT_ONCE = 100
SKEW = timedelta(minutes=2)  # what a right clock may be ahead
MOST_PROMISED = 20  # in one act: nine photos and what was said, twice over
STUCK_AFTER = timedelta(hours=1)  # a phone that is at it has long sent the next one


class IdTaken(CityError):
    """The same id came with other bytes."""

    code = "ID_TAKEN"


class PhotoKind(StrEnum):
    """What a photo is to its subject."""

    BEFORE = "before"
    AFTER = "after"
    VERIFY = "verify"
    CHECK = "check"
    RATING = "rating"
    REPLY = "reply"


class File(SQLModel, table=True):
    """One photo or voice note. Written once; attached once, to what it is evidence of.

    Acts that go ahead of their photos promise them: a row then has its place, and no bytes until they come.
    """

    __table_args__ = (Index("file_attached", "attached_kind", "attached_id"),)

    id: str = Field(primary_key=True)  # UUID minted on the phone
    owner_id: str = Field(index=True)
    sha256: str  # of the bytes as sent
    bytes: int  # as sent; 0 while it is only promised
    width: int  # 0 of a voice note
    height: int
    seconds: int | None = None  # how long a voice note is; null of a photo
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)  # when it came, or was promised
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the camera's word
    taken_lon: float | None = None
    taken_lat: float | None = None
    attached_kind: str | None = None
    attached_id: str | None = None
    photo_kind: str | None = None


Arrival = Callable[[Work, File], Awaitable[None]]
PLACE = {"id", "owner_id", "attached_kind", "attached_id", "photo_kind"}  # what a promise fixes


@dataclass(frozen=True, slots=True)
class Shown:
    """A file on its way out: how many bytes, and the bytes."""

    size: int
    parts: AsyncIterator[bytes]


class Files:
    """Keeps files in a store and signs their addresses. What kind of file it is stands in no store's header:
    every photo is WebP, every voice note WAV. Raises OSError when the store is away."""

    def __init__(self, office: Office, *, store: ObjectStore | None = None) -> None:
        self._office = office
        self._store = store or store_of(office.settings)
        self._parts = Parts(self._store)
        self._key = office.of(Vault).derive("file addresses")
        self.on_arrival: list[Arrival] = []  # who is told of a promised file, in the same unit of work
        self._developing = asyncio.Semaphore(DEVELOPED_AT_ONCE)
        self.develop: Callable[[bytes], Made] = developed  # or what remembers, where one picture comes often

    async def keep(self, actor: Actor, id: str, body: AsyncIterator[bytes]) -> tuple[File, bool]:
        """Take a photo in; False when the same person sent the same bytes under this id before.

        Raises NotAnImage, FileTooLarge, IdTaken, or NotFound when the id is somebody else's.
        """
        raw = await _read(body, MOST_BYTES, FileTooLarge, NotAnImage)
        return await self._keep(actor, id, raw, self.develop)

    async def keep_voice(self, actor: Actor, id: str, body: AsyncIterator[bytes]) -> tuple[File, bool]:
        """Take a voice note in, as `keep` does a photo. Raises NotAVoice, VoiceTooLong, IdTaken, NotFound."""
        raw = await _read(body, sounds.MOST_BYTES, sounds.VoiceTooLong, sounds.NotAVoice)
        return await self._keep(actor, id, raw, _sound)

    async def offset(self, actor: Actor, id: str) -> int | None:
        """How many bytes of a file are here; None when it is kept. Raises NotFound for somebody else's."""
        async with self._office.reading() as session:
            file = await session.get(File, id)
        if file is not None and file.owner_id != actor.id:
            raise NotFound(subject=id)
        if file is not None and file.bytes:
            return None
        with reachable():
            return await self._parts.offset(actor.id, id)

    async def add_part(self, actor: Actor, id: str, body: AsyncIterator[bytes], span: Span) -> int:
        """Take a part in; how far the file is then. Raises WrongOffset, FileTooLarge, BadInput, NotFound."""
        raw = await _read(body, MOST_BYTES, FileTooLarge, NotAnImage)
        last = span.start + len(raw) == span.total
        if span.total > MOST_BYTES:
            raise FileTooLarge
        if (
            len(raw) != span.size
            or span.start + len(raw) > span.total
            or not (last or len(raw) >= LEAST_BYTES)
        ):
            raise BadInput(field="range")
        if await self.offset(actor, id) is None:
            return span.total
        with reachable():
            return await self._parts.add(actor.id, id, span.start, raw)

    async def join(self, actor: Actor, id: str, *, voice: bool) -> tuple[File, bool]:
        """Make a file of its parts, as `keep` and `keep_voice` do of bytes; the parts go."""
        if (known := await self._mine(actor, id)) is not None:
            return known, False
        with reachable():
            raw = await self._parts.whole(actor.id, id)
        try:
            keep = self.keep_voice if voice else self.keep
            kept = await keep(actor, id, _once(raw))
        finally:  # what is no picture is none on the second try either
            with reachable():
                await self._parts.drop(actor.id, id)
        return kept

    async def forget_parts(self) -> int:
        """Remove parts of files nobody has gone on with for a month; how many."""
        with reachable():
            return await self._parts.forget(self._office.clock() - FORGOTTEN_AFTER, FORGOTTEN_AT_ONCE)

    async def _mine(self, actor: Actor, id: str) -> File | None:
        async with self._office.reading() as session:
            file = await session.get(File, id)
        return file if file is not None and file.owner_id == actor.id and file.bytes else None

    async def _keep(
        self, actor: Actor, id: str, raw: bytes, make: Callable[[bytes], Made]
    ) -> tuple[File, bool]:
        digest = hashlib.sha256(raw).hexdigest()
        if known := await self._known(actor, id, digest):
            return known, False
        async with self._developing:
            facts, parts = await asyncio.to_thread(make, raw)
        file = File(
            id=id, owner_id=actor.id, sha256=digest, bytes=len(raw), created_at=self._office.clock(), **facts
        )  # fmt: skip
        await self._put(file, parts)
        try:
            kept = await self._write(actor, file)
        except IntegrityError:  # sent by its twin, or promised, in this very moment
            kept = await self._write(actor, file)
        if kept is not None:
            return kept, True
        known = await self._known(actor, id, digest)
        assert known is not None  # rows with bytes stay
        return known, False

    async def _write(self, actor: Actor, came: File) -> File | None:
        """Its row; where it was promised that one, with the place it has, and whoever waits for it hears.
        None when its twin was faster."""
        async with self._office.work(actor) as work:
            here = await work.session.get(File, came.id, with_for_update=True)
            if here is None:
                work.session.add(came)
                return came
            if here.bytes or here.owner_id != actor.id:
                return None
            taken_at = came.taken_at or here.taken_at
            for name, value in came.model_dump(exclude=PLACE).items():
                setattr(here, name, value)
            here.taken_at = taken_at
            for tell in self.on_arrival:
                await tell(work, here)
            return here

    async def show(self, id: str, variant: Variant, *, person: str, ends: int, signature: str) -> Shown:
        """The bytes behind a signed address. Raises NotFound when the address is wrong or has ended."""
        now = self._office.clock().timestamp()
        right = hmac.compare_digest(self._signature(id, variant, person, ends).encode(), signature.encode())
        if not right or not now < ends <= now + SIGNED_SECONDS:
            raise NotFound(subject=id)
        async with self._office.reading() as session:
            file = await session.get(File, id)
        if file is None or not file.bytes or variant not in _variants(file):
            raise NotFound(subject=id)
        with reachable():
            found = await obstore.get_async(self._store, _path(file, variant))
        return Shown(found.meta["size"], (bytes(part) async for part in found.stream()))

    def sign(self, id: str, variant: Variant, actor: Actor) -> str:
        """An address that shows the photo to `actor` for at most five minutes."""
        now = int(self._office.clock().timestamp())
        ends = now - now % ROUND_SECONDS + SIGNED_SECONDS
        return f"/files/{id}/{variant}?u={actor.id}&e={ends}&s={self._signature(id, variant, actor.id, ends)}"

    async def forget_unclaimed(self) -> int:
        """Remove up to a hundred photos nobody attached to anything for a month; how many."""
        before = self._office.clock() - FORGOTTEN_AFTER
        async with self._office.work(SYSTEM) as work:
            files = (await work.session.exec(
                select(File).where(col(File.attached_id).is_(None), col(File.created_at) < before)
                .limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
            )).all()  # fmt: skip
            for file in files:
                await work.session.delete(file)
        for file in files:
            with suppress(FileNotFoundError, NotFoundError):
                await obstore.delete_async(self._store, [_path(file, one) for one in _variants(file)])
        return len(files)

    async def _known(self, actor: Actor, id: str, digest: str) -> File | None:
        async with self._office.reading() as session:
            file = await session.get(File, id)
        if file is not None and file.owner_id != actor.id:
            raise NotFound(subject=id)
        if file is None or not file.bytes:
            return None
        if file.sha256 != digest:
            raise IdTaken(subject=id)
        return file

    async def _put(self, file: File, parts: Mapping[Variant, bytes]) -> None:
        with reachable():
            for variant, part in parts.items():
                await obstore.put_async(self._store, _path(file, variant), part)

    def _signature(self, id: str, variant: Variant, person: str, ends: int) -> str:
        text = f"{id}/{variant}/{person}/{ends}"
        return hmac.digest(self._key, text.encode(), hashlib.sha256).hex()


async def claim(
    work: Work, ids: Sequence[str], kind: str, subject_id: str, photo_kind: PhotoKind, *,
    field: str = "photoIds", taken_at: datetime | None = None, later: bool = False,
) -> Sequence[File]:  # fmt: skip
    """Attach files the actor sent to a subject; again the same is no change. Raises BadInput naming `field`
    when one is unknown, somebody else's, or evidence of something else.

    `later`: those that are not here yet are promised, and take their place when they come.

    `taken_at` is the phone's word of when, kept beside our own time where the file itself says nothing and
    the word can be true: phones' clocks are often wrong, and a future one is no fact.
    """
    wanted = set(ids)
    if not wanted:
        return ()
    files = (await work.session.exec(select(File).where(col(File.id).in_(wanted)).with_for_update())).all()
    place = (kind, subject_id, photo_kind)
    told = taken_at if taken_at and work.now - FORGOTTEN_AFTER <= taken_at <= work.now + SKEW else None
    for file in files:
        if file.owner_id != work.actor.id or not (file.bytes or later):
            raise BadInput(field=field)
        file.taken_at = file.taken_at or told
        if file.attached_id is None:
            file.attached_kind, file.attached_id, file.photo_kind = place
        elif (file.attached_kind, file.attached_id, file.photo_kind) != place:
            raise BadInput(field=field)
    missing = wanted - {file.id for file in files}
    if missing and not (
        later and len(missing) <= MOST_PROMISED and all(an_id(id, field=field) == id for id in missing)
    ):
        raise BadInput(field=field)
    work.session.add_all(
        File(id=id, owner_id=work.actor.id, sha256="", bytes=0, width=0, height=0, created_at=work.now,
             taken_at=told, attached_kind=kind, attached_id=subject_id, photo_kind=photo_kind)
        for id in missing
    )  # fmt: skip
    return files


def attached(kind: str, ids: Collection[str] | None = None) -> SelectOfScalar[File]:
    """The photos of subjects of a kind, all of them or those of `ids`, the oldest first."""
    return _attached(kind, ids).where(col(File.seconds).is_(None))


def voices(kind: str, ids: Collection[str]) -> SelectOfScalar[File]:
    """The voice notes of subjects of a kind, the oldest first."""
    return _attached(kind, ids).where(col(File.seconds).is_not(None))


def promised(kind: str, ids: Collection[str]) -> SelectOfScalar[File]:
    """What subjects of a kind still wait for, the oldest promise first."""
    rows = select(File).where(File.attached_kind == kind, col(File.attached_id).in_(ids), File.bytes == 0)
    return rows.order_by(col(File.created_at), col(File.id))


def _attached(kind: str, ids: Collection[str] | None) -> SelectOfScalar[File]:
    rows = select(File).where(File.attached_kind == kind, col(File.bytes) > 0)
    rows = rows.order_by(col(File.created_at), col(File.id))
    return rows if ids is None else rows.where(col(File.attached_id).in_(ids))


def owned(owner_id: str) -> SelectOfScalar[File]:
    """What a person sent, the oldest first."""
    rows = select(File).where(File.owner_id == owner_id, col(File.bytes) > 0)
    return rows.order_by(col(File.created_at), col(File.id))


async def drop_unclaimed(work: Work, owner_id: str) -> None:
    """What a person sent and attached to nothing is let go of at the next sweep."""
    long_ago = work.now - FORGOTTEN_AFTER - timedelta(days=1)
    his = update(File).where(col(File.owner_id) == owner_id, col(File.attached_id).is_(None))
    await work.session.exec(his.values(created_at=long_ago))


async def hand_over(work: Work, from_id: str, to_id: str, *, of: Collection[str] | None = None) -> None:
    """A guest became somebody: his files are that person's; with `of`, those of these subjects alone."""
    his = update(File).where(col(File.owner_id) == from_id)
    if of is not None:
        his = his.where(col(File.attached_id).in_(of))
    await work.session.exec(his.values(owner_id=to_id))


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw


async def _read(
    body: AsyncIterator[bytes], most: int, too_much: type[CityError], nothing: type[CityError]
) -> bytes:
    """All of it, or `too_much` as soon as it is."""
    raw = bytearray()
    async for chunk in body:
        raw += chunk
        if len(raw) > most:
            raise too_much
    if not raw:
        raise nothing
    return bytes(raw)


def developed(raw: bytes) -> Made:
    """What is known of a photo, and its variants. Raises NotAnImage, FileTooLarge."""
    picture = develop(raw)
    known: dict[str, Any] = {
        "width": picture.width, "height": picture.height, "taken_at": picture.taken_at,
    }  # fmt: skip
    if picture.taken:
        known |= {"taken_lon": picture.taken.lon, "taken_lat": picture.taken.lat}
    return known, {"full": picture.full, "thumb": picture.thumb}


def _sound(raw: bytes) -> Made:
    sound = sounds.listen(raw)
    return {"width": 0, "height": 0, "seconds": sound.seconds}, {"voice": sound.wav}


def _variants(file: File) -> tuple[Variant, ...]:
    return PICTURE if file.seconds is None else SOUND


def _path(file: File, variant: Variant) -> str:
    """Named after the bytes as well: a racing other photo under the same id cannot replace this one."""
    ending = "wav" if variant == "voice" else "webp"
    return f"{file.id[:2]}/{file.id}/{file.sha256[:16]}/{variant}.{ending}"
