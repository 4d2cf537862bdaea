"""Staff come in by number and password; guessing is braked by name, by address and altogether."""

import asyncio

import pytest
from sqlmodel import select

from server.identity import accounts, queries
from server.identity.brakes import WRONG_PASSWORD, Brakes, network
from server.identity.errors import BadCredentials, Locked, PostsConflict, TooMany
from server.identity.passwords import check_password
from server.identity.tables import Account, LoginLock, LoginSession, PostHolding
from server.kernel.actors import LEADER, OFFICER, SYSTEM, Post
from server.kernel.errors import BadInput, NotAllowed, NotFound
from server.platform.audit import AuditLine
from tests.identity.house import ELSEWHERE, HERE, PASSWORD, count, give, hire, holding, sign_in
from tests.identity.test_passwords import WEAKER


async def guess(identity, staff_no="wg01", *, role=OFFICER, password="wrong", address=HERE):
    return await identity.login(role, staff_no=staff_no, password=password, device="", address=address)


async def wrong(identity, staff_no="wg01", *, times=1, **rest):
    for _ in range(times):
        with pytest.raises(BadCredentials):
            await guess(identity, staff_no, **rest)


async def test_the_right_password_opens_a_session_in_the_first_post(office, identity):
    await hire(office)
    granted = await sign_in(office)
    actor = await identity.gate.actor(granted.access_token)
    assert (actor.role, actor.post, actor.session_id) == (
        OFFICER,
        Post.GRID_OFFICER,
        granted.refresh_token[:36],
    )
    assert await count(office, LoginSession) == 1
    assert (
        await count(office, AuditLine, AuditLine.verb == "session.start", AuditLine.actor_id == actor.id) == 1
    )


async def test_the_secret_is_not_in_the_store(office):
    await hire(office)
    granted = await sign_in(office)
    secret = granted.refresh_token.split(".")[1]
    async with office.reading() as session:
        login = await session.get(LoginSession, granted.refresh_token[:36])
    assert login is not None and secret not in repr(login) and PASSWORD not in repr(login)


@pytest.mark.parametrize("typed", ["WG01", " wg01 ", "ｗｇ01"])
async def test_a_staff_number_may_be_typed_carelessly(office, typed):
    await hire(office)
    await sign_in(office, typed)


async def test_unknown_wrong_disabled_and_the_other_app_look_the_same(office, identity):
    await hire(office)
    gone = await hire(office, "gone")
    async with office.work(SYSTEM) as work:
        await accounts.disable(work, gone)
    refusals = []
    for name, password, role in [
        ("nobody", PASSWORD, OFFICER), ("wg01", "wrong", OFFICER),
        ("gone", PASSWORD, OFFICER), ("wg01", PASSWORD, LEADER),
    ]:  # fmt: skip
        with pytest.raises(BadCredentials) as refusal:
            await guess(identity, name, password=password, role=role)
        refusals.append(refusal.value.extensions)
    assert refusals == [{"code": "BAD_CREDENTIALS", "params": {}}] * 4
    assert await count(office, LoginSession) == 0


@pytest.mark.parametrize("name", ["wg01", "nobody"])
async def test_five_wrong_lock_a_name_for_ten_minutes_whether_it_exists_or_not(office, identity, clock, name):
    await hire(office)
    until = clock.advance(minutes=1)
    await wrong(identity, name, times=5)
    with pytest.raises(Locked) as refusal:
        await guess(identity, name, password=PASSWORD)
    assert refusal.value.params == {"until": clock.advance(minutes=10).isoformat()}
    assert (clock() - until).total_seconds() == 600
    if name == "wg01":
        await sign_in(office)
    assert await count(office, LoginLock) == (0 if name == "wg01" else 1)


async def test_a_lock_does_not_tell_the_typed_name(office, identity):
    await wrong(identity, "my-secret-password")
    async with office.reading() as session:
        [lock] = (await session.exec(select(LoginLock))).all()
    assert "my-secret" not in repr(lock)


async def test_the_right_password_clears_the_count(office, identity):
    await hire(office)
    await wrong(identity, times=4)
    await sign_in(office)
    await wrong(identity, times=4)
    await sign_in(office)


async def test_parallel_guesses_do_not_slip_past_the_lock(office, identity):
    await hire(office)
    answers = await asyncio.gather(*(guess(identity) for _ in range(12)), return_exceptions=True)
    kinds = [type(answer) for answer in answers]
    assert (kinds.count(BadCredentials), kinds.count(Locked)) == (5, 7)


