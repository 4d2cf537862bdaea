"""并入, 关联, 不是同一件: what a person decides about two cases outlives every scan."""

import asyncio
from datetime import timedelta

import pytest

from server.command.orders.pairs import Verdict
from server.command.orders.service import desk, merge
from server.command.orders.service.report import Spot, spot_of_area
from server.command.orders.tables import OrderPair, WorkOrder
from server.command.requests.service import citizen as requests
from server.command.requests.tables import Follow
from tests.city import BIN, CELL, LAMP, LAMP_RULE, NEAR, OTHER_STREET, on_sqlite, refusal
from tests.command.orders.test_split import finish, parted
from tests.factories import an_id

SIMILAR = """query ($id: ID!) { order(id: $id) {
  similar { order { id } } related { id } mergedInto { id } duplicates { id } } }"""
SCORED = "query ($id: ID!) { order(id: $id) { similar { distanceM order { id } } } }"
COMPARED = """query ($id: ID!, $other: ID!) { compareOrders(id: $id, otherId: $other) {
  order { id } other { id } distanceM minutesApart verdict intoOther intoThis } }"""


async def two(city):
    """The same lamp, reported by two people 15 m apart."""
    return await city.submit(city.ann), await city.submit(city.ben, at=NEAR)


async def decide(city, id, other, verdict=Verdict.NOT_SAME, by=None):
    await city.do(by or city.li, merge.decide, id=id, other_id=other, verdict=verdict)


async def into(city, id, master, by=None):
    await city.move(by or city.li, merge.ask_merge, id, into_id=master, op_id=an_id())


async def merged(city, id, master):
    await into(city, id, master)
    assert await city.release() == 1


async def alike(city, id):
    found = (await city.ask(city.li, SIMILAR, id=id))["order"]["similar"]
    return [each["order"]["id"] for each in found]


async def test_not_the_same_is_never_suggested_again_whatever_changes(city):
    a, b = await two(city)
    assert (await alike(city, a), await alike(city, b)) == ([b], [a])
    await decide(city, a, b)
    assert (await alike(city, a), await alike(city, b)) == ([], [])
    await city.dispatch(a, matter_code=LAMP, rule_id=LAMP_RULE)  # a new category, a new scan
    assert await alike(city, b) == []
    assert [row.verdict for row in await city.rows(OrderPair)] == ["not_same"]
    for id, other in ((a, b), (b, a)):
        [line] = [line for line in await city.lines(id) if line.verb == "order.not_same"]
        assert (line.receiver, line.actor_id) == (other, "li")


LETTER = "恩宁路口的垃圾桶满了两天没有人清，味道很大"


def somewhere(city):
    """In the district, or only in a street: nobody can measure from there."""
    street = spot_of_area(city.office.areas, CELL[:9])
    return {"text": LETTER, "spot": Spot(CELL[:6])}, {"text": LETTER + "，请处理", "spot": street}


async def test_without_an_exact_place_the_same_words_are_suggested_and_may_be_merged(city):
    nowhere, street = somewhere(city)
    a, b = await city.submit(city.ann, **nowhere), await city.submit(city.ben, **street)
    c = await city.submit(city.ann, text=LETTER)
    other = await city.submit(city.ben, text="路灯不亮，晚上很黑，走路看不清", spot=Spot(CELL[:6]))
    assert [set(await alike(city, id)) for id in (a, b, c)] == [{b, c}, {a, c}, {a, b}]
    assert await alike(city, other) == []
    shown = (await city.ask(city.li, SCORED, id=c))["order"]["similar"]
    assert [each["distanceM"] for each in shown] == [None, None]
    async with refusal(city.office, "NOT_THE_SAME_CASE"):
        await into(city, other, a)
    await decide(city, a, b)
    assert [await alike(city, id) for id in (a, b)] == [[c], [c]]
    await merged(city, a, c)
    assert await alike(city, b) == []  # c is the master of what was decided apart from it


