"""A calendar is published: open deadlines move, those concerned hear of it, and what is over stays."""

from datetime import datetime, timedelta

import pytest

from server.app import jobs_of
from server.kernel.actors import Post
from server.platform import almanac, editions, sla
from server.platform.editions import OwnProposal, Shelf
from server.platform.sla import DeadlineRevision
from server.supervision.orders import service as supervisions
from server.supervision.orders.rules import SuperviseDue
from server.supervision.orders.tables import Supervision
from tests.city import BIN, BIN_RULE, an_office, refusal
from tests.clock import SHANGHAI
from tests.factories import an_id, an_officer
from tests.platform.test_almanac import a_calendar

ADMIN, SECOND = (an_officer(Post.ADMIN_SYS, id=id) for id in ("admin", "second"))
NEW_YEAR = ("2027", "day_off", "元旦", "2027-01-01", "2027-01-03")


@pytest.fixture
def new_year(city):
    """The last working day before a New Year nobody has announced yet."""
    city.clock.set(datetime(2026, 12, 31, 10, 0, tzinfo=SHANGHAI))
    return city


async def proposed(city, *rows):
    return await city.do(ADMIN, editions.propose, almanac.KIND, a_calendar(*rows), note="国办通知")


async def publish(city, *rows):
    row = await proposed(city, *rows)
    await city.do(SECOND, editions.publish, almanac.KIND, row.no)
    await city.office.of(Shelf).refresh(city.office)


async def recounted(office):
    """The job, as often as it has something to do."""
    [job] = [job for job in jobs_of(office)._jobs if job.name == "calendar"]
    done: list[int] = []
    while not done or done[-1]:
        done.append(await job.run(office))
    return sum(done)


async def test_a_deadline_a_promise_and_an_answer_move_together(new_year):
    city = new_year
    id = await city.submit()
    await city.dispatch(id)
    before, asked = await city.order(id), await city.request(id)
    assert (await city.clock_of(id, "handle")).provisional
    await city.do(city.lin, supervisions.issue, {
        "id": "dub", "order_id": id, "due": SuperviseDue.DAYS_3, "text": "请尽快处理"
    })  # fmt: skip
    [due] = [row.due_at for row in await city.rows(Supervision)]
    await city.do(city.tang, supervisions.sign, id="dub", version=1)
    told = len(await city.news(id))
    await publish(city, NEW_YEAR)
    assert (await city.order(id)).due_at == before.due_at  # not yet: the job does it
    assert await recounted(city.office) == 3  # the order, the request on it, the supervision

    order, request = await city.order(id), await city.request(id)
    day = timedelta(days=1)
    assert (order.promised_at, request.promised_at) == (before.promised_at + day, asked.promised_at + day)
    assert order.bundled_due_at == before.bundled_due_at + day
    assert (await city.rows(Supervision))[0].due_at == due + day
    assert (order.supervise_due_at, order.supervise_red_at) == (due + day, due + day + day)
    handle = await city.clock_of(id, "handle")
    assert not handle.provisional
    assert handle.due_at == order.bundled_due_at == handle.original_due_at + day
    assert order.version == (await city.order(id)).version == before.version + 1  # the supervision's own
    assert (await city.verbs(id))[-1] == "reschedule"
    assert (await city.news(id))[told:].count("order.reschedule") == 1
    revisions = await city.rows(DeadlineRevision, DeadlineRevision.timer_id == handle.id)
    assert [(row.reason, row.old, row.new) for row in revisions] == [
        ("calendar", handle.original_due_at, handle.due_at)
    ]
    assert await recounted(city.office) == 0


async def test_the_report_tells_before_anybody_publishes(new_year):
    city = new_year
    lamp, bin_ = await city.submit(), await city.submit(id=an_id())
    await city.dispatch(lamp)
    await city.dispatch(bin_, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    clocks = [row for row in await city.rows(sla.Timer) if row.stopped_at is None]
    report = (await proposed(city, NEW_YEAR)).report
    found = {row["code"]: row for row in report["means"]}
    assert report["changes"] == {"added": 1, "removed": 0, "changed": 0}
    assert found["calendar_off"]["n"] == 1  # the 2nd and 3rd are a weekend anyway
    assert found["deadlines_open"]["n"] == len(clocks)
    later = found["deadlines_later"]
    assert (later["promises"], later["hours"]) == (2, 24.0)
    assert found["deadlines_firm"]["n"] == sum(row.provisional for row in clocks) > 0
    assert found.keys().isdisjoint({"deadlines_earlier", "deadlines_kept"})
    await publish(city, ("2027", "day_off", "元旦", "2027-01-01", "2027-01-04"))
    await recounted(city.office)
    moved = [row for row in await city.rows(DeadlineRevision) if row.reason == "calendar"]
    assert len(moved) == later["n"]


async def test_the_time_to_appeal_moves_too_once_and_the_report_says_so(city):
    city.clock.set(datetime(2026, 12, 15, 10, 0, tzinfo=SHANGHAI))
    id = await city.sign(await city.dispatch(await city.submit()))
    city.clock.set(datetime(2026, 12, 30, 10, 0, tzinfo=SHANGHAI))
    await city.sweep()
    before = await city.order(await city.bring(id, "closed"))
    assert before.overtime and before.appeal_until == datetime(2027, 1, 6, 18, 0, tzinfo=SHANGHAI)
    means = (await proposed(city, NEW_YEAR)).report["means"]
    assert {"code": "appeals_later", "n": 1} in means
    await publish(city, NEW_YEAR)
    for _ in range(2):
        await recounted(city.office)
        city.clock.advance(minutes=2)
    order = await city.order(id)
    assert (order.appeal_until, order.version) == (before.appeal_until + timedelta(days=1), before.version)
    assert (await city.verbs(id)).count("reschedule") == 1
    report = (await proposed(city, ("2027", "day_off", "元旦", "2027-01-01", "2027-01-02"))).report
    assert {mean["code"] for mean in report["means"]}.isdisjoint({"appeals_later", "appeals_earlier"})


async def test_a_process_that_begins_a_clock_by_the_old_calendar_is_put_right(new_year, settings):
    city = new_year
    async with an_office(settings, city.clock) as lagging:
        await publish(city, NEW_YEAR)
        assert await recounted(city.office) == 0
        city.office, leading = lagging, city.office
        id = await city.report()
        city.office = leading
        by_old = (await city.clock_of(id, "accept")).calendar
        city.clock.advance(minutes=2)
        assert (by_old, await recounted(city.office)) == (0, 1)
        assert (await city.clock_of(id, "accept")).calendar == 1


async def test_four_eyes_and_a_file_that_does_not_fit_leave_nothing(city):
    row = await proposed(city, NEW_YEAR)
    async with refusal(city.office, "OWN_PROPOSAL"):
        await city.do(ADMIN, editions.publish, almanac.KIND, row.no)
    assert OwnProposal.code == "OWN_PROPOSAL"
    bad = ("2027", "day_off", "元旦", "2027-01-01", "2027-12-31")
    async with refusal(city.office, "BAD_SHEET"):
        await city.do(ADMIN, editions.propose, almanac.KIND, a_calendar(bad))
