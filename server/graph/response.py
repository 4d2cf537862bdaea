"""GraphQL over HTTP: POST with a JSON body, answered as the Accept header asks.

Source: GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/.
"""

import json
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from server.graph import wire
from server.graph.audience import SchemaByRole
from server.graph.context import Context
from server.graph.errors import BadQuery, Internal, TooLarge, TooSlow, Unavailable, as_graphql
from server.kernel.errors import CityError

BODY_KB = 100
GRAPHQL, JSON, EVENTS = "application/graphql-response+json", "application/json", "text/event-stream"
ONE_ANSWER = (OperationType.QUERY, OperationType.MUTATION)


def negotiated(accept: str) -> str | None:
    """The media type to answer with, or None when we have nothing the caller takes.

    A caller that names none of ours but takes anything gets plain JSON, as older clients expect.
    """
    wanted = dict(_quality(part) for part in accept.split(",") if part.strip()) or {"*/*": 1.0}
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


def is_json(content_type: str) -> bool:
    """True for JSON in UTF-8, which is also what a type without a charset means."""
    media, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    return media == JSON and charset in ("utf-8", "utf8")


async def asked(http: HttpRequest) -> wire.Request:
    """The operation in the body. Raises BadQuery, or TooLarge as soon as the limit is passed."""
    body = bytearray()
    try:
        async for chunk in http.stream():
            body += chunk
            if len(body) > BODY_KB * 1000:
                raise TooLarge(limitKb=BODY_KB)
        return wire.Request.of(wire.decode(bytes(body)))
    except ClientDisconnect:
        raise BadQuery("The body ended early.") from None
    except json.JSONDecodeError:
        raise BadQuery("The body must be JSON in UTF-8.") from None


async def run(schema: SchemaByRole, request: wire.Request, context: Context, media: str) -> Response:
    """Execute, and answer in `media`. A request that never ran carries no `data`."""
    try:
        result = await schema.execute(
            request.query, variable_values=request.variables, context_value=context,
            operation_name=request.operation_name, allowed_operation_types=ONE_ANSWER,
        )  # fmt: skip
    except (MissingQueryError, CannotGetOperationTypeError):
        result = _never_ran("There is no such operation in the document.")
    except InvalidOperationTypeError:
        result = _never_ran("A subscription needs a websocket or an event stream.")
    body = wire.answer(result)
    if result.data is not None or any(error.path for error in result.errors or ()):
        return reply(200, body, media)
    del body["data"]
    return reply(200 if media == JSON else _status(result.errors or []), body, media)


def _never_ran(why: str) -> ExecutionResult:
    return ExecutionResult(None, [as_graphql(BadQuery(why))])


def _status(errors: list[GraphQLError]) -> int:
    codes = {(error.extensions or {}).get("code") for error in errors}
    if codes & {TooSlow.code, Unavailable.code}:
        return 503
    return 500 if Internal.code in codes else 400


def refusal(status: int, error: CityError, media: str = JSON, **headers: str) -> Response:
    """A request turned away before GraphQL saw it, in the shape of a GraphQL answer."""
    return reply(status, {"errors": [as_graphql(error).formatted]}, media, headers)


def reply(
    status: int, body: dict[str, Any], media: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Nobody may keep a copy: answers are one person's."""
    kind = f"{JSON if media == EVENTS else media}; charset=utf-8"
    return Response(
        wire.encode(body), status, {"Cache-Control": "no-store", **(headers or {})}, media_type=kind
    )
