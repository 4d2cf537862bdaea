"""Requests that stand on their own, in real browsers: asked for more, answered, rated; and hidden from whom
they are about."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.factories import an_id
from tests.journeys.test_browser_journey import heading, signed_in
from tests.servers import Running

pytestmark = pytest.mark.timeout(120)
Opener = Callable[..., Awaitable[Page]]
ASK = """async ([query, variables]) => {
  const post = (path, body, more) => fetch(path, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...more } }).then((answer) => answer.json())
  const { accessToken } = await post('/auth/citizen/refresh', {}, {})
  return post('/graphql', { query, variables }, { authorization: `Bearer ${accessToken}` })
}"""
SUBMIT = "mutation ($input: SubmitRequest!) { submitRequest(input: $input) { id no } }"
PILL = re.compile(r"有 \d+ 条新内容")


async def asks(page: Page, query: str, **variables: Any) -> dict[str, Any]:
    """What the citizen of this page is answered, once his device is known."""
    live = page.get_by_role("status", name="连接状态").first
    await expect(live).to_have_text(re.compile("^(实时|轮询)"), timeout=20_000)
    told = await page.evaluate(ASK, [query, variables])
    assert "errors" not in told, told
    data: dict[str, Any] = told["data"]
    return data


async def filed(page: Page, **facts: Any) -> tuple[str, str]:
    """What the citizen asks for; its id and number."""
    told = (await asks(page, SUBMIT, input={"id": an_id(), **facts}))["submitRequest"]
    return told["id"], told["no"]


async def opened(page: Page, title: str) -> None:
    """The request in its list, which may wait behind the pill."""
    row = page.get_by_role("list", name="诉求列表").get_by_role("link").filter(has_text=title)
    pill = page.get_by_role("button", name=PILL)
    await row.or_(pill).first.wait_for()
    if not await row.is_visible():
        await pill.click()
    await row.click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def press(page: Page, name: str, submit: str = "", **fields: str) -> None:
    """A button; and what its sheet asks for."""
    await page.get_by_role("button", name=name, exact=True).click()
    if not submit:
        return
    sheet = page.get_by_role("dialog", name=name)
    for label, value in fields.items():
        box = sheet.get_by_label(label, exact=True)
        if await box.evaluate("box => box.tagName") == "SELECT":
            await box.select_option(label=value)
        elif await box.get_attribute("type") in {"checkbox", "radio"}:
            await box.check()
        else:
            await box.fill(value)
    await sheet.get_by_role("button", name=submit, exact=True).click()
    await expect(sheet).to_be_hidden()


def standing(page: Page) -> Locator:
    """当前状态."""
    return page.get_by_role("status", name="当前状态")


async def test_a_complaint_is_asked_about_answered_audited_and_rated(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    await expect(citizen.get_by_role("link", name="我要反映")).to_be_visible()
    title = "水费多收了没人退"
    id, _ = await filed(citizen, kind="COMPLAINT", text=f"{title}。", phone="13800138009")
    await citizen.goto(f"{city.url}/citizen/#/cases/{id}")

    desk = await phone_page(f"{city.url}/officer/", desktop=True)
    await desk.set_viewport_size({"width": 1440, "height": 900})
    demo = desk.get_by_role("region", name="演示账号")
    await demo.get_by_role("button", name="以调度员李梅登录", exact=True).press("Enter")
    await heading(desk, "派单台")
    await expect(desk.get_by_role("link", name=re.compile(r"^诉求"))).to_contain_text("件")
    await desk.keyboard.press("s")  # 诉求, by keyboard
    await heading(desk, "诉求")
    await opened(desk, title)
    await press(desk, "请市民补充", "发给市民", **{"请市民补充什么": "写错了"})
    await desk.get_by_role("button", name="撤销", exact=True).click()  # nobody was asked
    await expect(desk.get_by_role("status", name="提示")).to_contain_text("已撤销")
    await press(desk, "请市民补充", "发给市民", **{"请市民补充什么": "户号是多少？多收了多少？"})
    await expect(standing(desk)).to_contain_text("等市民补充", timeout=8_000)
    still = desk.locator("main .left").filter(has_text="计时暂停")
    await expect(still).to_have_count(2)  # the desk's own and what was promised

    assert "写错了" not in await citizen.get_by_role("main").inner_text()

    # the citizen reads the question where the case stands, and answers it: the clock goes on
    await expect(citizen.get_by_role("main")).to_contain_text("户号是多少？多收了多少？", timeout=8_000)
    await citizen.get_by_role("button", name="补充信息").first.click()
    sheet = citizen.get_by_role("dialog", name="补充信息")
    await sheet.get_by_role("textbox").fill("户号一零二四，多收两百元。")
    await sheet.get_by_role("button", name=re.compile("提交")).click()
    await expect(standing(desk)).to_contain_text("待受理", timeout=8_000)
    await expect(desk.get_by_role("main")).to_contain_text("户号一零二四，多收两百元。")
    await expect(still).to_have_count(0)
    await press(desk, "转办", "确认转办", **{"承办单位": "区水务局"})
    await expect(standing(desk)).to_contain_text("待单位签收", timeout=8_000)

    # the unit signs, reaches him, writes; its head stands for it; another than the writer lets it out
    handler = await signed_in(phone_page, city, "officer", "以经办人梁志登录")
    await heading(handler, "部门待办")
    await handler.get_by_role("link", name=re.compile("^诉求")).click()
    await heading(handler, "诉求")
    await opened(handler, title)
    await press(handler, "签收")
    await press(handler, "记录联系", "记录", 联系上了="yes", 说了什么="约好上门看表。")
    await press(handler, "写答复", "提交答复", 答复="已复核水表，多收水费三日内退还。")
    head = await signed_in(phone_page, city, "officer", "以负责人苏群登录")
    await heading(head, "部门待办")
    await head.goto(f"{city.url}/officer/#/requests?lane=TO_CONFIRM")
    await opened(head, title)
    await press(head, "同意答复")
    await expect(standing(desk)).to_contain_text("答复待审核", timeout=8_000)
    await press(desk, "审核通过")
    audit = desk.get_by_role("dialog", name="审核通过")
    await audit.get_by_role("button", name="审核通过", exact=True).click()
    await expect(audit.get_by_role("alert")).to_be_visible()  # it has to be said that it answers
    await audit.get_by_role("checkbox", name="答复回答了所提的问题").check()
    await audit.get_by_role("button", name="审核通过", exact=True).click()
    await expect(audit).to_be_hidden()

    # the citizen reads it and is not pleased: somebody is to call
    await expect(citizen.get_by_role("main")).to_contain_text("多收水费三日内退还", timeout=8_000)
    await citizen.get_by_role("link", name="评价").click()
    await heading(citizen, "评价办理结果")
    await citizen.get_by_role("radiogroup", name="问题解决了吗").get_by_text("部分解决", exact=True).click()
    await citizen.get_by_role("radiogroup", name="您对服务满意吗").get_by_text("不满意", exact=True).click()
    await citizen.get_by_role("button", name="提交评价").click()
    told, rated = citizen.get_by_role("alert"), standing(citizen).filter(has_text="已评价")
    await told.or_(rated).first.wait_for()
    if await told.is_visible():  # quicker than the network: the case was shown from the phone's own copy
        await expect(told).to_contain_text("刚刚有人更新了这件事")
        await citizen.get_by_role("button", name="提交评价").click()
    await expect(rated).to_be_visible()
    await desk.goto(f"{city.url}/officer/#/visits")
    await heading(desk, "抽查回访")
    row = desk.get_by_role("list", name="回访任务").get_by_role("link").filter(has_text=title)
    rest = desk.get_by_role("button", name="加载更多").or_(desk.get_by_role("button", name=PILL))
    await row.or_(rest).first.wait_for()
    if not await row.is_visible():  # the oldest come first, and this one is new
        await rest.first.click()
    await row.click()
    await press(desk, "通过", "确认通过", 回访结果="已说明退款进度，市民认可。")
    await expect(desk.get_by_role("main")).to_contain_text("市民认可")


async def test_a_complaint_about_an_officer_is_invisible_to_him_while_another_unit_handles_it(
    city: Running, phone_page: Opener
) -> None:
    he = await signed_in(phone_page, city, "officer", "以经办人王强登录")
    await heading(he, "部门待办")
    await he.get_by_role("link", name=re.compile("^诉求")).click()
    await heading(he, "诉求")
    lanes = he.get_by_role("tablist", name="诉求分类")
    await expect(lanes.get_by_role("tab").first).to_be_visible()

    async def counts() -> list[str | None]:
        return [await tab.get_attribute("data-count") for tab in await lanes.get_by_role("tab").all()]

    before = await counts()
    citizen = await phone_page(f"{city.url}/citizen/")
    await expect(citizen.get_by_role("link", name="我要反映")).to_be_visible()
    [he_is] = (await asks(citizen, '{ parties(search: "王强") { key name } }'))["parties"]
    title = "执法人员收了钱不开票"
    _, no = await filed(citizen, kind="COMPLAINT", text=f"{title}。", againstKey=he_is["key"])

    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(desk, "派单台")
    await desk.get_by_role("link", name=re.compile("^诉求")).click()
    await opened(desk, title)
    await expect(desk.get_by_role("main")).to_contain_text("被投诉：王强")
    await desk.get_by_role("button", name="转办", exact=True).click()
    sheet = desk.get_by_role("dialog", name="转办")
    await sheet.get_by_label("承办单位", exact=True).select_option(label="区城管局")
    await sheet.get_by_role("button", name="确认转办").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("被投诉的单位")  # never to his own
    await sheet.get_by_label("承办单位", exact=True).select_option(label="区住建局")
    await sheet.get_by_role("button", name="确认转办").click()
    await expect(standing(desk)).to_contain_text("待单位签收", timeout=8_000)

    other = await signed_in(phone_page, city, "officer", "以经办人赵敏登录")
    await heading(other, "部门待办")
    await other.get_by_role("link", name=re.compile("^诉求")).click()
    await opened(other, title)
    await press(other, "签收")
    await expect(standing(desk)).to_contain_text("办理中", timeout=8_000)  # the desk heard of it, live

    # he heard of nothing: no row, no pill, no count, no search, no page
    await expect(he.get_by_role("button", name=PILL)).to_have_count(0)
    await expect(he.get_by_role("main")).not_to_contain_text(title)
    assert await counts() == before
    await he.get_by_role("searchbox").fill(no)
    await expect(he.get_by_role("main")).to_contain_text("没有找到")
    assert await counts() == []  # a search shows no lists; clearing it, they are as they were
    await he.get_by_role("searchbox").fill("")
    await expect(lanes.get_by_role("tab").first).to_be_visible()
    assert await counts() == before
