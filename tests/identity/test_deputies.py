"""代理人: somebody stands in for a leader on the days that were said, and not a day longer."""

from datetime import timedelta

import pytest
from sqlmodel import col

from server.identity import accounts, deputies, queries
from server.identity.tables import PostHolding
from server.kernel.actors import LEADER, SYSTEM, Actor, Post
from server.kernel.calendar import day_of
from server.kernel.errors import NotFound, Unauthenticated
from server.platform.audit import AuditLine
from tests.city import refusal
from tests.factories import DISTRICT, STREET, a_leader, an_id
from tests.identity.house import count, hire, sign_in


@pytest.fixture
async def leaders(office):
    """lin and zhou lead the district, bo a street of it, tan another one."""
    found = {}
    for no, area in {"lin": DISTRICT, "zhou": DISTRICT, "bo": STREET, "tan": "440103001"}.items():
        id = await hire(office, no, name=no, role=LEADER, post=Post.LEADER, area=area, cells=())
        found[no] = a_leader(id=id, area=area)
    return found


async def name(office, who: Actor, deputy: Actor, *, first=0, last=2, reason="去党校学习"):
    """From so many days ahead to so many."""
    today = day_of(office.clock())
    async with office.work(who) as work:
        return await deputies.name(
            work, id=an_id(), deputy_id=deputy.id, first=today + timedelta(days=first),
            last=today + timedelta(days=last), reason=reason,
        )  # fmt: skip


async def standing(office, leader: Actor) -> PostHolding:
    """The post somebody stands in."""
    async with office.reading() as session:
        held: PostHolding = (await session.exec(queries.standing_in(leader.id, office.clock()))).one()
        return held


async def go_in(office, identity, leader: Actor, no: str):
    """A session of the deputy's in the leader's post: what the gate knows of it, and both grants."""
    signed_in = await sign_in(office, no, LEADER)
    own = await identity.gate.actor(signed_in.access_token)
    token, _ = await identity.sessions.switch(own, (await standing(office, leader)).id)
    return token, signed_in


async def test_a_deputy_works_in_the_leaders_post_on_those_days(office, identity, leaders, clock):
    lin, zhou = leaders["lin"], leaders["zhou"]
    await name(office, lin, zhou, first=1, last=2)
    signed_in = await sign_in(office, "zhou", LEADER)
    own = await identity.gate.actor(signed_in.access_token)
    with pytest.raises(NotFound):
        await identity.sessions.switch(own, (await standing(office, lin)).id)
    clock.advance(days=1)
    token, signed_in = await go_in(office, identity, lin, "zhou")
    actor = await identity.gate.actor(token)
    assert (actor.id, actor.post, actor.area, actor.deputy_of) == (zhou.id, Post.LEADER, DISTRICT, lin.id)
    clock.advance(days=1)
    renewed = await identity.sessions.renew(LEADER, signed_in.refresh_token)
    assert (await identity.gate.actor(renewed.access_token)).deputy_of == lin.id
    clock.advance(days=1)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(renewed.access_token)
    again = await identity.sessions.renew(LEADER, renewed.refresh_token)
    assert (await identity.gate.actor(again.access_token)).deputy_of == ""


async def test_taken_back_it_is_over_at_once(office, identity, leaders, clock):
    lin = leaders["lin"]
    await name(office, lin, leaders["zhou"])
    token, _ = await go_in(office, identity, lin, "zhou")
    actor = await identity.gate.actor(token)
    async with office.work(lin) as work:
        assert await deputies.take_back(work) == [actor.id]
    identity.gate.forget(actor.id)
    assert not await identity.gate.live(actor)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(token)
    async with office.work(lin) as work:
        assert await deputies.take_back(work) == []


async def test_a_later_word_replaces_the_first(office, leaders):
    lin, zhou, bo = leaders["lin"], leaders["zhou"], leaders["bo"]
    assert await name(office, bo, lin) == []
    assert await name(office, bo, zhou) == [lin.id]
    assert (await standing(office, bo)).account_id == zhou.id
    said = await count(office, AuditLine, AuditLine.verb == "post.recall", AuditLine.receiver == lin.id)
    assert said == 1


@pytest.mark.parametrize(("who", "deputy", "days", "code"), [
    ("lin", "lin", {}, "NOT_A_DEPUTY"),
    ("lin", "bo", {}, "NOT_A_DEPUTY"),  # who leads less would see more
    ("bo", "tan", {}, "NOT_A_DEPUTY"),
    ("lin", "zhou", {"first": -1}, "BAD_DEPUTY_DAYS"),
    ("lin", "zhou", {"first": 2, "last": 1}, "BAD_DEPUTY_DAYS"),
    ("lin", "zhou", {"last": deputies.LONGEST_DAYS}, "BAD_DEPUTY_DAYS"),
    ("lin", "zhou", {"reason": " "}, "TEXT_REQUIRED"),
])  # fmt: skip
async def test_not_everybody_stands_in_for_everybody(office, leaders, who, deputy, days, code):
    async with refusal(office, code):
        await name(office, leaders[who], leaders[deputy], **days)


async def test_never_a_chain(office, leaders):
    lin, zhou, bo = leaders["lin"], leaders["zhou"], leaders["bo"]
    await name(office, zhou, lin, first=3, last=4)
    async with refusal(office, "NOT_A_DEPUTY"):  # who is away himself on one of the days
        await name(office, bo, zhou, last=3)
    await name(office, bo, zhou, last=2)
    standing_in = Actor(zhou.id, LEADER, Post.LEADER, area=STREET, deputy_of=bo.id)
    for act in (name(office, standing_in, lin), _take_back(office, standing_in)):
        async with refusal(office, "NOT_ALLOWED"):
            await act


async def _take_back(office, actor):
    async with office.work(actor) as work:
        await deputies.take_back(work)


async def test_who_loses_a_post_stands_in_for_nobody_and_nobody_for_him(office, leaders):
    lin, zhou, bo = leaders["lin"], leaders["zhou"], leaders["bo"]
    await name(office, bo, lin)
    await name(office, lin, zhou)
    async with office.work(SYSTEM) as work:
        await accounts.disable(work, lin.id)
    held = PostHolding.stands_for_id != "", col(PostHolding.ends_at) > office.clock()
    assert await count(office, PostHolding, *held) == 0
