"""The keys of web push: what a browser hands us, what only it can open, what shows that it is us."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)  # fmt: skip
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.kernel.errors import BadInput

RECORD = 4096
AUTH_BYTES = 16
MOST_ENDPOINT = 1000


def may_write(endpoint: str, hosts: Collection[str]) -> bool:
    """Whether an address a browser gave is one of a push service: nothing else is ever called."""
    try:
        parts = urlsplit(endpoint)
        host, secure = parts.hostname or "", parts.scheme == "https"
    except ValueError:
        return False
    if parts.username or len(endpoint) > MOST_ENDPOINT:
        return False
    if parts.netloc in hosts and parts.scheme in ("http", "https"):
        return secure or host in ("127.0.0.1", "localhost")  # a service of a test
    return secure and any(host == known or host.endswith(f".{known}") for known in hosts)


def subscription(endpoint: str, p256dh: str, auth: str, hosts: Collection[str]) -> str:
    """What a browser gave, checked and as it is kept. Raises BadInput naming the field."""
    if not may_write(endpoint, hosts):
        raise BadInput(field="endpoint")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), unb64(p256dh))
    except ValueError:
        raise BadInput(field="p256dh") from None
    try:
        if len(unb64(auth)) != AUTH_BYTES:
            raise BadInput(field="auth")
    except ValueError:
        raise BadInput(field="auth") from None
    return json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth}, sort_keys=True)


def private_key(text: str) -> EllipticCurvePrivateKey:
    """Of 32 bytes in base64url. Raises ValueError."""
    return derive_private_key(int.from_bytes(unb64(text)), SECP256R1())


def public_of(key: EllipticCurvePrivateKey) -> str:
    """As browsers and push services want it."""
    return b64(_point(key.public_key()))


def encrypt(
    plain: bytes, browser: bytes, auth: bytes, *, salt: bytes | None = None,
    key: EllipticCurvePrivateKey | None = None,
) -> bytes:  # fmt: skip
    """One record of aes128gcm only that browser opens. `salt` and `key` are made up unless given."""
    salt, key = salt or os.urandom(16), key or generate_private_key(SECP256R1())
    theirs, mine = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), browser), _point(key.public_key())
    shared = key.exchange(ECDH(), theirs)
    secret = HKDF(SHA256(), 32, auth, b"WebPush: info\0" + browser + mine).derive(shared)
    content = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
    head = salt + RECORD.to_bytes(4) + len(mine).to_bytes(1) + mine
    return head + AESGCM(content).encrypt(nonce, plain + b"\x02", None)


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Inverse of `b64`. Raises ValueError."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
