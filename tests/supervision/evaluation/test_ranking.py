"""排名 as a leader's app asks for it: bands, intervals, small groups, scope, and the cases behind a cell."""

from datetime import date

import pytest

from server.platform.timing import listening
from server.supervision.evaluation.rules.ranking import Period, RankingMeasure, lately, ranked
from tests.city import OTHER_STREET
from tests.factories import STREET, a_leader
from tests.supervision.evaluation.sums import count

RANKING = """query ($measure: RankingMeasure!, $by: RankingBy! = UNIT) {
  ranking(measure: $measure, by: $by) {
    first last frozenAt part n share
    leftOut { duplicates withdrawn freed voided selfHandled }
    rows { key unit { id name } area { code name } part n share adjusted low high funnelLow funnelHigh band
           before beforeN medianMinutes p90Minutes }
  }
}"""
BEHIND = """query ($measure: RankingMeasure!, $by: RankingBy! = UNIT, $key: String!,
                   $partOnly: Boolean! = false, $first: Int! = 20, $after: String) {
  rankedOrders(measure: $measure, by: $by, key: $key, partOnly: $partOnly, first: $first, after: $after) {
    total next items { id no } }
}"""
MON = date(2026, 3, 2)


async def asked(city, actor=None, measure="ONTIME", by="UNIT"):
    return (await city.ask(actor or city.lin, RANKING, measure=measure, by=by))["ranking"]


def test_the_last_thirty_days_end_yesterday():
    assert lately(date(2026, 3, 3)) == Period(first=date(2026, 2, 1), last=date(2026, 3, 2))
    assert lately(date(2026, 3, 3)).before == Period(first=date(2026, 1, 2), last=date(2026, 1, 31))


async def test_three_bands_and_those_too_small_to_be_ranked(city):
    await count(city, "zj", MON, 60, ontime=30)
    await count(city, "cg", MON, 60, ontime=58, minutes=200)
    await count(city, "hb", MON, 40, ontime=30)
    await count(city, "sw", MON, 29, ontime=29)
    city.clock.advance(days=1)
    answer = await asked(city)
    assert [(row["key"], row["band"]) for row in answer["rows"]] == [
        ("cg", "BETTER"), ("hb", "ALIKE"), ("zj", "WORSE"), ("sw", "FEW")]  # fmt: skip
    assert (answer["first"], answer["last"]) == ("2026-02-01", "2026-03-02")
    assert answer["frozenAt"] == "2026-03-02T16:00:00.000Z"
    assert (answer["part"], answer["n"]) == (147, 189)
    best = answer["rows"][0]
    assert (best["unit"]["name"], best["part"], best["n"], best["medianMinutes"]) == ("区城管局", 58, 60, 200)
    # one kind of case: nothing to adjust; Wilson of 58/60, and 147/189 ± 1.96 √(p (1 − p) / 60)
    assert best["adjusted"] == pytest.approx(best["share"]) == pytest.approx(58 / 60)
    assert (best["low"], best["high"]) == pytest.approx((0.8864, 0.9908), abs=1e-4)
    assert (best["funnelLow"], best["funnelHigh"]) == pytest.approx((0.6726, 0.8830), abs=1e-4)


async def test_the_mix_of_cases_is_taken_into_account(city):
    """One unit has the hard cases; raw it looks worse, adjusted it is not."""
    await count(city, "zj", MON, 100, ontime=60, category="01", difficulty="weeks")
    await count(city, "cg", MON, 100, ontime=95, category="06", difficulty="hours")
    await count(city, "hb", MON, 100, ontime=60, category="01", difficulty="weeks")
    city.clock.advance(days=1)
    rows = {row["key"]: row for row in (await asked(city))["rows"]}
    assert {row["band"] for row in rows.values()} == {"ALIKE"}
    assert rows["zj"]["share"] == 0.6
    assert rows["zj"]["adjusted"] == pytest.approx(215 / 300)  # as expected of its cases


async def test_today_is_not_over_and_does_not_count(city):
    await count(city, "zj", MON, 40)
    assert (await asked(city))["rows"] == []
    assert (await asked(city))["share"] is None


async def test_its_own_past_stands_beside_it(city):
    await count(city, "zj", date(2026, 1, 1), 40, ontime=20)
    await count(city, "zj", MON, 40, ontime=30)
    city.clock.advance(days=1)
    [row] = (await asked(city))["rows"]
    assert row["before"] is None  # 2 January … 31 January: the first was earlier still
    await count(city, "zj", date(2026, 1, 2), 29, ontime=4)
    assert (await asked(city))["rows"][0]["before"] is None  # too few to say anything
    await count(city, "zj", date(2026, 1, 2), 1)
    [row] = (await asked(city))["rows"]
    assert (row["before"], row["beforeN"]) == (5 / 30, 30)


