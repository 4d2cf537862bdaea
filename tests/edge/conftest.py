"""The whole server as it is installed, asked from outside."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.app import create_app
from server.graph.socket import MAX_FRAME_BYTES
from server.settings import Settings
from server.web.protocol import Impatient
from tests.edge.house import House, asking
from tests.phones import Phone
from tests.servers import Running, running


@pytest.fixture(scope="module")
async def house(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The server over an empty store, in development, as it starts by itself."""
    home = tmp_path_factory.mktemp("edge")
    store = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, home / 'sanwei.db')}"
    settings = Settings(mode="development", data_dir=home, database_url=store)
    async with running(create_app(settings), ws_max_size=MAX_FRAME_BYTES, http=Impatient) as server:
        yield House(server, await guest(server), await guest(server), settings)


async def guest(server: Running) -> str:
    """The token of a new citizen."""
    async with Phone(server) as phone:
        await phone.be_guest()
        assert phone.token
        return phone.token


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Sends what it is told to, as the first citizen."""
    async with asking(house, house.token) as opened:
        yield opened
