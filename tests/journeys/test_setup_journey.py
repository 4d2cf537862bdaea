"""Two administrators change the catalogue from a spreadsheet, and the district works by it within seconds."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import FilePayload, Page, expect

from server.platform import sheets
from server.platform.sheets import SheetFormat
from server.platform.tables_in_files import MEDIA, FileFormat
from tests.servers import Running, eventually
from tests.web.test_setup import rows_of, signed_in_by_http

pytestmark = pytest.mark.timeout(120)
Opener = Callable[..., Awaitable[Page]]
NEW = ["06996", "共享充电宝乱丢", "市容环境类", "", "是", "充电宝", "", ""]


async def signed_in(phone_page: Opener, city: Running, who: str) -> Page:
    """Somebody of the staff, at his home."""
    page = await phone_page(f"{city.url}/officer/")
    await page.get_by_role("region", name="演示账号").get_by_role("button", name=who, exact=True).click()
    return page


def file(tables: dict[str, list[list[str]]]) -> FilePayload:
    """A spreadsheet as a clerk saved it."""
    return {
        "name": "事项.xlsx",
        "mimeType": MEDIA[FileFormat.XLSX],
        "buffer": sheets.write(SheetFormat.XLSX, tables),
    }


async def filed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The filed cases of the district with their rules and deadlines, as the dispatcher sees them."""
    ask = """{ orders(first: 60) { items {
      id chosenFrom rule { id limitValue closeCondition } clock { dueAt } } } }"""
    headers = {"authorization": f"Bearer {await signed_in_by_http(client, 'dd01')}"}
    answer = await client.post("/graphql", json={"query": ask}, headers=headers)
    return [order for order in answer.json()["data"]["orders"]["items"] if order["rule"]]


async def test_a_spreadsheet_with_faults_is_mended_published_by_a_second_person_and_used(
    city: Running, phone_page: Opener
) -> None:
    async with httpx.AsyncClient(base_url=city.url) as client:
        tables = await rows_of(client, await signed_in_by_http(client, "xt01"))
        running = await filed(client)
    assert running
    luo = await signed_in(phone_page, city, "以系统管理员罗敏登录")
    await expect(luo.get_by_role("heading", level=1, name="配置台")).to_be_visible()
    await luo.get_by_role("button", name="导入", exact=True).click()
    dialog = luo.get_by_role("dialog", name="导入")

    matters, rules = tables["管理事项"], tables["立案条件"]
    for each in rules[1:]:
        each[3] = "1"  # every limit gets shorter, or longer
    rule = ["06996", "1", "散落在人行道", "0", "小时", "已收走", *[""] * (len(rules[0]) - 6)]
    await dialog.get_by_label("文件").set_input_files(
        file({"管理事项": [*matters, NEW], "立案条件": [*rules, rule]})
    )
    await dialog.get_by_role("button", name="检查并提出").click()
    faults = dialog.get_by_role("region", name="错误列表")
    await expect(faults.get_by_role("row")).to_have_count(3)  # the heading and two faults
    await expect(faults).to_contain_text(f"立案条件 第 {len(rules) + 1} 行")
    await expect(faults).to_contain_text("必须大于 0")
    await expect(faults).to_contain_text("不是可选的值")

    rule[3:5] = ["4", "工作时"]
    await dialog.get_by_label("文件").set_input_files(
        file({"管理事项": [*matters, NEW], "立案条件": [*rules, rule]})
    )
    await dialog.get_by_role("button", name="检查并提出").click()
    await expect(
        luo.get_by_role("heading", level=1, name=re.compile(r"^事项目录 第 \d+ 版$"))
    ).to_be_visible()
    await expect(luo.get_by_role("list", name="发布意味着")).to_contain_text("新增 1 个事项")
    await expect(luo.get_by_role("list", name="变化")).to_contain_text("共享充电宝乱丢")
    await expect(luo.get_by_role("list", name="发布意味着")).to_contain_text("件在办工单仍按立案时的版本")
    await expect(luo.get_by_text("要由另一位系统管理员发布")).to_be_visible()
    await expect(luo.get_by_role("button", name="发布", exact=True)).to_have_count(0)

    dispatcher = await signed_in(phone_page, city, "以调度员李梅登录")
    feng = await signed_in(phone_page, city, "以系统管理员冯杰登录")
    await feng.goto(luo.url)
    await feng.get_by_role("button", name="发布", exact=True).click()
    await (
        feng.get_by_role("dialog", name=re.compile("^发布第")).get_by_role("button", name="确认发布").click()
    )
    await expect(feng.get_by_role("main")).to_contain_text("现行")

    # the dispatcher's picker has it, by what people call it, on a page that was open before
    await dispatcher.get_by_role("button", name="改派其他部门").first.click()
    reassign = dispatcher.get_by_role("dialog", name="改派其他部门")
    await reassign.get_by_role("button", name=re.compile("改类别")).first.click()

    async def offered() -> Any:  # an edition reaches every process within a second or two
        for words in ("", "充电宝"):
            await reassign.get_by_role("searchbox").fill(words)
        await dispatcher.wait_for_timeout(500)
        return await reassign.get_by_role("radio", name=re.compile("共享充电宝乱丢")).count()

    assert await eventually(offered, within=15)

    async with httpx.AsyncClient(base_url=city.url) as client:
        assert await filed(client) == running
