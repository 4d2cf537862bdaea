"""Return, dispute, arbitration, precedents and who else takes part: rows 10–15, and E9."""

import pytest

from server.command.orders.facts import ShareState
from server.command.orders.flow import OrderAction
from server.command.orders.precedents import ruled
from server.command.orders.rules import offered
from server.command.orders.service import desk, notes, shares, unit
from server.command.orders.service.ruling import RulingScope
from server.command.orders.tables import OrderRuling, OrderShare
from server.platform.news import News
from tests.city import LAMP, OTHER_STREET, on_sqlite, refusal

A = OrderAction
DESK = """query ($id: ID!) { order(id: $id) { pending actions
  arbitration { firstUnit { id } candidates { unit { id } duty returned }
    precedents { no text unit { id } scope signedAt } }
  ruling { state text unit { id } coUnits { id } signedBy { name } } shares { unit { id } state share } } }"""
ADVICE = "query ($id: ID!) { order(id: $id) { suggestion { unit { id } ruled } } }"


async def in_hand(city):
    return await city.sign(await city.dispatch(await city.submit()))


# ── assignment and return ─────────────────────────────────────────────────────────────────────────


async def test_what_was_given_to_a_colleague_is_taken_back_before_it_is_returned(city):
    id = await city.dispatch(await city.submit())
    await city.move(city.tang, unit.assign, id, handler_id="wang")
    order = await city.order(id)
    assert (order.state, order.handler_id) == ("in_progress", "wang")
    assert await city.clocks(id) == {"handle": "running", "promise": "running"}
    async with refusal(city.office, "ASSIGNED_INSIDE"):
        await city.send_back(id, city.tang)
    assert A.RETURN not in offered(await city.order(id), city.tang, city.clock())
    await city.move(city.tang, unit.unassign, id)
    await city.send_back(id, city.tang)
    assert (await city.verbs(id))[-3:] == ["assign", "unassign", "return"]


@on_sqlite
async def test_a_head_gives_it_to_his_own_people_only(city):
    id = await city.dispatch(await city.submit())
    async with refusal(city.office, "NOT_OF_THE_UNIT"):
        await city.move(city.tang, unit.assign, id, handler_id="zhao")
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.move(city.wang, unit.assign, id, handler_id="wang")
    await city.sign(id)
    await city.move(city.tang, unit.unassign, id)
    async with refusal(city.office, "NOT_ASSIGNED"):
        await city.move(city.tang, unit.unassign, id)


async def test_a_groundless_return_counts_as_passing_the_buck(city):
    id = await city.send_back(await in_hand(city))
    await city.move(city.li, desk.decide_return, id, accept=False, opinion="就是你们的", groundless=True)
    assert (await city.order(id)).shuffle_times == 1
    assert (await city.lines(id))[-1].detail == {"groundless": True}


async def test_after_a_return_it_is_dispatched_or_accepted_anew_and_nothing_else(city):
    id = await city.send_back(await in_hand(city))
    assert set(offered(await city.order(id), city.li, city.clock())) == {
        A.ACCEPT_RETURN, A.REFUSE_RETURN, A.TO_ACCEPTOR, A.ASK_VOID, A.SPLIT,  # split: dispatched to several
    }  # fmt: skip
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(city.li, A.TO_ACCEPTOR, id)
    await city.step(city.li, A.TO_ACCEPTOR, id, "先核实位置")
    order = await city.order(id)
    assert (order.state, order.unit_id, order.due_clock) == ("reported", "", "accept")
    await city.dispatch(id)
    assert (await city.order(id)).state == "dispatched"


# ── dispute and ruling ────────────────────────────────────────────────────────────────────────────


async def test_the_second_return_goes_to_arbitration_by_itself(city):
    id = await city.dispute(await city.submit())
    order = await city.order(id)
    assert (order.state, order.due_clock, order.returned_by) == ("disputed", "rule", "|sw|zj|")
    assert await city.clocks(id) == {"handle": "paused", "rule": "running", "promise": "running"}
    line = (await city.lines(id))[-1]
    assert (line.verb, line.post, line.detail) == ("order.escalate", "system", {"interim": "zj"})
    again = await city.send_back(await in_hand(city))
    await city.move(city.li, desk.decide_return, again, accept=False, opinion="属于你单位职责")
    await city.send_back(again)
    assert (await city.order(again)).state == "disputed"


async def test_the_first_unit_keeps_it_safe_meanwhile(city):
    id = await city.dispute(await city.submit())
    async with refusal(city.office, "NOT_YOUR_UNIT"):
        await city.step(city.liang, A.INTERIM, id, "已围挡")
    async with refusal(city.office, "REASON_NEEDED"):
        await city.step(city.wang, A.INTERIM, id)
    await city.step(city.wang, A.INTERIM, id, "已围挡并派人值守")
    assert (await city.lines(id))[-1].opinion == "已围挡并派人值守"
    assert (await city.order(id)).state == "disputed"


