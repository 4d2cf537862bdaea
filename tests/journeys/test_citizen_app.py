"""What a citizen's phone can do by itself: a voice, a blurred photo, a family, a kiosk, a farewell."""

import re
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image, ImageStat
from playwright.async_api import FilePayload, FloatRect, Page, expect

from tests.journeys.test_browser_journey import Opener, find, heading, signed_in
from tests.servers import Running
from tests.walk import grave

pytestmark = pytest.mark.timeout(90)
NUMBER = re.compile(r"[A-Z]{1,3}\d{8}-?\d{4,}")
KEPT = """async () => {
  const answer = asked => new Promise(done => { asked.onsuccess = () => done(asked.result) })
  const db = await answer(indexedDB.open('sanwei-citizen'))
  const [row] = await answer(db.transaction('outbox').objectStore('outbox').getAll())
  const [key] = await answer(db.transaction('keys').objectStore('keys').getAll())
  const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv }, key, row.data)
  const length = new DataView(bytes).getUint32(0)  // of the act, before the bytes of its photos
  const op = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)))
  const text = blob => new Promise(done => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result.split(',')[1])
    reader.readAsDataURL(blob)
  })
  const kept = {}
  let at = 4 + length
  for (const { blob: { $blob: [type, size] } } of op.photos) {
    kept[type] = await text(new Blob([bytes.slice(at, at + size)]))
    at += size
  }
  return kept
}"""  # what the phone will send, by kind

LEFT = """async () => {
  const answer = asked => new Promise(done => { asked.onsuccess = () => done(asked.result) })
  const db = await answer(indexedDB.open('sanwei-citizen'))
  const count = name => answer(db.transaction(name).objectStore(name).count())
  const keys = await answer(db.transaction('answers').objectStore('answers').getAllKeys())
  const mine = keys.filter(key => /case[/]|receipt|family/.test(key))
  return { outbox: await count('outbox'), drafts: await count('drafts'), mine }
}"""  # what the terminal still knows of somebody

FOCUSED = """() => {
  const one = document.activeElement
  return one?.getAttribute('aria-label') || one?.labels?.[0]?.textContent?.trim() || one?.textContent?.trim()
}"""  # what the thing under the keyboard is called


def speckled() -> FilePayload:
    """A picture full of detail, with the place it was taken in it."""
    exif = Image.Exif()
    exif[0x9003] = "2026:03:02 08:55:00"
    out = BytesIO()
    Image.effect_noise((1200, 900), 120).convert("RGB").save(out, "JPEG", exif=exif)
    return {"name": "street.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def contrast(raw: bytes, at: tuple[int, int]) -> float:
    """How much the grey of a small square of a picture varies."""
    x, y = at
    square = Image.open(BytesIO(raw)).convert("L").crop((x - 20, y - 20, x + 20, y + 20))
    return ImageStat.Stat(square).stddev[0]


async def say(page: Page, seconds: float) -> None:
    """Hold 语音输入 for so long."""
    button = page.get_by_role("button", name="语音输入")
    box: FloatRect | None = await button.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await expect(page.get_by_text(re.compile("正在录音"))).to_be_visible()
    await page.wait_for_timeout(seconds * 1000)
    await page.mouse.up()


async def test_a_voice_and_a_blurred_photo_reach_the_desk(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/citizen/")
    await page.context.grant_permissions(["microphone", "geolocation"])
    await page.get_by_role("link", name="我要反映").click()
    await heading(page, "反映问题")
    await page.get_by_label("拍照或选图").set_input_files(speckled())
    await page.get_by_role("button", name="打码照片 1").click()
    sheet = page.get_by_role("dialog", name="打码")
    canvas = sheet.get_by_role("application")
    await canvas.focus()
    for key in ("ArrowRight", "ArrowLeft", "Enter"):
        await page.keyboard.press(key)
    await expect(sheet.get_by_role("status")).to_have_text("已打码 1 处")
    box = await canvas.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 15, box["y"] + 15)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 90, box["y"] + 30, steps=4)
    await page.mouse.up()
    await expect(sheet.get_by_role("status")).to_have_text("已打码 2 处")
    await sheet.get_by_role("button", name="撤销一笔").click()
    await expect(sheet.get_by_role("status")).to_have_text("已打码 1 处")
    await sheet.get_by_role("button", name="用打码后的照片").click()
    await expect(sheet).to_be_hidden(timeout=15_000)  # writing a picture takes a busy machine a while

    await say(page, 1.6)
    notes = page.get_by_role("list", name="语音")
    await expect(notes.get_by_role("button", name=re.compile(r"^语音 [12] 秒$"))).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.get_by_text("已存在手机里")).to_be_visible()
    kept: dict[str, str] = await page.evaluate(KEPT)
    sent = {kind: b64decode(raw) for kind, raw in kept.items()}
    await page.context.set_offline(False)
    await expect(page.get_by_text(NUMBER)).to_be_visible()
    number = NUMBER.search(await page.get_by_role("main").inner_text())
    assert number and sent["audio/wav"][:4] == b"RIFF" and b"Exif" not in sent["image/jpeg"]
    grain = [contrast(sent["image/jpeg"], at) for at in ((600, 450), (80, 60), (1100, 800))]
    assert grain[0] < 25 < 60 < min(grain[1:])  # one place alone is mosaic: the undone stroke is not
    await page.get_by_role("link", name="查看进度").click()
    await expect(page.get_by_role("button", name=re.compile(r"^语音 [12] 秒$"))).to_be_visible()

    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await find(desk, number.group())
    play = desk.get_by_role("button", name=re.compile(r"^语音 [12] 秒$"))
    await play.click()
    await expect(play).to_have_attribute("aria-pressed", "true")


