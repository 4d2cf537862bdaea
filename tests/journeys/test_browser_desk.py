"""A queue cleared by keyboard at a desk and by thumb on a phone; and who is told of it."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.test_browser_journey import heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
Opener = Callable[..., Awaitable[Page]]


def lane(page: Page) -> Locator:
    """待派单, which says how many cases wait."""
    return page.get_by_role("tab", name="待派单", exact=True)


async def waiting(page: Page) -> int:
    """How many cases wait."""
    await expect(lane(page)).to_have_attribute("data-count", re.compile("[1-9]"))
    return int(await lane(page).get_attribute("data-count") or 0)


async def falls_to(page: Page, n: int) -> None:
    """The lane says so."""
    await expect(lane(page)).to_have_attribute("data-count", str(n))


async def test_the_queue_is_cleared_by_keyboard_at_a_desk(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/officer/", desktop=True)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await (
        page.get_by_role("region", name="演示账号")
        .get_by_role("button", name="以调度员李梅登录")
        .press("Enter")
    )
    await heading(page, "派单台")
    advice, toast = page.get_by_role("region", name="系统建议"), page.get_by_role("status", name="提示")
    await expect(advice).to_be_visible()  # the first case lies open at once
    before = await waiting(page)
    assert before >= 2

    await page.keyboard.press("?")  # what the keys are
    await expect(page.get_by_role("dialog")).to_contain_text("派单")
    await page.keyboard.press("Escape")
    await page.keyboard.press("d")  # another unit; on second thoughts not
    await expect(page.get_by_role("dialog", name="改派其他部门")).to_be_visible()
    await page.keyboard.press("Escape")

    left = before
    for _ in range(before):
        if not await page.get_by_role("button", name="按建议派单").is_visible():
            await page.keyboard.press("j")
            continue
        await page.keyboard.press("a")
        await expect(toast).to_contain_text("已派给")
        left -= 1
        await falls_to(page, left)
    assert left < before - 1
    await page.keyboard.press("u")  # the last one comes back
    await falls_to(page, left + 1)


async def test_the_queue_is_cleared_by_thumb_on_a_phone_and_the_unit_is_told(
    city: Running, phone_page: Opener
) -> None:
    handler = await signed_in(phone_page, city, "officer", "以经办人赵敏登录")
    await heading(handler, "部门待办")
    page = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(page, "派单台")
    advice, toast = page.get_by_role("region", name="系统建议"), page.get_by_role("status", name="提示")
    await expect(advice).to_be_visible()
    await page.get_by_role("searchbox").first.fill("")
    before = await waiting(page)
    button = page.get_by_role("button", name="按建议派单")
    sent: dict[str, str] = {}  # title → what was advised
    for n in range(1, 3):
        await expect(button).to_be_visible()
        box = await button.bounding_box()
        assert box and box["y"] > 844 * 0.75 and box["height"] >= 48  # in the thumb's reach
        sent[await page.locator("#case").inner_text()] = await advice.inner_text()
        await button.tap()
        await expect(toast).to_contain_text("已派给")
        await falls_to(page, before - n)

    [title, *_] = [title for title, words in sent.items() if "区住建局" in words]
    bell = handler.get_by_role("link", name=re.compile(r"^消息，\d+ 条未读$"))
    await bell.click(timeout=15_000)
    await heading(handler, "消息")
    told = handler.get_by_role("list", name="消息列表").get_by_role("link").filter(has_text=title)
    pill = handler.get_by_role("button", name=re.compile(r"有 \d+ 条新内容"))  # what came while one looks
    await pill.or_(told).first.wait_for(timeout=15_000)
    if await pill.is_visible():
        await pill.click()
    await expect(told).to_contain_text("已派单给区住建局")
    await told.click()
    await expect(handler.get_by_role("button", name="签收", exact=True)).to_be_visible()
