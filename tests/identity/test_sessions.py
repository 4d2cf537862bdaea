"""A session changes its secret at each use, tells a thief from a second tab, and ends everywhere at once."""

import asyncio

import pytest

from server.identity import accounts
from server.identity.errors import NoSession
from server.identity.tables import Account, LoginSession
from server.kernel.actors import CITIZEN, LEADER, OFFICER, SYSTEM, Post
from server.kernel.errors import NotFound, Unauthenticated
from server.platform.audit import AuditLine
from tests.identity.house import be_guest, count, give, hire, holding, sign_in


async def login_of(office, granted):
    async with office.reading() as session:
        return await session.get(LoginSession, granted.refresh_token[:36])


async def dead(identity, granted, role=OFFICER):
    with pytest.raises(NoSession):
        await identity.sessions.renew(role, granted.refresh_token)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(granted.access_token)


async def test_renewing_rotates_the_secret_and_keeps_the_family(office, identity):
    await hire(office)
    first = await sign_in(office)
    second = await identity.sessions.renew(OFFICER, first.refresh_token)
    third = await identity.sessions.renew(OFFICER, second.refresh_token)
    tokens = [granted.refresh_token for granted in (first, second, third)]
    assert len(set(tokens)) == 3 and len({token[:36] for token in tokens}) == 1
    assert await count(office, LoginSession) == 1
    assert (await identity.gate.actor(third.access_token)).post is Post.GRID_OFFICER


async def test_two_tabs_that_race_get_the_same_secret_and_no_alarm(office, identity, clock):
    await hire(office)
    first = await sign_in(office)
    racing = await asyncio.gather(*(identity.sessions.renew(OFFICER, first.refresh_token) for _ in range(5)))
    clock.advance(seconds=10)
    late = await identity.sessions.renew(OFFICER, first.refresh_token)
    assert len({granted.refresh_token for granted in [*racing, late]}) == 1
    await identity.sessions.renew(OFFICER, late.refresh_token)
    assert await count(office, LoginSession) == 1


async def test_an_old_secret_after_the_grace_ends_the_family(office, identity, clock):
    await hire(office)
    first = await sign_in(office)
    second = await identity.sessions.renew(OFFICER, first.refresh_token)
    clock.advance(seconds=11)
    await dead(identity, first)
    await dead(identity, second)
    login = await login_of(office, first)
    assert (login.revoked_why, login.revoked_at) == ("reuse", clock())
    assert await count(office, AuditLine, AuditLine.verb == "session.end") == 1


async def test_a_secret_two_generations_old_ends_the_family_at_once(office, identity):
    await hire(office)
    first = await sign_in(office)
    second = await identity.sessions.renew(OFFICER, first.refresh_token)
    third = await identity.sessions.renew(OFFICER, second.refresh_token)
    await dead(identity, first)
    await dead(identity, third)


async def test_another_device_is_another_family(office, identity, clock):
    await hire(office)
    phone, tablet = await sign_in(office), await sign_in(office)
    await identity.sessions.renew(OFFICER, phone.refresh_token)
    clock.advance(seconds=11)
    await dead(identity, phone)
    await identity.sessions.renew(OFFICER, tablet.refresh_token)


async def test_a_guessed_successor_is_not_the_successor(office, identity):
    """The successor is keyed: who stole one secret cannot compute the next."""
    await hire(office)
    first = await sign_in(office)
    second = await identity.sessions.renew(OFFICER, first.refresh_token)
    assert first.refresh_token.split(".")[1] not in second.refresh_token
    assert len(second.refresh_token.split(".")[1]) == 64


@pytest.mark.parametrize("token", ["", ".", "x", "x.y", "é.é", "." * 500])
async def test_rubbish_renews_nothing(identity, token):
    with pytest.raises(NoSession):
        await identity.sessions.renew(OFFICER, token)


async def test_rubbish_and_ended_sessions_never_queue_for_the_writer(office, identity):
    await hire(office)
    granted = await sign_in(office)
    await identity.sessions.end(OFFICER, granted.refresh_token)
    async with office.work(SYSTEM):  # the only writer SQLite has
        for token in ("x.y", granted.refresh_token):
            with pytest.raises(NoSession):
                await asyncio.wait_for(identity.sessions.renew(OFFICER, token), 1)
            await asyncio.wait_for(identity.sessions.end(OFFICER, token), 1)


async def test_a_cookie_of_one_app_is_none_of_another(office, identity):
    await hire(office)
    granted = await sign_in(office)
    for role in (LEADER, CITIZEN):
        with pytest.raises(NoSession):
            await identity.sessions.renew(role, granted.refresh_token)
        await identity.sessions.end(role, granted.refresh_token)
    await identity.sessions.renew(OFFICER, granted.refresh_token)


