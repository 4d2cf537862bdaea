"""The live half of /graphql: graphql-transport-ws, with what Strawberry's handler leaves open.

Source of the close codes: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnected as AlreadyClosed
from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from server.graph import wire
from server.graph.authentication import until_over
from server.graph.context import Context
from server.graph.errors import OUTAGES, BadQuery, TooManyOperations, TooManySockets, as_graphql, logged
from server.graph.overload import Overloaded
from server.kernel.errors import CityError

if TYPE_CHECKING:
    from server.graph.endpoint import Endpoint

MAX_FRAME_BYTES = 64 * 1024  # uvicorn's ws_max_size
MAX_OPERATIONS = 50  # at once on one socket
INIT_SECONDS = 10.0
LONGEST_REASON = 123  # bytes a close frame holds beside its code

UNAUTHORIZED, TOO_MANY, TRY_LATER = 4401, 4429, 1013


def fault(message: object) -> str | None:
    """What is wrong with a frame, or nothing. After this the handler may index without fear."""
    if not isinstance(message, dict):
        return "A message must be a JSON object"
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return None if isinstance(payload, dict | None) else "The payload must be an object"
    if kind not in ("subscribe", "complete"):
        return "Unknown message type"
    if not isinstance(message.get("id"), str) or not message["id"]:
        return "The id must be a string"
    if kind == "subscribe":
        try:
            wire.Request.of(payload)
        except BadQuery as refusal:
            return refusal.why
    return None


class SocketAdapter(ASGIWebSocketAdapter):
    """Sends to a socket that may have been closed from another task."""

    async def send_json(self, message: Any) -> None:
        try:
            await super().send_json(message)
        except AlreadyClosed as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close once; who comes second is too late."""
        if self.ws.application_state is WebSocketState.CONNECTED:
            short = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
            with suppress(WebSocketDisconnected, OSError):
                await super().close(code, short)


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection: checks every frame, and ends when its session does."""

    view: "Endpoint"
    _watch: asyncio.Task[None] | None = None

    async def handle_message(self, message: Message) -> None:
        if why := fault(message):
            await self.handle_invalid_message(why)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Acknowledge a live token. 4403 would make the official client try again, so a bad one gets 4401."""
        payload = message.get("payload") or {}
        try:
            await super().handle_connection_init({"type": "connection_init", "payload": payload})
        except TooManySockets:
            await self.websocket.close(TOO_MANY, "Too many sockets")
        except CityError:
            await self.websocket.close(UNAUTHORIZED, "Unauthorized")
        except OUTAGES as error:
            logged(error, "connection_init")
            await self.websocket.close(TRY_LATER, "Try again later")
        if self.connection_acknowledged and self._watch is None:
            self._watch = asyncio.create_task(self._end_with_session())

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        try:
            if len(self.operations) >= MAX_OPERATIONS and message["id"] not in self.operations:
                raise TooManyOperations(most=MAX_OPERATIONS)
            self.view.turnstile.check()
        except (TooManyOperations, Overloaded) as refusal:
            payload = [as_graphql(refusal).formatted]
            await self.send_message({"id": message["id"], "type": "error", "payload": payload})
            return
        await super().handle_subscribe(message)

    async def _end_with_session(self) -> None:
        try:
            await until_over(self.context.actor, self.view.authenticator, self.view.recheck_seconds)
            code, reason = UNAUTHORIZED, "Session over"
        except Exception as error:  # whatever failed, a socket nobody watches must not live on
            await self.handle_task_exception(error)
            code, reason = TRY_LATER, "Try again later"
        for operation in list(self.operations):
            await self.cleanup_operation(operation)
        await self.websocket.close(code, reason)

    async def handle_task_exception(self, error: Exception) -> None:
        """A client that went away is no bug."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)

    async def shutdown(self) -> None:
        """The connection is gone: stop what ran for it."""
        if self._watch:
            self._watch.cancel()
        if self.context.known_actor:
            self.view.leave(self.context.known_actor)
        await super().shutdown()

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """A wrong document is the operation's error, not the end of the other operations."""
        return None
