"""A city on PostgreSQL and Redis, with people in it, for several processes to serve."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.app import close_office, open_office
from server.kernel.actors import Post
from server.settings import Settings
from tests.city import city as city
from tests.factories import STREET
from tests.identity.house import hire
from tests.processes.servers import Sanwei, sanwei

DISPATCHER, OFFICER = "dd01", "wg01"  # staff numbers


@pytest.fixture
async def shared(postgres_store: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of processes that share a store, a broker and their keys."""
    settings = Settings(data_dir=tmp_path, database_url=postgres_store, redis_url=redis_url)
    office = open_office(settings)
    await hire(office, DISPATCHER, post=Post.STREET_DISPATCHER, area=STREET, cells=())
    await hire(office, OFFICER)
    await close_office(office)
    return settings


@pytest.fixture
async def crew(shared: Settings) -> AsyncIterator[Sanwei]:
    """Two workers on one port."""
    async with sanwei(shared, "--workers", "2") as server:
        yield server
