"""A matter's question answered on a phone, and the unit it sends the case to."""

import pytest
from playwright.async_api import expect

from tests.journeys.test_browser_journey import Opener, find, heading, report, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(90)
COVER = "盖上写的什么字（选填）"


async def test_what_is_written_on_the_cover_sends_the_case_to_its_owner(
    city: Running, phone_page: Opener
) -> None:
    dispatcher = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    advice = dispatcher.get_by_role("region", name="系统建议")
    citizen = await phone_page(f"{city.url}/citizen/")
    plain = await report(citizen, "恩宁路路边井盖不见了。")
    await find(dispatcher, plain)
    await expect(advice).to_contain_text("区住建局")

    await citizen.goto(f"{city.url}/citizen/#/report")
    await heading(citizen, "反映问题")
    await citizen.get_by_role("textbox", name="问题描述").fill("恩宁路另一头的井盖不见了。")
    asked = citizen.get_by_role("radiogroup", name=COVER)
    await asked.get_by_text("电力", exact=True).click()
    await (
        citizen.get_by_role("radiogroup", name="井盖怎么了（选填）").get_by_text("不清楚", exact=True).click()
    )
    await citizen.get_by_role("button", name="提交", exact=True).click()
    await heading(citizen, "已提交")
    await citizen.get_by_role("link", name="查看进度").click()
    facts = citizen.get_by_role("region", name="您反映的情况")
    await expect(facts).to_contain_text("电力")
    await expect(facts).not_to_contain_text("不清楚")

    await dispatcher.get_by_role("searchbox").first.fill("另一头的井盖")
    await expect(advice).to_contain_text("荔湾供电局", timeout=8_000)
    main = dispatcher.get_by_role("main")
    await expect(main).to_contain_text("按规则 4：电力井盖 → 荔湾供电局")
    await dispatcher.get_by_role("button", name="按建议派单").click()
    await expect(dispatcher.get_by_role("status", name="提示")).to_contain_text("已派给荔湾供电局")
