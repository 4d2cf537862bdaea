"""A complaint about a named officer, from the phone that files it to another one that finds it again."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.demo import story
from tests.factories import an_id
from tests.journeys.test_browser_journey import Opener, heading
from tests.phones import Phone
from tests.servers import Running, eventually

pytestmark = pytest.mark.timeout(120)
PHONE = "13800138066"
HELD = {"askInfo", "assignRequest"}
STEPS = {  # what staff do meanwhile: the desk, its colleague, the unit
    "askInfo": ("dd01", "$question: String!", "question: $question"),
    "assignRequest": ("dd01", "$unitId: String!", "unitId: $unitId"),
    "signRequest": ("cg01", "", ""),
    "auditReply": ("dd02", "", "passed: true, answers: true"),
}


class Staff:
    """The desks, spoken to as their app does."""

    def __init__(self, phones: dict[str, Phone], no: str) -> None:
        self.phones, self.no = phones, no

    async def take(self, step: str, **facts: str) -> None:
        """One step on the request, at its present version."""
        who, told, given = STEPS[step]
        row = await self._row(who)
        await self.phones[who].ask(
            f"mutation ($id: ID!, $v: Int!, $op: ID!, {told}) {{"
            f" {step}(id: $id, version: $v, opId: $op, {given}) {{ id }} }}",
            id=row["id"], v=row["version"], op=an_id(), **facts,
        )  # fmt: skip
        if step in HELD:

            async def happened() -> Any:
                return (await self._row(who))["version"] > row["version"]

            assert await eventually(happened, within=10)

    async def draft(self, text: str) -> None:
        """The unit's answer; 区城管局 has nobody else to stand for it here."""
        row = await self._row("cg01")
        await self.phones["cg01"].ask(
            "mutation ($input: DraftReply!) { draftReply(input: $input) { id } }",
            input={"id": row["id"], "version": row["version"], "opId": an_id(), "text": text},
        )

    async def _row(self, who: str) -> dict[str, Any]:
        query = "query ($s: String!) { deskRequests(search: $s) { items { id version } } }"
        [row] = (await self.phones[who].ask(query, s=self.no))["deskRequests"]["items"]
        return dict(row)


@pytest.fixture
async def phones(city: Running) -> AsyncIterator[dict[str, Phone]]:
    """Two dispatchers and a handler of 区城管局, signed in."""
    async with AsyncExitStack() as stack:
        signed = {}
        for number in ("dd01", "dd02", "cg01"):
            phone = await stack.enter_async_context(Phone(city))
            signed[number] = await phone.sign_in("officer", number, story()["password"])
        yield signed


