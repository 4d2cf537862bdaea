"""Facts live and die with the step that changed them, on both stores, and can be derived anew."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from server.command.orders.flow import OrderAction
from server.command.orders.rules import CheckConclusion, RejectReason
from server.command.orders.service import desk
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import ServiceLevel, Solved
from server.kernel.actors import SYSTEM
from server.platform.timing import listening
from server.supervision.evaluation import queries
from server.supervision.evaluation.rules.formulas import total
from server.supervision.evaluation.service.overdue import count_overdue
from server.supervision.evaluation.service.rebuild import rebuild
from server.supervision.evaluation.tables import EvaluationDay, HandlingDay, OrderFacts
from tests.city import BIN, BIN_RULE, CELL, refusal
from tests.factories import DISTRICT, STREET, an_id

MON, TUE, THU = (date(2026, 3, day) for day in (2, 3, 5))


async def facts_of(city, id):
    rows = await city.rows(OrderFacts, OrderFacts.order_id == id)
    return rows[0] if rows else None


async def proof(city, *, check=True):
    return await rebuild(city.office, check=check, progress=lambda _: None)


async def unit_counts(city, area=DISTRICT, first=MON, last=THU):
    mixed = await queries.by_unit(city.office.read, area, first, last)
    return {unit: total(mix.values()) for unit, mix in mixed.items()}


async def closed(city, **facts):
    """A citizen's lamp, repaired and closed on the same morning."""
    return await city.bring(await city.submit(**facts), "closed")


async def test_a_report_costs_evaluation_nothing(city):
    with listening() as sent:
        await city.submit()
    assert not [text for text in sent if "order_facts" in text or "evaluation_day" in text]
    assert await city.rows(OrderFacts) == []


async def test_what_is_in_limit_is_counted_nowhere(city):
    await city.bring(await city.submit(), "in_progress")
    assert await city.rows(OrderFacts) == []
    assert await city.rows(EvaluationDay) == []


async def test_a_handled_case_counts_for_its_unit_in_each_area_around_it(city):
    id = await closed(city)
    row = await facts_of(city, id)
    assert (row.day, row.unit_id, row.area, row.category, row.difficulty) == (MON, "zj", CELL, "01", "days")
    assert (row.dispose, row.dispose_intime, row.archive, row.check_done, row.reply) == (1, 1, 1, 1, 1)
    areas = {each.area for each in await city.rows(EvaluationDay)}
    assert areas == {DISTRICT, STREET, CELL[:12]}
    assert (await unit_counts(city))["zj"].archive_intime == 1
    assert (await proof(city)).holds


async def test_the_facts_follow_every_later_step(city):
    id = await city.bring(await city.submit(), "checking")
    assert (await facts_of(city, id)).archive == 0
    await city.check(id, conclusion=CheckConclusion.UNSOLVED)
    assert (await facts_of(city, id)).day is None  # back in its limit
    assert await unit_counts(city) == {"zj": total([])}
    await city.sign(id)
    await city.finish(id)
    await city.confirm(id)
    await city.check(id)
    await city.close(id)
    assert ((await facts_of(city, id)).rework, (await facts_of(city, id)).archive) == (1, 1)
    await city.rate(id, Solved.PARTLY, level=ServiceLevel.FAIRLY_SATISFIED)
    row = await facts_of(city, id)
    assert (row.visit, row.satisfied, row.solved, row.score) == (1, 1, 0, 50)
    assert (await unit_counts(city))["zj"].score == 50
    assert (await proof(city)).holds


async def test_an_unsolved_case_leaves_and_comes_back_as_rework(city):
    id = await closed(city)
    await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.VERY_DISSATISFIED)
    assert (await facts_of(city, id)).day is None
    for verb in (city.sign, city.finish, city.confirm):
        await verb(id)
    row = await facts_of(city, id)
    assert (row.reopen, row.rework, row.visit, row.score) == (1, 1, 1, -100)
    assert (await proof(city)).holds


async def test_a_deadline_that_passes_counts_by_itself(city):
    id = await city.bring(await city.submit(), "in_progress")
    due = (await city.order(id)).bundled_due_at
    city.clock.set(due + timedelta(minutes=1))
    await city.sweep()
    row = await facts_of(city, id)
    assert (row.dispose_need, row.dispose, row.dispose_overtime, row.to_dispose) == (1, 0, 1, 1)
    city.clock.advance(days=5)
    await city.finish(id)
    await city.confirm(id)
    late = await facts_of(city, id)
    assert (late.day, late.dispose, late.dispose_intime, late.dispose_overtime) == (row.day, 1, 0, 1)
    assert late.over_times > 0
    assert (await proof(city)).holds


