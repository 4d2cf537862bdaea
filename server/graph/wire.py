"""JSON in and out, and the one shape a GraphQL request has on every transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.types import ExecutionResult, StreamExecutionResult

from server.graph.errors import BadQuery


@dataclass(frozen=True, slots=True)
class Request:
    """An operation somebody asks for."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None

    @classmethod
    def of(cls, payload: object) -> "Request":
        """Read the decoded body or `subscribe` payload. Raises BadQuery, with the reason as its message."""
        if not isinstance(payload, dict):
            raise BadQuery("The request must be a JSON object.")
        query, name = payload.get("query"), payload.get("operationName")
        if not isinstance(query, str):
            raise BadQuery("`query` must be a string.")
        if not isinstance(name, str | None):
            raise BadQuery("`operationName` must be a string or null.")
        for key in ("variables", "extensions"):
            if not isinstance(payload.get(key), dict | None):
                raise BadQuery(f"`{key}` must be an object or null.")
        return cls(query, payload.get("variables"), name)


def decode(text: str | bytes) -> object:
    """Strict JSON in UTF-8. Raises JSONDecodeError for the rest: NaN, half surrogates, endless nesting."""
    try:
        plain = text.decode() if isinstance(text, bytes) else text
        value: object = json.loads(plain, parse_constant=_no_constant)
        if "\\u" in plain:  # an escape may smuggle in half a surrogate pair, which no store can keep
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError("Not JSON in UTF-8", "", 0) from error
    return value


def encode(value: Mapping[str, object]) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(result: StreamExecutionResult) -> dict[str, Any]:
    """A result as GraphQL writes it."""
    assert isinstance(result, ExecutionResult)  # no schema of ours delivers in increments
    errors = [error.formatted for error in result.errors or ()]
    return {"data": result.data, **({"errors": errors} if errors else {})}


def _no_constant(name: str) -> None:
    raise ValueError(name)
