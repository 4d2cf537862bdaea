"""The flow records: whatever is done to a written line is found, street by street."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from server.kernel.actors import SYSTEM
from server.platform import audit
from server.platform.audit import GENESIS, AuditLine, Break, Chain, digest
from tests.city import an_office, on_sqlite
from tests.clock import SHANGHAI
from tests.factories import STREET, an_officer
from tests.platform.offices import OTHER

LI = an_officer(id="li")


@pytest.fixture
async def office(settings, clock):
    """Two streets with five and three lines; the last thing that moved in each left no line."""
    async with an_office(settings, clock) as office:
        for area, n in ((STREET, 5), (OTHER, 3)):
            for step in range(n):
                async with office.work(LI) as work:
                    work.record(
                        f"order.step{step}", "order", "1", area=area, source="a", target="b", opinion="说明",
                        receiver="zj", detail={"photos": ["1"], "distance_m": 15, "名": "路灯"},
                    )  # fmt: skip
            async with office.work(SYSTEM) as work:
                work.tell("order.held", "order", "1", area=area)
        yield office


async def verified(office, page=1000):
    async with office.reading() as session:
        return await audit.verify(session, page=page)


async def tamper(office, *statements):
    """What somebody with the keys of the store could do."""
    async with office.store.writing() as session:
        for statement in statements:
            await (await session.connection()).execute(statement)
        await session.commit()


async def lines(office, street=STREET):
    async with office.reading() as session:
        rows = select(AuditLine).where(AuditLine.street == street).order_by(col(AuditLine.seq))
        return list(await session.exec(rows))


def the_line(seq, street=STREET):
    return (col(AuditLine.street) == street) & (col(AuditLine.seq) == seq)


@pytest.mark.parametrize("page", [1, 2, 5, 1000])
async def test_what_nobody_touched_holds(office, page):
    assert await verified(office, page) == (8, [])


async def test_a_line_carries_who_what_and_when_and_the_hash_of_the_one_before(office):
    first, second, *_ = await lines(office)
    assert (first.prev_hash, second.prev_hash, first.seq, second.seq) == (GENESIS, first.hash, 1, 2)
    assert (first.actor_id, first.role, first.post) == ("li", "officer", "grid_officer")
    assert digest(first) == first.hash != second.hash


FACTS: dict[str, Any] = {
    "at": None, "verb": "order.close", "subject_kind": "request", "subject_id": "2",
    "actor_id": "he", "role": "leader", "post": "handler", "unit_id": "cg", "source": "x", "target": "y",
    "receiver": "sw", "opinion": "改", "detail": {"photos": []},
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("fact", sorted(FACTS))
async def test_every_fact_of_a_line_is_sealed(office, fact, clock):
    value = clock.advance(seconds=1) if fact == "at" else FACTS[fact]
    await tamper(office, update(AuditLine).where(the_line(3)).values({fact: value}))
    assert await verified(office, page=2) == (2 + 3, [Break(STREET, 3, "edited")])


async def test_an_edit_that_mends_its_own_hash_breaks_the_next_line(office):
    third = (await lines(office))[2]
    third.opinion = "改"
    values = {"opinion": "改", "hash": digest(third)}
    await tamper(office, update(AuditLine).where(the_line(3)).values(values))
    assert await verified(office) == (3 + 3, [Break(STREET, 4, "missing")])


@pytest.mark.parametrize("seq", [1, 3])
async def test_a_line_that_was_taken_out_is_missed(office, seq):
    await tamper(office, delete(AuditLine).where(the_line(seq)))
    assert await verified(office) == (seq - 1 + 3, [Break(STREET, seq + 1, "missing")])


async def test_a_tail_that_was_cut_off_or_rewritten_is_missed(office):
    await tamper(office, delete(AuditLine).where(the_line(5)))
    assert await verified(office) == (4 + 3, [Break(STREET, 5, "tail")])
    third = (await lines(office, OTHER))[2]
    third.opinion = "改"
    values = {"opinion": "改", "hash": digest(third)}
    await tamper(office, update(AuditLine).where(the_line(3, OTHER)).values(values))
    assert (await verified(office))[1] == [Break(STREET, 5, "tail"), Break(OTHER, 4, "tail")]


async def test_a_line_that_was_put_in_is_found(office):
    last = (await lines(office))[-1]
    made_up = AuditLine(**{**last.model_dump(), "seq": 9, "prev_hash": last.hash, "opinion": "编造"})
    made_up.hash = digest(made_up)
    async with office.store.writing() as session:
        session.add(made_up)
        await session.commit()
    assert await verified(office) == (6 + 3, [Break(STREET, 10, "tail")])


async def test_a_street_whose_head_is_gone_is_found(office):
    await tamper(office, delete(Chain).where(col(Chain.street) == STREET))
    assert (await verified(office))[1] == [Break(STREET, 1, "head")]
    await tamper(office, delete(AuditLine).where(col(AuditLine.street) == OTHER))
    assert (await verified(office))[1] == [Break(STREET, 1, "head"), Break(OTHER, 1, "tail")]


async def test_a_line_does_not_fit_into_another_street(office):
    await tamper(
        office, delete(AuditLine).where(the_line(1, OTHER)),
        update(AuditLine).where(the_line(1)).values(street=OTHER),
    )  # fmt: skip
    assert (await verified(office))[1] == [Break(STREET, 2, "missing"), Break(OTHER, 1, "edited")]


async def test_people_may_go_on_working_while_the_chains_are_walked(office):
    async def append():
        for n in range(15):
            async with office.work(LI) as work:
                work.record("order.step", "order", str(n), area=STREET)

    working = asyncio.create_task(append())
    while not working.done():
        assert (await verified(office, page=3))[1] == []
    await working
    assert await verified(office) == (8 + 15, [])


async def test_an_act_dated_in_another_time_zone_still_holds(office, clock):
    async with office.work(LI, now=clock().astimezone(SHANGHAI)) as work:
        work.record("order.step", "order", "1", area=STREET)
    assert await verified(office) == (9, [])
