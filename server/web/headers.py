"""What every answer tells the browser not to do."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS = "max-age=31536000"


def security_headers(origin: str) -> dict[str, str]:
    """For an app people open at `origin`. Scripts and frames come from there alone, and nothing inline runs.

    `style-src-attr` is open because charts and maps place their parts with style attributes.
    """
    socket = origin.replace("http", "ws", 1)  # old Safari does not count it as 'self'
    policy = {
        "default-src": "'self'",
        "connect-src": f"'self' {socket}",
        "font-src": "'self' data:",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "style-src-attr": "'unsafe-inline'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    secure = {"Strict-Transport-Security": HSTS} if origin.startswith("https:") else {}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        **secure,
    }


class SecurityHeaders:
    """Adds them to every HTTP answer that does not set its own."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._headers = [
            (name.lower().encode(), value.encode()) for name, value in security_headers(origin).items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                more = [header for header in self._headers if header[0] not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class Shortcut:
    """Hands what is asked of `path` straight to `to`, past the framework and its routes."""

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self._app, self._path, self._to = app, path, to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._to if scope.get("path") == self._path else self._app)(scope, receive, send)
