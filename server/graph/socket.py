"""The live half of /graphql: graphql-transport-ws, one connection.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

import asyncio
import json
from collections.abc import Callable, Hashable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from server.graph import wire
from server.graph.asked import Asked, asked
from server.graph.broadcast import RESYNC
from server.graph.channel import Channel
from server.graph.context import Context
from server.graph.documents import Refused
from server.graph.errors import (
    OUTAGES,
    BadQuery,
    TooManyOperations,
    TooManySockets,
    as_graphql,
    logged,
)  # fmt: skip
from server.graph.lines import HANG_UP, WRITE
from server.graph.overload import Overloaded
from server.kernel.actors import Actor
from server.kernel.errors import CityError

if TYPE_CHECKING:
    from server.graph.sockets import Sockets

PROTOCOL = "graphql-transport-ws"
MAX_FRAME_BYTES = 64 * 1024  # uvicorn's ws_max_size
MAX_OPERATIONS = 40  # at once on one socket
INIT_SECONDS = 10.0
LONGEST_REASON = 123  # bytes a close frame holds beside its code

# 4403 would make the official client try again, so a bad token gets 4401
GOING_AWAY, TRY_LATER = 1001, 1013
BAD_FRAME, UNAUTHORIZED, WRONG_PROTOCOL, TOO_LATE, TAKEN, TOO_MANY = 4400, 4401, 4406, 4408, 4409, 4429


def fault(message: object) -> str | None:
    """What is wrong with a frame, or nothing. After this one may index without fear."""
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


class Socket:
    """One connection: checks every frame, runs its operations, and is ended by `Sockets` with its session."""

    __slots__ = ("_initialised", "_send", "_timer", "actor", "channel", "hang_up", "house", "operations")

    def __init__(self, house: "Sockets", scope: Scope, send: Send) -> None:
        self.house = house
        self.actor: Actor | None = None
        self.operations: dict[str, Operation] = {}
        words = scope.get("extensions", {})
        self.channel = Channel(send, words.get(WRITE))
        self.hang_up: Callable[[], None] = words.get(HANG_UP, _cannot_hang_up)
        self._send, self._initialised = send, False
        self._timer: asyncio.TimerHandle | None = None

    async def serve(self, receive: Receive) -> None:
        """Read until the other side has gone, or we have closed."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(
            self.house.init_seconds, self.close, TOO_LATE, "Connection initialisation timeout"
        )
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                await self._take(message.get("text"))
                await self.channel.ready()  # who does not read is not read
        finally:
            self._timer.cancel()
            self.channel.close()
            for operation in list(self.operations.values()):
                operation.stop()

    async def _take(self, text: str | None) -> None:
        try:
            message: Any = wire.decode(text or "")
        except ValueError:
            return self.close(BAD_FRAME, "A message must be valid JSON")
        if why := fault(message):
            return self.close(BAD_FRAME, why)
        match message["type"]:
            case "connection_init":
                await self._begin(message.get("payload") or {})
            case "ping":
                self.channel.push('{"type":"pong"}')
            case "subscribe":
                self._subscribe(message["id"], wire.Request.of(message["payload"]))
            case "complete":
                if operation := self.operations.pop(message["id"], None):
                    operation.stop()

    async def _begin(self, payload: dict[str, Any]) -> None:
        """Acknowledge a live token."""
        if self._initialised:
            return self.close(TOO_MANY, "Too many initialisation requests")
        self._initialised = True
        try:
            await self.house.admit(self, payload.get("token"))
        except TooManySockets:
            self.close(TOO_MANY, "Too many sockets")
        except CityError:
            self.close(UNAUTHORIZED, "Unauthorized")
        except OUTAGES as error:
            logged(error, "connection_init")
            self.close(TRY_LATER, "Try again later")
        else:
            if self._timer:
                self._timer.cancel()
            self.channel.push('{"type":"connection_ack"}')

    def _subscribe(self, id: str, request: wire.Request) -> None:
        if self.actor is None:
            return self.close(UNAUTHORIZED, "Unauthorized")
        if id in self.operations:
            return self.close(TAKEN, f"Subscriber for {id} already exists")
        operation = self.operations[id] = Operation(self, id, self.actor)
        if len(self.operations) > MAX_OPERATIONS:
            operation.refuse(as_graphql(TooManyOperations(most=MAX_OPERATIONS)))
        else:
            operation.start(request)

    def resync(self) -> None:
        """The other side reads too slowly: forget what waits, and have it follow again from its cursors."""
        live = {id for id, operation in self.operations.items() if operation.live}
        self.channel.forget(lambda subject: not (isinstance(subject, tuple) and subject[0] in live))
        self.house.resyncs += 1
        for id in live:
            self.operations[id].resync()

    def close(self, code: int, reason: str) -> None:
        """Say why, and be gone; who comes second is too late."""
        if not self.channel.open:
            return
        self.channel.close()
        short = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
        closing: Any = self._send({"type": "websocket.close", "code": code, "reason": short})
        with suppress(StopIteration, OSError):
            closing.send(None)
            closing.close()
            self.hang_up()  # it would have had to wait


