"""Argon2id, off the event loop, and as slow for a stranger's name as for a colleague's."""

import asyncio
from dataclasses import dataclass

from passlib.context import CryptContext  # type: ignore[import-untyped]

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane
CONTEXT = CryptContext(
    schemes=["argon2"], argon2__type="ID", argon2__memory_cost=19456, argon2__time_cost=2,
    argon2__parallelism=1,
)  # fmt: skip
NOBODYS: str = CONTEXT.hash("")


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password is right, and its hash with today's parameters when the stored one is older."""

    right: bool
    upgraded: str | None = None


async def hash_password(password: str) -> str:
    """The text to store. Takes 45 ms and 19 MB."""
    return str(await asyncio.to_thread(CONTEXT.hash, password))


async def check_password(password: str, stored: str | None) -> Checked:
    """Compare. `stored` is None for unknown names: it costs the same and is never right."""
    right, upgraded = await asyncio.to_thread(CONTEXT.verify_and_update, password, stored or NOBODYS)
    return Checked(right, upgraded) if stored else Checked(False)
