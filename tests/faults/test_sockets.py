"""Ten thousand silent phones, and one that stops reading: the others do not feel it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.settings import Settings
from tests.factories import an_id
from tests.faults.lines import Line
from tests.faults.process import LIVE, REPORT, Process, serving
from tests.identity.house import PASSWORD
from tests.phones import Phone
from tests.servers import Running

SOCKETS, EACH = 10_000, 10  # a person may hold ten
AT_ONCE = 50
MINE = "subscription { liveRequests { cursor verb requestId } }"
EVENTS = 150


def resident_kb(pid: int) -> int:
    """Memory of the process, in kB."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(row for row in rows if row.startswith("VmRSS")).split()[1])


async def silent(server: Running, token: str) -> Line:
    """A phone that follows its own cases and says nothing more."""
    line = await Line.open(server, token)
    line.send(id="1", type="subscribe", payload={"query": MINE})
    told = await line.receive()
    assert told["payload"]["data"]["liveRequests"]["verb"] == "ready", told
    return line


@contextmanager
def many() -> Iterator[list[Line]]:
    """Lines that are all gone in the end."""
    lines: list[Line] = []
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


async def test_ten_thousand_idle_sockets(sqlite_store: str, tmp_path: Path) -> None:
    with many() as lines:
        await ten_thousand(lines, tmp_path)


async def ten_thousand(lines: list[Line], tmp_path: Path) -> None:
    """Opened, counted, and told what is theirs."""
    async with serving(Settings(data_dir=tmp_path), citizens=SOCKETS // EACH) as server:
        before = resident_kb(server.pid)
        for start in range(0, SOCKETS, AT_ONCE):
            tokens = server.citizens[start // EACH : (start + AT_ONCE) // EACH]
            asked = [silent(server.address, token) for token in tokens for _ in range(EACH)]
            lines += await asyncio.gather(*asked)
        each_kb = (resident_kb(server.pid) - before) / SOCKETS
        async with Phone(server.address, server.citizens[0]) as phone:
            id = an_id()
            await phone.ask(REPORT, id=id)
        for line in lines[:EACH]:  # all of that person's phones, and nobody else's
            told = await line.receive()
            assert told["payload"]["data"]["liveRequests"]["requestId"] == id
        print(f"{each_kb:.1f} kB per idle socket")
        assert each_kb < 100
        assert server.complaints() == []


async def test_a_reader_that_stops_reading_holds_up_nobody(sqlite_store: str, tmp_path: Path) -> None:
    async with serving(Settings(data_dir=tmp_path)) as server, Phone(server.address) as desk:
        await desk.sign_in("officer", "dd01", PASSWORD)
        assert desk.token
        deaf, hearing = [await watching(server, desk.token) for _ in range(2)]
        assert isinstance(deaf.writer.transport, asyncio.Transport)
        deaf.writer.transport.pause_reading()
        for n in range(EVENTS):
            async with Phone(server.address, server.citizens[n // 20]) as citizen:
                await citizen.ask(REPORT, id=(id := an_id()))
            told = await asyncio.wait_for(hearing.receive(), 5)
            assert told["payload"]["data"]["liveOrders"]["orderId"] == id
        deaf.close()
        hearing.close()


async def watching(server: Process, token: str) -> Line:
    """A desk that follows everything."""
    line = await Line.open(server.address, token)
    line.send(id="1", type="subscribe", payload={"query": LIVE})
    assert (await line.receive())["payload"]["data"]["liveOrders"]["verb"] == "ready"
    return line
