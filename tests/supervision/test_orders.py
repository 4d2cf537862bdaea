"""督办: from the leader's tap to his acceptance of the answer, by him alone, with clocks on both sides."""

from datetime import timedelta

import pytest

from server.command.orders.flow import OrderAction
from server.command.orders.service import desk
from server.kernel.calendar import Limit, TimeUnit, day_of
from server.platform import holds
from server.platform.files import File
from server.supervision.orders import queries, service
from server.supervision.orders.rules import SuperviseDue
from server.supervision.orders.tables import Supervision
from tests.city import BIN, BIN_RULE, CELL, OTHER_STREET, on_sqlite, refusal
from tests.factories import an_id

SIGN = timedelta(hours=6)  # four working hours from Monday 09:00, the noon break included
DUES = [
    (SuperviseDue.HOURS_4, Limit(4, TimeUnit.URGENT_HOUR)),
    (SuperviseDue.HOURS_24, Limit(24, TimeUnit.URGENT_HOUR)),
    (SuperviseDue.DAYS_3, Limit(3, TimeUnit.WORK_DAY)),
]


async def in_hand(city):
    """A case that 区住建局 has signed."""
    return await city.sign(await city.dispatch(await city.submit()))


async def ask(city, order_id, by=None, *, id="", due=SuperviseDue.HOURS_24, text="请今天之内处理"):
    id = id or an_id()
    await city.do(by or city.lin, service.ask_issue, id=id, order_id=order_id, due=due, text=text)
    return id


async def issued(city, order_id="", **facts):
    """An instruction that has reached the unit."""
    id = await ask(city, order_id or await in_hand(city), **facts)
    await city.release()
    return id


async def one(city, id):
    [row] = await city.rows(Supervision, Supervision.id == id)
    return row


async def act(city, actor, verb, id, **facts):
    """A verb that names the version of the supervision it was shown."""
    return await city.do(actor, verb, id=id, version=(await one(city, id)).version, **facts)


def day(city, days=0):
    return day_of(city.clock()) + timedelta(days=days)


async def reply(city, id, by=None, **facts):
    facts = {"text": "今天下午更换灯具", "photo_ids": [], "plan_on": day(city), **facts}
    await act(city, by or city.wang, service.reply, id, **facts)


async def answer(city, id, by=None, *, accept=True, opinion=""):
    await act(city, by or city.lin, service.answer, id, accept=accept, opinion=opinion)


# ── issue ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("due", "limit"), DUES)
async def test_an_instruction_reaches_the_unit_after_ten_seconds_as_of_when_it_was_given(city, due, limit):
    order_id = await in_hand(city)
    given = city.clock()
    id = await ask(city, order_id, due=due)
    assert (await city.rows(Supervision), (await city.order(order_id)).supervised) == ([], False)
    await city.release()
    row = await one(city, id)
    assert (row.state, row.kind, row.unit_id, row.issuer_id, row.area) == (
        "issued", "leader_instruction", "zj", "lin", CELL,
    )  # fmt: skip
    assert (row.no[:-1], row.text, row.issued_at) == ("DB20260302-0001", "请今天之内处理", given)
    assert row.due_at == city.office.calendar.due(given, limit)
    assert await city.clocks(id, "supervision") == {"supervise_sign": "running", "supervise_reply": "running"}
    assert (await city.clock_of(id, "supervise_sign")).due_at == given + SIGN
    assert (await city.clock_of(id, "supervise_reply")).due_at == row.due_at
    assert (await city.order(order_id)).supervised is True
    assert (await city.verbs(id, "supervision"), (await city.verbs(order_id))[-1]) == (["issue"], "supervise")
    [line] = await city.lines(id, "supervision")
    assert (line.receiver, line.opinion, line.actor_id) == ("zj", "请今天之内处理", "lin")


async def test_within_ten_seconds_he_thinks_again(city):
    order_id = await in_hand(city)
    id = await ask(city, order_id)
    await city.do(city.lin, holds.take_back, id)
    assert await city.release() == 0
    assert (await city.rows(Supervision), (await city.order(order_id)).supervised) == ([], False)


@on_sqlite
async def test_an_instruction_has_words(city):
    order_id = await in_hand(city)
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await ask(city, order_id, text=" ")
    assert refused.value.field == "text"


@on_sqlite
@pytest.mark.parametrize("state", ["reported", "closed"])
async def test_only_an_open_case_that_a_unit_has_is_supervised(city, state):
    order_id = await city.bring(await city.submit(), state)
    async with refusal(city.office, "TARGET_CLOSED"):
        await ask(city, order_id)


@on_sqlite
async def test_an_instruction_whose_case_was_closed_meanwhile_is_dropped(city):
    order_id = await city.bring(await city.submit(), "close_pending")
    await ask(city, order_id)
    await city.close(order_id)
    assert (await city.release(), await city.rows(Supervision)) == (0, [])
    assert (await city.verbs(order_id))[-1] == "dropped"


