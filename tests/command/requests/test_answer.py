"""The citizen's answer: rating, going back, riding on another case, and belonging to somebody."""

from datetime import timedelta

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.service import merge
from server.command.requests.flow import VISIT, RequestState
from server.command.requests.rules import RatingReason, ServiceLevel, Solved
from server.command.requests.service import citizen as service
from server.command.requests.service import owner
from server.command.requests.tables import Rating
from server.kernel.geo import Wgs84
from server.platform.rollups import Rollup
from tests.city import HERE, on_sqlite, refusal
from tests.clock import MONDAY
from tests.command.requests.citizens import state, verb_of
from tests.factories import a_citizen, an_id

A = OrderAction

# ── rate ──────────────────────────────────────────────────────────────────────────────────────────


async def rated(city):
    rows = await city.rows(Rollup, Rollup.area == "440103")
    return {row.metric: row.n for row in rows if row.metric in {"rated", "satisfied"} and row.n}


async def test_a_rating_is_kept_and_counted(city):
    id = await city.bring(await city.submit(), "closed")
    await city.rate(id, Solved.PARTLY, level=ServiceLevel.DISSATISFIED, text="有点慢",
                    reasons=[RatingReason.SLOW, RatingReason.ATTITUDE])  # fmt: skip
    [rating] = await city.rows(Rating)
    assert (rating.round, rating.solved, rating.level, rating.reasons) == (
        0,
        "partly",
        "dissatisfied",
        "slow|attitude",
    )
    order = await city.order(id)
    assert (order.satisfied, order.rated_at, order.unsolved_times) == (False, city.clock(), 0)
    assert (await rated(city), await state(city, id)) == ({"rated": 1}, ("closed", "closed"))


async def test_unsolved_sends_it_back_twice_and_the_third_time_a_person_calls(city):
    id = await city.bring(await city.submit(), "closed")
    for times in (1, 2):
        city.clock.advance(days=1)
        await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.VERY_DISSATISFIED, text="又坏了")
        assert await state(city, id) == ("in_progress", "dispatched")
        request, order = await city.request(id), await city.order(id)
        assert (request.reopen_times, order.reopen_times, order.unsolved_times, request.closed_at) == (
            times,
            times,
            times,
            None,
        )
        assert await city.clocks(id, "request") == {"reply": "running"}
        assert ((await city.lines(id))[-1].post, (await city.lines(id))[-1].opinion) == ("system", "又坏了")
        await city.bring(id, "closed")
        assert await state(city, id) == ("visiting", "closed")
    await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.VERY_DISSATISFIED)
    assert (await state(city, id), (await city.order(id)).unsolved_times) == (("closed", "closed"), 3)
    assert [row.round for row in sorted(await city.rows(Rating), key=lambda row: row.round)] == [0, 1, 2]
    assert await rated(city) == {"rated": 1}  # the newest rating of a case is the one that counts


@pytest.mark.parametrize("spent", ["month", "leader"])
async def test_unsolved_is_heard_even_when_the_case_cannot_go_back(city, spent):
    id = await city.bring(await city.submit(), "closed")
    if spent == "month":
        city.clock.advance(days=31)
    else:
        for _ in range(2):
            await city.step(city.lin, A.REOPEN, id, "再看一遍")
            await city.bring(id, "closed")
    await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.DISSATISFIED)
    assert (await state(city, id), (await city.order(id)).unsolved_times) == (("closed", "closed"), 1)


async def test_when_the_leader_reopens_it_the_citizen_is_asked_again_later(city):
    id = await city.bring(await city.submit(), "closed")
    await city.step(city.lin, A.REOPEN, id, "抽查发现又坏了")
    assert await state(city, id) == ("in_progress", "dispatched")
    assert ((await city.request(id)).reopen_times, (await city.request(id)).closed_at) == (0, None)
    await city.bring(id, "closed")
    assert await state(city, id) == ("visiting", "closed")
    await city.rate(id)


# ── merged ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("master_state", "joined"),
    [("reported", "submitted"), ("dispatched", "assigned"), ("in_progress", "in_progress"),
     ("checking", "replied"), ("close_pending", "replied")],
)  # fmt: skip
async def test_a_merged_request_follows_its_master_to_the_end(city, master_state, joined):
    master = await city.bring(await city.submit(), master_state)
    other = await city.submit(city.ben)
    await city.move(city.li, merge.ask_merge, other, into_id=master, op_id=an_id())
    await city.release()
    request = await city.request(other)
    assert (request.state, request.order_id, request.merged) == (joined, master, True)
    assert (await city.order(other)).state == "merged"
    await city.bring(master, "closed")
    assert (await city.request(other)).state == (await city.request(master)).state == "visiting"
    assert await city.clocks(other, "request") == dict.fromkeys(VISIT, "running")
    await city.rate(other, Solved.UNSOLVED, city.ben)
    assert ((await city.request(other)).state, (await city.order(master)).state) == ("closed", "closed")


async def test_when_the_master_goes_back_everybody_waits_again(city):
    master, other = await city.submit(), await city.submit(city.ben)
    await city.move(city.li, merge.ask_merge, other, into_id=master, op_id=an_id())
    await city.release()
    await city.bring(master, "closed")
    await city.rate(master, Solved.UNSOLVED)
    assert {(await city.request(id)).state for id in (master, other)} == {"in_progress"}
    await city.bring(master, "closed")
    assert {(await city.request(id)).state for id in (master, other)} == {"visiting"}


# ── guests and neighbours ─────────────────────────────────────────────────────────────────────────


async def test_what_a_guest_reported_belongs_to_the_account_he_proves(city):
    id = await city.submit(city.ben)
    shared = await city.submit(city.ann)
    await city.do(city.ben, service.follow_case, shared)
    cara = a_citizen(id="cara")
    await city.do(cara, owner.hand_over, city.ben.id, cara.id)
    assert (await city.request(id)).reporter_id == "cara"
    assert (await city.news(id))[-1] == "request.hand_over"
    await verb_of(city, id, service.withdraw, cara)
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ben, service.urge, id)
    await city.do(cara, service.follow_case, shared)
    assert (await city.order(shared)).likes == 1


async def test_a_neighbour_meets_it_once(city):
    id = await city.submit(likes=3)
    for person in (city.ben, city.ben, a_citizen()):
        await city.do(person, service.follow_case, id)
    assert (await city.order(id)).likes == 5


@on_sqlite
async def test_every_state_of_the_flow_is_one_of_the_rows(city):
    id = await city.submit(at=Wgs84(HERE.lon, HERE.lat), submitted_at=MONDAY - timedelta(hours=1))
    assert RequestState((await city.request(id)).state) is RequestState.SUBMITTED
    assert (await city.clock_of(id, "triage")).started_at == MONDAY - timedelta(hours=1)
