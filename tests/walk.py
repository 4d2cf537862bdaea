"""Every page a person can reach by links: one walk for the pictures and for the checks of accessibility."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, expect

from server.demo import accounts_of
from server.settings import Settings

AXE = Path("node_modules/axe-core/axe.min.js").read_text
RULES: dict[str, object] = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
GRAVE = {"serious", "critical"}
NARROW = {"width": 320, "height": 568}
SETTLED_MS = 400
BY_PERSON = {"/", "/me", "/orders/:id"}  # pages that show every post something else
BUSY = "[aria-busy=true], .sk"
MODES = {"standard": "{}", "dark": '{"theme":"dark"}', "elder": '{"elder":true,"size":1.25}'}
LINKS = """() => [...document.querySelectorAll('a[href^="#/"]')].map(a => a.getAttribute('href').slice(1))"""
VIOLATIONS = """async rules => {
    const told = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })
    const where = nodes => nodes.map(node => node.target.join(' '))
    // pins may lie on each other: the list beside each map has the same (WCAG 2.5.8, equivalent control)
    const isPin = at => document.querySelector(at)?.matches('.pin__hit')
    const all = told.violations.map(({ id, impact, nodes }) => ({ id, impact, where: where(nodes) }))
    return all.filter(({ id, where }) => id !== 'target-size' || !where.every(isPin))
}"""
SIDEWAYS = {"width": 844, "height": 390}
LETTERS = """size => {
    const { dataset, style } = document.documentElement
    dataset.letters = size > 1 ? 'large' : '', style.setProperty('--fs', size)
}"""
LARGEST = 1.875  # 30 px
BARS = """() => {
    let tall = 0
    for (const each of document.querySelectorAll('.top, .nav, .actions, .detail__foot')) {
        const { position } = getComputedStyle(each)
        const { width, height } = each.getBoundingClientRect()
        if (position !== 'static' && width > innerWidth / 2) tall += height
    }
    return tall / innerHeight
}"""
KEYS = re.compile(r"(?m)^[a-z]+(?:\.[A-Za-z_0-9]+)+$")  # verb.order.sign: what has no words yet
WIDER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Person:
    """Who walks: `login` is the demo button, or the phone of a citizen; empty for a guest."""

    app: str
    name: str
    login: str = ""


@dataclass(frozen=True)
class Stop:
    """A page on the walk, and the pattern of its address: `/orders/:id`."""

    person: Person
    path: str
    pattern: str


def people(settings: Settings) -> Iterator[Person]:
    """A guest and a citizen with cases, then everybody the demo's login pages offer."""
    yield Person("citizen", "游客")
    yield Person("citizen", "街坊", "13800138001")
    for app, accounts in accounts_of(settings).items():
        for each in accounts:
            yield Person(app, each["name"], f"以{each['postName']}{each['name']}登录")


def pattern_of(path: str) -> str:
    """The address without what differs from row to row."""
    parts = path.partition("?")[0].split("/")
    return "/".join(":id" if re.search(r"\d", part) or len(part) > 20 else part for part in parts)


async def enter(page: Page, base: str, person: Person) -> None:
    """Open the app as this person."""
    await page.goto(f"{base}/{person.app}/")
    if not person.login:
        await expect(page.locator("h1")).to_be_visible()
    elif person.login.isdigit():
        await page.evaluate("() => { location.hash = '#/login' }")
        await page.get_by_role("textbox", name="手机号").fill(person.login)
        await page.get_by_role("button", name="获取验证码").click()
        told = await page.get_by_text(re.compile(r"演示验证码 \d{6}")).inner_text()
        await page.get_by_role("textbox", name="验证码").fill(told[-6:])
        await page.get_by_role("button", name="确认").click()
        await page.wait_for_url(re.compile(r"#/(?!login)"))
    else:
        here = page.get_by_role("region", name="演示账号")
        await here.get_by_role("button", name=person.login, exact=True).click()
        await here.wait_for(state="detached")


async def walk(page: Page, person: Person, known: set[tuple[str, str]]) -> AsyncIterator[Stop]:
    """Each page once, by its pattern; `known` are the patterns of an app somebody has walked already."""
    ahead, mine = ["/"], set[str]()
    while ahead:
        path = ahead.pop(0)
        pattern = pattern_of(path)
        if pattern in mine or (pattern not in BY_PERSON and (person.app, pattern) in known):
            continue
        mine.add(pattern)
        known.add((person.app, pattern))
        await page.evaluate("path => { location.hash = '#' + path }", path)
        await settled(page)
        yield Stop(person, path, pattern)
        ahead += [link for link in await page.evaluate(LINKS) if pattern_of(link) not in mine]


async def settled(page: Page) -> None:
    """Wait until the page shows what it has."""
    await expect(page.locator("h1").first).to_be_visible()
    await page.wait_for_timeout(SETTLED_MS)
    await expect(page.locator(BUSY)).to_have_count(0)


async def wordless(page: Page) -> list[str]:
    """Lines that say the key of their words, because nobody has written these."""
    return sorted(set(KEYS.findall(await page.locator("body").inner_text())))


async def grave(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds serious or critical on the page as it stands."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE())
    found = await page.evaluate(VIOLATIONS, rules)
    return [f"{each['id']}: {', '.join(each['where'][:3])}" for each in found if each["impact"] in GRAVE]
