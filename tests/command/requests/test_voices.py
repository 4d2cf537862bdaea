"""What was said into the phone is evidence like a photo: heard by whoever sees the case, by nobody else."""

from server.command.orders.service import merge
from server.command.requests.rules import RequestKind
from server.command.requests.service import citizen as service
from server.platform.files import Files
from tests.city import everything
from tests.command.requests.citizens import verb_of
from tests.factories import an_id
from tests.platform.voices import voice

SUBMIT = "mutation ($input: SubmitRequest!) { submitRequest(input: $input) { id voices { id seconds } } }"
SUPPLY = "mutation ($input: SupplyRequest!) { supplyRequest(input: $input) { voices { id } photos { id } } }"
MINE = "query ($id: ID!) { request(id: $id) { photos { id } voices { id seconds url } } }"
ORDER = "query ($id: ID!) { order(id: $id) { photos { id } voices { seconds url } } }"
DESK = "query ($id: ID!) { deskRequest(id: $id) { voices { seconds } } }"
AT = {"lon": 113.237, "lat": 23.117, "datum": "WGS84"}


async def said(city, who, seconds=2.0):
    """A voice note the person sent."""

    async def body():
        yield voice(seconds)

    file, _ = await city.office.of(Files).keep_voice(who, an_id(), body())
    return file.id


async def test_a_voice_alone_is_a_report_and_whoever_sees_the_case_may_listen(city):
    note = await said(city, city.ann, 11.2)
    input = {"id": an_id(), "kind": "REPORT", "place": AT, "voiceIds": [note]}
    filed = (await city.ask(city.ann, SUBMIT, input=input))["submitRequest"]
    assert filed["voices"] == [{"id": note, "seconds": 12}]
    mine = (await city.ask(city.ann, MINE, id=filed["id"]))["request"]
    assert mine["photos"] == [] and mine["voices"][0]["url"].startswith(f"/files/{note}/voice?u=ann&")
    for who in (city.li, city.lin):
        order = (await city.ask(who, ORDER, id=filed["id"]))["order"]
        assert (order["photos"], [one["seconds"] for one in order["voices"]]) == ([], [12])
        assert f"u={who.id}&" in order["voices"][0]["url"]
    assert await city.refused(city.ben, MINE, id=filed["id"]) == ["NOT_FOUND"]


async def test_a_question_without_a_place_keeps_its_voice_at_the_desk(city):
    note = await said(city, city.ann)
    input = {"id": an_id(), "kind": "CONSULT", "text": "请问居住证怎么办？", "voiceIds": [note]}
    id = (await city.ask(city.ann, SUBMIT, input=input))["submitRequest"]["id"]
    assert (await city.ask(city.li, DESK, id=id))["deskRequest"]["voices"] == [{"seconds": 2}]


async def test_more_may_be_said_later_and_a_neighbour_in_the_same_case_does_not_hear_it(city):
    ids = [await city.submit(who) for who in (city.ann, city.ben)]
    await city.move(city.li, merge.ask_merge, ids[1], into_id=ids[0], op_id=an_id())
    await city.release()
    note = await said(city, city.ben)
    version = (await city.request(ids[1])).version
    input = {"id": ids[1], "version": version, "opId": an_id(), "voiceIds": [note]}
    supplied = (await city.ask(city.ben, SUPPLY, input=input))["supplyRequest"]
    assert supplied == {"voices": [{"id": note}], "photos": []}
    assert (await city.ask(city.ann, MINE, id=ids[0]))["request"]["voices"] == []
    heard = (await city.ask(city.li, ORDER, id=ids[0]))["order"]["voices"]
    assert [one["seconds"] for one in heard] == [2]


async def test_somebody_elses_voice_is_refused_and_nothing_is_left(city):
    note = await said(city, city.ben)
    id = await city.submit(kind=RequestKind.REPORT)
    before = await everything(city.office)
    input = {"id": an_id(), "kind": "REPORT", "place": AT, "voiceIds": [note]}
    assert await city.refused(city.ann, SUBMIT, input=input) == ["BAD_INPUT"]
    assert await everything(city.office) == before
    await verb_of(city, id, service.supply, text="在路口", photo_ids=[])
