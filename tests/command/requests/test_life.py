"""A citizen's request follows the order that carries it, from the report to the rating and back again."""

from datetime import timedelta

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.rules import CheckConclusion, RejectReason
from server.command.orders.service import desk
from server.command.requests import service
from server.command.requests.flow import RequestState
from server.command.requests.rules import RatingReason, RequestKind, ServiceLevel, Solved
from server.command.requests.service import Submission
from server.command.requests.tables import CitizenRequest, Rating
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.geo import Wgs84
from server.platform.rollups import Rollup
from server.platform.vault import Vault
from tests.city import HERE, LAMP, on_sqlite, refusal
from tests.clock import MONDAY
from tests.factories import a_citizen, an_id

A = OrderAction


def submission(city, **facts):
    told = {"id": an_id(), "kind": RequestKind.REPORT, "text": "路灯不亮。", "spot": city.spot(), **facts}
    return Submission(**told)


async def state(city, id):
    """The states of a request and of the order it rides on."""
    request = await city.request(id)
    return request.state, (await city.order(request.order_id)).state


async def verb_of(city, id, verb, by=None, **facts):
    """A citizen's verb that names the version he saw."""
    return await city.do(by or city.ann, verb, id=id, version=(await city.request(id)).version, **facts)


# ── submit ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_request_is_one_with_the_order_that_carries_it(city):
    id = await city.submit(phone="138 0013 8001", matter_code=LAMP)
    request, order = await city.request(id), await city.order(id)
    assert (request.no, request.order_id, request.state, order.state) == (
        order.no,
        id,
        "submitted",
        "reported",
    )
    assert (order.source, order.source_id, order.matter_code, order.contact) == (
        "citizen",
        id,
        LAMP,
        "138****8001",
    )
    assert (request.phone_shown, request.submitted_at) == ("138****8001", MONDAY)
    assert city.office.of(Vault).unseal(request.phone, about=f"request/{id}/phone") == "13800138001"
    five_days = city.office.calendar.due(MONDAY, Limit(5, TimeUnit.WORK_DAY))
    assert (request.promised_at, order.promised_at) == (five_days, five_days)
    assert await city.clocks(id, "request") == {"triage": "running"}
    assert await city.clocks(id) == {"accept": "running", "promise": "running"}
    assert (await city.verbs(id, "request"), await city.verbs(id)) == (["submit"], ["report"])


async def test_the_same_request_sent_again_is_the_same(city):
    told = submission(city)
    await city.do(city.ann, service.submit, told)
    before = await city.request(told.id)
    await city.do(city.ann, service.submit, told)
    assert ([await city.request(told.id)], len(await city.rows(CitizenRequest))) == ([before], 1)
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ben, service.submit, told)


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"text": ""}, "NOTHING_REPORTED", "text"),
        ({"phone": "123"}, "BAD_PHONE", "phone"),
        ({"matter_code": "99999"}, "BAD_INPUT", "matterCode"),
        ({"photo_ids": ["nobody's"]}, "BAD_INPUT", "photoIds"),
        ({"text": "长" * 2001}, "TEXT_TOO_LONG", "text"),
    ],
)
async def test_what_cannot_be_taken_is_refused_whole(city, facts, code, field):
    async with refusal(city.office, code) as refused:
        await city.do(city.ann, service.submit, submission(city, **facts))
    assert refused.value.field == field


@on_sqlite
async def test_staff_do_not_submit_for_themselves(city):
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.chen, service.submit, submission(city))


@on_sqlite
async def test_one_device_does_not_flood_the_desk(city):
    for _ in range(20):
        await city.submit()
    async with refusal(city.office, "TOO_MANY_REPORTS"):
        await city.do(city.ann, service.submit, submission(city))
    await city.submit(city.ben)
    city.clock.advance(hours=1, seconds=1)
    await city.submit()


async def test_a_confidential_request_hides_who_asked(city):
    id = await city.submit(phone="13800138001", confidential=True)
    request, order = await city.request(id), await city.order(id)
    assert (order.contact, order.confidential, request.phone_shown) == ("", True, "138****8001")


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "text", "limit"),
    [
        (RequestKind.CONSULT, "路灯几点亮？", Limit(1, TimeUnit.WORK_DAY)),
        (RequestKind.HELP, "路灯坏了。", Limit(3, TimeUnit.WORK_DAY)),
        (RequestKind.COMPLAINT, "路灯坏了。", Limit(5, TimeUnit.WORK_DAY)),
        (RequestKind.SUGGESTION, "多装路灯。", Limit(15, TimeUnit.WORK_DAY)),
        (RequestKind.REPORT, "楼道里有燃气味，很浓。", Limit(1, TimeUnit.NATURAL_DAY)),
    ],
)
async def test_what_is_promised_depends_on_the_kind_and_on_danger(city, kind, text, limit):
    request = await city.request(await city.submit(kind=kind, text=text))
    assert request.promised_at == city.office.calendar.due(MONDAY, limit)


