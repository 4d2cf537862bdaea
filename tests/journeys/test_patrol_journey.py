"""A round in the street: begun, walked through a dead zone with a finding on the way, ended, and told."""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import expect

from server.demo import story
from tests.city import CELL
from tests.clock import SHANGHAI
from tests.factories import an_id
from tests.journeys.test_browser_journey import Opener, heading, kept, photo, signed_in
from tests.phones import Phone
from tests.servers import Running

pytestmark = pytest.mark.timeout(90)


async def test_a_round_through_a_dead_zone(city: Running, phone_page: Opener) -> None:
    officer = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await heading(officer, "今日任务")
    await expect(officer.get_by_text("0/4", exact=True)).to_be_visible()
    await officer.get_by_role("button", name="开始巡查").click()
    await heading(officer, "巡查中")
    points = officer.get_by_role("list", name="巡查点")
    await officer.get_by_role("button", name="打卡：永庆坊入口", exact=True).click()
    await expect(points.get_by_role("listitem", name="永庆坊入口")).to_contain_text("已巡")
    box = officer.get_by_role("link", name=re.compile("^发件箱，"))
    await expect(box).to_have_accessible_name("发件箱，全部已同步")

    # no network from here: a finding, and a second point by the code on its plate
    await kept(officer)
    await officer.context.set_offline(True)
    await officer.get_by_role("link", name="快速上报").click()
    await heading(officer, "快速上报")
    await officer.get_by_label("拍照").set_input_files(photo("before", "darkred"))
    await officer.get_by_role("radiogroup", name="常用类别").get_by_role("radio", name="路灯").check()
    await officer.get_by_role("textbox", name="情况说明（选填）").fill("骑楼灯罩掉了一半。")
    await officer.get_by_role("button", name="保存", exact=True).click()
    await heading(officer, "巡查中")
    [plate] = [row["code"] for row in await _points(city) if row["name"] == "恩宁路骑楼"]
    await officer.get_by_role("button", name="输入点位码：恩宁路骑楼").click()
    sheet = officer.get_by_role("dialog", name="打卡：恩宁路骑楼")
    await sheet.get_by_role("textbox", name="点位码").fill("FY07X2-0")
    await sheet.get_by_role("button", name="打卡", exact=True).click()
    await expect(sheet.get_by_role("alert")).to_contain_text("点位码不对")
    await sheet.get_by_role("textbox", name="点位码").fill(plate)
    await sheet.get_by_role("button", name="打卡", exact=True).click()
    await expect(points.get_by_role("listitem", name="恩宁路骑楼")).to_contain_text("待同步")
    await expect(box).to_have_accessible_name("发件箱，2 条待同步")

    # the phone dies and comes back: the round goes on where it was
    await officer.context.set_offline(False)
    await officer.reload()
    await heading(officer, "巡查中")
    await expect(box).to_have_accessible_name("发件箱，全部已同步", timeout=15_000)
    await expect(points.get_by_role("listitem", name="恩宁路骑楼")).to_contain_text("已巡")

    await officer.get_by_role("button", name="结束巡查").click()
    dialog = officer.get_by_role("dialog", name="结束巡查？")
    await dialog.get_by_role("textbox", name="涌边护栏 没巡到的原因（选填）").fill("施工围挡，过不去")
    await dialog.get_by_role("button", name="确认结束").click()
    await heading(officer, "巡查小结")
    main = officer.get_by_role("main")
    await expect(main).to_contain_text("未巡原因：施工围挡，过不去")
    await expect(main.locator("dl")).to_contain_text(re.compile(r"2\s*/\s*4.*发现\s*1\s*件"))

    # among the tasks it stands under 巡查
    await officer.goto(f"{city.url}/officer/#/tasks")
    await officer.get_by_role("tab", name="巡查").click()
    tasks = officer.get_by_role("list", name="任务列表").get_by_role("listitem")
    await expect(tasks.filter(has_text="巡查：永庆坊一线")).to_contain_text("已巡 2/4 点")

    # everything is there once
    rows = {row["name"]: (row["state"], row["how"]) for row in await _points(city)}
    assert rows == {"永庆坊入口": ("VISITED", "GPS"), "恩宁路骑楼": ("VISITED", "CODE"),
                    "粤博后巷": ("OPEN", None), "涌边护栏": ("OPEN", None)}  # fmt: skip


async def _points(city: Running) -> list[dict[str, Any]]:
    """The points of today's round, as the desk reads them."""
    async with Phone(city) as phone:
        await phone.sign_in("officer", "dd01", story()["password"])
        answer = await phone.ask("{ patrols { items { points { name code state how } } } }")
    [today] = answer["patrols"]["items"]
    points: list[dict[str, Any]] = today["points"]
    return points


COVERAGE = "{ patrolCoverage(days: 7) { area { name } visited required missed } }"


