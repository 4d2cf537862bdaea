"""HTTP/1.1 as uvicorn speaks it, without patience for a head that has no end."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 32 * 1024  # bytes of a request's first line and headers


class Impatient(HttpToolsProtocol):
    """For uvicorn's `http`: 400 for a head that is too long; one that comes too slowly is hung up on."""

    head_seconds = 10.0  # for it to come, from the moment the connection is made or used again
    _head = 0  # bytes of it so far
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        waiting = self._waiting
        super().data_received(data)
        if waiting and self._waiting is waiting:  # all of it belongs to this one head
            self._head += len(data)
            if self._head > MOST_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._waiting:
            self._wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._head = 0
        self._waiting = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
