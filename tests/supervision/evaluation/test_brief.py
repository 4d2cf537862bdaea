"""每日简报: five sentences whose every figure equals its list, frozen once and told at 07:30."""

from datetime import date, datetime, timedelta

import pytest

from server.command.notices import service as notices
from server.command.notices.tables import Notice
from server.command.orders.service.told import reported_between
from server.command.requests.rules import ServiceLevel, Solved
from server.kernel.calendar import midnight
from server.platform.news import News
from server.supervision.evaluation.rules import brief as rules
from server.supervision.evaluation.rules.brief import Day, Sentence, ageing, hottest, sentences
from server.supervision.evaluation.service import brief
from server.supervision.evaluation.tables import Brief
from tests.clock import MONDAY, SHANGHAI
from tests.command.orders.test_split import parted
from tests.factories import DISTRICT, STREET, a_leader

BRIEF = """query ($day: Date) { brief(day: $day) {
  day frozenAt late area { code } sentences { code params { name value } figures { key n } }
  newSeries ontime due ontimeUsual ageing keys earlier later } }"""
CASES = """query ($day: Date!, $key: String!, $first: Int! = 100, $after: String) {
  briefOrders(day: $day, key: $key, first: $first, after: $after) { total next items { id } } }"""
MON = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 3, 0, 1, tzinfo=SHANGHAI)


def a_day(**facts):
    plain = dict.fromkeys(
        ("new", "due", "ontime", "overdue", "rated", "satisfied", "dissatisfied", "hot", "old"), ()
    )
    return Day(**{**plain, "hot_area": "", "hot_category": "", "weekday": 1, "usual": None,
                  "overdue_before": None, **facts})  # fmt: skip


def codes(day):
    return [each.code for each in sentences(day)]


def test_a_day_without_anything_has_five_sentences_all_the_same():
    assert codes(a_day()) == ["new", "due_none", "overdue", "rated_none", "hot_none"]


@pytest.mark.parametrize(
    ("n", "code"), [(1, "new_less"), (2, "new_usual"), (4, "new_usual"), (5, "new_more")]
)
def test_what_came_is_told_beside_what_is_usual(n, code):
    assert sentences(a_day(new="x" * n, usual=(2, 4)))[0] == Sentence(code, {"new": n}, {"weekday": "1"})


@pytest.mark.parametrize(("before", "code", "change"), [
    (1, "overdue_more", "1"), (2, "overdue_same", "0"), (5, "overdue_less", "3"),
])  # fmt: skip
def test_what_is_overdue_is_told_beside_the_day_before(before, code, change):
    assert sentences(a_day(overdue="xx", overdue_before=before))[2] == Sentence(
        code, {"overdue": 2}, {"change": change}
    )


def test_due_and_rated_in_numbers():
    day = a_day(due="xxx", ontime="xx", rated="xxxx", satisfied="xxx", dissatisfied="x")
    assert sentences(day)[1] == Sentence("due", {"due": 3, "ontime": 2}, {"percent": "67"})
    assert sentences(day)[3] == Sentence("rated_bad", {"rated": 4, "satisfied": 3, "dissatisfied": 1})


def test_what_stands_out_needs_three_of_a_kind_in_a_place():
    places = [("a", "甲街", "井盖"), ("b", "甲街", "井盖"), ("c", "乙街", "井盖"), ("d", "甲街", "")]
    assert hottest(places) == ("", "", [])
    assert hottest([*places, ("e", "甲街", "井盖")]) == ("甲街", "井盖", ["a", "b", "e"])
    assert hottest([]) == ("", "", [])


def test_ages_of_open_cases():
    days = [0.5, 1, 1.1, 3, 5, 7, 8, 30]
    assert ageing([MONDAY - timedelta(days=n) for n in days], MONDAY) == [2, 2, 2, 2]
    assert len(rules.AGES) == 3


@pytest.fixture
async def written(city):
    """Monday in the city: two handled and one of them rated, one overdue, one new; then midnight."""
    happy = await city.bring(await city.submit(), "closed")
    await city.rate(happy)
    sad = await city.bring(await city.submit(by=city.ben), "closed")
    await city.rate(sad, Solved.PARTLY, by=city.ben, level=ServiceLevel.DISSATISFIED)
    await city.submit(text="井盖坏了")
    city.clock.set(MIDNIGHT)
    while await brief.freeze(city.office):
        pass
    return city


async def asked(city, actor=None, day=None):
    return (await city.ask(actor or city.lin, BRIEF, day=day))["brief"]


