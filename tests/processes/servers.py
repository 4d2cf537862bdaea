"""`sanwei run` as an operator starts it: a process, its workers, its signals."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server.settings import Settings
from tests.servers import Running, eventually, free_port

START_SECONDS = 150.0  # a worker costs three seconds of a processor that others use, too
END_SECONDS = 30.0
SANWEI = (sys.executable, "-P", "-m", "server.cli")


def environment(settings: Settings) -> dict[str, str]:
    """What makes a process read these settings; what pytest runs with stays out of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANWEI_")}
    given = settings.model_dump(mode="json", exclude_unset=True)
    return kept | {f"SANWEI_{name.upper()}": str(value) for name, value in given.items()}


class Sanwei:
    """A running server: one process, or a crew and its workers."""

    def __init__(self, process: Process, port: int, log: Path) -> None:
        self.process, self.address, self.log = process, Running(port), log

    @property
    def workers(self) -> list[int]:
        """Who works for this crew, the longest-serving first."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if b"server.serving" in _command(int(child))]

    def signal(self, sig: signal.Signals) -> None:
        """To the process an operator knows."""
        self.process.send_signal(sig)

    async def ready(self) -> bool:
        """Does it take work?"""
        try:
            async with httpx.AsyncClient(base_url=self.address.url) as client:
                return (await client.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def ready_or_dead(self):
        """Is there no sense in waiting any longer?"""
        return self.process.returncode is not None or await self.ready()

    async def end(self) -> int:
        """Ask it to end; the exit code."""
        if self.process.returncode is None:
            self.signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), END_SECONDS)


@asynccontextmanager
async def sanwei(settings: Settings, *arguments: str) -> AsyncIterator[Sanwei]:
    """`sanwei run` on a free port, from the first answer to the end of the block."""
    port, log = free_port(), settings.data_dir / "log"
    env = environment(settings.model_copy(update={"port": port})) | {"SANWEI_PORT": str(port)}
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            *SANWEI, "run", *arguments, stdout=lines, stderr=lines, env=env, cwd=settings.data_dir
        )
    server = Sanwei(process, port, log)
    try:
        await eventually(server.ready_or_dead, within=START_SECONDS)
        if process.returncode is not None:
            pytest.fail(f"sanwei run did not start:\n{log.read_text()[-2000:]}")
        yield server
    finally:
        await server.end()


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:  # it has just ended
        return b""


def alive(*pids: int) -> bool:
    """Is one of these processes still there?"""
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def sockets_of(pid: int) -> set[str]:
    """The sockets a process holds, by the names the kernel gives them."""
    held = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(str(file.readlink()))
        except FileNotFoundError:  # closed since
            continue
    return {name for name in held if name.startswith("socket:")}