# ── the whole life ────────────────────────────────────────────────────────────────────────────────


async def test_a_request_follows_its_order_through_the_whole_life(city):
    id = await city.submit()
    road = [
        ("dispatched", "assigned", {"reply"}), ("in_progress", "in_progress", {"reply"}),
        ("handled", "in_progress", {"reply"}), ("checking", "replied", set()),
        ("close_pending", "replied", set()), ("closed", "visiting", {"visit"}),
    ]  # fmt: skip
    for order_state, request_state, clocks in road:
        city.clock.advance(minutes=1)
        await city.bring(id, order_state)
        assert await state(city, id) == (request_state, order_state)
        assert set(await city.clocks(id, "request")) == clocks
    request = await city.request(id)
    assert request.closed_at == (await city.order(id)).closed_at == city.clock()
    assert await city.verbs(id, "request") == ["submit", "assign", "sign", "reply", "audit_pass"]
    assert {line.post for line in (await city.lines(id, "request"))[1:]} == {"system"}
    await city.rate(id, text="谢谢")
    assert await state(city, id) == ("closed", "closed")
    assert await city.clocks(id, "request") == {}


async def test_a_failed_check_takes_the_reply_back(city):
    id = await city.bring(await city.submit(), "checking")
    await city.check(id, conclusion=CheckConclusion.UNSOLVED)
    assert await state(city, id) == ("in_progress", "dispatched")
    assert await city.clocks(id, "request") == {"reply": "running"}
    await city.bring(id, "closed")
    assert await state(city, id) == ("visiting", "closed")


async def test_a_return_inside_the_house_does_not_show(city):
    id = await city.send_back(await city.sign(await city.dispatch(await city.submit())))
    assert await state(city, id) == ("in_progress", "returned")
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.dispatch(id, unit_id="sw")
    assert (await city.verbs(id, "request")) == ["submit", "assign", "sign"]
    await city.finish(await city.sign(id, city.liang), city.liang)
    await city.check(id)
    assert await state(city, id) == ("replied", "close_pending")


async def test_a_rejection_ends_the_request_with_its_reason(city):
    id = await city.submit()
    await city.move(
        city.li, desk.ask_reject, id, reason=RejectReason.NOT_OURS, opinion="请致电物业", op_id=an_id()
    )
    await city.release()
    assert (await state(city, id), await city.clocks(id, "request")) == (("rejected", "rejected"), {})
    assert ((await city.lines(id, "request"))[-1].opinion, (await city.request(id)).closed_at) == (
        "请致电物业",
        MONDAY,
    )


async def test_the_request_is_told_on_when_the_orders_clock_runs_out(city):
    id = await city.submit()
    city.clock.advance(hours=1)
    await city.sweep()
    assert "request.follow" in await city.news(id)
    assert "clock_100" in await city.verbs(id, "request")


# ── withdraw ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_report_taken_back_before_it_was_filed_is_over(city):
    id = await city.submit()
    await verb_of(city, id, service.withdraw)
    assert await state(city, id) == ("withdrawn", "rejected")
    assert ((await city.request(id)).closed_at, await city.clocks(id), await city.clocks(id, "request")) == (
        MONDAY,
        {},
        {},
    )
    line = (await city.lines(id))[-1]
    assert (line.verb, line.post, line.detail) == ("order.reject", "system", {"reason": "withdrawn"})


async def test_what_a_unit_has_in_hand_goes_on_without_the_citizen(city):
    id = await city.bring(await city.submit(), "in_progress")
    await verb_of(city, id, service.withdraw)
    assert await state(city, id) == ("withdrawn", "in_progress")
    await city.bring(id, "closed")
    assert await state(city, id) == ("withdrawn", "closed")


@on_sqlite
async def test_danger_is_not_over_because_the_reporter_says_so(city):
    id = await city.submit(text="楼道里有燃气味，很浓。")
    await verb_of(city, id, service.withdraw)
    assert await state(city, id) == ("withdrawn", "reported")


