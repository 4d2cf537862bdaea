"""Append-only flow records, one hash chain per street, and the verifier that finds any tampering."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform.db import UtcDateTime

GENESIS = "0" * 64


class Chain(SQLModel, table=True):
    """The head of one street's chain. Locked while a transaction appends, so numbers are gapless
    and in commit order; streets do not wait for each other."""

    street: str = Field(primary_key=True)
    seq: int = 0
    hash: str = GENESIS


class AuditLine(SQLModel, table=True):
    """One flow record: who moved what from where to where, when, and in whose words."""

    __tablename__ = "audit_line"
    __table_args__ = (Index("audit_line_subject", "subject_kind", "subject_id"),)

    street: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    verb: str
    subject_kind: str
    subject_id: str
    actor_id: str
    role: str
    post: str
    unit_id: str = ""
    source: str = ""
    target: str = ""
    receiver: str = ""
    opinion: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    prev_hash: str = GENESIS
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A flow record before it has a place in its chain."""

    street: str
    at: datetime
    verb: str
    subject_kind: str
    subject_id: str
    actor_id: str
    role: str
    post: str
    unit_id: str = ""
    source: str = ""
    target: str = ""
    receiver: str = ""
    opinion: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def digest(line: AuditLine) -> str:
    """SHA-256 over the previous hash and every fact of the line, in canonical JSON."""
    facts = {
        "street": line.street, "seq": line.seq,
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": line.verb, "subject": [line.subject_kind, line.subject_id],
        "actor": [line.actor_id, line.role, line.post, line.unit_id],
        "step": [line.source, line.target], "receiver": line.receiver, "opinion": line.opinion,
        "detail": line.detail, "prev": line.prev_hash,
    }  # fmt: skip
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(head: Chain, entry: Entry) -> AuditLine:
    """The line that follows `head`; moves the head."""
    head.seq += 1
    line = AuditLine(
        street=head.street, seq=head.seq, at=entry.at, verb=entry.verb,
        subject_kind=entry.subject_kind, subject_id=entry.subject_id,
        actor_id=entry.actor_id, role=entry.role, post=entry.post, unit_id=entry.unit_id,
        source=entry.source, target=entry.target, receiver=entry.receiver, opinion=entry.opinion,
        detail=dict(entry.detail), prev_hash=head.hash,
    )  # fmt: skip
    line.hash = head.hash = digest(line)
    return line


async def heads(session: AsyncSession, streets: list[str]) -> dict[str, Chain]:
    """The chain heads of `streets`, locked in name order until the transaction ends."""
    rows = await session.exec(
        select(Chain).where(col(Chain.street).in_(streets)).order_by(Chain.street).with_for_update()
    )
    found = {row.street: row for row in rows}
    for street in sorted(set(streets) - found.keys()):
        found[street] = Chain(street=street)
        session.add(found[street])
    return found


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain stops being true, and how."""

    street: str
    seq: int
    what: str  # "edited" | "missing" | "tail" | "head"


async def verify(session: AsyncSession, *, page: int = 1000) -> tuple[int, list[Break]]:
    """Walk every chain, also while others append: how many lines hold, and each chain's first break."""
    count, breaks = 0, []
    headed, lined = select(Chain.street), select(AuditLine.street).distinct()
    for street in sorted({*await session.exec(headed), *await session.exec(lined)}):
        held, broken = await _walk(session, street, page)
        count += held
        breaks += [broken] if broken else []
    return count, breaks


async def _walk(session: AsyncSession, street: str, page: int) -> tuple[int, Break | None]:
    """How many lines of one chain hold, and where it breaks, if it does."""
    count, seq, last = 0, 0, GENESIS
    head, before = await _head(session, street), -1
    while head and head.seq > before:  # the head moves while people work: then there is more to read
        while rows := (await session.exec(
            select(AuditLine).where(AuditLine.street == street, AuditLine.seq > seq)
            .order_by(col(AuditLine.seq)).limit(page)
        )).all():  # fmt: skip
            for line in rows:
                if line.prev_hash != last:
                    return count, Break(street, line.seq, "missing")
                if digest(line) != line.hash:
                    return count, Break(street, line.seq, "edited")
                count, seq, last = count + 1, line.seq, line.hash
        if last == head.hash:
            return count, None
        before = head.seq
        head = await _head(session, street)
    return count, Break(street, seq + 1, "tail" if head else "head")


async def _head(session: AsyncSession, street: str) -> Chain | None:
    rows = select(Chain).where(Chain.street == street).execution_options(populate_existing=True)
    return (await session.exec(rows)).one_or_none()
