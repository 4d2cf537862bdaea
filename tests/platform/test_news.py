"""News are kept with a cursor: a reader who comes back hears everything once, in order, and at once."""

import asyncio
from contextlib import aclosing, suppress
from random import Random

import pytest
from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.kernel.errors import BadInput
from server.platform import news
from server.platform.news import LOST_WAKE_SECONDS, PAGE, READY, Cursor, Index, Interest, LocalHub, News
from server.platform.read import Reader
from tests.city import an_office, on_sqlite
from tests.clock import MONDAY
from tests.factories import CELL, DISTRICT, STREET, an_id
from tests.platform.offices import BEGINNING, OTHER, happen, heard
from tests.servers import eventually

ORDERS = Interest("order")


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def test_the_first_item_says_from_where_one_listens(office):
    await happen(office, "order.report")
    async with aclosing(office.news.follow(ORDERS)) as events:
        told = await anext(events)
        assert (told.cursor, told.verb, told.subject_id) == (f"{STREET}:1", READY, None)
        await happen(office, "order.file")
        told = await asyncio.wait_for(anext(events), LOST_WAKE_SECONDS / 2)
        assert (told.cursor, told.verb) == (f"{STREET}:2", "order.file")


class Counting(Reader):
    """A reader that counts its statements."""

    asked = 0

    async def lines(self, *args, **rest):
        self.asked += 1
        return await super().lines(*args, **rest)

    async def tuples(self, *args, **rest):
        self.asked += 1
        return await super().tuples(*args, **rest)


class Listener:
    """Keeps what it hears."""

    def __init__(self, interest):
        self.interest, self.heard = interest, []

    def hear(self, told):
        self.heard.append(told)


async def test_a_thousand_followers_cost_as_many_statements_as_one(office):
    office.news._read = reader = Counting(office.store)
    crowd = [Listener(ORDERS) for _ in range(1000)]
    await asyncio.gather(*(office.news.join(one) for one in crowd))
    assert reader.asked <= 4
    before = reader.asked
    await happen(office, "order.report")
    await eventually(lambda: crowd[0].heard)
    assert reader.asked - before <= 4
    assert all(one.heard == crowd[0].heard for one in crowd)
    assert crowd[0].heard[0] is crowd[-1].heard[0]
    for one in crowd:
        office.news.leave(one)


async def test_a_lost_wake_is_healed_by_looking(settings, clock, monkeypatch):
    class Deaf(LocalHub):
        async def wake(self, keys):
            """A broker that loses everything."""

    monkeypatch.setattr(news, "LOST_WAKE_SECONDS", 0.05)
    async with (
        an_office(settings, clock, hub=Deaf()) as office,
        aclosing(office.news.follow(ORDERS)) as events,
    ):
        await anext(events)
        await happen(office, "order.report")
        assert (await asyncio.wait_for(anext(events), 2)).verb == "order.report"


async def test_the_desk_rests_when_nobody_follows(office):
    hub = office.hub
    async with aclosing(office.news.follow(ORDERS)) as events:
        await anext(events)
        await eventually(lambda: hub.keys)
    await eventually(lambda: not hub.keys)
    await happen(office, "while nobody listened")
    async with aclosing(office.news.follow(ORDERS)) as events:
        assert (await anext(events)).cursor == f"{STREET}:1"
        await happen(office, "order.file")
        assert (await anext(events)).verb == "order.file"


async def test_a_store_that_was_away_costs_no_event(office, monkeypatch, caplog):
    class Away(Reader):
        async def tuples(self, *args, **rest):
            raise ConnectionRefusedError

    monkeypatch.setattr(news, "STORE_AWAY_SECONDS", 0.02)
    async with aclosing(office.news.follow(ORDERS)) as events:
        await anext(events)
        there, office.news._read = office.news._read, Away(office.store)
        await happen(office, "order.report")
        await eventually(lambda: caplog.records)
        office.news._read = there
        assert (await anext(events)).verb == "order.report"


@on_sqlite
@pytest.mark.parametrize(
    ("interest", "expected"),
    [
        (Interest("order"), "abcde"),
        (Interest("order", STREET), "abc"),
        (Interest("order", CELL), "a"),
        (Interest("order", DISTRICT), "abcde"),
        (Interest("order", keys=frozenset({"unit:zj"})), "bd"),
        (Interest("order", STREET, frozenset({"unit:zj"})), "b"),
        (Interest("order", keys=frozenset({"unit:z", "unit:zj1", "person:ann"})), "c"),
    ],
)
async def test_one_hears_what_one_follows(office, interest, expected):
    await happen(office, "a", area=CELL)
    await happen(office, "b", area=STREET, touches=("unit:zj", "person:wang"))
    await happen(office, "c", area=STREET, touches=("person:ann",))
    await happen(office, "d", area=OTHER, touches=("unit:zj",))
    await happen(office, "e", area=DISTRICT)
    async with office.work(SYSTEM) as work:
        work.tell("other.topic", "request", an_id(), area=STREET, touches=["unit:zj"])
    found = await heard(office, len(expected), f"{STREET}:0,{OTHER}:0,{DISTRICT}:0", interest)
    assert "".join(sorted(told.verb for told in found)) == expected


