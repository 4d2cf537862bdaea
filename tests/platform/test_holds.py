"""Acts that wait: they survive a restart, happen once, and hold up nobody when they break."""

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlmodel import select

from server.kernel.errors import NotAllowed, NotFound
from server.platform import holds
from server.platform.audit import AuditLine
from server.platform.holds import Hold, HoldOver
from tests.city import an_office
from tests.clock import MONDAY
from tests.factories import STREET, an_id, an_officer
from tests.platform.offices import offices

LI, HE = (an_officer(id=id, unit_id="zj", cells=("440103006107006",)) for id in ("li", "he"))


class Deeds:
    """What was done, by whom and as of when."""

    def __init__(self, office):
        self.done = []
        office.acts |= {"mark": self.mark, "refuse": self.refuse, "break": self.breaks}

    async def mark(self, work, args):
        self.done.append((args["what"], work.actor, work.now))
        work.record("order.mark", "order", args["what"], area=STREET)

    async def refuse(self, work, args):
        work.record("order.mark", "order", args["what"], area=STREET)
        raise NotAllowed

    async def breaks(self, work, args):
        raise ZeroDivisionError


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock, acts={}) as office:
        yield office


async def ask(office, what, act="mark", by=LI, id=None):
    async with office.work(by) as work:
        row = await holds.hold(
            work, id=id or an_id(), act=act, args={"what": what}, kind="order", subject_id=what, area=STREET
        )
        return row.id


async def rows(office, table=Hold):
    async with office.reading() as session:
        return list(await session.exec(select(table)))


async def test_a_held_act_survives_a_restart(settings, clock):
    async with an_office(settings, clock, acts={}) as before:
        await ask(before, "a")
    clock.advance(seconds=60)
    async with an_office(settings, clock, acts={}) as after:
        deeds = Deeds(after)
        assert await holds.release(after) == 1
        assert deeds.done == [("a", LI, MONDAY)]  # in his name, with his post, and at the time he asked
        assert await rows(after) == []
        assert await holds.release(after) == 0


async def test_what_is_asked_twice_under_one_id_is_held_once_and_a_second_act_is_refused(office):
    id = await ask(office, "a")
    assert await ask(office, "a", id=id) == id
    with pytest.raises(holds.HeldBySomebody) as refused:
        await ask(office, "a", by=HE)
    assert (refused.value.code, refused.value.params) == ("HELD", {"action": "mark"})
    assert [(row.id, row.until) for row in await rows(office)] == [(id, MONDAY + timedelta(seconds=10))]


async def test_the_seconds_are_the_settings(settings, clock):
    async with an_office(settings.model_copy(update={"hold_seconds": 3}), clock) as office:
        await ask(office, "a")
        assert [row.until for row in await rows(office)] == [MONDAY + timedelta(seconds=3)]


async def test_take_back_is_for_who_asked_and_only_in_time(office, clock):
    id = await ask(office, "a")
    with pytest.raises(NotFound):
        async with office.work(HE) as work:
            await holds.take_back(work, id)
    clock.advance(seconds=9.9)
    async with office.work(LI) as work:
        await holds.take_back(work, id)
    assert await rows(office) == []
    for late in (id, await ask(office, "b")):
        clock.advance(seconds=10)
        with pytest.raises(HoldOver):
            async with office.work(LI) as work:
                await holds.take_back(work, late)


async def test_a_refused_act_is_dropped_with_a_line_and_nothing_of_it_stays(office, clock):
    Deeds(office)
    await ask(office, "a", "refuse")
    clock.advance(seconds=10)
    assert await holds.release(office) == 0
    [line] = await rows(office, AuditLine)
    assert (line.verb, line.subject_id, line.at) == ("order.dropped", "a", clock())
    assert (line.actor_id, line.detail) == ("li", {"act": "refuse", "code": "NOT_ALLOWED"})
    assert await rows(office) == []


async def test_an_act_that_breaks_is_put_off_and_holds_up_nobody(office, clock, caplog):
    deeds = Deeds(office)
    await ask(office, "a", "break")
    clock.advance(seconds=1)
    await ask(office, "b")
    clock.advance(seconds=10)
    with caplog.at_level(logging.CRITICAL):
        assert await holds.release(office) == 1
    assert [what for what, *_ in deeds.done] == ["b"]
    assert [(row.subject_id, row.until) for row in await rows(office)] == [
        ("a", clock() + timedelta(minutes=1))
    ]
    assert await holds.release(office) == 0


async def test_the_oldest_happens_first(office, clock):
    deeds = Deeds(office)
    for what in "cab":
        await ask(office, what)
        clock.advance(seconds=1)
    clock.advance(seconds=10)
    assert await holds.release(office) == 3
    assert [what for what, *_ in deeds.done] == ["c", "a", "b"]


async def test_two_processes_carry_an_act_out_once(settings, clock):
    async with offices(settings, clock) as both:
        deeds = [Deeds(office) for office in both]
        for what in "abcdef":
            await ask(both[0], what)
        clock.advance(seconds=10)
        counts = await asyncio.gather(*(holds.release(office) for office in both))
        done = sorted(what for each in deeds for what, *_ in each.done)
        assert (done, sum(counts)) == (list("abcdef"), 6)
        assert len(await rows(both[0], AuditLine)) == 6


async def test_what_was_taken_back_in_one_process_does_not_happen_in_another(settings, clock):
    async with offices(settings, clock) as (here, there):
        deeds = Deeds(there)
        for n in range(4):
            id = await ask(here, f"{n}")

            async def undo(id=id):
                async with here.work(LI) as work:
                    await holds.take_back(work, id)

            clock.advance(seconds=9.9)
            await asyncio.gather(undo(), holds.release(there))
            clock.advance(seconds=1)
            assert (await holds.release(there), deeds.done) == (0, [])