@pytest.mark.parametrize(("measure", "part", "n"), [("SOLVED", 3, 5), ("SATISFIED", 4, 5), ("REWORK", 0, 5)])
async def test_other_measures_have_other_denominators(city, measure, part, n):
    await count(city, "zj", MON, 2, visit=1, satisfied=1, solved=0)
    await count(city, "zj", MON, 2, visit=1, satisfied=1, solved=1)
    await count(city, "zj", MON, 1, visit=1, satisfied=0, solved=1)
    city.clock.advance(days=1)
    answer = await asked(city, measure=measure)
    assert (answer["part"], answer["n"], answer["rows"][0]["band"]) == (part, n, "FEW")


async def test_streets_stand_beside_each_other_and_communities_in_a_street(city):
    far = city.spot(OTHER_STREET).area
    await count(city, "zj", MON, 3)
    await count(city, "zj", MON, 2, area=far)
    city.clock.advance(days=1)
    rows = (await asked(city, by="AREA"))["rows"]
    assert sorted((row["key"], row["n"]) for row in rows) == sorted([(STREET, 3), (far[:9], 2)])
    assert all(len(row["key"]) == 12 for row in (await asked(city, city.bo, by="AREA"))["rows"])
    assert [row["n"] for row in (await asked(city, city.bo))["rows"]] == [
        3
    ]  # a street's head sees his street
    elsewhere = a_leader(id="elsewhere", area="440103001")
    assert (await asked(city, elsewhere))["rows"] == []


async def test_what_is_left_out_is_said(city):
    await count(city, "zj", MON, 1, freed=1)
    await count(city, "", MON, 2, dispose_need=0, dispose=0, merged=1)
    city.clock.advance(days=1)
    assert (await asked(city))["leftOut"] == {
        "duplicates": 2, "withdrawn": 0, "freed": 1, "voided": 0, "selfHandled": 0}  # fmt: skip


async def test_the_cases_behind_a_row_are_those_it_counts(city):
    good = await city.bring(await city.submit(), "closed")
    late = await city.bring(await city.submit(by=city.ben), "in_progress")
    city.clock.advance(days=3)
    await city.sweep()
    city.clock.advance(days=1)
    [row] = (await asked(city))["rows"]
    assert (row["part"], row["n"]) == (1, 2)
    behind = (await city.ask(city.lin, BEHIND, measure="ONTIME", key="zj"))["rankedOrders"]
    assert (behind["total"], {item["id"] for item in behind["items"]}) == (2, {good, late})
    parts = (await city.ask(city.lin, BEHIND, measure="ONTIME", key="zj", partOnly=True))["rankedOrders"]
    assert [item["id"] for item in parts["items"]] == [good]
    page = (await city.ask(city.lin, BEHIND, measure="ONTIME", key="zj", first=1))["rankedOrders"]
    rest = await city.ask(city.lin, BEHIND, measure="ONTIME", key="zj", first=1, after=page["next"])
    assert [page["items"][0]["id"], rest["rankedOrders"]["items"][0]["id"]] == [late, good]
    assert rest["rankedOrders"]["next"] is None
    street = (await city.ask(city.lin, BEHIND, measure="ONTIME", by="AREA", key=STREET))["rankedOrders"]
    assert street["total"] == 2


@pytest.mark.parametrize(("key", "after"), [("440103001", None), ("440104", None), (STREET, "bm8")])
async def test_a_row_of_somewhere_else_and_a_forged_cursor_are_refused(city, key, after):
    actor = city.bo if after is None else city.lin
    codes = await city.refused(actor, BEHIND, measure="ONTIME", by="AREA", key=key, after=after)
    assert codes == ["BAD_INPUT"]


async def test_officers_and_citizens_have_no_ranking(city):
    for actor in (city.li, city.wang, city.ann):
        assert await city.refused(actor, RANKING, measure="ONTIME") != []


async def test_a_ranking_reads_sums_and_nothing_else(city):
    await count(city, "zj", MON, 3)
    city.clock.advance(days=1)
    with listening() as sent:
        await asked(city)
    assert len(sent) == 3
    assert not [text for text in sent if "work_order" in text or "order_facts" in text]


def test_nobody_is_ranked_by_nothing():
    assert ranked({}, RankingMeasure.ONTIME) == []
