"""Photos are kept once, shown to one person for five minutes, and attached by who took them."""

import asyncio
import hashlib
import urllib.request
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import obstore
import pytest
from moto.server import ThreadedMotoServer

from server.kernel.errors import BadInput, NotFound
from server.platform import files
from server.platform.files import File, Files, IdTaken, PhotoKind
from server.platform.images import MOST_BYTES, FileTooLarge, NotAnImage
from server.platform.parts import Span
from server.platform.shelves import store_of
from server.platform.sounds import NotAVoice, VoiceTooLong
from server.settings import Settings
from tests.factories import a_citizen, an_id, an_officer
from tests.identity.house import an_office, count
from tests.platform.pictures import HEIC, exif, photo
from tests.platform.voices import voice
from tests.servers import free_port

RED, BLUE = photo((400, 300), exif=exif()), photo((300, 400))
LARGE = photo((2000, 1500), quality=100)


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
def room(office):
    return office.of(Files)


async def body(raw, size=65_536):
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


async def keep(room, actor, raw=RED, id=None):
    file, _ = await room.keep(actor, id or an_id(), body(raw))
    return file.id


async def attach(office, actor, ids, subject="s1", kind="order", photo_kind=PhotoKind.BEFORE, **rest):
    async with office.work(actor) as work:
        await files.claim(work, ids, kind, subject, photo_kind, **rest)


async def show(room, url, **changed):
    parts = urlsplit(url)
    _, _, id, variant = parts.path.split("/")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    facts = {
        "id": id,
        "variant": variant,
        "person": query["u"],
        "ends": int(query["e"]),
        "signature": query["s"],
    }
    facts |= changed
    shown = await room.show(facts.pop("id"), facts.pop("variant"), **facts)
    webp = b"".join([part async for part in shown.parts])
    assert len(webp) == shown.size
    return webp


def stored(office):
    return sorted(path.name for path in (office.settings.data_dir / "files").rglob("*.webp"))


async def test_a_photo_is_kept_with_what_is_known_of_it(office, room, clock):
    grid_officer, id = an_officer(), an_id()
    file, new = await room.keep(grid_officer, id, body(RED))
    assert new and (file.id, file.owner_id, file.width, file.height) == (id, grid_officer.id, 400, 300)
    assert (file.sha256, file.bytes) == (hashlib.sha256(RED).hexdigest(), len(RED))
    assert file.taken_at == clock() - timedelta(minutes=5) and file.created_at == clock()
    assert (round(file.taken_lon or 0, 3), round(file.taken_lat or 0, 3)) == (113.237, 23.117)
    assert stored(office) == ["full.webp", "thumb.webp"] and await count(office, File) == 1


async def test_again_is_the_same_photo(office, room):
    actor, id = an_officer(), an_id()
    first, new = await room.keep(actor, id, body(RED))
    again, once_more = await room.keep(actor, id, body(RED, size=7))
    assert (new, once_more) == (True, False)
    assert again.model_dump() == first.model_dump() and await count(office, File) == 1


async def test_two_phones_at_once_keep_one_photo(office, room):
    actor, id = an_officer(), an_id()
    answers = await asyncio.gather(*(room.keep(actor, id, body(RED)) for _ in range(6)))
    assert sorted(new for _, new in answers) == [False] * 5 + [True]
    assert len({file.sha256 for file, _ in answers}) == 1 and await count(office, File) == 1


async def test_racing_other_bytes_under_one_id_lose_and_replace_nothing(office, room):
    actor, id = an_officer(), an_id()
    answers = await asyncio.gather(
        room.keep(actor, id, body(RED)), room.keep(actor, id, body(BLUE)), return_exceptions=True
    )
    [kept] = [answer for answer in answers if not isinstance(answer, BaseException)]
    [lost] = [answer for answer in answers if isinstance(answer, BaseException)]
    assert isinstance(lost, IdTaken) and await count(office, File) == 1
    shown = await show(room, room.sign(id, "full", actor))
    assert len(shown) > 0 and (kept[0].width, kept[0].height) in {(400, 300), (300, 400)}


async def test_an_id_takes_no_other_bytes(office, room):
    actor = an_officer()
    id = await keep(room, actor)
    with pytest.raises(IdTaken):
        await keep(room, actor, BLUE, id)
    assert await count(office, File) == 1


@pytest.mark.parametrize("raw", [RED, BLUE])
async def test_somebody_elses_id_looks_like_no_id(room, raw):
    id = await keep(room, an_officer())
    with pytest.raises(NotFound):
        await keep(room, an_officer(), raw, id)


@pytest.mark.parametrize("raw", [b"", b"<svg/>", b"GIF89a", RED[:500], HEIC[:300]])
async def test_what_is_no_photo_leaves_nothing_behind(office, room, raw):
    with pytest.raises(NotAnImage):
        await keep(room, an_officer(), raw)
    assert await count(office, File) == 0 and stored(office) == []


