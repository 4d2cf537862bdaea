"""A complaint about somebody: he, his unit and his line do not see, list, count, search or hear of it, and
somebody else handles it to the end."""

import asyncio
from contextlib import aclosing

import pytest

from server.command.orders.errors import NoOfficer
from server.command.orders.service import desk as orders
from server.command.orders.service.report import Spot
from server.command.orders.sight import hides
from server.command.requests import sight
from server.command.requests.rules import RequestKind, ServiceLevel
from server.command.requests.service import desk, unit, visits
from server.command.requests.tables import ReturnVisit
from server.graph.context import Context
from server.kernel.against import about, bars
from server.platform.news import News
from tests.city import _schemas, on_sqlite, refusal
from tests.factories import DISTRICT, STREET, an_id

K = RequestKind
TEXT = "网格员收钱办事，态度恶劣。"
EVERYWHERE = """{ deskRequests { total items { id } } deskCounts { count } %s
  orders(sort: NEWEST) { total items { id } } %s }"""
SEARCH = '{ deskRequests(search: "收钱") { total } orders(search: "收钱") { total } }'
LIVE = """subscription { liveDesk { verb requestId request { id } } }"""
LIVE_ORDERS = """subscription { liveOrders { verb orderId order { id } } }"""


async def complaint(city, key="person:chen", **facts):
    facts = {"text": TEXT, "spot": Spot(STREET), "against_key": key, **facts}
    return await city.submit(kind=K.COMPLAINT, **facts)


async def by(city, actor, verb, id, **facts):
    return await city.do(actor, verb, id=id, version=(await city.request(id)).version, **facts)


async def signs(city, actor):
    """Everything a list, a count or a search tells this person."""
    officer = actor.role == "officer"
    query = EVERYWHERE % (
        ("laneCounts { count } visits(open: false) { total }", "units { id }") if officer
        else ("board { open { n } newToday { n } }", "cards { id }")
    )  # fmt: skip
    told = await city.ask(actor, query)
    found = await city.ask(actor, SEARCH)
    counts = [row["count"] for row in told["deskCounts"] + told.get("laneCounts", [])]
    board = [each["n"] for each in told.get("board", {}).values()]
    lists = [told[name]["total"] for name in ("deskRequests", "orders", *(["visits"] if officer else []))]
    return sum([*counts, *board, *lists, *(each["total"] for each in found.values())])


@on_sqlite
async def test_a_party_is_found_by_card_by_name_and_in_what_was_typed(city):
    async def hits(search):
        found = await city.ask(
            city.ann, "query ($s: String!) { parties(search: $s) { key name detail } }", s=search
        )
        return {(hit["key"], hit["name"]) for hit in found["parties"]}

    card = next(cell.card for cell in city.office.areas.cells if cell.code == next(iter(city.chen.cells)))
    assert await hits(card.lower()) == {("person:chen", "Chen"), ("person:huang", "Huang")}
    assert await hits("Chen") == {("person:chen", "Chen")}
    assert await hits("Che") == set()  # nobody is found by a part of his name
    assert ("unit:cg", "区城管局") in await hits("城管")
    typed = await city.submit(kind=K.COMPLAINT, text=TEXT, spot=Spot(DISTRICT), against_text="区城管局的Zhao")
    assert (await city.request(typed)).against == about(people=["zhao"], units=["cg"])
    async with refusal(city.office, "BAD_INPUT"):
        await complaint(city, key="person:nobody")


@on_sqlite
async def test_his_line_is_whoever_ends_in_his_street(city):
    marks = (await city.request(await complaint(city))).against
    assert marks == f"|line:{STREET}|person:chen|"
    barred = {actor.id for actor in city.staff if bars(actor, marks)}
    assert barred == {"chen", "huang", "mei", "bo"}
    assert {a.id for a in city.staff if bars(a, about(units=["zj"]))} == {"wang", "tang"}
    assert not bars(city.li, about(areas=[DISTRICT]))


