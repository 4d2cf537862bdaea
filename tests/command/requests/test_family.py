"""帮家人办: six digits, then one files and sees for the other, until either ends it."""

from datetime import timedelta

import pytest

from server.command.notices import service as notices
from server.command.notices.tables import Notice
from server.identity.brakes import WRONG_FAMILY_CODE
from server.identity.family.tables import FamilyTie
from server.identity.service import Identity
from server.identity.tables import Account
from server.kernel.actors import CITIZEN, Actor, Post
from tests.city import everything
from tests.factories import an_id

CODE = "mutation { showFamilyCode { code expiresAt } }"
JOIN = "mutation ($c: String!) { joinFamily(code: $c) { id personId helpsMe mobile } }"
END = "mutation ($id: ID!) { endFamily(id: $id) { id } }"
FAMILY = "{ family { id personId helpsMe mobile } }"
SUBMIT = """mutation ($input: SubmitRequest!) { submitRequest(input: $input) {
  id forFamily filedByOther photos { id } } }"""
MINE = "{ myRequests { items { id forFamily filedByOther } } }"
ONE = "query ($id: ID!) { request(id: $id) { id photos { id } actions } }"
AT = {"lon": 113.237, "lat": 23.117, "datum": "WGS84"}
MUM, SON = "13800138061", "13800138062"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"mode": "demo"})


async def citizen(city, phone):
    """Somebody who proved a phone, as the gate sees him now."""
    identity = city.office.of(Identity)
    code = await identity.send_code(phone, address="10.0.0.1")
    granted = await identity.verify_code(phone, code, guest=None, device="x", address="10.0.0.1")
    return Actor(granted.account_id, CITIZEN, Post.CITIZEN)


async def now(city, who):
    """The same person, with whom he helps as the rows say."""
    [account] = await city.rows(Account, Account.id == who.id)
    return Actor(who.id, CITIZEN, Post.CITIZEN, wards=frozenset(account.wards))


async def joined(city):
    mum, son = await citizen(city, MUM), await citizen(city, SON)
    code = (await city.ask(mum, CODE))["showFamilyCode"]["code"]
    [tie] = (await city.ask(son, JOIN, c=f" {code} "))["joinFamily"]
    return mum, await now(city, son), tie


async def test_a_helper_files_and_sees_and_both_know_who(city):
    mum, son, tie = await joined(city)
    assert tie == {"id": tie["id"], "personId": mum.id, "helpsMe": False, "mobile": "138****8061"}
    [seen] = (await city.ask(mum, FAMILY))["family"]
    assert (seen["personId"], seen["helpsMe"], seen["mobile"]) == (son.id, True, "138****8062")
    photo = await city.photo(son)
    input = {"id": an_id(), "kind": "REPORT", "text": "路灯不亮。", "place": AT, "photoIds": [photo],
             "forId": mum.id}  # fmt: skip
    filed = (await city.ask(son, SUBMIT, input=input))["submitRequest"]
    assert filed == {"id": filed["id"], "forFamily": "138****8061", "filedByOther": False,
                     "photos": [{"id": photo}]}  # fmt: skip
    row = await city.request(filed["id"])
    assert (row.reporter_id, row.filed_by) == (mum.id, son.id)
    [line] = [line for line in await city.lines(filed["id"], "request") if line.verb == "request.submit"]
    assert line.actor_id == son.id
    [hers] = (await city.ask(mum, MINE))["myRequests"]["items"]
    assert (hers["forFamily"], hers["filedByOther"]) == (None, True)
    assert (await city.ask(mum, ONE, id=filed["id"]))["request"]["photos"] == [{"id": photo}]
    own = await city.submit(mum)
    assert {row["id"] for row in (await city.ask(son, MINE))["myRequests"]["items"]} == {filed["id"], own}
    assert "URGE" in (await city.ask(son, ONE, id=own))["request"]["actions"]


@pytest.mark.parametrize("by", ["mum", "son"])
async def test_either_ends_it_and_the_other_hears_of_it(city, by):
    mum, son, tie = await joined(city)
    id = await city.submit(mum)
    await notices.spread(city.office)
    city.clock.advance(minutes=1)
    await city.ask(mum if by == "mum" else son, END, id=tie["id"])
    await notices.spread(city.office)
    told = {(one.person_id, one.key) for one in await city.rows(Notice)}
    assert told == {(mum.id, "family.begin"), (son.id if by == "mum" else mum.id, "family.end")}
    assert await city.verbs(tie["id"], "family") == ["begin", "end"]
    son = await now(city, son)
    assert son.wards == frozenset() and (await city.ask(son, FAMILY))["family"] == []
    assert await city.refused(son, ONE, id=id) == ["NOT_FOUND"]
    input = {"id": an_id(), "kind": "REPORT", "text": "路灯不亮。", "place": AT, "forId": mum.id}
    assert await city.refused(son, SUBMIT, input=input) == ["BAD_INPUT"]
    assert await city.refused(son, END, id=tie["id"]) == ["NOT_FOUND"]


async def test_the_one_who_is_helped_is_told_when_it_begins(city):
    await notices.spread(city.office)
    mum, _, tie = await joined(city)
    await notices.spread(city.office)
    told = [(one.person_id, one.key, one.subject_kind) for one in await city.rows(Notice)]
    assert told == [(mum.id, "family.begin", "family")] and tie["id"]


async def test_a_code_is_good_once_for_ten_minutes_and_not_for_oneself_or_a_guest(city):
    mum, son, other = [await citizen(city, phone) for phone in (MUM, SON, "13800138063")]
    assert await city.refused(city.ben, CODE) == ["PHONE_NEEDED"]
    code = (await city.ask(mum, CODE))["showFamilyCode"]["code"]
    before = await everything(city.office)
    assert await city.refused(city.ben, JOIN, c=code) == ["PHONE_NEEDED"]
    assert await city.refused(mum, JOIN, c=code) == ["FAMILY_KNOWN"]
    assert await city.refused(son, JOIN, c=f"{(int(code) + 1) % 10**6:06}") == ["FAMILY_CODE_WRONG"]
    assert await everything(city.office) == before
    city.clock.advance(minutes=10)
    assert await city.refused(son, JOIN, c=code) == ["FAMILY_CODE_WRONG"]
    code = (await city.ask(mum, CODE))["showFamilyCode"]["code"]
    await city.ask(son, JOIN, c=code)
    assert await city.refused(other, JOIN, c=code) == ["FAMILY_CODE_WRONG"]
    again = (await city.ask(mum, CODE))["showFamilyCode"]["code"]
    assert await city.refused(son, JOIN, c=again) == ["FAMILY_KNOWN"]
    assert len(await city.rows(FamilyTie)) == 1


async def test_codes_are_not_guessed(city):
    son = await citizen(city, SON)
    for n in range(WRONG_FAMILY_CODE.each.amount):
        assert await city.refused(son, JOIN, c=f"{n:06}") == ["FAMILY_CODE_WRONG"]
    assert await city.refused(son, JOIN, c="000099") == ["TOO_MANY"]
    assert timedelta(minutes=10).total_seconds() == WRONG_FAMILY_CODE.each.get_expiry()
