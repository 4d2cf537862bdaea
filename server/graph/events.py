"""GraphQL over server-sent events, for networks that break websockets.

Source: GraphQL over SSE, distinct connections mode.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from starlette.responses import StreamingResponse
from strawberry.http.streaming import SSETransport

from server.graph import wire
from server.graph.audience import SchemaByRole
from server.graph.authentication import Authenticator, until_over
from server.graph.context import Context

_SSE = SSETransport()


async def stream(
    schema: SchemaByRole, request: wire.Request, context: Context, authenticator: Authenticator, every: float
) -> StreamingResponse:
    """Each result as a `next` event, then `complete`. Breaks off, without it, when the session is over."""
    results = await schema.stream(
        request.query, variable_values=request.variables, context_value=context,
        operation_name=request.operation_name,
    )  # fmt: skip

    async def events() -> AsyncIterator[str]:
        over = asyncio.create_task(until_over(context.actor, authenticator, every))
        async with aclosing(results):
            following = asyncio.ensure_future(anext(results))
            try:
                while True:
                    done, _ = await asyncio.wait(
                        {over, following}, timeout=_SSE.heartbeat_interval,
                        return_when=asyncio.FIRST_COMPLETED,
                    )  # fmt: skip
                    if over in done:
                        return
                    if not done:
                        yield _SSE.encode_comment("ping")
                        continue
                    try:
                        result = following.result()
                    except StopAsyncIteration:
                        break
                    yield _SSE.encode_event("next", wire.encode(wire.answer(result)).decode())
                    following = asyncio.ensure_future(anext(results))
            finally:
                for task in (over, following):
                    task.cancel()
                    with suppress(asyncio.CancelledError, StopAsyncIteration):
                        await task
        yield _SSE.encode_complete()

    return StreamingResponse(events(), headers=dict(_SSE.headers))
