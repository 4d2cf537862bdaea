"""Admission: what one process takes on, so that what it accepts is answered in time and the rest knows when
to come back.

While a process works it does not see who arrives: they wait in the kernel, uncounted. So after each slice of
work the doors open: the loop turns until nobody new comes in, and whoever came stands in line, first come
first served, for a moment at most. While the line never empties that moment is shorter (CoDel): a standing
line makes everybody late and nobody faster. Against what blocks the loop elsewhere there is a beat, a timer
that is late by as long as those who arrive now have waited at least.
"""

import asyncio
import random
from collections import Counter, deque
from time import monotonic, thread_time  # a loop's own time may stand still while one of its turns lasts
from types import TracebackType
from typing import ClassVar

from server.kernel.errors import CityError
from server.platform.watch import watch

AT_ONCE = 64  # operations of one process; more would only wait for a connection to the store
EACH = 40  # of them for one person
SLICE_SECONDS = 0.01  # of processor time between two looks at who has arrived
LOOK_SECONDS = 0.03  # and what a look may take; refusing costs time, too
QUIET_TURNS = 4  # accepting, reading and starting a request takes the loop a turn each
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
    """The places of one process. Belongs to the loop it is used in."""

    def __init__(self, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once, self._each = at_once, each
        self.running = 0
        self.lag = 0.0  # seconds the last beat came late
        self._people: Counter[str] = Counter()
        self._line: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._line_since = 0.0
        self._due: float | None = None  # when the beat is to come; None: nobody has come since the last
        self._visited = False
        self._worked_since = 0.0  # the thread's processor time at the last look
        self._turning = False  # something is done at each turn of the loop: a look, or letting people in
        self._look_until: float | None = None  # a look is under way
        self._quiet = self._batch = 0
        watch.gauge("sanwei_running_operations", "Operations that hold a place.", lambda: self.running)
        watch.gauge("sanwei_waiting_operations", "Operations that stand in line.", lambda: self.waiting)
        watch.gauge("sanwei_loop_lag_seconds", "By how much the loop's last beat was late.", lambda: self.lag)

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    def check(self) -> None:
        """Raise Overloaded when whoever arrives now has waited too long already."""
        self._visited, self._quiet = True, 0
        if self._due is None:
            self._expect()
        elif monotonic() - self._due > PATIENCE_SECONDS:
            raise Overloaded(BEHIND)

    def place(self, who: str) -> "Place":
        """`async with` it around an operation of `who`. Raises Overloaded or TooManyAtOnce."""
        return Place(self, who)

    async def enter(self, who: str) -> None:
        """Take a place, after a moment in line if need be; `leave` gives it back."""
        self.check()
        if self._people[who] >= self._each:
            raise TooManyAtOnce(PERSON, most=self._each)
        self._people[who] += 1
        if self.running < self._at_once and not self._turning and not self._slice_is_over():
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
        self.running -= 1
        if self._line:
            self._turn()

    async def _stand_in_line(self) -> None:
        now = monotonic()
        if not self._line:
            self._line_since = now
        standing = now - self._line_since > PATIENCE_SECONDS
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((now + (STANDING_SECONDS if standing else PATIENCE_SECONDS), called))
        self._turn()
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled() and called.exception() is None:
                self.running -= 1  # called at the moment it gave up
                self._turn()
            raise

    def _turn(self) -> None:
        """Do something at the loop's next turn, and at each one after it while there is reason."""
        if not self._turning and self.running < self._at_once:
            self._turning, self._batch = True, 1
            asyncio.get_running_loop().call_soon(self._turned)

    def _turned(self) -> None:
        if self._look_until is None and self._slice_is_over():
            self._look_until = monotonic() + LOOK_SECONDS
        if self._look_until is not None:
            self._quiet += 1
            if self._quiet >= QUIET_TURNS or monotonic() > self._look_until:
                self._look_until, self._worked_since, self._batch = None, thread_time(), 1
        if self._look_until is None:
            self._let_in()
        self._turning = bool(self._line) and self.running < self._at_once
        if self._turning:
            asyncio.get_running_loop().call_soon(self._turned)

    def _let_in(self) -> None:
        """More at each turn, until their work makes up a slice."""
        self._send_away()
        for _ in range(min(self._batch, self._at_once - self.running)):
            while self._line:
                _, called = self._line.popleft()
                if not called.done():
                    called.set_result(None)
                    self.running += 1
                    break
        self._batch *= 2

    def _send_away(self) -> None:
        """Those at the head whose patience is over."""
        now = monotonic()
        while self._line and self._line[0][0] < now:
            _, called = self._line.popleft()
            if not called.done():
                called.set_exception(Overloaded(IN_LINE))

    def _slice_is_over(self) -> bool:
        return thread_time() - self._worked_since > SLICE_SECONDS

    def _forget(self, who: str) -> None:
        self._people[who] -= 1
        if not self._people[who]:
            del self._people[who]

    def _expect(self) -> None:
        self._due = monotonic() + BEAT_SECONDS
        asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        assert self._due is not None
        self.lag = max(0.0, monotonic() - self._due)
        self._due = None
        self._send_away()
        if self._visited or self._line:  # an idle process has no beat
            self._visited = False
            self._expect()


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
