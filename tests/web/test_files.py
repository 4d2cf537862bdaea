"""Photos and voice notes over HTTP."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.platform.files import File, Files
from server.platform.images import MOST_BYTES
from tests.factories import an_id
from tests.identity.house import PASSWORD, an_office, count, hire
from tests.phones import Phone
from tests.platform.pictures import HEIC, SECRET, exif, photo
from tests.platform.voices import voice
from tests.servers import free_port
from tests.web.house import serving

PHOTO = photo((640, 480), exif=exif())


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
async def server(office):
    async with serving(office) as server:
        yield server


@pytest.fixture
async def phone(office, server):
    await hire(office)
    async with Phone(server) as phone:
        yield await phone.sign_in("officer", "wg01", PASSWORD)


def refusal(answer: httpx.Response):
    return answer.status_code, answer.json()["code"]


async def test_a_photo_goes_in_and_comes_out_as_plain_webp(office, phone, server):
    id = an_id()
    answer = await phone.put(f"/files/{id}", PHOTO, "image/jpeg")
    kept = answer.json()
    assert answer.status_code == 201 and set(kept) == {
        "id", "url", "thumbUrl", "width", "height", "takenAt", "seconds",
    }  # fmt: skip
    assert (kept["id"], kept["width"], kept["height"], kept["takenAt"]) == (
        id,
        640,
        480,
        "2026-03-02T00:55:00Z",
    )
    async with httpx.AsyncClient(base_url=server.url) as browser:  # an <img> sends no token
        full, thumb = await browser.get(kept["url"]), await browser.get(kept["thumbUrl"])
    assert full.content[8:12] == thumb.content[8:12] == b"WEBP" and len(thumb.content) < len(full.content)
    assert SECRET not in full.content + thumb.content
    assert (
        full.headers["content-type"] == "image/webp" and full.headers["x-content-type-options"] == "nosniff"
    )
    assert full.headers["cache-control"] == "private, max-age=300, immutable"
    assert full.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_voice_goes_in_and_comes_out_as_sound_alone(office, phone, server):
    id = an_id()
    kept = (await phone.put(f"/files/{id}", voice(2), "audio/wav")).json()
    assert (kept["seconds"], kept["width"], kept["thumbUrl"]) == (2, 0, "")
    async with httpx.AsyncClient(base_url=server.url) as browser:
        heard = await browser.get(kept["url"])
    assert heard.content == voice(2) and heard.headers["content-type"] == "audio/wav"
    assert heard.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert refusal(await phone.put(f"/files/{an_id()}", PHOTO, "audio/wav")) == (400, "NOT_A_VOICE")
    assert refusal(await phone.put(f"/files/{an_id()}", voice(90), "audio/wav")) == (400, "VOICE_TOO_LONG")
    assert refusal(await phone.put(f"/files/{an_id()}", voice(2), "image/jpeg")) == (415, "NOT_AN_IMAGE")
    assert await count(office, File) == 1


async def test_sending_again_is_no_second_photo(office, phone):
    id = an_id()
    first, again = [await phone.put(f"/files/{id}", PHOTO, "image/jpeg") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200) and first.json() == again.json()
    assert await count(office, File) == 1


async def test_an_iphones_photo_and_a_photo_without_a_camera(phone):
    assert (await phone.put(f"/files/{an_id()}", HEIC, "image/heic")).json()[
        "takenAt"
    ] == "2026-03-02T00:55:00Z"
    assert (await phone.put(f"/files/{an_id()}", photo(form="PNG"), "image/png")).json()["takenAt"] is None


async def test_the_id_belongs_to_the_first_who_used_it(office, server, phone):
    id = an_id()
    await phone.put(f"/files/{id}", PHOTO, "image/jpeg")
    assert refusal(await phone.put(f"/files/{id}", photo(), "image/jpeg")) == (409, "ID_TAKEN")
    await hire(office, "wg02")
    async with Phone(server) as other:
        await other.sign_in("officer", "wg02", PASSWORD)
        for raw in (PHOTO, photo()):
            assert refusal(await other.put(f"/files/{id}", raw, "image/jpeg")) == (404, "NOT_FOUND")
    assert await count(office, File) == 1


@pytest.mark.parametrize("token", [None, "forged"])
async def test_strangers_put_nothing(office, phone, token):
    phone.token = token
    assert refusal(await phone.put(f"/files/{an_id()}", PHOTO, "image/jpeg")) == (401, "UNAUTHENTICATED")
    assert await count(office, File) == 0


async def test_guests_may_put_photos(office, server):
    async with Phone(server) as guest:
        await guest.be_guest()
        assert (await guest.put(f"/files/{an_id()}", PHOTO, "image/jpeg")).status_code == 201


@pytest.mark.parametrize(
    "kind", ["text/html", "application/pdf", "", "application/json", "multipart/form-data"]
)
async def test_what_does_not_call_itself_an_image_is_none(office, phone, kind):
    assert refusal(await phone.put(f"/files/{an_id()}", PHOTO, kind)) == (415, "NOT_AN_IMAGE")
    assert await count(office, File) == 0


@pytest.mark.parametrize(
    "raw", [b"", b"<svg onload='alert(1)'/>", b"%PDF-1.7", photo(form="GIF"), PHOTO[:5000]]
)
async def test_what_is_no_image_is_refused(office, phone, raw):
    assert refusal(await phone.put(f"/files/{an_id()}", raw, "image/jpeg")) == (415, "NOT_AN_IMAGE")
    assert await count(office, File) == 0


async def test_more_than_fifteen_megabytes_are_refused_early(office, phone):
    answer = await phone.put(f"/files/{an_id()}", PHOTO + b"\0" * MOST_BYTES, "image/jpeg")
    assert refusal(answer) == (413, "FILE_TOO_LARGE") and answer.json()["params"]["limitMb"] == 15
    assert await count(office, File) == 0


async def test_an_upload_of_untold_length_is_counted(office, phone):
    async def flood():
        for _ in range(MOST_BYTES // 65_536 + 2):
            yield b"\0" * 65_536

    answer = await phone.http.put(
        f"/files/{an_id()}", content=flood(),
        headers={"Content-Type": "image/jpeg", "Authorization": f"Bearer {phone.token}"},
    )  # fmt: skip
    assert refusal(answer) == (413, "FILE_TOO_LARGE") and await count(office, File) == 0


async def test_fifteen_megabytes_pass_the_apps_own_limit(phone):
    raw = PHOTO + b"\0" * (MOST_BYTES - len(PHOTO))
    assert (await phone.put(f"/files/{an_id()}", raw, "image/jpeg")).status_code == 201


@pytest.mark.parametrize("id", ["x", "..%2f..%2fetc%2fpasswd", "a" * 500, "%00", "name.svg"])
async def test_an_id_is_a_uuid(office, phone, id):
    answer = await phone.put(f"/files/{id}", PHOTO, "image/jpeg")
    assert answer.status_code in (400, 404) and await count(office, File) == 0


async def test_a_capital_id_is_the_same_id(office, phone):
    id = an_id()
    assert (await phone.put(f"/files/{id.upper()}", PHOTO, "image/jpeg")).json()["id"] == id
    assert (await phone.put(f"/files/{id}", PHOTO, "image/jpeg")).status_code == 200


async def test_a_tampered_or_ended_address_shows_nothing(phone, clock):
    url = (await phone.put(f"/files/{an_id()}", PHOTO, "image/jpeg")).json()["url"]
    path, query = urlsplit(url).path, dict(httpx.QueryParams(urlsplit(url).query))
    changes = [
        {"u": an_id()}, {"u": ""}, {"e": str(int(query["e"]) + 1)}, {"e": "-1"}, {"e": "9" * 30},
        {"s": "0" * 64}, {"s": "é"}, {"s": ""},
    ]  # fmt: skip
    for change in changes:
        assert refusal(await phone.http.get(path, params=query | change)) == (404, "NOT_FOUND")
    assert refusal(await phone.http.get(path.replace("full", "thumb"), params=query)) == (404, "NOT_FOUND")
    for missing in "ues":
        kept = {key: value for key, value in query.items() if key != missing}
        assert (await phone.http.get(path, params=kept)).status_code == 400
    assert (await phone.http.get(path.replace("full", "original"), params=query)).status_code == 400
    clock.advance(minutes=5)
    assert refusal(await phone.http.get(url)) == (404, "NOT_FOUND")


async def test_an_address_signed_elsewhere_in_the_house_opens_here(office, phone):
    actor = await office.of(Identity).gate.actor(phone.token or "")
    id = (await phone.put(f"/files/{an_id()}", PHOTO, "image/jpeg")).json()["id"]
    assert (await phone.http.get(office.of(Files).sign(id, "full", actor))).status_code == 200


async def test_uploads_of_one_person_are_braked(office, phone):
    actor = await office.of(Identity).gate.actor(phone.token or "")
    for _ in range(300):
        await office.of(Identity).brakes.spend(UPLOAD, actor.id)
    answer = await phone.put(f"/files/{an_id()}", PHOTO, "image/jpeg")
    assert refusal(answer) == (429, "TOO_MANY") and await count(office, File) == 0


async def test_many_photos_at_once_are_all_kept(office, phone):
    answers = await asyncio.gather(
        *(phone.put(f"/files/{an_id()}", photo((800, 600)), "image/jpeg") for _ in range(12))
    )
    assert [answer.status_code for answer in answers] == [201] * 12 and await count(office, File) == 12


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_photos_out_of_reach_are_an_outage_that_says_when_to_come_back(settings, clock):
    away = settings.model_copy(update={
        "files_url": "s3://photos", "files_endpoint": f"http://127.0.0.1:{free_port()}",
        "files_key": "key", "files_secret": "secret",
    })  # fmt: skip
    async with an_office(away, clock) as office, serving(office) as server, Phone(server) as phone:
        await hire(office)
        await phone.sign_in("officer", "wg01", PASSWORD)
        answer = await phone.put(f"/files/{an_id()}", PHOTO, "image/jpeg")
        assert refusal(answer) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert await count(office, File) == 0
