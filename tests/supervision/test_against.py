"""An instruction about a complaint is as invisible to whom it is about as the complaint: he, his unit and his
line find it in no list, count, feed or message, and behind no figure of evaluation."""

import asyncio
from contextlib import aclosing

from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.command.orders.queries import same_kind
from server.command.requests.rules import RequestKind
from server.command.requests.service import desk
from server.graph.context import Context
from server.supervision.evaluation.service.brief import freeze
from server.supervision.evaluation.tables import EvaluationDay, OrderFacts
from server.supervision.orders import service
from server.supervision.orders.rules import SuperviseDue
from server.supervision.orders.tables import Supervision
from tests.city import LAMP, _schemas
from tests.factories import DISTRICT, a_leader, an_id

LIST = """query ($order: ID) { supervisions(open: false, orderId: $order) { total items { id } }
  mine: supervisions(open: true, mine: true) { total } }"""
LIVE = "subscription { liveSupervisions { verb supervisionId supervision { id } } }"
RANKED = '{ rankedOrders(measure: ONTIME, by: UNIT, key: "zj") { total items { id } } }'
BRIEF = """query ($day: Date!) { brief(day: $day) { sentences { figures { key n } } }
  briefOrders(day: $day, key: "new") { total next items { id } } }"""


async def complaint(city, key="person:chen", **facts):
    """A case that complains about somebody, dispatched to 区住建局, which he has nothing to do with."""
    facts = {"kind": RequestKind.COMPLAINT, "text": "路灯下收钱办事。", "against_key": key, **facts}
    id = await city.submit(**facts)
    version = (await city.request(id)).version
    await city.do(city.li, desk.make_order, id=id, version=version, matter_code="", spot=None)
    return await city.dispatch(id)


async def supervised(city, order_id):
    id = an_id()
    await city.do(
        city.lin, service.ask_issue, id=id, order_id=order_id, due=SuperviseDue.HOURS_4, text="请查"
    )
    await city.release()
    return id


async def test_it_is_in_no_list_count_or_message_of_his_line(city):
    order_id = await complaint(city)
    id = await supervised(city, order_id)
    [row] = await city.rows(Supervision)
    assert row.against == (await city.order(order_id)).against != ""
    seen = {}
    for actor in (city.mei, city.bo, city.wang, city.li, city.lin):
        told = await city.ask(actor, LIST, order=order_id)
        seen[actor.id] = told["supervisions"]["total"], [item["id"] for item in told["supervisions"]["items"]]
    assert seen == {"mei": (0, []), "bo": (0, []), "wang": (1, [id]), "li": (1, [id]), "lin": (1, [id])}
    await spread(city.office)  # where the reading begins
    city.clock.advance(days=1)
    await city.sweep()  # not signed: escalated to every leader above
    while await spread(city.office):
        pass
    notices = [row for row in await city.rows(Notice) if row.subject_kind == "supervision"]
    assert {row.person_id for row in notices} == {"wang", "tang", "lin"}
    assert {(row.no, row.unit_id) for row in notices} == {((await city.order(order_id)).no, "zj")}


async def test_not_even_that_it_moved_is_told_live(city):
    async def next_two(actor):
        heard = []
        stream = await _schemas().stream(LIVE, context_value=Context(city.office, actor))
        async with aclosing(stream) as events:
            async for event in events:
                heard.append((event.data or {})["liveSupervisions"]["supervisionId"])
                if len(heard) == 2:
                    return heard[1]

    about_chen = await complaint(city)
    plain = await city.dispatch(await city.submit())
    hears = {actor.id: asyncio.create_task(next_two(actor)) for actor in (city.mei, city.bo, city.li)}
    await asyncio.sleep(0.2)
    hidden = await supervised(city, about_chen)
    open_ = await supervised(city, plain)
    told = {who: await asyncio.wait_for(task, 10) for who, task in hears.items()}
    assert told == {"mei": open_, "bo": open_, "li": hidden}


async def test_no_hint_figure_or_list_of_evaluation_counts_it_for_his_street(city):
    order_id = await complaint(city)
    plain = await city.dispatch(await city.submit())
    assert await same_kind(city.office.read, [LAMP], city.clock()) == {LAMP: {"zj": 1}}
    for id in (order_id, plain):
        await city.confirm(await city.finish(await city.sign(id)))
    facts = {row.order_id: (row.area, row.against != "") for row in await city.rows(OrderFacts)}
    assert facts[order_id] == (DISTRICT, True)
    sums = {row.area: row.dispose for row in await city.rows(EvaluationDay)}
    assert sums == {DISTRICT: 2, DISTRICT + "006": 1, DISTRICT + "006107": 1}
    city.clock.advance(days=1)
    assert (await city.ask(city.bo, RANKED))["rankedOrders"]["total"] == 1
    assert (await city.ask(city.lin, RANKED))["rankedOrders"]["total"] == 2


async def test_a_leader_who_is_complained_about_finds_it_behind_no_figure(city):
    order_id = await complaint(city, key="person:lin")
    plain = await city.dispatch(await city.submit())
    for id in (order_id, plain):
        await city.confirm(await city.finish(await city.sign(id)))
    day = city.clock().date()
    city.clock.advance(days=1)
    while await freeze(city.office):
        pass
    other = a_leader(id="zhou")
    for actor, ids in ((city.lin, {plain}), (other, {plain, order_id})):
        ranked = (await city.ask(actor, RANKED))["rankedOrders"]
        assert (ranked["total"], {item["id"] for item in ranked["items"]}) == (len(ids), ids)
        told = (await city.ask(actor, BRIEF, day=day.isoformat()))["briefOrders"]
        assert (told["total"], {item["id"] for item in told["items"]}, told["next"]) == (len(ids), ids, None)


async def test_a_streets_brief_does_not_count_what_is_about_its_people(city):
    await complaint(city)
    await city.submit()
    day = city.clock().date()
    city.clock.advance(days=1)
    while await freeze(city.office):
        pass
    for actor, n in ((city.bo, 1), (city.lin, 2)):
        told = await city.ask(actor, BRIEF, day=day.isoformat())
        assert told["brief"]["sentences"][0]["figures"] == [{"key": "new", "n": n}], actor.id
        assert told["briefOrders"]["total"] == n
