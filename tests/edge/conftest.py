"""The whole server as it is installed, asked from outside."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.app import create_app
from server.graph.socket import MAX_FRAME_BYTES
from server.settings import Settings
from tests.edge.house import House
from tests.phones import Phone
from tests.servers import running


@pytest.fixture(scope="module")
async def house(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The server over an empty store, in development, as it starts by itself."""
    home = tmp_path_factory.mktemp("edge")
    store = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, home / 'sanwei.db')}"
    settings = Settings(mode="development", data_dir=home, database_url=store)
    async with running(create_app(settings), ws_max_size=MAX_FRAME_BYTES) as server, Phone(server) as phone:
        await phone.be_guest()
        assert phone.token
        yield House(server, phone.token, settings)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Sends what it is told to, as the citizen."""
    headers = {
        "Authorization": f"Bearer {house.token}",
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
    }
    async with httpx.AsyncClient(base_url=house.server.url, headers=headers, timeout=30) as opened:
        yield opened