async def test_a_street_s_label_point_is_no_place_two_reports_share(city):
    _, street = somewhere(city)
    here = {"spot": street["spot"], "matter_code": LAMP}
    a = await city.submit(city.ann, text="榕树头的路灯不亮", **here)
    b = await city.submit(city.ben, text="街尾第三盏灯坏了很久", **here)
    assert (await alike(city, a), await alike(city, b)) == ([], [])
    async with refusal(city.office, "NOT_THE_SAME_CASE"):
        await into(city, b, a)


@on_sqlite
async def test_another_day_or_another_street_is_told_of_something_else(city):
    nowhere, _ = somewhere(city)
    await city.submit(city.ann, **nowhere)
    city.clock.advance(hours=25)
    late = await city.submit(city.ben, **nowhere)
    far = await city.submit(city.ben, text=LETTER, at=OTHER_STREET)
    street = await city.submit(city.ann, text=LETTER, spot=spot_of_area(city.office.areas, CELL[:9]))
    assert set(await alike(city, late)) == {far, street}
    assert await alike(city, far) == [late] and await alike(city, street) == [late]


@on_sqlite
async def test_what_was_decided_apart_is_not_merged_from_either_side(city):
    a, b = await two(city)
    await decide(city, a, b)
    for id, other in ((a, b), (b, a)):
        async with refusal(city.office, "DECIDED_APART"):
            await into(city, id, other)


async def test_what_was_decided_about_a_duplicate_holds_of_its_master(city):
    a, b = await two(city)
    c = await city.submit(city.ann, at=NEAR)
    await decide(city, a, c)
    await merged(city, a, b)
    assert await alike(city, c) == []
    async with refusal(city.office, "DECIDED_APART"):
        await into(city, c, b)


@on_sqlite
async def test_a_decision_held_back_is_checked_again(city):
    a, b = await two(city)
    await into(city, a, b)
    await decide(city, b, a, by=city.he)
    assert (await city.release(), (await city.order(a)).state) == (0, "reported")


async def test_related_links_both_and_neither_is_suggested(city):
    a, b = await two(city)
    await decide(city, a, b, Verdict.RELATED)
    for id, other in ((a, b), (b, a)):
        shown = (await city.ask(city.li, SIMILAR, id=id))["order"]
        assert (shown["similar"], shown["related"]) == ([], [{"id": other}])
    assert (await city.order(a)).state == (await city.order(b)).state == "reported"
    await merged(city, a, b)  # a link forbids nothing


@on_sqlite
async def test_a_decision_is_taken_back_within_ten_seconds_by_its_author(city):
    a, b = await two(city)
    await decide(city, a, b)
    async with refusal(city.office, "HOLD_OVER"):
        await city.do(city.he, merge.undecide, id=a, other_id=b)
    await city.do(city.li, merge.undecide, id=b, other_id=a)
    assert (await city.rows(OrderPair), await alike(city, a)) == ([], [b])
    await decide(city, a, b)
    city.clock.advance(seconds=11)
    async with refusal(city.office, "HOLD_OVER"):
        await city.do(city.li, merge.undecide, id=a, other_id=b)


@on_sqlite
async def test_only_a_dispatcher_decides_and_only_about_what_he_sees(city):
    a, b = await two(city)
    async with refusal(city.office, "NOT_ALLOWED"):
        await decide(city, a, b, by=city.arbiter)
    async with refusal(city.office, "NOT_FOUND"):
        await decide(city, a, an_id())
    async with refusal(city.office, "NOT_THE_SAME_CASE"):
        await decide(city, a, a)
    assert await city.refused(city.wang, COMPARED, id=a, other=b) == ["NOT_ALLOWED"]


async def test_side_by_side_says_how_far_apart_and_which_may_be_kept(city):
    a = await city.submit(city.ann)
    city.clock.advance(minutes=30)
    b = await city.submit(city.ben, at=NEAR)
    told = (await city.ask(city.li, COMPARED, id=b, other=a))["compareOrders"]
    assert told == {
        "order": {"id": b}, "other": {"id": a}, "distanceM": 15, "minutesApart": 30, "verdict": None,
        "intoOther": True, "intoThis": True,
    }  # fmt: skip
    await city.dispatch(a)
    told = (await city.ask(city.li, COMPARED, id=b, other=a))["compareOrders"]
    assert (told["intoOther"], told["intoThis"]) == (True, False)
    await decide(city, a, b)
    told = (await city.ask(city.li, COMPARED, id=b, other=a))["compareOrders"]
    assert (told["verdict"], told["intoOther"], told["intoThis"]) == ("NOT_SAME", False, False)


