"""The office the tests of identity stand on."""

from collections.abc import AsyncIterator

import pytest

from server.identity.service import Identity
from server.platform.work import Office
from server.settings import Settings
from tests.clock import Clock
from tests.identity.house import an_office


@pytest.fixture
async def office(settings: Settings, clock: Clock) -> AsyncIterator[Office]:
    """An office with a door."""
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
def identity(office: Office) -> Identity:
    """The door."""
    return office.of(Identity)
