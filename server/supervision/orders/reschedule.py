"""A new calendar moved deadlines: the day an answer is due."""

from collections.abc import Sequence

from sqlmodel import bindparam, col, select, update

from server.platform import recount
from server.platform.work import Work
from server.supervision.orders.service import KIND
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
    for id in sorted(moved):
        row = rows[id]
        work.record(f"{KIND}.{RESCHEDULE}", KIND, id, area=row.area, receiver=row.unit_id,
                    touches=[f"unit:{row.unit_id}", f"person:{row.issuer_id}"],
                    detail={"edition": work.office.calendar.edition})  # fmt: skip
    return len(rows)
