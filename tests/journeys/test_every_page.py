"""Every page of the three apps, in everybody's hands: nothing grave for those who see or move differently."""

import pytest

from server.settings import Settings
from tests.walk import NARROW, WIDER, enter, grave, people, walk

LOOKS = ("", "dark", "elder")
LOOK = """look => {
    const { dataset } = document.documentElement
    delete dataset.theme, delete dataset.mode
    if (look === 'dark') dataset.theme = 'dark'
    if (look === 'elder') dataset.mode = 'elder'
}"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("app", ["citizen", "officer", "leader"])
async def test_every_page_can_be_used_by_everybody(city, phone_page, app):
    """axe in light, dark and elder mode, and 320 px wide."""
    known: set[tuple[str, str]] = set()
    faults: list[str] = []
    pages = 0
    posts: set[str] = set()
    for person in people(Settings(mode="demo")):
        post = person.login.removesuffix(f"{person.name}登录")
        if person.app != app or post in posts:
            continue
        posts.add(post)
        page = await phone_page(city.url)
        await enter(page, city.url, person)
        async for stop in walk(page, person, known):
            pages += 1
            for look in LOOKS:
                await page.evaluate(LOOK, look)
                faults += [f"{stop.path} {look} ({person.name}): {each}" for each in await grave(page)]
            await page.evaluate(LOOK, "")
            before = page.viewport_size
            await page.set_viewport_size(NARROW)
            if await page.evaluate(WIDER) > 0:
                faults.append(f"{stop.path} ({person.name}): wider than 320 px")
            await page.set_viewport_size(before)
        await page.context.close()
    assert faults == []
    assert pages > 5
