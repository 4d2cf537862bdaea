"""The dispatcher's verbs: locate, verify, dispatch, reject, decide returns, close."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, or_, select

from server.command.library import Library
from server.command.orders import adjust, rules
from server.command.orders.cards import card as card_of
from server.command.orders.facts import RESOLVED, CloseReason, ShareState
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.precedents import Precedents, ruled
from server.command.orders.rules import RejectReason
from server.command.orders.service.advance import (
    KIND,
    Housed,
    advance,
    bundle_anew,
    catalogue_of,
    note,
    rule_limit,
    rule_of,
    seen,
    set_handle_limit,
    touches,
)  # fmt: skip
from server.command.orders.service.field import find_officer, rework
from server.command.orders.service.report import Spot, relocate
from server.command.orders.service.shares import interim
from server.command.orders.sight import needs_other_than_complained
from server.command.orders.tables import WorkOrder
from server.command.routing import service as routing
from server.command.routing.rules import Facts, Route
from server.identity.queries import handler_called
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of
from server.kernel.errors import BadInput
from server.kernel.text import clean_line, clean_text
from server.platform import files, holds
from server.platform.files import File
from server.platform.work import Work

A = OrderAction
OPINION_LIMIT = 500

DISPATCH, REJECT = "order.dispatch", "order.reject"  # acts held for ten seconds


async def locate(work: Work, *, id: str, version: int, spot: Spot) -> WorkOrder:
    """Give a case its place, or put it right. Raises PlaceNeeded for the whole district."""
    order = await seen(work, id, version)
    rules.step(order, A.LOCATE, work.actor)
    rules.needs_point(spot.point)
    await relocate(work, order, spot)
    note(work, order, A.LOCATE, detail={"area": spot.area})
    return order


async def request_verify(work: Work, *, id: str, version: int, opinion: str = "") -> WorkOrder:
    """Ask the grid officer of the place whether the report is true, before filing (核实)."""
    order = await seen(work, id, version)
    rules.step(order, A.REQUEST_VERIFY, work.actor)
    rules.needs_place(order)
    officer = await find_officer(work, order, avoid={order.reporter_id})
    order.verifier_id = officer.id
    await advance(work, order, A.REQUEST_VERIFY, receiver=officer.id,
                  opinion=clean_text(opinion, field="opinion", limit=OPINION_LIMIT))  # fmt: skip
    return order


async def ask_dispatch(
    work: Work, *, id: str, version: int, matter_code: str, rule_id: str, unit_id: str,
    override_reason: str, op_id: str,
) -> WorkOrder:  # fmt: skip
    """File and dispatch in one tap; it happens when the ten seconds to take it back are over."""
    order = await seen(work, id, version)
    reason = clean_line(override_reason, field="overrideReason", limit=OPINION_LIMIT)
    rules.step(order, A.DISPATCH if order.state == OrderState.FILED else A.FILE, work.actor)
    dispatchable(work, order, matter_code, rule_id, unit_id, reason)
    args = {"id": id, "matter_code": matter_code, "rule_id": rule_id, "unit_id": unit_id, "reason": reason}
    await holds.hold(work, id=op_id, act=DISPATCH, args=args, kind=KIND, subject_id=id, area=order.area)
    return order


async def dispatch(work: Work, args: Mapping[str, Any]) -> WorkOrder:
    """G1.8 and G1.9: file under a rule, send to a unit, start its clocks."""
    order = await seen(work, args["id"])
    matter_code, rule_id, unit_id = args["matter_code"], args["rule_id"], args["unit_id"]
    dispatchable(work, order, matter_code, rule_id, unit_id, args["reason"])
    if order.state == OrderState.REPORTED:
        order.catalogue_ref = catalogue_of(work, order).ref
        order.matter_code, order.rule_id = matter_code, rule_id
        await advance(work, order, A.FILE, detail={"matter": matter_code, "rule": rule_id})
    changed = order.rule_id not in ("", rule_id) and not order.reopen_times
    order.matter_code, order.rule_id = matter_code, rule_id
    if changed:  # dispatched again as something else
        await bundle_anew(work, order, rule_limit(work, order))
    order.first_unit, order.also = order.first_unit or unit_id, ""
    order.unit_id, order.override_reason = unit_id, args["reason"]
    rule = rule_for(work, order, matter_code)
    order.suggestion = routing.settled(
        work.office, order.suggestion, known(work, order, matter_code), rule, unit_id
    )
    order.dispatcher_id, order.dispatched_at = work.actor.id, work.now
    order.handler_id, order.finisher_id = await named_by(work, rule, unit_id), ""
    set_handle_limit(order, rule_limit(work, order))
    await advance(work, order, A.DISPATCH, receiver=unit_id, opinion=args["reason"],
                  detail={"unit": unit_id, "matter": matter_code, "rule": rule_id,
                          "route": routing.words_of(order.suggestion),
                          "suggested": (order.suggestion.get("best") or {}).get("unit", "")})  # fmt: skip
    return order


def dispatchable(
    work: Work, order: WorkOrder, matter_code: str, rule_id: str, unit_id: str, reason: str
) -> None:
    """The guards of filing and dispatching."""
    library = work.office.of(Library)
    rules.needs_place(order)
    catalogue = catalogue_of(work, order)
    rules.needs_grid_matter(catalogue.in_grid(matter_code, day_of(work.now)), matter_code)
    rules.needs_rule_of_matter(rule_id, {rule.id for rule in catalogue.rules_for(matter_code)})
    if unit_id not in library.units:
        raise BadInput(field="unitId")
    needs_other_than_complained(order.against, unit_id)
    allowed = ruled(work.office).matrix.allowed(matter_code, order.area)
    rule = rule_for(work, order, matter_code)
    allowed = allowed | ({rule.unit} if rule else set())
    rules.needs_unit_in_matrix(unit_id, allowed, reason, library.units[unit_id].name)


def rule_for(
    work: Housed, order: WorkOrder, matter_code: str, area: str = "",
    answers: Sequence[Mapping[str, str]] | None = None,
) -> Route | None:  # fmt: skip
    """The routing rule that decides for this case as this matter, here or in another area, with its own
    answers or others; what an arbiter ruled stands above it."""
    if work.office.of(Precedents).number_for(matter_code, area or order.area):
        return None
    return routing.pick(work.office, known(work, order, matter_code, area, answers))


async def named_by(work: Work, rule: Route | None, unit_id: str) -> str:
    """Whom the rule that chose the unit names in it; "" when it names nobody, or he is gone."""
    if rule is None or rule.unit != unit_id or not rule.person:
        return ""
    return await handler_called(work.session, rule.person, unit_id, now=work.now)


def known(
    work: Housed, order: WorkOrder, matter_code: str, area: str = "",
    answers: Sequence[Mapping[str, str]] | None = None,
) -> Facts:  # fmt: skip
    """What decides its route as this matter: place, words, answers, source and its first report."""
    return routing.facts(
        work.office, matter=matter_code, area=area or order.area, at=order.reported_at,
        text=f"{order.title} {order.text}", source=order.source,
        answers=order.answers if answers is None else answers,
    )  # fmt: skip


async def ask_reject(
    work: Work, *, id: str, version: int, reason: RejectReason, opinion: str, op_id: str
) -> WorkOrder:
    """Not accepted, with a reason the reporter reads, after the ten seconds."""
    order = await seen(work, id, version)
    rules.step(order, A.REJECT, work.actor)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    rules.needs_opinion(words)
    args = {"id": id, "reason": reason, "opinion": words}
    await holds.hold(work, id=op_id, act=REJECT, args=args, kind=KIND, subject_id=id, area=order.area)
    return order


async def reject(work: Work, args: Mapping[str, Any]) -> WorkOrder:
    """G1.7."""
    order = await seen(work, args["id"])
    order.closed_at = work.now
    await advance(work, order, A.REJECT, opinion=args["opinion"], detail={"reason": args["reason"]})
    return order


async def withdraw(work: Work, order_id: str) -> None:
    """The citizen took his report back before it was filed: the system closes it. A finding of our own,
    and danger, are not over because he says so."""
    order = await work.session.get(WorkOrder, order_id)
    if order and order.source_id and order.state == OrderState.REPORTED and not order.danger:
        order.closed_at = work.now
        await advance(work, order, A.REJECT, detail={"reason": RejectReason.WITHDRAWN}, by=SYSTEM)


async def urged(work: Work, order_id: str) -> None:
    """The citizen asks for haste: the unit, or the desk, hears it."""
    order = await work.session.get(WorkOrder, order_id)
    if order is not None:
        work.record(f"{KIND}.urged", KIND, order.id, area=order.area, touches=touches(order))


async def supplied(work: Work, order_id: str, text: str, photo_ids: Sequence[str]) -> None:
    """The citizen added words or photos."""
    order = await work.session.get(WorkOrder, order_id)
    if order is not None:
        work.record(f"{KIND}.supplied", KIND, order.id, area=order.area, opinion=text,
                    detail={"photos": list(photo_ids)}, touches=touches(order))  # fmt: skip


async def pictured(work: Work, order_id: str) -> None:
    """A photo that was promised is here; the parts of a case show it too. No version changes: a form in
    somebody's hands stays valid."""
    rows = select(WorkOrder).where(or_(col(WorkOrder.id) == order_id, col(WorkOrder.parent_id) == order_id))
    for order in await work.session.exec(rows):
        work.tell(f"{KIND}.photo", KIND, order.id, area=order.area, touches=touches(order))


