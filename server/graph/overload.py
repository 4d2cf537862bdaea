"""Admission: what one process takes on, so that what it accepts is answered in time and the rest knows when
to come back.

A request waits in two places. The loop is busy with others: one timer, the beat, tells by how much it is
late, and whoever arrives while it is late has waited at least that long. And the places are taken: then it
stands in line, first come first served, for a moment. While the line never empties, that moment is shorter
(CoDel): a standing line makes everybody late and nobody faster.
"""

import asyncio
import random
from collections import Counter, deque
from types import TracebackType
from typing import ClassVar

from server.kernel.errors import CityError
from server.platform.watch import watch

AT_ONCE = 64  # operations of one process; more would only wait for a connection to the store
EACH = 40  # of them for one person
BEAT_SECONDS = 0.05
PATIENCE_SECONDS = 0.5  # behind the loop, or in a line that is new
STANDING_SECONDS = 0.1  # in a line that has not been empty for as long as patience lasts
COME_BACK_SECONDS = (1, 2, 3)  # drawn for each refusal, so that those turned away do not return as one

BEHIND, IN_LINE, PERSON = "behind", "in line", "person"
REFUSED = watch.counter("sanwei_refused", "Requests turned away before they ran.", label="why")


class Overloaded(CityError):
    """Nothing was done: too much is asked at this moment. Come back after `retryAfter` seconds."""

    code = "OVERLOADED"
    status: ClassVar[int] = 503

    def __init__(self, why: str, **params: str | int | float) -> None:
        super().__init__(field=None, retryAfter=random.choice(COME_BACK_SECONDS), **params)
        REFUSED.add(value=why)

    @property
    def headers(self) -> dict[str, str]:
        """When to come back, as HTTP says it."""
        return {"Retry-After": str(self.params["retryAfter"])}


class TooManyAtOnce(Overloaded):
    """Nothing was done: this person waits for `most` answers already."""

    code = "TOO_MANY_AT_ONCE"
    status = 429


class Turnstile:
    """The places of one process. Belongs to the loop it is first used in."""

    def __init__(self, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once, self._each = at_once, each
        self.running = 0
        self.lag = 0.0  # seconds the last beat came late
        self._people: Counter[str] = Counter()
        self._line: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._line_since = 0.0
        self._due: float | None = None  # when the beat is to come; None: nobody has come since the last
        self._visited = False

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    def check(self) -> None:
        """Raise Overloaded when whoever arrives now has waited too long already."""
        loop = asyncio.get_running_loop()
        self._visited = True
        if self._due is None:
            self._expect(loop)
        elif loop.time() - self._due > PATIENCE_SECONDS:
            raise Overloaded(BEHIND)

    def place(self, who: str) -> "Place":
        """`async with` it around an operation of `who`. Raises Overloaded or TooManyAtOnce."""
        return Place(self, who)

    async def enter(self, who: str) -> None:
        """Take a place, after a moment in line if need be; `leave` gives it back."""
        if self._people[who] >= self._each:
            raise TooManyAtOnce(PERSON, most=self._each)
        self._people[who] += 1
        if self.running < self._at_once:
            self.running += 1
            return
        try:
            await self._stand_in_line()
        except BaseException:
            self._forget(who)
            raise

    def leave(self, who: str) -> None:
        """Give the place to the first in line."""
        self._forget(who)
        self._next()

    async def _stand_in_line(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._line:
            self._line_since = now
        standing = now - self._line_since > PATIENCE_SECONDS
        called: asyncio.Future[None] = loop.create_future()
        self._line.append((now + (STANDING_SECONDS if standing else PATIENCE_SECONDS), called))
        if self._due is None:
            self._expect(loop)
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled() and called.exception() is None:
                self._next()  # called at the moment it gave up
            raise

    def _next(self) -> None:
        self._send_away()
        while self._line:
            _, called = self._line.popleft()
            if not called.done():
                called.set_result(None)  # who leaves hands over the place
                return
        self.running -= 1

    def _send_away(self) -> None:
        """Those at the head whose patience is over."""
        now = asyncio.get_running_loop().time()
        while self._line and self._line[0][0] < now:
            _, called = self._line.popleft()
            if not called.done():
                called.set_exception(Overloaded(IN_LINE))

    def _forget(self, who: str) -> None:
        self._people[who] -= 1
        if not self._people[who]:
            del self._people[who]

    def _expect(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + BEAT_SECONDS
        loop.call_at(self._due, self._beat, loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._due is not None
        self.lag = max(0.0, loop.time() - self._due)
        self._due = None
        self._send_away()
        if self._visited or self._line:  # an idle process has no beat
            self._visited = False
            self._expect(loop)


class Place:
    """One place, for as long as the block lasts."""

    __slots__ = ("_turnstile", "_who")

    def __init__(self, turnstile: Turnstile, who: str) -> None:
        self._turnstile, self._who = turnstile, who

    async def __aenter__(self) -> None:
        await self._turnstile.enter(self._who)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turnstile.leave(self._who)
