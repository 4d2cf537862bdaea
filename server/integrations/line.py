"""The line to an outside system: bounded in time, silent about what it carries."""

import logging
from collections.abc import Awaitable

import httpx

from server.platform.notify import TryAgain

SECONDS, CONNECT_SECONDS = 10.0, 4.0  # less than a delivery's lease
BUSY = 429
BROKEN = 500

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write addresses, and tokens stand in some


def a_line() -> httpx.AsyncClient:
    """Follows nobody elsewhere, and takes no proxy or password from the surroundings."""
    timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False)


async def answer(asked: Awaitable[httpx.Response]) -> httpx.Response | TryAgain:
    """What came back; whatever passes by itself is a TryAgain."""
    try:
        response = await asked
    except httpx.TimeoutException:
        return TryAgain("TIMEOUT")
    except httpx.HTTPError:
        return TryAgain("UNREACHABLE")
    if response.status_code == BUSY or response.status_code >= BROKEN:
        return TryAgain(
            f"HTTP_{response.status_code}", after=_seconds(response.headers.get("retry-after", ""))
        )
    return response


def json_of(response: httpx.Response) -> dict[str, object]:
    """The object it holds; {} for anything else."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0
