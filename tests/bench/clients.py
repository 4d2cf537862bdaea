"""C: the three apps on a slow phone: Lighthouse, a cold start on slow 3G, a warm one, one in airplane mode.

A server of our own with the demo's data, and a Chromium of our own in which a resident, a grid officer and a
leader are known. Cold is: the browser knows the person and nothing of the app. Lighthouse's figures are the
middle of three runs of its own mobile throttling.
"""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import BrowserType, Page, async_playwright

from server.app import close_office, open_office
from server.demo import seed
from server.migrations.upgrade import upgrade
from server.settings import Settings
from tests.bench.bench import Bench
from tests.bench.report import Row, at_least, at_most
from tests.bench.stores import HOME
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS
from tests.servers import Child, free_port, program

PEERS = Path(__file__).with_name("peers")
# 400 kbit/s each way and a round trip of 400 ms
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PATIENCE = 60_000.0
STARTS = 3
BROWSER = program(*CHROMIUM)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai",
    "permissions": ["geolocation"], "geolocation": {"longitude": 113.2370, "latitude": 23.1170},
}  # fmt: skip
Start = tuple[float, float]
FIRST_TEXT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True)
class App:
    """Who opens it, when it is usable, and what it may take (seconds, milliseconds, points of a hundred)."""

    name: str
    login: str  # the demo's button; empty: a resident needs none
    usable: str  # a selector: shown when one can begin
    lcp: float
    tbt: float
    points: int
    text: float
    use: float


APPS = (
    App("citizen", "", "a[href='#/report']", 2.0, 150, 90, 3.0, 6.0),
    App("officer", "以网格员陈嘉敏登录", "main a[href^='#/orders/']", 2.5, 200, 85, 3.5, 8.0),
    App("leader", "以领导林主任登录", "main a[href*='figure']", 2.2, 150, 90, 3.0, 7.0),
)


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """A demo server in a process of its own, and its address."""
    data, port = HOME / "clients", free_port()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    office = open_office(Settings(mode="demo", data_dir=data / "demo", port=port))
    await upgrade(office.store.writer)
    await seed(office, echo=lambda _: None)
    await close_office(office)
    told = {"SANWEI_MODE": "demo", "SANWEI_DATA_DIR": str(data / "demo"), "SANWEI_PORT": str(port)}
    os.environ.update(told)
    server = Child([sys.executable, "-P", "-m", "server.cli", "run"], port, log=data / "log")
    try:
        server.start()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        for name in told:
            os.environ.pop(name)


async def phones(_bench: Bench) -> list[Row]:
    """Each app's budgets, one after another."""
    async with demo() as base, async_playwright() as playwright:
        return [row for app in APPS for row in await _measured(playwright.chromium, base, app)]


async def _measured(chromium: BrowserType, base: str, app: App) -> list[Row]:
    browser = await chromium.launch(executable_path=BROWSER, args=CHROMIUM_FLAGS)
    context = await browser.new_context(**PHONE)
    await _enter(await context.new_page(), base, app)
    warm = [await _start(await context.new_page(), base, app) for _ in range(STARTS)]
    await context.set_offline(True)
    off = [await _start(await context.new_page(), base, app) for _ in range(STARTS)]
    slow, last = [], context  # each knows what the last one knew: a session goes on, it is not copied
    for _ in range(STARTS):
        known = await last.storage_state(indexed_db=True)
        last = await browser.new_context(**PHONE, storage_state=known)
        slow.append(await _start(await last.new_page(), base, app, cold=True))
    await browser.close()
    return [await _lighthouse(chromium, base, app), _starts(app, slow, warm, off)]


async def _enter(page: Page, base: str, app: App) -> None:
    """Open the app for the first time, and stay until it could start without network."""
    await page.goto(f"{base}/{app.name}/")
    if app.login:
        await page.get_by_role("button", name=app.login, exact=True).click()
    await page.locator(app.usable).first.wait_for(timeout=PATIENCE)
    await page.evaluate("navigator.serviceWorker.ready.then(() => 0)")


async def _start(page: Page, base: str, app: App, *, cold: bool = False) -> tuple[float, float]:
    """Seconds until the first text and until it is usable, of one start."""
    if cold:
        line = await page.context.new_cdp_session(page)
        await line.send("Network.enable")
        await line.send("Network.emulateNetworkConditions", SLOW)
    began = time.perf_counter()
    await page.goto(f"{base}/{app.name}/", wait_until="commit", timeout=PATIENCE)
    await page.locator(app.usable).first.wait_for(timeout=PATIENCE)
    usable = time.perf_counter() - began
    first = float(await page.evaluate(FIRST_TEXT)) / 1000
    await page.close()
    return first, usable


async def _lighthouse(chromium: BrowserType, base: str, app: App) -> Row:
    """Its verdict on the first page, of one who is signed in and has nothing of the app yet."""
    profile = HOME / "clients" / app.name
    context = await chromium.launch_persistent_context(
        profile, executable_path=BROWSER, args=CHROMIUM_FLAGS, **PHONE
    )
    await _enter(await context.new_page(), base, app)
    await context.close()
    # in a browser of its own: whoever else listens on the page takes the same thread's time
    asked = [f"{base}/{app.name}/", BROWSER, str(profile), *CHROMIUM_FLAGS]
    command = [program("node"), "lighthouse.mjs", *asked]
    told = await asyncio.create_subprocess_exec(*command, cwd=PEERS, stdout=asyncio.subprocess.PIPE)
    said, _ = await told.communicate()
    seen = json.loads(said.splitlines()[-1])
    score = seen["score"]
    goals = [
        at_most(seen["lcp"], app.lcp, "s LCP"),
        at_most(seen["cls"], 0.05, "CLS"),
        at_most(seen["tbt"], app.tbt, "ms TBT"),
        at_least(score["performance"], app.points, "performance"),
        at_least(score["accessibility"], 100, "accessibility"),
        at_least(score["best-practices"], 95, "best practice"),
    ]
    return Row(f"{app.name}: Lighthouse, mobile", f"{seen['lcp']:.1f} s LCP", seen["bad"], goals, seen["lcp"])


def _starts(app: App, slow: list[Start], warm: list[Start], off: list[Start]) -> Row:
    text, usable = median(first for first, _ in slow), median(end for _, end in slow)
    goals = [
        at_most(text, app.text, "s first text"),
        at_most(usable, app.use, "s usable"),
        at_most(median(end for _, end in warm), 1.5, "s warm"),
        at_most(median(end for _, end in off), 1.5, "s in airplane mode"),
    ]
    return Row(f"{app.name}: cold on slow 3G, warm, offline", f"{usable:.1f} s cold", [], goals, usable)
