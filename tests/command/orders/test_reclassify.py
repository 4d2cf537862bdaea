"""A wrong matter or place of a case that a unit has: routed once, clocks as if it had been right at first."""

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.service import desk, reclassify
from server.identity.tables import PostHolding
from server.kernel.calendar import Limit, TimeUnit
from server.platform.sla import DeadlineRevision
from tests.city import BIN, BIN_RULE, HERE, LAMP, LAMP_RULE, OTHER_STREET, refusal
from tests.command.orders.counting import counters_agree
from tests.command.routing.test_routes import published, rule

A = OrderAction
COVER, COVER_RULE = "01026", "01026-0"  # 沟槽盖板: three working days, 区住建局 as well
THREE_DAYS, FOUR_HOURS = Limit(3, TimeUnit.WORK_DAY), Limit(4, TimeUnit.WORK_HOUR)


async def put_right(city, id, by=None, **facts):
    facts = {
        "matter_code": COVER,
        "rule_id": COVER_RULE,
        "spot": None,
        "opinion": "现场是盖板",
        **facts,
    }
    await city.move(by or city.li, reclassify.reclassify, id, **facts)
    return id


async def in_hand(city, **facts):
    return await city.sign(await city.dispatch(await city.submit(**facts)))


async def test_the_same_unit_keeps_it_and_its_clock_counts_the_new_limit_from_its_own_start(city):
    id = await in_hand(city)
    before, promise = await city.clock_of(id, "handle"), (await city.order(id)).promised_at
    city.clock.advance(hours=30)
    await put_right(city, id)
    order, after = await city.order(id), await city.clock_of(id, "handle")
    due = city.office.calendar.due(before.started_at, THREE_DAYS)
    assert (order.matter_code, order.rule_id, order.unit_id) == (COVER, COVER_RULE, "zj")
    assert (order.state, order.handler_id, order.promised_at) == ("in_progress", "wang", promise)
    assert (after.id, after.started_at, after.due_at) == (before.id, before.started_at, due)
    assert (after.original_due_at, order.bundled_due_at, order.due_at) == (before.due_at, due, due)
    [moved] = await city.rows(DeadlineRevision, DeadlineRevision.timer_id == after.id)
    assert (moved.reason, moved.old, moved.new, moved.by) == ("reclassify", before.due_at, due, "li")
    assert (await city.verbs(id))[-2:] == ["sign", "reclassify"]
    last = (await city.lines(id))[-1]
    assert last.detail["matter"] == [LAMP, COVER] and last.opinion == "现场是盖板"
    await counters_agree(city.office)


async def test_another_units_matter_goes_there_with_its_whole_limit(city):
    id = await in_hand(city)
    first = (await city.clock_of(id, "handle")).started_at
    city.clock.advance(hours=2)
    way = 'query($id: ID!) { wayOf(id: $id, matterCode: "06042") { unit { id } byHand rule } }'
    assert (await city.ask(city.li, way, id=id))["wayOf"] == {
        "unit": {"id": "cg"},
        "byHand": False,
        "rule": None,
    }
    await put_right(city, id, matter_code=BIN, rule_id=BIN_RULE)
    order, handle = await city.order(id), await city.clock_of(id, "handle")
    assert (order.state, order.unit_id, order.handler_id) == ("dispatched", "cg", "")
    assert await city.clocks(id) == {"handle": "running", "promise": "running", "sign": "running"}
    assert (handle.started_at, handle.due_at) == (
        city.clock(),
        city.office.calendar.due(city.clock(), FOUR_HOURS),
    )
    assert order.bundled_due_at == city.office.calendar.due(first, FOUR_HOURS)  # what overtime is judged by
    assert (await city.verbs(id))[-2:] == ["reclassify", "reroute"]
    assert [line.receiver for line in (await city.lines(id))[-2:]] == ["zj", "cg"]
    await city.sign(id, city.zhao)
    assert (await city.order(id)).state == "in_progress"


