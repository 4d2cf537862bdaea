"""The outbox: sent once, in order, tried again with patience, given up aloud."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from server.kernel.actors import SYSTEM
from server.kernel.ways import Via
from server.platform import delivery, notify
from server.platform.delivery import LEASE, MOST_TRIES, STALE, deliver
from server.platform.notify import (
    Address,
    Delivery,
    Exchange,
    Message,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    TryAgain,
    backoff,
)
from tests.city import city, everything
from tests.factories import a_citizen
from tests.platform.offices import offices

__all__ = ["city"]
ANN = a_citizen(id="ann")


@dataclass
class Played:
    """A channel that writes down what it is handed and answers what it was told to, else Sent."""

    says: list[Outcome] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)
    slow: float = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message):
        self.got.append(message)
        self.asked.set()
        await asyncio.sleep(self.slow)
        return self.says.pop(0) if self.says else Sent("r")

    async def close(self):
        """Nothing is open."""


def plug(office, channel):
    async def phones(work, ids):
        return {id: "13800138001" for id in ids if id == "ann"}

    office.tools[Exchange] = Exchange({Via.SMS: channel, Via.PUSH: channel}, phones)


@pytest.fixture
def line(city):
    channel = Played()
    plug(city.office, channel)
    return channel


async def put(city, *of, at=None, hours=0.0, via=Via.SMS, address_id="", subject="order:1"):
    async with city.office.work(SYSTEM) as work:
        for place, each in enumerate(of):
            notify.queue(
                work, of=each, person_id="ann", via=via, address_id=address_id, key="order.file",
                params={"no": each}, link="/citizen/#/cases/1", subject=subject, at=at or work.now,
                place=place, urgent=False, not_before=work.now + timedelta(hours=hours),
            )  # fmt: skip


async def drain(city):
    while await deliver(city.office):
        pass


async def states(city):
    return {row.params.get("no", row.key): (row.state, row.code) for row in await city.rows(Outgoing)}


async def test_a_message_goes_out_once(city, line):
    await put(city, "a")
    await drain(city)
    [message] = line.got
    assert (message.to, message.text, message.params) == ("13800138001", "已受理", {"no": "a"})
    [row] = await city.rows(Outgoing)
    assert (row.state, row.receipt, row.next_at, row.ended_at) == (Delivery.SENT, "r", None, city.clock())
    city.clock.advance(hours=5)
    await drain(city)
    assert len(line.got) == 1


async def test_the_same_is_queued_once(city):
    await put(city, "a")
    before = await everything(city.office)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await put(city, "a")
    assert await everything(city.office) == before


async def test_it_is_tried_again_under_the_same_id_and_given_up_at_last(city, line):
    line.says = [TryAgain("HTTP_503")] * MOST_TRIES
    await put(city, "a")
    waits = []
    while (row := (await city.rows(Outgoing))[0]).state == Delivery.WAITING:
        waits.append((row.next_at - city.clock()).total_seconds())
        city.clock.set(row.next_at)
        await deliver(city.office)
    assert {message.id for message in line.got} == {row.id}
    assert (row.state, row.code, row.tries, len(line.got)) == ("dead", "HTTP_503", MOST_TRIES, MOST_TRIES)
    assert [round(wait / 30 / 2**n, 1) for n, wait in enumerate(waits[1:])] == pytest.approx(
        [1] * 7, abs=0.21
    )
    await city.do(SYSTEM, delivery.resend, row.id)
    await drain(city)
    assert (await states(city))["a"] == (Delivery.SENT, "")


def test_nobody_waits_longer_than_two_hours():
    assert [backoff(n, 0.5).total_seconds() for n in (1, 2, 8, 99)] == [30, 60, 3840, 7200]
    assert backoff(1, 0) == timedelta(seconds=24) and backoff(1, 1) == timedelta(seconds=36)


async def test_the_provider_says_when_to_come_back(city, line):
    line.says = [TryAgain("HTTP_429", after=600)]
    await put(city, "a")
    await deliver(city.office)
    [row] = await city.rows(Outgoing)
    assert row.next_at == city.clock() + timedelta(seconds=600)


async def test_one_matter_is_told_in_order_and_another_does_not_wait_for_it(city, line):
    line.says = [TryAgain("TIMEOUT")]
    await put(city, "first", "second")
    await put(city, "other", subject="order:2")
    await drain(city)
    assert [each.params["no"] for each in line.got] == ["first", "other"]
    city.clock.advance(minutes=1)
    await drain(city)
    assert [each.params["no"] for each in line.got][2:] == ["first", "second"]


async def test_what_is_refused_holds_nothing_up(city, line):
    line.says = [Refused("UNSUBSCRIBED")]
    await put(city, "first", "second")
    await drain(city)
    assert await states(city) == {"first": (Delivery.REFUSED, "UNSUBSCRIBED"), "second": (Delivery.SENT, "")}


async def test_a_delivery_that_died_is_taken_up_when_its_minute_is_over(city, line):
    line.slow = 30
    await put(city, "a")
    dying = asyncio.create_task(deliver(city.office))
    await line.asked.wait()
    dying.cancel()
    await asyncio.wait([dying])
    line.slow = 0
    assert await deliver(city.office) == 0  # somebody may still be at it
    city.clock.advance(seconds=LEASE.total_seconds())
    assert await deliver(city.office) == 1
    assert len({message.id for message in line.got}) == 1 and (await states(city))["a"][0] == Delivery.SENT


async def test_whoever_comes_after_his_minute_changes_nothing(city, line):
    line.slow, line.says = 0.2, [TryAgain("TIMEOUT"), Sent("second")]
    await put(city, "a")
    late = asyncio.create_task(deliver(city.office))
    await line.asked.wait()
    city.clock.advance(seconds=LEASE.total_seconds())
    line.slow, line.says = 0, [Sent("second")]
    await deliver(city.office)
    line.says = [TryAgain("TIMEOUT")]
    await late
    [row] = await city.rows(Outgoing)
    assert (row.state, row.receipt) == (Delivery.SENT, "second")


async def test_two_processes_never_send_one_twice(settings, clock, city):
    async with offices(settings, clock, 2) as pair:
        channel = Played(slow=0.01)
        for office in pair:
            plug(office, channel)
        for n in range(30):
            await put(city, f"{n}a", f"{n}b", subject=f"order:{n}")
        for _ in range(6):
            await asyncio.gather(*(deliver(office) for office in pair))
    told = [message.params["no"] for message in channel.got]
    assert len(told) == len(set(told)) == 60
    assert all(told.index(f"{n}a") < told.index(f"{n}b") for n in range(30))


async def test_what_waited_for_the_morning_comes_as_one(city, line):
    await put(city, "a", "b", hours=8)
    await put(city, "c", hours=8, subject="order:2")
    city.clock.advance(hours=8)
    await put(city, "d", subject="order:3")
    await drain(city)
    assert sorted(message.text for message in line.got) == ["夜里有 3 条新消息", "已受理"]
    assert [message.link for message in line.got if message.key == notify.DIGEST] == ["/citizen/#/inbox"]
    assert {no: state for no, (state, _) in (await states(city)).items()} == {
        "a": "folded", "b": "folded", "c": "folded", "d": "sent", "digest": "sent",
    }  # fmt: skip


async def test_one_that_waited_alone_comes_as_itself(city, line):
    await put(city, "a", hours=8)
    city.clock.advance(hours=8)
    await drain(city)
    assert [message.text for message in line.got] == ["已受理"]


async def test_an_address_that_is_dead_is_forgotten(city, line):
    await city.do(ANN, notify.add_address, Via.PUSH, "browser", label="手机")
    [address] = await city.rows(Address)
    assert "browser" not in address.sealed + address.id
    line.says = [Refused("HTTP_410", gone=True)]
    await put(city, "a", "b", via=Via.PUSH, address_id=address.id)
    await drain(city)
    assert [message.to for message in line.got] == ["browser"] and await city.rows(Address) == []
    assert await states(city) == {"a": (Delivery.REFUSED, "HTTP_410"), "b": (Delivery.REFUSED, "NO_ADDRESS")}


async def test_a_device_is_one_persons(city, line):
    await city.do(ANN, notify.add_address, Via.PUSH, "browser")
    [address] = await city.rows(Address)
    await put(city, "a", via=Via.PUSH, address_id=address.id)
    await city.do(a_citizen(id="ben"), notify.add_address, Via.PUSH, "browser")
    await drain(city)
    assert line.got == [] and (await states(city))["a"] == (Delivery.REFUSED, "NO_ADDRESS")
    for n in range(12):
        await city.do(ANN, notify.add_address, Via.PUSH, f"browser {n}")
        city.clock.advance(seconds=1)
    assert len(await city.rows(Address, Address.person_id == "ann")) == notify.MOST_DEVICES


async def test_what_is_days_old_is_not_sent_and_what_is_over_is_forgotten(city, line):
    await put(city, "a")
    city.clock.advance(days=STALE.days, seconds=1)
    await drain(city)
    assert line.got == [] and await states(city) == {"a": (Delivery.REFUSED, "TOO_OLD")}
    city.clock.advance(days=31)
    await delivery.forget(city.office)
    assert await city.rows(Outgoing) == []


async def test_a_guest_who_proves_a_phone_takes_the_device_along(city, line):
    await city.do(a_citizen(id="ben"), notify.add_address, Via.PUSH, "browser")
    await city.do(SYSTEM, notify.hand_over, "ben", "ann")
    assert [row.person_id for row in await city.rows(Address)] == ["ann"]