async def test_too_much_is_refused_while_it_streams(office, room):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 65_536
            yield b"\0" * 65_536

    with pytest.raises(FileTooLarge) as refusal:
        await room.keep(an_officer(), an_id(), endless())
    assert refusal.value.params["limitMb"] == 15 and sent <= MOST_BYTES + 65_536
    assert await count(office, File) == 0


async def test_fifteen_megabytes_are_not_too_much(room):
    raw = RED + b"\0" * (MOST_BYTES - len(RED))
    file, new = await room.keep(an_officer(), an_id(), body(raw))
    assert new and file.bytes == MOST_BYTES


async def test_an_address_shows_the_photo_for_at_most_five_minutes(room, clock):
    actor = an_officer()
    url = room.sign(await keep(room, actor), "thumb", actor)
    assert (await show(room, url))[8:12] == b"WEBP"
    clock.advance(minutes=4)
    await show(room, url)
    clock.advance(minutes=1)
    with pytest.raises(NotFound):
        await show(room, url)


async def test_an_address_stays_the_same_for_a_minute(room, clock):
    actor, id = an_officer(), an_id()
    clock.set(clock().replace(second=0, microsecond=0))
    first = room.sign(id, "full", actor)
    clock.advance(seconds=59)
    assert room.sign(id, "full", actor) == first
    clock.advance(seconds=1)
    assert room.sign(id, "full", actor) != first


@pytest.mark.parametrize("changed", [
    {"id": "other"}, {"variant": "full"}, {"person": "other"}, {"ends": 1}, {"ends": 99_999_999_999},
    {"signature": ""}, {"signature": "é"}, {"signature": "0" * 64},
])  # fmt: skip
async def test_a_changed_address_shows_nothing(room, changed):
    actor = an_officer()
    url = room.sign(await keep(room, actor), "thumb", actor)
    with pytest.raises(NotFound):
        await show(room, url, **changed)


async def test_an_address_is_made_for_one_person(room):
    one, other = an_officer(), an_officer()
    id = await keep(room, one)
    assert room.sign(id, "full", one) != room.sign(id, "full", other)


async def test_an_address_of_a_photo_that_is_not_there_shows_nothing(room):
    with pytest.raises(NotFound):
        await show(room, room.sign(an_id(), "full", an_officer()))


async def test_photos_are_attached_once_and_found_by_subject(office, room, clock):
    actor = a_citizen()
    first = await keep(room, actor)
    clock.advance(seconds=1)
    second = await keep(room, actor, BLUE)
    await keep(room, actor)
    for _ in range(2):
        await attach(office, actor, [second, first, first])
    found = await office.read.lines(files.attached("order", ["s1", "s2"]))
    assert await office.read.lines(files.attached("request", ["s1"])) == []
    assert await office.read.lines(files.attached("order")) == found
    assert [(photo.attached_id, photo.id) for photo in found] == [("s1", first), ("s1", second)]
    assert {(photo.photo_kind, photo.owner_id) for photo in found} == {(PhotoKind.BEFORE, actor.id)}


@pytest.mark.parametrize("other", [{"subject": "s2"}, {"kind": "request"}, {"photo_kind": PhotoKind.AFTER}])
async def test_evidence_of_one_thing_is_not_evidence_of_another(office, room, other):
    actor = an_officer()
    id = await keep(room, actor)
    await attach(office, actor, [id])
    with pytest.raises(BadInput) as refusal:
        await attach(office, actor, [id], **other)
    assert refusal.value.field == "photoIds"


async def test_one_bad_photo_attaches_none(office, room):
    actor = an_officer()
    mine, foreign = await keep(room, actor), await keep(room, an_officer())
    for bad in (foreign, "nothing", an_id()):
        with pytest.raises(BadInput) as refusal:
            await attach(office, actor, [mine, bad], field="afterPhotoIds")
        assert refusal.value.field == "afterPhotoIds"
    assert await count(office, File, File.attached_id == "s1") == 0


async def promise(office, actor, *ids, **rest):
    await attach(office, actor, ids, later=True, **rest)


async def waited_for(office, subject="s1"):
    return [file.id for file in await office.read.lines(files.promised("order", [subject]))]


async def shown_of(office, subject="s1"):
    return [file.id for file in await office.read.lines(files.attached("order", [subject]))]


