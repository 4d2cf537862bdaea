"""Requests that stand on their own: at the desk, in the unit, before a leader, and what he reads."""

from dataclasses import replace

import pytest

from server.command.orders.service.report import Spot
from server.command.requests import guards
from server.command.requests.flow import ASKING
from server.command.requests.rules import (
    Adoption,
    ContactWay,
    DeclineReason,
    ReferTo,
    RequestKind,
    ServiceLevel,
    Solved,
)
from server.command.requests.service import citizen, desk, unit
from server.command.requests.service.citizen import Submission, file_for
from server.command.requests.tables import CitizenRequest, Contact
from server.identity import accounts
from server.identity.tables import Account
from server.kernel.actors import Post
from server.platform.vault import Vault
from tests.city import HERE, on_sqlite, refusal
from tests.command.knowledge.writing import entry, published
from tests.command.requests.citizens import verb_of
from tests.factories import DISTRICT, a_citizen, an_id

K = RequestKind
SOMEWHERE = Spot(DISTRICT)
ANSWERED = "query ($id: ID!) { request(id: $id) { reply replySource replyEntryId } }"
CASE = """query ($id: ID!) { request(id: $id) {
  state kind reply replySource verdict planOn outcome question complains
  answerBy referTo { to phone } next { code by } unit { id } actions
  timeline { verb opinion by { name } } } }"""
DESK = """query ($id: ID!) { deskRequest(id: $id) {
  no state reporterPhone relay { phone code } filedBy { name }
  offered contacts { way reached text by { name } } timeline { verb opinion } against orderId } }"""
COUNTS = "{ deskCounts { lane count } }"


async def asked(city, kind=K.CONSULT, by=None, **facts):
    facts = {"text": "食品经营许可要带什么？", "spot": SOMEWHERE, **facts}
    return await city.submit(by, kind=kind, **facts)


async def by(city, actor, verb, id, **facts):
    return await city.do(actor, verb, id=id, version=(await city.request(id)).version, **facts)


async def sent(city, kind=K.COMPLAINT, unit_id="zj", **facts):
    """A request in a unit's hands."""
    id = await asked(city, kind, text="窗口让我跑了三趟。", **facts)
    await by(city, city.li, desk.assign, id, unit_id=unit_id, opinion="")
    return id


async def answered(city, id, text="您反映的问题已核实，窗口已整改。", **facts):
    """Signed, drafted by the handler, stood for by the head."""
    await by(city, city.wang, unit.sign, id)
    await by(city, city.wang, unit.draft, id, text=text, **facts)
    await by(city, city.tang, unit.reply, id)
    return id


async def let_out(city, id):
    await by(city, city.li, desk.audit, id, passed=True, answers=True, opinion="")
    return id


async def lanes(city, actor):
    return {
        row["lane"]: row["count"] for row in (await city.ask(actor, COUNTS))["deskCounts"] if row["count"]
    }


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "facts", "rides"),
    [(K.REPORT, {}, True), (K.HELP, {}, True), (K.COMPLAINT, {}, True), (K.CONSULT, {}, False),
     (K.SUGGESTION, {}, False), (K.PRAISE, {}, False), (K.COMPLAINT, {"spot": SOMEWHERE}, False),
     (K.REPORT, {"against_key": "unit:cg"}, False)],
)  # fmt: skip
async def test_what_is_about_a_place_becomes_an_order_and_what_is_about_people_does_not(
    city, kind, facts, rides
):
    request = await city.request(await city.submit(kind=kind, **facts))
    assert (request.order_id == request.id, request.no.startswith("LW")) == (rides, True)


