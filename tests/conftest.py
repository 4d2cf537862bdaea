"""What every test may ask for: an empty store on both engines, a broker, a browser, a clock."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright
from sqlmodel import SQLModel

from server.migrations.upgrade import upgrade
from server.platform.db import open_store
from server.settings import Settings
from tests.clock import Clock
from tests.servers import AS_ROOT, Child, Postgres, postgres_cluster, program, redis_server

pytest.register_assert_rewrite("tests.faults.process")
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    *(["--no-sandbox"] if AS_ROOT else []),
]  # fmt: skip
SERVERS_SECONDS = 240
OFFLINE = "ERR_INTERNET_DISCONNECTED"  # what a browser says of a network the test took away
BUSY = "503 (Service Unavailable)"  # a machine with too much to do; the app comes again by itself
HANDED_IN = "/setup/"  # a file with faults is refused with 400, which browsers report
HERE = {"longitude": 113.2370, "latitude": 23.1170}  # 逢源街道, where the demo's grid officer walks


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever starts and kills whole servers may take longer."""
    for item in items:
        if {"faults", "processes"} & set(item.path.parts):
            item.add_marker(pytest.mark.timeout(SERVERS_SECONDS))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster of this run's own."""
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis() -> Iterator[Child]:
    """A Redis of this run's own; a test that stops it starts it again."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis_url(redis: Child) -> str:
    """Where that Redis listens."""
    return f"redis://127.0.0.1:{redis.port}/0"


@pytest.fixture(scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store at the newest revision, to be copied."""
    file = tmp_path_factory.mktemp("store") / "template.db"
    await migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
async def migrated_database(postgres: Postgres) -> str:
    """The name of a PostgreSQL database at the newest revision."""
    await migrate(await postgres.create("migrated"))
    return "migrated"


async def migrate(url: str) -> None:
    """Bring the store at `url` to the newest revision."""
    store = open_store(url)
    try:
        await upgrade(store.writer)
    finally:
        await store.close()


@pytest.fixture
def sqlite_store(migrated_file: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite store at the newest revision."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'sanwei.db')}"


@pytest.fixture
async def postgres_store(postgres: Postgres, migrated_database: str) -> AsyncIterator[str]:
    """The URL of an empty PostgreSQL store; deleting a test's rows is quicker than a database for each."""
    yield postgres.url(migrated_database)
    children_first = [table.name for table in reversed(SQLModel.metadata.sorted_tables)]
    await postgres.empty(migrated_database, children_first)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store: every test that asks for it runs on both engines."""
    url: str = request.getfixturevalue(f"{request.param}_store")
    return url


@pytest.fixture
def clock() -> Clock:
    """Monday morning, until the test moves it."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, store: str) -> Settings:
    """Settings over the fresh store, with a data directory of the test's own."""
    return Settings(data_dir=tmp_path, database_url=store)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, driven by Playwright."""
    path = program(*CHROMIUM)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def phone_page(chromium: Browser) -> AsyncIterator[Callable[[str], Awaitable[Page]]]:
    """Opens an address as on a phone in the district. Fails the test that left an error in the console."""
    contexts, complaints = [], []

    def heard(message: ConsoleMessage) -> None:
        refused = HANDED_IN in message.location["url"] and "400" in message.text
        expected = OFFLINE in message.text or BUSY in message.text or refused
        if message.type == "error" and not expected:
            complaints.append(f"{message.location['url']}: {message.text}")

    async def open_page(url: str, *, place: dict[str, float] = HERE, desktop: bool = False) -> Page:
        context = await chromium.new_context(
            viewport={"width": 1280, "height": 800} if desktop else {"width": 390, "height": 844},
            has_touch=not desktop, is_mobile=not desktop, device_scale_factor=2,
            locale="zh-CN", timezone_id="Asia/Shanghai",
            geolocation={"longitude": place["longitude"], "latitude": place["latitude"]},
            permissions=["geolocation"], reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)  # a shared machine stands still for seconds at times
        page = await context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []
