"""The demo district on a real server, for stories that several people play at once.

A story asks for `city` before `phone_page`, so that the phones are put away before the server stops.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page

from server.app import close_office, create_app, open_office
from server.demo import seed
from server.migrations.upgrade import upgrade
from server.settings import Settings
from tests.servers import Running, free_port, running

OpenPage = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="session")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo told once; copied for each story."""
    folder = tmp_path_factory.mktemp("demo")
    office = open_office(Settings(mode="demo", data_dir=folder))
    await upgrade(office.store.writer)
    await seed(office, echo=lambda _: None)
    await close_office(office)
    return folder


@pytest.fixture
async def city(seeded: Path, tmp_path: Path) -> AsyncIterator[Running]:
    """The demo server, listening. An act may be taken back for three seconds, so that stories stay short."""
    folder = tmp_path / "demo"
    shutil.copytree(seeded, folder)
    port = free_port()
    settings = Settings(mode="demo", data_dir=folder, port=port, hold_seconds=3, sweep_seconds=0.3)
    async with running(create_app(settings), port=port) as listening:
        yield listening


@pytest.fixture
async def phone_page(city: Running, phone_page: OpenPage) -> OpenPage:
    """As everywhere, but the pages close before their server does: an open one would miss it, rightly."""
    return phone_page
