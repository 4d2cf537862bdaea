"""A leader asks who differs really, reads the day's brief and takes a report home, in a real browser."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.journeys.test_browser_journey import heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
Opener = Callable[..., Awaitable[Page]]
TOTAL = re.compile(r"共 \d+ 件")


def sheets_of(path: Path) -> list[str]:
    """The names of a workbook's sheets."""
    return CalamineWorkbook.from_path(str(path)).sheet_names


async def total(page: Page) -> int:
    """What the list says of its length."""
    said = page.get_by_role("status").filter(has_text=TOTAL)
    await expect(said).to_be_visible()
    return int(re.findall(r"\d+", await said.inner_text())[0])


async def test_from_a_ranking_to_one_case_and_from_the_brief_to_its_cases(
    city: Running, phone_page: Opener
) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await heading(page, "今日")
    nav = page.get_by_role("navigation", name="主导航")

    # first tap: who differs
    await nav.get_by_role("link", name="排名", exact=True).click()
    await heading(page, "排名")
    await expect(page.get_by_role("radiogroup", name="指标")).to_be_visible()
    table = page.get_by_role("table", name="各部门比较")
    rows = table.get_by_role("row")
    ranked = rows.filter(has_text="区住建局")
    await expect(ranked).to_contain_text(re.compile("明显较好|无显著差异|明显较差"))
    await expect(rows.filter(has_text="区水务局")).to_contain_text("样本不足，不排")
    await page.get_by_role("button", name="这样比公平吗").click()
    fair = page.get_by_role("dialog", name="这样比公平吗")
    await expect(fair).to_contain_text("难的不吃亏")
    await fair.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="看表格").click()
    await expect(page.get_by_role("table", name="各项数字")).to_contain_text("区住建局")
    await page.get_by_role("button", name="看图").click()

    # second tap: the very cases, as many as the row counts; third tap: one of them
    part, n = map(int, re.findall(r"(\d+)/(\d+)", await ranked.inner_text())[0])
    assert part <= n
    await ranked.get_by_role("link", name="区住建局").click()
    await heading(page, "区住建局")
    assert await total(page) == n
    await page.get_by_role("radio", name=f"按时 {part}").check()
    await expect(page.get_by_role("status").filter(has_text=f"共 {part} 件")).to_be_visible()
    await page.get_by_role("list", name="案件列表").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("区住建局")

    # the brief: every figure opens as many cases as it says
    await page.goto(f"{city.url}/leader/")
    await heading(page, "今日")
    await page.get_by_role("link", name="每日简报").click()
    await heading(page, "每日简报")
    for button in ("听简报", "复制文字"):
        await expect(page.get_by_role("button", name=button)).to_be_visible()
    sentences = page.get_by_role("main").get_by_role("list").first.get_by_role("listitem")
    await expect(sentences).to_have_count(5)
    figures = sentences.get_by_role("link")
    for at in range(await figures.count()):
        said = int(await figures.nth(at).inner_text())
        await figures.nth(at).click()
        assert await total(page) == said
        await page.get_by_role("button", name="返回").click()
        await heading(page, "每日简报")

    # a rate of the report opens as many cases as it is of, and those it counts
    await nav.get_by_role("link", name="排名", exact=True).click()
    await page.get_by_role("link", name="周报月报").click()
    await heading(page, "周报月报")
    unit = page.get_by_role("table", name="各部门").get_by_role("row").filter(has_text="区住建局")
    part, n = map(int, re.findall(r"(\d+)/(\d+)", await unit.inner_text())[0])
    await unit.get_by_role("link").first.click()
    await heading(page, "区住建局")
    await expect(page.get_by_text(f"按期处置：{n} 件里计入 {part} 件")).to_be_visible()
    assert await total(page) == n
    await page.get_by_role("radio", name=f"计入 {part}").check()
    await expect(page.get_by_role("status").filter(has_text=f"共 {part} 件")).to_be_visible()
    await page.get_by_role("radio", name=f"全部 {n}").check()
    await expect(page.get_by_role("status").filter(has_text=f"共 {n} 件")).to_be_visible()
    await page.get_by_role("button", name="返回").click()
    await heading(page, "周报月报")

    # which is read again where there is no network
    await page.context.set_offline(True)
    await unit.get_by_role("link").first.click()
    await expect(page.get_by_role("list", name="案件列表").get_by_role("listitem")).to_have_count(n)
    await page.context.set_offline(False)
    await page.get_by_role("button", name="返回").click()
    await heading(page, "周报月报")

    # it is taken home, with a purpose
    await page.get_by_role("button", name="导出表格").click()
    sheet = page.get_by_role("dialog", name="导出表格")
    await sheet.get_by_role("textbox", name="用途（会记录）").fill("区长办公会")
    async with page.expect_download() as coming:
        await sheet.get_by_role("button", name="导出表格").click()
    assert sheets_of(await (await coming.value).path())[0] == "各部门"
