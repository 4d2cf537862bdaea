"""What people do with supervisions: issue, sign, reply, accept, return, cancel."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, update

from server.command.orders.rules import is_open
from server.command.orders.service import desk
from server.command.orders.service.advance import seen as order_seen
from server.kernel.actors import SYSTEM, Actor
from server.kernel.calendar import Limit, day_of
from server.kernel.errors import NotFound, StaleVersion
from server.kernel.flow import Clock
from server.kernel.text import clean_text
from server.platform import files, holds, numbers, sla
from server.platform.work import Work
from server.supervision.orders import queries, rules
from server.supervision.orders.flow import ALL_CLOCKS, FLOW, SupervisionAction, SupervisionState
from server.supervision.orders.rules import SuperviseDue, SupervisionKind
from server.supervision.orders.tables import Supervision

KIND = "supervision"
ISSUE = "supervision.issue"  # the act held for ten seconds
PREFIX = "DB"
TEXT_LIMIT = 500
A = SupervisionAction


async def ask_issue(work: Work, *, id: str, order_id: str, due: SuperviseDue, text: str) -> None:
    """发出督办: the unit hears it when the ten seconds to take it back are over."""
    FLOW.enter(A.ISSUE, work.actor.post)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    area = await _target(work, order_id)
    args = {"id": id, "order_id": order_id, "due": due, "text": words}
    await holds.hold(work, id=id, act=ISSUE, args=args, kind="order", subject_id=order_id, area=area)


async def issue(work: Work, args: Mapping[str, Any]) -> Supervision:
    """G5: an open case that a unit has gets an instruction with its own clocks."""
    entry = FLOW.enter(A.ISSUE, work.actor.post)
    area = await _target(work, args["order_id"])
    order = await desk.supervised(work, args["order_id"], on=True)
    limit = rules.REPLY_LIMITS[SuperviseDue(args["due"])]
    row = Supervision(
        id=args["id"], no=await numbers.case_no(work.session, PREFIX, day_of(work.now)), state=entry.target,
        kind=SupervisionKind.LEADER_INSTRUCTION, order_id=order.id, area=area, unit_id=order.unit_id,
        issuer_id=work.actor.id, text=args["text"], issued_at=work.now,
        due_at=work.office.calendar.due(work.now, limit),
    )  # fmt: skip
    work.session.add(row)
    await _turn(work, row, entry.clock, reply=limit)
    _note(work, row, A.ISSUE, target=entry.target, opinion=row.text)
    return row


async def _target(work: Work, order_id: str) -> str:
    """The area of the case. Raises NotFound, TargetClosed, SupervisedAlready."""
    order = await order_seen(work, order_id)
    if not is_open(order.state) or not order.unit_id:
        raise rules.TargetClosed
    if await queries.open_on(work.session, order_id):
        raise rules.SupervisedAlready
    return order.area


async def seen(work: Work, id: str, version: int) -> Supervision:
    """The supervision this actor may see, locked for change. Raises NotFound, StaleVersion."""
    row = (await work.session.exec(queries.one(work.actor, id).with_for_update())).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    if row.version != version:
        raise StaleVersion(subject=id, seen=version, now=row.version)
    return row


async def sign(work: Work, *, id: str, version: int) -> Supervision:
    """The unit has read it."""
    row = await seen(work, id, version)
    row.signed_at = work.now
    await _take(work, row, A.SIGN)
    return row


async def reply(work: Work, *, id: str, version: int, text: str, photo_ids: Sequence[str]) -> Supervision:
    """The unit answers: what was done, or by when it will be."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.REPLY, work.actor.post)
    row.reply = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    row.replied_at = work.now
    await files.claim(work, photo_ids, "order", row.order_id, files.PhotoKind.REPLY)
    await _take(work, row, A.REPLY, opinion=row.reply, detail={"photos": list(photo_ids)})
    return row


async def answer(work: Work, *, id: str, version: int, accept: bool, opinion: str) -> Supervision:
    """The issuer accepts the reply and closes, or sends it back for one more working day."""
    row = await seen(work, id, version)
    action = A.ACCEPT if accept else A.RETURN
    FLOW.step(SupervisionState(row.state), action, work.actor.post)
    rules.needs_issuer(row, work.actor)
    words = clean_text(opinion, field="opinion", limit=TEXT_LIMIT, required=not accept)
    if accept:
        row.ended_at = work.now
        await desk.supervised(work, row.order_id, on=False)
    else:
        row.due_at = work.office.calendar.due(work.now, rules.RETURNED_LIMIT)
        row.overdue = False
    await _take(work, row, action, opinion=words)
    return row


async def cancel(work: Work, *, id: str, version: int, reason: str) -> Supervision:
    """The issuer takes it back before it was signed, with a reason."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.CANCEL, work.actor.post)
    rules.needs_issuer(row, work.actor)
    words = clean_text(reason, field="reason", limit=TEXT_LIMIT, required=True)
    row.ended_at = work.now
    await desk.supervised(work, row.order_id, on=False)
    await _take(work, row, A.CANCEL, opinion=words)
    return row


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """Not signed in time: escalated. Not answered in time: overdue, which takes no form out of any hands."""
    row = await work.session.get(Supervision, timer.subject_id, with_for_update=True)
    if row is None or level < 100:
        return
    if timer.name == "supervise_sign" and level == 100 and row.state == SupervisionState.ISSUED:
        await _take(work, row, A.ESCALATE, by=SYSTEM)
        return
    if timer.name == "supervise_reply":
        late = update(Supervision).where(col(Supervision.id) == row.id).values(overdue=True)
        await work.session.exec(late, execution_options={"synchronize_session": False})
    work.record(f"{KIND}.clock_{level}", KIND, row.id, area=row.area, detail={"clock": timer.name},
                touches=_touches(row))  # fmt: skip


async def _take(
    work: Work, row: Supervision, action: SupervisionAction, *, opinion: str = "",
    detail: Mapping[str, object] | None = None, by: Actor | None = None,
) -> None:  # fmt: skip
    step = FLOW.step(SupervisionState(row.state), action, (by or work.actor).post)
    row.state = step.target
    await _turn(work, row, step.clock, reply=rules.RETURNED_LIMIT)
    _note(work, row, action, source=step.source, target=step.target, opinion=opinion, detail=detail, by=by)


async def _turn(work: Work, row: Supervision, clock: Clock, *, reply: Limit) -> None:
    if clock.stop == ALL_CLOCKS:
        await sla.stop_all(work, KIND, row.id)
        return
    for name in clock.stop:
        await sla.stop(work, KIND, row.id, name)
    for name in clock.start:
        limit = rules.SIGN_LIMIT if name == "supervise_sign" else reply
        await sla.start(work, KIND, row.id, name, limit, area=row.area)


def _note(
    work: Work, row: Supervision, action: SupervisionAction, *, source: str = "", target: str = "",
    opinion: str = "", detail: Mapping[str, object] | None = None, by: Actor | None = None,
) -> None:  # fmt: skip
    work.record(f"{KIND}.{action}", KIND, row.id, area=row.area, source=source, target=target,
                opinion=opinion, receiver=row.unit_id, detail=detail, touches=_touches(row),
                by=by)  # fmt: skip


def _touches(row: Supervision) -> list[str]:
    return [f"unit:{row.unit_id}", f"person:{row.issuer_id}"]