async def master_of(work: Work, order_id: str) -> str:
    """The order a merged one became part of, at the end of the chain."""
    order = await work.session.get(WorkOrder, order_id)
    while order is not None and order.merged_into:
        order = await work.session.get(WorkOrder, order_id := order.merged_into)
    return order_id


async def decide_return(
    work: Work, *, id: str, version: int, accept: bool, opinion: str, groundless: bool = False
) -> WorkOrder:
    """G1.12, G1.13: back to filing for another unit, or back to the unit that returned it; a return
    without grounds counts against it as 推诿."""
    order = await seen(work, id, version)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    if accept:
        rules.step(order, A.ACCEPT_RETURN, work.actor)
        unit = order.unit_id
        order.unit_id = order.handler_id = ""
        await advance(work, order, A.ACCEPT_RETURN, opinion=words, receiver=unit)
    else:
        rules.step(order, A.REFUSE_RETURN, work.actor)
        rules.needs_opinion(words)
        order.shuffle_times += groundless
        await advance(work, order, A.REFUSE_RETURN, opinion=words, receiver=order.unit_id,
                      detail={"groundless": True} if groundless else None)  # fmt: skip
    return order


async def close(
    work: Work, *, id: str, version: int, condition_met: bool, opinion: str = "",
    reason: CloseReason | None = None,
) -> WorkOrder:  # fmt: skip
    """G1.26: by somebody who is not of the handling unit, for a coded reason: solved when the close
    condition is ticked, else with words."""
    order = await seen(work, id, version)
    rules.step(order, A.CLOSE, work.actor)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    why = reason or CloseReason(order.outcome or CloseReason.SOLVED)
    if why in RESOLVED:
        rules.needs_condition(condition_met, rule_of(work, order).close_condition)
    else:
        rules.needs_opinion(words)
    rules.needs_independent(order, work.actor.id, work.actor.unit_id)
    order.closed_at, order.outcome = work.now, why
    order.count_until = work.now + timedelta(days=adjust.COUNT_DAYS) if order.unit_id else None
    if order.overtime and not order.overtime_exempt:
        order.appeal_until = work.office.calendar.due(work.now, adjust.APPEAL_LIMIT)
    await advance(work, order, A.CLOSE, opinion=words, detail={"reason": why})
    return order


