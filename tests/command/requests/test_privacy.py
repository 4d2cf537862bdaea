"""What a citizen, his neighbour and the staff read of each other: what the case needs, and no more."""

import json

import pytest

from server.command.orders.service import desk, merge
from server.command.orders.service.report import Spot
from server.command.requests.rules import Solved
from server.command.requests.service import citizen as service
from tests.city import HERE, LAMP, on_sqlite
from tests.command.requests.citizens import verb_of
from tests.factories import a_citizen, an_id

pytestmark = on_sqlite
CASE = """query ($id: ID!) { request(id: $id) {
  state stage next { code by } phone handlerName unit { id } followers place { address lon lat }
  photos { id kind } cover { id } before { id } after { id }
  timeline { verb opinion reason by { name post } photos { id } } rating { text } } }"""
ORDER = """query ($id: ID!) { order(id: $id) { reporter { name post } reporterPhone text
  timeline { verb opinion basis internal by { name } } } }"""


async def case(city, id, by):
    return (await city.ask(by, CASE, id=id))["request"]


async def merged(city):
    """Ann's case, and Ben's report of the same lamp; both have sent photos and more words."""
    photos = {who.id: [await city.photo(who) for _ in range(3)] for who in (city.ann, city.ben)}
    ids = [await city.submit(who, photo_ids=photos[who.id][:1]) for who in (city.ann, city.ben)]
    await city.move(city.li, merge.ask_merge, ids[1], into_id=ids[0], op_id=an_id())
    await city.release()
    for id, who in zip(ids, (city.ann, city.ben), strict=True):
        city.clock.advance(minutes=1)
        await verb_of(city, id, service.supply, who, text=f"{who.id}的补充", photo_ids=photos[who.id][1:2])
    return *ids, photos


async def test_two_reporters_of_one_case_do_not_read_each_other(city):
    master, other, photos = await merged(city)
    await city.bring(master, "closed")
    await city.rate(master, Solved.UNSOLVED, text="ann不满意", photo_ids=photos["ann"][2:])
    ben = await case(city, other, city.ben)
    told = json.dumps(ben, ensure_ascii=False)
    assert not any(sign in told for sign in ("ann", *photos["ann"]))
    assert [photo["id"] for photo in ben["photos"] if photo["kind"] == "BEFORE"] == photos["ben"][:2]
    assert (ben["cover"]["id"], ben["before"]["id"]) == (photos["ben"][0], photos["ben"][0])
    assert "ben的补充" in [entry["opinion"] for entry in ben["timeline"]]
    verbs = {entry["verb"].removeprefix("verb.") for entry in ben["timeline"]}
    assert {"order.report", "order.merge", "order.close", "order.reopen", "request.reopen"} <= verbs
    ann = await case(city, master, city.ann)
    told = json.dumps(ann, ensure_ascii=False)
    assert not any(sign in told for sign in ("ben", *photos["ben"]))
    assert "ann不满意" in told


async def test_what_stays_inside_the_house_is_not_in_the_citizens_timeline(city):
    id = await city.send_back(
        await city.sign(await city.dispatch(await city.submit(), override_reason="内部理由"))
    )
    await city.move(city.li, desk.decide_return, id, accept=False, opinion="内部意见")
    told = await case(city, id, city.ann)
    verbs = [entry["verb"] for entry in told["timeline"]]
    assert sorted(verbs) == [f"verb.order.{verb}" for verb in ("dispatch", "file", "report", "sign")]
    assert "内部" not in json.dumps(told, ensure_ascii=False)
    staff = (await city.ask(city.li, ORDER, id=id))["order"]["timeline"]
    assert {entry["verb"] for entry in staff if entry["internal"]} == {
        "verb.order.return", "verb.order.refuse_return",
    }  # fmt: skip
    assert [entry["basis"] for entry in staff if entry["verb"] == "verb.order.return"] == ["三定方案第三条"]


async def test_staff_see_a_citizen_as_a_citizen_and_his_number_masked(city):
    id = await city.submit(phone="13800138001")
    hidden = await city.submit(phone="13800138001", confidential=True)
    for who in (city.li, city.chen, city.lin):
        order = (await city.ask(who, ORDER, id=id))["order"]
        assert (order["reporter"], order["reporterPhone"]) == ({"name": "", "post": "CITIZEN"}, "138****8001")
        assert (await city.ask(who, ORDER, id=hidden))["order"]["reporterPhone"] is None
    assert (await case(city, hidden, city.ann))["phone"] == "138****8001"


async def test_a_neighbour_sees_what_it_is_and_about_where(city):
    id = await city.submit(matter_code=LAMP, text="我家住在恩宁路99号三楼，电话13800138001，路灯不亮")
    await city.submit(confidential=True)
    await city.bring(await city.submit(), "closed")
    query = """query ($at: PlaceInput!) { nearby(at: $at) { id title followed followers distanceM
                 place { address lon lat accuracyM } cover: reportedAt } }"""
    at = {"lon": HERE.lon + 0.00004, "lat": HERE.lat, "datum": "WGS84"}
    [shown] = (await city.ask(city.ben, query, at=at))["nearby"]
    assert (shown["id"], shown["title"], shown["distanceM"]) == (id, "路灯异常", 4)
    assert shown["place"] == {"address": None, "lon": 113.237, "lat": 23.117, "accuracyM": None}
    follow = "mutation ($id: ID!) { followCase(id: $id) { followed followers } }"
    for _ in range(2):
        assert (await city.ask(city.ben, follow, id=id))["followCase"] == {"followed": True, "followers": 1}
    [shown] = (await city.ask(a_citizen(), query, at=at))["nearby"]
    assert (shown["followed"], shown["followers"]) == (False, 1)
    assert (await city.ask(city.ann, query, at=at))["nearby"] == []  # her own is no news to her


@pytest.mark.parametrize("state", ["closed", "confidential", "unlocated"])
async def test_what_a_neighbour_may_not_see_he_cannot_follow(city, state):
    facts = {"confidential": True} if state == "confidential" else {}
    id = await city.submit(**facts)
    if state == "closed":
        await city.bring(id, "closed")
    if state == "unlocated":
        id = await city.submit(spot=Spot("440103"))
    assert await city.refused(city.ben, "mutation ($id: ID!) { followCase(id: $id) { id } }", id=id) == [
        "NOT_FOUND"
    ]