async def test_a_neighbours_case_does_not_end_with_mine(city):
    """Somebody else's report was merged into it: that person still waits."""
    master, other = await city.submit(), await city.submit(city.ben)
    await city.move(city.li, desk.ask_merge, other, into_id=master, op_id=an_id())
    await city.release()
    await verb_of(city, master, service.withdraw)
    assert await state(city, master) == ("withdrawn", "reported")
    assert await state(city, other) == ("submitted", "reported")
    await city.bring(master, "closed")
    assert await state(city, other) == ("visiting", "closed")


@on_sqlite
async def test_after_the_reply_it_is_rated_not_withdrawn(city):
    id = await city.bring(await city.submit(), "checking")
    async with refusal(city.office, "ILLEGAL_STEP"):
        await verb_of(city, id, service.withdraw)


@on_sqlite
async def test_only_ones_own_request_is_there(city):
    id = await city.submit()
    for verb, facts in ((service.withdraw, {}), (service.supply, {"text": "补充", "photo_ids": []})):
        async with refusal(city.office, "NOT_FOUND"):
            await verb_of(city, id, verb, city.ben, **facts)
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.ben, service.urge, id)
    async with refusal(city.office, "NOT_FOUND"):
        await city.rate(id, by=city.ben)


@on_sqlite
async def test_a_form_that_is_out_of_date_is_refused(city):
    id = await city.submit()
    version = (await city.request(id)).version
    await city.dispatch(id)
    async with refusal(city.office, "STALE_VERSION"):
        await city.do(city.ann, service.withdraw, id=id, version=version)


# ── urge and supply ───────────────────────────────────────────────────────────────────────────────


async def test_urging_works_once_in_24_hours(city):
    id = await city.bring(await city.submit(), "in_progress")
    await city.do(city.ann, service.urge, id)
    assert ((await city.request(id)).urged_at, (await city.verbs(id))[-1]) == (city.clock(), "urged")
    assert (await city.news(id))[-2:] == ["request.urge", "order.urged"]
    city.clock.advance(hours=23, minutes=30)
    async with refusal(city.office, "URGED_ALREADY") as refused:
        await city.do(city.ann, service.urge, id)
    assert refused.value.params == {"again": 1}
    city.clock.advance(minutes=30)
    await city.do(city.ann, service.urge, id)
    assert await city.verbs(id, "request") == ["submit", "assign", "sign", "urge", "urge"]


async def test_more_words_and_photos_go_to_whoever_has_it_in_hand(city):
    id = await city.bring(await city.submit(), "in_progress")
    photo = await city.photo(city.ann)
    await verb_of(city, id, service.supply, text="在路口东侧", photo_ids=[photo])
    assert await state(city, id) == ("in_progress", "in_progress")
    line = (await city.lines(id))[-1]
    assert (line.verb, line.opinion, line.detail) == ("order.supplied", "在路口东侧", {"photos": [photo]})
    async with refusal(city.office, "TEXT_REQUIRED"):
        await verb_of(city, id, service.supply, text=" ", photo_ids=[])


@on_sqlite
@pytest.mark.parametrize("end", ["closed", "withdrawn", "rated"])
async def test_nobody_is_urged_and_nothing_is_added_when_it_is_over(city, end):
    id = await city.submit()
    if end == "withdrawn":
        await verb_of(city, id, service.withdraw)
    else:
        await city.bring(id, "closed")
    if end == "rated":
        await city.rate(id)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.do(city.ann, service.urge, id)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await verb_of(city, id, service.supply, text="补充", photo_ids=[])


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
    async with refusal(city.office, "ILLEGAL_STEP"):
        await city.rate(id)


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
    await city.move(city.li, desk.ask_merge, other, into_id=master, op_id=an_id())
    await city.release()
    request = await city.request(other)
    assert (request.state, request.order_id, request.merged) == (joined, master, True)
    assert (await city.order(other)).state == "merged"
    await city.bring(master, "closed")
    assert (await city.request(other)).state == (await city.request(master)).state == "visiting"
    assert await city.clocks(other, "request") == {"visit": "running"}
    await city.rate(other, Solved.UNSOLVED, city.ben)
    assert ((await city.request(other)).state, (await city.order(master)).state) == ("closed", "closed")


async def test_when_the_master_goes_back_everybody_waits_again(city):
    master, other = await city.submit(), await city.submit(city.ben)
    await city.move(city.li, desk.ask_merge, other, into_id=master, op_id=an_id())
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
    await city.do(cara, service.hand_over, city.ben.id, cara.id)
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