async def test_a_new_place_routes_anew_unless_a_person_chose_the_unit(city):
    await published(
        city, rule(1, "sw", area="440103013"), rule(2, "hb", area=city.spot(OTHER_STREET).area[:9])
    )
    there = city.spot(OTHER_STREET)
    by_matrix = await in_hand(city)
    await put_right(city, by_matrix, matter_code=LAMP, rule_id=LAMP_RULE, spot=there)
    order = await city.order(by_matrix)
    assert (order.area, order.unit_id, order.suggestion["routed"]["no"]) == (there.area, "hb", 2)
    assert order.suggestion["routed"]["inputs"]["at"] == order.reported_at.isoformat()

    by_hand = await city.sign(
        await city.dispatch(await city.submit(), unit_id="sw", override_reason="涌边"), city.liang
    )
    await put_right(city, by_hand, matter_code=LAMP, rule_id=LAMP_RULE, spot=there)
    order = await city.order(by_hand)
    assert (order.area, order.unit_id, order.state) == (there.area, "sw", "in_progress")
    await put_right(city, by_hand, matter_code=BIN, rule_id=BIN_RULE)  # another matter: chosen no longer
    order = await city.order(by_hand)
    assert (order.unit_id, order.state, order.override_reason) == ("hb", "dispatched", "")
    await counters_agree(city.office)


async def test_dispatched_again_as_something_else_it_counts_from_the_first_dispatch(city):
    id = await city.dispatch(await city.submit())
    first = (await city.clock_of(id, "handle")).started_at
    await city.send_back(id)
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    assert (await city.order(id)).bundled_due_at == city.office.calendar.due(first, FOUR_HOURS)


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"matter_code": LAMP, "rule_id": LAMP_RULE}, "NOTHING_CHANGED", "matterCode"),
        ({"rule_id": BIN_RULE}, "RULE_NOT_OF_MATTER", "ruleId"),
        ({"opinion": " "}, "REASON_NEEDED", "opinion"),
    ],
)  # fmt: skip
async def test_a_refusal_names_its_field_and_leaves_nothing(city, facts, code, field):
    id = await in_hand(city)
    async with refusal(city.office, code) as refused:
        await put_right(city, id, **facts)
    assert refused.value.field == field


async def test_who_it_is_not_for_and_when_it_is_too_late(city):
    id = await in_hand(city)
    for person in (city.wang, city.tang, city.arbiter):
        async with refusal(city.office, "NOT_ALLOWED"):
            await put_right(city, id, person)
    await city.apply(id)
    async with refusal(city.office, "APPLICATION_PENDING"):
        await put_right(city, id)
    await city.decide(id, city.tang, grant=False)
    await city.confirm(await city.finish(id))
    async with refusal(city.office, "ILLEGAL_STEP"):
        await put_right(city, id)
    await city.check(id, conclusion="unsolved")
    async with refusal(city.office, "CHECKED_ALREADY"):
        await put_right(city, id)
    ask = "query($id: ID!) { order(id: $id) { actions } }"
    assert "RECLASSIFY" not in (await city.ask(city.li, ask, id=id))["order"]["actions"]


async def test_a_ruling_stands_for_its_matter_and_not_for_its_place(city):
    id = await city.dispute(await city.submit())
    await city.sign_ruling(await city.rule(id))
    async with refusal(city.office, "RULED_ON"):
        await put_right(city, id)
    await put_right(city, id, matter_code=LAMP, rule_id=LAMP_RULE, spot=city.spot(OTHER_STREET))
    order = await city.order(id)
    assert (order.unit_id, order.ruled_unit, order.area) == ("sw", "sw", city.spot(OTHER_STREET).area)
    assert order.lon == OTHER_STREET.lon != HERE.lon


async def test_a_rule_that_names_a_person_gives_it_to_him_and_any_of_the_unit_may_take_it(city):
    await published(city, rule(1, "sw", person="no09"))
    id = await city.dispatch(await city.submit(), unit_id="sw")
    order = await city.order(id)
    assert (order.unit_id, order.handler_id, order.state) == ("sw", "liang", "dispatched")
    assert A.RETURN in [A(each.lower()) for each in (await city.ask(
        city.liang, "query($id: ID!) { order(id: $id) { actions } }", id=id
    ))["order"]["actions"]]  # fmt: skip
    other = await city.dispatch(await city.submit(), unit_id="zj")  # a person chose: nobody is named
    assert (await city.order(other)).handler_id == ""
    async with city.office.store.writing() as session:
        for row in await city.rows(PostHolding, PostHolding.account_id == "liang"):
            row.ends_at = city.clock()
            await session.merge(row)
        await session.commit()
    gone = await city.dispatch(await city.submit(), unit_id="sw")  # before anybody looked after the rules
    assert (await city.order(gone)).handler_id == ""
