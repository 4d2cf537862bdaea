"""Words and place come first: the photos follow, all are told that they do, and each takes its place."""

import pytest

from server.command.orders.service import merge
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import Solved
from server.command.requests.service import citizen as service
from server.platform.files import File, Files
from tests.city import LAMP, everything
from tests.factories import an_id
from tests.platform.pictures import photo
from tests.platform.voices import voice

SUBMIT = """mutation ($input: SubmitRequest!) {
  submitRequest(input: $input) { id no coming { count stuck } photos { id } }
}"""
REPORT = "mutation ($input: ReportProblem!) { reportProblem(input: $input) { id no } }"
SUPPLY = "mutation ($input: SupplyRequest!) { supplyRequest(input: $input) { coming { count } } }"
MINE = "query ($id: ID!) { request(id: $id) { coming { count stuck } photos { id } cover { id } } }"
ORDER = "query ($id: ID!) { order(id: $id) { coming { count stuck } photos { id } cover { id } } }"
DESK = "query ($id: ID!) { deskRequest(id: $id) { coming { count stuck } photos { id } } }"
AT = {"lon": 113.237, "lat": 23.117, "datum": "WGS84"}
RED = photo((400, 300))


async def arrives(city, who, id, raw=RED, *, voice=False):
    async def body():
        yield raw

    room = city.office.of(Files)
    await (room.keep_voice if voice else room.keep)(who, id, body())


def told(**more):
    return {"id": an_id(), "kind": "REPORT", "text": "路灯不亮。", "place": AT, **more}


async def seen(city, who, id, query=ORDER):
    [row] = (await city.ask(who, query, id=id)).values()
    return row


async def test_a_report_has_its_number_before_its_photos_and_shows_them_as_they_come(city):
    first, second = an_id(), an_id()
    input = told(photoIds=[first, second])
    for _ in range(2):  # the answer was lost, and the phone asks again
        filed = (await city.ask(city.ann, SUBMIT, input=input))["submitRequest"]
    assert (filed["coming"], filed["photos"]) == ({"count": 2, "stuck": False}, [])
    id = filed["id"]
    for who, query in ((city.ann, MINE), (city.li, ORDER), (city.lin, ORDER)):
        row = await seen(city, who, id, query)
        assert (row["coming"], row["photos"], row["cover"]) == ({"count": 2, "stuck": False}, [], None)
    version = (await city.order(id)).version
    await arrives(city, city.ann, second)
    city.clock.advance(seconds=9)
    assert (await seen(city, city.li, id))["coming"]["count"] == 1
    await arrives(city, city.ann, first)
    for who, query in ((city.ann, MINE), (city.li, ORDER), (city.lin, ORDER)):
        row = await seen(city, who, id, query)
        assert (row["coming"], [one["id"] for one in row["photos"]]) == (None, [second, first])
    assert (await seen(city, city.li, id))["cover"] == {"id": first}
    news = await city.news(id)
    assert (news.count("order.photo"), news.count("request.photo")) == (2, 2)
    assert (await city.order(id)).version == version and len(await city.rows(WorkOrder)) == 1


async def test_only_a_photo_is_a_report_too_and_the_desk_sees_that_it_is_on_its_way(city):
    filed = (await city.ask(city.ann, SUBMIT, input=told(text="", photoIds=[an_id()])))["submitRequest"]
    row = await seen(city, city.li, filed["id"])
    assert (row["coming"], row["photos"]) == ({"count": 1, "stuck": False}, [])


async def test_what_does_not_come_for_an_hour_is_named_and_may_still_come(city):
    spoken, shot = an_id(), an_id()
    input = told(photoIds=[shot], voiceIds=[spoken])
    id = (await city.ask(city.ann, SUBMIT, input=input))["submitRequest"]["id"]
    city.clock.advance(minutes=61)
    assert (await seen(city, city.li, id))["coming"] == {"count": 2, "stuck": True}
    await arrives(city, city.ann, spoken, voice(2.0), voice=True)
    city.clock.advance(days=3)
    assert (await seen(city, city.ann, id, MINE))["coming"] == {"count": 1, "stuck": True}
    await arrives(city, city.ann, shot)
    assert (await seen(city, city.ann, id, MINE))["coming"] is None