async def test_without_a_microphone_typing_is_the_whole_way(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/citizen/")
    await page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')) }"
    )
    await page.get_by_role("link", name="我要反映").click()
    await page.get_by_role("button", name="语音输入").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(re.compile("没用上话筒"))).to_be_visible()
    await page.get_by_role("textbox", name="问题描述").fill("井盖破了。")
    await page.get_by_role("button", name="提交", exact=True).click()
    await heading(page, "已提交")


async def signed_in_by_phone(page: Page, mobile: str) -> None:
    """A citizen proves his phone with the code the demo shows."""
    await page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的").click()
    await page.get_by_role("link", name="登录").click()
    await heading(page, "手机验证")
    await prove(page, mobile)


async def prove(page: Page, mobile: str) -> None:
    """Fill in 手机验证."""
    await page.get_by_role("textbox", name="手机号").fill(mobile)
    await page.get_by_role("button", name="获取验证码").click()
    told = await page.get_by_text(re.compile(r"演示验证码 \d{6}")).inner_text()
    await page.get_by_role("textbox", name="验证码").fill(told[-6:])
    await page.get_by_role("button", name="确认").click()
    await heading(page, "进度")


async def file(page: Page, text: str) -> str:
    """A report in words alone. Returns its number."""
    await page.goto(f"{page.url.partition('#')[0]}#/report")
    await heading(page, "反映问题")
    await page.get_by_role("textbox", name="问题描述").fill(text)
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.get_by_text(NUMBER)).to_be_visible()
    number = NUMBER.search(await page.get_by_role("main").inner_text())
    assert number
    await page.goto(f"{page.url.partition('#')[0]}#/")
    return number.group()


async def test_a_guests_case_goes_along_and_the_phone_forgets_at_the_end(
    city: Running, phone_page: Opener
) -> None:
    first = await phone_page(f"{city.url}/citizen/")
    await file(first, "楼道灯不亮，请来看看。")
    await signed_in_by_phone(first, "13800138077")
    case = first.get_by_role("link", name=re.compile("楼道灯不亮"))
    await expect(case).to_be_visible()

    other = await phone_page(f"{city.url}/citizen/")
    await signed_in_by_phone(other, "13800138077")
    await other.get_by_role("link", name=re.compile("楼道灯不亮")).click()
    await expect(other.get_by_role("status", name="当前状态")).to_be_visible()

    # a half-written report and the case are gone with the person, and the case is still his
    await first.goto(f"{city.url}/citizen/#/report")
    await first.get_by_role("textbox", name="问题描述").fill("写了一半的话")
    await first.wait_for_timeout(2_300)
    await first.get_by_role("button", name="返回").click()
    await first.get_by_role("navigation", name="主导航").get_by_role("link", name="我的").click()
    await first.get_by_role("button", name="退出登录").click()
    await expect(first.get_by_role("link", name="登录")).to_be_visible()
    await first.get_by_role("navigation", name="主导航").get_by_role("link", name="进度").click()
    await expect(first.get_by_text("还没有反映过问题")).to_be_visible()
    await expect(case).to_have_count(0)
    await first.goto(f"{city.url}/citizen/#/report")
    await heading(first, "反映问题")
    await expect(first.get_by_text("继续上次未提交的内容")).to_have_count(0)
    await other.reload()
    await expect(other.get_by_role("status", name="当前状态")).to_be_visible()


