"""抽查回访: somebody calls about every bad rating, and one in ten of what was closed without a check."""

from collections.abc import Sequence
from uuid import uuid4

from sqlmodel import col, select

from server.command.orders.service import visit as carrying
from server.command.requests import desks, errors, rules
from server.command.requests.rules import ContactWay, VisitReason, VisitState
from server.command.requests.service import again
from server.command.requests.tables import CitizenRequest, Contact, ReturnVisit
from server.kernel.actors import SYSTEM
from server.kernel.errors import NotFound, StaleVersion
from server.kernel.text import clean_text
from server.platform import recount, sla
from server.platform.audit import AuditLine
from server.platform.work import Moved, Work

KIND = "visit"
TEXT_LIMIT = 1000
CHECKS = ("order.waive_check", "order.check_pass")


async def open_for_request(work: Work, request: CitizenRequest, why: VisitReason) -> None:
    """A bad rating of one round is called about once, whatever it was changed to before."""
    mine = (ReturnVisit.request_id == request.id, ReturnVisit.round == request.reopen_times)
    if (await work.session.exec(select(ReturnVisit).where(*mine))).first() is None:
        unit_id = request.unit_id
        if request.order_id and (order := await carrying.called(work, request.order_id)):
            unit_id = order.unit_id
        await _open(work, ReturnVisit(
            id=str(uuid4()), why=why, request_id=request.id, order_id=request.order_id,
            round=request.reopen_times, no=request.no, title=request.title, area=request.area,
            against=request.against, unit_id=unit_id, created_at=work.now,
        ))  # fmt: skip


async def sample(work: Work, moved: Moved) -> None:
    """A case was closed: when its check was waived, every tenth is called about (domain G1.23)."""
    if moved.action != "close" or not rules.sampled(moved.id):
        return
    rows = select(AuditLine.verb).where(
        AuditLine.subject_kind == "order", AuditLine.subject_id == moved.id, col(AuditLine.verb).in_(CHECKS)
    )
    last = (
        await work.session.exec(rows.order_by(col(AuditLine.at).desc(), col(AuditLine.seq).desc()))
    ).first()
    order = await carrying.called(work, moved.id)
    if last == CHECKS[0] and order is not None:
        await _open(work, ReturnVisit(
            id=str(uuid4()), why=VisitReason.SAMPLED, order_id=moved.id, no=order.no, title=order.title,
            area=order.area, against=order.against, unit_id=order.unit_id, created_at=work.now,
        ))  # fmt: skip


async def _open(work: Work, visit: ReturnVisit) -> None:
    timer = await sla.start(work, KIND, visit.id, "call", rules.CALL_LIMIT, area=visit.area)
    visit.due_at = timer.due_at
    work.session.add(visit)
    _note(work, visit, "open", by_system=True)


async def log_call(
    work: Work, *, id: str, version: int, way: ContactWay, reached: bool, text: str
) -> ReturnVisit:
    """One try to reach him, kept whether it worked or not. Raises VisitDone."""
    visit = await _seen(work, id, version)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=reached)
    visit.tries += 1
    work.session.add(Contact(
        id=str(uuid4()), subject_id=id, by=work.actor.id, way=way, reached=reached, text=words, at=work.now
    ))  # fmt: skip
    _note(work, visit, "call", opinion=words, way=way, reached=reached)
    return visit


async def conclude(work: Work, *, id: str, version: int, redo: bool, text: str) -> ReturnVisit:
    """通过, or 重新办理: then the unit has it again. Raises VisitDone, NotReopenable, LimitReached."""
    visit = await _seen(work, id, version)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    if redo and visit.order_id:
        await carrying.send_back(work, visit.order_id, words)
    elif redo:
        await again.reopen(work, visit.request_id, words)
    visit.state, visit.result = VisitState.REDONE if redo else VisitState.PASSED, words
    visit.done_by, visit.done_at = work.actor.id, work.now
    await sla.stop_all(work, KIND, id)
    _note(work, visit, "redo" if redo else "pass", opinion=words)
    return visit


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """Nobody has called in time."""
    visit = await work.session.get(ReturnVisit, timer.subject_id)
    if visit is not None and level == sla.RUN_OUT:
        _note(work, visit, "clock_100")


async def on_calendar(work: Work, ids: Sequence[str]) -> int:
    """A new calendar moved the day to call by."""
    free = select(ReturnVisit).where(col(ReturnVisit.id).in_(ids)).with_for_update(skip_locked=True)
    visits = {row.id: row for row in await work.session.exec(free)}
    for id, live in (await recount.anew(work, KIND, visits)).items():
        visits[id].due_at = min((timer.due_at for timer in live if timer.due_at), default=None)
        _note(work, visits[id], "reschedule", by_system=True)
    return len(visits)


async def _seen(work: Work, id: str, version: int) -> ReturnVisit:
    rows = desks.visits_for(work.actor).where(ReturnVisit.id == id).with_for_update()
    visit = (await work.session.exec(rows)).one_or_none()
    if visit is None:
        raise NotFound(subject=id)
    if visit.state != VisitState.OPEN:
        raise errors.VisitDone
    if visit.version != version:
        raise StaleVersion(subject=id, seen=version, now=visit.version)
    return visit


def _note(
    work: Work, visit: ReturnVisit, what: str, *, opinion: str = "", by_system: bool = False, **detail: object
) -> None:
    work.record(f"{KIND}.{what}", KIND, visit.id, area=visit.area, opinion=opinion,
                detail={"no": visit.no, "why": visit.why, **detail},
                touches=[f"unit:{visit.unit_id}"] if visit.unit_id and what in {"open", "redo"} else [],
                by=SYSTEM if by_system else None)  # fmt: skip
