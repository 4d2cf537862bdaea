"""The chain of a supervision: cards, levels, what the system issues, what is asked on and praised."""

from datetime import timedelta

from server.command.orders.service import split
from server.kernel.calendar import Limit, TimeUnit
from server.supervision.orders import service
from server.supervision.orders.rules import SuperviseDue, SupervisionKind, above
from server.supervision.orders.tables import Supervision
from tests.city import on_sqlite, refusal
from tests.command.orders.test_split import BINS, LAMPS
from tests.factories import STREET, an_id
from tests.supervision.test_orders import SIGN, act, answer, day, in_hand, issued, one, reply

CARDS = "{ cards { id card { colour rule } } }"


async def card(city, order_id):
    """The card of a case on the leader's desk, if any."""
    found = {each["id"]: each["card"] for each in (await city.ask(city.lin, CARDS))["cards"]}
    return found.get(order_id) and (found[order_id]["colour"], found[order_id]["rule"])


# ── the reply's guard ─────────────────────────────────────────────────────────────────────────────


@on_sqlite
async def test_a_reply_without_a_move_of_the_case_names_a_day(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    await act(city, city.wang, service.sign, id)
    async with refusal(city.office, "PLAN_NEEDED") as refused:
        await reply(city, id, plan_on=None)
    assert refused.value.field == "planOn"
    async with refusal(city.office, "PLAN_PAST"):
        await reply(city, id, plan_on=day(city, -1))
    asked = "{ supervisions { items { planNeeded planOn level { code } } } }"
    [told] = (await city.ask(city.wang, asked))["supervisions"]["items"]
    assert told == {"planNeeded": True, "planOn": None, "level": {"code": "440103"}}
    await city.finish(order_id)
    [told] = (await city.ask(city.wang, asked))["supervisions"]["items"]
    assert told["planNeeded"] is False
    await reply(city, id, plan_on=None)
    assert ((await one(city, id)).state, (await one(city, id)).plan_on) == ("replied", None)


@on_sqlite
async def test_what_is_sent_back_asks_for_a_move_since_then(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    await act(city, city.wang, service.sign, id)
    await reply(city, id, plan_on=day(city, 2))
    assert (await one(city, id)).plan_on == day(city, 2)
    await answer(city, id, accept=False, opinion="太慢")
    async with refusal(city.office, "PLAN_NEEDED"):
        await reply(city, id, plan_on=None)


async def test_progress_is_told_and_the_time_runs_on(city):
    id = await issued(city)
    await act(city, city.wang, service.sign, id)
    for words in ("已派人", "配件在路上"):
        await act(city, city.wang, service.progress, id, text=words)
    assert (await one(city, id)).state == "in_progress"
    assert await city.clocks(id, "supervision") == {"supervise_reply": "running"}
    assert [line.opinion for line in await city.lines(id, "supervision")][2:] == ["已派人", "配件在路上"]
    async with refusal(city.office, "TEXT_REQUIRED"):
        await act(city, city.wang, service.progress, id, text=" ")
    async with refusal(city.office, "NOT_ALLOWED"):
        await act(city, city.lin, service.progress, id, text="我来")


# ── cards and levels ──────────────────────────────────────────────────────────────────────────────


def test_the_level_above_is_the_next_shorter_area():
    assert [above(area) for area in (STREET, "440103", "4401")] == ["440103", "4401", "4401"]


async def test_unsigned_gives_a_yellow_card_and_goes_one_level_up(city):
    order_id = await in_hand(city)
    given = city.clock()
    id = await issued(city, order_id, by=city.bo, due=SuperviseDue.DAYS_3)
    assert ((await one(city, id)).level, await card(city, order_id)) == (STREET, None)
    city.clock.set(given + SIGN)
    await city.sweep()
    city.clock.advance(seconds=1)
    assert await card(city, order_id) == ("YELLOW", "supervision_late")
    row = await one(city, id)
    assert (row.state, row.level) == ("escalated", "440103")
    facts = {"clock": "supervise_sign", "level": "440103", "order": order_id}
    assert (await city.lines(id, "supervision"))[-1].detail == facts
    await act(city, city.wang, service.sign, id)
    assert await card(city, order_id) is None  # signed: the answer is waited for


async def test_unanswered_it_is_yellow_at_its_time_and_red_and_up_at_twice(city):
    order_id = await in_hand(city)
    given = city.clock()
    id = await issued(city, order_id, by=city.bo, due=SuperviseDue.HOURS_4)
    await act(city, city.wang, service.sign, id)
    city.clock.set(given + timedelta(hours=4, seconds=1))
    await city.sweep()
    assert await card(city, order_id) == ("YELLOW", "supervision_late")
    assert ((await one(city, id)).state, (await one(city, id)).overdue) == ("signed", True)
    city.clock.set(given + timedelta(hours=8, seconds=1))
    await city.sweep()
    assert await card(city, order_id) == ("RED", "supervision_unanswered")
    assert ((await one(city, id)).state, (await one(city, id)).level) == ("escalated", "440103")
    async with refusal(city.office, "ILLEGAL_STEP"):
        await act(city, city.wang, service.sign, id)  # it was read long ago
    await reply(city, id)
    assert await card(city, order_id) is None
    await answer(city, id, city.bo)
    assert (await one(city, id)).state == "closed"


@on_sqlite
async def test_a_day_past_its_time_is_red_even_where_twice_would_be_later(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id, due=SuperviseDue.DAYS_3)
    await act(city, city.wang, service.sign, id)
    due = (await one(city, id)).due_at
    for at, colour in ((1, "YELLOW"), (24 * 3600 + 1, "RED")):
        city.clock.set(due + timedelta(seconds=at))
        assert (await card(city, order_id) or ("",))[0] == colour


@on_sqlite
async def test_not_even_signed_in_twice_the_time_it_goes_up_again(city):
    id = await issued(city, by=city.bo, due=SuperviseDue.HOURS_4)
    for hours in (6, 3):  # the signature's time, then twice the answer's
        city.clock.advance(hours=hours)
        await city.sweep()
    assert ((await one(city, id)).state, (await one(city, id)).level) == ("escalated", "4401")
    assert (await city.verbs(id, "supervision")).count("escalate") == 2


# ── by itself ─────────────────────────────────────────────────────────────────────────────────────


async def late(city, order_id):
    """The handling limit of a case has run out."""
    due = (await city.clock_of(order_id, "handle")).due_at
    city.clock.set(due + timedelta(minutes=1))
    await city.sweep()
    return await city.rows(Supervision, Supervision.order_id == order_id)


async def test_an_order_past_its_limit_is_supervised_by_the_system_once(city):
    order_id = await in_hand(city)
    version = (await city.order(order_id)).version
    [row] = await late(city, order_id)
    assert (row.kind, row.issuer_id, row.unit_id, row.state, row.text) == (
        "auto_overdue", "system", "zj", "issued", "",
    )  # fmt: skip
    assert row.due_at == city.office.calendar.due(city.clock(), Limit(3, TimeUnit.WORK_DAY))
    order = await city.order(order_id)
    assert (order.supervised, order.version) == (True, version)  # no form is taken out of any hands
    city.clock.advance(hours=200)
    await city.sweep()
    assert len(await city.rows(Supervision)) == 1  # the promise ran out too


async def test_the_district_dispatcher_ends_what_the_system_issued(city):
    order_id = await in_hand(city)
    [row] = await late(city, order_id)
    await act(city, city.wang, service.sign, row.id)
    await reply(city, row.id)
    for who, code in ((city.lin, "NOT_ISSUER"), (city.mei, "NOT_ALLOWED")):
        async with refusal(city.office, code):
            await answer(city, row.id, who)
    asked = "{ supervisions(mine: true) { items { id actions } } }"
    [mine] = (await city.ask(city.he, asked))["supervisions"]["items"]
    assert mine == {"id": row.id, "actions": ["ACCEPT", "RETURN"]}
    assert (await city.ask(city.lin, asked))["supervisions"]["items"] == []
    await answer(city, row.id, city.he)
    assert ((await one(city, row.id)).state, (await city.order(order_id)).supervised) == ("closed", False)


@on_sqlite
async def test_what_somebody_supervises_already_the_system_leaves_alone(city):
    order_id = await in_hand(city)
    id = await issued(city, order_id)
    assert [row.id for row in await late(city, order_id)] == [id]


async def test_a_leaders_own_word_takes_the_place_of_the_systems(city):
    order_id = await in_hand(city)
    [auto] = await late(city, order_id)
    await act(city, city.wang, service.sign, auto.id)
    shown = "query ($id: ID!) { order(id: $id) { actions } }"
    assert "SUPERVISE" in (await city.ask(city.lin, shown, id=order_id))["order"]["actions"]
    id = await issued(city, order_id)
    assert ((await one(city, auto.id)).state, (await one(city, id)).state) == ("cancelled", "issued")
    assert await city.clocks(auto.id, "supervision") == {}
    assert (await city.order(order_id)).supervised is True
    assert "SUPERVISE" not in (await city.ask(city.lin, shown, id=order_id))["order"]["actions"]


@on_sqlite
async def test_of_a_split_case_the_open_parts_are_supervised(city):
    whole = await city.submit()
    await city.move(city.li, split.ask_split, whole, parts=(LAMPS, BINS), op_id=an_id())
    await city.release()
    city.clock.set((await city.clock_of(whole, "promise")).due_at + timedelta(minutes=1))
    await city.sweep()
    found = await city.rows(Supervision)
    assert sorted(row.unit_id for row in found) == ["cg", "zj"]
    assert whole not in {row.order_id for row in found}


# ── the desk issues, the issuer asks on and praises ───────────────────────────────────────────────


@on_sqlite
async def test_the_district_desk_supervises_a_key_matter_and_the_street_may_not(city):
    order_id, id = await in_hand(city), an_id()
    facts = {"order_id": order_id, "due": SuperviseDue.DAYS_3, "text": "重点事项"}
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.mei, service.ask_issue, id=id, **facts)
    async with refusal(city.office, "BAD_INPUT"):
        await city.do(city.li, service.ask_issue, id=id, kind=SupervisionKind.AUTO_OVERDUE, **facts)
    await city.do(city.li, service.ask_issue, id=id, kind=SupervisionKind.KEY_MATTER, **facts)
    await city.release()
    assert ((await one(city, id)).kind, (await one(city, id)).issuer_id) == ("key_matter", "li")
    shown = "query ($id: ID!) { order(id: $id) { actions } }"
    other = await in_hand(city)
    for who, may in ((city.li, True), (city.lin, True), (city.mei, False), (city.wang, False)):
        told = (await city.ask(who, shown, id=other))["order"]["actions"] if who is not city.wang else []
        assert ("SUPERVISE" in told) is may


@on_sqlite
async def test_the_issuer_asks_on_and_no_clock_moves(city):
    id = await issued(city)
    due = (await one(city, id)).due_at
    async with refusal(city.office, "NOT_ISSUER"):
        await act(city, city.bo, service.ask, id, text="怎么样了")
    await act(city, city.lin, service.ask, id, text="怎么样了")
    row = await one(city, id)
    assert (row.state, row.asked_times, row.due_at) == ("issued", 1, due)
    assert (await city.lines(id, "supervision"))[-1].opinion == "怎么样了"


@on_sqlite
async def test_what_was_well_done_is_praised_once_by_the_issuer(city):
    id = await issued(city)
    async with refusal(city.office, "ILLEGAL_STEP"):
        await act(city, city.lin, service.praise, id, text="办得好")
    await act(city, city.wang, service.sign, id)
    await reply(city, id)
    await answer(city, id)
    async with refusal(city.office, "NOT_ISSUER"):
        await act(city, city.bo, service.praise, id, text="办得好")
    await act(city, city.lin, service.praise, id, text="办得好")
    async with refusal(city.office, "PRAISED_ALREADY"):
        await act(city, city.lin, service.praise, id, text="再来一次")
    assert (await city.verbs(id, "supervision"))[-1] == "praise"


@on_sqlite
async def test_the_late_ones_stand_first(city):
    soon = await issued(city, due=SuperviseDue.HOURS_4)
    await act(city, city.wang, service.sign, soon)
    city.clock.advance(hours=5)
    await city.sweep()
    new = await issued(city, due=SuperviseDue.DAYS_3)
    query = "query ($after: String) { supervisions(first: 1, after: $after) { items { id } next } }"
    page = (await city.ask(city.lin, query))["supervisions"]
    rest = (await city.ask(city.lin, query, after=page["next"]))["supervisions"]
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == [soon, new]
