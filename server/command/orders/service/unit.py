"""The unit's verbs: sign, return, finish, and the head's confirmation."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from server.command.library import Library
from server.command.orders import adjust, rules
from server.command.orders.errors import NoOfficer
from server.command.orders.facts import RESOLVED, CloseReason, ReturnReason
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.service.advance import KIND, advance, handle_clock, seen
from server.command.orders.service.desk import escalate, send_check
from server.command.orders.tables import WorkOrder
from server.identity.queries import handlers_of
from server.kernel.actors import SYSTEM, Post
from server.kernel.errors import BadInput
from server.kernel.geo import Wgs84
from server.kernel.text import clean_line, clean_text
from server.platform import files, sla
from server.platform.files import File
from server.platform.work import Work

A = OrderAction
TEXT_LIMIT = 1000
Shot = tuple[datetime | None, Wgs84 | None]  # when and where a photo says it was taken
NONE_TOLD: Mapping[str, Shot] = {}


async def sign(work: Work, *, id: str, version: int) -> WorkOrder:
    """G1.10: the unit takes it, in the name of one handler."""
    order = await seen(work, id, version)
    rules.step(order, A.SIGN, work.actor)
    rules.needs_own_unit(order, work.actor)
    order.handler_id = work.actor.id
    await advance(work, order, A.SIGN)
    return order


async def return_(
    work: Work, *, id: str, version: int, reason: ReturnReason, basis: str, opinion: str, unit_id: str
) -> WorkOrder:
    """G1.11: not ours, with a basis; before the deadline and within half of the limit. The second return
    takes the case to arbitration at once (G1.14)."""
    order = await seen(work, id, version)
    rules.step(order, A.RETURN, work.actor)
    rules.needs_own_unit(order, work.actor)
    clause = clean_line(basis, field="basis", limit=200)
    words = clean_text(opinion, field="opinion", limit=TEXT_LIMIT)
    used = await used_share(work, order)
    adjust.needs_unbound(order)
    if order.state == OrderState.IN_PROGRESS:  # before, a rule may have named somebody
        adjust.needs_unassigned(order, work.actor)
    adjust.needs_returnable(order, used=used, reason=reason, basis=clause)
    suggested = unit_id if unit_id in work.office.of(Library).units else ""
    order.return_times += 1
    order.returned_by = "|".join(["", *sorted({*order.returned_by.split("|"), order.unit_id} - {""}), ""])
    order.handler_id = ""
    await advance(work, order, A.RETURN, opinion=words, receiver=order.dispatcher_id,
                  detail={"reason": reason, "basis": clause, "suggested": suggested})  # fmt: skip
    if adjust.disputed(order):
        await escalate(work, order, by_system=True)
    return order


async def used_share(work: Work, order: WorkOrder) -> float:
    """How much of the handling limit is used up, 1.0 = all of it."""
    timer = await handle_clock(work, order)
    return await sla.used(work.session, work.office.calendar, timer, work.now) if timer else 0.0


async def assign(work: Work, *, id: str, version: int, handler_id: str) -> WorkOrder:
    """G1.10: the head gives it to one of the unit, who is told; signed by that when it was not."""
    order = await seen(work, id, version)
    rules.step(order, A.ASSIGN, work.actor)
    rules.needs_own_unit(order, work.actor)
    staff = await handlers_of(work.session, order.unit_id, now=work.now)
    adjust.needs_colleague(handler_id, {each.id for each in staff})
    order.handler_id = handler_id
    await advance(work, order, A.ASSIGN, receiver=handler_id)
    return order


async def unassign(work: Work, *, id: str, version: int) -> WorkOrder:
    """G1.11: what was given to one of the unit is taken back, before it may be returned."""
    order = await seen(work, id, version)
    rules.step(order, A.UNASSIGN, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_assignment(order)
    whose, order.handler_id = order.handler_id, ""
    await advance(work, order, A.UNASSIGN, receiver=whose)
    return order


async def finish(
    work: Work, *, id: str, version: int, text: str, photo_ids: Sequence[str],
    cannot: CloseReason | None = None, shots: Mapping[str, Shot] = NONE_TOLD, sure: bool = False,
) -> WorkOrder:  # fmt: skip
    """G1.19: hand in the result, shown by a photo and told in words the citizen reads; or say for which
    coded reason it cannot be solved.

    A small unit waives its head's confirmation, and so does one that has no other head than the finisher;
    then the check is sent out at once when an officer is there.
    """
    order = await seen(work, id, version)
    rules.step(order, A.FINISH, work.actor)
    rules.needs_own_unit(order, work.actor)
    if cannot is None:
        rules.needs_after_photo(photo_ids)
    elif cannot in RESOLVED:
        raise BadInput(field="cannot")
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    photos = await files.claim(work, photo_ids, KIND, id, files.PhotoKind.AFTER)
    doubts = rules.photo_doubts(order, [_told(photo, shots.get(photo.id)) for photo in photos])
    rules.needs_plausible_photos(doubts, sure=sure)
    order.finisher_id = order.handler_id = work.actor.id
    order.result_text, order.outcome = words, cannot or CloseReason.SOLVED
    await advance(work, order, A.FINISH, opinion=words, photo_ids=photo_ids,
                  detail={**({"reason": cannot} if cannot else {}), **doubts})  # fmt: skip
    if await alone(work, order.unit_id, work.actor.id):
        await _confirmed(work, order, opinion="", by_system=True)
    return order


def _told(photo: File, shot: Shot | None) -> Shot:
    """When and where it was taken: the camera's word in the file, else what the phone read before it shrank
    the picture, which is kept from here on."""
    if shot:
        at, where = shot
        photo.taken_at = photo.taken_at or at
        if photo.taken_lon is None and where:
            photo.taken_lon, photo.taken_lat = where.lon, where.lat
    located = photo.taken_lon is not None and photo.taken_lat is not None
    return photo.taken_at, Wgs84(photo.taken_lon or 0, photo.taken_lat or 0) if located else None


async def alone(work: Work, unit_id: str, person_id: str) -> bool:
    """True where no head but this person has to stand for what the unit says."""
    if work.office.of(Library).units[unit_id].waives_confirm:
        return True
    staff = await handlers_of(work.session, unit_id, now=work.now)
    return not any(each.post is Post.UNIT_HEAD and each.id != person_id for each in staff)


async def confirm(work: Work, *, id: str, version: int, opinion: str) -> WorkOrder:
    """G1.21: the head of the unit stands for the result."""
    order = await seen(work, id, version)
    rules.step(order, A.DEPT_CONFIRM, work.actor)
    rules.needs_own_unit(order, work.actor)
    rules.needs_not_finisher(order, work.actor)
    await _confirmed(work, order, opinion=clean_text(opinion, field="opinion", limit=TEXT_LIMIT))
    return order


async def _confirmed(work: Work, order: WorkOrder, *, opinion: str, by_system: bool = False) -> None:
    """The overtime fact is fixed here; then somebody else checks."""
    order.handled_at = work.now
    order.overtime = order.bundled_due_at is not None and work.now > order.bundled_due_at
    due = order.bundled_due_at.isoformat() if order.bundled_due_at else ""
    await advance(work, order, A.DEPT_CONFIRM, opinion=opinion, detail={"bundled_due_at": due},
                  by=SYSTEM if by_system else None)  # fmt: skip
    if order.outcome not in RESOLVED:
        return  # nothing to see on the spot: the desk decides
    with suppress(NoOfficer):  # then it waits on the dispatcher's desk
        await send_check(work, order, by_system=True)


async def reject(work: Work, *, id: str, version: int, opinion: str) -> WorkOrder:
    """G1.20: the head sends it back to the handler; the clock has never stopped."""
    order = await seen(work, id, version)
    rules.step(order, A.DEPT_REJECT, work.actor)
    rules.needs_own_unit(order, work.actor)
    words = clean_text(opinion, field="opinion", limit=TEXT_LIMIT)
    rules.needs_opinion(words)
    await advance(work, order, A.DEPT_REJECT, opinion=words, receiver=order.finisher_id)
    return order
