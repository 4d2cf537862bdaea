"""GraphQL over HTTP: POST with a JSON body, answered as the Accept header asks.

Source: GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/.
"""

import asyncio
import gzip
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from server.graph import wire
from server.graph.audience import SchemaByRole
from server.graph.context import Context
from server.graph.errors import BadQuery, Internal, TooLarge, TooSlow, Unavailable, as_graphql
from server.kernel.errors import CityError

BODY_KB = 100
GRAPHQL, JSON, EVENTS = "application/graphql-response+json", "application/json", "text/event-stream"
REMEMBERED = 64  # values of a header, of all callers
PACK_FROM = 1_000  # bytes; below that the headers outweigh it
PACK_ASIDE_FROM = 64_000  # bytes; more than that would hold up everybody else
PACK_LEVEL = 5  # most of the gain for a third of the time

Header = tuple[bytes, bytes]

NO_STORE = b"cache-control", b"no-store"
HEADERS: dict[str, tuple[Header, ...]] = {
    media: (NO_STORE, (b"content-type", f"{kind}; charset=utf-8".encode()))
    for media, kind in ((GRAPHQL, GRAPHQL), (JSON, JSON), (EVENTS, JSON))
}
PACKED: tuple[Header, ...] = (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")


class TooLate(BadQuery):
    """A body that did not come in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, ready to be sent: an ASGI app. Nobody may keep a copy, for it is one person's."""

    status: int
    body: bytes
    headers: tuple[Header, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = b"content-length", b"%d" % len(self.body)
        headers = [length, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})

    async def packed(self) -> "Answer":
        """The same for a caller that takes gzip; a small one stays as it is."""
        if len(self.body) < PACK_FROM:
            return self
        if len(self.body) < PACK_ASIDE_FROM:
            body = gzip.compress(self.body, PACK_LEVEL, mtime=0)
        else:
            body = await asyncio.to_thread(gzip.compress, self.body, PACK_LEVEL, mtime=0)
        return replace(self, body=body, headers=(*self.headers, *PACKED))


@lru_cache(REMEMBERED)
def negotiated(accept: bytes) -> str | None:
    """The media type to answer with, or None when we have nothing the caller takes.

    A caller that names none of ours but takes anything gets plain JSON, as older clients expect.
    """
    parts = accept.decode("latin-1").split(",")
    wanted = dict(_quality(part) for part in parts if part.strip()) or {"*/*": 1.0}
    named = [(wanted.get(ours, 0.0), ours) for ours in (GRAPHQL, JSON, EVENTS)]
    best, media = max(named, key=lambda offer: offer[0])
    if best > 0:
        return media
    anything = max(wanted.get("*/*", 0.0), wanted.get("application/*", 0.0))
    return JSON if anything > 0 and JSON not in wanted else None


def _quality(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    try:
        return media, next((float(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
    except ValueError:
        return media, 0.0


@lru_cache(REMEMBERED)
def is_json(content_type: bytes) -> bool:
    """True for JSON in UTF-8, which is also what a type without a charset means."""
    media, *parameters = (piece.strip().lower() for piece in content_type.decode("latin-1").split(";"))
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    return media == JSON and charset in ("utf-8", "utf8")


async def asked(receive: Receive, seconds: float) -> wire.Request:
    """The operation in the body. Raises BadQuery, TooLate, or TooLarge as soon as the limit is passed."""
    try:
        async with asyncio.timeout(seconds):
            body = await _body(receive)
        return wire.Request.of(wire.decode(body))
    except TimeoutError:
        raise TooLate("The body came too slowly.") from None
    except ValueError:
        raise BadQuery("The body must be JSON in UTF-8.") from None


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadQuery("The body ended early.")
        part: bytes = message.get("body", b"")
        body, more = body + part if body else part, message.get("more_body", False)
        if len(body) > BODY_KB * 1000:
            raise TooLarge(limitKb=BODY_KB)
    return body


async def run(schema: SchemaByRole, request: wire.Request, context: Context, media: str) -> Answer:
    """Execute, and answer in `media`. A request that never ran carries no `data`."""
    result = await schema.execute(
        request.query, variable_values=request.variables, context_value=context,
        operation_name=request.operation_name,
    )  # fmt: skip
    body = wire.answer(result)
    if result.data is not None or any(error.path for error in result.errors or ()):
        return reply(200, body, media)
    del body["data"]
    return reply(200 if media == JSON else _status(result.errors or []), body, media)


def _status(errors: list[GraphQLError]) -> int:
    codes = {(error.extensions or {}).get("code") for error in errors}
    if codes & {TooSlow.code, Unavailable.code}:
        return 503
    return 500 if Internal.code in codes else 400


def refusal(status: int, error: CityError, media: str = JSON, *headers: Header) -> Answer:
    """A request turned away before GraphQL saw it, in the shape of a GraphQL answer."""
    return reply(status, {"errors": [as_graphql(error).formatted]}, media, *headers)


def reply(status: int, body: dict[str, Any], media: str, *headers: Header) -> Answer:
    """`body` as `media`; whoever wanted events gets plain JSON."""
    return Answer(status, wire.encode(body), (*HEADERS[media], *headers))
