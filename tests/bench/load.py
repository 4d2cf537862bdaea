"""A load generator that is quicker than what it loads: raw HTTP/1.1 over kept-alive connections, on uvloop.

A connection sends its next request when the last answer is complete: `connections` is how many ask at once.
A 200 without errors counts, and of some the content is looked at; anything else is a refusal.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

LOOK_AT_EVERY = 50  # answers
HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"

Check = Callable[[bytes], bool]


@dataclass
class Load:
    """What came of a load. `took` is in seconds per answer; refusals are not among them."""

    seconds: float
    took: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    size: int = 0  # bytes of the last body

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.took) / self.seconds

    def p(self, percent: float) -> float:
        """A percentile of `took`, in milliseconds."""
        ranked = sorted(self.took)
        return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] * 1000 if ranked else 0.0


class WrongAnswer(RuntimeError):
    """A contestant answered something else than was asked; its speed means nothing."""


def post(path: str, body: bytes, token: str = "", port: int = 0) -> bytes:
    """A POST of JSON as bytes."""
    return _request(b"POST", path, token, port, body)


def get(path: str, token: str = "", port: int = 0) -> bytes:
    """A GET as bytes."""
    return _request(b"GET", path, token, port, b"")


def _request(method: bytes, path: str, token: str, port: int, body: bytes) -> bytes:
    head = f" {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: application/json\r\n"
    head += f"authorization: Bearer {token}\r\n" if token else ""
    head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
    return method + head.encode() + b"\r\n" + body


async def load(
    port: int, requests: Iterator[bytes], *, connections: int = 32, seconds: float = 5.0, warm: float = 1.0,
    check: Check | None = None,
) -> Load:  # fmt: skip
    """Ask for `warm` + `seconds`; what was asked in the second part is counted. Raises WrongAnswer."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    found = Load(seconds)
    began = time.perf_counter() + warm
    lines: list[_Line] = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: _Line(requests, found, began, began + seconds, check, done), "127.0.0.1", port
        )
        lines.append(line)
    while not all(line.over for line in lines):
        done.clear()
        await asyncio.wait_for(done.wait(), warm + seconds + 60)
    for line in lines:
        line.transport.close()
    if found.wrong or not found.took:
        shown = (found.wrong or found.refused or [b"no answer"])[0].rpartition(HEAD_END)[2][:600]
        counts = f"{len(found.wrong)} wrong, {len(found.refused)} refused"
        raise WrongAnswer(f"port {port}: {counts}: {shown.decode(errors='replace')}")
    return found


class _Line(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(
        self, requests: Iterator[bytes], found: Load, begin: float, end: float, check: Check | None,
        done: asyncio.Event,
    ) -> None:  # fmt: skip
        self._requests, self._found, self._begin, self._end = requests, found, begin, end
        self._check, self._done, self._seen, self.over = check, done, 0, False
        self._counted = False
        self._got, self._whole, self._body, self._sent = bytearray(), -1, 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's has another parent
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over:
            self._found.refused.append(f"connection lost: {error}".encode())
            self._finish()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if self._whole < 0:
            head = self._got.find(HEAD_END)
            if head < 0:
                return
            self._body = head + 4
            length = _length(bytes(self._got[: head + 2]))
            if length < 0:
                self._found.refused.append(bytes(self._got))
                self._finish()
                return
            self._whole = self._body + length
        if len(self._got) >= self._whole:
            self._answered(time.perf_counter())

    def _ask(self) -> None:
        self._got, self._whole = bytearray(), -1
        request = next(self._requests, None)
        if request is None:
            self._finish()
            return
        self._sent = time.perf_counter()
        self.transport.write(request)

    def _answered(self, now: float) -> None:
        found, got = self._found, self._got
        self._counted = self._counted or self._sent >= self._begin
        if got[9:12] != b"200" or b'"errors":' in got:
            found.refused.append(bytes(got))
        else:
            self._seen += 1
            if self._check and self._seen % LOOK_AT_EVERY == 1:
                found.size = self._whole - self._body
                if not self._check(bytes(got[self._body :])):
                    found.wrong.append(bytes(got))
            if self._sent >= self._begin:
                found.took.append(now - self._sent)
                found.seconds = now - self._begin
        if now < self._end or not self._counted:
            self._ask()
        else:
            self._finish()

    def _finish(self) -> None:
        self.over = True
        self._done.set()


def _length(head: bytes) -> int:
    """What the head says of the body's length; -1 when it does not."""
    head = head.lower()
    at = head.find(LENGTH)
    return -1 if at < 0 else int(head[at + len(LENGTH) : head.index(b"\r\n", at + 2)])


def over_and_over(requests: list[bytes]) -> Iterator[bytes]:
    """The same requests again and again, shared by all connections."""
    return cycle(requests)


class Caller:
    """Asks when it is time, whether or not the last answer is there: for loads that do not wait."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> tuple[int, bytes, float]:
        """Status, body and seconds."""
        began = time.perf_counter()
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        head = await reader.readuntil(HEAD_END)
        body = await reader.readexactly(max(0, _length(head[:-2])))
        self._idle.append((reader, writer))
        return int(head[9:12]), body, time.perf_counter() - began

    def close(self) -> None:
        """Let go of every connection."""
        for _, writer in self._idle:
            writer.close()
