"""Access tokens: short-lived EdDSA JWTs. They name a session; what its owner may do stands in the rows."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from server.kernel.actors import Role
from server.kernel.errors import Unauthenticated

ALGORITHM, ISSUER, AUDIENCE, ACCESS = "EdDSA", "sanwei", "sanwei", "access"
CLAIMS = ("sub", "role", "hld", "sid", "exp", "iat", "aud", "iss", "typ")
MOST_MINUTES = 15
PEM_END = "-----END PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: whose it is, in which session and post, and until when (Unix seconds)."""

    account_id: str
    role: Role
    holding_id: str  # "" for citizens
    session_id: str
    expires_at: int


class TokenRing:
    """Signs with the newest key and verifies with every key it holds."""

    def __init__(self, pems: str, *, minutes: int) -> None:
        """`pems`: Ed25519 private keys, newest first. Raises ValueError for others and for other lives."""
        if not 0 < minutes <= MOST_MINUTES:
            raise ValueError(f"an access token lives 1 to {MOST_MINUTES} minutes, not {minutes}")
        private = [_private(pem) for pem in pems.replace("\\n", "\n").split(PEM_END) if pem.strip()]
        if not private:
            raise ValueError("there is no signing key")
        self._life = timedelta(minutes=minutes)
        self._public = {key_id(key.public_key()): key.public_key() for key in private}
        self._signing, self._kid = private[0], key_id(private[0].public_key())

    def mint(
        self, *, account_id: str, role: Role, holding_id: str, session_id: str, now: datetime
    ) -> tuple[str, datetime]:
        """A signed token and the instant it ends."""
        ends = (now + self._life).replace(microsecond=0)
        claims = {
            "sub": account_id, "role": role, "hld": holding_id, "sid": session_id, "typ": ACCESS,
            "iat": int(now.timestamp()), "exp": int(ends.timestamp()), "aud": AUDIENCE, "iss": ISSUER,
        }  # fmt: skip
        return jwt.encode(claims, self._signing, ALGORITHM, headers={"kid": self._kid}), ends

    def read(self, token: str, *, now: datetime) -> Claims:
        """The claims of a token of ours that has not ended. Raises Unauthenticated for anything else."""
        try:
            key = self._public[jwt.get_unverified_header(token)["kid"]]
            # times are judged below, by the same clock that minted them
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER,
                options={"require": [*CLAIMS], "verify_exp": False, "verify_iat": False, "strict_aud": True},
            )  # fmt: skip
            read = Claims(
                account_id=_text(claims["sub"]), role=Role(claims["role"]), holding_id=_text(claims["hld"]),
                session_id=_text(claims["sid"]), expires_at=_instant(claims["exp"]),
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise Unauthenticated from None
        if claims["typ"] != ACCESS or read.expires_at <= now.timestamp():
            raise Unauthenticated
        return read


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: 16 characters of its SHA-256."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return urlsafe_b64encode(hashlib.sha256(raw).digest())[:16].decode()


def _private(pem: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(f"{pem.strip()}\n{PEM_END}\n".encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("signing keys must be Ed25519")
    return key


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _instant(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
