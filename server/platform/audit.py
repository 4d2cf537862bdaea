"""Append-only flow records, one hash chain per street, and the verifier that finds any tampering."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, bindparam, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.platform.db import UtcDateTime
from server.platform.kept import kept
from server.platform.rows import Write, ask, written

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
    """What the line's hash must be."""
    return _digest(line, line.seq, line.prev_hash)


def _digest(facts: Entry | AuditLine, seq: int, prev: str) -> str:
    """SHA-256 over the previous hash and every fact of the line, in canonical JSON."""
    told = {
        "street": facts.street, "seq": seq,
        "at": facts.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": facts.verb, "subject": [facts.subject_kind, facts.subject_id],
        "actor": [facts.actor_id, facts.role, facts.post, facts.unit_id],
        "step": [facts.source, facts.target], "receiver": facts.receiver, "opinion": facts.opinion,
        "detail": facts.detail, "prev": prev,
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


chains, lines = (SQLModel.metadata.tables[name] for name in ("chain", "audit_line"))
FACTS = tuple(each.name for each in fields(Entry))


@written
def RESERVE(insert: Any) -> Any:
    """Lock a chain until the transaction ends and move it on by `seq`; its number and hash then."""
    rows = insert(chains)
    moved = rows.on_conflict_do_update(
        index_elements=["street"], set_={"seq": chains.c.seq + rows.excluded.seq}
    )
    return moved.returning(chains.c.seq, chains.c.hash)


@written
def RELINK(_insert: Any) -> Any:
    """The hash of a chain's newest line."""
    return update(chains).where(chains.c.street == bindparam("of")).values(hash=bindparam("newest"))


@written
def LINE(insert: Any) -> Any:
    """A line that has its place."""
    return insert(lines)


async def place(
    session: AsyncSession, entries: Sequence[tuple[str, Entry | None]]
) -> tuple[list[tuple[str, int]], list[Write]]:
    """Give each entry the next place in its street's chain. The places, in the entries' order, and what is
    to be written then.

    Without an entry a number is taken all the same. Chains are locked in name order, until the end.
    """
    wanted = Counter(street for street, _ in entries)
    heads: dict[str, tuple[int, str]] = {}
    for street in sorted(wanted):
        row = {"street": street, "seq": wanted[street], "hash": GENESIS}
        [(last, hash)] = await ask(session, RESERVE, row)
        heads[street] = last - wanted[street], hash
    before, places, rows = dict(heads), [], []
    for street, entry in entries:
        seq, prev = heads[street]
        seq, hash = seq + 1, prev
        if entry:
            hash = _digest(entry, seq, prev)
            facts = {name: getattr(entry, name) for name in FACTS}
            rows.append({**facts, "seq": seq, "prev_hash": prev, "hash": hash})
        heads[street] = seq, hash
        places.append((street, seq))
    newest = [
        {"of": street, "newest": hash} for street, (_, hash) in heads.items() if hash != before[street][1]
    ]
    return places, [(LINE, rows), (RELINK, newest)]


@kept
def history(kind: str, id: str) -> SelectOfScalar[AuditLine]:
    """The flow records of a subject, in order."""
    mine = select(AuditLine).where(AuditLine.subject_kind == kind, AuditLine.subject_id == id)
    return mine.order_by(col(AuditLine.at), col(AuditLine.seq))


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
