"""在岗, 值班, 交接: a place only while on duty, and only as a cell; a roster; two people sign a handover."""

from datetime import timedelta

import pytest

from server.command.duty import service
from server.command.duty.rules import ShiftPart
from server.command.duty.tables import DutyShift, DutySpell, Handover
from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.command.orders.service import desk
from server.identity.accounts import phone_of
from server.identity.tables import Account
from server.kernel.calendar import day_of
from server.platform.vault import Vault
from tests.city import CELL, everything, on_sqlite, refusal
from tests.factories import an_id
from tests.supervision.test_against import complaint

STAFFING = """query ($present: Boolean! = false, $search: String! = "") {
  staffing(present: $present, search: $search) { on all people {
    person { name } post since last { code } lastAt cells tasks deputy needed } } }"""
WATCH = """{ watch { plans shifts { day part person { name } } desk { person { name } }
  atStake { stake order { id } }
  handovers { id note remark takable givenBy { name } takenBy { name } items { stake order { id } } } } }"""
START = "mutation ($id: ID!, $at: PlaceInput) { startDuty(opId: $id, at: $at) }"
HERE = {"lon": 113.2370, "lat": 23.1170, "datum": "WGS84"}


async def staff(city, actor=None, **asked):
    found = (await city.ask(actor or city.li, STAFFING, **asked))["staffing"]
    return {row["person"]["name"]: row for row in found["people"]}


async def test_who_is_on_duty_where_and_with_how_much_to_do(city):
    assert {row["since"] for row in (await staff(city)).values()} == {None}
    id = an_id()
    for _ in range(2):  # sent twice it is one spell
        await city.ask(city.chen, START, id=id, at=HERE)
    task = await city.submit()
    await city.move(city.li, desk.request_verify, task)
    rows = await staff(city)
    assert (rows["Chen"]["last"], rows["Chen"]["tasks"]) == ({"code": CELL}, 1)
    assert (rows["Huang"]["deputy"], rows["Huang"]["needed"], rows["Huang"]["since"]) == (True, False, None)
    assert next(iter(rows)) == "Chen", "who is there stands first"
    assert set(await staff(city, present=True)) == {"Chen"}
    assert set(await staff(city, search="hua")) == set(), "names are as they are written"
    assert set(await staff(city, search="Hua")) == {"Huang"}
    assert set(await staff(city, search=rows["Chen"]["cells"][0])) == {"Chen", "Huang"}
    told = (await city.ask(city.li, STAFFING))["staffing"]
    assert (told["on"], told["all"]) == (1, 6)
    [spell] = await city.rows(DutySpell)
    assert (spell.cell, spell.account_id) == (CELL, "chen")
    await city.do(city.chen, service.end)
    [spell] = await city.rows(DutySpell)
    assert (spell.cell, spell.seen_at) == ("", None), "where he was is forgotten"
    assert (await staff(city))["Chen"]["last"] is None


async def test_a_deputy_stands_in_when_the_first_is_not_there(city):
    await city.do(city.huang, service.start, id=an_id())
    assert (await staff(city))["Huang"]["needed"] is True
    await city.do(city.chen, service.start, id=an_id())
    assert (await staff(city))["Huang"]["needed"] is False


async def test_a_forgotten_spell_is_over_after_a_day(city):
    await city.do(city.chen, service.start, id=an_id(), cell=CELL)
    async with refusal(city.office, "ON_DUTY_ALREADY"):
        await city.do(city.chen, service.start, id=an_id())
    city.clock.advance(hours=25)
    assert (await staff(city))["Chen"]["since"] is None
    async with refusal(city.office, "NOT_ON_DUTY"):
        await city.do(city.chen, service.check_in, cell=CELL)
    await city.do(city.chen, service.start, id=an_id())
    spells = sorted(await city.rows(DutySpell), key=lambda row: row.began_at)
    assert [row.ended_at is None for row in spells] == [False, True]
    assert spells[0].ended_at == spells[0].began_at + timedelta(hours=24)


@on_sqlite
@pytest.mark.parametrize("who", ["wang", "clerk", "chen"])
async def test_only_the_platform_sees_who_is_where(city, who):
    actor = getattr(city, who)
    assert await city.refused(actor, STAFFING) == ["NOT_ALLOWED"]
    assert await city.refused(actor, WATCH) == ["NOT_ALLOWED"]
    if who != "chen":
        async with refusal(city.office, "NOT_ALLOWED"):
            await city.do(actor, service.start, id=an_id())


@on_sqlite
async def test_a_street_sees_its_own_people(city):
    await city.do(city.chen, service.start, id=an_id())
    assert {"Chen", "Huang", "Mei"} == set(await staff(city, city.mei))


