"""Offices for the tests of the machine room: one, or two over the same store as two processes would be."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from server.kernel.actors import SYSTEM
from server.platform.news import READY, Interest, Told
from server.platform.work import Office
from server.settings import Settings
from tests import city
from tests.clock import Clock
from tests.factories import STREET, an_id

OTHER = "440103013"
BEGINNING = f"{STREET}:0"


@asynccontextmanager
async def offices(settings: Settings, clock: Clock, n: int = 2) -> AsyncIterator[list[Office]]:
    """`n` offices over one store."""
    if n == 0:
        yield []
        return
    async with city.an_office(settings, clock) as one, offices(settings, clock, n - 1) as rest:
        yield [one, *rest]


async def happen(office: Office, *verbs: str, area: str = STREET, touches: tuple[str, ...] = ()) -> None:
    """Something moved, once for each verb, in one unit of work."""
    async with office.work(SYSTEM) as work:
        for verb in verbs:
            work.record(verb, "order", an_id(), area=area, touches=touches)


async def heard(office: Office, n: int, since: str | None, interest: Interest) -> list[Told]:
    """The next `n` events after `since`."""
    found: list[Told] = []
    async with aclosing(office.news.follow(interest, since)) as events:
        async for told in events:
            if told.verb != READY:
                found.append(told)
            if len(found) == n:
                return found
    raise AssertionError("the news ended")
