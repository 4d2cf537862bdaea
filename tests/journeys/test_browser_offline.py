"""Without a network nothing is lost, and nothing is sent twice."""

import asyncio
import os
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Page, Request, Route, expect

from server.demo import story
from tests.journeys.test_browser_journey import Opener, find, heading, holds, photo, signed_in
from tests.servers import Running
from tests.walk import grave

pytestmark = pytest.mark.timeout(120)
NUMBER = re.compile(r"[A-Z]{1,3}\d{8}-?\d{4,}")


async def test_a_citizens_report_waits_in_the_phone_and_sends_itself(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    await citizen.get_by_role("link", name="我要反映").click()
    await expect(citizen.get_by_role("group", name="位置")).to_contain_text("逢源街道")
    await citizen.context.set_offline(True)
    await citizen.get_by_role("textbox", name="问题描述").fill("永庆坊石凳断了一角。")
    await citizen.get_by_label("拍照或选图").set_input_files(photo("before", "darkred"))
    await citizen.get_by_role("button", name="提交", exact=True).click()  # the picture may not be ready yet
    await heading(citizen, "已提交")
    main = citizen.get_by_role("main")
    await expect(main).to_contain_text("已存在手机里")
    await expect(main).not_to_contain_text(NUMBER)
    await citizen.context.set_offline(False)
    await expect(main).to_contain_text(NUMBER, timeout=15_000)
    await citizen.get_by_role("link", name="查看进度").click()
    await expect(citizen.get_by_role("img", name=re.compile("^照片 1")).first).to_be_visible()


async def test_an_officers_finding_is_saved_offline_and_takes_the_same_road(
    city: Running, phone_page: Opener
) -> None:
    officer = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await heading(officer, "今日任务")
    await holds(officer, "officer", "along", "matters")
    await officer.evaluate("navigator.serviceWorker.ready.then(() => null)")  # and so is the app
    await officer.get_by_role("button", name="快速上报").click()
    await heading(officer, "快速上报")
    await officer.context.set_offline(True)
    await officer.get_by_label("拍照").set_input_files(photo("before", "darkred"))
    await officer.get_by_role("radiogroup", name="常用类别").get_by_role("radio", name="井盖").check()
    asked = officer.get_by_role(
        "radiogroup", name="盖上写的什么字（选填）"
    )  # kept on the phone, as the matters are
    await asked.get_by_role("radio", name="电力").check()
    await officer.get_by_role("textbox", name="情况说明（选填）").fill("巡查发现井盖翘起。")
    await officer.get_by_role("button", name="保存", exact=True).click()
    await expect(officer.get_by_role("link", name="发件箱，1 条待同步")).to_be_visible()
    await officer.context.set_offline(False)
    await expect(officer.get_by_role("link", name="发件箱，全部已同步")).to_be_visible(timeout=15_000)

    dispatcher = await signed_in(phone_page, city, "officer", "以调度员何俊登录")
    await find(dispatcher, "巡查发现井盖翘起")
    await expect(dispatcher.get_by_role("region", name="系统建议")).to_contain_text("荔湾供电局")
    await six_digits_open_the_phone(officer)


async def six_digits_open_the_phone(officer: Page) -> None:
    """An officer locks what his phone keeps, and opens it where there is no network."""
    await officer.get_by_role("link", name="我的", exact=True).click()
    await officer.get_by_role("button", name="离线解锁码").click()
    sheet = officer.get_by_role("dialog", name="离线解锁码")
    await sheet.get_by_label("登录密码").fill(story()["password"])
    for field in ("6 位解锁码", "再输一次"):
        await sheet.get_by_label(field).fill("280617")
    await sheet.get_by_role("button", name="保存解锁码").click()
    await expect(officer.get_by_role("status", name="提示")).to_contain_text("解锁码已设好")
    await officer.context.set_offline(True)
    await officer.reload()
    await heading(officer, "解锁")
    assert await grave(officer) == []
    for digits in ("111222", "280617"):
        if digits == "280617":
            await expect(officer.get_by_role("alert")).to_contain_text("还可以试 4 次")
        await officer.get_by_label("6 位解锁码").fill(digits)
        await officer.get_by_role("button", name="解锁", exact=True).click()
    await officer.get_by_role("link", name="首页", exact=True).click()
    await heading(officer, "今日任务")
    await expect(officer.get_by_role("link", name="发件箱，全部已同步")).to_be_visible()


def noise() -> bytes:
    """A picture that no camera app makes small."""
    out = BytesIO()
    Image.frombytes("RGB", (1000, 750), os.urandom(1000 * 750 * 3)).save(out, "JPEG", quality=90)
    return out.getvalue()


async def test_words_go_ahead_and_an_app_that_is_killed_while_a_photo_goes_up_goes_on_where_it_was(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    context, second_part = citizen.context, asyncio.Event()

    async def stall(route: Route) -> None:
        span = await route.request.header_value("content-range") or ""
        if span and not span.startswith("bytes 0-"):
            second_part.set()  # and no answer: the line hangs
        else:
            await route.continue_()

    await citizen.route("**/files/**", stall)
    await citizen.get_by_role("link", name="我要反映").click()
    await expect(citizen.get_by_role("group", name="位置")).to_contain_text("逢源街道")
    await citizen.get_by_label("拍照或选图").set_input_files(
        {"name": "wall.jpg", "mimeType": "image/jpeg", "buffer": noise()}
    )
    await expect(citizen.get_by_role("img", name=re.compile("^照片 1"))).to_be_visible()
    await citizen.get_by_role("textbox", name="问题描述").fill("永庆坊石凳断了一角，有照片。")
    await citizen.get_by_role("button", name="提交", exact=True).click()
    await asyncio.wait_for(second_part.wait(), 15)
    await expect(citizen.get_by_role("main")).to_contain_text(NUMBER)
    await expect(citizen.get_by_role("main")).to_contain_text("照片 1/1 上传中，可以离开此页")
    dispatcher = await signed_in(phone_page, city, "officer", "以调度员何俊登录")
    await find(dispatcher, "永庆坊石凳断了一角，有照片")
    await expect(dispatcher.get_by_text("照片、录音上传中 1")).to_be_visible()
    await citizen.close()  # killed: no word, no clean-up

    again, spans = await context.new_page(), []

    def asked(request: Request) -> None:
        if request.method == "PUT" and "/files/" in request.url:
            spans.append(request.headers.get("content-range", ""))

    again.on("request", asked)
    await again.goto(f"{city.url}/citizen/#/cases")
    await again.get_by_role("link", name=re.compile("永庆坊石凳断了一角")).click(timeout=20_000)
    await expect(again.get_by_role("main").locator("img").first).to_be_visible()  # the picture is whole
    assert spans and not spans[0].startswith("bytes 0-")  # the first part was not sent again
    await expect(dispatcher.get_by_role("img", name=re.compile("^照片 1")).first).to_be_visible()
    await expect(dispatcher.get_by_text("照片、录音上传中")).to_have_count(0)
    await again.close()
