"""Ordered rules choose the unit before the matrix does, say so on the case, and step aside when it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.command.library import Library
from server.command.matrix import Duty
from server.command.orders.precedents import Precedents
from server.command.orders.service import desk
from server.command.orders.service.report import spot_of_area
from server.command.routing import keeper, service
from server.command.routing.rules import Facts, Route, Routes
from server.command.routing.tables import RouteFault
from server.identity.tables import PostHolding
from server.platform import editions
from server.platform.editions import Shelf
from server.platform.sheets import BadSheet
from server.platform.tabular import to_json
from tests.city import LAMP, OTHER_STREET, on_sqlite, refusal
from tests.clock import MONDAY
from tests.factories import STREET

FACTS = Facts("01037", "440103006107006", MONDAY, True, "路灯不亮，晚上很黑。", "citizen")
NIGHT = MONDAY.replace(hour=23)


def number(route):
    return route and route.no


@pytest.mark.parametrize(
    ("rule", "facts", "fits"),
    [
        ({}, {}, True), ({"matter": "01"}, {}, True), ({"matter": "02"}, {}, False),
        ({"area": "440103006"}, {}, True), ({"area": "440103013"}, {}, False),
        ({"hours": "office"}, {}, True), ({"hours": "office"}, {"in_office": False}, False),
        ({"hours": "off_hours"}, {"in_office": False}, True), ({"hours": "off_hours"}, {}, False),
        ({"hours": "night"}, {"at": NIGHT}, True), ({"hours": "night"}, {"at": MONDAY.replace(hour=5)}, True),
        ({"hours": "night"}, {"at": MONDAY.replace(hour=6)}, False), ({"hours": "night"}, {}, False),
        ({"words": ("很黑", "积水")}, {}, True), ({"words": ("积水",)}, {}, False),
        ({"source": "citizen"}, {}, True), ({"source": "patrol"}, {}, False),
        ({"first": "03-02", "last": "03-02"}, {}, True), ({"first": "04-15", "last": "10-15"}, {}, False),
        ({"question": "q", "answers": ("a", "b")}, {"answers": {"q": "b"}}, True),
        ({"question": "q", "answers": ("a",)}, {"answers": {"q": "c", "r": "a"}}, False),
        ({"question": "q", "answers": ("a",)}, {}, False),
        ({"first": "11-01", "last": "03-31"}, {}, True), ({"first": "11-01", "last": "02-28"}, {}, False),
    ],
)  # fmt: skip
def test_what_a_rule_is_for(rule, facts, fits):
    assert Route(1, "", "sw", **rule).fits(replace(FACTS, **facts)) is fits


def test_the_first_that_fits_wins_and_one_without_its_unit_is_skipped():
    routes = Routes(
        1, (Route(1, "", "gone"), Route(2, "", "sw", person="x"), Route(3, "", "cg"), Route(4, "", "zj"))
    )
    units = {"sw", "cg", "zj"}
    assert number(routes.pick(FACTS, units)) == 2
    assert number(replace(routes, gone=frozenset({2})).pick(FACTS, units)) == 3
    assert Routes().pick(FACTS, units) is None


def rule(no, unit="sw", **cells):
    empty = dict.fromkeys(column.name for column in keeper.SHEETS[0].columns)
    return dict.fromkeys(empty, "") | {"no": str(no), "name": f"规则{no}", "unit": unit, **cells}


async def published(city, *rows):
    """An edition one administrator proposed and another published, taken up by this process."""
    content = to_json({keeper.RULES: list(rows)})
    row = await city.do(city.li, editions.propose, keeper.KIND, content)
    await city.do(city.he, editions.publish, keeper.KIND, row.no)
    await city.office.of(Shelf).refresh(city.office)
    return row.no


async def test_a_rule_stands_above_the_matrix_and_is_kept_with_its_inputs(city):
    before = await city.submit(matter_code=LAMP)
    assert (await city.order(before)).suggestion["best"]["unit"] == "zj"
    edition = await published(city, rule(1, matter_code="02"), rule(2, matter_code="01", area=STREET))
    id = await city.submit(matter_code=LAMP)
    order = await city.order(id)
    assert order.suggestion["best"]["unit"] == "sw"
    assert order.suggestion["routed"] == {
        "edition": edition, "no": 2, "name": "规则2", "unit": "sw", "person": "",
        "inputs": {"matter": LAMP, "area": order.area, "at": order.reported_at.isoformat(), "office": True,
                   "source": "citizen", "answers": {}},
    }  # fmt: skip
    await city.dispatch(id, unit_id="sw")  # without a reason: the rule is one
    ask = "query($id: ID!) { order(id: $id) { routedBy { no name edition unit { id } } } }"
    assert (await city.ask(city.li, ask, id=id))["order"]["routedBy"] == {
        "no": 2, "name": "规则2", "edition": edition, "unit": {"id": "sw"},
    }  # fmt: skip
    assert (await city.lines(id))[-1].detail["route"] == "2 规则2"


async def test_what_an_arbiter_ruled_stands_above_the_rules(city):
    await published(city, rule(1))
    ruling = Duty(matter=LAMP, unit="cg", area=STREET)
    city.office.tools[Precedents] = Precedents((ruling,), {(LAMP, STREET): "LW20260302-00019"})
    id = await city.submit(matter_code=LAMP)
    suggestion = (await city.order(id)).suggestion
    assert (suggestion["best"]["unit"], suggestion["best"]["ruled"]) == ("cg", "LW20260302-00019")
    assert "routed" not in suggestion


async def test_who_chooses_another_unit_gives_a_reason_and_the_rule_no_longer_stands_there(city):
    await published(city, rule(1))
    id = await city.submit(matter_code=LAMP)
    async with refusal(city.office, "UNIT_NOT_IN_MATRIX"):
        await city.ask_dispatch(id, unit_id="scjg")
    await city.dispatch(id, unit_id="zj")  # the matrix's own needs none
    assert "routed" not in (await city.order(id)).suggestion
    assert (await city.order(id)).unit_id == "zj"


async def test_a_new_place_routes_anew_from_the_first_report(city):
    await published(city, rule(1, area="440103013", hours="office"), rule(2, area=STREET))
    id = await city.submit(matter_code=LAMP)
    assert (await city.order(id)).suggestion["routed"]["no"] == 2
    city.clock.advance(hours=14)  # at night; the report was in office hours
    there = spot_of_area(city.office.areas, "440103013")
    await city.move(city.li, desk.locate, id, spot=there)
    order = await city.order(id)
    assert (order.suggestion["routed"]["no"], order.suggestion["routed"]["inputs"]["office"]) == (1, True)
    await city.move(city.li, desk.locate, id, spot=city.spot(OTHER_STREET))
    assert "routed" not in (await city.order(id)).suggestion
    assert (await city.order(id)).suggestion["best"]["unit"] == "zj"


async def test_a_rule_whose_person_left_switches_itself_off_once_and_comes_back_with_him(city):
    edition = await published(city, rule(1, "zj", person="no06"), rule(2, "cg"))
    await service.look_after(city.office)
    assert (await city.rows(RouteFault), number(service.pick(city.office, FACTS))) == ([], 1)
    async with city.office.store.writing() as session:
        for row in await city.rows(PostHolding, PostHolding.account_id == "wang"):
            row.ends_at = city.clock() - timedelta(minutes=1)
            await session.merge(row)
        await session.commit()
    for _ in range(2):
        await service.look_after(city.office)
    [fault] = await city.rows(RouteFault)
    assert (fault.edition, fault.no, fault.what, fault.value) == (edition, 1, "person", "no06")
    assert number(service.pick(city.office, FACTS)) == 2
    assert await city.verbs(f"{edition}/1", "routing") == ["disable"]
    ask = "{ routeFaults { no what value } }"
    told = [{"no": 1, "what": "person", "value": "no06"}]
    assert (await city.ask(city.li, ask))["routeFaults"] == told
    assert (await city.ask(city.wang, ask))["routeFaults"] == []
    async with city.office.store.writing() as session:
        for row in await city.rows(PostHolding, PostHolding.account_id == "wang"):
            row.ends_at = None
            await session.merge(row)
        await session.commit()
    await service.look_after(city.office)
    assert (await city.verbs(f"{edition}/1", "routing"), number(service.pick(city.office, FACTS))) == (
        ["disable", "enable"], 1,
    )  # fmt: skip


async def test_a_unit_that_is_gone_switches_its_rule_off(city):
    await published(city, rule(1, "sw"), rule(2, "cg"))
    library = city.office.of(Library)
    fewer = {id: unit for id, unit in library.units.items() if id != "sw"}
    city.office.tools[Library] = replace(library, matrix=replace(library.matrix, units=fewer))
    assert number(service.pick(city.office, FACTS)) == 2  # at once, before anybody looked
    await service.look_after(city.office)
    [fault] = await city.rows(RouteFault)
    assert (fault.what, fault.value) == ("unit", "sw")


@on_sqlite
@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [({"unit": "nobody"}, "unit", "UNKNOWN_UNIT"), ({"matter_code": "zz"}, "matter_code", "UNKNOWN_MATTER"),
     ({"area": "999999"}, "area", "UNKNOWN_AREA"), ({"hours": "dawn"}, "hours", "NOT_A_CHOICE"),
     ({"question": "cover_text"}, "answers", "BOTH_OR_NONE"),
     ({"question": "soup", "answers": "电力"}, "question", "UNKNOWN_QUESTION"),
     ({"question": "cover_text", "answers": "电力、月亮"}, "answers", "UNKNOWN_ANSWER"),
     ({"first": "04-15"}, "last", "NOT_A_DAY"), ({"name": ""}, "name", "EMPTY")],
)  # fmt: skip
async def test_a_table_that_does_not_fit_is_not_proposed(city, cells, column, code):
    content = to_json({keeper.RULES: [rule(1) | cells]})
    async with refusal(city.office, "BAD_SHEET") as refused:
        await city.do(city.li, editions.propose, keeper.KIND, content)
    assert isinstance(refused.value, BadSheet)
    assert (column, code) in {(fault.column, fault.code) for fault in refused.value.faults}