async def step(work: Work, *, id: str, version: int, action: OrderAction, opinion: str) -> WorkOrder:
    """The steps that need no more than words. Raises IllegalStep for those that need a form."""
    order = await seen(work, id, version)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    rules.step(order, action, work.actor)
    plain = PLAIN.get(action)
    if plain is None:
        raise BadInput(field="action")
    await plain(work, order, words)
    return order


async def _send_check(work: Work, order: WorkOrder, opinion: str) -> None:
    await send_check(work, order)


async def send_check(work: Work, order: WorkOrder, *, by_system: bool = False) -> None:
    """G1.22: to an officer of the grid who is neither of the unit nor, where possible, the finder."""
    officer = await find_officer(work, order, avoid={order.finisher_id}, rather_not={order.reporter_id})
    rules.needs_independent(order, officer.id, officer.unit_id)
    order.checker_id = officer.id
    await advance(work, order, A.SEND_CHECK, receiver=officer.id, by=SYSTEM if by_system else None)


async def _waive_check(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_opinion(opinion)
    shown = await work.session.exec(
        files.attached(KIND, [order.id]).where(col(File.photo_kind) == files.PhotoKind.AFTER)
    )
    adjust.needs_waivable(order, rule_limit(work, order), len(shown.all()))
    await advance(work, order, A.WAIVE_CHECK, opinion=opinion)


async def _close_reject(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_opinion(opinion)
    rework(work, order)
    await advance(work, order, A.CLOSE_REJECT, opinion=opinion, receiver=order.unit_id)


async def _audit_pass(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_not_reporter(order, work.actor)
    order.closed_at, order.outcome = work.now, CloseReason.SOLVED
    await advance(work, order, A.AUDIT_PASS, opinion=opinion)


async def _audit_fail(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_not_reporter(order, work.actor)
    rules.needs_opinion(opinion)
    await advance(work, order, A.AUDIT_FAIL, opinion=opinion)


async def _to_acceptor(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_opinion(opinion)
    unit, order.unit_id, order.handler_id = order.unit_id, "", ""
    await advance(work, order, A.TO_ACCEPTOR, opinion=opinion, receiver=unit)


async def _escalate(work: Work, order: WorkOrder, opinion: str) -> None:
    await escalate(work, order, opinion)


async def escalate(work: Work, order: WorkOrder, opinion: str = "", *, by_system: bool = False) -> None:
    """G1.14: to arbitration. The unit that had it first keeps it safe meanwhile (domain A10)."""
    adjust.needs_disputed(order)
    if order.first_unit != order.unit_id:
        shares = adjust.shares_of(order.also)
        order.also = adjust.also_of({**shares, order.first_unit: ShareState.INTERIM})
    await advance(work, order, A.ESCALATE, opinion=opinion, receiver=order.first_unit,
                  detail={"interim": order.first_unit}, by=SYSTEM if by_system else None)  # fmt: skip


async def _reopen(work: Work, order: WorkOrder, opinion: str) -> None:
    rules.needs_opinion(opinion)
    await reopen(work, order, opinion)


async def reopen(work: Work, order: WorkOrder, opinion: str, *, by_system: bool = False) -> None:
    """G1.29: back to the unit with a new limit, counted as rework; within 30 days, at most twice."""
    if order.parts and not order.unit_id:
        await _reconsider(work, order, opinion, by_system=by_system)
        return
    rules.needs_unit(order)
    adjust.needs_reopenable(order, work.now)
    order.reopen_times += 1
    order.rework_times += 1
    order.closed_at = order.bundled_due_at = order.appeal_until = order.count_until = None
    order.outcome = ""
    order.checker_id = order.finisher_id = order.handler_id = ""
    set_handle_limit(order, rule_limit(work, order))
    await advance(work, order, A.REOPEN, opinion=opinion, receiver=order.unit_id,
                  by=SYSTEM if by_system else None)  # fmt: skip


async def _reconsider(work: Work, order: WorkOrder, opinion: str, *, by_system: bool = False) -> None:
    """A split case comes back to the desk: its parts are history, and may each be right."""
    if not by_system:
        rules.needs_opinion(opinion)
    adjust.needs_reopenable(order, work.now)
    order.reopen_times += 1
    order.rework_times += 1
    order.closed_at = order.handled_at = order.bundled_due_at = None
    await advance(work, order, A.RECONSIDER, opinion=opinion, by=SYSTEM if by_system else None)


PLAIN = {
    A.SEND_CHECK: _send_check,
    A.WAIVE_CHECK: _waive_check,
    A.CLOSE_REJECT: _close_reject,
    A.AUDIT_PASS: _audit_pass,
    A.AUDIT_FAIL: _audit_fail,
    A.ESCALATE: _escalate,
    A.REOPEN: _reopen,
    A.RECONSIDER: _reconsider,
    A.TO_ACCEPTOR: _to_acceptor,
    A.INTERIM: interim,
}


async def acknowledge(work: Work, order_id: str) -> WorkOrder:
    """The leader has seen the card: it is kept, but no longer asks for attention."""
    order = await seen(work, order_id)
    card = card_of(order, work.now)
    if card:
        order.acknowledged_at, order.acknowledged_rule = work.now, card.rule
        work.record(f"{KIND}.acknowledge", KIND, order.id, area=order.area, detail={"rule": card.rule})
    return order
