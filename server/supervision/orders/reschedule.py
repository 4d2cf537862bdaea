"""A new calendar moved deadlines: the day an answer is due, and when its case gets a card without one."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import bindparam, col, select, update

from server.command.orders.service import supervised as cases
from server.platform import recount
from server.platform.sla import Timer
from server.platform.work import Work
from server.supervision.orders import rules
from server.supervision.orders.service import KIND, touches
from server.supervision.orders.tables import Supervision

RESCHEDULE = "reschedule"


async def on_calendar(work: Work, ids: Sequence[str]) -> int:
    """Reckon these supervisions' clocks anew. No version changes."""
    free = select(Supervision).where(col(Supervision.id).in_(ids)).with_for_update(skip_locked=True)
    rows = {row.id: row for row in await work.session.exec(free)}
    moved = await recount.anew(work, KIND, rows)
    due = [
        {"its": id, "at": timer.due_at}
        for id, live in sorted(moved.items()) for timer in live if timer.name == "supervise_reply"
    ]  # fmt: skip
    if due:
        table = Supervision.__table__  # type: ignore[attr-defined]
        refresh = update(table).where(table.c.id == bindparam("its")).values(due_at=bindparam("at"))
        await (await work.session.connection()).execute(refresh, due)
    await cases.expect_each(work, {
        rows[id].order_id: dates for id, live in moved.items() if (dates := _cards(work, live))
    })  # fmt: skip
    for id in sorted(moved):
        row = rows[id]
        work.record(f"{KIND}.{RESCHEDULE}", KIND, id, area=row.area, receiver=row.unit_id,
                    touches=touches(row),
                    detail={"edition": work.office.calendar.edition})  # fmt: skip
    return len(rows)


def _cards(work: Work, live: Sequence[Timer]) -> tuple[datetime, datetime] | None:
    """The yellow and the red date of the case, by clocks that ran on; None once it was answered."""
    clocks = {timer.name: timer for timer in live}
    reply, sign = clocks.get("supervise_reply"), clocks.get("supervise_sign")
    if reply is None or reply.due_at is None:
        return None
    twice = work.office.calendar.due(reply.started_at, rules.red_share(reply.limit))
    unsigned = sign.due_at if sign and sign.due_at else reply.due_at
    return min(reply.due_at, unsigned), min(twice, reply.due_at + rules.UNANSWERED)