async def test_two_cases_never_go_into_each_other(city):
    a, b = await two(city)
    await into(city, a, b)
    async with refusal(city.office, "MERGING_ALREADY"):
        await into(city, b, a, city.he)
    assert await city.release() == 1
    async with refusal(city.office, "NOT_THE_SAME_CASE"):
        await into(city, b, a, city.he)


async def test_even_when_both_are_let_go_at_once(city):
    a, b = await two(city)
    told = await asyncio.gather(
        city.do(city.li, merge.merge, {"id": a, "into_id": b}),
        city.do(city.he, merge.merge, {"id": b, "into_id": a}),
        return_exceptions=True,
    )
    states = [(await city.order(id)).state for id in (a, b)]
    assert sorted(states) == ["merged", "reported"]
    assert sum(isinstance(each, Exception) for each in told) == 1


async def test_reporters_and_followers_stay_with_the_case_to_the_end_of_the_chain(city):
    a, b = await two(city)
    c = await city.submit(city.ann, at=NEAR)
    await city.do(city.ben, requests.follow_case, a)
    await merged(city, a, b)
    assert {row.person_id for row in await city.rows(Follow, Follow.order_id == b)} == {"ann", "ben"}
    assert (await city.order(b)).likes == 2
    await merged(city, b, c)
    assert {(await city.request(id)).order_id for id in (a, b, c)} == {c}
    assert (await city.order(c)).likes == 2  # ann and ben, each once
    await city.bring(c, "closed")
    assert {(await city.request(id)).state for id in (a, b, c)} == {"visiting"}
    shown = (await city.ask(city.li, SIMILAR, id=c))["order"]
    assert (shown["duplicates"], shown["mergedInto"]) == ([{"id": b}], None)
    assert (await city.ask(city.li, SIMILAR, id=a))["order"]["mergedInto"] == {"id": b}
    async with city.office.work(city.li) as work:
        assert await desk.master_of(work, a) == c


async def test_a_split_case_takes_duplicates_and_its_parts_take_none(city):
    a, (lamps, bins) = await parted(city)
    b = await city.submit(city.ben, at=NEAR)
    async with refusal(city.office, "PART_OF_A_CASE"):
        await into(city, b, lamps)
    assert await alike(city, b) == [a]
    await merged(city, b, a)
    await finish(city, lamps, city.wang, "已更换")
    await finish(city, bins, city.zhao, "已清运")
    assert {(await city.request(id)).state for id in (a, b)} == {"visiting"}


@on_sqlite
@pytest.mark.parametrize("facts", [{"at": NEAR, "matter_code": BIN}, {"hours": 25}])
async def test_another_kind_or_another_day_is_not_the_same(city, facts):
    a = await city.submit(city.ann, matter_code=LAMP)
    city.clock.advance(hours=facts.get("hours", 0))
    b = await city.submit(city.ben, matter_code=facts.get("matter_code", LAMP))
    async with refusal(city.office, "NOT_THE_SAME_CASE"):
        await into(city, b, a)
    assert (await city.order(b)).reported_at - (await city.order(a)).reported_at == timedelta(
        hours=facts.get("hours", 0)
    )
    assert len(await city.rows(WorkOrder)) == 2


@on_sqlite
async def test_what_others_keep_beside_a_suggestion_hides_no_duplicate(city):
    a, b = await two(city)
    async with city.office.work(city.li) as work:
        order = await work.session.get_one(WorkOrder, a)
        order.suggestion = {**order.suggestion, "routed": {"rule": "somebody else's"}}
    assert (await alike(city, a), await alike(city, b)) == ([b], [a])
