"""Which notices leave the house: by whose channel, when, and saying how little."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select

from server.command.notices import rules, service
from server.command.notices.rules import Out, Wish, released_at, ways
from server.command.notices.tables import Notice, NoticeWish
from server.identity import accounts
from server.identity.tables import Account
from server.integrations.push_keys import private_key, public_of
from server.kernel.actors import SYSTEM
from server.kernel.ways import Via
from server.platform import delivery, notify
from server.platform.audit import AuditLine
from server.platform.notify import Address, Delivery, Outgoing
from server.platform.vault import Vault
from tests.city import everything
from tests.clock import SHANGHAI

SMS, WECHAT, PUSH = Via.SMS, Via.WECHAT, Via.PUSH
SETTINGS = """{ noticeSettings { ways { via on reached where } quietFrom quietTo pushKey wechatUrl } }"""
WISH = "mutation($input: NoticeWishes!) { setNotices(input: $input) { quietFrom ways { via on } } }"
SUBSCRIBE = (
    "mutation($input: PushSubscription!) { subscribePush(input: $input) { ways { via reached where } } }"
)
UNSUBSCRIBE = (
    "mutation($input: PushSubscription!) { unsubscribePush(input: $input) { ways { via reached } } }"
)
BIND = 'mutation { bindWechat(code: "c1") { ways { via reached } } }'
OUTGOING = """query($state: Delivery) { outgoing(state: $state) { next items {
  id via key text to state tries code actions } }
  outgoingCounts { state n } outgoingChannels { vias demo } }"""
RESEND = "mutation($id: ID!) { resendMessage(id: $id) { state tries } }"
BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/1", "auth": "BTBZMqHH6r4Tts7J_aSIgg", "device": "Chrome",
    "p256dh": public_of(private_key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")),
}  # fmt: skip


@pytest.fixture(autouse=True)
async def begun(city):
    """What happened before the first look is history."""
    assert await service.spread(city.office) == 0


async def gives_phone(city, person, number="13800138001"):
    vault = city.office.of(Vault)
    async with city.office.work(SYSTEM) as work:
        row = await work.session.get_one(Account, person.id)
        row.phone_sealed = vault.seal(number, about=accounts.phone_of(person.id))


async def told(city, person):
    """What left the house for a person: channel and sentence."""
    while await service.spread(city.office):
        pass
    rows = await city.rows(Outgoing, Outgoing.person_id == person.id)
    return sorted((row.via, row.key) for row in rows)


@pytest.mark.parametrize(
    ("out", "reached", "off", "taken"),
    [
        (Out.INBOX, {SMS, WECHAT, PUSH}, set(), set()),
        (Out.PUSH, {SMS, WECHAT, PUSH}, set(), {PUSH}),
        (Out.WECHAT, {SMS, WECHAT}, set(), {WECHAT}),
        (Out.WECHAT, {SMS}, set(), set()),
        (Out.SMS, {SMS, WECHAT, PUSH}, set(), {WECHAT, PUSH}),
        (Out.SMS, {SMS}, set(), {SMS}),
        (Out.SMS, {SMS, WECHAT}, {WECHAT}, {SMS}),
        (Out.SMS, {SMS, WECHAT, PUSH}, {SMS, WECHAT, PUSH}, set()),
    ],
)
def test_a_text_message_is_for_whoever_has_no_wechat(out, reached, off, taken):
    assert ways(out, Wish(off=frozenset(off)), reached) == taken


@pytest.mark.parametrize(
    ("start", "end", "at", "until"),
    [
        (22, 7, "21:59", "21:59"), (22, 7, "22:00", "+07:00"), (22, 7, "03:30", "07:00"),
        (22, 7, "07:00", "07:00"), (12, 14, "13:00", "14:00"), (12, 14, "14:00", "14:00"),
        (0, 0, "03:00", "03:00"), (23, 0, "23:30", "+00:00"),
    ],
)  # fmt: skip
def test_quiet_hours_end_in_the_morning(start, end, at, until):
    def on(clock):
        day = 3 if clock.startswith("+") else 2
        return datetime.combine(date(2026, 3, day), time.fromisoformat(clock.lstrip("+")), SHANGHAI)

    assert released_at(on(at), Wish(quiet_from=start, quiet_to=end)) == on(until)


def test_every_event_that_leaves_the_inbox_has_somebody_it_is_told_to():
    for key, rule in rules.RULES.items():
        reaches_citizens = rule.to & {rules.To.CITIZENS, rules.To.NAMED}
        assert rule.citizens is Out.INBOX or reaches_citizens, key
        assert rule.staff is Out.INBOX or rule.to - {rules.To.CITIZENS}, key


async def test_filing_and_the_end_reach_a_phone_and_dispatch_wechat_alone(city):
    await gives_phone(city, city.ann)
    await city.dispatch(await city.submit())
    assert await told(city, city.ann) == [("sms", "order.file")]
    await city.ask(city.ben, BIND)
    await city.dispatch(await city.submit(city.ben))
    assert await told(city, city.ben) == [("wechat", "order.dispatch"), ("wechat", "order.file")]
    await delivery.deliver(city.office)
    [row] = await city.rows(Outgoing, Outgoing.person_id == "ann")
    assert (row.state, set(row.params)) == (Delivery.SENT, {"no", "unit", "clock"})


async def test_what_is_refused_or_rolled_back_leaves_no_message(city):
    await gives_phone(city, city.ann)
    before = await everything(city.office)
    with pytest.raises(RuntimeError):
        async with city.office.work(SYSTEM) as work:
            notify.queue(
                work, of="x", person_id="ann", via=SMS, address_id="", key="order.file", params={}, link="",
                subject="", at=work.now, place=0, urgent=False, not_before=work.now,
            )  # fmt: skip
            raise RuntimeError
    assert await everything(city.office) == before


async def test_the_night_holds_all_but_what_is_urgent(city):
    await gives_phone(city, city.ann)
    await city.ask(city.bo, SUBSCRIBE, input=BROWSER)
    city.clock.set(datetime(2026, 3, 2, 23, 0, tzinfo=SHANGHAI))
    await city.submit(text="有人触电，快来人")
    for _ in range(2):
        await city.dispatch(await city.submit())
    assert await told(city, city.bo) == [("push", "order.danger")]
    mine = await city.rows(Outgoing, Outgoing.person_id == "ann")
    morning = datetime(2026, 3, 3, 7, 0, tzinfo=SHANGHAI)
    assert {(row.held, row.next_at) for row in mine} == {(True, morning)}
    assert await delivery.deliver(city.office) == 1
    city.clock.set(morning)
    while await delivery.deliver(city.office):
        pass
    sent = [
        row for row in await city.rows(Outgoing, Outgoing.person_id == "ann") if row.state == Delivery.SENT
    ]
    assert (len(mine), [(row.key, row.params) for row in sent]) == (2, [("digest", {"n": "2"})])


async def test_a_confidential_request_says_nothing_outside(city):
    await gives_phone(city, city.ann)
    id = await city.submit(confidential=True)
    await city.dispatch(id)
    await told(city, city.ann)
    rows = await city.rows(Outgoing, Outgoing.person_id == "ann")
    assert {(row.key, str(row.params)) for row in rows} == {("private", "{}")}


async def test_no_message_carries_what_somebody_wrote(city):
    await gives_phone(city, city.ann)
    await city.ask(city.wang, SUBSCRIBE, input=BROWSER)
    id = await city.submit(text="恩宁路99号三楼王小明家漏水，电话13900139000")
    await city.dispatch(id)
    await told(city, city.ann)
    said = str([(row.key, row.params, row.link) for row in await city.rows(Outgoing)])
    assert "漏水" not in said and "王小明" not in said and "139001" not in said and "order.file" in said


async def test_a_leader_chooses_from_which_card_on(city):
    await city.ask(city.lin, BIND)
    assert rules.wanted(Wish(alarm=rules.RED), city.lin.role, 150) is False
    assert rules.wanted(Wish(alarm=0), city.lin.role, 200) is False
    assert rules.wanted(Wish(alarm=0), city.wang.role, 200) is True
    assert rules.wanted(Wish(alarm=0), city.lin.role, None) is True
    card = rules.rule_for("order.clock_200", "handle")
    assert card is not None and card.urgent_to(city.lin.role) and not card.urgent_to(city.wang.role)
    wish = {"off": [], "quietFrom": 22, "quietTo": 7, "alarm": 200}
    await city.ask(city.lin, WISH, input=wish)
    await city.ask(city.wang, WISH, input=wish)  # an officer has none
    assert {row.person_id: row.alarm for row in await city.rows(NoticeWish)} == {"lin": 200, "wang": 150}


async def test_an_officer_hears_half_an_hour_before_a_check_is_due(city):
    await city.ask(city.huang, SUBSCRIBE, input=BROWSER)
    id = await city.bring(await city.submit(), "checking")
    checker = (await city.order(id)).checker_id
    due = (await city.clock_of(id, "check")).due_at
    city.clock.set(due - timedelta(minutes=31))
    await service.warn(city.office)
    assert [row for row in await city.rows(Notice) if row.key == rules.DUE_KEY] == []
    city.clock.set(due - timedelta(minutes=29))
    for _ in range(2):
        await service.warn(city.office)
    [notice] = [row for row in await city.rows(Notice) if row.key == rules.DUE_KEY]
    assert (notice.person_id, notice.clock, notice.subject_id) == (checker, "check", id)


async def test_ones_settings(city):
    await gives_phone(city, city.ann)
    before = (await city.ask(city.ann, SETTINGS))["noticeSettings"]
    assert (before["quietFrom"], before["quietTo"], before["wechatUrl"]) == (22, 7, "")
    assert [(way["via"], way["on"], way["reached"], way["where"]) for way in before["ways"]] == [
        ("SMS", True, 1, "138****8001"), ("WECHAT", True, 0, ""), ("PUSH", True, 0, ""),
    ]  # fmt: skip
    after = await city.ask(city.ann, SUBSCRIBE, input=BROWSER)
    assert after["subscribePush"]["ways"][2] == {"via": "PUSH", "reached": 1, "where": "Chrome"}
    await city.ask(city.ann, WISH, input={"off": ["SMS"], "quietFrom": 21, "quietTo": 8})
    now = (await city.ask(city.ann, SETTINGS))["noticeSettings"]
    assert (now["quietFrom"], [way["on"] for way in now["ways"]]) == (21, [False, True, True])
    await city.dispatch(await city.submit())
    assert await told(city, city.ann) == [("push", "order.dispatch"), ("push", "order.file")]
    gone = await city.ask(city.ann, UNSUBSCRIBE, input=BROWSER)
    assert gone["unsubscribePush"]["ways"][2]["reached"] == 0 and await city.rows(Address) == []


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        (WISH, {"off": [], "quietFrom": 24, "quietTo": 7}, "BAD_INPUT"),
        (WISH, {"off": [], "quietFrom": 22, "quietTo": -1}, "BAD_INPUT"),
        (SUBSCRIBE, BROWSER | {"endpoint": "https://169.254.169.254/latest"}, "BAD_INPUT"),
        (SUBSCRIBE, BROWSER | {"p256dh": "AAAA"}, "BAD_INPUT"),
        (SUBSCRIBE, BROWSER | {"auth": "!"}, "BAD_INPUT"),
        (SUBSCRIBE, BROWSER | {"device": "x" * 61}, "TEXT_TOO_LONG"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(city, text, given, code):
    before = await everything(city.office)
    assert await city.refused(city.ann, text, input=given) == [code]
    assert await everything(city.office) == before


async def test_the_administrator_sees_what_left_and_sends_again(city):
    await gives_phone(city, city.ann)
    await city.dispatch(await city.submit())
    await city.dispatch(await city.submit())
    await told(city, city.ann)
    async with city.office.work(SYSTEM) as work:
        for row in await work.session.exec(select(Outgoing).with_for_update()):
            row.state, row.next_at, row.code, row.ended_at = Delivery.DEAD, None, "HTTP_503", work.now
    seen = await city.ask(city.luo, OUTGOING, state="DEAD")
    first = seen["outgoing"]["items"][0]
    assert (first["text"], first["to"], first["actions"]) == ("已受理", "市民", ["resend"])
    assert {each["state"]: each["n"] for each in seen["outgoingCounts"]}["DEAD"] == len(
        seen["outgoing"]["items"]
    )
    assert seen["outgoingChannels"] == {"vias": ["PUSH", "SMS", "WECHAT"], "demo": True}
    assert (await city.ask(city.luo, RESEND, id=first["id"]))["resendMessage"] == {
        "state": "WAITING",
        "tries": 0,
    }
    [line] = [row for row in await city.rows(AuditLine) if row.verb == "message.resend"]
    assert (line.subject_id, line.actor_id) == (first["id"], "luo")
    assert (await city.ask(city.audit, OUTGOING, state="DEAD"))["outgoing"]["items"][0]["actions"] == []


async def test_nobody_else_sees_or_sends(city):
    await gives_phone(city, city.ann)
    await city.dispatch(await city.submit())
    await told(city, city.ann)
    [row] = await city.rows(Outgoing)
    before = await everything(city.office)
    for person in (city.wang, city.li, city.chen):
        assert "NOT_ALLOWED" in await city.refused(person, OUTGOING)
        assert await city.refused(person, RESEND, id=row.id) == ["NOT_ALLOWED"]
    assert await city.refused(city.audit, RESEND, id=row.id) == ["NOT_ALLOWED"]
    assert await city.refused(city.luo, RESEND, id=row.id) == ["NOT_FOUND"]  # it is on its way
    assert await everything(city.office) == before