@on_sqlite
async def test_one_supervision_of_a_case_at_a_time(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    async with refusal(city.office, "SUPERVISED_ALREADY"):
        await ask(city, order_id, city.bo)
    await act(city, city.lin, service.cancel, id, reason="发错了")
    again = await issued(city, order_id)
    assert (await one(city, again)).no[:-1] == "DB20260302-0002"


@on_sqlite
@pytest.mark.parametrize("who", ["chen", "mei", "wang", "arbiter", "clerk", "ann"])
async def test_nobody_but_a_leader_or_the_command_centre_instructs(city, who):
    order_id = await in_hand(city)
    async with refusal(city.office, "NOT_ALLOWED"):
        await ask(city, order_id, getattr(city, who))


@on_sqlite
async def test_a_leader_supervises_in_his_own_area(city):
    order_id = await city.sign(await city.dispatch(await city.submit(at=OTHER_STREET)))
    async with refusal(city.office, "NOT_FOUND"):
        await ask(city, order_id, city.bo)
    await issued(city, order_id)


# ── sign and escalate ─────────────────────────────────────────────────────────────────────────────


async def test_the_unit_signs(city):
    id = await issued(city)
    await act(city, city.wang, service.sign, id)
    row = await one(city, id)
    assert (row.state, row.signed_at) == ("signed", city.clock())
    assert await city.clocks(id, "supervision") == {"supervise_reply": "running"}


async def test_not_signed_in_four_working_hours_it_goes_up(city):
    order_id = await in_hand(city)
    given = city.clock()
    id = await issued(city, order_id, due=SuperviseDue.DAYS_3)
    city.clock.set(given + SIGN)
    await city.sweep()
    row = await one(city, id)
    assert (row.state, row.overdue) == ("escalated", False)
    assert await city.clocks(id, "supervision") == {"supervise_reply": "running"}
    line = (await city.lines(id, "supervision"))[-1]
    assert (line.verb, line.post, line.at) == ("supervision.escalate", "system", given + SIGN)
    assert (await city.news(id))[-1] == "supervision.escalate"
    await act(city, city.tang, service.sign, id)  # late, but signed
    await reply(city, id)
    assert (await one(city, id)).state == "replied"


@on_sqlite
async def test_another_unit_does_not_even_see_it_and_the_issuer_does_not_sign(city):
    id = await issued(city)
    async with refusal(city.office, "NOT_FOUND"):
        await act(city, city.zhao, service.sign, id)
    for who in (city.lin, city.li):
        async with refusal(city.office, "NOT_ALLOWED"):
            await act(city, who, service.sign, id)


# ── reply and answer ──────────────────────────────────────────────────────────────────────────────


async def test_a_reply_that_is_accepted_ends_it(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    await act(city, city.wang, service.sign, id)
    photo = await city.photo(city.wang)
    await reply(city, id, photo_ids=[photo])
    row = await one(city, id)
    assert (row.state, row.reply, row.replied_at) == ("replied", "今天下午更换灯具", city.clock())
    assert await city.clocks(id, "supervision") == {}
    [file] = await city.rows(File)
    assert (file.photo_kind, file.attached_id) == ("reply", order_id)
    await answer(city, id, opinion="好")
    row = await one(city, id)
    assert (row.state, row.ended_at, (await city.order(order_id)).supervised) == (
        "closed",
        city.clock(),
        False,
    )
    assert await city.verbs(id, "supervision") == ["issue", "sign", "reply", "accept"]


async def test_a_reply_that_is_sent_back_has_one_working_day(city):
    id = await issued(city, due=SuperviseDue.HOURS_4)
    await act(city, city.wang, service.sign, id)
    city.clock.advance(hours=5)
    await city.sweep()
    assert (await one(city, id)).overdue is True
    await reply(city, id)
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await answer(city, id, accept=False)
    assert refused.value.field == "opinion"
    await answer(city, id, accept=False, opinion="请附照片")
    row, tomorrow = await one(city, id), city.office.calendar.due(city.clock(), Limit(1, TimeUnit.WORK_DAY))
    assert (row.state, row.due_at, row.overdue) == ("returned", tomorrow, False)
    assert await city.clocks(id, "supervision") == {"supervise_reply": "running"}
    await reply(city, id, text="附照片")
    await answer(city, id)
    assert (await one(city, id)).state == "closed"


@on_sqlite
async def test_a_reply_has_words_and_follows_the_signature(city):
    id = await issued(city)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await reply(city, id)
    await act(city, city.wang, service.sign, id)
    async with refusal(city.office, "TEXT_REQUIRED"):
        await reply(city, id, text="")
    async with refusal(city.office, "NOT_FOUND"):
        await reply(city, id, city.zhao)


async def test_only_the_issuer_answers_returns_or_cancels(city):
    id = await issued(city)
    for who, code in ((city.bo, "NOT_ISSUER"), (city.li, "NOT_ISSUER"), (city.wang, "NOT_ALLOWED")):
        async with refusal(city.office, code):
            await act(city, who, service.cancel, id, reason="算了")
    await act(city, city.wang, service.sign, id)
    await reply(city, id)
    for who, code in ((city.bo, "NOT_ISSUER"), (city.li, "NOT_ISSUER"), (city.tang, "NOT_ALLOWED")):
        for accept in (True, False):
            async with refusal(city.office, code):
                await answer(city, id, who, accept=accept, opinion="不行")


@on_sqlite
async def test_before_the_signature_it_can_be_cancelled_with_a_reason(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await act(city, city.lin, service.cancel, id, reason="")
    assert refused.value.field == "reason"
    await act(city, city.lin, service.cancel, id, reason="已电话处理")
    assert ((await one(city, id)).state, (await city.order(order_id)).supervised) == ("cancelled", False)
    assert await city.clocks(id, "supervision") == {}
    other = await issued(city, order_id)
    await act(city, city.wang, service.sign, other)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await act(city, city.lin, service.cancel, other, reason="算了")


@on_sqlite
async def test_a_form_that_is_out_of_date_is_refused_but_a_clock_makes_none_so(city):
    id = await issued(city, due=SuperviseDue.HOURS_4)
    await act(city, city.wang, service.sign, id)
    version = (await one(city, id)).version
    city.clock.advance(hours=7)
    await city.sweep()
    assert ((await one(city, id)).overdue, (await one(city, id)).version) == (True, version)
    assert (await city.verbs(id, "supervision"))[-2:] == ["clock_100", "clock_150"]
    await city.do(
        city.wang, service.reply, id=id, version=version, text="今晚处理", photo_ids=[], plan_on=day(city)
    )
    async with refusal(city.office, "STALE_VERSION"):
        await city.do(city.lin, service.answer, id=id, version=version, accept=True, opinion="")


# ── who sees it ───────────────────────────────────────────────────────────────────────────────────


@on_sqlite
async def test_each_sees_his_own(city):
    here = await issued(city)
    bins = await city.submit(at=OTHER_STREET, matter_code=BIN)
    await city.sign(await city.dispatch(bins, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg"), city.zhao)
    there = await issued(city, bins)

    async def seen(actor):
        async with city.office.reading() as session:
            return {row.id for row in await session.exec(queries.visible_to(actor))}

    for who in (city.lin, city.li, city.he):
        assert await seen(who) == {here, there}
    for who in (city.bo, city.mei, city.wang, city.tang):
        assert await seen(who) == {here}
    assert await seen(city.zhao) == {there}
    for who in (city.chen, city.arbiter, city.clerk, city.liang, city.ann):
        assert await seen(who) == set()


async def test_the_list_is_told_by_page_newest_first_and_the_closed_ones_on_request(city):
    order_id = await in_hand(city)
    ids = []
    for n in range(3):
        ids.append(await issued(city, order_id))
        if n < 2:
            await act(city, city.lin, service.cancel, ids[-1], reason="改发")
    query = """query ($open: Boolean!, $order: ID, $after: String) {
      supervisions(open: $open, orderId: $order, first: 2, after: $after) {
        items { id state actions order { id supervised } unit { id } issuer { name } timeline { verb } }
        next total } }"""
    page = (await city.ask(city.lin, query, open=True, order=order_id))["supervisions"]
    [item] = page["items"]
    assert (item["id"], item["actions"], item["order"]) == (
        ids[2],
        ["CANCEL", "ASK"],
        {"id": order_id, "supervised": True},
    )
    assert (page["total"], page["next"], item["issuer"]["name"]) == (1, None, "Lin")
    page = (await city.ask(city.lin, query, open=False))["supervisions"]
    rest = (await city.ask(city.lin, query, open=False, after=page["next"]))["supervisions"]
    found = [item["id"] for item in page["items"] + rest["items"]]
    assert (sorted(found), page["total"], rest["next"]) == (sorted(ids), 3, None)


async def test_a_case_goes_on_while_it_is_supervised_and_may_close_before_the_reply(city):
    order_id = await city.bring(await city.submit(), "checking")
    id = await issued(city, order_id)
    await city.bring(order_id, "closed")
    await act(city, city.wang, service.sign, id)
    await reply(city, id)
    await answer(city, id)
    assert (await city.order(order_id)).state == "closed"
    await city.step(city.lin, OrderAction.REOPEN, order_id, "又不亮了")
    await issued(city, order_id)


@on_sqlite
async def test_where_the_case_went_to_another_unit_the_supervised_one_still_answers(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    await city.send_back(order_id)
    await city.move(city.li, desk.decide_return, order_id, accept=True, opinion="")
    await city.dispatch(order_id, unit_id="sw")
    shown = "query ($open: Boolean!) { supervisions(open: $open) { items { id order { id } } } }"
    assert (await city.ask(city.wang, shown, open=True))["supervisions"]["items"] == [
        {"id": id, "order": None}
    ]
    assert (await city.ask(city.lin, shown, open=True))["supervisions"]["items"] == [
        {"id": id, "order": {"id": order_id}}
    ]
    await act(city, city.wang, service.sign, id)
