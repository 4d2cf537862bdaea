"""A server whose words for suggestions are damaged starts, says so, and is worked with by hand."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from server.app import DATA, create_app, open_office
from server.command.library import Library
from server.settings import Settings
from tests.journeys.test_browser_journey import Opener, find, heading, report, signed_in
from tests.servers import Running, free_port, running

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """What the product ships, with half of the words."""
    folder = tmp_path / "shipped"
    shutil.copytree(DATA, folder)
    words = folder / "triage.json"
    words.write_bytes(words.read_bytes()[: words.stat().st_size // 2])
    return folder


@pytest.fixture
async def city(seeded: Path, tmp_path: Path, damaged: Path) -> AsyncIterator[Running]:
    """The demo server over the damaged files."""
    folder, port = tmp_path / "demo", free_port()
    shutil.copytree(seeded, folder)
    settings = Settings(mode="demo", data_dir=folder, port=port, hold_seconds=3, sweep_seconds=0.3)
    office = open_office(settings)
    office.tools[Library] = Library.load(damaged)
    async with running(create_app(settings, office), port=port) as listening:
        yield listening


async def test_the_dispatcher_is_told_and_dispatches_all_the_same(city: Running, phone_page: Opener) -> None:
    number = await report(await phone_page(f"{city.url}/citizen/"), "永庆坊门口路灯不亮，晚上看不清路。")
    dispatcher = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(dispatcher, "派单台")
    await find(dispatcher, number)
    advice = dispatcher.get_by_role("region", name="系统建议")
    await expect(advice.get_by_role("status")).to_have_text("建议服务没响应，请手动选部门。其他不受影响。")
    await expect(dispatcher.get_by_role("button", name="按建议派单")).to_have_count(0)
    await dispatcher.get_by_role("button", name=re.compile("请先选部门|改派其他部门")).first.click()
    sheet = dispatcher.get_by_role("dialog", name="改派其他部门")
    await sheet.get_by_role("combobox").select_option("区住建局")
    await sheet.get_by_role("searchbox").fill("路灯异常")
    await sheet.get_by_role("radio", name="路灯异常").click()
    await sheet.get_by_role("radiogroup", name=re.compile("立案")).get_by_role("radio").first.check()
    await sheet.get_by_role("button", name="确认派单").click()
    await expect(dispatcher.get_by_role("status", name="提示")).to_contain_text("已派给区住建局")
