"""Everything derived anew from the flow records and the clocks: the proof that what is kept is true."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders.service import told
from server.kernel.actors import SYSTEM
from server.platform import sla
from server.platform.audit import AuditLine
from server.platform.rows import put
from server.platform.work import Office
from server.supervision.evaluation.rules.counters import COUNTERS, Facts
from server.supervision.evaluation.rules.facts import facts
from server.supervision.evaluation.service.keep import (
    FACTS,
    KIND,
    Changes,
    case_of,
    clock_of,
    facts_of,
    line_of,
    row_of,
)
from server.supervision.evaluation.tables import EvaluationDay, HandlingDay, OrderFacts

PAGE = 200


@dataclass(slots=True)
class Proof:
    """What was found: how many orders, whose stored facts differ and in what, how many sums were wrong."""

    orders: int = 0
    counted: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)  # order id → the names that differ
    sums: int = 0

    @property
    def holds(self) -> bool:
        """Stored equals derived."""
        return not self.wrong and not self.sums


async def orders(session: AsyncSession) -> int:
    """How many steps a progress bar has."""
    newest = select(func.count()).select_from(AuditLine).where(
        AuditLine.subject_kind == KIND, col(AuditLine.verb).in_(["order.report", "order.self_handle"])
    )  # fmt: skip
    return (await session.exec(newest)).one()


async def rebuild(office: Office, *, check: bool, progress: Callable[[int], object]) -> Proof:
    """Derive all facts and sums; put right what differs, unless `check`. One transaction: nobody counts
    meanwhile."""
    proof, changes = Proof(), Changes()
    async with office.work(SYSTEM) as work:
        after = ""
        while heads := await told.heads(work.session, after, PAGE):
            ids = [head.id for head in heads]
            lines = await _lines(work.session, ids)
            timers = await sla.clocks_of(work.session, KIND, ids)
            stored = {row.order_id: row for row in await work.session.exec(
                select(OrderFacts).where(col(OrderFacts.order_id).in_(ids)))}  # fmt: skip
            rows = []
            for head in heads:
                was = facts_of(stored[head.id]) if head.id in stored else None
                now = facts(case_of(head), [line_of(each) for each in lines.get(head.id, ())],
                            [clock_of(each) for each in timers[head.id]], work.now,
                            office.calendar.elapsed)  # fmt: skip
                changes.add(now, +1)
                proof.orders += 1
                proof.counted += now.on is not None
                if different := _different(was, now):
                    proof.wrong[head.id] = different
                    rows.append(row_of(head.id, now))
            if not check:
                await put(work.session, FACTS, rows)
            work.session.expunge_all()
            after = ids[-1]
            progress(len(ids))
        proof.sums = await _wrong_sums(work.session, changes)
        if proof.sums and not check:
            for table in (EvaluationDay, HandlingDay):
                await work.session.exec(delete(table))
            for statement, sums in changes.writes():
                await put(work.session, statement, sums)
    return proof


def _different(was: Facts | None, now: Facts) -> list[str]:
    if was is None:
        return ["missing"] if now.on else []
    names = [each.name for each in fields(Facts) if getattr(was, each.name) != getattr(now, each.name)]
    if "counts" in names:
        names.remove("counts")
        names += [name for name in COUNTERS if getattr(was.counts, name) != getattr(now.counts, name)]
    return names


async def _lines(session: AsyncSession, ids: list[str]) -> dict[str, list[AuditLine]]:
    mine = select(AuditLine).where(AuditLine.subject_kind == KIND, col(AuditLine.subject_id).in_(ids))
    found: dict[str, list[AuditLine]] = {}
    for line in await session.exec(mine.order_by(col(AuditLine.at), col(AuditLine.seq))):
        found.setdefault(line.subject_id, []).append(line)
    return found


async def _wrong_sums(session: AsyncSession, changes: Changes) -> int:
    """How many sums of days are not what the facts add up to."""
    keys = ("area", "day", "unit_id", "category", "difficulty")
    sums: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for day in await session.exec(select(EvaluationDay)):
        values = tuple(getattr(day, name) for name in COUNTERS)
        if any(values):
            sums[tuple(getattr(day, name) for name in keys)] = values
    times = {
        (row.area, row.day, row.unit_id, row.minutes): row.n
        for row in await session.exec(select(HandlingDay)) if row.n
    }  # fmt: skip
    return _differing(sums, changes.sums()) + _differing(times, changes.times())


def _differing(stored: dict[Any, Any], derived: dict[Any, Any]) -> int:
    return sum(stored.get(key) != derived.get(key) for key in stored.keys() | derived.keys())