async def test_neither_he_nor_his_line_lists_counts_or_finds_it_and_another_unit_answers(city):
    barred = (city.chen, city.huang, city.mei, city.bo)
    before = {actor.id: await signs(city, actor) for actor in (*barred, city.li, city.lin)}
    id = await complaint(city)
    for actor in barred:
        assert await signs(city, actor) == before[actor.id], actor.id
        asked = await city.refused(actor, "query ($id: ID!) { deskRequest(id: $id) { id } }", id=id)
        assert asked == ["NOT_FOUND"]
    assert await signs(city, city.li) > before["li"]
    async with refusal(city.office, "NOT_FOUND"):
        await by(city, city.mei, desk.assign, id, unit_id="zj", opinion="")
    await by(city, city.li, desk.assign, id, unit_id="zj", opinion="请督查")
    await by(city, city.wang, unit.sign, id)
    await by(city, city.wang, unit.draft, id, text="经核查属实，已调离岗位。")
    await by(city, city.tang, unit.reply, id)
    await by(city, city.he, desk.audit, id, passed=True, answers=True, opinion="")
    await city.rate(id, level=ServiceLevel.DISSATISFIED)
    [visit] = await city.rows(ReturnVisit)
    for actor in barred:
        assert await signs(city, actor) == before[actor.id], actor.id
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.mei, visits.conclude, id=visit.id, version=1, redo=False, text="已回访")
    await city.do(city.li, visits.conclude, id=visit.id, version=1, redo=False, text="已回访")
    told = {mark for row in await city.rows(News, News.subject_id == id) for mark in row.touches.split("|")}
    assert told == {"", "person:ann", "unit:zj", "person:wang"}


async def test_it_never_goes_to_the_unit_that_is_complained_about(city):
    id = await complaint(city, key="unit:zj")
    async with refusal(city.office, "COMPLAINED_PARTY") as refused:
        await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")
    assert refused.value.field == "unitId"
    assert (await signs(city, city.wang), await signs(city, city.tang)) == (0, 0)
    await by(city, city.li, desk.assign, id, unit_id="cg", opinion="")


async def test_who_was_put_in_words_is_found_out_before_it_goes_anywhere(city):
    id = await complaint(city, key="", against_text="戴眼镜的那个")
    async with refusal(city.office, "PARTY_UNKNOWN"):
        await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")
    await by(city, city.li, desk.name_party, id, key="person:wang")
    async with refusal(city.office, "COMPLAINED_PARTY"):
        await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")
    await by(city, city.li, desk.assign, id, unit_id="cg", opinion="")


async def test_an_order_made_of_it_is_as_invisible_and_no_officer_of_his_street_is_sent(city):
    barred = (city.chen, city.huang, city.mei, city.bo)
    before = {actor.id: await signs(city, actor) for actor in barred}
    id = await complaint(city, spot=city.spot())
    await by(city, city.li, desk.make_order, id, matter_code="", spot=None)
    for actor in barred:
        assert await signs(city, actor) == before[actor.id], actor.id
    order = await city.order(id)
    assert hides(city.chen, order)
    near = "{ nearby(at: {lon: 113.237, lat: 23.117, datum: WGS84}) { id } }"
    assert (await city.ask(city.ben, near))["nearby"] == []
    with pytest.raises(NoOfficer):
        await city.move(city.li, orders.request_verify, id)
    async with refusal(city.office, "NOT_FOUND"):
        await city.move(city.mei, orders.ask_reject, id, reason="not_true", opinion="没有的事", op_id=an_id())


async def test_an_order_about_a_unit_is_not_dispatched_to_it(city):
    id = await complaint(city, key="unit:zj", spot=city.spot())
    await by(city, city.li, desk.make_order, id, matter_code="", spot=None)
    async with refusal(city.office, "COMPLAINED_PARTY"):
        await city.ask_dispatch(id)
    await city.dispatch(id, unit_id="cg", override_reason="回避")
    assert await signs(city, city.wang) == 0


@pytest.mark.parametrize(("live", "key"), [(LIVE, "liveDesk"), (LIVE_ORDERS, "liveOrders")])
async def test_not_even_that_something_moved_is_told_live(city, live, key):
    async def first_two(actor):
        """What the follower hears after `ready`: the next thing that is his to hear."""
        heard = []
        stream = await _schemas().stream(live, context_value=Context(city.office, actor))
        async with aclosing(stream) as events:
            async for event in events:
                heard.append((event.data or {})[key])
                if len(heard) == 2:
                    return heard[1]

    hears = {actor.id: asyncio.create_task(first_two(actor)) for actor in (city.mei, city.bo, city.li)}
    await asyncio.sleep(0.2)
    hidden = await complaint(city, spot=city.spot())
    await by(city, city.li, desk.make_order, hidden, matter_code="", spot=None)
    seen = await city.submit(kind=K.COMPLAINT, text="路灯太亮。", spot=city.spot())
    told = {who: await asyncio.wait_for(task, 10) for who, task in hears.items()}
    subject = "requestId" if key == "liveDesk" else "orderId"
    assert {who: event[subject] for who, event in told.items()} == {"mei": seen, "bo": seen, "li": hidden}
    assert sight.hides(city.mei, await city.request(hidden))
