"""The homes on a slow line: they appear from their top, and nothing jumps under a finger (ux 4: CLS)."""

import asyncio

import pytest
from playwright.async_api import Page, Route

from tests.servers import Running
from tests.walk import Person, enter, settled

MOST_SHIFT = 0.05
PEOPLE = (
    Person("citizen", "游客"),
    Person("citizen", "街坊", "13800138001"),
    Person("officer", "陈嘉敏", "以网格员陈嘉敏登录"),
    Person("officer", "王强", "以经办人王强登录"),
    Person("leader", "林主任", "以领导林主任登录"),
)
WATCH = """() => {
    window.shifts = []
    new PerformanceObserver(seen => seen.getEntries().forEach(({ value, sources }) => {
        window.shifts.push([value, ...sources.map(({ node }) => node?.className || node?.nodeName)])
    })).observe({ type: 'layout-shift', buffered: true })
}"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: f"{person.app}-{person.name}")
async def test_a_home_does_not_jump(city: Running, phone_page, person: Person) -> None:
    first: Page = await phone_page(city.url)
    await enter(first, city.url, person)
    await settled(first)
    await first.evaluate("() => { location.hash = '#/' }")  # who signs in may land elsewhere
    await first.wait_for_load_state("networkidle")
    await settled(first)
    # the same person's phone, with nothing of the app but who he is; each answer later than the one before
    context = first.context
    late = 0

    async def wait(route: Route) -> None:
        nonlocal late
        late += 1
        await asyncio.sleep(0.25 + 0.1 * (late % 4))
        await route.continue_()

    page = await context.new_page()
    await page.add_init_script(f"({WATCH})()")
    await page.route("**/graphql", wait)
    await page.goto(f"{city.url}/{person.app}/")
    await settled(page)
    await page.wait_for_timeout(1500)
    shifts = await page.evaluate("window.shifts")
    assert late > 1
    assert sum(value for value, *_ in shifts) <= MOST_SHIFT, shifts
