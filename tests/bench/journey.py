"""How long a report, a list and a live event take, measured over real sockets: `make bench`.

Starts the server as a process of its own on the embedded store with the demo district, and plays
citizens and one dispatcher against it. Prints a Markdown table; nothing here passes or fails.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
import websockets
from websockets.typing import Origin, Subprotocol

from server.cli import prepare
from server.settings import Settings
from tests.servers import free_port

PLACE = {"lon": 113.2370, "lat": 23.1170, "datum": "WGS84"}
REPORT = "mutation($i: SubmitRequest!) { submitRequest(input: $i) { id no promisedAt state } }"
LIST = """query { orders(lane: TO_DISPATCH, first: 50) { total next items { id no title state version overdue
  lanes actions clock { name dueAt } place { cell { name } street { name } } cover { thumbUrl } } } }"""
BOARD = "query { board { newToday { value } open { value } overdue { value } satisfaction { value } } }"
LIVE = "subscription { liveOrders { verb orderId order { id no title state lanes } } }"


def line(name: str, seconds: list[float]) -> str:
    """One row of the table, in milliseconds."""
    ranked = sorted(seconds)
    p99 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]
    cells = [median(ranked) * 1000, p99 * 1000, ranked[-1] * 1000]
    return f"| {name} | {len(ranked)} | " + " | ".join(f"{ms:.1f}" for ms in cells) + " |"


class Person:
    """Somebody with a token."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=30)

    async def sign_in(self, app: str, **login: str) -> "Person":
        """As staff with a number, as a guest without."""
        path = f"/auth/{app}/login" if login else f"/auth/{app}/guest"
        answer = await self.http.post(path, json=login)
        answer.raise_for_status()
        self.token: str = answer.json()["accessToken"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        return self

    async def ask(self, query: str, **variables: object) -> float:
        """Seconds until the answer, which must be one."""
        began = time.perf_counter()
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables})
        took = time.perf_counter() - began
        if "errors" in answer.json():
            raise RuntimeError(answer.text)
        return took


async def reports(person: Person, count: int) -> list[float]:
    """Reports one after another."""
    return [
        await person.ask(REPORT, i={"id": str(uuid4()), "text": "路灯不亮，晚上看不清路。", "place": PLACE})
        for _ in range(count)
    ]


async def live(url: str, dispatcher: Person, citizen: Person, count: int) -> list[float]:
    """From the moment a citizen sends to the moment the dispatcher's socket has the event."""
    times = []
    async with websockets.connect(
        url.replace("http", "ws") + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        origin=Origin(url),
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": dispatcher.token}}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LIVE}}))
        await socket.recv()  # ready
        for _ in range(count):
            id, began = str(uuid4()), time.perf_counter()
            sent = asyncio.create_task(
                citizen.ask(REPORT, i={"id": id, "text": "路灯不亮。", "place": PLACE})
            )
            while True:
                event = json.loads(await socket.recv())["payload"]["data"]["liveOrders"]
                if event["orderId"] == id:
                    break
            times.append(time.perf_counter() - began)
            await sent
    return times


async def measure(url: str, scale: int) -> None:
    """The table."""
    dispatcher = await Person(url).sign_in("officer", staffNo="dd01", password="sanwei-demo")
    leader = await Person(url).sign_in("leader", staffNo="ld01", password="sanwei-demo")
    rows = []
    alone = [await Person(url).sign_in("citizen") for _ in range(2)]
    rows.append(line("report, one citizen", await reports(alone[0], min(scale, 19))))
    many = [await Person(url).sign_in("citizen") for _ in range(16)]
    together = await asyncio.gather(*(reports(person, min(scale, 19)) for person in many))
    rows.append(line("report, 16 citizens at once", [t for each in together for t in each]))
    rows.append(line("dispatcher's list of 50", [await dispatcher.ask(LIST) for _ in range(scale)]))
    rows.append(line("leader's board", [await leader.ask(BOARD) for _ in range(scale)]))
    rows.append(line("report → dispatcher's socket", await live(url, dispatcher, alone[1], min(scale, 19))))
    print("| what | n | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|")
    print("\n".join(rows))


async def main(scale: int) -> None:
    """Seed, start, measure, stop."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Settings(mode="demo", data_dir=Path(folder), port=port)
        await prepare(settings)
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "run", stdout=asyncio.subprocess.DEVNULL,
            env=os.environ | {"SANWEI_MODE": "demo", "SANWEI_DATA_DIR": folder, "SANWEI_PORT": str(port)},
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient() as http:
                for _ in range(300):
                    try:
                        if (await http.get(f"{url}/readyz")).status_code == 200:
                            break
                    except httpx.TransportError:
                        await asyncio.sleep(0.1)
            await measure(url, scale)
        finally:
            server.terminate()
            await server.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=200, help="how often each thing is done")
    asyncio.run(main(parser.parse_args().scale))
