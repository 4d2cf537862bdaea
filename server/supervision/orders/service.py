"""What people do with supervisions: issue, sign, progress, reply, accept, return, cancel, ask, praise."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import uuid4

from sqlmodel import col, update

from server.command.orders.rules import is_open
from server.command.orders.service import shown
from server.command.orders.service import supervised as cases
from server.command.orders.service.advance import seen as order_seen
from server.kernel.actors import SYSTEM, Actor
from server.kernel.calendar import Limit, day_of
from server.kernel.errors import BadInput, NotFound, StaleVersion
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


class Case(Protocol):
    """What a supervision takes from its case."""

    id: str
    area: str
    unit_id: str
    state: str
    against: str


async def ask_issue(
    work: Work, *, id: str, order_id: str, due: SuperviseDue, text: str,
    kind: SupervisionKind = SupervisionKind.LEADER_INSTRUCTION,
) -> None:  # fmt: skip
    """发出督办: the unit hears it when the ten seconds to take it back are over."""
    FLOW.enter(A.ISSUE, work.actor.post)
    if kind not in rules.CHOSEN:
        raise BadInput(field="kind")
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    order = await _target(work, order_id)
    args = {"id": id, "order_id": order_id, "due": due, "text": words, "kind": kind}
    await holds.hold(work, id=id, act=ISSUE, args=args, kind="order", subject_id=order_id, area=order.area)


async def issue(work: Work, args: Mapping[str, Any]) -> Supervision:
    """G5: an open case that a unit has gets an instruction with its own clocks."""
    FLOW.enter(A.ISSUE, work.actor.post)
    order = await _target(work, args["order_id"])
    before = await queries.open_on(work.session, order.id)
    if before is not None:
        before.ended_at = work.now
        await _take(work, before, A.YIELD, by=SYSTEM)
    await cases.supervised(work, order.id, on=True)
    limit = rules.REPLY_LIMITS[SuperviseDue(args["due"])]
    kind = SupervisionKind(args.get("kind", SupervisionKind.LEADER_INSTRUCTION))
    return await _open(work, order, id=args["id"], kind=kind, text=args["text"], limit=limit)


async def on_order_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """An order ran past its handling limit or its promise: the system supervises it, once at a time.
    Whoever is the district's dispatcher ends it."""
    if level != 100 or timer.name not in rules.AUTO_CLOCKS:
        return
    for order in await cases.targets(work, timer.subject_id):
        if await queries.open_on(work.session, order.id) is None:
            await cases.supervised_by_clock(work, order)
            await _open(work, order, id=str(uuid4()), kind=SupervisionKind.AUTO_OVERDUE, text="",
                        limit=rules.AUTO_LIMIT, clock=timer.name)  # fmt: skip


async def _open(
    work: Work, order: Case, *, id: str, kind: SupervisionKind, text: str, limit: Limit, clock: str = ""
) -> Supervision:
    entry, calendar = FLOW.enter(A.ISSUE, work.actor.post), work.office.calendar
    row = Supervision(
        id=id, no=await numbers.case_no(work.session, PREFIX, day_of(work.now)), state=entry.target,
        kind=kind, order_id=order.id, area=order.area, against=order.against, unit_id=order.unit_id,
        issuer_id=work.actor.deputy_of or work.actor.id, text=text, issued_at=work.now,
        deputy_id=work.actor.id if work.actor.deputy_of else "", due_at=calendar.due(work.now, limit),
        target_state=order.state, level=work.actor.area or work.office.settings.district,
    )  # fmt: skip
    work.session.add(row)
    await _turn(work, row, entry.clock, reply=limit)
    await _expect(work, row, limit, signed=False)
    detail = {"clock": clock} if clock else {}
    _note(work, row, A.ISSUE, target=entry.target, opinion=row.text, detail=detail)
    return row


async def _expect(work: Work, row: Supervision, limit: Limit, *, signed: bool) -> None:
    """The dates of the case's cards: not signed or answered in time; then a day, or once the limit, more."""
    calendar = work.office.calendar
    red = min(calendar.due(work.now, rules.red_share(limit)), row.due_at + rules.UNANSWERED)
    due = row.due_at if signed else min(row.due_at, calendar.due(work.now, rules.SIGN_LIMIT))
    await cases.expect(work, row.order_id, due, red)


async def _target(work: Work, order_id: str) -> Case:
    """The case. Raises NotFound, TargetClosed, SupervisedAlready."""
    order = await order_seen(work, order_id)
    if not is_open(order.state) or not order.unit_id:
        raise rules.TargetClosed
    known = await queries.open_on(work.session, order_id)
    if known and known.issuer_id != SYSTEM.id:
        raise rules.SupervisedAlready
    return order


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
    FLOW.step(SupervisionState(row.state), A.SIGN, work.actor.post)
    rules.needs_unsigned(row)
    row.signed_at = work.now
    await _take(work, row, A.SIGN)
    await cases.expect_answer(work, row.order_id, row.due_at)
    return row


