"""Append-only flow records, one hash chain per street, and the verifier that finds any tampering."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
        "street": line.street, "seq": line.seq, "at": line.at.isoformat(timespec="microseconds"),
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
    what: str  # "edited" | "missing" | "reordered" | "tail"


async def verify(session: AsyncSession, *, page: int = 1000) -> tuple[int, list[Break]]:
    """Walk every chain. Returns how many lines hold and where the first break of each chain is."""
    count, breaks = 0, []
    for head in await session.exec(select(Chain).order_by(Chain.street)):
        seq, last = 0, GENESIS
        broken: Break | None = None
        news = 0
        while broken is None:
            rows = (await session.exec(
                select(AuditLine).where(AuditLine.street == head.street, AuditLine.seq > seq)
                .order_by(col(AuditLine.seq)).limit(page)
            )).all()  # fmt: skip
            for line in rows:
                if line.prev_hash != last:
                    broken = Break(head.street, line.seq, "missing")
                elif digest(line) != line.hash:
                    broken = Break(head.street, line.seq, "edited")
                if broken:
                    break
                seq, last, news = line.seq, line.hash, news + 1
            if len(rows) < page:
                break
        if broken is None and last != head.hash:
            broken = Break(head.street, seq + 1, "tail")
        if broken:
            breaks.append(broken)
        count += news
    return count, breaks
