"""Notices: made once from the news, seen by whom they are for and nobody else."""

from datetime import timedelta

import pytest

from server.command.notices import service
from server.command.notices.tables import Notice
from server.command.requests.service import citizen as requests
from server.kernel.actors import SYSTEM
from tests.city import an_office, everything

LIST = """query($unread: Boolean!) { notices(unread: $unread) { items {
  id key stage subjectKind subjectId no title urgent readAt unit { name } } next } unreadNotices }"""
READ = "mutation($ids: [ID!]!) { readNotices(ids: $ids) }"


@pytest.fixture(autouse=True)
async def begun(city):
    """What happened before the first look is history."""
    assert await service.spread(city.office) == 0


async def told(city, person, *, unread=False):
    while await service.spread(city.office):
        pass
    return (await city.ask(person, LIST, unread=unread))["notices"]["items"]


async def keys(city, person):
    return [each["key"] for each in await told(city, person)]


async def marks(city, person):
    """What the person was told of the limit of handling."""
    heard = [each for each in await told(city, person) if each["stage"] == "handle"]
    return [each["key"] for each in heard if each["subjectKind"] == "order"]


async def test_a_dispatch_is_told_to_the_unit_and_to_the_reporter(city):
    id = await city.submit()
    await city.dispatch(id)
    order = await city.order(id)
    [notice] = await told(city, city.wang)
    assert notice == {
        "id": notice["id"], "key": "order.dispatch", "stage": "", "subjectKind": "order", "subjectId": id,
        "no": order.no, "title": order.title, "urgent": False, "readAt": None, "unit": {"name": "区住建局"},
    }  # fmt: skip
    mine = await told(city, city.ann)
    assert {(each["key"], each["subjectKind"], each["subjectId"]) for each in mine} == {
        ("order.dispatch", "request", id), ("order.file", "request", id),
    }  # fmt: skip


async def test_nobody_else_hears_of_it(city):
    await city.dispatch(await city.submit())
    others = [who for who in city.staff if who not in (city.wang, city.tang)]
    heard = {who.id: await keys(city, who) for who in (*others, city.ben)}
    assert {id for id, some in heard.items() if some} == set()


async def test_whoever_met_it_too_is_told(city):
    id = await city.submit()
    await city.do(city.ben, requests.follow_case, id)
    await city.dispatch(id)
    assert {(each["key"], each["subjectKind"]) for each in await told(city, city.ben)} == {
        ("order.dispatch", "order"), ("order.file", "order"),
    }  # fmt: skip


async def test_whoever_did_it_is_not_told_of_it(city):
    id = await city.submit()
    await city.dispatch(id)
    await city.sign(id, city.tang)
    await city.finish(id, city.tang)  # the head himself
    assert "order.finish" not in await keys(city, city.tang)


async def test_a_clock_tells_its_owner_then_the_head_then_the_leaders(city):
    id = await city.dispatch(await city.report())
    await city.sign(id)
    heard: dict[str, set[str]] = {who.id: set() for who in (city.wang, city.tang, city.bo, city.lin)}
    due = (await city.clock_of(id, "handle")).due_at
    city.clock.set(due - timedelta(minutes=1))
    for hours in (0, 1, 24, 24, 24, 24):  # of two working days: 80, 100, then 150 and 200 percent
        city.clock.advance(hours=hours)
        await city.sweep()
        for who in (city.wang, city.tang, city.bo, city.lin):
            heard[who.id] |= set(await marks(city, who))
    steps = [f"order.clock_{level}" for level in (80, 100, 150, 200)]
    assert heard == {"wang": set(steps), "tang": set(steps[1:]), "bo": set(steps[2:]), "lin": set(steps[3:])}


async def test_of_several_marks_in_one_sweep_the_last_says_it_all(city):
    id = await city.dispatch(await city.report())
    await city.sign(id)
    city.clock.advance(days=30)
    await city.sweep()
    assert await marks(city, city.wang) == ["order.clock_200"]


async def test_danger_is_told_at_once_and_again_when_nobody_came(city):
    id = await city.submit(text="有人触电，快来人")
    assert (await city.order(id)).danger
    [first] = await told(city, city.bo)
    assert (first["key"], first["urgent"]) == ("order.danger", True)
    city.clock.advance(minutes=31)
    await city.sweep()
    heard = {(each["key"], each["stage"]) for each in await told(city, city.bo)}
    assert ("order.clock_100", "danger") in heard


async def test_it_is_told_once_whoever_looks(city, settings, clock):
    await city.dispatch(await city.submit())
    async with an_office(settings, clock) as other:
        for _ in range(3):
            await service.spread(city.office)
            await service.spread(other)
    assert len(await city.rows(Notice, Notice.person_id == "wang")) == 1


async def test_what_is_old_is_not_told_when_the_server_comes_back(city):
    await city.dispatch(await city.submit())
    city.clock.advance(days=4)
    assert await keys(city, city.wang) == []


async def test_reading_one_and_all(city):
    for _ in range(3):
        await city.dispatch(await city.submit())
    ids = [each["id"] for each in await told(city, city.wang)]
    assert (await city.ask(city.wang, READ, ids=ids[:1]))["readNotices"] == 2
    assert len(await told(city, city.wang, unread=True)) == 2
    assert (await city.ask(city.wang, "mutation { readAllNotices }"))["readAllNotices"] == 0
    assert (await city.ask(city.wang, LIST, unread=True))["unreadNotices"] == 0


async def test_nobody_reads_another_ones(city):
    await city.dispatch(await city.submit())
    [notice] = await told(city, city.wang)
    before = await everything(city.office)
    assert (await city.ask(city.zhao, READ, ids=[notice["id"]]))["readNotices"] == 0
    assert await everything(city.office) == before


async def test_a_device_hands_its_notices_to_the_account(city):
    await city.dispatch(await city.submit(city.ben))
    assert await told(city, city.ben)
    async with city.office.work(SYSTEM) as work:
        await service.hand_over(work, "ben", "ann")
    assert await told(city, city.ben) == []
    assert set(await keys(city, city.ann)) == {"order.dispatch", "order.file"}


async def test_what_was_told_long_ago_is_forgotten(city):
    await city.dispatch(await city.submit())
    assert await told(city, city.wang)
    city.clock.advance(days=91)
    await service.forget(city.office)
    assert await city.rows(Notice) == []


async def test_a_quiet_city_costs_nothing(city):
    await told(city, city.wang)
    before = await everything(city.office)
    assert await service.spread(city.office) == 0
    assert await everything(city.office) == before
