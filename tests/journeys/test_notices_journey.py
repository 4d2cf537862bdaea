"""通知: a person chooses how to be told, and the administrator sees what would have left the house."""

from playwright.async_api import expect

from tests.journeys.test_browser_journey import Opener, find, heading, report, signed_in
from tests.servers import Running


async def test_wechat_tells_a_citizen_and_the_administrator_sees_what_was_said(
    city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/#/notices")
    await heading(citizen, "通知")
    wechat = citizen.get_by_role("region", name="微信通知")
    await wechat.get_by_role("button", name="绑定微信").click()
    await expect(wechat).to_contain_text("已绑定")
    night = citizen.get_by_role("region", name="夜间免打扰")
    await night.get_by_role("switch", name="夜间免打扰").uncheck()
    await expect(night).to_contain_text("随时告诉您")
    await citizen.reload()
    await expect(night.get_by_role("switch", name="夜间免打扰")).not_to_be_checked()
    await expect(wechat.get_by_role("button", name="解除微信绑定")).to_be_visible()

    await citizen.goto(f"{city.url}/citizen/#/")
    number = await report(citizen, "永庆坊门口路灯不亮，晚上看不清路。")
    desk = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(desk, "派单台")
    await find(desk, number)
    await desk.get_by_role("button", name="按建议派单").first.click()

    admin = await signed_in(phone_page, city, "officer", "以系统管理员罗敏登录")
    await admin.get_by_role("link", name="我的").click()
    await admin.get_by_role("link", name="发出的消息").click()
    await heading(admin, "发出的消息")
    await expect(admin.get_by_role("main")).to_contain_text("没有真的发给任何人")
    sent = admin.get_by_role("list", name="发出的消息").get_by_role("listitem")

    async def told() -> None:
        await admin.get_by_role("tab", name="待发").click()
        await admin.get_by_role("tab", name="已发").click()
        await expect(sent.filter(has_text="微信通知 → 市民").first).to_be_visible(timeout=3_000)

    await desk.wait_for_timeout(4_500)  # the three seconds in which it may be taken back, and the delivery
    await told()
    assert number and "永庆坊" not in await admin.get_by_role("main").inner_text()