@pytest.mark.parametrize("area", ["", DISTRICT, STREET, CELL, OTHER, "9"])
@pytest.mark.parametrize("keys", [(), ("unit:zj",), ("unit:z", "person:ann"), ("unit:zj", "person:ann")])
def test_the_index_finds_exactly_those_who_want_it(area, keys):
    interest = Interest("order", area, frozenset(keys))
    follower, index = Listener(interest), Index()
    index.add(follower)
    for topic in ("order", "request"):
        for place in (CELL, STREET, OTHER, DISTRICT):
            for touches in ("", "|unit:zj|", "|person:ann|unit:zj|", "|unit:zj1|"):
                event = News(street="", seq=1, at=MONDAY, verb="", subject_id="", topic=topic, area=place,
                             touches=touches)  # fmt: skip
                assert (follower in index.wanting(event)) is interest.wants(event)
    index.discard(follower)
    index.discard(follower)
    assert len(index) == 0
    assert not index.wanting(event)


async def test_coming_back_with_any_cursor_one_hears_the_rest_and_only_the_rest(office):
    for n in range(4):
        await happen(office, f"a{n}")
        await happen(office, f"b{n}", area=OTHER)
    everything = await heard(office, 8, f"{STREET}:0,{OTHER}:0", ORDERS)
    for n, told in enumerate(everything[:-1]):
        rest = await heard(office, 7 - n, told.cursor, ORDERS)
        assert [one.verb for one in rest] == [one.verb for one in everything[n + 1 :]]


async def test_a_street_that_is_new_since_the_cursor_is_heard_from_its_first_event(office):
    await happen(office, "a")
    async with aclosing(office.news.follow(ORDERS)) as events:
        cursor = (await anext(events)).cursor
    await happen(office, "b", area=OTHER)
    [told] = await heard(office, 1, cursor, ORDERS)
    assert (told.verb, told.cursor) == ("b", f"{STREET}:1,{OTHER}:1")


async def test_more_than_a_page_is_heard_whole(office):
    await happen(office, *(f"a{n}" for n in range(PAGE + 50)))
    await happen(office, *(f"b{n}" for n in range(60)), area=OTHER)
    found = await heard(office, PAGE + 110, f"{STREET}:0,{OTHER}:0", ORDERS)
    assert [told.verb for told in found] == [
        *(f"a{n}" for n in range(PAGE + 50)),
        *(f"b{n}" for n in range(60)),
    ]


async def test_nothing_is_lost_or_heard_twice_while_streets_write_and_lines_drop(office):
    """Three streets at once, and a reader who hangs up every few events and comes back with his cursor."""
    streets, each, dice = (STREET, OTHER, "440103008"), 15, Random(4)

    async def write(street):
        for n in range(each):
            await happen(office, f"{street}:{n}", area=street)

    writing = [asyncio.create_task(write(street)) for street in streets]
    found: list[str] = []
    cursor = ",".join(f"{street}:0" for street in streets)
    while len(found) < each * len(streets):
        n = min(dice.randint(1, 7), each * len(streets) - len(found))
        for told in await asyncio.wait_for(heard(office, n, cursor, ORDERS), 20):
            found.append(told.verb)
            cursor = told.cursor
    await asyncio.gather(*writing)
    assert len(set(found)) == len(found)
    for street in streets:
        assert [one for one in found if one.startswith(street)] == [f"{street}:{n}" for n in range(each)]
    with suppress(TimeoutError):
        more = await asyncio.wait_for(heard(office, 1, cursor, ORDERS), 0.3)
        assert more == []


@on_sqlite
@pytest.mark.parametrize("cursor", ["x", "440103006:x", "440103006", "440103006:1:2", ":"])
async def test_what_is_no_cursor_is_refused(office, cursor):
    async with aclosing(office.news.follow(ORDERS, cursor)) as events:
        with pytest.raises(BadInput) as refused:
            await anext(events)
    assert refused.value.field == "since"


def test_a_cursor_is_read_back():
    assert str(Cursor.parse(f"{OTHER}:3,{STREET}:2")) == f"{STREET}:2,{OTHER}:3"
    assert str(Cursor.parse(BEGINNING)) == BEGINNING


async def test_a_cursor_from_the_future_hears_what_comes(office):
    """A store that was restored is behind its readers' cursors."""
    await happen(office, "a")
    async with aclosing(office.news.follow(ORDERS, f"{STREET}:900")) as events:
        await anext(events)
        await happen(office, "b")
        assert (await anext(events)).verb == "b"


async def test_whom_it_concerns_is_kept_with_the_event(office):
    await happen(office, "a", touches=("unit:zj", "person:ann"))
    async with office.reading() as session:
        [kept] = await session.exec(select(News))
    assert (kept.touches, kept.topic, kept.area) == ("|person:ann|unit:zj|", "order", STREET)
