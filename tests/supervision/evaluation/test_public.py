"""公开透明: figures for everybody, with how many they rest on, and none about fewer than five."""

from datetime import date

from tests.city import OTHER_STREET
from tests.factories import STREET
from tests.supervision.evaluation.sums import count

FIGURES = """{ publicFigures { first last least district { ...Row } streets { ...Row } } }
fragment Row on PublicRow {
  area { code name } open newToday ontime { share n } solved { share n } medianDays }"""
MON = date(2026, 3, 2)
HIDDEN = {"share": None, "n": None}


async def figures(city):
    told = (await city.ask(city.ben, FIGURES))["publicFigures"]
    rows = {row["area"]["code"]: row for row in told["streets"]}
    return told, rows


async def test_shares_stand_with_what_they_rest_on_and_few_are_not_told(city):
    await count(city, "zj", MON, 10, ontime=8, minutes=2880, visit=1, solved=1)
    await count(city, "cg", MON, 4, area="440103013001001", minutes=60)
    city.clock.advance(days=1)
    told, streets = await figures(city)
    assert (told["first"], told["last"], told["least"]) == ("2026-02-01", "2026-03-02", 5)
    assert told["district"]["ontime"] == {"share": 12 / 14, "n": 14}
    assert (streets[STREET]["ontime"], streets[STREET]["solved"]) == (
        {"share": 0.8, "n": 10}, {"share": 1.0, "n": 10})  # fmt: skip
    assert streets[STREET]["medianDays"] == 2.0
    few = streets["440103013"]
    assert (few["ontime"], few["solved"], few["medianDays"]) == (HIDDEN, {"share": None, "n": 0}, None)


async def test_what_is_open_now_by_street(city):
    for _ in range(5):
        await city.submit()
    await city.submit(at=OTHER_STREET)
    told, streets = await figures(city)
    assert (told["district"]["open"], told["district"]["newToday"]) == (6, 6)
    assert (streets[STREET]["open"], streets[STREET]["newToday"]) == (5, 5)
    one = next(row for code, row in streets.items() if row["open"] is None)
    assert one["newToday"] is None
    assert sum(row["open"] == 0 for row in streets.values()) == len(streets) - 2