async def test_signing_out_ends_the_session_for_good(office, identity):
    await hire(office)
    granted = await sign_in(office)
    await identity.sessions.end(OFFICER, granted.refresh_token)
    await dead(identity, granted)
    assert (await login_of(office, granted)).revoked_why == "logout"


async def test_signing_out_with_a_wrong_secret_ends_nothing(office, identity):
    await hire(office)
    granted = await sign_in(office)
    for token in ("", "x.y", granted.refresh_token[:37] + "wrong"):
        await identity.sessions.end(OFFICER, token)
    await identity.sessions.renew(OFFICER, granted.refresh_token)
    assert await count(office, AuditLine, AuditLine.verb == "session.end") == 0


async def test_an_idle_session_ends_and_a_used_one_slides(office, identity, clock):
    await hire(office)
    idle, used = await sign_in(office), await sign_in(office)
    for _ in range(3):
        clock.advance(hours=71)
        used = await identity.sessions.renew(OFFICER, used.refresh_token)
    with pytest.raises(NoSession):
        await identity.sessions.renew(OFFICER, idle.refresh_token)


async def test_no_session_lives_beyond_thirty_days(office, identity, clock):
    await hire(office)
    granted = await sign_in(office)
    for _ in range(10):
        clock.advance(hours=71)
        granted = await identity.sessions.renew(OFFICER, granted.refresh_token)
    clock.advance(hours=11)
    await dead(identity, granted)


async def test_a_guests_device_is_known_for_a_year(office, identity, clock):
    granted = await be_guest(office)
    clock.advance(days=364)
    granted = await identity.sessions.renew(CITIZEN, granted.refresh_token)
    clock.advance(days=365)
    await dead(identity, granted, CITIZEN)


async def test_a_disabled_account_is_out(office, identity, clock):
    id = await hire(office)
    granted = await sign_in(office)
    async with office.work(SYSTEM) as work:
        await accounts.disable(work, id)
    await dead(identity, granted)


async def test_a_closed_account_renews_nothing_even_if_its_session_was_forgotten(office, identity):
    id = await hire(office)
    granted = await sign_in(office)
    async with office.work(SYSTEM) as work:
        (await work.session.get_one(Account, id)).disabled_at = work.now
    with pytest.raises(NoSession):
        await identity.sessions.renew(OFFICER, granted.refresh_token)


async def test_what_is_not_there_cannot_be_taken_or_closed(office):
    id = await hire(office)
    held = await holding(office, id)
    async with office.work(SYSTEM) as work:
        await accounts.take_post(work, held.id)
    for refuse in (accounts.take_post, accounts.disable):
        for gone in ("nothing", held.id):
            with pytest.raises(NotFound):
                async with office.work(SYSTEM) as work:
                    await refuse(work, gone)


async def test_switching_changes_the_post_of_the_session(office, identity, clock):
    id = await hire(office)
    clock.advance(minutes=1)
    second = await give(office, id, Post.STREET_DISPATCHER, area="440103006")
    granted = await sign_in(office)
    actor = await identity.gate.actor(granted.access_token)
    token, _ = await identity.sessions.switch(actor, second)
    now = await identity.gate.actor(token)
    assert (now.id, now.session_id, now.post, now.cells) == (
        id,
        actor.session_id,
        Post.STREET_DISPATCHER,
        frozenset(),
    )
    clock.advance(seconds=5)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(granted.access_token)
    renewed = await identity.sessions.renew(OFFICER, granted.refresh_token)
    assert (await identity.gate.actor(renewed.access_token)).post is Post.STREET_DISPATCHER
    assert await count(office, AuditLine, AuditLine.verb == "session.switch") == 1


async def test_one_cannot_switch_to_a_post_one_does_not_hold(office, identity):
    mine, other = await hire(office), await hire(office, "wg02")
    actor = await identity.gate.actor((await sign_in(office)).access_token)
    for holding_id in ("", "nothing", (await holding(office, other)).id):
        with pytest.raises(NotFound):
            await identity.sessions.switch(actor, holding_id)
    assert (await identity.gate.actor((await sign_in(office)).access_token)).id == mine


async def test_whoever_loses_a_post_goes_on_in_another_or_not_at_all(office, identity, clock):
    id = await hire(office)
    clock.advance(minutes=1)
    await give(office, id, Post.STREET_DISPATCHER, area="440103006")
    granted = await sign_in(office)
    async with office.work(SYSTEM) as work:
        await accounts.take_post(work, (await holding(office, id, Post.GRID_OFFICER)).id)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(granted.access_token)
    granted = await identity.sessions.renew(OFFICER, granted.refresh_token)
    assert (await identity.gate.actor(granted.access_token)).post is Post.STREET_DISPATCHER
    async with office.work(SYSTEM) as work:
        await accounts.take_post(work, (await holding(office, id, Post.STREET_DISPATCHER)).id)
    clock.advance(seconds=5)
    await dead(identity, granted)
    assert await count(office, AuditLine, AuditLine.verb == "post.take") == 2
