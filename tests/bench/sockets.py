"""Thousands of graphql-transport-ws clients in one process: they count the frames they get, and when.

A frame is not decoded unless somebody wants to know its order: what costs here would be counted against the
server. Reads go into one buffer that all connections share.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import cast

import orjson

SHARED = memoryview(bytearray(256 * 1024))
HEAD_END = b"\r\n\r\n"
TEXT, CLOSE, PING = 1, 8, 9
OPENING_AT_ONCE = 50
MASK = b"\0\0\0\0"  # a mask that changes nothing

Heard = Callable[[bytes, float], None]


class Listener(asyncio.BufferedProtocol):
    """One socket with one subscription."""

    def __init__(self, port: int, token: str, query: str, variables: dict[str, object], heard: Heard) -> None:
        self._port, self._token, self._heard = port, token, heard
        self._ask = orjson.dumps(
            {"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}}
        )
        self._rest = b""
        self._upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(
            f"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\nupgrade: websocket\r\n"
            f"connection: Upgrade\r\nsec-websocket-key: {'A' * 22}==\r\nsec-websocket-version: 13\r\n"
            f"sec-websocket-protocol: graphql-transport-ws\r\norigin: http://127.0.0.1:{self._port}\r\n\r\n"
            .encode()
        )  # fmt: skip

    def get_buffer(self, _hint: int) -> memoryview:
        return SHARED

    def buffer_updated(self, n: int) -> None:
        now = time.perf_counter()
        data = self._rest + bytes(SHARED[:n]) if self._rest else bytes(SHARED[:n])
        if not self._upgraded:
            data = self._upgrade(data)
        while len(data) >= 2:
            length, at = data[1], 2
            if length == 126:
                length, at = int.from_bytes(data[2:4]), 4
            elif length == 127:
                length, at = int.from_bytes(data[2:10]), 10
            if len(data) < at + length:
                break
            self._frame(data[0] & 15, data[at : at + length], now)
            data = data[at + length :]
        self._rest = data

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = self.closed or str(error or "closed")
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(self.closed))

    def _upgrade(self, data: bytes) -> bytes:
        head, found, rest = data.partition(HEAD_END)
        if not found:
            return data
        if b" 101 " not in head[:20]:
            self.closed = head[:200].decode(errors="replace")
            self.transport.close()
            return b""
        self._upgraded = True
        self._send(orjson.dumps({"type": "connection_init", "payload": {"token": self._token}}))
        return rest

    def _frame(self, kind: int, body: bytes, now: float) -> None:
        if kind == TEXT:
            start = body[:60]
            if b'"next"' in start:
                if self.ready.done():
                    self._heard(body, now)
                else:
                    self.ready.set_result(None)  # the first says from where one listens
            elif b'"connection_ack"' in start:
                self._send(self._ask)
            elif b'"ping"' in start:
                self._send(b'{"type":"pong"}')
            elif not self.ready.done():
                self.ready.set_exception(ConnectionError(body.decode()[:300]))
        elif kind == PING:
            self._send(body, 10)
        elif kind == CLOSE:
            self.closed = body[2:].decode(errors="replace") or "closed"
            self.transport.close()

    def _send(self, body: bytes, kind: int = TEXT) -> None:
        size = len(body)
        head = bytes([128 | size]) if size < 126 else bytes([254]) + size.to_bytes(2)
        head = bytes([128 | kind]) + head
        self.transport.write(head + MASK + body)


async def listen(
    port: int, tokens: list[str], count: int, query: str, heard: Heard,
    variables: Callable[[int], dict[str, object]] = lambda _n: {},
) -> list[Listener]:  # fmt: skip
    """`count` sockets whose subscriptions run. The n-th has the n-th of `tokens`, over and over."""
    loop, made = asyncio.get_running_loop(), []
    waiting = iter(range(count))
    while group := list(islice(waiting, OPENING_AT_ONCE)):
        for n in group:
            one = Listener(port, tokens[n % len(tokens)], query, variables(n), heard)
            await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
            made.append(one)
        await asyncio.wait_for(asyncio.gather(*(one.ready for one in made[-len(group) :])), 60)
    return made


async def hang_up(listeners: Iterable[Listener]) -> None:
    """Close them all."""
    for each in listeners:
        each.transport.abort()
    await asyncio.sleep(0.5)
