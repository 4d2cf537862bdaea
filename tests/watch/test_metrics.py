"""What Prometheus reads: the right numbers, of every process, and nobody else's business."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from server.kernel.errors import NotFound
from server.platform.holds import Hold
from server.platform.sla import Timer
from server.platform.watch import watch
from server.platform.watch.book import MOST_VALUES, OTHER, Book, Counter
from server.platform.watch.siblings import Siblings
from server.platform.watch.station import Station
from server.settings import Settings
from server.web import health, metrics
from tests.identity.house import an_office
from tests.servers import eventually, free_port, running
from tests.watch.serving import post, served

WORKER = {"worker": "0"}


def counted(name, role="officer", kind="query"):
    """What the process has counted of an operation so far."""
    tally = watch.book.tallies[name, role, kind]
    return dict(tally.codes), tally.statements, sum(tally.buckets)


# ── counting ──────────────────────────────────────────────────────────────────────────────────────


def test_an_operation_is_counted_with_its_outcome_its_time_and_its_statements():
    watch.know(["Counted"])
    with watch.operation("Counted", "officer", "query"):
        watch.statement(0.25, "SELECT 1")
        watch.statement(0.5, "SELECT 2")
    with watch.operation("Counted", "officer", "query") as refused:
        refused.code = "NOT_FOUND"
    for error in (NotFound(), ValueError("13800138001"), asyncio.CancelledError()):
        with pytest.raises(type(error)), watch.operation("Counted", "officer", "query"):
            raise error
    assert counted("Counted") == ({"OK": 1, "NOT_FOUND": 2, "INTERNAL": 1, "CANCELLED": 1}, 2, 5)
    assert watch.book.tallies["Counted", "officer", "query"].sql_seconds == 0.75


def test_a_name_nobody_announced_is_another_one():
    before = counted(OTHER)[2]
    with watch.operation("_13800138001", "officer", "query"):
        pass
    assert counted(OTHER)[2] == before + 1
    assert not any("13800138001" in key[0] for key in watch.book.tallies)


async def test_a_statement_belongs_to_the_operation_that_asked_for_it_also_in_tasks():
    watch.know(["Left", "Right"])

    async def ask(n):
        await asyncio.sleep(0)
        watch.statement(0.001 * n)

    async def run(name, n):
        with watch.operation(name, "officer", "query") as operation:
            await asyncio.gather(*(ask(each) for each in range(n)))
            return operation.statements

    assert list(await asyncio.gather(run("Left", 3), run("Right", 5))) == [3, 5]
    watch.statement(1.0)  # of nobody
    assert watch.current() is None


def test_an_operation_inside_another_gives_back_to_it():
    watch.know(["Outer", "Inner"])
    with watch.operation("Outer", "", "http") as outer:
        with watch.operation("Inner", "officer", "query"):
            watch.statement(0.1)
        watch.statement(0.2, "SELECT outer")
    assert (outer.statements, outer.slowest) == (1, (0.2, "SELECT outer"))


def test_a_job_tells_when_it_last_went_well():
    with watch.job("tidy"):
        pass
    went_well = watch.book.gauges["sanwei_job_last_success_seconds"].values["tidy"]
    with pytest.raises(OSError), watch.job("tidy"):
        raise OSError
    assert watch.book.gauges["sanwei_job_last_success_seconds"].values["tidy"] == went_well
    assert counted("tidy", "system", "job")[0] == {"OK": 1, "INTERNAL": 1}


def test_a_label_has_a_bounded_number_of_values():
    counter = Counter("some", "Some.", "why")
    for n in range(2 * MOST_VALUES):
        counter.add(value=f"reason {n}")
    assert len(counter.values) == MOST_VALUES + 1
    assert counter.values[OTHER] == MOST_VALUES


def test_a_gauge_that_breaks_hides_no_other():
    def broken():
        raise RuntimeError

    watch.gauge("test_broken", "Breaks.", broken)
    watch.gauge("test_whole", "Holds.", lambda: 3)
    told = watch.book.snapshot()["gauges"]
    del watch.book.gauges["test_broken"], watch.book.gauges["test_whole"]
    assert (told["test_broken"][2], told["test_whole"][2]) == ({}, {"": 3})


# ── the page ──────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def serving(settings, clock):
    """/metrics and /healthz of an office behind a real server."""
    async with an_office(settings, clock) as office:
        app, station = FastAPI(), Station(settings)
        app.include_router(metrics.router(office, station))
        app.include_router(health.router(office))
        async with (
            station.running(),
            running(app, port=settings.port) as server,
            httpx.AsyncClient(base_url=server.url) as line,
        ):
            yield office, line


@pytest.fixture
def settings(settings):
    """On a port of its own, so that no other test's server is its sibling."""
    return settings.model_copy(update={"port": free_port()})


@pytest.fixture
async def city(settings, clock):
    async with serving(settings, clock) as (office, line):
        yield office, line


