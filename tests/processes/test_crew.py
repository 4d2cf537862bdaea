"""The crew: how workers share a port, what happens when one dies, hangs or cannot start, and how it ends."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from server import crew
from server.settings import Settings
from tests.processes.servers import SANWEI, alive, environment
from tests.servers import eventually, free_port

WORKER = Path(__file__).with_name("worker.py")
CALLS = 60


@pytest.mark.parametrize(("given", "why"), [
    ({}, "Several workers need PostgreSQL: the embedded store has one writer, in one process."),
    ({"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none"},
     "Several workers need Redis: without it they neither wake each other nor count tries together."),
])  # fmt: skip
async def test_several_workers_are_refused_where_they_would_harm(tmp_path, given, why):
    settings = Settings(data_dir=tmp_path, workers=2, port=free_port(), **given)
    process = await asyncio.create_subprocess_exec(
        *SANWEI, "run", env=environment(settings), cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert (process.returncode, said.decode().strip()) == (2, why)


class Company:
    """A crew of workers without a city, and who calls them."""

    def __init__(self, home: Path) -> None:
        self.port, self.mood, self.prepared = free_port(), home / "mood", home / "prepared"
        self.mood.write_text("well")
        prepare = f"import pathlib; pathlib.Path({str(self.prepared)!r}).open('a').write('.')"
        self.crew = crew.Crew(
            [sys.executable, "-c", prepare], [sys.executable, str(WORKER), str(self.mood)],
            crew.listeners("127.0.0.1", self.port, 2), drain_seconds=1, silent_seconds=2,
        )  # fmt: skip
        self.work = asyncio.create_task(self.crew.run())

    async def call(self) -> int:
        """The process id of the worker that answers; 0 when it dies while it does."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            with closing(writer):
                async with asyncio.timeout(20):
                    return int(await reader.read() or 0)
        except ConnectionResetError:
            return 0

    async def workers(self) -> set[int]:
        """Everybody who answers."""
        return {await self.call() for _ in range(CALLS)}

    async def two(self) -> set[int]:
        """Both workers, once both answer."""
        with suppress(ConnectionError):
            return found if len(found := await self.workers()) == 2 else set()
        return set()


@pytest.fixture
async def company(tmp_path):
    """Signals to the crew are signals to this process: that is how it hears them."""
    company = Company(tmp_path)
    yield company
    if not company.work.done():
        os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(company.work, 30)
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.remove_signal_handler(sig)


@asynccontextmanager
async def calling(company: Company):
    """Somebody who calls all the time; yields who answered, and fails when nobody takes a call."""
    answered: Counter[int] = Counter()

    async def call() -> None:
        while True:
            answered[await company.call()] += 1

    caller = asyncio.create_task(call())
    try:
        yield answered
        assert not caller.done(), caller.exception()
    finally:
        caller.cancel()
        await asyncio.wait([caller])


async def test_the_store_is_prepared_before_anybody_serves_and_calls_go_to_both(company):
    await eventually(company.two, within=20)
    assert company.prepared.read_text() == "."
    answers = Counter([await company.call() for _ in range(200)])
    assert min(answers.values()) > 50, "the kernel spreads the connections"


async def test_a_worker_that_dies_is_replaced_and_who_waits_for_it_is_answered(company):
    first, second = await eventually(company.two, within=20)
    async with calling(company) as answered:
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: len(answered.keys() - {first, second, 0}) == 1, within=20)
    assert second in await company.workers()


async def test_a_worker_that_hangs_is_replaced(company):
    first, second = await eventually(company.two, within=20)
    os.kill(first, signal.SIGSTOP)
    await eventually(lambda: not alive(first), within=20)
    assert second in await eventually(company.two, within=20)


async def test_a_hangup_relieves_everybody_and_no_call_fails(company):
    before = await eventually(company.two, within=20)
    async with calling(company) as answered:
        os.kill(os.getpid(), signal.SIGHUP)
        await eventually(lambda: not alive(*before), within=20)
        await eventually(lambda: len(answered.keys() - before) == 2, within=20)
    assert answered[0] == 0
    assert company.prepared.read_text() == "..", "the new code may bring new tables"


async def test_new_workers_that_do_not_come_to_serve_leave_the_old_ones_in_place(company, caplog):
    before = await eventually(company.two, within=20)
    company.mood.write_text("broken")
    async with calling(company):
        os.kill(os.getpid(), signal.SIGHUP)
        await eventually(lambda: "the old ones stay" in caplog.text, within=20)
    assert await company.workers() == before


async def test_a_crew_without_workers_gives_up(tmp_path):
    company = Company(tmp_path)
    company.mood.write_text("broken")
    assert await asyncio.wait_for(company.work, 20) == crew.FAILED


async def test_a_crew_ends_with_its_workers_and_refuses_who_comes_then(company):
    workers = await eventually(company.two, within=20)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(company.work, 20) == 0
    assert not alive(*workers)
    with pytest.raises(ConnectionRefusedError):
        await company.call()
