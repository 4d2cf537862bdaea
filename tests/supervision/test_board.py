"""今日: four numbers, what is normal for them, and the sentence that answers; reckoned by hand."""

from datetime import date, timedelta

import pytest

from server.command.requests.rules import ServiceLevel
from server.supervision.board import rules
from server.supervision.board.rules import Figure, Line
from server.supervision.evaluation.tables import EvaluationDay
from tests.city import BIN, CELL, LAMP, OTHER_STREET, on_sqlite
from tests.clock import MONDAY
from tests.factories import DISTRICT, STREET

TODAY = date(2026, 3, 2)


def ago(days):
    return TODAY - timedelta(days=days)


def test_a_percentile_lies_between_its_neighbours():
    assert [rules.percentile([3, 1, 2], p) for p in (0, 50, 100)] == [1, 2, 3]
    assert rules.percentile([10, 20], 25) == 12.5
    assert rules.percentile([7], 90) == 7


def test_normal_is_the_same_weekday_of_eight_weeks_without_today():
    daily = {ago(7 * week): float(week) for week in range(10)} | {ago(1): 100.0}
    assert rules.band(daily, TODAY) == pytest.approx((1.7, 7.3))  # P10 and P90 of 1 … 8
    assert rules.band({ago(7 * week): 1.0 for week in range(1, 4)}, TODAY) is None
    assert rules.band({ago(7 * week): 1.0 for week in range(1, 5)}, TODAY) == (1, 1)


def test_days_before_the_first_one_known_are_unknown_and_quiet_days_are_zero():
    daily = rules.counted({ago(3): 2, ago(1): 1}, ago(70), TODAY)
    assert daily == {ago(3): 2, ago(2): 0, ago(1): 1, TODAY: 0}
    figure = rules.figure(daily, TODAY, 0)
    assert (figure.value, figure.yesterday, len(figure.series)) == (0, 1, 14)
    assert figure.series[-4:] == [2, 0, 1, 0]
    assert figure.series[:10] == [None] * 10


def test_what_stood_is_walked_back_from_what_stands():
    stood = rules.stood(5, {TODAY: 2, ago(1): -1, ago(3): 4}, ago(70), TODAY)
    assert stood == {TODAY: 5, ago(1): 3, ago(2): 4, ago(3): 4}
    assert rules.stood(0, {}, ago(70), TODAY) == {TODAY: 0}


def test_a_share_is_of_thirty_days_and_nothing_of_nothing_is_unknown():
    shares = rules.shares({TODAY: 1, ago(29): 1}, {TODAY: 2, ago(29): 1, ago(30): 7}, ago(2), TODAY)
    assert shares[TODAY] == 66.7
    assert rules.shares({}, {}, TODAY, TODAY) == {TODAY: None}


def figure(value, *, band=None, yesterday=None):
    return Figure(value=value, n=0, band=band, yesterday=yesterday, series=[])


@pytest.mark.parametrize(
    ("new", "late", "codes"),
    [
        (figure(3), figure(0), ["new", "overdue"]),
        (figure(3, band=(1, 4)), figure(2, yesterday=2), ["new_usual", "overdue_same"]),
        (figure(5, band=(1, 4)), figure(3, yesterday=2), ["new_more", "overdue_more"]),
        (figure(0, band=(1, 4)), figure(1, yesterday=2), ["new_less", "overdue_less"]),
    ],
)
def test_the_day_is_put_into_a_sentence(new, late, codes):
    said = rules.lines(new, late, 1)
    assert [line.code for line in said] == codes
    assert said[0].params == (("n", str(int(new.value))), ("weekday", "1"))
    if codes[1] in {"overdue_more", "overdue_less"}:
        assert said[1] == Line(codes[1], (("n", str(int(late.value))), ("change", "1")))


def test_a_part_of_the_area_is_named_when_more_came_than_its_own_usual():
    quiet = {ago(7 * week): 1.0 for week in range(1, 9)}
    for n, much in ((4, True), (2, False), (1, False)):
        assert rules.outstands(rules.figure(quiet | {TODAY: float(n)}, TODAY, n)) is much
    assert not rules.outstands(rules.figure({TODAY: 9.0}, TODAY, 9))  # nothing is usual yet
    assert rules.outstanding("逢源街道", 4) == Line("stands_out", (("area", "逢源街道"), ("n", "4")))
    assert rules.outstanding("逢源街道", 9, "井盖", 6) == Line(
        "stands_out_in", (("area", "逢源街道"), ("kind", "井盖"), ("n", "6"))
    )


@pytest.mark.parametrize(("today", "usual", "said"), [
    ({"01": 6, "02": 2}, {"01": 10, "02": 90}, "01"),
    ({"01": 6, "02": 2}, {"01": 70, "02": 30}, ""),  # that is its usual share
    ({"01": 2}, {"02": 90}, ""),  # two are chance, whatever the share
    ({"01": 6, "02": 2}, {"01": 1, "02": 28}, ""),  # of so few nobody knows what is usual
    ({"01": 4, "02": 2, "03": 2, "04": 2, "05": 2}, {"01": 20, "02": 25, "03": 25, "04": 25, "05": 5}, ""),
    ({"01": 2500, "02": 1500}, {"01": 40, "02": 60}, "01"),  # a flood day
    ({"01": 1600, "02": 2400}, {"01": 40, "02": 60}, ""),
    ({"01": 9}, {"01": 90}, ""),  # the only kind there is
    ({}, {"01": 90}, ""),
])  # fmt: skip
def test_a_kind_is_named_only_when_chance_does_not_explain_it(today, usual, said):
    assert rules.pronounced(today, usual) == said