async def test_a_question_that_no_order_carries_waits_for_its_photo_at_the_desk(city):
    shot = an_id()
    input = {"id": an_id(), "kind": "CONSULT", "text": "这张单子怎么填？", "photoIds": [shot]}
    id = (await city.ask(city.ann, SUBMIT, input=input))["submitRequest"]["id"]
    assert (await seen(city, city.li, id, DESK))["coming"] == {"count": 1, "stuck": False}
    await arrives(city, city.ann, shot)
    assert await seen(city, city.li, id, DESK) == {"coming": None, "photos": [{"id": shot}]}
    assert "request.photo" in await city.news(id)


async def test_an_officers_finding_goes_ahead_but_what_he_solved_himself_does_not(city):
    before, after = an_id(), an_id()
    input = {"id": an_id(), "matterCode": LAMP, "photoIds": [before], "text": "", "place": AT}
    id = (await city.ask(city.chen, REPORT, input=input))["reportProblem"]["id"]
    assert (await seen(city, city.li, id))["coming"] == {"count": 1, "stuck": False}
    await arrives(city, city.chen, before)
    assert (await seen(city, city.li, id))["cover"] == {"id": before}
    solved = {**input, "id": an_id(), "photoIds": [an_id()], "afterPhotoIds": [after], "selfHandled": True}
    here = await city.photo(city.chen)
    was = await everything(city.office)
    for photos in (solved["photoIds"], [here]):
        assert await city.refused(city.chen, REPORT, input={**solved, "photoIds": photos}) == ["BAD_INPUT"]
    assert await everything(city.office) == was


async def test_more_words_go_ahead_of_their_photos_but_photos_that_are_the_answer_do_not(city):
    id, shot = await city.submit(), an_id()
    input = {"id": id, "version": (await city.request(id)).version, "opId": an_id(), "photoIds": [shot]}
    was = await everything(city.office)
    assert await city.refused(city.ann, SUPPLY, input=input) == ["BAD_INPUT"]
    assert await everything(city.office) == was
    input |= {"opId": an_id(), "text": "补一张近照。"}
    assert (await city.ask(city.ann, SUPPLY, input=input))["supplyRequest"]["coming"] == {"count": 1}
    await arrives(city, city.ann, shot)
    assert (await seen(city, city.li, id))["coming"] is None


async def test_a_rating_goes_ahead_of_its_photo(city):
    id, shot = await city.bring(await city.submit(), "closed"), an_id()
    await city.rate(id, Solved.UNSOLVED, text="还是不亮", photo_ids=[shot])
    assert (await seen(city, city.li, id))["coming"]["count"] == 1
    await arrives(city, city.ann, shot)
    assert {"id": shot} in (await seen(city, city.ann, id, MINE))["photos"]


async def test_a_neighbour_in_the_same_case_hears_nothing_of_it(city):
    shot = an_id()
    ids = [await city.submit(city.ann), await city.submit(city.ben, photo_ids=[shot])]
    await city.move(city.li, merge.ask_merge, ids[1], into_id=ids[0], op_id=an_id())
    await city.release()
    more = an_id()
    version = (await city.request(ids[1])).version
    await city.do(city.ben, service.supply, id=ids[1], version=version, text="还有", photo_ids=[more])
    assert (await seen(city, city.ben, ids[1], MINE))["coming"]["count"] == 2
    assert (await seen(city, city.ann, ids[0], MINE))["coming"] is None
    for id in (shot, more):
        await arrives(city, city.ben, id)
    assert "request.photo" not in await city.news(ids[0])
    assert (await city.news(ids[1])).count("request.photo") == 2


@pytest.mark.parametrize("whose", ["theirs", "promised"])
async def test_somebody_elses_photo_is_no_promise(city, whose):
    shot = an_id()
    if whose == "theirs":
        await city.photo(city.ben, shot)
    else:
        await city.ask(city.ben, SUBMIT, input=told(photoIds=[shot]))
    was = await everything(city.office)
    assert await city.refused(city.ann, SUBMIT, input=told(photoIds=[shot])) == ["BAD_INPUT"]
    assert await everything(city.office) == was
    assert {file.owner_id for file in await city.rows(File)} == {"ben"}
