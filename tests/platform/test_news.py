"""News are kept with a cursor: a reader who comes back hears everything once, in order, and at once."""

import asyncio
from contextlib import aclosing, contextmanager, suppress
from random import Random

import pytest
from sqlmodel import select

from server.kernel.actors import SYSTEM
from server.kernel.errors import BadInput
from server.platform.news import LOST_WAKE_SECONDS, PAGE, Cursor, Interest, LocalHub, News, wakes
from tests.city import an_office, on_sqlite
from tests.factories import CELL, DISTRICT, STREET, an_id
from tests.platform.offices import BEGINNING, OTHER, happen, heard

ORDERS = Interest("order")


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def test_the_first_item_says_from_where_one_listens(office):
    await happen(office, "order.report")
    async with aclosing(office.news.follow(ORDERS)) as events:
        cursor, news = await anext(events)
        assert (str(cursor), news) == (f"{STREET}:1", None)
        await happen(office, "order.file")
        cursor, news = await asyncio.wait_for(anext(events), LOST_WAKE_SECONDS / 2)
        assert (str(cursor), news.verb, news.seq) == (f"{STREET}:2", "order.file", 2)


class Watched(LocalHub):
    """A hub that says when its reader has nothing more to read."""

    def __init__(self):
        super().__init__()
        self.idle = asyncio.Event()

    @contextmanager
    def listen(self, keys):
        with super().listen(keys) as event:
            wait = event.wait

            async def idly():
                self.idle.set()
                return await wait()

            event.wait = idly  # type: ignore[method-assign]
            yield event


async def test_a_reader_who_waits_is_woken(settings, clock):
    hub = Watched()
    async with an_office(settings, clock, hub=hub) as office, aclosing(office.news.follow(ORDERS)) as events:
        await anext(events)
        waiting = asyncio.create_task(anext(events))
        await hub.idle.wait()
        await happen(office, "order.report")
        _, news = await asyncio.wait_for(waiting, LOST_WAKE_SECONDS / 2)
        assert news and news.verb == "order.report"
        assert hub.listeners("order") == 1
    assert hub.listeners("order") == 0


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
    assert "".join(sorted(news.verb for _, news in found)) == expected
    for _, news in found:
        assert set(interest.wakes) & set(wakes(news))


async def test_coming_back_with_any_cursor_one_hears_the_rest_and_only_the_rest(office):
    for n in range(4):
        await happen(office, f"a{n}")
        await happen(office, f"b{n}", area=OTHER)
    everything = await heard(office, 8, f"{STREET}:0,{OTHER}:0", ORDERS)
    for n, (cursor, _) in enumerate(everything[:-1]):
        rest = await heard(office, 7 - n, str(cursor), ORDERS)
        assert [news.verb for _, news in rest] == [news.verb for _, news in everything[n + 1 :]]


async def test_a_street_that_is_new_since_the_cursor_is_heard_from_its_first_event(office):
    await happen(office, "a")
    cursor = str(await office.news.head())
    await happen(office, "b", area=OTHER)
    [(_, news)] = await heard(office, 1, cursor, ORDERS)
    assert (news.verb, news.street) == ("b", OTHER)


async def test_more_than_a_page_is_heard_whole(office):
    await happen(office, *(f"a{n}" for n in range(PAGE + 50)))
    await happen(office, *(f"b{n}" for n in range(60)), area=OTHER)
    found = await heard(office, PAGE + 110, f"{STREET}:0,{OTHER}:0", ORDERS)
    assert [news.verb for _, news in found] == [
        *(f"a{n}" for n in range(PAGE + 50)),
        *(f"b{n}" for n in range(60)),
    ]


async def test_nothing_is_lost_or_heard_twice_while_streets_write_and_lines_drop(office):
    """Three streets at once, and a reader who hangs up every few events and comes back with his cursor."""
    streets, each, dice = (STREET, OTHER, "440103008"), 15, Random(4)

    async def write(street):
        for n in range(each):
            await happen(office, f"{n}", area=street)

    writing = [asyncio.create_task(write(street)) for street in streets]
    found: list[tuple[str, int]] = []
    cursor = ",".join(f"{street}:0" for street in streets)
    while len(found) < each * len(streets):
        n = min(dice.randint(1, 7), each * len(streets) - len(found))
        for at, news in await asyncio.wait_for(heard(office, n, cursor, ORDERS), 20):
            found.append((news.street, news.seq))
            cursor = str(at)
    await asyncio.gather(*writing)
    assert len(set(found)) == len(found)
    for street in streets:
        assert [seq for one, seq in found if one == street] == list(range(1, each + 1))
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


def test_a_cursor_is_read_back_and_never_moves_backwards():
    cursor = Cursor.parse(f"{OTHER}:3,{STREET}:2")
    assert str(cursor) == f"{STREET}:2,{OTHER}:3"
    assert str(cursor.past(STREET, 1)) == str(cursor)
    assert str(cursor.past(STREET, 9)) == f"{STREET}:9,{OTHER}:3"
    assert str(Cursor.parse(BEGINNING)) == BEGINNING


async def test_whom_it_concerns_is_kept_with_the_event(office):
    await happen(office, "a", touches=("unit:zj", "person:ann"))
    async with office.reading() as session:
        [news] = await session.exec(select(News))
    assert (news.touches, news.topic, news.area) == ("|person:ann|unit:zj|", "order", STREET)
    assert wakes(news) == ["order", "order/person:ann", "order/unit:zj"]
