"""Our server as an operator starts it: a process of its own, and what it writes to its log."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.settings import Settings
from tests.servers import READY_SECONDS, Running, answers

HOUSE = Path(__file__).parents[2]
START_SECONDS = 100.0  # two processes that begin on a busy machine


@dataclass(frozen=True, slots=True)
class Served(Running):
    """A server process and its log."""

    pid: int
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """What a JSON log tells; the words of welcome are not part of it."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@dataclass(frozen=True, slots=True)
class Heard:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


async def post(port: int, path: str, body: Any, token: str = "") -> Heard:
    """One POST over a connection of its own: hundreds at once cost the asking side next to nothing."""
    sent = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(sent)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode() + sent)
        told, _, rest = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status, *lines = told.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Heard(int(status.split()[1]), headers, rest)


@contextmanager
def served(settings: Settings, **environment: str) -> Iterator[Served]:
    """`sanwei run` with `settings`, which say the port; ended with Ctrl+C."""
    log = settings.data_dir / "server.log"
    told = settings.model_dump(exclude_defaults=True, mode="json")
    env = os.environ | {f"SANWEI_{name.upper()}": str(value) for name, value in told.items()} | environment
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "run"], env=env, cwd=HOUSE, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(settings.port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        yield Served(settings.port, process.pid, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(READY_SECONDS)