async def test_a_bundled_deadline_without_a_clock_of_its_own_is_looked_up(city):
    """After a failed check the restarted clock may run longer than the first deadline."""
    id = await city.bring(await city.submit(), "checking")
    await city.check(id, conclusion=CheckConclusion.UNSOLVED)
    async with city.office.store.writing() as session:
        await session.exec(update(WorkOrder).values(bundled_due_at=city.clock()))
        await session.commit()
    city.clock.advance(minutes=5)
    async with city.office.work(SYSTEM) as work:
        assert await count_overdue(city.office, work) == 1
    assert (await facts_of(city, id)).dispose_overtime == 1
    assert (await proof(city)).holds


async def test_two_units_each_keep_what_they_did(city):
    id = await city.bring(await city.submit(), "dispatched")
    await city.send_back(id)
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.dispatch(id, unit_id="cg", override_reason="灯杆上的广告灯箱")
    await city.sign(id, city.zhao)
    await city.finish(id, city.zhao)
    counts = await unit_counts(city)
    assert (counts["zj"].received, counts["zj"].back, counts["zj"].freed, counts["zj"].dispose) == (
        1,
        1,
        1,
        0,
    )
    assert (counts["cg"].received, counts["cg"].back, counts["cg"].dispose) == (1, 0, 1)
    assert (await proof(city)).holds


async def test_what_is_not_accepted_is_nobodys(city):
    id = await city.submit()
    args = {"reason": RejectReason.NOT_TRUE, "opinion": "现场没有发现", "op_id": an_id()}
    await city.move(city.li, desk.ask_reject, id, **args)
    await city.release()
    assert (await unit_counts(city))[""].not_inst == 1


async def test_a_refused_step_leaves_no_fact(city):
    id = await city.bring(await city.submit(), "close_pending")
    async with refusal(city.office, "CONDITION_NOT_MET"):
        await city.close(id, met=False)


async def test_how_long_it_took_is_kept_in_steps(city):
    id = await city.bring(await city.submit(), "in_progress")
    city.clock.advance(minutes=137)
    await city.finish(id)
    await city.confirm(id)
    rows = await city.rows(HandlingDay)
    assert {(row.area, row.unit_id, row.minutes, row.n) for row in rows} == {
        (area, "zj", 140, 1) for area in (DISTRICT, STREET, CELL[:12])}  # fmt: skip
    assert await queries.handling(city.office.read, [STREET], MON, MON) == {"zj": {140: 1}}


@pytest.fixture
async def busy(city):
    """A lamp closed, a bin late, a lamp in check."""
    lamp = await closed(city)
    bin_ = await city.dispatch(await city.report(), matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    await city.sign(bin_, city.zhao)
    city.clock.advance(days=3)
    await city.sweep()
    await city.bring(await city.submit(by=city.ben), "checking")
    city.lamp = lamp
    return city


async def test_the_mix_is_kept_apart(busy):
    mixed = await queries.by_unit(busy.office.read, DISTRICT, MON, THU)
    assert {unit: sorted(mix) for unit, mix in mixed.items()} == {
        "zj": [("01", "days")], "cg": [("06", "hours")]}  # fmt: skip
    streets = await queries.by_area(busy.office.read, [STREET, "440103007"], MON, THU)
    assert streets.keys() == {STREET}
    assert total(streets[STREET].values()).dispose_need == 3


async def test_a_rebuild_proves_what_is_stored_and_puts_right_what_is_not(busy):
    good = await proof(busy)
    assert (good.orders, good.counted, good.holds) == (3, 3, True)
    async with busy.office.store.writing() as session:
        await session.exec(update(OrderFacts).where(col(OrderFacts.order_id) == busy.lamp).values(archive=0))
        await session.exec(update(EvaluationDay).values(visit=7))
        await session.commit()
    bad = await proof(busy)
    assert bad.wrong == {busy.lamp: ["archive"]}
    assert bad.sums == len(await busy.rows(EvaluationDay))
    assert (await facts_of(busy, busy.lamp)).archive == 0  # a check changes nothing
    await proof(busy, check=False)
    assert (await proof(busy)).holds


async def test_a_district_without_facts_gets_them_by_a_rebuild(busy):
    async with busy.office.store.writing() as session:
        for table in (OrderFacts, EvaluationDay, HandlingDay):
            await session.exec(delete(table))
        await session.commit()
    assert list((await proof(busy)).wrong.values()) == [["missing"]] * 3
    await proof(busy, check=False)
    assert (await proof(busy)).holds


@pytest.mark.parametrize("action", [OrderAction.CLOSE])
async def test_what_a_close_costs(city, action):
    """Three reads and three writes of its own, whatever the history."""
    id = await city.bring(await city.submit(), "close_pending")
    with listening() as sent:
        await city.close(id)
    names = ("order_facts", "evaluation_day", "handling_day")
    assert len([text for text in sent if any(name in text for name in names)]) == 3