async def test_guessing_many_names_from_one_address_is_braked_within_twenty(office, identity):
    await hire(office)
    for n in range(15):
        await wrong(identity, f"name{n}")
    with pytest.raises(TooMany) as refusal:
        await guess(identity, password=PASSWORD)
    assert 0 < int(refusal.value.params["retryAfter"]) <= 600
    await identity.login(OFFICER, staff_no="wg01", password=PASSWORD, device="", address=ELSEWHERE)


async def test_guessing_from_many_addresses_is_braked_altogether():
    brakes = Brakes()
    for n in range(300):
        await brakes.spend(WRONG_PASSWORD, f"10.0.0.{n}")
    with pytest.raises(TooMany):
        await brakes.spend(WRONG_PASSWORD, "10.9.9.9")


async def test_signing_in_rightly_spends_no_brake(office):
    await hire(office)
    for _ in range(20):
        await sign_in(office)


async def test_processes_brake_together_and_alone_when_redis_is_away(redis, redis_url):
    one, other = Brakes(redis_url), Brakes(redis_url)
    for n in range(15):
        await (one if n % 2 else other).spend(WRONG_PASSWORD, HERE)
    for brakes in (one, other):
        with pytest.raises(TooMany):
            await brakes.check(WRONG_PASSWORD, HERE)
    redis.stop()
    try:
        for _ in range(15):
            await one.spend(WRONG_PASSWORD, HERE)
        with pytest.raises(TooMany):
            await one.check(WRONG_PASSWORD, HERE)
    finally:
        redis.start()
        await asyncio.gather(one.close(), other.close())


def test_an_ipv6_household_is_one_address():
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("::ffff:203.0.113.7") == network("203.0.113.7") == "203.0.113.7"
    assert network("testclient") == "testclient"


async def test_an_old_hash_is_replaced_at_login(office):
    id = await hire(office)
    async with office.work(SYSTEM) as work:
        (await work.session.get_one(Account, id)).password_hash = WEAKER
    await sign_in(office)
    async with office.reading() as session:
        stored = (await session.exec(queries.account(id).plain)).one().password_hash
    assert stored is not None and stored != WEAKER and (await check_password(PASSWORD, stored)).right


async def test_staff_without_a_post_may_not_come_in(office, identity):
    await hire(office, post=None)
    with pytest.raises(NotAllowed):
        await sign_in(office)
    assert await count(office, LoginSession) == 0


async def test_one_may_choose_the_post_to_work_in_but_only_an_own_one(office, identity, clock):
    id = await hire(office)
    other = await hire(office, "wg02")
    clock.advance(minutes=1)
    second = await give(office, id, Post.STREET_DISPATCHER, area="440103006")
    actor = await identity.gate.actor((await sign_in(office, holding_id=second)).access_token)
    assert actor.post is Post.STREET_DISPATCHER
    with pytest.raises(NotAllowed):
        await sign_in(office, holding_id=(await holding(office, other)).id)


async def test_a_post_that_conflicts_is_not_given(office):
    id = await hire(office)
    with pytest.raises(PostsConflict) as refusal:
        await give(office, id, Post.HANDLER, unit_id="cg")
    assert refusal.value.params == {"post": "handler", "held": "grid_officer"}
    assert await count(office, PostHolding) == 1
    assert await count(office, AuditLine, AuditLine.verb == "post.give") == 1


async def test_a_post_of_another_app_is_not_given(office):
    id = await hire(office)
    with pytest.raises(BadInput):
        await give(office, id, Post.LEADER, area="440103")
    with pytest.raises(NotFound):
        await give(office, "nobody", Post.GRID_OFFICER)
    assert await count(office, PostHolding) == 1


async def test_old_locks_and_sessions_are_forgotten(office, identity, clock):
    await hire(office)
    await sign_in(office)
    await wrong(identity, "nobody")
    assert await identity.tidy() == 0
    clock.advance(minutes=21)
    assert await identity.tidy() == 1
    assert (await count(office, LoginLock), await count(office, LoginSession)) == (0, 1)
    clock.advance(days=34)
    assert (await identity.tidy(), await identity.tidy()) == (1, 0)
    assert await count(office, LoginSession) == 0


async def test_a_post_is_somewhere_on_the_map(office):
    id = await hire(office, post=None)
    for place in ({"area": "440199"}, {"area": "440103006", "cells": ["440103006107999"]}):
        with pytest.raises(NotFound):
            async with office.work(SYSTEM) as work:
                await accounts.give_post(work, account_id=id, post=Post.GRID_OFFICER, **place)
    assert await count(office, PostHolding) == 0
