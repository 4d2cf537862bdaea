"""Which request a log line or a span belongs to."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from re import compile as pattern
from secrets import token_hex
from typing import Any

PLAIN_ID = pattern(rb"[0-9A-Za-z-]{8,64}")
_KEPT = "sanwei.request"

Scope = MutableMapping[str, Any]  # ASGI's words
App = Callable[[Scope, Any, Any], Awaitable[None]]

scope_now: ContextVar[Scope | None] = ContextVar("request", default=None)


class KnownRequests:
    """ASGI: whatever happens for a request knows which one it is."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        scope_now.set(scope)  # each request runs in a task of its own, so nobody else sees this
        await self._app(scope, receive, send)


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header, by its lower-case name; "" when it is absent."""
    found = next((value for key, value in scope.get("headers", ()) if key == name), b"")
    return str(found, "latin-1")


def request_id(scope: Scope) -> str:
    """X-Request-ID as a proxy gave it, when it is a plain word; else one of our own."""
    given = header(scope, b"x-request-id").encode("latin-1")
    if PLAIN_ID.fullmatch(given):
        return given.decode("ascii")
    own: str = scope.setdefault(_KEPT, token_hex(8))
    return own
