"""The processes of one server tell each other what they have counted, so that any of them can tell it all.

Each holds a numbered name in Linux' abstract socket space: the kernel gives a name to one process only and
takes it back when that ends, however it ends. Whoever connects, as the same user, is told a snapshot.
"""

import asyncio
import json
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from server.platform.watch.book import Snapshot

MOST = 64  # processes of one server
ANSWER_SECONDS = 1.0  # one that is slower is missing from the answer
MOST_BYTES = 16 * 1024 * 1024
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid of who is at the other end


class Siblings:
    """The processes that serve one address, by number."""

    def __init__(self, address: str, snapshot: Callable[[], Snapshot]) -> None:
        self._address, self._snapshot = address, snapshot
        self.number: int | None = None  # of this process, while it listens

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take the first free number, and tell whoever asks; elsewhere than on Linux each tells its own."""
        if sys.platform != "linux":
            yield
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            self.number = self._first_free(door)
            server = await asyncio.start_unix_server(self._tell, sock=door)
            try:
                yield
            finally:
                server.close()
                self.number = None

    async def snapshots(self) -> dict[str, Snapshot]:
        """What each process has counted, by its number; this one's own is always there."""
        others = (
            [number for number in range(MOST) if number != self.number] if self.number is not None else []
        )
        told = await asyncio.gather(*map(self._ask, others))
        found = {str(number): snapshot for number, snapshot in zip(others, told, strict=True) if snapshot}
        return {str(self.number or 0): self._snapshot()} | found

    def _name(self, number: int) -> str:
        return f"\0sanwei/{self._address}/{number}"

    def _first_free(self, door: socket.socket) -> int:
        for number in range(MOST):
            with suppress(OSError):
                door.bind(self._name(number))
                return number
        raise OSError(f"more than {MOST} processes at {self._address}")

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if _is_me(writer):
            writer.write(json.dumps(self._snapshot()).encode())
        with suppress(OSError):
            await writer.drain()
        writer.close()

    async def _ask(self, number: int) -> Snapshot | None:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            line.connect(self._name(number))  # ourselves: uvloop takes such a name for an empty one
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(sock=line, limit=MOST_BYTES)
                try:
                    told = await reader.read() if _is_me(writer) else b""
                finally:
                    writer.close()
        except OSError:  # TimeoutError is one
            line.close()
            return None
        snapshot: Snapshot | None = json.loads(told) if told else None
        return snapshot


def _is_me(writer: asyncio.StreamWriter) -> bool:
    """True when the other end is a process of the same user."""
    ours: socket.socket = writer.get_extra_info("socket")
    credentials = ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    _, uid, _ = CREDENTIALS.unpack(credentials)
    return bool(uid == os.getuid())
