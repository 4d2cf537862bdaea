"""Thousands of websockets from one test: the least of RFC 6455 that a silent phone needs."""

import asyncio
import json
import os
from typing import Any

from tests.servers import Running

HELLO = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
TEXT, LONG, LONGER = 0x81, 126, 127


class Line:
    """One connection; reads only when asked to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, server: Running, token: str) -> "Line":
        """Connected and acknowledged."""
        line = cls(*await asyncio.open_connection("127.0.0.1", server.port, limit=2**12))
        line.writer.write(HELLO)
        greeting = await line.reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in greeting, greeting
        line.send(type="connection_init", payload={"token": token})
        assert (await line.receive())["type"] == "connection_ack"
        return line

    def send(self, **message: Any) -> None:
        """One masked text frame of less than 64 kB."""
        text, mask = json.dumps(message).encode(), os.urandom(4)
        size = (
            bytes([0x80 | len(text)])
            if len(text) < LONG
            else bytes([0x80 | LONG]) + len(text).to_bytes(2, "big")
        )
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))
        self.writer.write(bytes([TEXT]) + size + mask + masked)

    async def receive(self) -> dict[str, Any]:
        """The next text frame."""
        while True:
            kind, size = await self.reader.readexactly(2)
            if size == LONG:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            elif size == LONGER:
                size = int.from_bytes(await self.reader.readexactly(8), "big")
            body = await self.reader.readexactly(size)
            if kind == TEXT:
                message: dict[str, Any] = json.loads(body)
                return message

    def close(self) -> None:
        """Gone without a word."""
        self.writer.transport.abort()
