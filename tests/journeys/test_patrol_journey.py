"""A round in the street: begun, walked through a dead zone with a finding on the way, ended, and told."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from server.demo import story
from tests.journeys.test_browser_journey import Opener, heading, photo, signed_in
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

    # everything is there once
    rows = {row["name"]: (row["state"], row["how"]) for row in await _points(city)}
    assert rows == {"永庆坊入口": ("VISITED", "GPS"), "恩宁路骑楼": ("VISITED", "CODE"),
                    "粤博后巷": ("OPEN", None), "涌边护栏": ("OPEN", None)}  # fmt: skip


async def _points(city: Running) -> list[dict[str, Any]]:
    """The points of today's round, as the desk reads them."""
    async with Phone(city) as phone:
        await phone.sign_in("officer", "dd01", story()["password"])
        answer = await phone.ask("{ patrols { points { name code state how } } }")
    [today] = answer["patrols"]
    points: list[dict[str, Any]] = today["points"]
    return points