async def test_a_daughter_files_for_her_mother(city: Running, phone_page: Opener) -> None:
    mother, daughter = [await phone_page(f"{city.url}/citizen/") for _ in range(2)]
    await signed_in_by_phone(mother, "13800138078")
    await signed_in_by_phone(daughter, "13800138079")
    for page in (mother, daughter):
        await page.goto(f"{city.url}/citizen/#/me/family")
        await heading(page, "代办人")
    await mother.get_by_role("button", name="显示代办码").click()
    shown = await mother.get_by_text(re.compile(r"^\d{3} \d{3}$")).inner_text()
    await daughter.get_by_role("textbox", name="家人的代办码").fill(shown)
    await daughter.get_by_role("button", name="确认代办").click()
    await expect(daughter.get_by_role("main")).to_contain_text("138****8078")

    await daughter.goto(f"{city.url}/citizen/#/report")
    await daughter.get_by_role("radiogroup", name="替谁办").get_by_text("家人 138****8078").click()
    await daughter.get_by_role("textbox", name="问题描述").fill("妈妈家门口的台阶松了。")
    await daughter.get_by_role("button", name="提交", exact=True).click()
    await heading(daughter, "已提交")
    await mother.goto(f"{city.url}/citizen/#/cases")
    await mother.get_by_role("link", name=re.compile("台阶松了")).click()
    await expect(mother.get_by_role("main")).to_contain_text("别人替您提交的")

    await mother.goto(f"{city.url}/citizen/#/me/family")
    await mother.get_by_role("button", name="解除与 138****8079 的代办").click()
    await mother.get_by_role("dialog").get_by_role("button", name="解除", exact=True).click()
    await expect(mother.get_by_role("main")).not_to_contain_text("138****8079")
    await daughter.goto(f"{city.url}/citizen/#/cases")
    await daughter.reload()
    await expect(daughter.get_by_text("还没有反映过问题")).to_be_visible()


