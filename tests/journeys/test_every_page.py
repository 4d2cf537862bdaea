"""Every page of the three apps: it speaks, and nothing is grave for those who see or move differently."""

import pytest

from server.settings import Settings
from tests.walk import (
    BARS,
    LARGEST,
    LETTERS,
    NARROW,
    RULES,
    SIDEWAYS,
    WIDER,
    enter,
    grave,
    people,
    walk,
    wordless,
)

# the same page in other colours, then in other sizes: what those can change is looked at again
LOOKS: dict[str, dict[str, object]] = {
    "": RULES,
    "dark": {"type": "rule", "values": ["color-contrast"]},
    "elder": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
}
SCREENS = (
    ("320 px", NARROW, 1),
    ("320 px with letters of 30 px", NARROW, LARGEST),
    ("a phone on its side", SIDEWAYS, 1),
)
MOST_BARS = 0.55  # of the height
LOOK = """look => {
    const { dataset } = document.documentElement
    delete dataset.theme, delete dataset.mode
    if (look === 'dark') dataset.theme = 'dark'
    if (look === 'elder') dataset.mode = 'elder'
}"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("app", ["citizen", "officer", "leader"])
async def test_every_page_can_be_used_by_everybody(city, phone_page, app):
    """axe in light, dark and elder mode; 320 px, the largest letters, a phone on its side."""
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
            faults += [f"{stop.path} ({person.name}): no words for {key}" for key in await wordless(page)]
            for look, rules in LOOKS.items():
                await page.evaluate(LOOK, look)
                faults += [f"{stop.path} {look} ({person.name}): {each}" for each in await grave(page, rules)]
            await page.evaluate(LOOK, "")
            before = page.viewport_size
            for name, screen, letters in SCREENS:
                await page.set_viewport_size(screen)
                await page.evaluate(LETTERS, letters)
                if await page.evaluate(WIDER) > 0:
                    faults.append(f"{stop.path} ({person.name}): wider than {name}")
                if await page.evaluate(BARS) > MOST_BARS:
                    faults.append(f"{stop.path} ({person.name}): bars cover {name}")
            await page.evaluate(LETTERS, 1)
            await page.set_viewport_size(before)
        await page.context.close()
    assert faults == []
    assert pages > 5
