"""What goes out over one websocket.

While the other side reads, at once: no task, no waiting, no copy. While it does not, through a bounded queue
in which the newer answer about a subject replaces the older.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from typing import Any

MOST_FRAMES = 256
MOST_CHARACTERS = 256 * 1024

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Write = Callable[[str], bool]


class Channel:
    """One websocket's way out."""

    __slots__ = ("_characters", "_draining", "_idle", "_queue", "_send", "_write", "open", "stalled_at")

    def __init__(self, send: Send, write: Write | None = None) -> None:
        """`write` sends a text frame at once or says that it cannot; without it, `send` is tried."""
        self._send, self._write = send, write or self._try
        self._queue: dict[Hashable, str] = {}
        self._characters = 0
        self._draining: asyncio.Task[None] | None = None
        self.open = True
        self.stalled_at: float | None = None  # since when nothing goes out, on the monotonic clock

    def push(self, frame: str, subject: Hashable = None) -> bool:
        """Send a text frame, or queue it. False when the queue is full and the frame was not taken.

        A frame without a `subject` is taken in any case: an answer somebody waits for.
        """
        if not self.open or (self._draining is None and self._sent(frame)):
            return True
        if subject is None:
            subject = object()
        elif (older := self._queue.pop(subject, None)) is not None:
            self._characters -= len(older)
        elif len(self._queue) >= MOST_FRAMES or self._characters + len(frame) > MOST_CHARACTERS:
            return False
        self._queue[subject] = frame
        self._characters += len(frame)
        if self._draining is None:
            self.stalled_at = time.monotonic()
            self._draining = asyncio.create_task(self._drain())
        return True

    def forget(self, wanted: Callable[[Hashable], bool]) -> None:
        """Take out of the queue what has not gone and whose subject is `wanted` no more."""
        self._queue = {subject: frame for subject, frame in self._queue.items() if wanted(subject)}
        self._characters = sum(map(len, self._queue.values()))

    async def ready(self) -> None:
        """Return when a frame would go out at once, or never will."""
        while self.open and self._draining:
            await asyncio.wait([self._draining])

    def close(self) -> None:
        """Nothing goes out any more."""
        self.open = False
        if self._draining:
            self._draining.cancel()

    def _sent(self, frame: str) -> bool:
        try:
            return self._write(frame)
        except OSError:  # the client has gone; whoever receives is told
            self.open = False
            return True

    def _try(self, frame: str) -> bool:
        """Whether the server took it without waiting. Its `send` waits only before it takes anything."""
        sending: Any = self._send({"type": "websocket.send", "text": frame})
        try:
            sending.send(None)
        except StopIteration:
            return True
        sending.close()
        return False

    async def _drain(self) -> None:
        try:
            while self._queue:
                subject = next(iter(self._queue))
                frame = self._queue.pop(subject)
                self._characters -= len(frame)
                await self._send({"type": "websocket.send", "text": frame})
                self.stalled_at = time.monotonic()
        except OSError:
            self.open = False
        finally:
            self._draining = self.stalled_at = None
