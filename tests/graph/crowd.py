"""The city's people on real sockets: whoever is let in is the actor the test names."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from server.graph.audience import SchemaByRole
from server.graph.authentication import Authenticator
from server.graph.endpoint import Endpoint
from server.graph.lines import Lines
from server.kernel.actors import Actor
from server.platform.work import Office
from server.schemas import build
from tests.factories import an_id
from tests.graph.town import People
from tests.phones import Line, socket
from tests.servers import Running, running


@cache
def schemas() -> SchemaByRole:
    """The product's own."""
    return SchemaByRole(build())


@dataclass
class Crowd:
    """Everybody who is connected."""

    server: Running
    people: People
    endpoint: Endpoint

    def token(self, actor: Actor) -> str:
        """A new session of `actor`."""
        token = an_id()
        self.people.by_token[token] = replace(actor, expires_at=time.time() + 60, session_id=token)
        return token

    @asynccontextmanager
    async def line(self, actor: Actor) -> AsyncIterator[Line]:
        """A new socket of `actor`."""
        async with socket(self.server, self.token(actor)) as line:
            yield line

    @property
    def broadcast(self) -> Any:
        """What everybody is told by."""
        return self.endpoint.sockets.broadcast


@asynccontextmanager
async def crowd(
    office: Office, *, ws: Any = Lines, recheck_seconds: float = 0.05, gate: Authenticator | None = None
) -> AsyncIterator[Crowd]:
    """The office behind uvicorn. Without a `gate`, whoever was given a token is let in."""
    people = People()
    endpoint = Endpoint(schemas(), office, gate or people, recheck_seconds=recheck_seconds)
    app = Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)])
    async with running(app, ws=ws, ws_per_message_deflate=False) as server:
        yield Crowd(server, people, endpoint)
        office.leaving.set()  # as when a process ends: who is still here is told
        await asyncio.sleep(0)


async def next_event(line: Line, within: float = 5.0) -> dict[str, Any]:
    """The data of the next answer of the line's one subscription."""
    message = await line.receive(within)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message["payload"]
    [(_, event)] = message["payload"]["data"].items()
    return dict(event)


async def begun(line: Line, query: str, id: str = "1", **variables: Any) -> dict[str, Any]:
    """Subscribe; the first event, `ready`."""
    await line.subscribe(id, query, **variables)
    return await next_event(line)