async def test_a_question_is_answered_at_the_desk_with_its_source_and_let_out_by_a_colleague(city):
    id = await asked(city, phone="13800138001")
    assert await lanes(city, city.li) == {"TO_TRIAGE": 1}
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await by(city, city.li, desk.answer, id, text="身份证。", source="")
    assert refused.value.field == "source"
    await by(city, city.li, desk.answer, id, text="身份证、营业执照。", source="食品经营许可指南 2026-06")
    assert (await city.ask(city.ann, CASE, id=id))["request"]["reply"] is None
    assert await lanes(city, city.he) == {"TO_AUDIT": 1}
    async with refusal(city.office, "OWN_REPLY"):
        await by(city, city.li, desk.audit, id, passed=True, answers=True, opinion="")
    async with refusal(city.office, "ANSWER_NOT_TICKED"):
        await by(city, city.he, desk.audit, id, passed=True, answers=False, opinion="")
    await by(city, city.he, desk.audit, id, passed=True, answers=True, opinion="")
    told = (await city.ask(city.ann, CASE, id=id))["request"]
    assert (told["state"], told["reply"], told["replySource"]) == (
        "CLOSED", "身份证、营业执照。", "食品经营许可指南 2026-06",
    )  # fmt: skip
    assert told["actions"] == ["SHARE", "RATE"]
    await city.rate(id)
    assert (await city.ask(city.ann, CASE, id=id))["request"]["outcome"] == "RATED"
    assert await city.verbs(id, "request") == ["submit", "direct_answer", "audit_pass", "rate"]


async def test_an_answer_from_the_knowledge_base_carries_its_entry_its_source_and_its_day(city):
    row, id = await entry(city, await published(city)), await asked(city, text="停水会通知吗？")
    hidden = await entry(city, await published(city, question="抢修电话？", staff_only=True))
    for absent in (an_id(), hidden.entry_id):
        async with refusal(city.office, "NOT_FOUND"):
            await by(city, city.li, desk.answer, id, text="会。", source="", answer_id=absent)
    await by(city, city.li, desk.answer, id, text="", source="随便写的", answer_id=row.entry_id)
    await by(city, city.he, desk.audit, id, passed=True, answers=True, opinion="")
    told = (await city.ask(city.ann, ANSWERED, id=id))["request"]
    assert told == {
        "reply": "会，提前 24 小时通知。", "replySource": "城市供水条例 第二十二条 2020-03-27",
        "replyEntryId": row.entry_id,
    }  # fmt: skip
    shown = await city.ask(
        city.ann, "query ($id: ID!) { knowledgeAnswer(id: $id) { sourceOn } }", id=row.entry_id
    )
    assert shown == {"knowledgeAnswer": {"sourceOn": "2020-03-27"}}


async def test_only_questions_and_praise_are_answered_at_the_desk(city):
    id = await asked(city, K.COMPLAINT, text="窗口态度差。")
    async with refusal(city.office, "NOT_ANSWERED_DIRECTLY"):
        await by(city, city.li, desk.answer, id, text="抱歉。", source="x")


async def test_need_info_stops_the_clock_and_an_answer_lets_it_go_on(city):
    id = await asked(city)
    promised = (await city.request(id)).promised_at
    city.clock.advance(minutes=10)
    await by(city, city.li, desk.ask_info, id, question="您开的是什么店？在哪条街？")
    assert await city.clocks(id, "request") == {
        "triage": "paused", "promise": "paused", **dict.fromkeys(ASKING, "running"),
    }  # fmt: skip
    told = (await city.ask(city.ann, CASE, id=id))["request"]
    assert (told["state"], told["question"]) == ("NEEDS_YOU", "您开的是什么店？在哪条街？")
    assert told["answerBy"] is not None
    assert await lanes(city, city.li) == {"WAITING": 1}
    city.clock.advance(days=1)
    await verb_of(city, id, citizen.supply, text="小食店，恩宁路。", photo_ids=[])
    assert await city.clocks(id, "request") == {"triage": "running", "promise": "running"}
    request = await city.request(id)
    assert (request.state, request.question, request.answer_by) == ("submitted", "", None)
    assert request.promised_at is not None and promised is not None and request.promised_at > promised


