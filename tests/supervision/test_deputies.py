"""代理人: the deputy does what the leader would, in his own name, and both are on record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.command.notices import service as notices
from server.command.orders.tables import WorkOrder
from server.kernel.against import person_mark
from server.kernel.calendar import day_of
from server.supervision.orders import service
from tests.city import refusal
from tests.factories import STREET, an_id
from tests.supervision.test_orders import act, answer, in_hand, issued, one, reply

ME = """{ me { deputy { name firstDay lastDay reason } fellowLeaders { name }
  posts { area { code } current deputyOf lastDay } } }"""
NAME = "mutation($input: NameDeputy!) { nameDeputy(input: $input) { deputy { name } } }"
END = "mutation { takeBackDeputy { deputy { name } } }"
STEPS = "query($id: ID!) { order(id: $id) { timeline { verb by { name } deputyOf { name } } } }"
MINE = "{ supervisions(mine: true) { items { issuer { name } deputy { name } actions } } }"
HEARD = "{ notices(first: 50) { items { key } } }"


@pytest.fixture
async def deputy(city):
    """bo, who leads the street, is away until tomorrow, and lin stands in for him."""
    today = day_of(city.clock())
    await city.ask(city.bo, NAME, input={
        "id": an_id(), "deputyId": "lin", "firstDay": today.isoformat(),
        "lastDay": (today + timedelta(days=1)).isoformat(), "reason": "去党校学习",
    })  # fmt: skip
    return replace(city.lin, area=STREET, deputy_of="bo")


async def test_both_see_who_stands_in_for_whom_and_until_when(city, deputy):
    today = day_of(city.clock())
    last = (today + timedelta(days=1)).isoformat()
    me = (await city.ask(city.bo, ME))["me"]
    assert me["deputy"] == {
        "name": "Lin", "firstDay": today.isoformat(), "lastDay": last, "reason": "去党校学习",
    }  # fmt: skip
    assert [each["name"] for each in me["fellowLeaders"]] == ["Lin"]
    me = (await city.ask(deputy, ME))["me"]
    assert [(each["current"], each["deputyOf"], each["lastDay"]) for each in me["posts"]] == [
        (False, None, None), (True, "Bo", last),
    ]  # fmt: skip
    assert (me["deputy"], me["fellowLeaders"]) == (None, [])
    assert (await city.ask(city.bo, END))["takeBackDeputy"]["deputy"] is None
    assert len((await city.ask(city.lin, ME))["me"]["posts"]) == 1


async def test_what_a_deputy_issues_is_the_leaders_and_says_both(city, deputy):
    order_id = await in_hand(city)
    id = await issued(city, order_id, by=deputy)
    row = await one(city, id)
    assert (row.issuer_id, row.deputy_id, row.level) == ("bo", "lin", STREET)
    [line] = await city.lines(id, "supervision")
    assert (line.actor_id, line.detail["deputy_of"]) == ("lin", "bo")
    steps = (await city.ask(city.bo, STEPS, id=order_id))["order"]["timeline"]
    assert (steps[0]["verb"], steps[0]["by"]["name"], steps[0]["deputyOf"]) == (
        "verb.order.supervise", "Lin", {"name": "Bo"},
    )  # fmt: skip
    for who, sees in ((city.bo, 1), (deputy, 1), (city.lin, 0)):
        items = (await city.ask(who, MINE))["supervisions"]["items"]
        assert items == [{"issuer": {"name": "Bo"}, "deputy": {"name": "Lin"},
                          "actions": ["CANCEL", "ASK"]}] * sees  # fmt: skip
    async with refusal(city.office, "NOT_ISSUER"):  # in his own post it is a colleague's
        await act(city, city.lin, service.ask, id, text="进展如何")
    await act(city, city.wang, service.sign, id)
    await reply(city, id)
    await answer(city, id, by=city.bo)
    assert (await one(city, id)).state == "closed"


async def test_a_deputy_ends_what_the_leader_issued(city, deputy):
    id = await issued(city, by=city.bo)
    await act(city, deputy, service.cancel, id, reason="已当面交办")
    line = (await city.lines(id, "supervision"))[-1]
    assert (line.verb, line.actor_id, line.detail["deputy_of"]) == ("supervision.cancel", "lin", "bo")


async def test_a_deputy_hears_what_the_leader_does_until_it_is_over(city, deputy):
    await notices.spread(city.office)
    id = await issued(city, by=city.bo)
    await act(city, city.wang, service.sign, id)
    await _spread(city)
    assert await _heard(city, city.bo) == ["supervision.sign"]
    assert await _heard(city, city.lin) == ["supervision.sign", "post.deputise"]
    await city.ask(city.bo, END)
    await reply(city, id)
    await _spread(city)
    assert (await _heard(city, city.bo))[0] == "supervision.reply"
    assert {*await _heard(city, city.lin)} == {"post.deputise", "supervision.sign", "post.recall"}


async def test_in_the_leaders_place_nobody_sees_a_complaint_about_the_leader(city, deputy):
    id = await city.submit()
    async with city.office.work(city.li) as work:
        row = await work.session.get_one(WorkOrder, id)
        row.against = person_mark("bo")
    asked = "query($id: ID!) { order(id: $id) { id } }"
    assert await city.refused(deputy, asked, id=id) == ["NOT_FOUND"]
    assert (await city.ask(city.lin, asked, id=id))["order"]["id"] == id


async def _spread(city):
    while await notices.spread(city.office):
        pass


async def _heard(city, who):
    return [each["key"] for each in (await city.ask(who, HEARD))["notices"]["items"]]
