"""Clocks that run out: said once, counted once, and never a reason to lose the form in one's hands."""

from datetime import timedelta

from server.command.orders.service import desk
from server.kernel.calendar import Limit, TimeUnit
from server.platform import sla
from server.platform.rollups import STOCK, Rollup
from tests.city import BIN, BIN_RULE, CELL, on_sqlite
from tests.clock import MONDAY
from tests.factories import DISTRICT


async def overdue(city, area=DISTRICT):
    """The standing figure of an area."""
    rows = await city.rows(Rollup, Rollup.area == area, Rollup.metric == "overdue", Rollup.day == STOCK)
    return sum(row.n for row in rows)


async def test_a_clock_that_runs_out_raises_the_flag_and_is_told_of(city):
    id = await city.submit()
    version = (await city.order(id)).version
    city.clock.advance(minutes=12)
    await city.sweep()
    assert ((await city.order(id)).overdue, await overdue(city)) == (False, 0)
    city.clock.advance(minutes=3)
    await city.sweep()
    order = await city.order(id)
    assert (order.overdue, order.version, await overdue(city), await overdue(city, CELL)) == (
        True,
        version,
        1,
        1,
    )
    city.clock.advance(minutes=8)
    await city.sweep()
    assert await city.verbs(id) == ["report", "clock_80", "clock_100", "clock_150"]
    assert [verb for verb in await city.news(id) if verb.startswith("order")] == [
        "order.report", "order.clock_80", "order.clock_100", "order.clock_150",
    ]  # fmt: skip
    assert {line.post for line in (await city.lines(id))[1:]} == {"system"}
    assert await overdue(city) == 1


async def test_marks_that_passed_while_the_server_slept_count_once(city):
    """80, 100, 150 and 200 % of one clock, and the end of another one, in one sweep."""
    id = await city.submit()
    city.clock.advance(days=30)
    await city.sweep()
    assert ((await city.order(id)).overdue, await overdue(city), await overdue(city, CELL)) == (True, 1, 1)
    marks = [f"clock_{mark}" for mark in sla.MARKS]
    assert sorted(await city.verbs(id)) == sorted(["report", *marks * 2])


async def test_a_step_puts_the_flag_down_unless_another_clock_is_over(city):
    id = await city.submit()
    city.clock.advance(minutes=20)
    await city.sweep()
    assert await overdue(city) == 1
    await city.dispatch(id)
    assert ((await city.order(id)).overdue, await overdue(city)) == (False, 0)
    city.clock.advance(days=20)
    await city.sweep()
    await city.sign(id)
    assert ((await city.order(id)).overdue, await overdue(city)) == (True, 1)
    await city.bring(id, "closed")
    assert ((await city.order(id)).overdue, await overdue(city)) == (False, 0)


async def test_a_form_opened_before_the_clock_ran_out_is_still_good(city):
    id = await city.submit()
    version = (await city.order(id)).version
    city.clock.advance(minutes=16)
    await city.sweep()
    await city.ask_dispatch(id, version=version)
    assert await city.release() == 1


async def test_what_is_over_is_not_flagged(city):
    id = await city.submit()
    await city.bring(id, "closed")
    city.clock.advance(days=60)
    await city.sweep()
    assert ((await city.order(id)).overdue, await overdue(city)) == (False, 0)
    assert not [verb for verb in await city.verbs(id) if verb.startswith("clock")]


@on_sqlite
async def test_the_nearest_deadline_of_the_stage_is_shown_and_the_promise_only_when_alone(city):
    id = await city.submit(matter_code=BIN)
    assert (await city.order(id)).due_clock == "accept"
    await city.dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    order = await city.order(id)
    assert (order.due_clock, order.due_at) == ("sign", MONDAY + timedelta(hours=1))
    await city.sign(id, city.zhao)
    order = await city.order(id)
    assert (order.due_clock, order.due_at) == (
        "handle",
        city.office.calendar.due(MONDAY, Limit(4, TimeUnit.WORK_HOUR)),
    )
    await city.bring(await city.finish(id, city.zhao), "close_pending")
    order = await city.order(id)
    assert (order.due_clock, order.due_at) == ("promise", order.promised_at)


async def test_a_paused_clock_keeps_its_place_in_the_list(city):
    id = await city.submit()
    await city.move(city.li, desk.request_verify, id)
    city.clock.advance(hours=2)
    await city.sweep()
    order = await city.order(id)
    assert (order.overdue, order.due_clock) == (True, "verify")
    assert "clock_100" in await city.verbs(id)
    await city.verify(id)
    order = await city.order(id)
    assert (order.overdue, order.due_clock, order.due_at) == (
        False,
        "accept",
        city.clock() + timedelta(minutes=15),
    )
    assert await overdue(city) == 0
