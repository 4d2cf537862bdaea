"""The key table: a phone that asks twice with one key changes the world once."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel.errors import CityError
from server.platform.db import UtcDateTime
from server.platform.rows import ask, written


class KeyReused(CityError):
    """The same key came with another request: a bug of the client, never a retry."""

    code = "KEY_REUSED"


class IdempotencyKey(SQLModel, table=True):
    """One accepted operation, unique per person and key. Kept at least 30 days."""

    __tablename__ = "idempotency_key"

    actor_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)


def digest(operation: str, payload: Mapping[str, Any]) -> str:
    """SHA-256 of what was asked."""
    text = json.dumps([operation, payload], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


table = SQLModel.metadata.tables["idempotency_key"]


@written
def CLAIM(insert: Any) -> Any:
    """Take a key that nobody has; returns it then."""
    return insert(table).on_conflict_do_nothing().returning(table.c.key)


async def claim(session: AsyncSession, *, actor_id: str, key: str, asked: str, at: datetime) -> bool:
    """True when `key` is new for this actor; False when the same request was accepted before.

    Waits for a racing twin on PostgreSQL. Raises KeyReused when the key carries another request.
    """
    if await ask(session, CLAIM, {"actor_id": actor_id, "key": key, "digest": asked, "at": at}):
        return True
    known = (await session.exec(
        select(IdempotencyKey).where(IdempotencyKey.actor_id == actor_id, IdempotencyKey.key == key)
    )).one()  # fmt: skip
    if known.digest != asked:
        raise KeyReused(field="opId")
    return False
