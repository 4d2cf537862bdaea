"""/graphql: one address for HTTP, server-sent events and websockets. The token's role picks the schema."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from server.graph import events, response, wire
from server.graph.audience import SchemaByRole
from server.graph.authentication import Authenticator, credentials
from server.graph.context import Context
from server.graph.errors import OUTAGES, BadQuery, TooLarge, TooManySockets, logged
from server.graph.overload import Overloaded, Turnstile
from server.graph.response import EVENTS, GRAPHQL, JSON, Answer, TooLate, refusal
from server.graph.socket import INIT_SECONDS, Socket, SocketAdapter
from server.kernel.actors import Actor
from server.kernel.errors import Unauthenticated

if TYPE_CHECKING:
    from server.platform.work import Office

MAX_SOCKETS = 10  # open at once for one person, in one process
RECHECK_SECONDS = 4.0  # so that a revocation reaches an open socket within five
BODY_SECONDS = 10.0  # for the whole body of a request to come

CLOSE = b"connection", b"close"  # whatever still comes of the body is not wanted


class Endpoint(GraphQL[Context, None]):
    """An ASGI app. `origins` are the addresses whose pages may open a websocket, besides its own."""

    graphql_transport_ws_handler_class = Socket
    websocket_adapter_class = SocketAdapter

    def __init__(
        self, schema: SchemaByRole, office: "Office", authenticator: Authenticator, *,
        origins: Collection[str] = (), init_seconds: float = INIT_SECONDS,
        recheck_seconds: float = RECHECK_SECONDS, turnstile: Turnstile | None = None,
        body_seconds: float = BODY_SECONDS,
    ) -> None:  # fmt: skip
        super().__init__(
            cast(BaseSchema, schema), graphql_ide=None, allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL], allowed_origins=list(origins),
            connection_init_wait_timeout=timedelta(seconds=init_seconds),
            max_subscriptions_per_connection=None,
        )  # fmt: skip
        self.roles, self.authenticator, self.recheck_seconds = schema, authenticator, recheck_seconds
        self.turnstile = turnstile or Turnstile()
        self._office, self._body_seconds = office, body_seconds
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
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
            return await events.stream(self.roles, request, context, self.authenticator, self.recheck_seconds)
        return await response.run(self.roles, request, context, media)

    def decode_json(self, data: str | bytes) -> object:
        """A websocket frame, as strictly read as a body."""
        return wire.decode(data)

    def encode_json(self, data: object) -> str:
        """A text frame."""
        return wire.encode(cast(Mapping[str, object], data)).decode()

    async def get_context(self, request: HttpRequest | WebSocket, response: Response | WebSocket) -> Context:
        """A websocket's surroundings, before it has said who it is."""
        return Context(self._office)

    async def on_ws_connect(self, context: Context) -> UnsetType:
        """Let a live token in. Raises Unauthenticated or TooManySockets."""
        token = (context.connection_params or {}).get("token")
        if not isinstance(token, str):
            raise Unauthenticated
        actor = await self.authenticator.actor(token)
        if self._sockets[actor.id] >= MAX_SOCKETS:
            raise TooManySockets(most=MAX_SOCKETS)
        self._sockets[actor.id] += 1
        context.known_actor = actor
        return UnsetType()  # acknowledged, with nothing to say

    def leave(self, actor: Actor) -> None:
        """One socket of `actor` is gone."""
        self._sockets[actor.id] -= 1
        if not self._sockets[actor.id]:
            del self._sockets[actor.id]
