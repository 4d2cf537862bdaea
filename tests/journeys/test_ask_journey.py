"""A citizen asks: an answer with its source, then nothing but a person, live, to the end."""

import pytest
from playwright.async_api import expect

from tests.journeys.test_browser_journey import Opener, heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)


async def test_from_a_question_to_a_person_and_back(city: Running, phone_page: Opener) -> None:
    citizen = await phone_page(f"{city.url}/citizen/#/ask")
    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(citizen, "咨询")
    question = citizen.get_by_role("searchbox", name="想问什么")

    await question.fill("屋企冇水，会通知吗？")
    await citizen.get_by_role("button", name="提问", exact=True).click()
    answer = citizen.get_by_role("region", name="回答")
    await expect(answer).to_contain_text("提前 24 小时通知用户")
    await answer.get_by_role("link", name="查看来源（城市供水条例 · 2020-03-27）").click()
    await expect(citizen.get_by_role("main")).to_contain_text("第二十二条")
    await citizen.go_back()

    await question.fill("公积金怎么提取？")
    await citizen.get_by_role("button", name="提问", exact=True).click()
    await expect(answer).to_contain_text("没有找到依据，不乱答。")
    await citizen.get_by_role("button", name="转人工", exact=True).click()
    await heading(citizen, "人工对话")
    standing = citizen.get_by_role("status", name="排队情况")
    await expect(standing).to_contain_text("前面 1 人")  # the demo's own waits since before

    await desk.get_by_role("link", name="咨询", exact=True).click()
    await heading(desk, "在线咨询")
    await desk.get_by_role("list", name="对话列表").get_by_role("link").last.click()
    await expect(desk.get_by_role("list", name="对话内容")).to_contain_text("公积金怎么提取？")
    await desk.get_by_role("button", name="接入", exact=True).click()
    await expect(standing).to_contain_text("李梅 正在和您说")

    await desk.get_by_role("textbox", name="回复").fill("公积金归住房公积金管理中心办，电话 12329。")
    await desk.get_by_role("button", name="发送", exact=True).click()
    said = citizen.get_by_role("list", name="对话内容")
    await expect(said).to_contain_text("12329")
    await citizen.get_by_role("textbox", name="说点什么").fill("那停水呢？")
    await citizen.get_by_role("button", name="发送", exact=True).click()
    await expect(desk.get_by_role("list", name="对话内容")).to_contain_text("那停水呢？")
    await desk.get_by_role("button", name="用它回答：停水会提前通知吗？").click()
    await expect(said).to_contain_text("来源：城市供水条例 第二十二条")

    await desk.get_by_role("button", name="办完，结束", exact=True).click()
    await expect(standing).to_contain_text("这次对话已结束")
    await expect(citizen.get_by_role("textbox", name="说点什么")).to_have_count(0)
