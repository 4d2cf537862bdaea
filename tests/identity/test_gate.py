"""What the rows say counts, within five seconds, for every token and every open socket."""

import asyncio
from dataclasses import replace

import pytest

from server.identity import accounts, gate
from server.identity.gate import MOST_REMEMBERED
from server.identity.tables import Account, PostHolding
from server.kernel.actors import LEADER, OFFICER, SYSTEM, Actor, Post
from server.kernel.errors import Unauthenticated
from server.platform.timing import listening
from tests.factories import STREET
from tests.identity.house import CELL, be_guest, hire, holding, sign_in


async def change(office, account_id, **facts):
    async with office.work(SYSTEM) as work:
        row = await work.session.get_one(PostHolding, (await holding(office, account_id)).id)
        row.sqlmodel_update(facts)
        work.session.add(row)


async def test_an_actor_is_what_the_rows_say(office, identity):
    id = await hire(office)
    granted = await sign_in(office)
    assert await identity.gate.actor(granted.access_token) == Actor(
        id, OFFICER, Post.GRID_OFFICER, area=STREET, cells=frozenset({CELL}),
        expires_at=granted.expires_at.timestamp(), session_id=granted.refresh_token[:36],
    )  # fmt: skip


async def test_a_guest_is_a_citizen_without_a_post(office, identity):
    granted = await be_guest(office)
    actor = await identity.gate.actor(granted.access_token)
    assert (actor.id, actor.post, actor.guest, actor.area) == (granted.account_id, Post.CITIZEN, True, "")


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
async def test_rubbish_asks_the_store_nothing(office, identity, token):
    with listening("SELECT") as sent, pytest.raises(Unauthenticated):
        await identity.gate.actor(token)
    assert sent == []


async def test_a_verified_token_is_remembered_for_less_than_five_seconds(office, identity, clock):
    await hire(office)
    token = (await sign_in(office)).access_token
    with listening("SELECT") as sent:
        for _ in range(3):
            await identity.gate.actor(token)
            clock.advance(seconds=1)
        assert len(sent) == 1
        clock.advance(seconds=1.5)
        await identity.gate.actor(token)
        assert len(sent) == 2


async def test_a_clock_set_back_prolongs_no_memory(office, identity, clock):
    await hire(office)
    token = (await sign_in(office)).access_token
    clock.advance(minutes=2)
    await identity.gate.actor(token)
    with listening("SELECT") as sent:
        clock.advance(minutes=-1)
        await identity.gate.actor(token)
    assert len(sent) == 1


async def test_a_remembered_token_still_ends_on_time(office, identity, clock):
    await hire(office)
    token = (await sign_in(office)).access_token
    clock.advance(minutes=10, seconds=-1)
    await identity.gate.actor(token)
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(token)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"area": "440103007"}, {"area": "440103007"}),
        ({"cells": []}, {"cells": frozenset()}),
        ({"post": Post.HANDLER, "unit_id": "cg"}, {"post": Post.HANDLER, "unit_id": "cg"}),
    ],
)
async def test_a_change_of_post_area_or_unit_reaches_token_and_socket(
    office, identity, clock, facts, expected
):
    id = await hire(office)
    token = (await sign_in(office)).access_token
    before = await identity.gate.actor(token)
    assert await identity.gate.live(before)
    await change(office, id, **facts)
    assert not await identity.gate.live(before)
    clock.advance(seconds=5)
    after = await identity.gate.actor(token)
    assert after == replace(before, **expected)
    assert await identity.gate.live(after)


@pytest.mark.parametrize("how", ["logout", "disabled", "reuse", "post"])
async def test_an_end_reaches_token_and_socket(office, identity, clock, how):
    id = await hire(office)
    granted = await sign_in(office)
    actor = await identity.gate.actor(granted.access_token)
    match how:
        case "logout":
            await identity.sessions.end(OFFICER, granted.refresh_token)
        case "disabled":
            async with office.work(SYSTEM) as work:
                await accounts.disable(work, id)
        case "reuse":
            with pytest.raises(Exception, match="NO_SESSION"):
                await identity.sessions.renew(OFFICER, granted.refresh_token[:37] + "stolen")
        case "post":
            async with office.work(SYSTEM) as work:
                await accounts.take_post(work, (await holding(office, id)).id)
    assert not await identity.gate.live(actor)
    clock.advance(seconds=5)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(granted.access_token)


async def test_a_socket_ends_with_its_token(office, identity, clock):
    await hire(office)
    actor = await identity.gate.actor((await sign_in(office)).access_token)
    clock.advance(minutes=10)
    assert not await identity.gate.live(actor)


async def test_a_token_whose_account_changed_its_app_is_nobodys(office, identity):
    id = await hire(office)
    token = (await sign_in(office)).access_token
    async with office.work(SYSTEM) as work:
        (await work.session.get_one(Account, id)).role = LEADER
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(token)


async def test_many_sockets_ask_the_store_once(office, identity):
    await hire(office)
    actors = [await identity.gate.actor((await sign_in(office)).access_token) for _ in range(5)]
    with listening("SELECT") as sent:
        answers = await asyncio.gather(*(identity.gate.live(actor) for actor in actors * 40))
    assert answers == [True] * 200 and len(sent) == 1


async def test_a_roll_call_that_is_given_up_does_not_silence_the_others(office, identity):
    await hire(office)
    actor = await identity.gate.actor((await sign_in(office)).access_token)
    leaving = asyncio.create_task(identity.gate.live(actor))
    staying = asyncio.create_task(identity.gate.live(actor))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert await identity.gate.live(actor)


async def test_the_memory_is_bounded(office, identity, clock):
    await hire(office)
    token = (await sign_in(office)).access_token
    actor = await identity.gate.actor(token)
    for n in range(MOST_REMEMBERED):
        identity.gate._remember(f"other {n}", gate._Seen(actor, clock().timestamp()))
    with listening("SELECT") as sent:
        await identity.gate.actor(token)
    assert len(sent) == 1
