"""信息采集: two officers change one phone number, one of them offline; and what a phone keeps is sealed."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.journeys.test_browser_journey import Opener, heading, holds, kept, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
DUMP = """async () => {
  const open = indexedDB.open('sanwei-officer')
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result) })
  const told = {}
  for (const name of db.objectStoreNames) {
    const all = db.transaction(name).objectStore(name).getAll()
    told[name] = (await new Promise((done) => { all.onsuccess = () => done(all.result) })).map((row) => {
      const bytes = row.data ? new TextDecoder().decode(row.data) : ''
      return JSON.stringify(row) + bytes
    })
  }
  db.close()
  return told
}"""


async def opened(page: Page, tab: str, title: str) -> None:
    await page.get_by_role("tab", name=tab, exact=True).click()
    await page.get_by_role("link", name=title, exact=True).first.click()
    await heading(page, title)


async def dialled(page: Page, phone: str) -> None:
    await page.get_by_role("link", name="更新", exact=True).click()
    await page.get_by_role("textbox", name="联系电话").fill(phone)
    await page.get_by_role("button", name="保存", exact=True).click()


async def collecting(phone_page: Opener, city: Running, who: str) -> Page:
    page = await signed_in(phone_page, city, "officer", who)
    await page.get_by_role("link", name="我的", exact=True).click()
    await page.get_by_role("link", name="信息采集").click()
    await heading(page, "信息采集")
    await kept(page)
    return page


async def test_two_officers_change_one_number_and_nothing_is_overwritten(
    city: Running, phone_page: Opener
) -> None:
    chen = await collecting(phone_page, city, "以网格员陈嘉敏登录")
    await holds(chen, "officer", "base", "base sheet RESIDENT")
    await chen.context.set_offline(True)
    await chen.get_by_role("tab", name="房屋", exact=True).click()
    due = chen.get_by_role("list", name="久未更新").get_by_role("listitem").filter(has_text="201房")
    await due.get_by_role("button", name="无变化").click()
    await expect(chen.get_by_role("link", name="发件箱，1 条待同步")).to_be_visible()
    await opened(chen, "人口", "梁阿婆")
    await dialled(chen, "13800138211")
    await heading(chen, "梁阿婆")

    huang = await collecting(phone_page, city, "以网格员黄子轩登录")
    await opened(huang, "人口", "梁阿婆")
    await dialled(huang, "13800138222")
    await expect(huang.get_by_role("main")).to_contain_text("138****8222")
    # what stands in the street is a layer of the map, and a list
    await huang.goto(f"{city.url}/officer/#/map")
    await huang.get_by_role("checkbox", name="设施", exact=True).check()
    await huang.get_by_role("button", name="看列表").click()
    manhole = huang.get_by_role("list", name="地图上的内容").get_by_role("link", name=re.compile("^雨水井盖"))
    await expect(manhole).to_contain_text("设施 · 恩宁路101号门前 · 久未更新")

    await chen.context.set_offline(False)
    dialog = chen.get_by_role("dialog", name="这条信息已被他人更新")
    await expect(dialog).to_be_visible(timeout=25_000)
    choice = dialog.get_by_role("radiogroup", name="联系电话")
    await expect(choice).to_contain_text("138****8222")
    await expect(dialog).to_contain_text("黄子轩")
    await choice.get_by_role("radio", name="用我的").check()
    await dialog.get_by_role("button", name="按选择保存").click()
    history = chen.get_by_role("list", name="变更记录")
    await expect(history).to_contain_text("138****8222 → 138****8211")
    await expect(history).to_contain_text("138****8202 → 138****8222")


async def test_what_a_phone_keeps_is_sealed_and_gone_after_logout(city: Running, phone_page: Opener) -> None:
    chen = await collecting(phone_page, city, "以网格员陈嘉敏登录")
    await opened(chen, "人口", "陆小禾")
    await holds(chen, "officer", "base", "base sheet RESIDENT", "me")
    await chen.context.set_offline(True)
    await chen.reload()  # a cold start in airplane mode
    await heading(chen, "陆小禾")
    await dialled(chen, "13800138233")
    await expect(chen.get_by_role("main")).to_contain_text("等待网络")
    kept = await chen.evaluate(DUMP)
    assert len(kept["answers"]) > 3 and len(kept["outbox"]) == len(kept["keys"]) == 1
    words = ("陆小禾", "梁阿婆", "恩宁路", "138****", "13800138233", "陈嘉敏", "路灯", "RESIDENT")
    assert [word for word in words for rows in kept.values() for row in rows if word in row] == []

    await chen.context.set_offline(False)
    await expect(chen.get_by_role("main")).not_to_contain_text("等待网络", timeout=25_000)
    await chen.get_by_role("button", name="返回").click()
    await chen.goto(f"{city.url}/officer/#/me")
    await chen.get_by_role("button", name="退出登录").click()
    await expect(chen.get_by_role("region", name="演示账号")).to_be_visible()
    left = await chen.evaluate(DUMP)
    assert {name: len(rows) for name, rows in left.items()} == dict.fromkeys(left, 0)