async def test_a_ruling_binds_when_the_leader_has_signed(city):
    id = await city.dispute(await city.submit())
    city.clock.advance(minutes=30)
    await city.rule(id, co_unit_ids=["cg"])
    order = await city.order(id)
    assert (order.state, order.pending, order.unit_id) == ("disputed", "ruling.leader", "sw")
    async with refusal(city.office, "APPLICATION_PENDING"):
        await city.rule(id)
    city.clock.advance(minutes=30)
    await city.sign_ruling(id)
    order, handle, [row] = (
        await city.order(id),
        await city.clock_of(id, "handle"),
        await city.rows(OrderRuling),
    )
    assert (order.state, order.unit_id, order.ruled_unit, order.pending) == ("dispatched", "sw", "sw", "")
    assert (handle.started_at, handle.due_at) == (city.clock(), order.bundled_due_at)
    assert await city.clocks(id) == {"handle": "running", "sign": "running", "promise": "running"}
    assert (row.state, row.signed_by, row.scope) == ("signed", "lin", "440103006")
    assert row.facts == {"no": order.no, "title": order.title, "returned_by": ["sw", "zj"]}
    assert (await city.lines(id))[-1].detail == {
        "unit": "sw", "co": ["cg"], "basis": "三定方案第五条", "ruling": row.id, "groundless": True,
    }  # fmt: skip
    assert (order.shuffle_times, order.also) == (1, "|cg:accepted|")
    assert A.RETURN not in offered(order, city.liang, city.clock())
    async with refusal(city.office, "RULING_BINDS"):
        await city.send_back(id, city.liang)


async def test_the_leader_may_send_a_ruling_back(city):
    id = await city.rule(await city.dispute(await city.submit()))
    async with refusal(city.office, "REASON_NEEDED"):
        await city.sign_ruling(id, accept=False)
    await city.sign_ruling(id, accept=False, opinion="请补充依据")
    order = await city.order(id)
    assert (order.state, order.pending) == ("disputed", "")
    async with refusal(city.office, "NOTHING_ASKED"):
        await city.sign_ruling(id)
    await city.rule(id, unit_id="zj")
    await city.sign_ruling(id)
    assert (await city.order(id)).unit_id == "zj"


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"text": " "}, "REASON_NEEDED", "text"),
        ({"basis": ""}, "REASON_NEEDED", "basis"),
        ({"unit_id": "nobody"}, "BAD_INPUT", "unitId"),
        ({"co_unit_ids": ["nobody"]}, "BAD_INPUT", "coUnitIds"),
        ({"rule_id": "06042-1"}, "RULE_NOT_OF_MATTER", "ruleId"),
    ],
)
async def test_a_ruling_that_does_not_fit_is_refused(city, facts, code, field):
    id = await city.dispute(await city.submit())
    async with refusal(city.office, code) as refused:
        await city.rule(id, **facts)
    assert refused.value.field == field


@on_sqlite
async def test_who_rules_and_who_signs(city):
    id = await city.dispute(await city.submit())
    for who in (city.mei, city.wang):
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.rule(id, who)
    await city.rule(id, city.li)
    for who in (city.arbiter, city.li):
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.sign_ruling(id, who)


async def test_a_precedent_changes_the_next_suggestion_where_it_was_made(city):
    first = await city.submit()
    assert (await city.ask(city.li, ADVICE, id=first))["order"]["suggestion"] == {
        "unit": {"id": "zj"}, "ruled": None,
    }  # fmt: skip
    await city.sign_ruling(await city.rule(await city.dispute(first)))
    await city.sweep()
    number = (await city.order(first)).no
    second = await city.submit()
    assert (await city.ask(city.li, ADVICE, id=second))["order"]["suggestion"] == {
        "unit": {"id": "sw"}, "ruled": number,
    }  # fmt: skip
    elsewhere = await city.submit(at=OTHER_STREET)
    assert (await city.ask(city.li, ADVICE, id=elsewhere))["order"]["suggestion"]["unit"] == {"id": "zj"}
    await city.dispatch(second, unit_id="sw")  # without a reason: the ruling is the matrix now
    third = await city.submit()
    async with refusal(city.office, "UNIT_NOT_IN_MATRIX"):
        await city.ask_dispatch(third, unit_id="zj")


@on_sqlite
async def test_a_later_ruling_has_the_last_word_and_a_wide_one_holds_everywhere(city):
    for unit_id, scope in (("sw", RulingScope.DISTRICT), ("cg", RulingScope.DISTRICT)):
        id = await city.dispute(await city.submit())
        await city.sign_ruling(await city.rule(id, unit_id=unit_id, scope=scope))
        city.clock.advance(minutes=5)
    await city.sweep()
    assert ruled(city.office).matrix.unit_for(LAMP, "").id == "zj"
    advised = (await city.ask(city.li, ADVICE, id=await city.submit(at=OTHER_STREET)))["order"]
    assert advised["suggestion"]["unit"] == {"id": "cg"}


