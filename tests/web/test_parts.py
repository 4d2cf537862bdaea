"""Files that come in parts: they go on where they broke off, whoever is asked, and become what they were."""

from datetime import UTC, datetime, timedelta

import pytest

from server.platform.files import File, Files
from server.platform.images import MOST_BYTES
from server.platform.parts import LEAST_BYTES
from tests.factories import an_id
from tests.identity.house import PASSWORD, an_office, count, hire
from tests.phones import Phone
from tests.platform.pictures import photo
from tests.web.house import serving

RAW = photo((900, 700))
PHOTO = RAW + b"\0" * max(0, 3 * LEAST_BYTES + 100 - len(RAW))  # what follows the end of a JPEG means nothing
STEP, TOTAL = LEAST_BYTES, len(PHOTO)


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
async def phone(office):
    async with serving(office) as server, Phone(server) as phone:
        await hire(office)
        yield await phone.sign_in("officer", "wg01", PASSWORD)


async def put(phone, id, start, end, *, total=TOTAL, content=None, told=None):
    span = told or f"bytes {start}-{end - 1}/{total}"
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "image/jpeg", "Content-Range": span}
    body = PHOTO[start:end] if content is None else content
    return await phone.http.put(f"/files/{id}", content=body, headers=headers)


async def how_far(phone, id):
    answer = await phone.http.head(f"/files/{id}", headers={"Authorization": f"Bearer {phone.token}"})
    return answer.headers.get("upload-offset"), answer.status_code


async def test_a_photo_in_parts_becomes_the_photo_it_was(office, phone):
    id, whole = an_id(), an_id()
    assert await how_far(phone, id) == ("0", 200)
    for start in range(0, len(PHOTO), STEP):
        answer = await put(phone, id, start, min(start + STEP, len(PHOTO)))
        last = start + STEP >= len(PHOTO)
        assert answer.status_code == (201 if last else 202), answer.text
        assert await how_far(phone, id) == ("whole" if last else str(start + STEP), 200)
    kept = (await phone.put(f"/files/{whole}", PHOTO, "image/jpeg")).json()
    assert (answer.json()["width"], answer.json()["height"]) == (kept["width"], kept["height"])
    async with office.reading() as session:
        rows = [await session.get(File, each) for each in (id, whole)]
    assert rows[0].sha256 == rows[1].sha256
    assert await office.of(Files)._parts.offset(rows[0].owner_id, id) == 0
    assert (await put(phone, id, len(PHOTO) - STEP, len(PHOTO))).status_code == 200  # told twice is kept once
    assert await count(office, File) == 2


async def test_it_goes_on_where_it_is_and_nowhere_else(office, phone):
    id = an_id()
    await put(phone, id, 0, STEP)
    ahead = await put(phone, id, 2 * STEP, 3 * STEP)
    assert (ahead.status_code, ahead.json()["code"], ahead.json()["params"]) == (
        409, "WRONG_OFFSET", {"offset": STEP},
    )  # fmt: skip
    assert (await put(phone, id, 0, STEP)).json() == {"offset": STEP}  # the answer was lost: again, no change
    assert await how_far(phone, id) == (str(STEP), 200)
    assert (await put(phone, id, STEP, len(PHOTO))).status_code == 201


@pytest.mark.parametrize(
    ("told", "size", "status"),
    [
        ("bytes 0-99/50000", 100, 400), ("bytes 5-4/50000", STEP, 400), (f"bytes 0-{STEP}/{STEP}", STEP, 400),
        (f"bytes 0-{STEP - 1}/50000", STEP + 1, 400), ("octets 0-1/2", 2, 400), ("bytes 0-*/2", 2, 400),
        (f"bytes 0-{STEP - 1}/{MOST_BYTES + 1}", STEP, 413),
    ],
)  # fmt: skip
async def test_a_part_that_fits_nowhere_is_refused_and_leaves_nothing(office, phone, told, size, status):
    id = an_id()
    answer = await put(phone, id, 0, 0, told=told, content=b"x" * size)
    assert answer.status_code == status
    assert await how_far(phone, id) == ("0", 200) and await count(office, File) == 0


async def test_parts_that_make_no_picture_are_refused_and_gone(office, phone):
    id, junk = an_id(), b"x" * (STEP + 1)
    await put(phone, id, 0, STEP, content=junk[:STEP], total=STEP + 1)
    last = await put(phone, id, STEP, STEP + 1, content=junk[STEP:], total=STEP + 1)
    assert (last.status_code, last.json()["code"]) == (415, "NOT_AN_IMAGE")
    assert await how_far(phone, id) == ("0", 200)


async def test_another_person_sees_and_continues_nothing(office, phone):
    id = an_id()
    await put(phone, id, 0, STEP)
    await hire(office, "wg02")
    mine = phone.token
    await phone.sign_in("officer", "wg02", PASSWORD)
    assert await how_far(phone, id) == ("0", 200)  # as for an id nobody has
    phone.token = mine
    await put(phone, id, STEP, len(PHOTO))
    await phone.sign_in("officer", "wg02", PASSWORD)
    assert (await how_far(phone, id))[1] == 404


async def test_parts_nobody_goes_on_with_are_forgotten(office, phone, clock):
    id = an_id()
    await put(phone, id, 0, STEP)
    clock.set(datetime.now(UTC))
    assert await office.of(Files).forget_parts() == 0
    clock.set(datetime.now(UTC) + timedelta(days=31))
    await office.of(Files).forget_parts()
    assert await office.of(Files)._parts._list("parts") == []