async def test_a_photo_that_was_promised_takes_its_place_when_it_comes_and_is_told_once(office, room, clock):
    actor, id, told = an_officer(), an_id(), []

    async def hear(work, file):
        told.append((work.actor.id, file.id, file.attached_id))

    room.on_arrival.append(hear)
    here = await keep(room, actor, BLUE)
    for _ in range(2):  # an act that is sent twice
        await promise(office, actor, here, id)
    assert (await shown_of(office), await waited_for(office)) == ([here], [id])
    assert await room.offset(actor, id) == 0
    with pytest.raises(NotFound):
        await show(room, room.sign(id, "full", actor))
    clock.advance(minutes=3)
    assert [(await room.keep(actor, id, body(RED)))[1] for _ in range(2)] == [True, False]
    assert (await shown_of(office), await waited_for(office)) == ([here, id], [])
    assert told == [(actor.id, id, "s1")] and await room.offset(actor, id) is None
    [file] = [file for file in await office.read.lines(files.attached("order")) if file.id == id]
    assert (file.photo_kind, file.sha256, file.created_at) == (
        "before",
        hashlib.sha256(RED).hexdigest(),
        clock(),
    )
    assert (file.taken_at, round(file.taken_lon, 3)) == (clock() - timedelta(minutes=8), 113.237)
    await show(room, room.sign(id, "thumb", actor))


async def test_the_phones_word_of_when_goes_with_the_promise(office, room, clock):
    actor, id = an_officer(), an_id()
    await promise(office, actor, id, taken_at=clock() - timedelta(hours=1))
    file, _ = await room.keep(actor, id, body(BLUE))
    assert file.taken_at == clock() - timedelta(hours=1)


