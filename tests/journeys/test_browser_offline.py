"""Without a network nothing is lost, and nothing is sent twice."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.test_browser_journey import Opener, find, heading, photo, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
NUMBER = re.compile(r"[A-Z]{1,3}\d{8}-?\d{4,}")


async def test_a_citizens_report_waits_in_the_phone_and_sends_itself(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    await citizen.get_by_role("link", name="我要反映").click()
    await expect(citizen.get_by_role("group", name="位置")).to_contain_text("逢源街道")
    await citizen.context.set_offline(True)
    await citizen.get_by_label("拍照或选图").set_input_files(photo("before", "darkred"))
    await citizen.get_by_role("textbox", name="问题描述").fill("永庆坊石凳断了一角。")
    await citizen.get_by_role("button", name="提交", exact=True).click()
    await heading(citizen, "已提交")
    main = citizen.get_by_role("main")
    await expect(main).to_contain_text("已存在手机里")
    await expect(main).not_to_contain_text(NUMBER)
    await citizen.context.set_offline(False)
    await expect(main).to_contain_text(NUMBER, timeout=15_000)


async def test_an_officers_finding_is_saved_offline_and_takes_the_same_road(
    city: Running, phone_page: Opener
) -> None:
    officer = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await heading(officer, "今日任务")
    await officer.wait_for_load_state("networkidle")  # what is taken along is on the phone
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