async def test_every_figure_equals_its_list(written):
    told = await asked(written)
    assert (told["day"], told["area"]["code"], told["late"]) == ("2026-03-02", DISTRICT, False)
    figures = {f["key"]: f["n"] for sentence in told["sentences"] for f in sentence["figures"]}
    assert figures == {
        "new": 3, "due": 2, "ontime": 2, "overdue": 0, "rated": 2, "satisfied": 1, "dissatisfied": 1,
        **({"hot": figures["hot"]} if "hot" in figures else {}),
    }  # fmt: skip
    for key, n in figures.items():
        cases = (await written.ask(written.lin, CASES, day="2026-03-02", key=key))["briefOrders"]
        assert (cases["total"], len(cases["items"])) == (n, n)
    assert (told["ontime"], told["due"], told["newSeries"][-1], sum(told["ageing"])) == (2, 2, 3.0, 1)


async def test_a_split_case_came_once_and_what_is_old_opens_its_cases(city):
    id, _ = await parted(city)
    city.clock.advance(days=8)
    while await brief.freeze(city.office):
        pass
    told = await asked(city)
    assert (told["sentences"][0]["figures"], "old" in told["keys"]) == ([{"key": "new", "n": 0}], True)
    cases = (await city.ask(city.lin, CASES, day=told["day"], key="old"))["briefOrders"]
    assert (cases["total"], told["ageing"][3]) == (3, 3)  # the case and its two parts are open
    assert id in {each["id"] for each in cases["items"]}
    since, until = midnight(MON), midnight(MON + timedelta(days=1))
    async with city.office.reading() as session:
        assert [row[0] for row in await reported_between(session, DISTRICT, since, until)] == [id]


async def test_what_happens_later_changes_nothing_of_it(written):
    before = await asked(written)
    await written.submit()
    await brief.freeze(written.office)
    assert await asked(written) == before
    pages = [(await written.ask(written.lin, CASES, day="2026-03-02", key="new", first=2))["briefOrders"]]
    pages.append((await written.ask(
        written.lin, CASES, day="2026-03-02", key="new", first=2, after=pages[0]["next"]
    ))["briefOrders"])  # fmt: skip
    assert [len(page["items"]) for page in pages] == [2, 1]
    assert pages[1]["next"] is None


async def test_it_is_written_once_for_the_district_and_each_street(written):
    rows = await written.rows(Brief)
    assert len(rows) == 1 + len(written.office.areas.children(DISTRICT))
    assert await brief.freeze(written.office) == 0
    street = await asked(written, written.bo)
    assert (street["area"]["code"], street["sentences"][0]["figures"]) == (STREET, [{"key": "new", "n": 3}])
    elsewhere = await asked(written, a_leader(id="e", area="440103001"))
    assert elsewhere["sentences"][0]["figures"] == [{"key": "new", "n": 0}]


async def test_days_are_turned_back_and_forth(written):
    written.clock.advance(days=1)
    while await brief.freeze(written.office):
        pass
    newest = await asked(written)
    assert (newest["day"], newest["earlier"], newest["later"]) == ("2026-03-03", "2026-03-02", None)
    older = await asked(written, day="2026-03-02")
    assert (older["day"], older["earlier"], older["later"]) == ("2026-03-02", None, "2026-03-03")
    assert await asked(written, day="2026-02-01") is None


async def test_a_server_that_was_away_says_that_it_is_late(city):
    city.clock.set(datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI))
    while await brief.freeze(city.office):
        pass
    assert (await asked(city))["late"] is True


async def test_leaders_hear_of_it_at_half_past_seven_once(written):
    written.clock.set(datetime(2026, 3, 3, 7, 29, tzinfo=SHANGHAI))
    await brief.announce(written.office)
    assert await written.rows(News, News.topic == "brief") == []
    written.clock.advance(minutes=1)
    await brief.announce(written.office)
    await brief.announce(written.office)
    assert len(await written.rows(News, News.topic == "brief")) == 2
    for _ in range(3):  # the first call only sets its mark
        await notices.spread(written.office)
    heard = await written.rows(Notice, Notice.key == "brief.ready")
    assert sorted(row.person_id for row in heard) == ["bo", "lin"]  # each of his own area, and once


@pytest.mark.parametrize(("day", "key", "code"), [
    ("2026-03-02", "secret", "BAD_INPUT"), ("2026-02-02", "new", "NOT_FOUND"),
])  # fmt: skip
async def test_what_is_not_in_it_is_refused(written, day, key, code):
    assert await written.refused(written.lin, CASES, day=day, key=key) == [code]
    assert await written.refused(written.li, BRIEF) != []
