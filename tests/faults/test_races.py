"""Two processes over one store, asked for the same thing at once: one wins, the other is told why."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from server.app import close_office, open_office
from server.kernel.actors import Post
from server.settings import Settings
from tests.factories import DISTRICT, an_id
from tests.faults.process import REPORT, Process, serving
from tests.identity.house import PASSWORD, hire
from tests.phones import Phone
from tests.servers import eventually

ROUNDS = 10
DISPATCH = """mutation ($id: ID!, $version: Int!, $op: ID!) { dispatchOrder(input: {
    id: $id, version: $version, opId: $op, matterCode: "01037", ruleId: "01037-1", unitId: "zj"}) {
    id version held { id } } }"""
ONE = "query ($id: ID!) { order(id: $id) { id version state timeline { verb } } }"
BEATEN = {"HELD", "STALE_VERSION", "ILLEGAL_STEP"}


@pytest.fixture
async def desks(
    postgres_store: str, redis_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Phone, Phone, Phone]]:
    """A citizen, and two dispatchers on two processes."""
    settings = Settings(data_dir=tmp_path, database_url=postgres_store, redis_url=redis_url, hold_seconds=1)
    async with serving(settings) as first:
        office = open_office(settings)
        await hire(office, "dd02", post=Post.DISTRICT_DISPATCHER, area=DISTRICT, cells=())
        await close_office(office)
        second = Process(settings)
        await asyncio.to_thread(second.start)
        try:
            async with (
                Phone(first.address, first.citizens.pop()) as citizen,
                Phone(first.address) as one,
                Phone(second.address) as other,
            ):
                await one.sign_in("officer", "dd01", PASSWORD)
                await other.sign_in("officer", "dd02", PASSWORD)
                yield citizen, one, other
        finally:
            await asyncio.to_thread(second.stop)


async def test_two_dispatchers_on_two_servers_dispatch_a_case_once(desks: tuple[Phone, Phone, Phone]) -> None:
    citizen, *dispatchers = desks
    outcomes: Counter[str] = Counter()
    ids = []
    for _ in range(ROUNDS):
        id = an_id()
        ids.append(id)
        await citizen.ask(REPORT, id=id)
        version = (await dispatchers[0].ask(ONE, id=id))["order"]["version"]
        answers = await asyncio.gather(
            *(phone.send(DISPATCH, id=id, version=version, op=an_id()) for phone in dispatchers)
        )
        codes = [answer["errors"][0]["extensions"]["code"] for answer in answers if "errors" in answer]
        assert len(codes) == 1, answers
        outcomes[codes[0]] += 1
    assert set(outcomes) <= BEATEN, outcomes

    async def on_their_way() -> list[str]:
        states = [(await dispatchers[0].ask(ONE, id=id))["order"]["state"] for id in ids]
        return ids if states == ["DISPATCHED"] * ROUNDS else []

    there: Callable[[], list[str] | Awaitable[list[str]]] = on_their_way
    await eventually(there, within=20)
    for id in ids:
        verbs = [line["verb"] for line in (await dispatchers[1].ask(ONE, id=id))["order"]["timeline"]]
        assert verbs.count("verb.order.dispatch") == 1


async def test_the_same_report_sent_to_two_servers_at_once_is_one(desks: tuple[Phone, Phone, Phone]) -> None:
    citizen, one, other = desks
    async with Phone(other.server, citizen.token) as twin:
        for _ in range(ROUNDS):
            id = an_id()
            told = await asyncio.gather(citizen.ask(REPORT, id=id), twin.ask(REPORT, id=id))
            assert told[0] == told[1]
            verbs = [line["verb"] for line in (await one.ask(ONE, id=id))["order"]["timeline"]]
            assert verbs.count("verb.order.report") == 1
