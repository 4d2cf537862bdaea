"""What neighbours and the street's officer do with one and the same problem, in a real browser."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.test_browser_journey import Opener, find, heading, photo, report, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)


async def test_a_neighbour_joins_a_case_and_takes_back_another(city: Running, phone_page: Opener) -> None:
    first = await phone_page(f"{city.url}/citizen/")
    await report(first, "永庆坊门口路灯不亮，晚上看不清路。")
    page = await phone_page(f"{city.url}/citizen/")
    for region in ("我的进行中", "我的网格员"):
        await expect(page.get_by_role("region", name=region)).to_be_visible()
    await page.get_by_role("link", name="我要反映").click()
    await heading(page, "反映问题")
    await page.get_by_label("拍照或选图").set_input_files(photo("wrong", "navy"))
    await page.get_by_role("button", name="删除照片 1").click()
    await expect(page.get_by_role("img", name=re.compile("^照片 1"))).to_have_count(0)
    await page.get_by_role("textbox", name="问题描述").fill("永庆坊门口路灯不亮，看不清路")
    near = page.get_by_role("region", name="附近已有人反映")
    await near.get_by_role("button", name="我也遇到").first.click()
    await expect(near.get_by_role("status").first).to_be_visible()

    await near.get_by_role("button", name="不是同一件，继续提交").click()
    await expect(near).to_have_count(0)
    await page.get_by_role("button", name="提交", exact=True).click()
    await heading(page, "已提交")
    await page.get_by_role("button", name="复制编号").click()
    toast = page.get_by_role("status", name="提示")
    await expect(toast).to_contain_text(re.compile(r"[A-Z]{1,3}\d{8}-?\d{4,}"))
    await page.get_by_role("button", name="办结时提醒我").click()
    await page.get_by_role("link", name="查看进度").click()
    await expect(page.get_by_role("status", name="当前状态")).to_be_visible()
    await page.get_by_role("button", name="撤回").click()
    await page.get_by_role("dialog").get_by_role("button", name="确认撤回").click()
    await expect(page.get_by_role("status", name="当前状态")).to_contain_text("已撤回")


async def test_before_and_after_from_the_same_angle(city: Running, phone_page: Opener) -> None:
    page = await phone_page(f"{city.url}/citizen/#/login")
    await page.get_by_role("textbox", name="手机号").fill("13800138001")
    await page.get_by_role("button", name="获取验证码").click()
    told = await page.get_by_text(re.compile(r"演示验证码 \d{6}")).inner_text()
    await page.get_by_role("textbox", name="验证码").fill(told[-6:])
    await page.get_by_role("button", name="确认").click()
    await page.get_by_role("navigation", name="主导航").get_by_role("link", name="进度").click()
    await page.get_by_role("main").get_by_role("link").filter(has_text="已办结").first.click()
    both = page.get_by_role("region", name="处置前后对比")
    slider = both.get_by_role("slider", name="拖动对比处置前后")
    await both.get_by_role("button", name="只看处置前").click()
    await expect(slider).to_have_value("100")
    await both.get_by_role("button", name="只看处置后").click()
    await expect(slider).to_have_value("0")
    await slider.press("ArrowRight")
    await expect(slider).to_have_value("1")


async def test_an_officer_solves_it_himself_and_verifies_another(city: Running, phone_page: Opener) -> None:
    page = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await heading(page, "今日任务")
    await page.get_by_role("navigation", name="主导航").get_by_role("link", name="任务", exact=True).click()
    await page.get_by_role("tab", name=re.compile("^核实")).click()
    await page.get_by_role("list", name="任务列表").get_by_role("link").first.click()
    await heading(page, "现场核实")
    await page.get_by_role("radiogroup", name="核实结论").get_by_role("radio", name="情况属实").check()
    await page.get_by_label("现场照片").set_input_files(photo("verify", "teal"))
    await page.get_by_role("button", name="提交核实").click()
    await expect(page.get_by_role("status", name="提示")).to_contain_text("已提交")

    await page.get_by_role("button", name="快速上报").click()
    await heading(page, "快速上报")
    await page.context.set_offline(True)
    await page.get_by_label("拍照").first.set_input_files(photo("bin", "olive"))
    await page.get_by_role("radiogroup", name="常用类别").get_by_role("radio").first.check()
    await page.get_by_role("switch", name="现场已处置").click()
    await page.get_by_label(re.compile("处置后")).first.set_input_files(photo("clean", "gray"))
    await page.get_by_role("button", name="保存", exact=True).click()
    waiting = page.get_by_role("link", name=re.compile("^发件箱，[1-9]"))
    await waiting.click()
    await heading(page, "发件箱")
    await expect(page.get_by_role("list", name="待同步").get_by_role("listitem").first).to_be_visible()
    await page.context.set_offline(False)
    await page.get_by_role("button", name="立即同步").click()
    await expect(page.get_by_text("全部已同步", exact=False).first).to_be_visible()


async def test_two_of_the_same_become_one_and_a_unit_asks_for_help(city: Running, phone_page: Opener) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    number = await report(citizen, "恩宁路井盖松动，车压过去会响，怕人踩空")
    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(desk, "派单台")
    await find(desk, number)
    same = desk.get_by_role("region", name="相似案件")
    await same.get_by_role("button", name=re.compile("^并入")).first.click()
    sheet = desk.get_by_role("dialog", name=re.compile("并入"))
    if await sheet.count():
        await sheet.get_by_role("button", name=re.compile("^并入")).click()
    await expect(desk.get_by_role("status", name="提示")).to_contain_text("并入")

    handler = await signed_in(phone_page, city, "officer", "以经办人王强登录")
    await heading(handler, "部门待办")
    await handler.get_by_role("list", name="待办列表").get_by_role("link").first.click()
    asks = handler.get_by_role("button", name="请求协办")
    sign = handler.get_by_role("button", name="签收", exact=True)
    await expect(asks.or_(sign).first).to_be_visible()
    if not await asks.count():
        await sign.click()
    await asks.click()
    await expect(handler.get_by_role("dialog")).to_contain_text("协办")