async def test_an_arbiter_sees_reasons_duties_and_the_nearest_past_rulings(city):
    past = await city.dispute(await city.submit())
    await city.sign_ruling(await city.rule(past))
    city.clock.advance(minutes=5)
    id = await city.dispute(await city.submit(), (city.wang, city.liang))
    seen = (await city.ask(city.arbiter, DESK, id=id))["order"]
    assert seen["arbitration"]["firstUnit"] == {"id": "zj"}
    units = [(c["unit"]["id"], c["returned"]) for c in seen["arbitration"]["candidates"]]
    assert units == [("sw", True), ("zj", True), ("cg", False), ("gd", False), ("kx", False)]
    assert seen["arbitration"]["candidates"][1]["duty"].startswith("市政道路附属设施")
    assert [p["no"] for p in seen["arbitration"]["precedents"]] == [(await city.order(past)).no]
    assert "RULE" in seen["actions"]
    assert (await city.ask(city.wang, DESK, id=id))["order"]["arbitration"] is None


# ── 协办 ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_invited_unit_sees_the_case_answers_and_does_its_part(city):
    id = await in_hand(city)
    async with refusal(city.office, "NOT_FOUND"):
        await city.move(city.liang, shares.answer, id, action=A.ACCEPT_SHARE, text="")
    await city.move(city.wang, shares.invite, id, unit_id="sw", share="断水两小时")
    assert (await city.ask(city.liang, DESK, id=id))["order"]["actions"] == ["ACCEPT_SHARE", "DECLINE_SHARE"]
    lane = "{ orders(lane: ASSIST) { total items { id lanes } } }"
    assert (await city.ask(city.liang, lane))["orders"] == {
        "total": 1, "items": [{"id": id, "lanes": ["ASSIST"]}],
    }  # fmt: skip
    await city.move(city.liang, shares.answer, id, action=A.ACCEPT_SHARE, text="")
    async with refusal(city.office, "NOT_INVITED"):
        await city.move(city.liang, shares.answer, id, action=A.ACCEPT_SHARE, text="")
    async with refusal(city.office, "REASON_NEEDED"):
        await city.move(city.liang, shares.answer, id, action=A.FINISH_SHARE, text="")
    await city.move(city.liang, shares.answer, id, action=A.FINISH_SHARE, text="已恢复供水")
    [row] = await city.rows(OrderShare)
    assert (row.state, row.answer, row.answered_by) == (ShareState.DONE, "已恢复供水", "liang")
    assert (await city.order(id)).unit_id == "zj"


@on_sqlite
async def test_who_can_be_invited(city):
    id = await in_hand(city)
    for unit_id, code in (("zj", "NOT_ANOTHER_UNIT"), ("nobody", "NOT_ANOTHER_UNIT")):
        async with refusal(city.office, code):
            await city.move(city.wang, shares.invite, id, unit_id=unit_id, share="断水")
    async with refusal(city.office, "REASON_NEEDED"):
        await city.move(city.wang, shares.invite, id, unit_id="sw", share=" ")
    await city.move(city.wang, shares.invite, id, unit_id="sw", share="断水")
    async with refusal(city.office, "INVITED_ALREADY"):
        await city.move(city.wang, shares.invite, id, unit_id="sw", share="断水")
    await city.move(city.liang, shares.answer, id, action=A.DECLINE_SHARE, text="管线不归我们")
    async with refusal(city.office, "NOT_FOUND"):
        await city.move(city.liang, shares.answer, id, action=A.FINISH_SHARE, text="好")
    await city.move(city.wang, shares.invite, id, unit_id="sw", share="请再看看")


# ── notes ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_note_tells_those_it_names_and_no_citizen_and_keeps_forms_valid(city):
    id = await in_hand(city)
    version = (await city.order(id)).version
    found = "query ($id: ID!) { colleagues(orderId: $id) { id person { name } } }"
    known = {each["id"] for each in (await city.ask(city.wang, found, id=id))["colleagues"]}
    assert known == {"li", "he", "mei", "arbiter", "tang", "chen", "huang"}
    await city.do(city.wang, notes.note, id=id, text="@Li 井盖要定制", to=["li"])
    assert (await city.order(id)).version == version
    told = "query ($id: ID!) { order(id: $id) { timeline { verb opinion internal } } }"
    first = (await city.ask(city.li, told, id=id))["order"]["timeline"][0]
    assert first == {"verb": "verb.order.note", "opinion": "@Li 井盖要定制", "internal": True}
    theirs = "query ($id: ID!) { request(id: $id) { timeline { verb } } }"
    assert "verb.order.note" not in str(await city.ask(city.ann, theirs, id=id))
    [news] = await city.rows(News, News.verb == "order.mention")
    assert news.touches == "|person:li|"


@on_sqlite
async def test_a_note_names_only_who_can_see_the_case(city):
    id = await in_hand(city)
    async with refusal(city.office, "NOT_A_CANDIDATE"):
        await city.do(city.wang, notes.note, id=id, text="@Zhao 看看", to=["zhao"])
    async with refusal(city.office, "REASON_NEEDED"):
        await city.do(city.wang, notes.note, id=id, text=" ", to=[])
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.zhao, notes.note, id=id, text="看看", to=[])
