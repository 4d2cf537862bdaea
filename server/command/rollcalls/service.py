"""点名, 应答, and what is declared when nobody answered."""

from collections.abc import Sequence
from datetime import timedelta

from server.command.duty import queries as duties
from server.command.duty import service as duty
from server.command.duty.rules import NotOnDuty
from server.command.rollcalls import queries, rules
from server.command.rollcalls.flow import FLOW, CallAction, CallState
from server.command.rollcalls.tables import RollCall
from server.kernel.actors import SYSTEM, Post
from server.kernel.errors import BadInput, NotFound
from server.kernel.geo import Wgs84
from server.platform import files
from server.platform.work import Office, Work

KIND = "roll_call"
BATCH = 50
A = CallAction


async def call(work: Work, *, id: str, minutes: int, person_id: str = "") -> RollCall:
    """点名 of somebody on duty in one's area, drawn by chance when nobody is named; the draw is on record.

    Raises NotAllowed, BadInput, NobodyToCall.
    """
    rules.needs_caller(work.actor)
    rules.needs_minutes(minutes)
    called = set(await work.session.exec(queries.open_ones()))
    on_duty = {
        spell.account_id: spell.area
        for spell in await work.session.exec(duties.present(work.actor, work.now))
        if spell.post == Post.GRID_OFFICER and spell.account_id not in called
    }
    who = rules.chosen(on_duty, person_id)
    row = RollCall(
        id=id, area=on_duty[who], person_id=who, by_id=work.actor.id, at=work.now,
        due_at=work.now + timedelta(minutes=minutes), drawn_from=[] if person_id else sorted(on_duty),
        state=FLOW.enter(A.CALL, work.actor.post).target,
    )  # fmt: skip
    work.session.add(row)
    work.record(
        f"{KIND}.{A.CALL}", KIND, id, area=row.area, receiver=who, target=row.state,
        detail={"minutes": minutes, "drawn_from": row.drawn_from}, touches=[f"person:{who}"],
    )  # fmt: skip
    return row


async def answer(work: Work, *, id: str, at: Wgs84, photo_ids: Sequence[str] = ()) -> RollCall:
    """应答, from where one is; on duty only. Late it is taken too, and stays late.

    Raises NotFound, NotOnDuty, IllegalStep, BadInput.
    """
    row = (await work.session.exec(queries.locked(work.actor, id))).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    step = FLOW.step(CallState(row.state), A.ANSWER, work.actor.post)
    if await duty.present(work) is None:
        raise NotOnDuty
    if len(photo_ids) > rules.MOST_PHOTOS:
        raise BadInput(field="photoIds")
    await files.claim(work, photo_ids, KIND, id, files.PhotoKind.CHECK)
    cell = work.office.areas.locate(at)
    row.state, row.answered_at = step.target, work.now
    row.cell = cell.code if cell else ""
    row.at_post = row.cell in work.actor.cells
    work.record(f"{KIND}.{A.ANSWER}", KIND, id, area=row.area, source=step.source, target=row.state,
                detail={"cell": row.cell, "at_post": row.at_post},
                touches=[f"person:{row.person_id}", f"person:{row.by_id}"])  # fmt: skip
    return row


async def declare_missed(office: Office) -> int:
    """Who has not answered in time is on record. A job."""
    async with office.work(SYSTEM) as work:
        rows = (await work.session.exec(queries.over(work.now, BATCH))).all()
        for row in rows:
            row.state = FLOW.step(CallState(row.state), A.MISS, SYSTEM.post).target
            work.record(f"{KIND}.{A.MISS}", KIND, row.id, area=row.area, by=SYSTEM, receiver=row.person_id,
                        target=row.state,
                        touches=[f"person:{row.person_id}", f"person:{row.by_id}"])  # fmt: skip
    return len(rows)