async def progress(work: Work, *, id: str, version: int, text: str) -> Supervision:
    """What has been done so far; the time to answer runs on."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.PROGRESS, work.actor.post)
    await _take(
        work, row, A.PROGRESS, opinion=clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    )
    return row


async def reply(
    work: Work, *, id: str, version: int, text: str, photo_ids: Sequence[str], plan_on: date | None = None
) -> Supervision:
    """The unit answers: what was done or, where the case did not move, by which day it will be.

    Raises PlanNeeded, PlanPast.
    """
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.REPLY, work.actor.post)
    rules.needs_signed(row)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    now = (await shown.of(work.session, [row.order_id]))[row.order_id].state
    rules.needs_answer(row.target_state, now, plan_on, day_of(work.now))
    await files.claim(work, photo_ids, "order", row.order_id, files.PhotoKind.REPLY)
    row.reply, row.replied_at, row.plan_on = words, work.now, plan_on
    detail = {"photos": list(photo_ids)} | ({"plan": plan_on.isoformat()} if plan_on else {})
    await _take(work, row, A.REPLY, opinion=row.reply, detail=detail)
    await cases.expect(work, row.order_id, None, None)
    return row


async def answer(work: Work, *, id: str, version: int, accept: bool, opinion: str) -> Supervision:
    """The issuer accepts the reply and closes, or sends it back for one more working day."""
    row = await seen(work, id, version)
    action = A.ACCEPT if accept else A.RETURN
    FLOW.step(SupervisionState(row.state), action, work.actor.post)
    rules.needs_issuer(row, work.actor)
    words = clean_text(opinion, field="opinion", limit=TEXT_LIMIT, required=not accept)
    if accept:
        await cases.supervised(work, row.order_id, on=False)
        row.ended_at = work.now
    else:
        row.target_state = (await shown.of(work.session, [row.order_id]))[row.order_id].state
        row.due_at = work.office.calendar.due(work.now, rules.RETURNED_LIMIT)
        row.overdue = False
    await _take(work, row, action, opinion=words)
    if not accept:
        await _expect(work, row, rules.RETURNED_LIMIT, signed=True)
    return row


async def cancel(work: Work, *, id: str, version: int, reason: str) -> Supervision:
    """The issuer takes it back before it was signed, with a reason."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.CANCEL, work.actor.post)
    rules.needs_issuer(row, work.actor)
    words = clean_text(reason, field="reason", limit=TEXT_LIMIT, required=True)
    await cases.supervised(work, row.order_id, on=False)
    row.ended_at = work.now
    await _take(work, row, A.CANCEL, opinion=words)
    return row


async def ask(work: Work, *, id: str, version: int, text: str) -> Supervision:
    """追问: the issuer asks on; the unit is told, no clock moves."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.ASK, work.actor.post)
    rules.needs_issuer(row, work.actor)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    row.asked_times += 1
    await _take(work, row, A.ASK, opinion=words)
    return row


async def praise(work: Work, *, id: str, version: int, text: str) -> Supervision:
    """表扬: what was well done is said to the unit, once, when it is over."""
    row = await seen(work, id, version)
    FLOW.step(SupervisionState(row.state), A.PRAISE, work.actor.post)
    rules.needs_issuer(row, work.actor)
    rules.needs_unpraised(row)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    row.praised_at = work.now
    await _take(work, row, A.PRAISE, opinion=words)
    return row


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """Not signed in time: escalated. Not answered in time: overdue. Not in twice the time: one level up.
    A clock takes no form out of any hands, but an escalation is a step, and a form of before it is old."""
    row = await work.session.get(Supervision, timer.subject_id, with_for_update=True)
    if row is None or level < 100:
        return
    if timer.name == "supervise_sign" and level == 100 and row.state == SupervisionState.ISSUED:
        await _raise(work, row, timer.name)
        return
    if timer.name == "supervise_reply":
        late = update(Supervision).where(col(Supervision.id) == row.id).values(overdue=True)
        await work.session.exec(late, execution_options={"synchronize_session": False})
        if level == 200 and A.ESCALATE in FLOW.offered(SupervisionState(row.state), SYSTEM.post):
            await _raise(work, row, timer.name)
            return
    work.record(f"{KIND}.clock_{level}", KIND, row.id, area=row.area, touches=touches(row),
                detail={"order": row.order_id, "clock": timer.name})  # fmt: skip


async def _raise(work: Work, row: Supervision, clock: str) -> None:
    """One level up: its leaders are told from now on."""
    row.level = rules.above(row.level)
    await _take(work, row, A.ESCALATE, by=SYSTEM, detail={"clock": clock, "level": row.level})


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
                opinion=opinion, receiver=row.unit_id, detail={"order": row.order_id, **(detail or {})},
                touches=touches(row), by=by)  # fmt: skip


def touches(row: Supervision) -> list[str]:
    """Whom its news concerns: the unit and the issuer. Neither can be complained about: the one never gets
    such a case, the other does not see it."""
    return [f"unit:{row.unit_id}", f"person:{row.issuer_id}"]
