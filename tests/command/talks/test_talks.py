"""A citizen who found no answer talks to a dispatcher: all that was said goes along, nobody else reads it."""

from datetime import timedelta

import pytest

from server.command.requests.rules import RequestKind
from server.command.requests.tables import CitizenRequest
from server.command.talks import queries, rules, service
from server.command.talks.flow import FLOW
from server.command.talks.service import Turn
from server.command.talks.tables import Talk, TalkMessage
from server.kernel.actors import Post
from server.kernel.errors import NotAllowed, NotFound
from server.platform.news import News
from tests.city import on_sqlite, refusal
from tests.clock import MONDAY
from tests.command.knowledge.writing import published
from tests.factories import STREET, a_citizen, an_id


@pytest.mark.parametrize("row", FLOW.steps, ids=lambda row: f"{row.source}-{row.action}")
def test_each_step_is_refused_to_every_other_post(row):
    for post in set(Post) - row.posts:
        with pytest.raises(NotAllowed):
            FLOW.step(row.source, row.action, post)


async def asked(city, by=None, *questions, area=STREET, entry_id=""):
    id = an_id()
    turns = [Turn(question, entry_id) for question in questions or ("公积金怎么提取？",)]
    await city.do(by or city.ann, service.ask, id=id, area=area, turns=turns)
    return id


async def talk(city, id):
    [row] = await city.rows(Talk, Talk.id == id)
    return row


async def said(city, id):
    rows = await city.rows(TalkMessage, TalkMessage.talk_id == id)
    return [(row.side, row.text, row.source) for row in sorted(rows, key=lambda row: row.seq)]


async def say(city, by, id, text="您好", **facts):
    await city.do(by, service.say, id=facts.pop("message", an_id()), talk_id=id, text=text, **facts)


async def test_the_whole_conversation_goes_along_and_ends(city):
    entry = await published(city)
    id = await asked(city, city.ann, "停水会通知吗？", entry_id=entry)
    assert await said(city, id) == [
        ("citizen", "停水会通知吗？", ""),
        ("book", "会，提前 24 小时通知。", "城市供水条例 第二十二条 2020-03-27"),
    ]
    await city.do(city.li, service.take, id=id)
    await say(city, city.ann, id, "那今天的呢？")
    await say(city, city.li, id, "", entry_id=entry)
    assert [(side, text) for side, text, _ in (await said(city, id))[2:]] == [
        ("citizen", "那今天的呢？"), ("desk", "会，提前 24 小时通知。"),
    ]  # fmt: skip
    await city.do(city.li, service.close, id=id)
    row = await talk(city, id)
    assert (row.state, row.agent_id, row.said, row.ended_at) == ("closed", "li", 4, city.clock())
    assert await city.verbs(id, "talk") == ["ask", "take", "close"]
    assert await city.news(id) == ["talk.ask", "talk.take", "talk.say", "talk.say", "talk.close"]
    for by in (city.ann, city.li):
        async with refusal(city.office, "ILLEGAL_STEP"):
            await say(city, by, id)


async def test_one_conversation_at_a_time_and_one_colleague_in_it(city):
    id = await asked(city)
    async with refusal(city.office, "TALK_OPEN") as refused:
        await asked(city)
    assert refused.value.params == {"talk": id}
    await city.do(city.li, service.take, id=id)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.do(city.he, service.take, id=id)
    for verb, facts in ((service.close, {"id": id}), (service.hand_back, {"id": id})):
        async with refusal(city.office, "NOT_YOUR_TALK"):
            await city.do(city.he, verb, **facts)
    async with refusal(city.office, "NOT_YOUR_TALK"):
        await say(city, city.he, id)
    await city.do(city.li, service.hand_back, id=id)
    await city.do(city.he, service.take, id=id)
    assert (await talk(city, id)).agent_id == "he"


async def test_another_persons_ids_are_not_taken_up(city):
    id = await asked(city)
    turns = [Turn("问")]
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ben, service.ask, id=id, area="", turns=turns)
    own = await asked(city, city.ben)
    async with refusal(city.office, "NOT_FOUND"):
        await say(city, city.ben, own, message=f"{id}/0")


async def test_places_in_the_queue_move_forward_and_those_who_wait_hear_of_it(city):
    ids = []
    for person in (city.ann, city.ben, a_citizen(id="cara")):
        ids.append(await asked(city, person))
        city.clock.advance(minutes=1)
    ask = "query($id: ID!) { talk(id: $id) { ahead opensAt } }"
    cara = a_citizen(id="cara")
    assert (await city.ask(cara, ask, id=ids[2]))["talk"] == {"ahead": 2, "opensAt": None}
    await city.do(city.mei, service.take, id=ids[0])
    assert (await city.ask(cara, ask, id=ids[2]))["talk"]["ahead"] == 1
    moved = (await city.rows(News, News.subject_id == ids[0]))[-1]
    assert set(moved.touches.strip("|").split("|")) == {"person:ann", service.QUEUE}
    await city.do(city.mei, service.hand_back, id=ids[0])
    assert (await city.ask(cara, ask, id=ids[2]))["talk"]["ahead"] == 2
    listed = await city.ask(city.mei, "{ talks { items { id } } talkCounts { state count } }")
    assert [each["id"] for each in listed["talks"]["items"]] == ids
    assert listed["talkCounts"] == [{"state": "WAITING", "count": 3}]