class Operation:
    """One operation of a socket: an outlet for what it has to say."""

    __slots__ = ("_actor", "_head", "_leave", "_socket", "_task", "id", "live")

    def __init__(self, socket: Socket, id: str, actor: Actor) -> None:
        self.id, self.live = id, False
        self._socket, self._actor = socket, actor
        self._head = f'{{"id":{json.dumps(id)},"type":'
        self._task: asyncio.Task[None] | None = None
        self._leave: Callable[[], None] | None = None

    def start(self, request: wire.Request) -> None:
        """Answer, or begin to follow."""
        self._task = asyncio.create_task(self._run(request))

    def next(self, answer: str, subject: str | None = None) -> None:
        """One more answer, as JSON."""
        if self._socket.operations.get(self.id) is self:
            about: Hashable = (self.id, subject) if subject else None
            if not self._socket.channel.push(f'{self._head}"next","payload":{answer}}}', about):
                self._socket.resync()

    def end(self, failure: str | None = None) -> None:
        """No more answers."""
        if failure:
            self.next(failure)
        self._close('"complete"}')

    def refuse(self, *errors: GraphQLError) -> None:
        """It never ran."""
        payload = orjson.dumps([error.formatted for error in errors]).decode()
        self._close(f'"error","payload":{payload}}}')

    async def ready(self) -> None:
        """Return when the socket is read."""
        await self._socket.channel.ready()

    def resync(self) -> None:
        """Stop, and say that one may follow again."""
        self.stop()
        self.end(RESYNC)

    def stop(self) -> None:
        """Say nothing more."""
        if self._task:
            self._task.cancel()
        if self._leave:
            self._leave()

    def _close(self, rest: str) -> None:
        """The id is free before the other side hears of it."""
        if self._socket.operations.get(self.id) is self:
            del self._socket.operations[self.id]
            self._socket.channel.push(self._head + rest)

    async def _run(self, request: wire.Request) -> None:
        house, variables = self._socket.house, request.variables or {}
        schema = house.roles.of(self._actor.role)
        try:
            house.turnstile.check()
            prepared = schema.documents.prepare(request.query, request.operation_name, variables)
            if mine := asked(schema, prepared, variables):
                await self._follow(mine)
            elif prepared.kind is OperationType.SUBSCRIPTION:
                await self._answer(request)
            else:
                async with house.turnstile.place(self._actor.id):
                    await self._answer(request)
        except Refused:
            await self._answer(request)  # in the words every transport has for it
        except Overloaded as error:
            self.refuse(as_graphql(error))
        except Exception as bug:  # whatever failed, the other side must not wait for ever
            logged(bug, "subscribe")
            self.end()
        finally:
            self._task = None

    async def _follow(self, mine: Asked) -> None:
        """Hand a live operation over to the broadcast."""
        self.live = True
        try:
            self._leave = await self._socket.house.broadcast.follow(mine, self._actor, self)
        except Exception as error:
            self.end(mine.failure(error))

    async def _answer(self, request: wire.Request) -> None:
        """A query, a mutation, or a stream of one's own."""
        house = self._socket.house
        results = await house.roles.stream(
            request.query, variable_values=request.variables, operation_name=request.operation_name,
            context_value=Context(house.office, self._actor),
        )  # fmt: skip
        begun = False
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PreExecutionError) and not begun:
                    return self.refuse(*result.errors or ())
                self.next(wire.encode(wire.answer(result)).decode())
                await self.ready()
                begun = True
        self.end()


def _cannot_hang_up() -> None:
    """Another ASGI server: the connection ends when the other side reads again, or goes."""
