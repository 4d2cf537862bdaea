"""The product as an operator runs it: a process that can be killed, and people who do not give up."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import func
from sqlmodel import col, select

from server.app import close_office, open_office
from server.command.orders.tables import WorkOrder
from server.command.requests.tables import CitizenRequest
from server.identity import accounts
from server.identity.service import Identity
from server.kernel.actors import SYSTEM, Post
from server.platform import audit, rollups
from server.platform.audit import AuditLine
from server.platform.news import News
from server.platform.rollups import Rollup
from server.platform.sla import Timer
from server.platform.vault import Vault
from server.settings import Settings
from tests.factories import DISTRICT, an_id
from tests.identity.house import PASSWORD, hire
from tests.phones import Phone, socket
from tests.servers import Running, eventually, free_port

HOUSE = Path(__file__).parents[2]
REPORT = """mutation ($id: ID!) { submitRequest(input: {
    id: $id, text: "路灯不亮", place: {lon: 113.2370, lat: 23.1170, datum: WGS84}}) { id no } }"""
LIVE = "subscription ($since: String) { liveOrders(since: $since) { cursor verb orderId } }"
READY_SECONDS = 60.0
AGAIN_SECONDS = 0.05
BUSY = frozenset({429, 500, 502, 503, 504})


class Process:
    """`sanwei run` over its own data directory, on a port that stays the same across its lives."""

    def __init__(self, settings: Settings, *, before: Sequence[str] = (), run: Sequence[str] = ()) -> None:
        """`before` is put in front of the command, `run` behind it."""
        self.settings, self.port = settings, free_port()
        self.log = settings.data_dir / "server.log"
        self._command = [*before, sys.executable, "-m", "server.cli", "run", *run]
        self._child: subprocess.Popen[bytes] | None = None
        self.citizens: list[str] = []  # tokens

    @property
    def address(self) -> Running:
        """Where it listens."""
        return Running(self.port)

    @property
    def pid(self) -> int:
        """The living process."""
        assert self._child
        return self._child.pid

    def start(self) -> float:
        """Start; returns the seconds until it says that it is ready."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, env=self._environment(), stdout=log, stderr=log, cwd=HOUSE
            )
        while not self.ready():
            if self._child.poll() is not None or time.monotonic() - begun > READY_SECONDS:
                pytest.fail(f"the server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)
        return time.monotonic() - begun

    def ready(self) -> bool:
        """What /readyz says; False when nobody listens."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.address.url}/readyz", timeout=2).status_code == 200
        return False

    def kill(self) -> None:
        """As a power cut does: no word, no clean-up."""
        assert self._child
        self._child.kill()
        self._child.wait()

    def stop(self) -> None:
        """In good order; ended already: nothing."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            self._child.wait(READY_SECONDS)

    def complaints(self) -> list[str]:
        """Bugs it logged."""
        return [
            line for line in self.log.read_text().splitlines() if "INTERNAL" in line or "Traceback" in line
        ]

    def _environment(self) -> Mapping[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("SANWEI_")}
        asked = self.settings.model_copy(update={"port": self.port})
        return own | {
            f"SANWEI_{name.upper()}": str(value)
            for name, value in asked.model_dump().items()
            if value != Settings.model_fields[name].default
        }


@asynccontextmanager
async def serving(settings: Settings, *, citizens: int = 100, **rest: Any) -> AsyncIterator[Process]:
    """A started server with one dispatcher for the whole district, `dd01`, and guests who are signed in."""
    process = Process(settings, **rest)
    office = open_office(settings)
    await hire(office, "dd01", post=Post.DISTRICT_DISPATCHER, area=DISTRICT, cells=())
    async with office.work(SYSTEM) as work:
        for _ in range(citizens):
            guest = await accounts.open_citizen(work, office.of(Vault))
            granted = office.of(Identity).sessions.start(work, guest, None, device="phone")
            process.citizens.append(granted.access_token)
    await close_office(office)
    await asyncio.to_thread(process.start)
    try:
        yield process
    finally:
        await asyncio.to_thread(process.stop)


@dataclass
class Crowd:
    """Citizens who report without a pause, each report again and again until it is acknowledged."""

    server: Process
    people: int = 8
    acknowledged: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    stopped: bool = False

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator["Crowd"]:
        """They report inside the block and finish what they began after it."""
        phones = [Phone(self.server.address, self.server.citizens.pop()) for _ in range(self.people)]
        tasks = [asyncio.create_task(self._report(phone)) for phone in phones]
        try:
            yield self
        finally:
            self.stopped = True
            await asyncio.gather(*tasks)
            for phone in phones:
                await phone.http.aclose()

    async def more(self, n: int, within: float = 90.0) -> None:
        """Wait for `n` further acknowledgements."""
        wanted = len(self.acknowledged) + n
        await eventually(lambda: len(self.acknowledged) >= wanted, within)

    async def _report(self, phone: Phone) -> None:
        while not self.stopped:
            id = an_id()
            self.asked.add(id)
            while id not in self.acknowledged:
                if await self._sent(phone, id):
                    self.acknowledged.add(id)
                else:
                    await asyncio.sleep(AGAIN_SECONDS)

    async def _sent(self, phone: Phone, id: str) -> bool:
        try:
            answer = await phone.post("/graphql", json={"query": REPORT, "variables": {"id": id}})
        except httpx.TransportError as lost:
            self.answers[type(lost).__name__] += 1
            return False
        body = answer.json()
        codes = [error["extensions"]["code"] for error in body.get("errors", ())]
        self.answers[" ".join([str(answer.status_code), *codes])] += 1
        if answer.status_code == 200 and not codes:
            assert body["data"]["submitRequest"]["id"] == id
            return True
        if codes == ["TOO_MANY_REPORTS"]:  # twenty an hour are enough for one
            phone.token = self.server.citizens.pop()
            return False
        assert answer.status_code in BUSY or "UNAVAILABLE" in codes, (answer.status_code, body)
        return False


@dataclass
class Watcher:
    """A dispatcher's phone that comes back from its cursor whenever the line is lost."""

    server: Running
    seen: Counter[str] = field(default_factory=Counter)  # order id → times its report was told
    lost: int = 0
    _cursor: str | None = None

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Watcher"]:
        """It watches inside the block."""
        phone = await Phone(self.server).sign_in("officer", "dd01", PASSWORD)
        first = asyncio.Event()
        task = asyncio.create_task(self._watch(phone, first))
        await first.wait()
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])
            await phone.http.aclose()

    async def caught_up(self, wanted: set[str], within: float = 90.0) -> None:
        """Wait until every one of `wanted` was told."""
        await eventually(lambda: wanted <= self.seen.keys(), within)

    async def _watch(self, phone: Phone, first: asyncio.Event) -> None:
        while True:
            try:
                async with socket(self.server, phone.token) as line:
                    await line.subscribe("1", LIVE, since=self._cursor)
                    while True:
                        message = await line.receive(within=3600)
                        if message["type"] != "next" or message["payload"].get("errors"):
                            break  # it follows again from its cursor
                        event = message["payload"]["data"]["liveOrders"]
                        self._cursor = event["cursor"]
                        if event["verb"] == "order.report":
                            self.seen[event["orderId"]] += 1
                        first.set()
            except (OSError, websockets.WebSocketException, TimeoutError):
                self.lost += 1
            await asyncio.sleep(AGAIN_SECONDS)


