"""协办: other units that take part in a case, each with its share, and what the first unit does meanwhile."""

from server.command.library import Library
from server.command.orders import adjust, rules
from server.command.orders.facts import ShareState
from server.command.orders.flow import OrderAction
from server.command.orders.service.advance import advance, seen
from server.command.orders.tables import OrderShare, WorkOrder
from server.kernel.text import clean_text
from server.platform.work import Work

A = OrderAction
TEXT_LIMIT = 500
ANSWERS = {
    A.ACCEPT_SHARE: ShareState.ACCEPTED,
    A.DECLINE_SHARE: ShareState.DECLINED,
    A.FINISH_SHARE: ShareState.DONE,
}


async def invite(work: Work, *, id: str, version: int, unit_id: str, share: str) -> WorkOrder:
    """请求协办: the unit in charge asks another one to do its part. The clock runs on, and so does whose
    case it is."""
    order = await seen(work, id, version)
    rules.step(order, A.INVITE, work.actor)
    rules.needs_own_unit(order, work.actor)
    adjust.needs_another_unit(order, unit_id, work.office.of(Library).units.keys())
    words = clean_text(share, field="share", limit=TEXT_LIMIT)
    rules.needs_opinion(words, field="share")
    await take_part(work, order, unit_id, words, ShareState.INVITED, by=work.actor.id)
    await advance(work, order, A.INVITE, opinion=words, receiver=unit_id)
    return order


async def answer(work: Work, *, id: str, version: int, action: OrderAction, text: str) -> WorkOrder:
    """The invited unit says yes, no (with words), or that its part is done (with words)."""
    order = await seen(work, id, version)
    rules.step(order, action, work.actor)
    if action is A.FINISH_SHARE:
        adjust.needs_assisting(order, work.actor)
    else:
        adjust.needs_invited(order, work.actor)
    words = clean_text(text, field="opinion", limit=TEXT_LIMIT)
    if action is not A.ACCEPT_SHARE:
        rules.needs_opinion(words)
    unit = work.actor.unit_id
    row = await work.session.get(OrderShare, (order.id, unit))
    assert row is not None, "it was invited"
    row.state, row.answer, row.answered_by, row.answered_at = (
        ANSWERS[action], words, work.actor.id, work.now,
    )  # fmt: skip
    order.also = adjust.also_of({**adjust.shares_of(order.also), unit: ANSWERS[action]})
    await advance(work, order, action, opinion=words, receiver=order.unit_id)
    return order


async def take_part(
    work: Work, order: WorkOrder, unit_id: str, share: str, state: ShareState, *, by: str
) -> None:
    """A unit's share in a case, new or anew."""
    row = await work.session.get(OrderShare, (order.id, unit_id))
    if row is None:
        row = OrderShare(
            order_id=order.id, unit_id=unit_id, share=share, state=state, asked_by=by, asked_at=work.now
        )
        work.session.add(row)
    row.share, row.state, row.asked_by, row.asked_at = share, state, by, work.now
    row.answer, row.answered_by, row.answered_at = "", "", None
    order.also = adjust.also_of({**adjust.shares_of(order.also), unit_id: state})


async def interim(work: Work, order: WorkOrder, opinion: str) -> None:
    """What the first unit has done to keep the place safe while others argue (domain A10)."""
    adjust.needs_first_unit(order, work.actor)
    rules.needs_opinion(opinion)
    await advance(work, order, A.INTERIM, opinion=opinion)
