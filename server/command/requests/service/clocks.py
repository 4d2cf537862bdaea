"""What happens when a request's clock reaches a mark: reminders, time-outs, and what is said aloud."""

from collections.abc import Mapping

from sqlmodel import col, update

from server.command.requests.rules import Outcome
from server.command.requests.service.take import FACING, KIND, A, note, take, touches
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import SYSTEM
from server.platform import sla
from server.platform.work import Work

REMINDERS: Mapping[str, str] = {
    "remind_1": "remind", "remind_2": "remind", "visit_1": "remind_rating", "visit_2": "remind_rating",
}  # fmt: skip
ENDS = {"need_info": (A.INFO_TIMEOUT, Outcome.UNREACHED), "visit": (A.VISIT_TIMEOUT, Outcome.UNRATED)}


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """Two reminders before an unanswered question closes the request, three tries before it ends unrated; any
    other clock that ran out is said aloud, because silence would be a lie."""
    rows = await work.session.get(CitizenRequest, timer.subject_id, with_for_update=True)
    if rows is None or level < sla.RUN_OUT:
        return
    request = rows
    if timer.name in REMINDERS:
        if level == sla.RUN_OUT:
            note(work, request, REMINDERS[timer.name])
        return
    if timer.name in ENDS:
        step, outcome = ENDS[timer.name]
        request.outcome = outcome
        request.question, request.answer_by = "", None
        await take(work, request, step, by=SYSTEM)
        return
    if (
        timer.name in FACING and not request.overdue
    ):  # no version changes: a form in somebody's hands stays valid
        statement = update(CitizenRequest).where(col(CitizenRequest.id) == request.id).values(overdue=True)
        await work.session.exec(statement, execution_options={"synchronize_session": False})
    work.record(f"{KIND}.clock_{level}", KIND, request.id, area=request.area, detail={"clock": timer.name},
                touches=touches(request))  # fmt: skip