async def test_an_unanswered_question_is_reminded_of_twice_and_then_closes_the_request(city):
    id = await asked(city)
    await by(city, city.li, desk.ask_info, id, question="哪一家？")
    for days, verbs in ((1.5, ["remind"]), (1, ["remind"] * 2)):
        city.clock.advance(days=days)
        await city.sweep()
        assert [verb for verb in await city.verbs(id, "request") if verb == "remind"] == verbs
    city.clock.advance(days=1)
    await city.sweep()
    request = await city.request(id)
    assert (request.state, request.outcome, request.question) == ("closed", "unreached", "")
    assert await city.clocks(id, "request") == {}


async def test_what_rides_on_an_order_waits_with_it(city):
    id = await city.submit()
    await by(city, city.li, desk.ask_info, id, question="哪一栋？")
    assert await city.clocks(id) == {"accept": "paused", "promise": "paused"}
    city.clock.advance(hours=5)
    await verb_of(city, id, citizen.supply, text="3栋。", photo_ids=[])
    assert await city.clocks(id) == {"accept": "running", "promise": "running"}
    assert (await city.request(id)).promised_at == (await city.order(id)).promised_at
    async with refusal(city.office, "RIDES_ON_ORDER"):
        await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")


async def test_what_is_not_taken_in_says_why_and_where_to_go(city):
    id = await asked(city, K.COMPLAINT, text="对处罚决定不服。")
    await by(city, city.li, desk.decline, id, reason=DeclineReason.IN_RECONSIDERATION,
             refer_to=ReferTo.RECONSIDERATION, opinion="可在六十日内申请行政复议。")  # fmt: skip
    told = (await city.ask(city.ann, CASE, id=id))["request"]
    assert (told["state"], told["referTo"]) == ("REJECTED", {"to": "RECONSIDERATION", "phone": "12348"})
    assert (await city.request(id)).state == "referred"
    other = await asked(city)
    async with refusal(city.office, "TEXT_REQUIRED"):
        await by(city, city.li, desk.decline, other, reason=DeclineReason.SECRET, refer_to=None, opinion=" ")
    await by(city, city.li, desk.decline, other, reason=DeclineReason.SECRET, refer_to=None, opinion="涉密。")
    assert ((await city.request(other)).state, await city.clocks(other, "request")) == ("rejected", {})


async def test_a_unit_answers_with_two_people_and_the_desk_audits(city):
    id = await sent(city)
    assert set(await city.clocks(id, "request")) == {"promise", "reply", "contact"}
    assert await lanes(city, city.wang) == {"TO_SIGN": 1}
    await by(city, city.wang, unit.sign, id)
    await by(city, city.wang, unit.contact, id, way=ContactWay.RELAY, reached=False, text="")
    assert (await city.request(id)).contacted_at is None
    city.clock.advance(minutes=5)
    await by(city, city.wang, unit.contact, id, way=ContactWay.RELAY, reached=True, text="已了解情况。")
    assert (await city.request(id)).contacted_at == city.clock()
    assert set(await city.clocks(id, "request")) == {"promise", "reply"}
    await by(city, city.wang, unit.draft, id, text="已整改。")
    assert await lanes(city, city.tang) == {"TO_CONFIRM": 1}
    async with refusal(city.office, "OWN_REPLY"):
        await by(city, replace(city.wang, post=Post.UNIT_HEAD), unit.reply, id)
    await by(city, city.tang, unit.send_back, id, opinion="写明措施。")
    await by(city, city.wang, unit.draft, id, text="已更换窗口人员并道歉。")
    await by(city, city.tang, unit.reply, id)
    await by(city, city.li, desk.audit, id, passed=False, answers=False, opinion="没有回答为什么跑三趟。")
    assert await lanes(city, city.wang) == {"IN_HAND": 1}
    await by(city, city.wang, unit.draft, id, text="因材料清单未一次告知，已整改。")
    await by(city, city.tang, unit.reply, id)
    await let_out(city, id)
    told = (await city.ask(city.ann, CASE, id=id))["request"]
    assert (told["state"], told["reply"]) == ("CLOSED", "因材料清单未一次告知，已整改。")
    assert "已整改。" not in [line["opinion"] for line in told["timeline"]]  # drafts stay inside
    assert len(await city.rows(Contact)) == 2


