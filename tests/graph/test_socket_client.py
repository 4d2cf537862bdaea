"""The official client, npm's graphql-ws: what it understands of us, and when it gives up."""

import asyncio
import json
import os
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.graph.town import town

NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
TICKS = "subscription{ticks}"


@pytest.fixture(scope="module")
async def here():
    async with town() as running:
        yield running


class Client:
    """The client's process."""

    def __init__(self, process: Any) -> None:
        self._process = process

    async def says(self, within: float = 10.0) -> list[Any]:
        """The next thing it met."""
        async with asyncio.timeout(within):
            line = await self._process.stdout.readline()
        said: list[Any] = json.loads(line)
        return said

    async def until(self, what: str) -> list[list[Any]]:
        """All it met up to and with `what`."""
        met = [await self.says()]
        while met[-1][0] != what:
            met.append(await self.says())
        return met

    def dispose(self) -> None:
        """Have it close."""
        self._process.stdin.write(b"dispose\n")


@asynccontextmanager
async def client(here, token, query, retries=3):
    assert NODE, "node is missing"
    process = await asyncio.create_subprocess_exec(
        NODE, str(Path(__file__).with_name("client.mjs")),
        here.server.ws, token, query, str(retries),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Client(process)
    finally:
        assert process.stdin
        process.stdin.close()  # not a kill: the command may be a script around the real one
        await process.wait()


async def test_it_asks_follows_and_leaves(here):
    async with client(here, here.people.token(), "{lamp{id}}") as asking:
        assert await asking.until("complete") == [
            ["connecting", None], ["connected", None],
            ["next", {"data": {"lamp": {"id": "1"}}}], ["complete", None],
        ]  # fmt: skip
    async with client(here, here.people.token(), TICKS) as following:
        [*_, first] = await following.until("next")
        assert first[1] == {"data": {"ticks": 0}}
        assert (await following.says())[1] == {"data": {"ticks": 1}}
        following.dispose()
        assert (await following.until("closed"))[-1] == ["closed", [1000, "Normal Closure"]]


async def test_it_hears_what_was_wrong(here):
    async with client(here, here.people.token(), "{nothing}") as asking:
        assert (await asking.until("error"))[-1] == ["error", ["BAD_QUERY"]]


async def test_it_does_not_try_a_bad_token_again(here):
    async with client(here, "nonsense", TICKS, retries=5) as refused:
        assert await refused.until("error") == [
            ["connecting", None], ["closed", [4401, "Unauthorized"]], ["error", 4401],
        ]  # fmt: skip
        with pytest.raises(TimeoutError):
            await refused.says(within=0.5)


async def test_it_does_not_come_back_when_its_session_is_over(here):
    token = here.people.token(name="revoked")
    async with client(here, token, TICKS, retries=5) as following:
        await following.until("next")
        here.people.revoked.add(token)
        met = await following.until("error")
        assert [said for said in met if said[0] != "next"] == [
            ["closed", [4401, "Session over"]], ["error", 4401],
        ]  # fmt: skip


async def test_it_comes_back_to_a_process_that_was_leaving():
    async with town() as here, client(here, here.people.token(), TICKS) as following:
        await following.until("next")
        leaving = here.endpoint.sockets.office.leaving
        leaving.set()
        met = await following.until("closed")
        leaving.clear()
        assert met[-1] == ["closed", [1001, "Going away"]]
        assert [said[0] for said in await following.until("next")][-2:] == ["connected", "next"]
