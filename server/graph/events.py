"""GraphQL over server-sent events, for networks that break websockets.

Source: GraphQL over SSE, distinct connections mode.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse
from strawberry.http.streaming import SSETransport

from server.graph import wire
from server.graph.asked import Asked, asked
from server.graph.authentication import until_over
from server.graph.broadcast import RESYNC
from server.graph.context import Context
from server.graph.documents import Refused
from server.kernel.actors import Actor

if TYPE_CHECKING:
    from server.graph.sockets import Sockets

MOST_ANSWERS = 256  # that wait for a reader
_SSE = SSETransport()


class Lane:
    """An outlet that keeps what is to be said until the connection takes it."""

    def __init__(self) -> None:
        self._answers: deque[str] = deque()
        self._said, self._taken = asyncio.Event(), asyncio.Event()
        self._ended = False

    def next(self, answer: str, subject: str | None = None) -> None:
        """One more answer, as JSON."""
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
            self.end(RESYNC)
        elif not self._ended:
            self._answers.append(answer)
            self._said.set()

    def end(self, failure: str | None = None) -> None:
        """No more answers."""
        if failure and not self._ended:
            self._answers.append(failure)
        self._ended = True
        self._said.set()
        self._taken.set()

    async def ready(self) -> None:
        """Return when few answers wait."""
        while len(self._answers) > MOST_ANSWERS // 2 and not self._ended:
            self._taken.clear()
            await self._taken.wait()

    async def answers(self) -> AsyncGenerator[str, None]:
        """All of them, as they come."""
        while self._answers or not self._ended:
            while self._answers:
                yield self._answers.popleft()
                self._taken.set()
            if not self._ended:
                self._said.clear()
                await self._said.wait()


async def stream(house: "Sockets", request: wire.Request, context: Context) -> StreamingResponse:
    """Each result as a `next` event, then `complete`. Breaks off, without it, when the session is over."""
    schema, variables = house.roles.of(context.actor.role), request.variables or {}
    mine = None
    with suppress(Refused):  # the stream of one's own says why
        prepared = schema.documents.prepare(request.query, request.operation_name, variables)
        mine = asked(schema, prepared, variables)
    results = _followed(house, mine, context.actor) if mine else _own(house, request, context)

    async def events() -> AsyncIterator[str]:
        over = asyncio.create_task(until_over(context.actor, house.authenticator, house.recheck_seconds))
        leaving = asyncio.create_task(house.office.leaving.wait())
        async with aclosing(results):
            following = asyncio.ensure_future(anext(results))
            try:
                while True:
                    done, _ = await asyncio.wait(
                        {over, leaving, following}, timeout=_SSE.heartbeat_interval,
                        return_when=asyncio.FIRST_COMPLETED,
                    )  # fmt: skip
                    if {over, leaving} & done:
                        return
                    if not done:
                        yield _SSE.encode_comment("ping")
                        continue
                    try:
                        answer = following.result()
                    except StopAsyncIteration:
                        break
                    yield _SSE.encode_event("next", answer)
                    following = asyncio.ensure_future(anext(results))
            finally:
                for task in (over, leaving, following):
                    task.cancel()
                    with suppress(asyncio.CancelledError, StopAsyncIteration):
                        await task
        yield _SSE.encode_complete()

    return StreamingResponse(events(), headers=dict(_SSE.headers))


async def _own(house: "Sockets", request: wire.Request, context: Context) -> AsyncGenerator[str, None]:
    """What runs for this connection alone."""
    results = await house.roles.stream(
        request.query, variable_values=request.variables, context_value=context,
        operation_name=request.operation_name,
    )  # fmt: skip
    async with aclosing(results):
        async for result in results:
            yield wire.encode(wire.answer(result)).decode()


async def _followed(house: "Sockets", mine: Asked, actor: Actor) -> AsyncGenerator[str, None]:
    """What the broadcast tells many."""
    lane = Lane()

    async def join() -> Callable[[], None] | None:
        try:
            return await house.broadcast.follow(mine, actor, lane)
        except Exception as error:
            lane.end(mine.failure(error))
            return None

    joining = asyncio.create_task(join())
    try:
        async for answer in lane.answers():
            yield answer
    finally:
        joining.cancel()
        with suppress(asyncio.CancelledError):
            if leave := await joining:
                leave()
