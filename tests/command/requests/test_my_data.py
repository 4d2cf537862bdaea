"""我的数据: a citizen takes home all of it, and leaves: what stays of him is his cases, without him."""

import pytest

from server.command.notices import service as notices
from server.command.notices.tables import Notice
from server.command.requests.service import citizen as service
from server.command.requests.tables import Follow
from server.command.talks import service as talks
from server.command.talks.service import Turn
from server.command.talks.tables import Talk, TalkMessage
from server.identity.errors import BadCode
from server.identity.service import Identity
from server.identity.tables import Account, LoginSession
from server.kernel.actors import CITIZEN, Actor, Post
from server.kernel.errors import Unauthenticated
from tests.city import everything
from tests.factories import STREET, an_id

PHONE = "13800138091"
ORDER = "query ($id: ID!) { order(id: $id) { reporterPhone reporterLeft } }"
DESK = "query ($id: ID!) { deskRequest(id: $id) { reporterPhone reporterLeft } }"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"mode": "demo"})


async def code_for(city, phone=PHONE):
    city.clock.advance(minutes=2)
    return await city.office.of(Identity).send_code(phone, address="10.0.0.1")


async def ann(city):
    """Somebody with a phone, two cases, a talk, a notice and a neighbour's case she met too."""
    identity = city.office.of(Identity)
    granted = await identity.verify_code(
        PHONE, await code_for(city), guest=None, device="手机", address="10.0.0.1"
    )
    me = Actor(granted.account_id, CITIZEN, Post.CITIZEN)
    await notices.spread(city.office)
    ids = [await city.submit(me, phone=PHONE, photo_ids=[await city.photo(me)])]
    ids.append(await city.submit(me, kind="consult", text="请问居住证怎么办？", phone=PHONE))
    await city.do(me, talks.ask, id=an_id(), area=STREET, turns=[Turn("养狗要办证吗？")])
    other = await city.submit(city.ben)
    await city.do(me, service.follow_case, other)
    await city.dispatch(ids[0])
    await notices.spread(city.office)
    return me, ids, granted


async def test_all_of_it_is_handed_over_part_by_part(city):
    me, ids, _ = await ann(city)
    parts = await city.office.of(Identity).taken(me)
    assert {name: len(rows) for name, rows in parts.items()} == {
        "account": 1, "devices": 1, "family": 0, "requests": 2, "ratings": 0, "files": 1, "met": 1,
        "talks": 1, "notices": 2, "channels": 0,
    }  # fmt: skip
    assert parts["account"][0]["phone"] == PHONE and parts["requests"][0]["phone"] == PHONE
    assert parts["talks"][0]["text"] == "养狗要办证吗？" and len(ids) == 2
    strangers = await city.office.of(Identity).taken(city.ben)
    assert len(strangers["requests"]) == 1 and strangers["talks"] == []


async def test_who_leaves_is_gone_from_his_cases_and_the_cases_stay(city):
    me, ids, granted = await ann(city)
    identity = city.office.of(Identity)
    actor = await identity.gate.actor(granted.access_token)
    await identity.close_account(actor, await code_for(city))
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(granted.access_token)
    [account] = await city.rows(Account, Account.id == me.id)
    assert (account.phone_key, account.phone_sealed, account.disabled_at is not None) == (None, None, True)
    [login] = await city.rows(LoginSession, LoginSession.account_id == me.id)
    assert login.revoked_why == "closed"
    for row in [await city.request(id) for id in ids]:
        assert (row.phone, row.phone_key, row.reporter_id) == ("", "", me.id) and row.text
    assert (await city.ask(city.li, ORDER, id=ids[0]))["order"] == {
        "reporterPhone": None,
        "reporterLeft": True,
    }
    alone = (await city.ask(city.li, DESK, id=ids[1]))["deskRequest"]
    assert alone == {"reporterPhone": None, "reporterLeft": True}
    assert await city.rows(Notice, Notice.person_id == me.id) == []
    assert (await city.rows(Talk), await city.rows(TalkMessage), await city.rows(Follow)) == ([], [], [])
    assert await city.verbs(me.id, "account") == ["close"]
    again = await identity.verify_code(
        PHONE, await code_for(city), guest=None, device="x", address="10.0.0.1"
    )
    assert again.account_id != me.id  # the phone begins anew, and finds nothing
    assert (await identity.taken(Actor(again.account_id, CITIZEN, Post.CITIZEN)))["requests"] == []


async def test_without_the_code_nobody_leaves(city):
    _, _, granted = await ann(city)
    identity = city.office.of(Identity)
    actor = await identity.gate.actor(granted.access_token)
    right = await code_for(city)
    before = await everything(city.office)
    before.pop("phone_code", None)
    with pytest.raises(BadCode):
        await identity.close_account(actor, f"{(int(right) + 1) % 10**6:06}")
    after = await everything(city.office)
    after.pop("phone_code", None)
    assert after == before and await identity.gate.actor(granted.access_token) == actor


async def test_a_device_without_a_phone_leaves_without_a_code(city):
    granted = await city.office.of(Identity).guest(device="x", address="10.0.0.1")
    actor = await city.office.of(Identity).gate.actor(granted.access_token)
    await city.office.of(Identity).close_account(actor, "")
    with pytest.raises(Unauthenticated):
        await city.office.of(Identity).gate.actor(granted.access_token)
