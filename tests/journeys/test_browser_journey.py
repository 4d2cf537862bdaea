"""One problem's whole way, played in real browsers by five people at once."""

import re
from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.servers import Running

pytestmark = pytest.mark.timeout(180)
Opener = Callable[..., Awaitable[Page]]


def photo(word: str, colour: str) -> FilePayload:
    """A picture as a phone takes it."""
    image = Image.new("RGB", (1200, 900), colour)
    ImageDraw.Draw(image).text((60, 60), word, fill="white")
    out = BytesIO()
    image.save(out, "JPEG")
    return {"name": f"{word}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def signed_in(phone_page: Opener, city: Running, app: str, who: str) -> Page:
    """Somebody of the staff, at his home."""
    page = await phone_page(f"{city.url}/{app}/")
    await page.get_by_role("region", name="演示账号").get_by_role("button", name=who, exact=True).click()
    return page


async def heading(page: Page, name: str | re.Pattern[str]) -> None:
    """The page has this h1."""
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


async def kept(page: Page) -> None:
    """The whole app is on the phone: from here on it opens without a network."""
    await page.evaluate("""() => navigator.serviceWorker.controller ?? new Promise((done) =>
        navigator.serviceWorker.addEventListener('controllerchange', () => done()))""")


async def holds(page: Page, app: str, *names: str) -> None:
    """What the app keeps under these names is on the phone too."""
    await page.wait_for_function(
        """async ([app, names]) => {
            const answer = asked => new Promise(done => { asked.onsuccess = () => done(asked.result) })
            const db = await answer(indexedDB.open(`sanwei-${app}`))
            const keys = await answer(db.transaction('answers').objectStore('answers').getAllKeys())
            db.close()
            return names.every(name => keys.some(key => key.endsWith(`/${name}`)))
        }""",
        arg=[app, names],
    )


async def report(page: Page, text: str) -> str:
    """A citizen's report with a photo, from where he stands. Returns its number."""
    await page.get_by_role("link", name="我要反映").click()
    await heading(page, "反映问题")
    await page.get_by_label("拍照或选图").set_input_files(photo("before", "darkred"))
    await expect(page.get_by_role("img", name=re.compile("^照片 1"))).to_be_visible()
    await page.get_by_role("textbox", name="问题描述").fill(text)
    await expect(page.get_by_role("group", name="位置")).to_contain_text("逢源街道")
    await page.get_by_role("button", name="提交", exact=True).click()
    await heading(page, "已提交")
    said = await page.get_by_role("main").inner_text()
    number = re.search(r"[A-Z]{1,3}\d{8}-?\d{4,}", said)
    assert number, said
    return number.group()


async def test_from_a_citizens_phone_to_a_closed_rated_order_a_leader_supervised(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    leader = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await heading(leader, "今日")
    figures = leader.get_by_role("region", name="今日概况")
    new = figures.get_by_role("link", name=re.compile(r"^新收 \d+ 件"))
    came = int(re.findall(r"\d+", await new.inner_text())[0])
    dispatcher = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(dispatcher, "派单台")

    number = await report(citizen, "永庆坊门口路灯不亮，晚上看不清路。")
    await expect(new).to_contain_text(str(came + 1), timeout=5_000)

    # the dispatcher receives it live and finds it by its number; one tap, and it can be taken back
    await find(dispatcher, number)
    advice = dispatcher.get_by_role("region", name="系统建议")
    await expect(advice).to_contain_text("区住建局")
    await dispatcher.get_by_role("button", name="按建议派单").click()
    toast = dispatcher.get_by_role("status", name="提示")
    await expect(toast).to_contain_text("已派给")
    await dispatcher.get_by_role("button", name="撤销").click()
    await find(dispatcher, number)
    await dispatcher.get_by_role("button", name="按建议派单").click()
    await expect(toast).to_contain_text("已派给")

    # the handler signs; without a photo he is refused with a reason; then he hands in
    handler = await signed_in(phone_page, city, "officer", "以经办人赵敏登录")
    await heading(handler, "部门待办")
    await open_case(handler, "待办列表")
    await handler.get_by_role("button", name="签收", exact=True).click()
    await citizen.get_by_role("link", name="查看进度").click()
    await expect(citizen.get_by_role("status", name="当前状态")).to_contain_text("处置中", timeout=8_000)
    await hand_in(handler, "已更换灯具，恢复照明。", with_photo=False)
    await expect(handler.get_by_role("alert")).to_contain_text("照片")
    await hand_in(handler, "已更换灯具，恢复照明。", opened=True)

    # an officer who is not of that unit checks on the spot: fails it once, then passes
    officer = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await heading(officer, "今日任务")
    await check(officer, "未解决", camera=False)
    await handler.goto(f"{city.url}/officer/#/")
    await open_case(handler, "待办列表")
    await expect(handler.get_by_role("main")).to_contain_text("未解决")
    await handler.get_by_role("button", name="签收", exact=True).click()
    await hand_in(handler, "已更换电缆并试亮。")
    await check(officer, "已解决", camera=True)

    # the dispatcher closes; the citizen saw each step live, and rates it unsolved
    await find(dispatcher, number, lane="待结案")
    await dispatcher.get_by_role("button", name="结案", exact=True).click()
    sheet = dispatcher.get_by_role("dialog")
    await sheet.get_by_role("button", name=re.compile("结案")).click()
    await expect(sheet.get_by_role("alert")).to_contain_text("结案条件")
    await sheet.get_by_role("checkbox").check()
    await sheet.get_by_role("button", name=re.compile("结案")).click()
    await expect(citizen.get_by_role("status", name="当前状态")).to_contain_text("已办结", timeout=8_000)
    await expect(citizen.get_by_role("region", name="处置前后对比")).to_be_visible()
    await citizen.get_by_role("link", name="评价").click()
    await heading(citizen, "评价办理结果")
    await citizen.get_by_role("radiogroup", name="问题解决了吗").get_by_text("未解决", exact=True).click()
    await citizen.get_by_role("radiogroup", name="您对服务满意吗").get_by_text("不满意", exact=True).click()
    await citizen.get_by_role("button", name="提交并要求继续处理").click()
    await expect(citizen.get_by_role("status", name="当前状态")).to_contain_text("重新办理", timeout=8_000)

    # the leader sees the card, supervises in two taps, and reads the unit's answer
    cards = leader.get_by_role("region", name="红黄牌")
    await cards.get_by_role("link", name=re.compile("^全部")).click()  # graver ones stand before it
    await heading(leader, "红黄牌")
    await leader.get_by_role("button", name=re.compile("^督办：永庆坊门口路灯")).click()
    dialog = leader.get_by_role("dialog", name="发出督办")
    await dialog.get_by_role("button", name="发出督办").click()
    await expect(leader.get_by_role("status", name="提示")).to_contain_text("督办已发出")
    await handler.goto(f"{city.url}/officer/#/")
    await open_case(handler, "待办列表")
    await expect(handler.get_by_role("button", name="签收督办")).to_be_visible(timeout=8_000)
    await handler.get_by_role("button", name="签收督办").click()
    await handler.get_by_role("button", name="回复督办").click()
    await handler.get_by_role("textbox", name="回复内容").fill("今晚 20:00 前修好。")
    await handler.get_by_role("button", name="发送回复").click()
    await leader.get_by_role("navigation", name="主导航").get_by_role("link", name="督办").click()
    await expect(leader.get_by_role("main")).to_contain_text("今晚 20:00 前修好。", timeout=8_000)
    answered = leader.get_by_role("listitem").filter(has_text="今晚 20:00 前修好。")
    await answered.get_by_role("button", name="办结督办").click()
    await expect(leader.get_by_role("status", name="提示")).to_contain_text("督办已办结")


async def open_case(page: Page, name: str) -> None:
    """Tap the case in a list; what came while the list was open waits behind the pill."""
    row = page.get_by_role("list", name=name).get_by_role("link", name=re.compile("永庆坊门口路灯"))
    pill = page.get_by_role("button", name=re.compile(r"有 \d+ 条新内容"))

    for _ in range(15):  # what is shown first may come from the phone's own copy
        if await pill.is_visible():
            await pill.click()
        try:
            return await row.first.click(timeout=1_000)
        except PlaywrightTimeout:
            continue
    pytest.fail(f"{name} never showed the case")


async def find(page: Page, number: str, *, lane: str = "待派单") -> None:
    """Put a case on the dispatcher's screen."""
    await page.get_by_role("tab", name=re.compile(f"^{lane}")).click()
    await page.get_by_role("searchbox").first.fill(number)
    # the list has heard of it: until then the case on the screen may be the one that happened to be first
    await expect(page.locator("#main ul[aria-live=off] > li")).to_have_count(1, timeout=8_000)
    await expect(page.locator("#main article").first).to_contain_text(number, timeout=8_000)


async def hand_in(page: Page, text: str, *, with_photo: bool = True, opened: bool = False) -> None:
    """提交处置结果."""
    if not opened:
        await page.get_by_role("button", name="提交结果", exact=True).click()
        await heading(page, "提交处置结果")
    if with_photo:
        await page.get_by_label("处置后照片").set_input_files(photo("after", "darkgreen"))
    await page.get_by_role("textbox", name="处置说明（市民可见）").fill(text)
    await page.get_by_role("button", name="提交结果", exact=True).click()


async def check(page: Page, conclusion: str, *, camera: bool) -> None:
    """结果核查, on the spot: with the camera over the photo from before, or by a file."""
    await page.get_by_role("navigation", name="主导航").get_by_role("link", name="任务").click()
    await open_case(page, "任务列表")
    await heading(page, "结果核查")
    await page.get_by_role("radiogroup", name="核查结论").get_by_text(conclusion, exact=True).click()
    if camera:
        await page.get_by_role("button", name="对着原图拍").click()
        sheet = page.get_by_role("dialog", name="对着原图拍")
        await expect(sheet.get_by_role("img", name="处置前的照片，淡影")).to_be_visible()
        await sheet.get_by_role("button", name="拍下").click()
    else:
        await page.get_by_label("核查照片").set_input_files(photo("check", "darkblue"))
    await expect(page.get_by_role("button", name="删除照片 1")).to_be_visible()
    await page.get_by_role("button", name="提交核查").click()
    told, page_left = page.get_by_role("alert"), page.get_by_role("heading", level=1, name="今日任务")
    await told.or_(page_left).first.wait_for()
    if await told.is_visible():  # quicker than the network: the case was shown from the phone's own copy
        await expect(told).to_contain_text("刚刚有人更新了这件事")
        await page.get_by_role("button", name="提交核查").click()
    await expect(page_left).to_be_visible(timeout=8_000)