async def test_a_unit_returns_within_a_working_day_with_the_clause_and_the_reply_runs_on(city):
    id = await sent(city)
    due = (await city.clock_of(id, "reply")).due_at
    async with refusal(city.office, "REASON_NEEDED"):
        await by(city, city.wang, unit.return_, id, basis=" ", opinion="")
    async with refusal(city.office, "NOT_FOUND"):
        await by(city, city.zhao, unit.return_, id, basis="三定", opinion="")
    await by(city, city.wang, unit.return_, id, basis="三定方案第三条", opinion="属市监局")
    assert (await lanes(city, city.li), await lanes(city, city.wang)) == ({"SENT_BACK": 1}, {})
    await by(city, city.li, desk.assign, id, unit_id="cg", opinion="")
    assert (await city.clock_of(id, "reply")).due_at == due
    city.clock.advance(days=3)
    async with refusal(city.office, "RETURN_OVER"):
        await by(city, city.zhao, unit.return_, id, basis="三定", opinion="")


async def test_it_is_extended_once_with_a_reason_he_reads(city):
    id = await sent(city)
    await by(city, city.wang, unit.sign, id)
    before = (await city.request(id)).promised_at
    async with refusal(city.office, "EXTENSION_TOO_LONG"):
        await by(city, city.li, desk.extend, id, days=6, reason="需核实监控。")
    await by(city, city.li, desk.extend, id, days=5, reason="需核实监控。")
    request = await city.request(id)
    assert request.promised_at is not None and before is not None and request.promised_at > before
    told = (await city.ask(city.ann, CASE, id=id))["request"]["timeline"]
    assert ("verb.request.extend", "需核实监控。") in {(line["verb"], line["opinion"]) for line in told}
    async with refusal(city.office, "EXTENDED_ALREADY"):
        await by(city, city.li, desk.extend, id, days=1, reason="再延。")


async def test_while_an_order_it_made_is_open_only_a_part_with_a_plan_goes_out(city):
    id = await sent(city, spot=SOMEWHERE)
    await by(city, city.wang, unit.sign, id)
    await by(city, city.li, desk.make_order, id, matter_code="", spot=city.spot())
    async with refusal(city.office, "ORDERS_OPEN"):
        await by(city, city.wang, unit.draft, id, text="正在维修。")
    plan = city.clock().date().replace(day=28)
    await by(city, city.wang, unit.draft, id, text="正在维修。", plan_on=plan)
    assert (await city.request(id)).plan_on == plan


async def test_what_turns_out_to_be_about_a_place_becomes_an_order_under_the_same_number(city):
    id = await asked(city, K.SUGGESTION, text="这里建议加一盏路灯。", spot=city.spot())
    before = await city.request(id)
    await by(city, city.li, desk.make_order, id, matter_code="", spot=None)
    order = await city.order(id)
    assert (order.no, order.source_id, order.lon, order.state) == (before.no, id, HERE.lon, "reported")
    await city.bring(id, "closed")
    assert (await city.request(id)).state == "visiting"
    nowhere = await asked(city)
    async with refusal(city.office, "PLACE_NEEDED"):
        await by(city, city.li, desk.make_order, nowhere, matter_code="", spot=None)


@on_sqlite
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请联系13800138001。", "phone"),
        ("身份证440103199001011234已核", "resident_id"),
        ("车牌粤A12345", "plate"),
    ],
)
async def test_a_reply_that_gives_somebody_away_does_not_go_out(city, text, kind):
    id = await sent(city)
    await by(city, city.wang, unit.sign, id)
    async with refusal(city.office, "PERSONAL_DATA") as refused:
        await by(city, city.wang, unit.draft, id, text=text)
    assert (refused.value.field, refused.value.params) == ("text", {"kind": kind})
    await by(city, city.wang, unit.draft, id, text="电话020-81812345。")
    await by(city, city.tang, unit.reply, id)
    async with city.office.work(city.li) as work:  # as an outside system might have written it
        (await work.session.get_one(CitizenRequest, id)).reply = text
    async with refusal(city.office, "PERSONAL_DATA"):
        await let_out(city, id)
    assert guards.without_personal_data(text) != text