async def test_out_of_hours_the_place_is_kept_until_the_desk_opens(city):
    calendar = city.office.calendar
    assert rules.opens_at(calendar, MONDAY) is None
    night = MONDAY.replace(hour=22)
    assert rules.opens_at(calendar, night) == MONDAY.replace(hour=8) + timedelta(days=1)
    city.clock.advance(seconds=(night - city.clock()).total_seconds())
    id = await asked(city)
    found = await city.ask(city.ann, "query($id: ID!) { talk(id: $id) { ahead opensAt state } }", id=id)
    assert found["talk"]["ahead"] == 0
    assert found["talk"]["opensAt"].startswith("2026-03-03T00:00:00")  # eight o'clock in Shanghai


async def test_a_number_left_is_masked_and_called_back(city):
    id = await asked(city)
    async with refusal(city.office, "BAD_PHONE"):
        await city.do(city.ann, service.call_me, id=id, phone="123")
    await city.do(city.ann, service.call_me, id=id, phone="13800138001")
    row = await talk(city, id)
    assert (row.state, row.phone_shown) == ("call_back", "138****8001")
    assert "13800138001" not in row.phone
    seen = await city.ask(city.li, "{ talks(state: CALL_BACK) { items { mobile actions } } }")
    assert seen["talks"]["items"] == [{"mobile": "138****8001", "actions": ["CLOSE", "REGISTER"]}]
    await city.do(city.li, service.close, id=id)
    assert (await talk(city, id)).state == "closed"


async def test_it_becomes_a_request_the_citizen_follows(city):
    id, request = await asked(city), an_id()
    await city.do(city.li, service.take, id=id)
    await city.do(city.li, service.register, id=id, request_id=request, kind=RequestKind.HELP,
                  text="公积金提取不了，请帮忙。", area=STREET)  # fmt: skip
    [made] = await city.rows(CitizenRequest)
    assert (made.id, made.reporter_id, made.kind, made.area) == (request, "ann", "help", STREET)
    assert ((await talk(city, id)).state, (await talk(city, id)).request_id) == ("closed", request)
    assert (await city.lines(id, "talk"))[-1].actor_id == "li"


async def test_numbers_of_persons_are_masked_for_everybody_else(city):
    id = await asked(city, city.ann, "我的电话13800138001，证号440103199001011239")
    await city.do(city.li, service.take, id=id)
    ask = "query($id: ID!) { talk(id: $id) { question messages { side text } } }"
    own = (await city.ask(city.ann, ask, id=id))["talk"]
    assert "13800138001" in own["question"]
    seen = (await city.ask(city.li, ask, id=id))["talk"]
    assert seen["messages"] == [{"side": "CITIZEN", "text": "我的电话138****8001，证号440***********1239"}]
    assert seen["question"] == "我的电话138****8001，证号440***********1239"


@pytest.mark.parametrize("who", ["ben", "chen", "wang", "arbiter", "clerk", "lin", "bo"])
async def test_nobody_else_reaches_it(city, who):
    id, person = await asked(city), getattr(city, who)
    row = await talk(city, id)
    assert rules.sees(person, row) is False
    assert await city.office.read.lines(queries.one(person, id)) == []
    with pytest.raises((NotFound, NotAllowed)):
        await say(city, person, id)


async def test_another_streets_dispatcher_does_not_see_it_and_the_districts_does(city):
    id = await asked(city, area="440103013")
    row = await talk(city, id)
    for actor, seen in ((city.li, True), (city.mei, False)):
        assert rules.sees(actor, row) is seen
        assert bool(await city.office.read.lines(queries.one(actor, id))) is seen


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code"),
    [({"text": " "}, "NOTHING_SAID"), ({"text": "字" * 1001}, "TEXT_TOO_LONG"),
     ({"entry_id": "nothing"}, "NOT_FOUND"), ({"photo_ids": ["nothing"]}, "BAD_INPUT")],
)  # fmt: skip
async def test_what_does_not_fit_is_not_said(city, facts, code):
    id = await asked(city)
    async with refusal(city.office, code):
        await say(city, city.ann, id, **facts)


async def test_a_message_sent_twice_is_said_once_and_photos_are_shown(city):
    id, message, photo = await asked(city), an_id(), await city.photo(city.ann)
    words = """mutation($input: SayInTalk!) {
        sayInTalk(input: $input) { version messages { text photos { id } } } }"""
    told = {"id": message, "talkId": id, "text": "看图", "photoIds": [photo]}
    first = await city.ask(city.ann, words, input=told)
    assert await city.ask(city.ann, words, input=told) == first
    assert first["sayInTalk"]["messages"][1:] == [{"text": "看图", "photos": [{"id": photo}]}]


async def test_what_a_guest_asked_is_the_accounts_after_the_login(city):
    id = await asked(city, city.ben)
    await city.do(city.ann, service.hand_over, city.ben.id, city.ann.id)
    await city.do(city.ann, service.end, id=id)
    assert (await talk(city, id)).state == "closed"