async def test_a_complaint_about_an_officer_is_answered_rated_again_and_found_by_phone(
    city: Running, phones: dict[str, Phone], phone_page: Opener
) -> None:
    page = await phone_page(f"{city.url}/citizen/")
    staff = Staff(phones, await complain(page, "网格员上门时态度很差，让老人在门口等了一个小时。"))
    await page.get_by_role("link", name="查看进度").click()
    state = page.get_by_role("status", name="当前状态")
    await expect(state).to_contain_text("已收到")
    await expect(page.get_by_role("main")).to_contain_text("本人、本单位和他的上级都看不到这件事")

    # the desk asks, the clock stands still, and goes on with the answer
    await staff.take("askInfo", question="哪一天、在哪个门口？")
    await expect(state).to_contain_text("等您补充", timeout=8_000)
    promise = page.get_by_role("region", name="承诺")
    await expect(promise).to_contain_text("计时暂停：等您补充")
    await expect(promise).to_contain_text("哪一天、在哪个门口？")
    await expect(page.get_by_role("button", name="催一下")).to_have_count(0)
    await page.get_by_role("button", name="补充信息").click()
    await page.get_by_role("textbox", name="补充内容").fill("上周五下午，恩宁路99号。")
    await page.get_by_role("button", name="提交补充").click()
    await expect(state).to_contain_text("已收到", timeout=8_000)
    await expect(promise).to_contain_text("还剩")

    # a draft is nobody's to read before a colleague lets it out
    await staff.take("assignRequest", unitId="cg")
    await staff.take("signRequest")
    await expect(state).to_contain_text("处置中", timeout=8_000)
    await staff.draft("已批评教育，并向您当面道歉。")
    await expect(state).to_contain_text("已处置", timeout=8_000)
    await expect(page.get_by_role("main")).not_to_contain_text("当面道歉")
    await staff.take("auditReply")
    await expect(page.get_by_role("region", name="答复")).to_contain_text("当面道歉", timeout=8_000)

    # rated, thought over, and changed
    await page.get_by_role("link", name="评价", exact=True).click()
    await rate(page, "部分解决", "基本满意")
    await expect(state).to_contain_text("已评价", timeout=8_000)
    await page.get_by_role("link", name="修改评价").click()
    await expect(page.get_by_role("radio", name="部分解决")).to_be_checked()
    await rate(page, "已解决", "满意")
    await expect(promise).to_contain_text("您的评价：已解决，满意", timeout=8_000)

    # a copy to keep
    async with page.expect_download() as copy:
        await page.get_by_role("button", name=re.compile("^导出")).click()
    told = (await (await copy.value).path()).read_text(encoding="utf-8-sig")
    assert staff.no in told and "当面道歉" in told and "上周五下午" in told

    # another device finds it by the phone; the first one is told that it is gone
    other = await phone_page(f"{city.url}/citizen/")
    await other.get_by_role("navigation", name="主导航").get_by_role("link", name="进度").click()
    await other.get_by_role("link", name="用手机号找回").click()
    await heading(other, "手机验证")
    await other.get_by_role("textbox", name="手机号").fill(PHONE)
    await other.get_by_role("button", name="获取验证码").click()
    said = other.get_by_text(re.compile(r"演示验证码 \d{6}"))
    await other.get_by_role("textbox", name="验证码").fill((await said.inner_text())[-6:])
    await other.get_by_role("button", name="确认", exact=True).click()
    await heading(other, "进度")
    await expect(other.get_by_role("list", name="我的诉求")).to_contain_text("网格员上门时态度很差")
    await expect(page.get_by_role("main")).to_contain_text("这件事不在这台设备名下了", timeout=8_000)


async def complain(page: Page, text: str) -> str:
    """A complaint about the officer of the cell, with a number to call. Returns its number."""
    await page.get_by_role("link", name="我要反映").click()
    await heading(page, "反映问题")
    await page.get_by_role("textbox", name="问题描述").fill(text)
    party = page.get_by_role("group", name="被反映的人或单位（选填）")
    await party.get_by_role("button", name="添加").click()
    sheet = page.get_by_role("dialog", name="要反映谁")
    await sheet.get_by_role("searchbox").fill("陈嘉敏")
    await sheet.get_by_role("list", name="找到的人和单位").get_by_role("button").first.click()
    await expect(party).to_contain_text("陈嘉敏")
    await expect(page.get_by_role("status", name="反映类型")).to_contain_text("投诉")
    await page.get_by_role("textbox", name="手机号（选填）").fill(PHONE)
    await page.get_by_role("button", name="提交", exact=True).click()
    await heading(page, "已提交")
    number = re.search(r"[A-Z]{1,3}\d{8}-?\d{4,}", await page.get_by_role("main").inner_text())
    assert number
    return number.group()


async def rate(page: Page, solved: str, level: str) -> None:
    """评价, or 修改评价."""
    await heading(page, "评价办理结果")
    await page.get_by_role("radiogroup", name="问题解决了吗").get_by_text(solved, exact=True).click()
    await page.get_by_role("radiogroup", name="您对服务满意吗").get_by_text(level, exact=True).click()
    await page.get_by_role("button", name="提交评价").click()