async def test_asked_again_it_is_the_heads_and_twice_is_the_most(city):
    id = await let_out(city, await answered(city, await sent(city)))
    for times in (1, 2):
        await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.DISSATISFIED, text="没解决")
        request = await city.request(id)
        assert (request.state, request.reopen_times, request.handler_id) == ("in_progress", times, "tang")
        async with refusal(city.office, "HEAD_NEEDED"):
            await by(city, city.wang, unit.draft, id, text="已答复。")
        await by(city, city.tang, unit.draft, id, text=f"第{times}次重新核实，已整改。")
        await let_out(city, id)
    await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.DISSATISFIED)
    request = await city.request(id)
    assert (request.state, request.outcome) == ("closed", "still_unsolved")
    assert await lanes(city, city.lin) == {"STILL_UNSOLVED": 1}


async def test_what_the_law_does_not_allow_is_closed_by_a_leaders_word(city):
    id = await let_out(city, await answered(city, await sent(city)))
    await city.rate(id, Solved.UNSOLVED, level=ServiceLevel.DISSATISFIED)
    await by(city, city.tang, unit.draft, id, text="依照条例第十二条不能办理。", impossible=True)
    await by(city, city.li, desk.audit, id, passed=True, answers=True, opinion="")
    assert (await city.request(id)).state == "replied"
    assert (await city.ask(city.ann, CASE, id=id))["request"]["reply"] is None
    assert await lanes(city, city.lin) == {"TO_APPROVE": 1}
    async with refusal(city.office, "NOT_ALLOWED"):
        await by(city, city.li, desk.decide, id, approve=True, opinion="")
    await by(city, city.lin, desk.decide, id, approve=False, opinion="再看看有没有别的办法。")
    assert await lanes(city, city.tang) == {"IN_HAND": 1}
    await by(
        city, city.tang, unit.draft, id, text="依照条例第十二条不能办理，可走救助渠道。", impossible=True
    )
    await by(city, city.li, desk.audit, id, passed=True, answers=True, opinion="")
    await by(city, city.lin, desk.decide, id, approve=True, opinion="")
    told = (await city.ask(city.ann, CASE, id=id))["request"]
    assert (told["outcome"], told["reply"], told["actions"]) == (
        "EXPLAINED", "依照条例第十二条不能办理，可走救助渠道。", ["SHARE"],
    )  # fmt: skip


PROPOSALS = "{ publishedProposals { items { title text verdict reply unit { id } } next } }"


async def test_a_suggestion_is_adopted_or_not_and_published_without_its_author(city):
    async def suggested(text, **facts):
        id = await sent(city, K.SUGGESTION)
        await by(city, city.wang, unit.sign, id)
        async with refusal(city.office, "VERDICT_NEEDED"):
            await by(city, city.wang, unit.draft, id, text=text)
        await by(city, city.wang, unit.draft, id, text=text, **facts)
        await by(city, city.tang, unit.reply, id)
        return id

    first = await suggested("已列入明年计划。", verdict=Adoption.ADOPTED)
    assert (await city.ask(city.ben, PROPOSALS))["publishedProposals"]["items"] == []  # not before the audit
    await let_out(city, first)
    await let_out(city, await suggested("不公开的答复。", verdict=Adoption.NOT_ADOPTED, publish=False))
    [shown] = (await city.ask(city.ben, PROPOSALS))["publishedProposals"]["items"]
    assert shown == {"title": "窗口让我跑了三趟", "text": "窗口让我跑了三趟。", "verdict": "ADOPTED",
                     "reply": "已列入明年计划。", "unit": {"id": "zj"}}  # fmt: skip
    assert (await city.ask(city.ann, CASE, id=first))["request"]["verdict"] == "ADOPTED"


