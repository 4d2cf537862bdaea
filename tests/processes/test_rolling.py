"""Two workers of the real city: they share the connections, are relieved under load, end in good order."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
from sqlmodel import select
from websockets.exceptions import ConnectionClosed

from server.app import opened
from server.command.requests.tables import CitizenRequest
from server.platform.audit import AuditLine
from server.settings import Settings
from tests.factories import an_id
from tests.identity.house import PASSWORD
from tests.phones import Phone, socket
from tests.platform.pictures import photo
from tests.processes.conftest import DISPATCHER, OFFICER
from tests.processes.servers import Sanwei, alive, sockets_of
from tests.servers import eventually

pytestmark = pytest.mark.timeout(300)  # a worker costs seconds of a processor that others use, too
REPORT = """mutation ($id: ID!) { submitRequest(input: {
    id: $id, text: "路灯不亮", place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id } }"""
LIVE = "subscription ($since: String) { liveOrders(since: $since) { cursor verb order { id } } }"
GOING_AWAY = 1001
RELIEVED_WITHIN = 150.0
REPORTS_OF_ONE, PAUSE = 18, 0.1  # neither one citizen nor one address may go on without end; seconds
TRIES = 20
CONNECTIONS = 40


class Writer:
    """Phones that report all the time, and send each report again under its id until it is taken."""

    def __init__(self, server: Sanwei) -> None:
        self.server, self.again = server, 0
        self.taken: list[str] = []

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            async with Phone(self.server.address) as phone:
                await self.until_taken(phone, phone.be_guest)
                for _ in range(REPORTS_OF_ONE):
                    id = an_id()
                    await self.until_taken(phone, partial(phone.ask, REPORT, id=id))
                    self.taken.append(id)
                    await asyncio.sleep(PAUSE)

    async def until_taken(self, phone: Phone, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask; when the line breaks, ask the same again. A refusal fails the test."""
        for _ in range(TRIES):
            try:
                await ask()
                return
            except httpx.TransportError:
                self.again += 1
                await asyncio.sleep(0.05)
        raise AssertionError(f"not taken after {TRIES} tries")


class Reader:
    """Somebody who follows the district and goes on where he was cut off."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.cursor, self.following = phone, None, asyncio.Event()
        self.seen: list[str] = []
        self.closes: list[int | None] = []

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.follow()
            except ConnectionClosed as end:
                self.closes.append(end.rcvd.code if end.rcvd else None)
            except OSError:
                await asyncio.sleep(0.05)

    async def follow(self) -> None:
        """Until the line ends."""
        async with socket(self.phone.server, self.phone.token) as line:
            await line.subscribe("1", LIVE, since=self.cursor)
            while True:
                event = (await line.receive(RELIEVED_WITHIN))["payload"]["data"]["liveOrders"]
                self.cursor = event["cursor"]
                self.following.set()
                if event["verb"] == "order.report":
                    self.seen.append(event["order"]["id"])


@asynccontextmanager
async def at_work(*people: Writer | Reader):
    """They work for the length of the block."""
    tasks = [asyncio.create_task(each.run()) for each in people]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_a_rolling_restart_fails_no_report_doubles_none_and_hides_no_event(crew: Sanwei, shared):
    before = crew.workers
    assert len(before) == 2
    writers = [Writer(crew), Writer(crew)]
    async with Phone(crew.address) as dispatcher:
        reader = Reader(await dispatcher.sign_in("officer", DISPATCHER, PASSWORD))
        async with at_work(reader):
            await asyncio.wait_for(reader.following.wait(), 20)
            async with at_work(*writers):
                crew.signal(signal.SIGHUP)
                await eventually(lambda: not set(crew.workers) & set(before), within=RELIEVED_WITHIN)
                await asyncio.sleep(1)
            kept, lines = await stored(shared)
            await eventually(lambda: len(reader.seen) >= len(lines), within=20)
    taken = {id for writer in writers for id in writer.taken}
    assert len(taken) > 20 and sum(writer.again for writer in writers) <= len(before)
    assert len(crew.workers) == 2 and set(reader.closes) <= {GOING_AWAY}
    assert taken <= kept and len(kept - taken) <= len(writers), "only the last answers were not waited for"
    assert set(lines.values()) == {1} and Counter(reader.seen) == lines


async def stored(settings: Settings) -> tuple[set[str], Counter[str]]:
    """The requests there are, and how often the order of each was reported."""
    reported = select(AuditLine.subject_id).where(AuditLine.verb == "order.report")
    async with opened(settings) as office, office.reading() as session:
        kept = set(await session.exec(select(CitizenRequest.id)))
        return kept, Counter(await session.exec(reported))


async def test_at_the_end_running_requests_finish_and_open_lines_are_told(crew: Sanwei):
    picture, halfway = photo((640, 480)), asyncio.Event()

    async def slowly():
        yield picture[:100]
        halfway.set()
        await asyncio.sleep(1.5)
        yield picture[100:]

    async with Phone(crew.address) as dispatcher, Phone(crew.address) as officer:
        await dispatcher.sign_in("officer", DISPATCHER, PASSWORD)
        await officer.sign_in("officer", OFFICER, PASSWORD)
        headers = {"Authorization": f"Bearer {officer.token}", "Content-Type": "image/jpeg"}
        async with dispatcher.watch(LIVE) as events:
            await events.next()
            stream = asyncio.create_task(read_to_its_end(dispatcher))
            sent = officer.http.put(f"/files/{an_id()}", content=slowly(), headers=headers)
            upload = asyncio.create_task(sent)
            await halfway.wait()
            crew.signal(signal.SIGTERM)
            assert await events.line.closed(within=20) == GOING_AWAY
            await eventually(lambda: refuses(crew), within=5)
            assert (await upload).status_code == 201
            assert "order.report" not in await stream
    assert await asyncio.wait_for(crew.process.wait(), 15) == 0
    assert "Traceback" not in crew.log.read_text()


async def read_to_its_end(phone: Phone) -> str:
    """The events of a stream the server ends."""
    asked = {"query": LIVE, "variables": {}}
    headers = {"Authorization": f"Bearer {phone.token}", "Accept": "text/event-stream"}
    async with phone.http.stream("POST", "/graphql", json=asked, headers=headers) as answer:
        return "".join([part async for part in answer.aiter_text()])


async def refuses(server: Sanwei):
    """A new connection is not kept waiting."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", server.address.port)
        writer.close()
        return False
    except ConnectionRefusedError:
        return True


async def test_workers_share_the_connections_and_do_not_outlive_their_crew(crew: Sanwei):
    workers = crew.workers
    before = {pid: sockets_of(pid) for pid in workers}
    clients = [httpx.AsyncClient(base_url=crew.address.url, timeout=30) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(client.get("/healthz") for client in clients))
    held = [len(sockets_of(pid) - before[pid]) for pid in workers]  # one it had before may close meanwhile
    await asyncio.gather(*(client.aclose() for client in clients))
    assert sum(held) >= CONNECTIONS and min(held) >= CONNECTIONS // 8
    crew.signal(signal.SIGKILL)
    await crew.process.wait()
    await eventually(lambda: not alive(*workers), within=30)