def samples(page):
    """Every number of a page, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def value(page, name, **labels):
    return samples(page)[name, frozenset(labels.items())]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_the_page_tells_operations_counters_gauges_and_the_process(city):
    _, line = city
    watch.know(["Told"])
    for seconds in (0.001, 0.002):
        with watch.operation("Told", "leader", "query"):
            watch.statement(seconds)
    page = await line.get("/metrics")
    assert (page.status_code, page.headers["content-type"]) == (
        200, "text/plain; version=0.0.4; charset=utf-8",
    )  # fmt: skip
    told = WORKER | {"operation": "Told", "role": "leader", "kind": "query"}
    assert value(page, "sanwei_operations_total", **told, code="OK") == 2
    assert value(page, "sanwei_operation_seconds_count", **told) == 2
    assert value(page, "sanwei_operation_seconds_bucket", **told, le="+Inf") == 2
    assert value(page, "sanwei_operation_statements_total", **told) == 2
    assert value(page, "sanwei_operation_statement_seconds_total", **told) == pytest.approx(0.003)
    assert value(page, "sanwei_process_resident_bytes", **WORKER) > 10_000_000
    assert value(page, "sanwei_store_up") == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_the_page_speaks_openmetrics_to_who_asks_for_it(city):
    _, line = city
    page = await line.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert page.headers["content-type"].startswith("application/openmetrics-text")
    assert page.text.endswith("# EOF\n")


async def test_what_is_due_and_was_not_done_is_told_with_its_age(city, clock):
    office, line = city
    async with office.store.writing() as session:
        now = clock()
        for n in range(3):
            session.add(Hold(
                id=f"h{n}", subject_kind="order", subject_id=f"o{n}", act="x", args={}, actor={},
                actor_id="li", area="440103", asked_at=now, until=now + timedelta(seconds=10 * n),
            ))  # fmt: skip
            session.add(Timer(
                subject_kind="order", subject_id=f"o{n}", name="handle", unit="hours", limit_value=1,
                started_at=now, original_due_at=now, due_at=now, area="440103",
                next_mark_at=now + timedelta(seconds=20 * n),
            ))  # fmt: skip
        await session.commit()
    clock.advance(seconds=15)
    page = await line.get("/metrics")
    assert (value(page, "sanwei_holds_due"), value(page, "sanwei_oldest_hold_due_seconds")) == (2, 15)
    assert (value(page, "sanwei_timers_late"), value(page, "sanwei_oldest_timer_late_seconds")) == (1, 15)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_store_that_is_away_is_told_and_the_rest_as_well(settings, clock):
    nowhere = settings.model_copy(update={"database_url": "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"})
    async with serving(nowhere, clock) as (_, line):
        page = await line.get("/metrics")
    assert value(page, "sanwei_store_up") == 0
    assert value(page, "sanwei_process_cpu_seconds", **WORKER) > 0
    assert "sanwei_holds_due" not in page.text


# ── who may read it ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_who_comes_through_a_proxy_finds_nothing(city, name):
    _, line = city
    answer = await line.get("/metrics", headers={name: "127.0.0.1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_secret_opens_to_everybody_who_knows_it_and_to_nobody_else(settings, clock):
    secret = settings.model_copy(update={"metrics_token": "a long secret"})
    assert "a long secret" not in repr(secret)
    async with serving(secret, clock) as (_, line):
        for wrong in ({}, {"Authorization": "Bearer a long secre"}, {"Authorization": "Basic a long secret"}):
            assert (await line.get("/metrics", headers=wrong)).status_code == 404
        right = {"Authorization": "Bearer a long secret", "X-Forwarded-For": "198.51.100.9"}
        assert (await line.get("/metrics", headers=right)).status_code == 200
        assert (await line.get("/healthz")).status_code == 200


# ── several processes ─────────────────────────────────────────────────────────────────────────────


async def test_each_process_tells_of_all_and_a_number_is_free_again_when_its_process_ends():
    books = [Book() for _ in range(3)]
    for n, book in enumerate(books):
        book.tallies["Orders", "officer", "query"].add("OK", 0.01 * n, n, 0.0)
    address = f"127.0.0.1:{free_port()}"
    first, second, third = (Siblings(address, book.snapshot) for book in books)
    async with AsyncExitStack() as first_ends, second.listening(), AsyncExitStack() as stack:
        await first_ends.enter_async_context(first.listening())
        assert (second.number, first.number) == (0, 1)
        for asked in (first, second):
            told = await asked.snapshots()
            assert {worker: each["operations"][0][6] for worker, each in told.items()} == {"0": 1, "1": 0}
        await first_ends.aclose()
        assert (await second.snapshots()).keys() == {"0"}
        await stack.enter_async_context(third.listening())
        assert third.number == 1
        assert (await second.snapshots()).keys() == {"0", "1"}


async def test_a_process_that_hangs_is_missing_and_nothing_else_is():
    address = f"127.0.0.1:{free_port()}"
    siblings = Siblings(address, Book().snapshot)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(f"\0sanwei/{address}/0")
        hung.listen()
        async with siblings.listening():
            assert (await siblings.snapshots()).keys() == {"1"}


@pytest.mark.timeout(150)
async def test_a_crew_of_two_is_told_by_whichever_is_asked(postgres_store, redis_url, tmp_path):
    settings = Settings(
        data_dir=tmp_path, database_url=postgres_store, redis_url=redis_url, port=free_port(), workers=2
    )
    with served(settings) as crew:

        async def both():
            async with httpx.AsyncClient(base_url=crew.url) as line:
                page = samples(await line.get("/metrics"))
            resident = {
                dict(labels)["worker"] for name, labels in page if name == "sanwei_process_resident_bytes"
            }
            return resident == {"0", "1"}

        await eventually(both, within=20)
        for _ in range(10):
            assert (await post(crew.port, "/auth/citizen/guest", {})).status == 200
        async with httpx.AsyncClient(base_url=crew.url) as line:
            page = samples(await line.get("/metrics"))
    guests = [
        n for (name, labels), n in page.items()
        if name == "sanwei_operations_total" and ("operation", "/auth/citizen/guest") in labels
    ]  # fmt: skip
    assert sum(guests) == 10
