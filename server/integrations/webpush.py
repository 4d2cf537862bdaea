"""Push to browsers: encrypted for the browser alone (RFC 8291), signed by us (RFC 8292)."""

import hashlib
import json
import time
from collections.abc import Collection
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.integrations.line import a_line, answer
from server.integrations.push_keys import b64, encrypt, may_write, public_of, unb64
from server.platform.notify import Message, Outcome, Refused, Sent, TryAgain

TTL_SECONDS = 86400
LIFE_SECONDS = 12 * 3600  # of a signature; RFC 8292 allows 24 hours
GONE = {403, 404, 410}  # unsubscribed, or subscribed with another key of ours
TOPIC_CHARACTERS = 32


class WebPush:
    """Our side of every push service."""

    def __init__(self, key: EllipticCurvePrivateKey, contact: str, hosts: Collection[str]) -> None:
        self._key, self._contact, self._hosts = key, contact, hosts
        self._line = a_line()

    async def send(self, message: Message) -> Outcome:
        """See the port."""
        to = json.loads(message.to)
        if not may_write(to["endpoint"], self._hosts):
            return Refused("FOREIGN_HOST", gone=True)
        told = {
            "body": message.text,
            "no": message.params.get("no", ""),
            "link": message.link,
            "tag": message.id,
        }
        body = encrypt(json.dumps(told, ensure_ascii=False).encode(), unb64(to["p256dh"]), unb64(to["auth"]))
        headers = {
            "Authorization": self._vapid(to["endpoint"]), "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "TTL": str(TTL_SECONDS),
            "Urgency": "high" if message.urgent else "normal",
            "Topic": b64(hashlib.sha256(message.id.encode()).digest())[:TOPIC_CHARACTERS],
        }  # fmt: skip
        got = await answer(self._line.post(to["endpoint"], content=body, headers=headers))
        if isinstance(got, TryAgain):
            return got
        if got.is_success:
            return Sent(got.headers.get("location", "").rpartition("/")[2])
        return Refused(f"HTTP_{got.status_code}", gone=got.status_code in GONE)

    async def close(self) -> None:
        """See the port."""
        await self._line.aclose()

    def _vapid(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + LIFE_SECONDS,
            "sub": self._contact,
        }  # fmt: skip
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={public_of(self._key)}"