async def test_the_desk_sees_what_was_missed_and_reviews_what_is_doubtful(
    city: Running, phone_page: Opener
) -> None:
    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(desk, "派单台")
    await desk.goto(f"{city.url}/officer/#/patrols")
    await heading(desk, "巡查管理")
    main = desk.get_by_role("main")
    await expect(main.get_by_role("link", name=re.compile("永庆坊一线"))).to_contain_text("待巡查")

    # a round whose window closes unvisited is missed before the desk's eyes
    async with Phone(city) as phone:
        await phone.sign_in("officer", "dd01", story()["password"])
        now = datetime.now(SHANGHAI)
        await phone.ask(
            "mutation ($input: PlanPatrol!) { planPatrol(input: $input) { id } }",
            input={"id": an_id(), "name": "早巡", "cells": [CELL], "weekdays": [now.isoweekday()], "opens": 0,
                   "closes": max(1, 60 * now.hour + now.minute),
                   "points": [{"name": "涌边", "lon": 113.2371, "lat": 23.1171, "datum": "WGS84"}]},
        )  # fmt: skip
        missed = main.get_by_role("link", name=re.compile("早巡"))
        await expect(missed).to_contain_text("漏巡 1 点", timeout=15_000)

        # the figures are what counting by hand says: of six days before today 4 + 3 + 4 + 0 + 3 + 2 of 6 × 4
        past = story()["duty"]["patrol"]["past"][1:]
        visited, required = sum(map(len, past)), 4 * len(past)
        assert await _covered(phone) == (visited, required + 1, required - visited + 1)
        await desk.get_by_role("tab", name="待复核 1").click()
        await desk.get_by_role("listitem", name="恩宁路骑楼").get_by_role("button", name="复核通过").click()
        await expect(main).to_contain_text("没有待复核的打卡。")
        assert await _covered(phone) == (visited + 1, required + 1, required - visited)
    async with Phone(city) as leader:
        await leader.sign_in("leader", "ld01", story()["password"])
        assert (await _covered(leader))[:2] == (visited + 1, required + 1)
    await desk.get_by_role("tab", name="覆盖").click()
    row = desk.get_by_role("table", name="巡查覆盖").get_by_role("row", name=re.compile("逢源街道"))
    await expect(row).to_contain_text(f"{visited + 1}/{required + 1}")

    # whoever is drawn among those on duty says where he is
    await desk.goto(f"{city.url}/officer/#/staffing")
    await desk.get_by_role("button", name="随机点名").click()
    await desk.get_by_role("dialog", name="点名").get_by_role("button", name="点名", exact=True).click()
    call = desk.get_by_role("list", name="点名记录").get_by_role("listitem", name="陈嘉敏")
    await expect(call).to_contain_text("从 1 人中随机抽取")
    officer = await signed_in(phone_page, city, "officer", "以网格员陈嘉敏登录")
    await officer.get_by_role("button", name="应答点名").click()
    sheet = officer.get_by_role("dialog", name="应答点名")
    await expect(sheet.get_by_role("group", name="位置")).to_contain_text("逢源街道")
    await sheet.get_by_role("button", name="报位置").click()
    await expect(officer.get_by_role("button", name="应答点名")).to_have_count(0)
    await desk.reload()
    await expect(call).to_contain_text("在责任网格 第07网格")


async def _covered(phone: Phone) -> tuple[int, int, int]:
    rows = (await phone.ask(COVERAGE))["patrolCoverage"]
    [row] = [row for row in rows if row["area"]["name"] == "逢源街道"]
    assert sum(each["required"] for each in rows) == row["required"], "nobody else walked"
    return row["visited"], row["required"], row["missed"]


async def test_a_card_leads_to_its_officer_who_has_another_post_too(
    city: Running, phone_page: Opener
) -> None:
    async with Phone(city) as phone:
        await phone.sign_in("officer", "wg01", story()["password"])
        [card] = (await phone.ask("{ myCard { cards { cardCode key } } }"))["myCard"]["cards"]
    citizen = await phone_page(f"{city.url}/citizen/#/grid/{card['cardCode']}?k={card['key']}")
    await heading(citizen, "网格员名片")
    main = citizen.get_by_role("main")
    await expect(main).to_contain_text("陈嘉敏")
    await expect(main).to_contain_text("正在岗")
    await citizen.get_by_role("button", name="核对真伪").click()
    await expect(main).to_contain_text("真实有效")
    await citizen.get_by_role("button", name="留言", exact=True).click()
    await citizen.get_by_role("textbox", name="想说什么").fill("楼下灯箱挡了路。")
    await citizen.get_by_role("button", name="发送留言").click()
    await expect(main).to_contain_text("等待答复")

    # the deputy reads it too, answers, and goes on in his other post, where nothing of this one is left
    officer = await signed_in(phone_page, city, "officer", "以网格员黄子轩登录")
    await officer.get_by_role("link", name="我的", exact=True).click()
    await officer.get_by_role("link", name="我的名片").click()
    await heading(officer, "我的名片")
    await expect(officer.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    await officer.get_by_role("button", name="答复", exact=True).click()
    await officer.get_by_role("textbox", name="答复内容（街坊会看到）").fill("今晚来看。")
    await officer.get_by_role("button", name="发送答复").click()
    await expect(officer.get_by_role("main")).to_contain_text("黄子轩答复：今晚来看。")
    await citizen.reload()
    await expect(main).to_contain_text("黄子轩答复：今晚来看。")
    await officer.get_by_role("button", name="返回").click()
    await officer.get_by_role("button", name="切换岗位").last.click()
    await officer.get_by_role("radio", name=re.compile("窗口员")).check()
    await officer.get_by_role("dialog").get_by_role("button", name="切换", exact=True).click()
    nav = officer.get_by_role("navigation", name="主导航")
    await expect(nav.get_by_role("link", name="诉求")).to_be_visible()
    await expect(nav.get_by_role("button", name="快速上报")).to_have_count(0)
    await officer.goto(f"{city.url}/officer/#/me")
    await expect(officer.get_by_role("main")).to_contain_text("窗口员")
