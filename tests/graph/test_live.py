"""One execution per event: the same text to all who are told the same, nothing to anybody else."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest

from server.command.orders.tables import WorkOrder
from server.graph import broadcast
from server.graph.broadcast import BURST, Nobody
from server.graph.context import Context
from server.kernel.actors import CITIZEN, LEADER
from server.platform.watch import watch
from tests.city import city, on_sqlite
from tests.factories import DISTRICT, STREET, a_leader, an_id
from tests.graph.crowd import begun, crowd, next_event, schemas
from tests.servers import eventually

__all__ = ["city"]
FOLLOW = "subscription {}($since:String){{liveOrders(since:$since){{cursor verb orderId order{{id {}}}}}}}"
SHARED = FOLLOW.format("Shared", "no state")
PERSONAL = FOLLOW.format("Personal", "actions")
BOARD = "subscription Pictures{liveBoard{at open{value}}}"


@pytest.fixture
async def here(city):
    async with crowd(city.office) as here:
        yield here


@pytest.fixture
def executed():
    """Names of the operations that were executed, as they come."""
    watch.know(["Shared", "Personal", "Pictures"])
    names = []
    stop = watch.listen(lambda operation, _seconds: names.append(operation.name))
    yield names
    stop()


async def test_one_execution_serves_a_crowd_with_the_same_words(city, here, executed):
    leaders = [replace(city.lin, id=f"leader{n}") for n in range(12)]
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(here.line(leader)) for leader in leaders]
        for line in lines:
            assert (await begun(line, SHARED))["verb"] == "ready"
        assert (here.broadcast.groups, here.broadcast.followers) == (1, 12)
        executed.clear()
        id = await city.report()
        events = [await next_event(line) for line in lines]
        assert events[0]["order"]["id"] == events[0]["orderId"] == id
        assert all(heard == events[0] for heard in events)
        assert executed == ["Shared"]
    await eventually(lambda: (here.broadcast.groups, here.broadcast.followers) == (0, 0))


async def test_what_depends_on_who_asks_is_executed_for_each(city, here, executed):
    async with here.line(city.lin) as lin, here.line(city.bo) as bo, here.line(city.lin) as again:
        for line in (lin, bo, again):
            await begun(line, PERSONAL)
        assert here.broadcast.groups == 3  # two sessions of one person are not shared either
        executed.clear()
        id = await city.report()
        for line in (lin, bo, again):
            assert (await next_event(line))["order"]["id"] == id


def test_nobody_asks_in_a_shared_answer():
    with pytest.raises(RuntimeError, match="personal"):
        _ = Nobody(None).actor  # type: ignore[arg-type]


async def test_the_row_is_read_once_for_all_groups(city, here):
    asked = []
    line_of = city.office.read.line

    async def counting(rows, *rest):
        asked.append(rows)
        return await line_of(rows, *rest)

    city.office.read.line = counting
    async with here.line(city.lin) as shared, here.line(city.lin) as personal, here.line(city.bo) as other:
        await begun(shared, SHARED)
        await begun(personal, PERSONAL)
        await begun(other, SHARED.replace("state", "title"))
        async with city.office.work(city.chen) as work:
            work.tell("order.x", "order", an_id(), area=STREET)
        for line in (shared, personal, other):
            assert (await next_event(line))["order"] is None  # there is no such order
        about_the_order = [rows for rows in asked if rows.column_descriptions[0]["entity"] is WorkOrder]
        assert len(about_the_order) == 1


async def test_a_row_one_may_not_see_is_an_id_without_a_row(city, here):
    """The event touches both units; only one of them has the case."""
    id = await city.dispatch(await city.report())
    async with here.line(city.wang) as mine, here.line(city.zhao) as theirs:
        await begun(mine, SHARED)
        await begun(theirs, SHARED)
        async with city.office.work(city.li) as work:
            work.tell("order.x", "order", id, area=STREET, touches=["unit:zj", "unit:cg"])
        assert (await next_event(mine))["order"]["id"] == id
        told = await next_event(theirs)
        assert (told["orderId"], told["order"]) == (id, None)
        assert here.broadcast.groups == 1  # the same words, but two executions


async def test_one_hears_only_what_one_follows(city, here):
    async with here.line(city.bo) as street, here.line(replace(city.bo, area="440103013")) as other:
        await begun(street, SHARED)
        await begun(other, SHARED)
        await city.report()
        assert (await next_event(street))["verb"] == "order.report"
        with pytest.raises(TimeoutError):
            await other.receive(within=0.2)


async def said(results):
    """The next event of a plain subscription."""
    data: Any = (await anext(results)).data
    return data["liveOrders"]


async def test_together_one_is_told_what_one_would_be_told_alone(city, here):
    """The broadcast against the plain subscription, which serves one reader and plans nothing."""
    for actor, query in ((city.lin, SHARED), (city.lin, PERSONAL), (city.wang, SHARED), (city.li, PERSONAL)):
        alone = await schemas().stream(query, context_value=Context(city.office, actor))
        expected = [(await said(alone))["verb"]]
        async with here.line(actor) as line:
            heard = [(await begun(line, query))["verb"]]
            async with city.office.work(city.li) as work:
                work.tell("order.x", "order", an_id(), area=STREET, touches=["unit:zj"])
            expected.append(await said(alone))
            heard.append(await next_event(line))
        await alone.aclose()
        assert heard == expected


async def test_one_resumes_from_a_cursor_and_misses_nothing(city, here):
    """A phone that hangs up every few events while three streets write."""
    streets, each, heard = ("440103006", "440103013", "440103008"), 12, list[str]()

    async def write(street):
        for n in range(each):
            async with city.office.work(city.li) as work:
                work.tell(f"{street}:{n}", "order", an_id(), area=street)

    async with here.line(city.lin) as line:
        cursor = (await begun(line, SHARED))["cursor"]
    writing = [asyncio.create_task(write(street)) for street in streets]
    while len(heard) < each * len(streets):
        async with here.line(city.lin) as line:
            assert (await begun(line, SHARED, since=cursor))["cursor"] == cursor
            for _ in range(min(5, each * len(streets) - len(heard))):
                event = await next_event(line)
                heard.append(event["verb"])
                cursor = event["cursor"]
    await asyncio.gather(*writing)
    assert len(set(heard)) == len(heard)
    for street in streets:
        assert [verb for verb in heard if verb.startswith(street)] == [f"{street}:{n}" for n in range(each)]


@on_sqlite
async def test_what_is_no_cursor_ends_the_operation(here, city):
    async with here.line(city.lin) as line:
        await line.subscribe("1", SHARED, since="nonsense")
        [error] = (await line.receive())["payload"]["errors"]
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert await line.receive() == {"id": "1", "type": "complete"}
        assert here.broadcast.followers == 0


@on_sqlite
async def test_literal_and_variable_cursors_are_the_same_question(here, city):
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        (SHARED, {"since": "440103006:0"}), (SHARED, {}), (SHARED, {"since": None, "junk": 1}),
    )  # fmt: skip
    async with here.line(city.lin) as line:
        for n, (query, variables) in enumerate(asked):
            await line.subscribe(str(n), query, **variables)
        await eventually(lambda: here.broadcast.followers == 3)
        assert here.broadcast.groups == 1
        await line.subscribe("x", FOLLOW.format("Other", "...A") + " fragment A on WorkOrder{no}")
        await eventually(lambda: here.broadcast.groups == 2)


@on_sqlite
async def test_complete_ends_it_and_frees_its_id(here, city):
    async with here.line(city.lin) as line:
        await begun(line, SHARED)
        await line.send(id="1", type="complete")
        await eventually(lambda: here.broadcast.followers == 0)
        assert (await begun(line, BOARD))["open"] == {"value": 0}


@on_sqlite
async def test_behind_a_burst_only_the_newest_of_a_subject_is_told(here, city):
    """Every subject is told, with the last of its cursors, and the cursors never go back."""
    async with here.line(city.lin) as line:
        await begun(line, SHARED)
        subjects = [an_id() for _ in range(3)]
        async with city.office.work(city.li) as work:
            for n in range(BURST * 2):
                work.tell(f"{n}", "order", subjects[n % 3], area=STREET)
        heard = [await next_event(line) for _ in subjects]
        assert [event["verb"] for event in heard] == [f"{BURST * 2 - n}" for n in (3, 2, 1)]
        assert {event["orderId"] for event in heard} == set(subjects)
        cursors = [int(event["cursor"].rpartition(":")[2]) for event in heard]
        assert cursors == sorted(cursors)
        with pytest.raises(TimeoutError):
            await line.receive(within=0.1)


@on_sqlite
async def test_a_store_that_fails_ends_the_operation_so_that_one_comes_back(here, city, caplog):
    async def away(*_):
        raise ConnectionRefusedError

    async with here.line(city.lin) as line:
        await begun(line, SHARED)
        city.office.read.line = away
        async with city.office.work(city.li) as work:
            work.tell("x", "order", an_id(), area=STREET)
        [error] = (await line.receive())["payload"]["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert (await line.receive())["type"] == "complete"
    assert "ConnectionRefusedError" in caplog.text


async def test_the_board_is_drawn_once_for_an_area(city, here, executed, monkeypatch):
    other = a_leader(area=DISTRICT)
    async with here.line(city.lin) as lin, here.line(other) as second, here.line(city.bo) as bo:
        assert (await begun(lin, BOARD))["open"] == {"value": 0}
        assert (await begun(second, BOARD))["open"] == {"value": 0}
        assert (await begun(bo, BOARD))["open"] == {"value": 0}
        assert (here.broadcast.groups, executed.count("Pictures")) == (2, 2)  # the district's, the street's
        executed.clear()
        for _ in range(3):
            await city.report()
        for line in (lin, second, bo):
            while (await next_event(line))["open"]["value"] < 3:
                pass
        assert executed.count("Pictures") <= 2 * 3  # far fewer than events and readers
    await eventually(lambda: here.broadcast.groups == 0)


async def test_a_second_picture_comes_no_sooner_than_a_second_later(city, here):
    clock = asyncio.get_running_loop().time
    async with here.line(city.lin) as line:
        await begun(line, BOARD)
        began = clock()
        await city.report()
        await next_event(line)
        assert clock() - began > 0.8


async def test_who_leads_nothing_here_has_no_such_subscription(city, here):
    async with here.line(city.ann) as line:
        await line.subscribe("1", SHARED)
        assert (await line.receive())["type"] == "error"
    assert schemas().of(CITIZEN) is not schemas().of(LEADER)


async def events_of(city, here, actor, query, n, **variables):
    """The first `n` frames of an event stream, as text."""
    headers = {"authorization": f"Bearer {here.token(actor)}", "accept": "text/event-stream"}
    asked = {"query": query, "variables": variables}
    found = []
    async with (
        httpx.AsyncClient(timeout=10) as http,
        http.stream("POST", f"{here.server.url}/graphql", json=asked, headers=headers) as answer,
    ):
        async for text in answer.aiter_lines():
            if text.startswith("data: {") or text == "event: complete":
                found.append(text)
                if len(found) == 1:
                    await city.report()
            if len(found) == n:
                return found
    return found


async def test_an_event_stream_is_told_the_same(city, here, executed):
    async with here.line(city.bo) as line:
        await begun(line, SHARED)
        executed.clear()
        leader = a_leader(area=STREET)
        ready, told = await events_of(city, here, leader, SHARED, 2)
        assert '"verb":"ready"' in ready
        event = await next_event(line)
        assert f'"orderId":"{event["orderId"]}"' in told
        assert f'"cursor":"{event["cursor"]}"' in told
    await eventually(lambda: here.broadcast.followers == 0)


@on_sqlite
async def test_an_event_stream_says_what_was_wrong_and_completes(city, here):
    failure, complete = await events_of(city, here, city.lin, SHARED, 2, since="nonsense")
    assert "BAD_INPUT" in failure
    assert complete == "event: complete"


@on_sqlite
async def test_who_is_told_what_he_missed_hears_meanwhile_of_nothing_twice(city, here, monkeypatch):
    """He comes back while others write: what is missed and what is new meet without a gap."""
    monkeypatch.setattr(broadcast, "MOST_HELD", 5)
    async with city.office.work(city.li) as work:
        for n in range(20):
            work.tell(f"{n}", "order", an_id(), area=STREET)
    async with here.line(city.lin) as line:
        await line.subscribe("1", SHARED, since=f"{STREET}:0")
        async with city.office.work(city.li) as work:
            work.tell("20", "order", an_id(), area=STREET)
        assert [(await next_event(line))["verb"] for _ in range(22)] == ["ready", *map(str, range(21))]
