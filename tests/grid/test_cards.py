"""The officer's card: genuine, replaced or unknown; who is there now; a word left, and who finds it."""

from datetime import timedelta

import pytest

from server.command.duty import service as duty
from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.grid.cards import rules, service
from server.identity import accounts, leaves
from server.identity.queries import holdings_of
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of
from tests.city import on_sqlite, refusal
from tests.clock import MONDAY
from tests.factories import a_citizen, an_id

CARD = """query ($key: String! = "") { gridCard(cardCode: "fy07x2", cardKey: $key) {
  cardCode officer { name } onDuty standingIn
  medianMinutes answers check messages { text answer by { name } } } }"""
MINE = "{ myCard { cards { cardCode key } colleagues { name } standIn { name } messages { text answer } } }"
LEAVE = """mutation ($id: ID!, $text: String!) {
  leaveMessage(opId: $id, cardCode: "FY07X2", text: $text) { text } }"""


async def card(city, key="", by=None):
    return (await city.ask(by or city.ann, CARD, key=key))["gridCard"]


async def test_a_card_says_whose_it_is_and_whether_it_still_holds(city):
    [mine] = (await city.ask(city.chen, MINE))["myCard"]["cards"]
    assert mine["cardCode"] == "FY07X2"
    told = await card(city, mine["key"])
    assert (told["officer"], told["onDuty"], told["check"]) == ({"name": "Chen"}, False, "GENUINE")
    await city.do(city.chen, duty.start, id=an_id())
    assert (await card(city))["onDuty"] is True
    assert [(await card(city, key))["check"] for key in ("", "0123456789")] == ["NOT_ASKED", "UNKNOWN"]
    async with city.office.reading() as session:
        [holding] = await session.exec(holdings_of("chen", city.clock()))
    city.clock.advance(minutes=1)
    await city.do(SYSTEM, accounts.take_post, holding.id)
    told = await card(city, mine["key"])
    assert (told["officer"], told["check"]) == ({"name": "Huang"}, "REPLACED")


async def test_a_word_left_is_answered_once_and_both_are_told(city):
    id = an_id()
    for _ in range(2):
        await city.ask(city.ann, LEAVE, id=id, text="楼道灯坏了")
    [word] = (await city.ask(city.huang, MINE))["myCard"]["messages"]
    assert word == {"text": "楼道灯坏了", "answer": ""}
    assert (await card(city, by=a_citizen(id="cara")))["messages"] == []
    city.clock.advance(minutes=20)
    await city.do(city.chen, service.answer, id=id, text="今晚七点到。")
    async with refusal(city.office, "ANSWERED_ALREADY"):
        await city.do(city.huang, service.answer, id=id, text="我去。")
    told = (await card(city))["messages"]
    assert told == [{"text": "楼道灯坏了", "answer": "今晚七点到。", "by": {"name": "Chen"}}]
    for _ in range(3):
        await spread(city.office)
    notices = {(row.key, row.person_id) for row in await city.rows(Notice)}
    assert {("message.leave", "chen"), ("message.answer", "ann")} <= notices


async def test_during_a_leave_words_go_to_the_stand_in(city):
    today = day_of(city.clock())
    await city.do(city.chen, leaves.go, stand_in_id="huang", first=today, last=today + timedelta(days=2))
    told = await card(city)
    assert (told["officer"], told["standingIn"]) == ({"name": "Huang"}, True)
    assert (await city.ask(city.chen, MINE))["myCard"]["standIn"] == {"name": "Huang"}
    await city.ask(city.ann, LEAVE, id=an_id(), text="请回电")
    for _ in range(3):
        await spread(city.office)
    assert {row.person_id for row in await city.rows(Notice, Notice.key == "message.leave")} == {"huang"}
    city.clock.advance(days=3)
    assert (await card(city))["officer"] == {"name": "Chen"}


@on_sqlite
async def test_what_is_refused(city):
    for _ in range(rules.MOST_OPEN):
        await city.do(city.ann, service.leave, id=an_id(), code="FY07X2", text="在吗")
    async with refusal(city.office, "WORDS_WAITING"):
        await city.do(city.ann, service.leave, id=an_id(), code="FY07X2", text="在吗")
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ben, service.leave, id=an_id(), code="XX0000", text="在吗")
    async with refusal(city.office, "TEXT_REQUIRED"):
        await city.do(city.ben, service.leave, id=an_id(), code="FY07X2", text=" ")
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.chen, service.answer, id=an_id(), text="在")
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.li, service.answer, id=an_id(), text="在")
    assert await city.refused(city.li, MINE) == ["NOT_ALLOWED"]


@pytest.mark.parametrize(("minutes", "median"), [((), None), ((5, 9), None), ((9, 5, 30), 9)])
def test_of_few_answers_there_is_no_median(minutes, median):
    assert rules.median_minutes((MONDAY, MONDAY + timedelta(minutes=n)) for n in minutes) == median
