"""Two administrators change the map and the calendar: seen before it holds, published by the second."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import FilePayload, Page, expect

from server.kernel.calendar import day_of
from server.platform.areas import AreaTree
from server.settings import Settings
from tests.city import CELL
from tests.grid.test_grids import EAST, WEST, split
from tests.journeys.test_browser_journey import Opener, heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)


def drawn() -> FilePayload:
    """The test's cell cut in two, as a surveyor hands it in."""
    tree = AreaTree.load(Settings().maps_dir / "440103.json")
    return {"name": "网格.geojson", "mimeType": "application/geo+json", "buffer": split(tree)}


async def publish(page: Page, url: str) -> None:
    """The second person lets it hold."""
    await page.goto(url)
    await page.get_by_role("button", name="发布", exact=True).click()
    ask = page.get_by_role("dialog", name=re.compile("^发布"))
    await ask.get_by_role("button", name="确认发布").click()
    await expect(page.get_by_role("main")).to_contain_text("现行")


async def soon(page: Page, text: str) -> None:
    """Every process takes an edition up within seconds; a page shows it when it is read anew."""
    main = page.get_by_role("main")
    for _ in range(9):
        try:
            return await expect(main).to_contain_text(text, timeout=1000)
        except AssertionError:
            await page.reload()
    await expect(main).to_contain_text(text)


async def test_a_cell_is_split_and_a_holiday_is_added_by_two_people(
    city: Running, phone_page: Opener
) -> None:
    luo = await signed_in(phone_page, city, "officer", "以系统管理员罗敏登录")
    feng = await signed_in(phone_page, city, "officer", "以系统管理员冯杰登录")
    await heading(luo, "配置台")
    await heading(feng, "配置台")

    await luo.get_by_role("tab", name=re.compile("^网格")).click()
    await luo.get_by_role("button", name="导入", exact=True).click()
    dialog = luo.get_by_role("dialog", name="导入")
    await dialog.get_by_label("文件").set_input_files(drawn())
    await dialog.get_by_role("button", name="检查并提出").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("请说明坐标系")
    await dialog.get_by_role("combobox", name="坐标系").select_option("wgs84")
    await dialog.get_by_role("button", name="检查并提出").click()
    await heading(luo, re.compile(r"第 \d+ 版$"))
    means, proposal = luo.get_by_role("list", name="发布意味着"), luo.url
    await expect(means).to_contain_text("新增 2 个网格")
    await expect(means).to_contain_text(re.compile(r"涉及 \d+ 个未办结工单"))
    await expect(luo.get_by_role("button", name="发布", exact=True)).to_have_count(0)

    await luo.get_by_role("link", name="在地图上前后对比").click()
    await expect(luo.get_by_label("网格前后对比地图")).to_be_visible()
    changed = luo.get_by_role("list", name="有变化的网格")
    for code in (CELL, WEST, EAST):
        await expect(changed).to_contain_text(code)
    await publish(feng, proposal)

    await luo.goto(f"{city.url}/officer/#/setup/calendar/0")
    await luo.get_by_role("button", name="新增一行").click()
    row = luo.get_by_role("dialog", name="新增一行")
    first = day_of(datetime.now(UTC)) + timedelta(days=1)
    told = {
        "年份": f"{first.year}",
        "名称": "防汛停工",
        "首日": f"{first}",
        "末日（选填）": f"{first + timedelta(days=3)}",
    }
    for label, value in told.items():
        await row.get_by_label(label, exact=True).fill(value)
    await row.get_by_label("安排", exact=True).select_option(label="放假")
    await row.get_by_role("button", name="保存为待发布版本").click()
    await expect(means).to_contain_text("个时限正在计时")
    await expect(means).to_contain_text(
        re.compile(r"\d+ 个时限推后（其中对市民的承诺 \d+ 个），最多推后 [\d.]+ 小时")
    )
    proposal = luo.url
    await luo.get_by_role("link", name="看全年日历").click()
    await heading(luo, "节假日与办公时间")
    await expect(luo.get_by_label("放假安排")).to_contain_text("防汛停工")
    await publish(feng, proposal)
    await feng.goto(f"{city.url}/officer/#/calendar")
    await soon(feng, "防汛停工")
    await feng.goto(f"{city.url}/officer/#/grids")
    await feng.get_by_role("searchbox", name="搜索网格").fill(WEST)
    await expect(feng.get_by_role("main")).to_contain_text("西片")