async def test_a_voice_and_a_file_in_parts_are_kept_promises_too(office, room):
    actor, spoken, pictured = an_officer(), an_id(), an_id()
    await promise(office, actor, spoken, pictured)
    await room.keep_voice(actor, spoken, body(voice(2)))
    half = max(16 * 1024, len(LARGE) // 2)
    assert await room.add_part(actor, pictured, body(LARGE[:half]), Span(0, half, len(LARGE))) == half
    assert await room.offset(actor, pictured) == half
    await room.add_part(actor, pictured, body(LARGE[half:]), Span(half, len(LARGE) - half, len(LARGE)))
    await room.join(actor, pictured, voice=False)
    [heard] = await office.read.lines(files.voices("order", ["s1"]))
    assert (heard.id, await shown_of(office), await waited_for(office)) == (spoken, [pictured], [])


async def test_what_is_no_photo_keeps_no_promise_and_the_right_one_may_still_come(office, room):
    actor, id = an_officer(), an_id()
    await promise(office, actor, id)
    with pytest.raises(NotAnImage):
        await keep(room, actor, b"no picture", id)
    assert await waited_for(office) == [id]
    await keep(room, actor, RED, id)
    assert (await shown_of(office), await waited_for(office)) == ([id], [])


async def test_who_promises_and_who_sends_are_one_person(office, room):
    actor, other, id = an_officer(), an_officer(), an_id()
    await promise(office, actor, id)
    with pytest.raises(NotFound):
        await keep(room, other, RED, id)
    with pytest.raises(BadInput):
        await promise(office, other, id)
    theirs = await keep(room, other)
    with pytest.raises(BadInput):
        await promise(office, actor, theirs)
    assert (await waited_for(office), await shown_of(office)) == ([id], [])


@pytest.mark.parametrize(
    "ids", [["nothing"], [an_id().upper()], [an_id() for _ in range(21)]], ids=["word", "capitals", "many"]
)
async def test_only_what_can_come_is_promised(office, ids):
    with pytest.raises(BadInput) as refusal:
        await promise(office, an_officer(), *ids)
    assert refusal.value.field == "photoIds" and await count(office, File) == 0


async def test_a_promise_is_no_evidence_where_the_photo_has_to_be_there(office):
    actor, id = an_officer(), an_id()
    await promise(office, actor, id)
    with pytest.raises(BadInput):
        await attach(office, actor, [id])


async def test_a_photo_that_comes_while_it_is_promised_is_attached(office, room):
    actor, ids = an_officer(), [an_id() for _ in range(4)]
    await asyncio.gather(
        *(keep(room, actor, RED, id) for id in ids), *(promise(office, actor, id) for id in ids)
    )
    assert (sorted(await shown_of(office)), await waited_for(office)) == (sorted(ids), [])


async def test_a_guests_promise_is_kept_by_who_he_became(office, room, clock):
    guest, person, id = a_citizen(guest=True), a_citizen(), an_id()
    await promise(office, guest, id)
    async with office.work(person) as work:
        await files.hand_over(work, guest.id, person.id)
    clock.advance(days=90)
    assert await room.forget_unclaimed() == 0
    await keep(room, person, RED, id)
    assert await shown_of(office) == [id]


async def test_no_photos_are_no_work(office):
    await attach(office, an_officer(), [])


async def test_a_guests_photos_are_handed_over(office, room):
    guest, person = a_citizen(guest=True), a_citizen()
    id = await keep(room, guest)
    async with office.work(person) as work:
        await files.hand_over(work, guest.id, person.id)
    await attach(office, person, [id])
    with pytest.raises(BadInput):
        await attach(office, guest, [id])


async def test_what_nobody_claims_is_forgotten_after_a_month(office, room, clock):
    actor = an_officer()
    claimed, left = await keep(room, actor), await keep(room, actor, BLUE)
    await attach(office, actor, [claimed])
    clock.advance(days=30)
    assert await room.forget_unclaimed() == 0
    clock.advance(seconds=1)
    assert (await room.forget_unclaimed(), await room.forget_unclaimed()) == (1, 0)
    assert await count(office, File) == 1 and stored(office) == ["full.webp", "thumb.webp"]
    with pytest.raises(NotFound):
        await show(room, room.sign(left, "full", actor))
    await show(room, room.sign(claimed, "full", actor))


# ── the same on what speaks S3 ────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def s3():
    """An S3 of this run's own with one bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/photos", method="PUT")).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def shelf(request, settings):
    """Both places photos may lie in; two on S3 share a bucket under prefixes of their own."""
    if request.param == "directory":
        return store_of(settings)
    return store_of(settings.model_copy(update={
        "files_url": f"s3://photos/区县/{an_id()}", "files_endpoint": request.getfixturevalue("s3"),
        "files_key": "key", "files_secret": "secret",
    }))  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_every_store_keeps_shows_and_forgets(office, shelf, clock):
    room, actor = Files(office, store=shelf), an_officer()
    id, left = await keep(room, actor), await keep(room, actor, BLUE)
    await attach(office, actor, [id])
    for variant in ("full", "thumb"):
        assert (await show(room, room.sign(id, variant, actor)))[8:12] == b"WEBP"
    with pytest.raises(NotFound):
        await show(room, room.sign(id, "full", actor), person=an_id())
    paths = {entry["path"] async for page in obstore.list(shelf) for entry in page}
    assert {path.split("/")[1] for path in paths} == {id, left} and len(paths) == 4
    clock.advance(days=31)
    assert await room.forget_unclaimed() == 1
    paths = {entry["path"] async for page in obstore.list(shelf) for entry in page}
    assert {path.split("/")[1] for path in paths} == {id}
    assert await room.forget_unclaimed() == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_store_that_is_away_is_an_outage_and_leaves_no_row(office):
    away = office.settings.model_copy(update={
        "files_url": "s3://photos", "files_endpoint": f"http://127.0.0.1:{free_port()}",
        "files_key": "key", "files_secret": "secret",
    })  # fmt: skip
    with pytest.raises(OSError, match="away"):
        await keep(Files(office, store=store_of(away)), an_officer())
    assert await count(office, File) == 0


@pytest.mark.parametrize("url", ["ftp://city.example/photos", "/srv/photos", "gs://photos"])
def test_other_places_are_refused(tmp_path, url):
    with pytest.raises(ValueError, match="s3://"):
        store_of(Settings(data_dir=tmp_path, files_url=url))


async def test_a_voice_note_is_kept_shown_and_never_taken_for_a_photo(office, room):
    citizen, id = a_citizen(), an_id()
    file, new = await room.keep_voice(citizen, id, body(voice(2.5)))
    assert new and (file.seconds, file.width, file.height) == (3, 0, 0)
    assert await room.keep_voice(citizen, id, body(voice(2.5))) == (file, False)
    assert await show(room, room.sign(id, "voice", citizen)) == voice(2.5)
    for wrong in ("full", "thumb"):
        with pytest.raises(NotFound):
            await show(room, room.sign(id, wrong, citizen))
    picture = await keep(room, citizen)
    with pytest.raises(NotFound):
        await show(room, room.sign(picture, "voice", citizen))
    await attach(office, citizen, [id, picture])
    async with office.reading() as session:
        assert [one.id for one in await session.exec(files.attached("order", ["s1"]))] == [picture]
        assert [one.id for one in await session.exec(files.voices("order", ["s1"]))] == [id]


async def test_a_refused_voice_note_leaves_nothing(office, room):
    for raw, refusal in ((b"", NotAVoice), (RED, NotAVoice), (voice(90), VoiceTooLong)):
        with pytest.raises(refusal):
            await room.keep_voice(a_citizen(), an_id(), body(raw))
    assert await count(office, File) == 0 and list((office.settings.data_dir / "files").rglob("*.wav")) == []


async def test_a_voice_note_nobody_claimed_goes_after_a_month(office, room, clock):
    await room.keep_voice(a_citizen(), an_id(), body(voice(1)))
    clock.advance(days=31)
    assert await room.forget_unclaimed() == 1
    assert list((office.settings.data_dir / "files").rglob("*.wav")) == []
