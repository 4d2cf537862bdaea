"""A citizen's request follows the order that carries it, from the report to the rating and back again."""

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.rules import CheckConclusion, RejectReason
from server.command.orders.service import desk, merge
from server.command.requests.rules import RequestKind
from server.command.requests.service import citizen as service
from server.command.requests.tables import CitizenRequest
from server.kernel.calendar import Limit, TimeUnit
from server.platform.vault import Vault
from tests.city import LAMP, on_sqlite, refusal
from tests.clock import MONDAY
from tests.command.requests.citizens import state, submission, verb_of
from tests.factories import an_id

A = OrderAction


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
    await city.submit(external_id="import/1")  # an import brings as many as there are
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
        ("close_pending", "replied", set()), ("closed", "visiting", {"visit", "visit_1", "visit_2"}),
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
    await city.move(city.li, merge.ask_merge, other, into_id=master, op_id=an_id())
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