async def nothing_lost_nothing_doubled(settings: Settings, crowd: Crowd) -> None:
    """What was acknowledged is there once, with its line, clocks, news and counters; every chain holds."""
    office = open_office(settings)
    try:
        async with office.reading() as session:
            requests = set(await session.exec(select(CitizenRequest.id)))
            orders = Counter(await session.exec(select(WorkOrder.source_id)))
            lines = Counter(await session.exec(
                select(AuditLine.subject_id).where(AuditLine.verb == "order.report")
            ))  # fmt: skip
            news = Counter(await session.exec(select(News.subject_id).where(News.verb == "order.report")))
            clocks = Counter(await session.exec(
                select(Timer.subject_id).where(Timer.subject_kind == "order", col(Timer.stopped_at).is_(None))
            ))  # fmt: skip
            counted = await session.exec(
                select(func.sum(Rollup.n)).where(
                    Rollup.area == DISTRICT, Rollup.metric == "new", Rollup.day != rollups.STOCK
                )
            )
            assert crowd.acknowledged <= requests <= crowd.asked
            assert orders == Counter(requests)
            assert lines == news == Counter(dict.fromkeys(requests, 1))
            assert set(clocks) == requests
            assert len(set(clocks.values())) == 1  # the same clocks run for each
            assert int(counted.one() or 0) == len(requests)
            _, breaks = await audit.verify(session)
            assert breaks == []
    finally:
        await close_office(office)


def files_at_most(pid: int, size: int) -> None:
    """No file of the process may grow beyond `size` bytes; -1 lifts that."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
