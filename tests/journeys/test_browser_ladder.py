"""News gets through: by websocket, by event stream, by asking; none is missed and none told twice."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from server.settings import Settings
from tests.faults.process import Process
from tests.journeys.test_browser_journey import heading

pytestmark = pytest.mark.timeout(120)
PILL = re.compile(r"有 \d+ 条新内容")
BACK = "dispatchEvent(new Event('online'))"
FILE = """async (text) => {
    const post = (path, body, headers) => fetch(path, {method: 'POST', body: JSON.stringify(body),
        headers: {'content-type': 'application/json', accept: 'application/json', ...headers}})
    const { accessToken } = await (await post('/auth/citizen/guest', {}, {})).json()
    const query = `mutation ($id: ID!, $text: String!) { submitRequest(input: {
        id: $id, text: $text, place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id } }`
    const answer = await post('/graphql', {query, variables: {id: crypto.randomUUID(), text}},
        {authorization: `Bearer ${accessToken}`})
    if ((await answer.json()).errors) throw new Error('refused')
}"""


class Wall:
    """What a network lets through."""

    sockets = streams = True

    async def socket(self, line: WebSocketRoute) -> None:
        """A page opens a websocket."""
        if self.sockets:
            line.connect_to_server()
        else:
            await line.close()

    async def request(self, route: Route) -> None:
        """A page asks something."""
        stream = "event-stream" in (await route.request.header_value("accept") or "")
        if stream and not self.streams:
            await route.fulfill(status=403, body="no streams here")
        else:
            await route.continue_()


@pytest.fixture
async def server(seeded: Path, tmp_path: Path) -> AsyncIterator[Process]:
    """The demo in a process of its own, so that it can be started again."""
    folder = tmp_path / "demo"
    shutil.copytree(seeded, folder)
    process = Process(Settings(mode="demo", data_dir=folder, sweep_seconds=0.3))
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.stop)


@pytest.fixture
async def walled(server: Process, chromium: Browser) -> AsyncIterator[tuple[Page, Wall]]:
    """A dispatcher's desk behind a wall."""
    wall = Wall()
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", reduced_motion="reduce",
        service_workers="block",
    )  # fmt: skip
    await context.route_web_socket("**/graphql", wall.socket)
    await context.route("**/graphql", wall.request)
    page = await context.new_page()
    await page.goto(f"{server.address.url}/officer/")
    await page.get_by_role("button", name="以调度员李梅登录").click()
    await heading(page, "派单台")
    yield page, wall
    await context.close()


def filed(url: str, text: str) -> None:
    """Somebody elsewhere reports, while this desk has no network."""
    id, at = str(uuid4()), {"lon": 113.2370, "lat": 23.1170, "datum": "WGS84"}
    query = "mutation ($input: SubmitRequest!) { submitRequest(input: $input) { id } }"
    with httpx.Client(base_url=url, headers={"accept": "application/json"}) as phone:
        token = phone.post("/auth/citizen/guest", json={}).json()["accessToken"]
        asked = {"query": query, "variables": {"input": {"id": id, "text": text, "place": at}}}
        answer = phone.post("/graphql", json=asked, headers={"authorization": f"Bearer {token}"}).json()
    assert answer["data"]["submitRequest"]["id"] == id, answer


async def test_a_case_arrives_once_on_every_rung_and_after_a_restart(
    server: Process, walled: tuple[Page, Wall]
) -> None:
    page, wall = walled
    chip, rows = page.get_by_role("status", name="连接状态"), page.get_by_role("list", name="待派单")

    async def arrives(text: str, chip_says: str, within: float) -> None:
        top = await rows.get_by_role("listitem").first.inner_text()
        await page.evaluate(FILE, text)
        await expect(page.get_by_role("button", name=PILL)).to_be_visible(timeout=within)
        assert await rows.get_by_role("listitem").first.inner_text() == top  # nothing moved by itself
        await page.get_by_role("button", name=PILL).click()
        await expect(rows.get_by_text(text)).to_have_count(1)
        await expect(chip).to_have_text(chip_says)

    async def restarted() -> None:
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await page.evaluate(BACK)  # else it comes back by itself, within half a minute

    await expect(chip).to_have_text("实时")
    await arrives("梯子一路灯不亮", "实时", 5_000)
    await page.context.set_offline(True)
    await expect(chip).to_contain_text("离线")
    for n in "五六":
        await asyncio.to_thread(filed, server.address.url, f"梯子{n}路灯不亮")
    await page.context.set_offline(False)
    await expect(page.get_by_role("button", name="有 2 条新内容")).to_be_visible(timeout=10_000)
    await page.get_by_role("button", name=PILL).click()
    await expect(chip).to_have_text("实时")
    wall.sockets = False
    await restarted()
    await expect(chip).to_have_text("实时（备用通道）", timeout=20_000)
    await arrives("梯子二路灯不亮", "实时（备用通道）", 5_000)
    wall.streams = False
    await restarted()
    await expect(chip).to_have_text("轮询", timeout=20_000)
    await arrives("梯子三路灯不亮", "轮询", 17_000)
    wall.sockets = True
    await page.evaluate(BACK)
    await expect(chip).to_have_text("实时", timeout=10_000)
    await arrives("梯子四路灯不亮", "实时", 5_000)
    for n in "一二三四五六":
        await expect(rows.get_by_text(f"梯子{n}路灯不亮")).to_have_count(1)
