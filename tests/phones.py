"""What a person holds: one phone, speaking HTTP and graphql-transport-ws to a running server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import websockets

from tests.servers import Running


class Phone:
    """One person's connection. `token` may be set or changed at any time; cookies are kept."""

    def __init__(self, server: Running, token: str | None = None) -> None:
        self.server, self.token = server, token
        # shorter than the server's five seconds: else one asks on a line that is just being hung up
        limits = httpx.Limits(keepalive_expiry=2)
        self.http = httpx.AsyncClient(base_url=server.url, timeout=30, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def post(self, path: str, **rest: Any) -> httpx.Response:
        """A plain POST with this phone's token and cookies."""
        return await self.http.post(path, headers=self._bearer | rest.pop("headers", {}), **rest)

    async def put(self, path: str, content: bytes, kind: str) -> httpx.Response:
        """Upload `content` of media type `kind`."""
        return await self.http.put(path, content=content, headers=self._bearer | {"Content-Type": kind})

    async def sign_in(self, app: str, staff_no: str, password: str) -> Self:
        """Sign in to the officer or leader app; returns this phone."""
        answer = await self.post(
            f"/auth/{app}/login", json={"staffNo": staff_no, "password": password, "device": "test"}
        )
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["accessToken"]
        return self

    async def be_guest(self) -> Self:
        """Become a citizen known only by device; returns this phone."""
        answer = await self.post("/auth/citizen/guest", json={})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["accessToken"]
        return self

    async def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole GraphQL answer, errors included."""
        answer = await self.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Accept": "application/graphql-response+json"},
        )
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must succeed."""
        answer = await self.send(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, query: str, **variables: Any) -> str:
        """The code of the one error of an operation that must be refused."""
        answer = await self.send(query, **variables)
        [error] = answer["errors"]
        code: str = error["extensions"]["code"]
        return code

    @asynccontextmanager
    async def watch(self, query: str, **variables: Any) -> AsyncIterator["Events"]:
        """The events of one subscription, live from here on."""
        async with socket(self.server, self.token) as line:
            await line.subscribe("1", query, **variables)
            yield Events(line)


@dataclass
class Line:
    """A graphql-transport-ws connection, message by message."""

    ws: websockets.ClientConnection

    async def send(self, **message: Any) -> None:
        """One frame."""
        await self.ws.send(json.dumps(message))

    async def receive(self, within: float = 5.0) -> dict[str, Any]:
        """The next frame that is not a ping (those are answered). Raises ConnectionClosed or TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                message: dict[str, Any] = json.loads(await self.ws.recv())
                if message["type"] != "ping":
                    return message
                await self.send(type="pong")

    async def subscribe(self, id: str, query: str, **variables: Any) -> None:
        """Start an operation under `id`."""
        await self.send(id=id, type="subscribe", payload={"query": query, "variables": variables})

    async def closed(self, within: float = 5.0) -> int:
        """The code the server closes with; frames that come before are let go."""
        async with asyncio.timeout(within):
            await self.ws.wait_closed()
        assert self.ws.close_code is not None
        return self.ws.close_code


@dataclass
class Events:
    """One subscription's answers."""

    line: Line

    async def next(self, within: float = 5.0) -> dict[str, Any]:
        """The data of the next event. Raises TimeoutError when none comes."""
        message = await self.line.receive(within)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message["payload"]["errors"]
        data: dict[str, Any] = message["payload"]["data"]
        return data


@asynccontextmanager
async def socket(
    server: Running, token: str | None = None, *, init: bool = True, origin: str | None = None
) -> AsyncIterator[Line]:
    """A websocket to /graphql; acknowledged already unless `init` is off."""
    async with websockets.connect(
        server.ws,
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        origin=websockets.Origin(origin) if origin else None,
        max_queue=None,  # with unread frames in the way the goodbye is not heard, and takes ten seconds
    ) as ws:
        line = Line(ws)
        if init:
            await line.send(type="connection_init", payload={"token": token})
            assert (await line.receive())["type"] == "connection_ack"
        yield line
