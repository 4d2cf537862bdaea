"""/graphql: one address for HTTP, server-sent events and websockets. The token's role picks the schema."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from server.graph import events, response, wire
from server.graph.audience import SchemaByRole
from server.graph.authentication import Authenticator, credentials
from server.graph.context import Context
from server.graph.errors import OUTAGES, BadQuery, TooLarge, logged
from server.graph.overload import Overloaded, Turnstile
from server.graph.response import EVENTS, GRAPHQL, JSON, Answer, TooLate, refusal
from server.graph.socket import INIT_SECONDS
from server.graph.sockets import Sockets
from server.kernel.errors import Unauthenticated

if TYPE_CHECKING:
    from server.platform.work import Office

RECHECK_SECONDS = 4.0  # so that a revocation reaches an open socket within five
BODY_SECONDS = 10.0  # for the whole body of a request to come

CLOSE = b"connection", b"close"  # whatever still comes of the body is not wanted


class Endpoint:
    """An ASGI app. `origins` are the addresses whose pages may open a websocket, besides its own."""

    def __init__(
        self, schema: SchemaByRole, office: "Office", authenticator: Authenticator, *,
        origins: Collection[str] = (), init_seconds: float = INIT_SECONDS,
        recheck_seconds: float = RECHECK_SECONDS, turnstile: Turnstile | None = None,
        body_seconds: float = BODY_SECONDS,
    ) -> None:  # fmt: skip
        self.roles, self.authenticator, self.recheck_seconds = schema, authenticator, recheck_seconds
        self.turnstile = turnstile or Turnstile()
        self.sockets = Sockets(
            schema, office, authenticator, self.turnstile,
            origins=origins, init_seconds=init_seconds, recheck_seconds=recheck_seconds,
        )  # fmt: skip
        self._office, self._body_seconds = office, body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
            return
        headers = dict(reversed(scope["headers"]))  # of two alike the first counts
        answer = await self._answer(scope["method"], headers, receive)
        if isinstance(answer, Answer) and b"gzip" in headers.get(b"accept-encoding", b""):
            answer = await answer.packed()
        await answer(scope, receive, send)

    async def _answer(self, method: str, headers: Mapping[bytes, bytes], receive: Receive) -> ASGIApp:
        """One HTTP request, refused in the order: method, Accept, token, body."""
        if method != "POST":
            return refusal(405, BadQuery("Only POST."), JSON, (b"allow", b"POST"))
        media = response.negotiated(headers.get(b"accept", b""))
        if media is None:
            return refusal(406, BadQuery(f"Accept {GRAPHQL} or {JSON}."))
        try:
            self.turnstile.check()
            actor = await self.authenticator.actor(
                credentials(headers.get(b"authorization", b"").decode("latin-1"))
            )
            if not response.is_json(headers.get(b"content-type", b"")):
                return refusal(415, BadQuery(f"Send {JSON} in UTF-8."), media)
            request = await response.asked(receive, self._body_seconds)
            async with self.turnstile.place(actor.id):
                return await self._run(request, Context(self._office, actor), media)
        except Overloaded as error:
            return refusal(
                error.status, error, media, (b"retry-after", error.headers["Retry-After"].encode())
            )
        except Unauthenticated as error:
            return refusal(401, error, media, (b"www-authenticate", b"Bearer"))
        except TooLarge as error:
            return refusal(413, error, media, CLOSE)
        except TooLate as error:
            return refusal(408, error, media, CLOSE)
        except BadQuery as error:
            return refusal(400, error, media)
        except OUTAGES as error:
            return refusal(503, logged(error, "/graphql"), media, (b"retry-after", b"1"))
        except Exception as bug:
            return refusal(500, logged(bug, "/graphql"), media)

    async def _run(self, request: wire.Request, context: Context, media: str) -> ASGIApp:
        if media == EVENTS:
            return await events.stream(self.sockets, request, context)
        return await response.run(self.roles, request, context, media)