async def test_the_roster_names_the_platforms_own_people(city):
    today = day_of(city.clock())
    for person in ("he", "li"):  # the later word holds
        await city.do(city.li, service.plan, day=today, part=ShiftPart.NIGHT, person_id=person)
    shifts = (await city.ask(city.he, WATCH))["watch"]["shifts"]
    assert len(shifts) == 14
    assert shifts[1] == {"day": today.isoformat(), "part": "NIGHT", "person": {"name": "Li"}}
    assert len(await city.rows(DutyShift)) == 1
    for facts, code in (
        ({"day": today - timedelta(days=1)}, "NOT_PLANNABLE"),
        ({"day": today + timedelta(days=32)}, "NOT_PLANNABLE"),
        ({"person_id": "wang"}, "NOT_OF_THE_DESK"), ({"person_id": "mei"}, "NOT_OF_THE_DESK"),
    ):  # fmt: skip
        async with refusal(city.office, code):
            await city.do(
                city.li, service.plan, **{"day": today, "part": ShiftPart.DAY, "person_id": "he", **facts}
            )
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.arbiter, service.plan, day=today, part=ShiftPart.DAY, person_id="he")


async def test_what_is_at_stake_is_handed_on_and_signed_by_two(city):
    await spread(city.office)
    danger = await city.submit(text="电线断落，有人触电危险。")
    returned = await city.send_back(await city.dispatch(await city.submit()))
    await city.submit()
    due = (await city.ask(city.li, WATCH))["watch"]["atStake"]
    assert [(each["stake"], each["order"]["id"]) for each in due][:2] == [
        ("DANGER", danger),
        ("RETURNED", returned),
    ]
    id = an_id()
    await city.do(city.li, service.give_over, id=id, note="电线一件盯住，供电已到场。")
    async with refusal(city.office, "HANDOVER_OPEN"):
        await city.do(city.he, service.give_over, id=an_id(), note="再来一份")
    async with refusal(city.office, "OWN_HANDOVER"):
        await city.do(city.li, service.take_over, id=id, remark="")
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.mei, service.take_over, id=id, remark="")
    while await spread(city.office):
        pass
    told = {(row.person_id, row.key) for row in await city.rows(Notice) if row.subject_kind == "handover"}
    assert told == {("he", "handover.give")}
    assert (await city.ask(city.he, WATCH))["watch"]["handovers"][0]["takable"] is True
    await city.do(city.he, service.take_over, id=id, remark="收到")
    async with refusal(city.office, "HANDOVER_TAKEN"):
        await city.do(city.he, service.take_over, id=id, remark="")
    [row] = (await city.ask(city.li, WATCH))["watch"]["handovers"]
    assert (row["givenBy"]["name"], row["takenBy"]["name"], row["remark"]) == ("Li", "He", "收到")
    assert [each["order"]["id"] for each in row["items"]][:2] == [danger, returned]
    assert await city.verbs(id, "handover") == ["give", "take"]


async def test_a_handover_tells_nobody_of_a_complaint_about_him(city):
    hidden = await complaint(city, key="person:he")
    await city.send_back(hidden)
    await city.do(city.li, service.give_over, id=an_id(), note="一件退回待定")
    assert [each[0] for each in (await city.rows(Handover))[0].items] == [hidden]
    assert (await city.ask(city.he, WATCH))["watch"]["handovers"][0]["items"] == []


async def test_a_number_is_masked_until_the_desk_says_what_for(city):
    vault = city.office.of(Vault)
    async with city.office.store.writing() as session:
        account = await session.get(Account, "chen")
        account.phone_sealed = vault.seal("13800138101", about=phone_of("chen"))
        await session.commit()
    ask = "{ staffing(present: false) { people { personId phone } } }"
    people = {row["personId"]: row["phone"] for row in (await city.ask(city.li, ask))["staffing"]["people"]}
    assert (people["chen"], people["huang"]) == ("138****8101", None)
    reveal = "mutation ($id: String!, $why: String!) { revealPhone(personId: $id, reason: $why) }"
    before = await everything(city.office)
    assert await city.refused(city.li, reveal, id="chen", why=" ") == ["TEXT_REQUIRED"]
    for who, id in (
        (city.li, "huang"),
        (city.li, "ann"),
        (city.li, "wang"),
    ):  # no number, or not his
        assert await city.refused(who, reveal, id=id, why="积水") == ["NOT_FOUND"]
    for who in (city.chen, city.wang, city.clerk, city.luo):
        assert await city.refused(who, reveal, id="chen", why="积水") == ["NOT_ALLOWED"]
    assert await everything(city.office) == before
    assert (await city.ask(city.li, reveal, id="chen", why="恩宁路积水"))["revealPhone"] == "13800138101"
    [line] = await city.lines("chen", "duty")
    assert (line.verb, line.actor_id, line.opinion) == ("duty.reveal_phone", "li", "恩宁路积水")
    assert await city.news("chen") == []
