"""A new calendar moved deadlines: what citizens were promised, and what they are to answer by."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import bindparam, col, select, update

from server.command.requests.service.take import FACING, KIND, touches
from server.command.requests.tables import CitizenRequest
from server.platform import recount
from server.platform.work import Work

RESCHEDULE = "reschedule"


async def promised(work: Work, by_order: Mapping[str, datetime]) -> None:
    """The promise of an order is the promise of every request that rides on it."""
    await _set(work, "order_id", "promised_at", by_order)


async def on_calendar(work: Work, ids: Sequence[str]) -> int:
    """Reckon these requests' own clocks anew."""
    free = select(CitizenRequest).where(col(CitizenRequest.id).in_(ids)).with_for_update(skip_locked=True)
    requests = {row.id: row for row in await work.session.exec(free)}
    moved = await recount.anew(work, KIND, requests)
    due = {(id, timer.name): timer.due_at for id, live in moved.items() for timer in live if timer.due_at}
    asked = {id: due[id, "need_info"] for id, name in due if name == "need_info" and requests[id].answer_by}
    await _set(work, "id", "answer_by", asked)
    await _set(work, "id", "promised_at", {id: at for (id, name), at in due.items() if name == "promise"})
    facing = {id: min((t.due_at for t in live if t.name in FACING and t.due_at), default=None)
              for id, live in moved.items()}  # fmt: skip
    await _set(work, "id", "due_at", {id: at for id, at in facing.items() if at})
    for id in sorted(moved):
        row = requests[id]
        work.record(f"{KIND}.{RESCHEDULE}", KIND, id, area=row.area, touches=touches(row),
                    detail={"edition": work.office.calendar.edition})  # fmt: skip
    return len(requests)


async def _set(work: Work, key: str, column: str, values: Mapping[str, datetime]) -> None:
    if values:
        table = CitizenRequest.__table__  # type: ignore[attr-defined]
        rows = update(table).where(table.c[key] == bindparam("its")).values({column: bindparam("at")})
        told = [{"its": id, "at": at} for id, at in sorted(values.items())]
        await (await work.session.connection()).execute(rows, told)
