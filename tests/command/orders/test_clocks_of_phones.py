"""Phones' clocks are wrong: what they say of a photo is kept beside our own time, where it can be true."""

from datetime import timedelta

import pytest

from server.platform.files import File
from tests.factories import an_id

SUBMIT = """mutation ($id: ID!, $photo: ID!, $taken: DateTime) { submitRequest(input: {
  id: $id, text: "路灯不亮", photoIds: [$photo], takenAt: $taken,
  place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id submittedAt cover { takenAt } } }"""
REPORT = """mutation ($id: ID!, $photo: ID!, $taken: DateTime) { reportProblem(input: {
  id: $id, matterCode: "01037", photoIds: [$photo], takenAt: $taken,
  place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id } }"""


@pytest.mark.parametrize(("who", "text"), [("ann", SUBMIT), ("chen", REPORT)], ids=["citizen", "officer"])
@pytest.mark.parametrize(
    ("ahead", "believed"),
    [
        (timedelta(hours=-4), True),  # found without a network, sent after noon
        (timedelta(seconds=30), True),
        (timedelta(hours=1), False),
        (timedelta(days=-40), False),  # older than an outbox may be: a clock that was never set
    ],
)
async def test_the_phones_time_is_kept_beside_ours_where_it_can_be_true(city, who, text, ahead, believed):
    person, id = getattr(city, who), an_id()
    photo, taken = await city.photo(person), city.clock() + ahead
    await city.ask(person, text, id=id, photo=photo, taken=taken.isoformat())
    order = await city.order(id)
    [file] = await city.rows(File, File.id == photo)
    assert file.taken_at == (taken if believed else None)
    assert order.reported_at == file.created_at == city.clock()  # deadlines count from our time


async def test_what_the_camera_wrote_into_the_file_comes_before_the_phones_word(city):
    photo, camera = await city.photo(city.ann), city.clock() - timedelta(hours=2)
    async with city.office.work(city.ann) as work:
        (await work.session.get_one(File, photo)).taken_at = camera
    taken = (city.clock() - timedelta(hours=1)).isoformat()
    await city.ask(city.ann, SUBMIT, id=an_id(), photo=photo, taken=taken)
    [file] = await city.rows(File, File.id == photo)
    assert file.taken_at == camera


async def test_sent_twice_and_late_it_is_one_report_with_its_first_time(city):
    id, photo = an_id(), await city.photo(city.ann)
    given = {"id": id, "photo": photo, "taken": (city.clock() - timedelta(hours=1)).isoformat()}
    first = await city.ask(city.ann, SUBMIT, **given)
    city.clock.advance(hours=3)
    again = await city.ask(city.ann, SUBMIT, **given)
    assert again["submitRequest"]["submittedAt"] == first["submitRequest"]["submittedAt"]
    assert len(await city.rows(File)) == 1


async def test_an_act_that_comes_before_its_report_is_refused_and_right_after_it_is_not(city):
    """On one phone the outbox keeps the order; a child that came first all the same may come again."""
    id = an_id()
    urge = "mutation ($id: ID!, $op: ID!) { urgeRequest(id: $id, opId: $op) { id } }"
    op = an_id()
    assert await city.refused(city.ann, urge, id=id, op=op) == ["NOT_FOUND"]
    await city.submit(city.ann, id=id)
    await city.dispatch(id)
    assert (await city.ask(city.ann, urge, id=id, op=op))["urgeRequest"]["id"] == id


async def test_a_time_without_a_zone_is_no_time(city):
    given = {"id": an_id(), "photo": await city.photo(city.ann), "taken": "2026-03-02T08:00:00"}
    assert await city.refused(city.ann, SUBMIT, **given) == ["BAD_QUERY"]
