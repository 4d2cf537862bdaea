"""抽查回访: all bad ratings and a stable tenth of what was closed unchecked are called, and may go back."""

import pytest

from server.command.orders.flow import OrderAction
from server.command.requests import rules
from server.command.requests.rules import ContactWay, ServiceLevel, Solved
from server.command.requests.service import visits
from server.command.requests.tables import ReturnVisit
from server.identity import accounts
from tests.city import on_sqlite, refusal
from tests.factories import an_id

LIST = """{ visits { total items { id why no tries unit { id } rating { solved level }
  contacts { way reached text by { name } } } } }"""


async def bad(city, solved=Solved.PARTLY, level=ServiceLevel.VERY_DISSATISFIED):
    id = await city.bring(await city.submit(), "closed")
    await city.rate(id, solved, level=level, text="等了太久")
    return id


def drawn(wanted):
    """An id that is, or is not, in the sample."""
    return next(id for id in (an_id() for _ in range(1000)) if rules.sampled(id) is wanted)


@on_sqlite
async def test_every_bad_rating_is_called_and_no_good_one(city):
    await bad(city, Solved.SOLVED, ServiceLevel.FAIRLY_SATISFIED)
    assert await city.rows(ReturnVisit) == []
    id = await bad(city)
    [visit] = (await city.ask(city.li, LIST))["visits"]["items"]
    assert (visit["why"], visit["unit"], visit["rating"]) == (
        "BAD_RATING", {"id": "zj"}, {"solved": "PARTLY", "level": "VERY_DISSATISFIED"},
    )  # fmt: skip
    assert visit["no"] == (await city.order(id)).no
    await city.rate(id, Solved.PARTLY, level=ServiceLevel.DISSATISFIED)  # thought over: still one call
    assert len(await city.rows(ReturnVisit)) == 1


async def test_a_call_is_logged_and_the_visit_passes_once(city):
    await bad(city)
    [visit] = await city.rows(ReturnVisit)
    assert await city.clocks(visit.id, "visit") == {"call": "running"}
    async with refusal(city.office, "TEXT_REQUIRED"):
        await city.do(
            city.li, visits.log_call, id=visit.id, version=1, way=ContactWay.RELAY, reached=True, text=""
        )
    await city.do(
        city.li, visits.log_call, id=visit.id, version=1, way=ContactWay.RELAY, reached=False, text=""
    )
    async with refusal(city.office, "STALE_VERSION"):
        await city.do(city.li, visits.conclude, id=visit.id, version=1, redo=False, text="已说明")
    await city.do(city.li, visits.conclude, id=visit.id, version=2, redo=False, text="已说明，市民认可。")
    [visit] = await city.rows(ReturnVisit)
    assert (visit.state, visit.tries, visit.done_by) == ("passed", 1, "li")
    assert await city.clocks(visit.id, "visit") == {}
    async with refusal(city.office, "VISIT_DONE"):
        await city.do(city.he, visits.conclude, id=visit.id, version=3, redo=True, text="再办")
    assert await city.verbs(visit.id, "visit") == ["open", "call", "pass"]
    for stranger in (city.wang, city.chen, city.clerk):
        async with refusal(city.office, "NOT_FOUND"):
            await city.do(stranger, visits.conclude, id=visit.id, version=3, redo=False, text="x")


async def test_found_unsolved_it_goes_back_and_the_citizen_rates_another_round(city):
    id = await bad(city)
    [visit] = await city.rows(ReturnVisit)
    await city.do(city.li, visits.conclude, id=visit.id, version=1, redo=True, text="又不亮了")
    order, request = await city.order(id), await city.request(id)
    assert (order.state, order.reopen_times, request.state, request.reopen_times) == (
        "dispatched", 1, "in_progress", 1,
    )  # fmt: skip
    await city.bring(id, "closed")
    await city.rate(id)
    assert (await city.request(id)).outcome == "rated"


async def test_a_call_that_is_late_is_said_aloud(city):
    await bad(city)
    [visit] = await city.rows(ReturnVisit)
    city.clock.advance(days=24)
    await city.sweep()
    assert "visit.clock_100" in await city.news(visit.id)


@pytest.mark.parametrize(("wanted", "calls"), [(True, 1), (False, 0)])
async def test_a_tenth_of_what_was_closed_unchecked_is_called(city, wanted, calls):
    id = drawn(wanted)
    await city.report(id=id)
    await city.bring(id, "handled")
    for officer in (city.chen, city.huang):
        await city.do(city.li, dismiss, officer.id)
    await city.confirm(id)  # nobody is there to check
    await city.step(city.li, OrderAction.WAIVE_CHECK, id, "低风险，照片清楚")
    await city.close(id)
    found = await city.rows(ReturnVisit)
    assert [(row.why, row.order_id, row.request_id) for row in found] == [("sampled", id, "")] * calls


@on_sqlite
async def test_what_was_checked_is_not_drawn_and_the_draw_is_always_the_same(city):
    id = drawn(True)
    await city.report(id=id)
    await city.bring(id, "closed")
    assert await city.rows(ReturnVisit) == []
    many = [f"case {n}" for n in range(5000)]
    assert 400 < sum(map(rules.sampled, many)) < 600


async def dismiss(work, account_id):
    """The officer is gone."""
    await accounts.disable(work, account_id)
