"""What one process is told holds in the other: who was signed out, and how often somebody has tried."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from server.identity.brakes import WRONG_PASSWORD
from server.settings import Settings
from tests.factories import an_id
from tests.identity.house import PASSWORD
from tests.phones import Phone, socket
from tests.processes.conftest import DISPATCHER
from tests.processes.servers import Sanwei, sanwei
from tests.servers import eventually

pytestmark = pytest.mark.timeout(240)
REACHES_ALL = 5.0 + 1.0  # seconds (G13), and one for a machine that is busy
SESSION_OVER = 4401
TRIES = WRONG_PASSWORD.each.amount
ME = "{ me { id } }"


@pytest.fixture
async def two(shared: Settings) -> AsyncIterator[tuple[Sanwei, Sanwei]]:
    """Two hosts, as it were: a store, a broker and keys in common, and nothing else."""
    alone = shared.model_copy(
        update={"redis_url": shared.redis_url.replace("/0", "/7")}
    )  # nobody's tries yet
    async with AsyncExitStack() as open_ones:
        one, other = [await open_ones.enter_async_context(sanwei(alone)) for _ in range(2)]
        yield one, other


async def test_who_signs_out_is_out_everywhere_and_tries_count_together(two: tuple[Sanwei, Sanwei]) -> None:
    one, other = two
    async with Phone(one.address) as phone, Phone(other.address) as twin:
        await phone.sign_in("officer", DISPATCHER, PASSWORD)
        twin.token = phone.token
        async with socket(one.address, phone.token) as here, socket(other.address, phone.token) as there:
            assert await phone.ask(ME) == await twin.ask(ME)  # from now on both remember the token
            signed_out = time.monotonic()
            assert (await phone.post("/auth/officer/logout", json={})).status_code == 204
            assert await here.closed(REACHES_ALL) == await there.closed(REACHES_ALL) == SESSION_OVER
            await eventually(lambda: refused(phone), within=REACHES_ALL)
            await eventually(lambda: refused(twin), within=REACHES_ALL)
            assert time.monotonic() - signed_out <= REACHES_ALL

        answers = [await attempt(each) for _ in range(TRIES) for each in (phone, twin)]
        assert answers == [(401, "BAD_CREDENTIALS")] * TRIES + [(429, "TOO_MANY")] * TRIES


async def refused(phone: Phone):
    """Is the token worth nothing here?"""
    return (await phone.post("/graphql", json={"query": ME})).status_code == 401


async def attempt(phone: Phone) -> tuple[int, str]:
    """A wrong password for somebody nobody tried before."""
    phone.token = None
    guess = {"staffNo": an_id()[:8], "password": "wrong", "device": ""}
    answer = await phone.post("/auth/officer/login", json=guess)
    return answer.status_code, answer.json()["code"]
