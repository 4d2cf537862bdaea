"""The grid officer's verbs: verify before filing (核实), check before closing (核查)."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_
from sqlmodel import col, select

from server.command.orders import rules
from server.command.orders.errors import NoOfficer
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.rules import CheckConclusion, VerifyConclusion
from server.command.orders.service.advance import (
    KIND,
    advance,
    rule_limit,
    seen,
    set_handle_limit,
    touches,
)
from server.command.orders.tables import WorkOrder
from server.identity.queries import PersonRow, officers_in
from server.kernel.against import named
from server.kernel.geo import Wgs84
from server.kernel.text import clean_text
from server.platform import files
from server.platform.audit import AuditLine
from server.platform.work import Work

TEXT_LIMIT = 1000


async def find_officer(
    work: Work, order: WorkOrder, *, avoid: Collection[str], rather_not: Collection[str] = ()
) -> PersonRow:
    """An officer for the place: of its cell, else of its community, street, district. Raises NoOfficer.

    Never somebody of `avoid` or of the handling unit, nor whom the case complains about; somebody of
    `rather_not` only when alone.
    """
    area = order.cell or order.area
    avoid = {*avoid, *await _complained(work, order)}
    for length in (15, 12, 9, 6):
        if length > len(area):
            continue
        found = [
            person
            for person in await officers_in(work.session, area[:length], work.now)
            if person.id not in avoid and not (person.unit_id and person.unit_id == order.unit_id)
        ]
        if found:
            return next((person for person in found if person.id not in rather_not), found[0])
    raise NoOfficer(area=order.area)


async def _complained(work: Work, order: WorkOrder) -> frozenset[str]:
    """The officers a complaint is about, and those of his line."""
    found = named("person", order.against)
    for street in named("line", order.against):
        found |= {officer.id for officer in await officers_in(work.session, street, work.now)}
    return frozenset(found)


async def verify(
    work: Work, *, id: str, version: int, conclusion: VerifyConclusion, text: str,
    photo_ids: Sequence[str], here: Wgs84,
) -> WorkOrder:  # fmt: skip
    """G1.5: what the officer found on the spot goes back to the dispatcher, who decides."""
    order = await seen(work, id, version)
    rules.step(order, OrderAction.VERIFY_DONE, work.actor)
    rules.needs_assigned(order.verifier_id, work.actor)
    metres = rules.needs_on_site(order, here)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    await files.claim(work, photo_ids, KIND, id, files.PhotoKind.VERIFY)
    order.verified = conclusion
    await advance(work, order, OrderAction.VERIFY_DONE, opinion=words, photo_ids=photo_ids,
                  detail={"conclusion": conclusion, "distance_m": metres})  # fmt: skip
    return order


async def check(
    work: Work, *, id: str, version: int, conclusion: CheckConclusion, text: str,
    photo_ids: Sequence[str], here: Wgs84,
) -> WorkOrder:  # fmt: skip
    """G1.24, G1.25: solved lets the dispatcher close; anything less goes back to the unit, counted."""
    passed = conclusion == CheckConclusion.SOLVED
    action = OrderAction.CHECK_PASS if passed else OrderAction.CHECK_FAIL
    order = await seen(work, id, version)
    rules.step(order, action, work.actor)
    rules.needs_assigned(order.checker_id, work.actor)
    rules.needs_independent(order, work.actor.id, work.actor.unit_id)
    rules.needs_check_photo(photo_ids)
    metres = rules.needs_on_site(order, here)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    await files.claim(work, photo_ids, KIND, id, files.PhotoKind.CHECK)
    if not passed:
        rework(work, order)
    await advance(work, order, action, opinion=words, photo_ids=photo_ids,
                  receiver="" if passed else order.unit_id,
                  detail={"conclusion": conclusion, "distance_m": metres})  # fmt: skip
    return order


async def pass_on(work: Work, *, id: str, version: int, reason: str) -> str:
    """转交: to another officer of the place, never back to one who passed it on. Returns whose it is now.

    Raises NotAssigned, ReasonNeeded, NoOfficer.
    """
    order = await seen(work, id, version)
    rules.step(order, OrderAction.HAND_ON, work.actor)
    verifying = order.state == OrderState.VERIFYING
    rules.needs_assigned(order.verifier_id if verifying else order.checker_id, work.actor)
    words = clean_text(reason, field="reason", limit=TEXT_LIMIT)
    rules.needs_opinion(words, "reason")
    barred = order.reporter_id if verifying else order.finisher_id
    had = select(AuditLine.actor_id).where(
        AuditLine.subject_kind == KIND, AuditLine.subject_id == id,
        AuditLine.verb == f"{KIND}.{OrderAction.HAND_ON}", AuditLine.source == order.state,
    )  # fmt: skip
    officer = await find_officer(work, order, avoid={work.actor.id, barred, *await work.session.exec(had)},
                                 rather_not={order.reporter_id})  # fmt: skip
    if verifying:
        order.verifier_id = officer.id
    else:
        rules.needs_independent(order, officer.id, officer.unit_id)
        order.checker_id = officer.id
    await advance(work, order, OrderAction.HAND_ON, opinion=words, receiver=officer.id)
    return officer.id


async def hand_on(work: Work, person_id: str, stand_in_id: str) -> None:
    """Somebody is away: the colleague who stands in verifies and checks for him, never his own finding."""
    state, checker = col(WorkOrder.state), col(WorkOrder.checker_id)
    verifies = and_(state == OrderState.VERIFYING.value, col(WorkOrder.verifier_id) == person_id)
    checks = and_(state == OrderState.CHECKING.value, checker == person_id,
                  col(WorkOrder.reporter_id) != stand_in_id)  # fmt: skip
    mine = or_(verifies, checks)
    for order in await work.session.exec(select(WorkOrder).where(mine).with_for_update()):
        if order.state == OrderState.VERIFYING:
            order.verifier_id = stand_in_id
        else:
            order.checker_id = stand_in_id
        work.record(f"{KIND}.hand_on", KIND, order.id, area=order.area, receiver=stand_in_id,
                    touches=[*touches(order), f"person:{person_id}"])  # fmt: skip


def rework(work: Work, order: WorkOrder) -> None:
    """Another round for the unit: counted, with half of the limit; the bundled deadline goes on."""
    order.rework_times += 1
    order.handler_id = ""
    set_handle_limit(order, rules.rework_limit(rule_limit(work, order)))
