"""The secrets of one installation: key files only the owner reads, and what they seal."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.settings import Settings

MASTER, SIGNING = "master.key", "signing.pem"
KEY_BYTES = 32
NONCE_BYTES = 12


class BadKey(RuntimeError):
    """A key is absent in production, or is not one. The server does not start."""


class Vault:
    """Derives a key per purpose from one master key; `signing` holds Ed25519 keys as PEM, newest first."""

    def __init__(self, master: bytes, signing: str) -> None:
        if len(master) != KEY_BYTES or len(set(master)) < KEY_BYTES // 4:
            raise BadKey(f"the master key is not {KEY_BYTES} random bytes")
        self._master, self.signing = master, signing
        self._lookup, self._sealing = self.derive("lookup"), AESGCM(self.derive("seal"))

    @classmethod
    def open(cls, settings: Settings) -> "Vault":
        """Read the keys; make the missing ones, except in production. Raises BadKey."""
        home = settings.data_dir / "keys"
        read = _required if settings.production else _kept
        master = read(home / MASTER, new_master)
        signing = settings.signing_keys or read(home / SIGNING, new_signing_key).decode()
        return cls(master, signing)

    @classmethod
    def create(cls, settings: Settings) -> None:
        """Make the key files a production server wants to find. Existing ones stay."""
        home = settings.data_dir / "keys"
        _kept(home / MASTER, new_master)
        if not settings.signing_keys:
            _kept(home / SIGNING, new_signing_key)

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes that serves `purpose` and nothing else."""
        return HKDFExpand(SHA256(), KEY_BYTES, f"sanwei/{purpose}".encode()).derive(self._master)

    def lookup(self, text: str) -> str:
        """The same text gives the same 64 hex digits; without the key nobody can try texts out."""
        return hmac.digest(self._lookup, text.encode(), hashlib.sha256).hex()

    def seal(self, text: str, *, about: str) -> str:
        """AES-256-GCM, bound to `about`: copied to another place it does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._sealing.encrypt(nonce, text.encode(), about.encode())).decode()

    def unseal(self, sealed: str, *, about: str) -> str:
        """Inverse of `seal`. Raises BadKey when the text was sealed elsewhere or with another key."""
        raw = urlsafe_b64decode(sealed)
        try:
            return self._sealing.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
        except InvalidTag:
            raise BadKey("sealed with another key, or for another place") from None


def new_master() -> bytes:
    """Random bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def new_signing_key() -> bytes:
    """A fresh Ed25519 private key as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _required(path: Path, _make: Callable[[], bytes]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadKey(f"{path} is missing; production makes no keys by itself") from None


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes. When two processes start at once the first link wins and both read the same."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()