async def test_a_kiosk_shows_nobody_what_the_last_one_did(city: Running, phone_page: Opener) -> None:
    page = await phone_page("about:blank")
    await page.clock.install()
    await page.goto(f"{city.url}/citizen/?kiosk=hall-1")
    await heading(page, "自助服务")
    middle = await page.evaluate("() => innerHeight / 2")
    for name in ("反映问题", "查进度", "打印回执"):
        box = await page.get_by_role("link", name=name).bounding_box()
        assert box and box["y"] > middle - 1, (name, box)
    assert await grave(page) == []
    await page.get_by_role("link", name="查进度").click()
    await page.get_by_role("link", name="用手机号找回").click()
    await prove(page, "13800138001")
    await page.get_by_role("main").get_by_role("listitem").first.get_by_role("link").click()
    await expect(page.get_by_role("status", name="当前状态")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^打印回执")).click()
    await heading(page, "受理回执")
    await page.evaluate("() => { window.print = () => { window.printed = true } }")
    await page.get_by_role("button", name="打印回执").click()
    assert await page.evaluate("() => window.printed")
    code = re.search(r"[A-Z]{1,3}\d{8}-\d{4,}-\d{9}", await page.get_by_role("main").inner_text())
    assert code and await page.evaluate("() => history.length") <= 3  # the terminal's browser has no way back

    await page.clock.fast_forward(61_000)
    asking = page.get_by_role("dialog", name="还在办理吗？")
    await asking.get_by_role("button", name="继续办理").click()
    await expect(asking).to_be_hidden()
    await page.clock.fast_forward(61_000)
    await expect(asking).to_be_visible()
    await page.clock.fast_forward(20_000)
    await heading(page, "自助服务")
    await expect(asking).to_be_hidden()
    await page.get_by_role("link", name="查进度").click()
    await expect(page.get_by_text("还没有反映过问题")).to_be_visible()
    kept = await page.evaluate(LEFT)
    assert kept == {"outbox": 0, "drafts": 0, "mine": []}

    other = await phone_page(f"{city.url}/citizen/#/v/{code.group()}")
    await heading(other, "回执核验")
    await expect(other.get_by_text("真实有效")).to_be_visible()
    await other.get_by_role("textbox", name="核验码").fill(
        code.group()[:-1] + str((int(code.group()[-1]) + 1) % 10)
    )
    await other.get_by_role("button", name="核验", exact=True).click()
    await expect(other.get_by_role("alert")).to_contain_text("核验码有误")


async def test_who_leaves_takes_everything_home_first(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/citizen/")
    await signed_in_by_phone(page, "13800138076")
    await file(page, "小区门口的树枝挡路。")
    await page.goto(f"{city.url}/citizen/#/me/data")
    await heading(page, "我的数据")
    texts = []
    for name in ("导出成文字", "导出 JSON（给程序用）"):
        async with page.expect_download() as told:
            await page.get_by_role("button", name=name).click()
        texts.append((await (await told.value).path()).read_text(encoding="utf-8"))
    assert all("小区门口的树枝挡路" in text and "13800138076" in text for text in texts)
    await page.get_by_role("button", name="注销", exact=True).click()
    sheet = page.get_by_role("dialog", name="注销账号？")
    await sheet.get_by_role("button", name="注销", exact=True).click()
    await expect(sheet.get_by_role("alert")).to_contain_text("请输入验证码")
    await sheet.get_by_role("button", name="不注销").click()
    await expect(sheet).to_be_hidden()

    # a device without a phone leaves without a code, and its case is nobody's any more
    guest = await phone_page(f"{city.url}/citizen/")
    await file(guest, "小区门口的花盆碎了。")
    await guest.goto(f"{city.url}/citizen/#/me/data")
    await guest.get_by_role("button", name="注销", exact=True).click()
    sheet = guest.get_by_role("dialog", name="注销账号？")
    await sheet.get_by_role("checkbox", name="我知道注销后不能恢复").check()
    await sheet.get_by_role("button", name="注销", exact=True).click()
    await expect(sheet).to_be_hidden()
    await heading(guest, "看到不对的，拍一张就行")
    await expect(guest.get_by_role("link", name=re.compile("花盆碎了"))).to_have_count(0)
    await expect(guest.get_by_text("还没有反映过问题")).to_be_visible()

    # the same in traditional characters, and the page says so to readers and machines
    await page.goto(f"{city.url}/citizen/#/me")
    await page.get_by_role("radio", name="繁體").check()
    await heading(page, "我的")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    await page.goto(f"{city.url}/citizen/#/report")
    await heading(page, "反映問題")
    await page.reload()
    await expect(page.get_by_role("button", name="語音輸入")).to_be_visible()


async def test_by_keyboard_alone_and_in_elder_mode(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/citizen/")
    await page.evaluate("() => { location.hash = '#/report' }")
    await heading(page, "反映问题")
    await expect(page.get_by_role("group", name="位置")).to_contain_text("逢源街道")

    async def reach(name: str) -> None:
        """Press Tab until that control has the focus."""
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate(FOCUSED) == name:
                return
        raise AssertionError(f"{name} cannot be reached by Tab")

    await reach("问题描述")
    await page.keyboard.type("恩宁路的座椅断了一条腿。")
    await reach("改类别")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await reach("提交")
    await page.keyboard.press("Enter")
    await heading(page, "已提交")

    # 长辈版: found by its name in the search; a number to call on every page; messages wait for 知道了
    await page.evaluate("() => { location.hash = '#/ask' }")
    await page.get_by_role("searchbox", name="想问什么").fill("关怀版")
    await page.get_by_role("button", name="打开长辈版").click()
    pages = ("/", "/ask", "/cases", "/nearby", "/me", "/me/family", "/me/data", "/inbox", "/notices", "/open")
    for path in (*pages, "/proposals", "/report", "/v/", "/nowhere"):
        await page.evaluate("path => { location.hash = '#' + path }", path)
        await expect(page.locator("h1").first).to_be_visible()
        await expect(page.get_by_role("link", name="打电话").first).to_be_attached()
    await page.evaluate("() => { location.hash = '#/' }")
    await expect(page.get_by_role("navigation", name="主导航").get_by_role("link")).to_have_count(3)
    await expect(page.get_by_role("navigation", name="常用").get_by_role("link")).to_have_count(4)
