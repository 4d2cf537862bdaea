"""部门看板: what a unit has in hand and how it stands; every figure with its very cases, and its own only."""

from datetime import timedelta

import pytest

from server.command.orders.service import unit
from tests.city import BIN, BIN_RULE, on_sqlite
from tests.supervision.evaluation.sums import count
from tests.supervision.test_against import complaint

LOAD = """{ unitLoad { figures { figure n } ageing { figure n }
  people { id person { name } inHand overdue dueToday } } }"""
CASES = """query ($figure: UnitFigure!, $who: String, $first: Int! = 20, $after: String) {
  unitOrders(figure: $figure, handlerId: $who, first: $first, after: $after) { total next items { id } } }"""
STANDING = """{ unitStanding { first last measures { measure share
  row { key part n share adjusted low high band medianMinutes p90Minutes before beforeN } } } }"""
COUNTED = """query ($measure: RankingMeasure!, $which: UnitCases!) {
  unitRankedOrders(measure: $measure, which: $which) { total items { id } } }"""


async def load(city, actor):
    told = (await city.ask(actor, LOAD))["unitLoad"]
    figures = {each["figure"]: each["n"] for each in told["figures"] + told["ageing"]}
    return figures, {row["id"]: (row["inHand"], row["overdue"], row["dueToday"]) for row in told["people"]}


async def cases(city, actor, figure, who=None):
    told = (await city.ask(actor, CASES, figure=figure, who=who))["unitOrders"]
    ids = [item["id"] for item in told["items"]]
    assert told["total"] == len(ids)
    return ids


async def test_every_figure_counts_its_very_cases_by_person_too(city):
    old = await city.sign(await city.dispatch(await city.submit()))  # 区住建局, two working days
    city.clock.advance(days=2)
    given = await city.dispatch(await city.submit())
    await city.move(city.tang, unit.assign, given, handler_id="wang")
    waiting = await city.dispatch(await city.submit())
    await city.dispatch(await city.submit(), unit_id="sw", override_reason="涌边")
    await complaint(city)
    figures, people = await load(city, city.tang)
    assert people == {"wang": (2, 0, 1), "": (2, 0, 2)}  # what is not signed yet is due today
    assert figures == {
        "IN_HAND": 4, "OVERDUE": 0, "DUE_TODAY": 3, "SUPERVISED": 0, "UP_TO_1_DAY": 3, "UP_TO_3_DAYS": 1,
        "UP_TO_7_DAYS": 0, "OLDER": 0,
    }  # fmt: skip
    for figure, n in figures.items():
        assert len(await cases(city, city.wang, figure)) == n, figure
    assert await cases(city, city.wang, "UP_TO_3_DAYS") == [old]
    assert set(await cases(city, city.wang, "IN_HAND", "wang")) == {old, given}
    assert waiting in await cases(city, city.wang, "IN_HAND", "")
    assert await load(city, city.zhao) == (dict.fromkeys(figures, 0), {})
    city.clock.advance(days=10)
    await city.sweep()
    late, _ = await load(city, city.wang)
    assert (late["OVERDUE"], late["OLDER"], late["UP_TO_1_DAY"], late["DUE_TODAY"]) == (4, 4, 0, 0)
    assert len(await cases(city, city.wang, "OVERDUE")) == late["OVERDUE"]


@on_sqlite
async def test_a_long_list_is_read_page_by_page(city):
    ids = {await city.dispatch(await city.submit()) for _ in range(3)}
    first = (await city.ask(city.wang, CASES, figure="IN_HAND", first=2))["unitOrders"]
    rest = (await city.ask(city.wang, CASES, figure="IN_HAND", first=2, after=first["next"]))["unitOrders"]
    assert {item["id"] for item in first["items"] + rest["items"]} == ids
    assert (first["total"], rest["total"], rest["next"]) == (3, 3, None)


@on_sqlite
@pytest.mark.parametrize("who", ["li", "chen", "clerk", "arbiter"])
async def test_who_is_of_no_unit_has_no_board(city, who):
    actor = getattr(city, who)
    assert await city.refused(actor, LOAD) == ["NOT_ALLOWED"]
    assert await city.refused(actor, STANDING) == ["NOT_ALLOWED"]
    assert await city.refused(actor, CASES, figure="IN_HAND") == ["NOT_ALLOWED"]
    assert await city.refused(actor, COUNTED, measure="ONTIME", which="ALL") == ["NOT_ALLOWED"]


async def test_it_stands_as_in_the_leaders_ranking_with_its_own_cases(city):
    """The same formulas, the same days: the very row that leaders read."""
    day = city.clock().date()
    await count(city, "zj", day, 40, ontime=30, minutes=90)
    await count(city, "cg", day, 40, ontime=39)
    late = await city.dispatch(await city.submit(), matter_code=BIN, rule_id=BIN_RULE, override_reason="代办")
    await city.sign(late)
    city.clock.advance(hours=8)
    await city.confirm(await city.finish(late))
    city.clock.advance(days=1)
    told = (await city.ask(city.wang, STANDING))["unitStanding"]
    assert (told["last"], told["first"]) == (day.isoformat(), (day - timedelta(days=29)).isoformat())
    ontime = told["measures"][0]
    leaders = await city.ask(city.lin, """{ ranking { share rows { key part n share adjusted low high band
        medianMinutes p90Minutes before beforeN } } }""")  # fmt: skip
    assert ontime["row"] == next(row for row in leaders["ranking"]["rows"] if row["key"] == "zj")
    assert (ontime["measure"], ontime["share"]) == ("ONTIME", leaders["ranking"]["share"])
    assert (ontime["row"]["part"], ontime["row"]["n"]) == (30, 41)
    assert [each["row"] for each in told["measures"] if each["measure"] == "SOLVED"] == [None]
    for which, n in (("ALL", 41), ("PART", 30), ("REST", 11)):
        found = (await city.ask(city.tang, COUNTED, measure="ONTIME", which=which))["unitRankedOrders"]
        assert found["total"] == n, which
    assert late in [item["id"] for item in found["items"]]
    other = (await city.ask(city.liang, COUNTED, measure="ONTIME", which="ALL"))["unitRankedOrders"]
    assert other == {"total": 0, "items": []}
