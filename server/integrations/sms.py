"""Text messages through any provider that takes a signed request: a template and its fields, never a text.

    POST url   {"to": "138…", "template": "SMS_1", "params": {"no": "…"}}
    Idempotency-Key: the message's id
    X-Key, X-Time (seconds since 1970), X-Signature: hex HMAC-SHA256, with the secret, of
        "POST\\n<path>\\n<time>\\n<id>\\n<hex SHA-256 of the body>"

2xx means taken, 409 taken before; 4xx is a refusal with a `code`, except where our own key is refused.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping

import httpx

from server.integrations.line import a_line, answer, json_of
from server.integrations.templates import Template, fill
from server.platform.notify import Message, Outcome, Refused, Sent, TryAgain

TAKEN_BEFORE = 409
OURS = {401, 403}  # the key is wrong: an operator can put that right
A_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


class Sms:
    """One provider."""

    def __init__(self, url: str, key: str, secret: str, templates: Mapping[str, Template]) -> None:
        self._url, self._key, self._secret, self._templates = httpx.URL(url), key, secret.encode(), templates
        self._line = a_line()

    async def send(self, message: Message) -> Outcome:
        """See the port."""
        filled = fill(self._templates, message)
        if filled is None:
            return Refused("NO_TEMPLATE")
        asked = {"to": message.to, "template": filled.id, "params": filled.fields}
        body = json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()
        got = await answer(self._line.post(self._url, content=body, headers=self._signed(message.id, body)))
        if isinstance(got, TryAgain):
            return got
        told = json_of(got)
        if got.is_success or got.status_code == TAKEN_BEFORE:
            return Sent(str(told.get("id", "")))
        if got.status_code in OURS:
            return TryAgain("KEY_REFUSED")
        code = str(told.get("code", ""))
        return Refused(code if A_CODE.fullmatch(code) else f"HTTP_{got.status_code}")

    async def close(self) -> None:
        """See the port."""
        await self._line.aclose()

    def _signed(self, id: str, body: bytes) -> dict[str, str]:
        now = str(int(time.time()))
        told = "\n".join(["POST", self._url.path, now, id, hashlib.sha256(body).hexdigest()])
        return {
            "Content-Type": "application/json", "Idempotency-Key": id, "X-Key": self._key, "X-Time": now,
            "X-Signature": hmac.digest(self._secret, told.encode(), hashlib.sha256).hex(),
        }  # fmt: skip