def test_cases_to_ten_thousand_residents():
    assert [rules.per_10k(3, people) for people in (None, 0, 10_000, 7_000)] == [None, None, 3.0, 4.3]


BOARD = """{ board { area { code } newToday { value n series } open { value yesterday } overdue { value }
                     satisfaction { value n } lines { code params { name value } } } }"""


@on_sqlite
async def test_the_board_of_a_quiet_and_of_a_busy_day(city):
    quiet = (await city.ask(city.lin, BOARD))["board"]
    assert (quiet["area"], quiet["newToday"]["value"], quiet["satisfaction"]) == (
        {"code": DISTRICT}, 0, {"value": None, "n": 0},
    )  # fmt: skip
    for level in (ServiceLevel.VERY_SATISFIED, ServiceLevel.SATISFIED, ServiceLevel.DISSATISFIED):
        await city.rate(await city.bring(await city.submit(), "closed"), level=level)
    await city.submit()
    await city.submit(at=OTHER_STREET, text="垃圾桶满了。", matter_code=BIN)
    city.clock.advance(minutes=16)
    await city.sweep()
    busy = (await city.ask(city.lin, BOARD))["board"]
    assert (busy["newToday"]["value"], busy["open"]["value"], busy["overdue"]["value"]) == (5, 2, 2)
    assert busy["satisfaction"] == {"value": 66.7, "n": 3}
    assert [line["code"] for line in busy["lines"]] == ["new", "overdue"]
    own = (await city.ask(city.bo, BOARD))["board"]
    assert (own["area"]["code"], own["open"]["value"], own["satisfaction"]["n"]) == (STREET, 1, 3)


@on_sqlite
async def test_the_map_shows_the_areas_below_and_only_ones_own(city):
    await city.submit()
    query = """query ($parent: String) {
      areaFigures(measure: OPEN, parent: $parent) { area { code } value n lon lat } }"""
    streets = (await city.ask(city.lin, query))["areaFigures"]
    assert [row["area"]["code"] for row in streets] == sorted(area.code for area in city.office.areas.streets)
    assert {row["area"]["code"]: row["n"] for row in streets if row["n"]} == {STREET: 1}
    cells = (await city.ask(city.bo, query, parent=CELL[:12]))["areaFigures"]
    assert {row["area"]["code"]: row["value"] for row in cells if row["n"]} == {CELL: 1}
    people = city.office.areas.people(CELL)
    month = """query ($parent: String) {
      areaFigures(measure: NEW_MONTH, parent: $parent) { area { code } n per10k } }"""
    city.clock.advance(days=29)
    assert (
        people
        and {"area": {"code": CELL}, "n": 1, "per10k": rules.per_10k(1, people)}
        in (await city.ask(city.bo, month, parent=CELL[:12]))["areaFigures"]
    )
    city.clock.advance(days=1)
    assert not any(row["n"] for row in (await city.ask(city.bo, month, parent=CELL[:12]))["areaFigures"])
    for beyond in (DISTRICT, "440103013", "nowhere"):
        assert await city.refused(city.bo, query, parent=beyond) == ["NOT_FOUND"]


@on_sqlite
async def test_the_gravest_cards_come_first_and_say_why(city):
    fire = await city.submit(text="楼道里有燃气味，很浓。")
    calm = await city.submit()
    query = "{ cards { id card { colour rule overBySeconds acknowledgedAt } } }"
    assert (await city.ask(city.lin, query))["cards"] == []
    city.clock.advance(minutes=30, seconds=1)
    [card] = (await city.ask(city.lin, query))["cards"]
    assert card == {"id": fire, "card": {"colour": "RED", "rule": "danger_unattended", "overBySeconds": 1801,
                                         "acknowledgedAt": None}}  # fmt: skip
    city.clock.advance(days=8)
    cards = (await city.ask(city.lin, query))["cards"]
    assert [(row["id"], row["card"]["colour"], row["card"]["rule"]) for row in cards] == [
        (fire, "RED", "danger_unattended"), (calm, "YELLOW", "past_promise"),
    ]  # fmt: skip


@on_sqlite
async def test_the_sentence_names_the_street_and_the_kind_that_is_much(city):
    for week in range(8, 0, -1):
        city.clock.set(MONDAY - timedelta(weeks=week))
        await city.report(matter_code=LAMP)
    async with city.office.store.writing() as session:
        for kind in (LAMP[:2], BIN[:2]):
            session.add(EvaluationDay(
                area=DISTRICT, day=ago(7), unit_id="zj", category=kind, difficulty="days", report=20
            ))  # fmt: skip
        await session.commit()
    city.clock.set(MONDAY)
    for _ in range(8):
        await city.report(matter_code=BIN)
    line = (await city.ask(city.lin, BOARD))["board"]["lines"][-1]
    assert (line["code"], {each["name"]: each["value"] for each in line["params"]}) == (
        "stands_out_in", {"area": "逢源街道", "kind": "市容环境类", "n": "8"},
    )  # fmt: skip
