"""Five minutes between two meetings: a leader's day, its map and his team, in a real browser."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.test_browser_evaluation import total
from tests.journeys.test_browser_journey import heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
Opener = Callable[..., Awaitable[Page]]
FIGURES = (r"^新收 \d+ 件", r"^在办 \d+ 件", r"^超期 \d+ 件")


async def number_in(cell: Locator) -> float:
    """The first number a cell or sentence says."""
    return float(re.findall(r"\d+(?:\.\d+)?", await cell.inner_text())[0])


async def test_from_todays_figures_to_their_cases(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await heading(page, "今日")
    board = page.get_by_role("region", name="今日概况")
    await expect(board.get_by_role("link", name=re.compile("^满意率"))).to_be_visible()
    await expect(page.get_by_role("main").get_by_text(re.compile("今天新收"))).to_be_visible()
    for figure in FIGURES:
        link = board.get_by_role("link", name=re.compile(figure))
        said = int(re.findall(r"\d+", await link.get_attribute("aria-label") or await link.inner_text())[0])
        await link.click()  # first tap
        assert await total(page) == said
        if said:
            cases = page.get_by_role("list", name="案件列表")
            await cases.get_by_role("link").first.click()  # second
            await expect(page.get_by_role("list", name="办理过程")).to_be_visible()
            await page.get_by_role("button", name="返回").click()
        await page.get_by_role("button", name="返回").click()
        await heading(page, "今日")
    await expect(page.get_by_role("list", name="值得表扬")).to_contain_text("感谢网格员")


async def test_the_map_and_its_table_say_the_same_down_to_a_grid(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await page.get_by_role("navigation", name="主导航").get_by_role("link", name="地图", exact=True).click()
    await heading(page, "地图")
    measures = page.get_by_role("radiogroup", name="看什么")
    await measures.get_by_role("radio", name="新收").check()
    await page.get_by_role("radio", name="近 30 天").check()
    table = page.get_by_role("table", name="各街道")
    row = table.get_by_role("row").filter(has_text="逢源街道")
    n = await number_in(row.get_by_role("cell").first)
    assert n > 10  # enough for a rate
    rate = await number_in(row.get_by_role("cell").nth(1))
    assert rate > 0
    await expect(table.get_by_role("row").filter(has_text="海龙街道")).to_contain_text("样本少")
    await page.get_by_role("radio", name="件数", exact=True).check()
    await expect(page.get_by_text(f"逢源街道近 30 天新收 {n:.0f} 件，最多")).to_be_visible()
    await page.get_by_role("button", name="看列表").click()
    await expect(page.get_by_role("heading", name="各街道")).to_be_focused()

    await row.get_by_role("link", name="逢源街道", exact=True).click()
    assert await total(page) == n  # the very cases behind the number
    await page.get_by_role("button", name="返回").click()
    await row.get_by_role("link", name=re.compile("^看社区")).click()
    communities = page.get_by_role("table", name="各社区")
    await expect(communities).to_be_visible()
    counts = [await number_in(each) for each in await communities.locator("tbody td:nth-child(2)").all()]
    assert sum(counts) <= n  # some are known to the street only
    fullest = communities.get_by_role("row").nth(1)
    await fullest.get_by_role("link", name=re.compile("^看网格")).click()
    cells = page.get_by_role("table", name="各网格")
    await expect(cells).to_be_visible()
    deepest = [await number_in(each) for each in await cells.locator("tbody td:nth-child(2)").all()]
    assert sum(deepest) == max(counts)
    await page.get_by_role("link", name="全部").click()
    await expect(table).to_be_visible()


async def test_the_team_is_compared_by_area_and_never_by_person(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await page.get_by_role("link", name="队伍", exact=True).click()
    await heading(page, "队伍")
    row = page.get_by_role("table", name="各街道").get_by_role("row").filter(has_text="逢源街道")
    visited, required = map(int, re.findall(r"(\d+)/(\d+)", await row.inner_text())[0])
    assert 0 < visited < required
    said = page.get_by_text(re.compile(f"应巡 {required} 处，走到 {visited} 处"))
    await expect(said).to_be_visible()
    await expect(page.get_by_role("main")).not_to_contain_text("陈嘉敏")
    await page.get_by_role("radio", name="近 30 天").check()
    more = page.get_by_text(re.compile(r"应巡 \d+ 处"))
    assert int(re.findall(r"应巡 (\d+)", await more.inner_text())[0]) >= required
    await row.get_by_role("link", name="逢源街道").click()
    await expect(page.get_by_role("table", name="各社区")).to_be_visible()


async def test_a_red_card_becomes_an_order_with_a_date_in_two_taps(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await (
        page.get_by_role("region", name="红黄牌")
        .get_by_role("button", name=re.compile("^督办："))
        .first.click()
    )
    sheet = page.get_by_role("dialog", name="发出督办")
    wanted = sheet.get_by_role("radiogroup", name="要求办结")
    await expect(wanted.get_by_role("radio", name="24小时")).to_be_checked()
    await expect(sheet.get_by_role("textbox", name="批示")).not_to_have_value("")
    await sheet.get_by_role("button", name="发出督办").click()
    told = page.get_by_role("status", name="提示")
    await expect(told).to_contain_text("督办已发出")
    await told.get_by_role("button", name="撤销").click()
    await expect(told).to_contain_text("已撤销")


async def test_a_deputy_goes_into_the_leaders_post_and_says_so(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    mine = page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的", exact=True)
    await mine.click()
    await page.get_by_role("button", name="指定代理人").click()
    sheet = page.get_by_role("dialog", name="指定代理人")
    await sheet.get_by_role("button", name="确认指定").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("请填写这一项")
    await sheet.get_by_role("textbox", name="原因").fill("出差")
    await sheet.get_by_role("button", name="确认指定").click()
    await page.get_by_role("button", name="收回代理").click()
    await expect(page.get_by_role("button", name="指定代理人")).to_be_visible()
    await page.get_by_role("button", name="代余书记办理").click()
    await heading(page, "今日")
    banner = page.get_by_role("link", name="正在代余书记办理")
    await expect(banner).to_be_visible()
    await mine.click()
    await expect(page.get_by_text("逢源街道", exact=True)).to_be_visible()  # the area of this post
    await page.get_by_role("button", name="回到自己的岗位").click()
    await heading(page, "今日")
    await expect(banner).to_have_count(0)
