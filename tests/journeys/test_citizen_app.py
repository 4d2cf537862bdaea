"""What a citizen's phone can do by itself: a voice, a blurred photo, a family, a kiosk, a farewell."""

import re
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image, ImageStat
from playwright.async_api import FilePayload, FloatRect, Page, expect

from tests.journeys.test_browser_journey import Opener, find, heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(90)
NUMBER = re.compile(r"[A-Z]{1,3}\d{8}-?\d{4,}")
KEPT = """async () => {
  const answer = asked => new Promise(done => { asked.onsuccess = () => done(asked.result) })
  const db = await answer(indexedDB.open('sanwei-citizen'))
  const [op] = await answer(db.transaction('outbox').objectStore('outbox').getAll())
  const text = blob => new Promise(done => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result.split(',')[1])
    reader.readAsDataURL(blob)
  })
  return Object.fromEntries(await Promise.all(op.photos.map(async p => [p.blob.type, await text(p.blob)])))
}"""  # what the phone will send, by kind


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
    await expect(sheet).to_be_hidden()

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
