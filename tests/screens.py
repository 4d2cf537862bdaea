"""`make screens`: a picture of every page of the three apps, on a phone and, for staff, at a desk.

    python -m tests.screens [APP ...] [--mode standard|dark|elder]

Pictures go to var/screens/MODE/APP/WIDTH-PATTERN-PERSON.png; `index.html` there shows them all. What axe
finds serious, and pages wider than the screen, are printed.
"""

import argparse
import asyncio
import html
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Geolocation, ViewportSize, async_playwright

from server.app import close_office, create_app, open_office
from server.demo import seed
from server.migrations.upgrade import upgrade
from server.settings import Settings
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS, HERE
from tests.servers import free_port, program, running
from tests.walk import MODES, WIDER, Person, enter, grave, people, walk

FOLDER = Path("var/screens")
HEIGHT = "() => Math.min(document.scrollingElement.scrollHeight, 4000)"
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)


async def main(apps: list[str], modes: list[str]) -> int:
    """Take the pictures. Returns how many faults were found."""
    faults = 0
    with tempfile.TemporaryDirectory(prefix="sanwei-screens-") as data:
        settings = Settings(mode="demo", data_dir=Path(data), port=free_port())
        office = open_office(settings)
        await upgrade(office.store.writer)
        await seed(office, echo=lambda _: None)
        await close_office(office)
        async with running(create_app(settings), port=settings.port), async_playwright() as playwright:
            path = program(*CHROMIUM)
            browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
            base = f"http://127.0.0.1:{settings.port}"
            everybody = [each for each in people(settings) if each.app in apps]
            for mode in modes:
                for wide in (False, True):
                    known = set[tuple[str, str]]()
                    for person in everybody:
                        if not wide or person.app != "citizen":
                            faults += await visit(browser, base, person, mode, wide, known)
            await browser.close()
    _index()
    return faults


async def visit(
    browser: Browser, base: str, person: Person, mode: str, wide: bool, known: set[tuple[str, str]]
) -> int:
    """One person's walk in one mode. Returns how many faults were found."""
    faults = 0
    screen = DESK if wide else PHONE
    context = await browser.new_context(
        viewport=screen, has_touch=not wide, is_mobile=not wide, locale="zh-CN", timezone_id="Asia/Shanghai",
        geolocation=Geolocation(longitude=HERE["longitude"], latitude=HERE["latitude"]),
        permissions=["geolocation"], reduced_motion="reduce",
    )  # fmt: skip
    remembered = f"localStorage.setItem('sanwei.{person.app}.modes', '{MODES[mode]}')"
    await context.add_init_script(remembered)
    page = await context.new_page()
    await enter(page, base, person)
    folder = FOLDER / mode / person.app
    folder.mkdir(parents=True, exist_ok=True)
    async for stop in walk(page, person, known):
        name = stop.pattern.strip("/").replace("/", "_").replace(":", "") or "home"
        await page.screenshot(
            path=folder / f"{1440 if wide else 390}-{name}-{person.name}.png", full_page=True
        )
        found = await grave(page)
        if await page.evaluate(WIDER) > 0:
            found.append("wider than the screen")
        for each in found:
            print(f"{mode} {person.app} {stop.path} ({person.name}): {each}", file=sys.stderr)
        faults += len(found)
    await context.close()
    return faults


def _index() -> None:
    shots = sorted(FOLDER.glob("*/*/*.png"))
    cards = "".join(
        f'<figure><img loading="lazy" src="{html.escape(str(each.relative_to(FOLDER)))}">'
        f"<figcaption>{html.escape(str(each.relative_to(FOLDER)))}</figcaption></figure>"
        for each in shots
    )
    style = "body{display:flex;flex-wrap:wrap;gap:16px}img{width:300px}figure{margin:0}"
    (FOLDER / "index.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{cards}")
    print(f"{len(shots)} pictures: {FOLDER / 'index.html'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("apps", nargs="*", default=["citizen", "officer", "leader"])
    parser.add_argument("--mode", choices=MODES, action="append")
    given = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(asyncio.run(main(given.apps, given.mode or list(MODES))) > 0)