async def test_a_clerk_files_for_somebody_and_both_are_kept(city):
    told = Submission(
        id=an_id(), kind=K.CONSULT, text="老人津贴怎么领？", spot=SOMEWHERE, phone="13800138055"
    )
    for stranger in (city.wang, city.chen):
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.do(stranger, file_for, told)
    await city.do(city.clerk, file_for, told)
    request = await city.request(told.id)
    [account] = await city.rows(Account, Account.id == request.reporter_id)
    assert (request.filed_by, account.role, account.guest) == ("clerk", "citizen", False)
    [line] = await city.lines(told.id, "request")
    assert (line.actor_id, line.post) == ("clerk", "window_clerk")
    assert await lanes(city, city.clerk) == {"FILED_BY_ME": 1}
    assert (await city.ask(city.li, DESK, id=told.id))["deskRequest"]["filedBy"] == {"name": "Clerk"}
    again = Submission(id=an_id(), kind=K.HELP, text="楼道灯不亮。", spot=city.spot(), phone="13800138055")
    await city.do(city.li, file_for, again)
    assert (await city.request(again.id)).reporter_id == request.reporter_id


async def test_unrated_it_is_over_after_three_tries(city):
    id = await let_out(city, await answered(city, await sent(city)))
    for days in (1.5, 1, 1):
        city.clock.advance(days=days)
        await city.sweep()
    request = await city.request(id)
    assert (request.state, request.outcome) == ("closed", "unrated")
    assert (await city.verbs(id, "request")).count("remind_rating") == 2
    async with refusal(city.office, "RATING_FIXED"):
        await city.rate(id)


async def test_a_rating_may_be_thought_over_for_seven_days(city):
    id = await let_out(city, await answered(city, await sent(city)))
    await city.rate(id, level=ServiceLevel.SATISFIED)
    assert "RATE" in (await city.ask(city.ann, CASE, id=id))["request"]["actions"]
    city.clock.advance(days=6)
    await city.rate(id, Solved.PARTLY, level=ServiceLevel.DISSATISFIED, text="又拖了")
    assert (await city.verbs(id, "request"))[-1] == "rate_again"
    city.clock.advance(days=2)
    async with refusal(city.office, "RATING_FIXED"):
        await city.rate(id)
    assert "RATE" not in (await city.ask(city.ann, CASE, id=id))["request"]["actions"]


async def test_of_a_confidential_request_nobody_sees_the_number_and_the_relay_connects(city):
    id = await asked(city, phone="13800138001", confidential=True)
    await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")
    for who in (city.li, city.wang, city.tang):
        seen = (await city.ask(who, DESK, id=id))["deskRequest"]
        assert (seen["reporterPhone"], seen["relay"]["phone"]) == (None, city.office.settings.hotline)
        assert "138" not in str(seen)
    await by(city, city.wang, unit.sign, id)
    async with refusal(city.office, "BAD_INPUT"):
        await by(city, city.wang, unit.contact, id, way=ContactWay.PHONE, reached=True, text="打通了")
    found = '{ deskRequests(search: "13800138001") { total } }'
    assert (await city.ask(city.li, found))["deskRequests"]["total"] == 0


async def test_who_withdraws_or_urges_one_of_these_is_heard(city):
    id = await sent(city)
    await city.do(city.ann, citizen.urge, id)
    await verb_of(city, id, citizen.withdraw)
    assert ((await city.request(id)).state, await city.clocks(id, "request")) == ("withdrawn", {})
    cara = a_citizen(id="cara")
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(cara, citizen.urge, id)


async def test_the_vault_knows_the_number_of_whom_a_clerk_filed_for(city):
    told = Submission(id=an_id(), kind=K.CONSULT, text="怎么领？", spot=SOMEWHERE, phone="13800138056")
    await city.do(city.clerk, file_for, told)
    async with city.office.work(city.li) as work:
        known = await accounts.by_phone(work, city.office.of(Vault), "13800138056")
    assert known is not None and known.id == (await city.request(told.id)).reporter_id
