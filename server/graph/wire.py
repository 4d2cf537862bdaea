"""JSON in and out, and the one shape a GraphQL request has on every transport."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from strawberry.types import ExecutionResult, StreamExecutionResult

from server.graph.errors import BadQuery
from server.graph.trusted import PREFIX

# a scalar that forgets to become plain is noticed
PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


@dataclass(frozen=True, slots=True)
class Request:
    """An operation somebody asks for. `query` is a document's text, or the identifier of a trusted one."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None

    @classmethod
    def of(cls, payload: object) -> "Request":
        """Read the decoded body or `subscribe` payload. Raises BadQuery, with the reason as its message."""
        if not isinstance(payload, dict):
            raise BadQuery("The request must be a JSON object.")
        query, name, variables = payload.get("query"), payload.get("operationName"), payload.get("variables")
        if "documentId" in payload:
            query = _identifier(payload)
        if not isinstance(query, str):
            raise BadQuery("`query` must be a string.")
        if not isinstance(name, str | None):
            raise BadQuery("`operationName` must be a string or null.")
        if not isinstance(variables, dict | None):
            raise BadQuery("`variables` must be an object or null.")
        if not isinstance(payload.get("extensions"), dict | None):
            raise BadQuery("`extensions` must be an object or null.")
        return cls(query, variables, name)


def _identifier(payload: Mapping[str, object]) -> str:
    id = payload["documentId"]
    if not isinstance(id, str) or not id.startswith(PREFIX):
        raise BadQuery(f"`documentId` must be a string that starts with {PREFIX}")
    if payload.get("query"):
        raise BadQuery("Send `documentId` or `query`, not both.")
    return id


def decode(text: str | bytes) -> object:
    """Strict JSON in UTF-8. Raises JSONDecodeError for the rest: NaN, half surrogates, endless nesting."""
    return orjson.loads(text)


def encode(value: Mapping[str, object]) -> bytes:
    """Compact JSON in UTF-8. Raises TypeError for what is not plain."""
    return orjson.dumps(value, option=PLAIN)


def answer(result: StreamExecutionResult) -> dict[str, Any]:
    """A result as GraphQL writes it."""
    assert isinstance(result, ExecutionResult)  # no schema of ours delivers in increments
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [error.formatted for error in result.errors]}
