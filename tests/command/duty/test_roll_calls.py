"""点名抽查: who may be called, how he is chosen, what his answer tells, and what stays on record."""

import pytest

from server.command.duty import service as duty
from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.command.rollcalls import rules, service
from server.command.rollcalls.flow import FLOW
from server.command.rollcalls.tables import RollCall
from server.kernel.actors import Post
from server.kernel.errors import NotAllowed
from server.platform.audit import AuditLine
from tests.city import CELL, HERE, OTHER_STREET, refusal
from tests.factories import an_id

ROLLS = "{ rollCalls { id state drawnFrom atPost answeredAt person { name } by { name } cell { name } } }"
MINE = "{ myRollCall { id state by { name } } }"


async def on_duty(city, *people):
    for person in people:
        await city.do(person, duty.start, id=an_id(), cell=CELL)


async def called(city, by=None, **facts):
    return await city.do(by or city.li, service.call, **{"id": an_id(), "minutes": 10, **facts})


@pytest.mark.parametrize("row", [*FLOW.entries, *FLOW.steps], ids=lambda row: row.action + row.target)
def test_each_step_is_refused_to_every_other_post(row):
    for post in set(Post) - row.posts:
        with pytest.raises(NotAllowed):
            FLOW.step(row.source, row.action, post) if hasattr(row, "source") else FLOW.enter(
                row.action, post
            )


def test_whoever_is_not_named_is_drawn_with_the_same_chance():
    drawn = [rules.chosen({"a", "b", "c", "d"}, "") for _ in range(4_000)]
    counts = [drawn.count(each) for each in "abcd"]
    assert sum(counts) == 4_000
    assert min(counts) > 800, "each of four in about a quarter of the draws"


async def test_who_is_drawn_answers_from_where_he_is_and_only_the_cell_is_kept(city):
    await on_duty(city, city.chen, city.huang)
    await spread(city.office)
    row = await called(city)
    assert row.drawn_from == ["chen", "huang"]
    assert row.person_id in row.drawn_from
    who, other = (city.chen, city.huang) if row.person_id == "chen" else (city.huang, city.chen)
    [line] = await city.rows(AuditLine, AuditLine.verb == "roll_call.call")
    assert (line.receiver, line.detail) == (who.id, {"minutes": 10, "drawn_from": ["chen", "huang"]})
    while await spread(city.office):
        pass
    [told] = await city.rows(Notice, Notice.key == "roll_call.call")
    assert (told.person_id, told.urgent) == (who.id, True)

    assert (await city.ask(who, MINE))["myRollCall"] == {"id": row.id, "state": "OPEN", "by": {"name": "Li"}}
    assert (await city.ask(other, MINE))["myRollCall"] is None
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(other, service.answer, id=row.id, at=HERE)
    city.clock.advance(minutes=3)
    photo = await city.photo(who)
    answer = "mutation ($input: AnswerRollCall!) { answerRollCall(input: $input) }"
    place = {"lon": HERE.lon, "lat": HERE.lat, "datum": "WGS84"}
    for _ in range(2):  # sent twice it is once
        facts = {"id": row.id, "opId": row.id, "place": place, "photoIds": [photo]}
        await city.ask(who, answer, input=facts)
    assert (await city.ask(who, MINE))["myRollCall"] is None
    [told] = (await city.ask(city.mei, ROLLS))["rollCalls"]
    assert (told["state"], told["drawnFrom"], told["atPost"]) == ("ANSWERED", 2, True)
    [kept] = await city.rows(RollCall)
    assert (kept.cell, kept.answered_at) == (CELL, city.clock())
    city.clock.advance(minutes=30)
    await service.declare_missed(city.office)
    assert await city.verbs(row.id, "roll_call") == ["call", "answer"]


async def test_who_does_not_answer_is_on_record_and_an_answer_later_stays_late(city):
    await on_duty(city, city.chen)
    await spread(city.office)
    row = await called(city, minutes=5, person_id="chen")
    assert row.drawn_from == []
    city.clock.advance(minutes=5)
    for _ in range(2):
        await service.declare_missed(city.office)
    assert await city.verbs(row.id, "roll_call") == ["call", "miss"]
    while await spread(city.office):
        pass
    told = {each.person_id for each in await city.rows(Notice, Notice.key == "roll_call.miss")}
    assert {"chen", "li"} <= told
    await city.do(city.chen, service.answer, id=row.id, at=OTHER_STREET)
    [told] = (await city.ask(city.li, ROLLS))["rollCalls"]
    assert (told["state"], told["atPost"]) == ("LATE", False)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.do(city.chen, service.answer, id=row.id, at=HERE)


async def test_off_duty_nobody_is_called_and_nobody_answers(city):
    async with refusal(city.office, "NOBODY_TO_CALL"):
        await called(city)
    await on_duty(city, city.chen, city.li)
    for facts, code in (({"person_id": "huang"}, "NOBODY_TO_CALL"), ({"person_id": "li"}, "NOBODY_TO_CALL"),
                        ({"minutes": 7}, "BAD_INPUT"), ({"by": city.chen}, "NOT_ALLOWED"),
                        ({"by": city.arbiter}, "NOT_ALLOWED")):  # fmt: skip
        async with refusal(city.office, code):
            await called(city, **facts)
    row = await called(city)
    async with refusal(city.office, "NOBODY_TO_CALL"):
        await called(city)  # he was called already
    await city.do(city.chen, duty.end)
    async with refusal(city.office, "NOT_ON_DUTY"):
        await city.do(city.chen, service.answer, id=row.id, at=HERE)
    assert await city.refused(city.wang, ROLLS) == ["NOT_ALLOWED"]
    assert await city.refused(city.chen, ROLLS) == ["NOT_ALLOWED"]
