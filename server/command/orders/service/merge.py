"""并案, 关联, 不是同一件: what a person decides about two cases."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from server.command.orders import pairs, queries, rules
from server.command.orders.errors import DecidedApart, MergingAlready, NotTheSameCase
from server.command.orders.flow import OrderAction
from server.command.orders.pairs import Verdict
from server.command.orders.service.advance import KIND, advance, seen, touches
from server.command.orders.tables import OrderPair, WorkOrder
from server.kernel.actors import DISPATCHERS
from server.kernel.errors import NotAllowed, NotFound
from server.platform import holds
from server.platform.holds import HoldOver
from server.platform.work import Moved, Work

A = OrderAction
MERGE = "order.merge"  # the act held for ten seconds
MERGED = "merged"  # the office's follower of every merge, whatever the source


async def ask_merge(work: Work, *, id: str, version: int, into_id: str, op_id: str) -> WorkOrder:
    """Merge a duplicate into the case that is already being handled, after the ten seconds.

    Raises NotTheSameCase, PartOfACase, DecidedApart, MergingAlready.
    """
    order = await seen(work, id, version)
    rules.step(order, A.MERGE, work.actor)
    await _master(work, order, into_id)
    args = {"id": id, "into_id": into_id}
    await holds.hold(work, id=op_id, act=MERGE, args=args, kind=KIND, subject_id=id, area=order.area)
    return order


async def merge(work: Work, args: Mapping[str, Any]) -> WorkOrder:
    """G1.6: the reporters of the duplicate follow the master from now on, and whatever it goes into later.

    Both are locked in one order, so that two people who merge them crosswise at once make no circle.
    """
    ids = sorted([args["id"], args["into_id"]])
    both = select(WorkOrder.id).where(col(WorkOrder.id).in_(ids)).order_by(WorkOrder.id).with_for_update()
    await work.session.exec(both)
    order = await seen(work, args["id"])
    master = await _master(work, order, args["into_id"], asked=False)
    order.merged_into = master.id
    order.closed_at = work.now
    await _inherit(work, order.id, master.id)
    await work.office.followers[MERGED](work, Moved(KIND, order.id, master.id, A.MERGE))
    await advance(work, order, A.MERGE, receiver=master.id, detail={"into": master.id, "no": master.no})
    return order


async def _master(work: Work, order: WorkOrder, into_id: str, *, asked: bool = True) -> WorkOrder:
    master = (await work.session.exec(queries.one(work.actor, into_id))).one_or_none()
    if master is None or master.id == order.id:
        raise NotTheSameCase(field="intoId")
    rules.needs_whole(master)
    rules.needs_same_case(order, master)
    said = await pairs.verdict(work.session, order.id, master.id)
    if said and said.verdict == Verdict.NOT_SAME:
        raise DecidedApart(field="intoId")
    held = await holds.of(work, master.id) if asked else None
    if held and held.act == MERGE:
        raise MergingAlready(field="intoId")
    return master


async def _inherit(work: Work, gone: str, master: str) -> None:
    """What was decided about a duplicate holds of the case it became part of."""
    for row in await pairs.of_order(work.session, gone):
        other = row.high_id if row.low_id == gone else row.low_id
        if other != master and await pairs.verdict(work.session, master, other) is None:
            low, high = pairs.key(master, other)
            work.session.add(OrderPair(low_id=low, high_id=high, verdict=row.verdict,
                                       actor_id=row.actor_id, at=row.at))  # fmt: skip


async def decide(work: Work, *, id: str, other_id: str, verdict: Verdict) -> WorkOrder:
    """关联 or 不是同一件: at once, since nobody outside feels it. A later word replaces an earlier one.

    Raises NotFound for a case this person may not see, NotAllowed to all but dispatchers.
    """
    order, other = await _both(work, id, other_id)
    low, high = pairs.key(order.id, other.id)
    row = await pairs.verdict(work.session, low, high)
    if row is None:
        row = OrderPair(low_id=low, high_id=high, verdict=verdict, actor_id=work.actor.id, at=work.now)
    elif row.verdict == verdict:
        return order
    row.verdict, row.actor_id, row.at = verdict, work.actor.id, work.now
    work.session.add(row)
    for one, that in ((order, other), (other, order)):
        work.record(f"{KIND}.{verdict}", KIND, one.id, area=one.area, receiver=that.id,
                    detail={"other": that.id, "no": that.no}, touches=touches(one))  # fmt: skip
    return order


async def undecide(work: Work, *, id: str, other_id: str) -> WorkOrder:
    """撤销, by who decided it and within the ten seconds. Raises HoldOver."""
    order, other = await _both(work, id, other_id)
    row = await pairs.verdict(work.session, order.id, other.id)
    held = timedelta(seconds=work.office.settings.hold_seconds)
    if row is None or row.actor_id != work.actor.id or work.now - row.at > held:
        raise HoldOver(subject=id)
    await work.session.delete(row)
    for one, that in ((order, other), (other, order)):
        work.record(f"{KIND}.undecide", KIND, one.id, area=one.area, detail={"other": that.id},
                    receiver=that.id, touches=touches(one))  # fmt: skip
    return order


async def _both(work: Work, id: str, other_id: str) -> tuple[WorkOrder, WorkOrder]:
    order = await seen(work, id)
    other = (await work.session.exec(queries.one(work.actor, other_id))).one_or_none()
    if other is None:
        raise NotFound(subject=other_id)
    if work.actor.post not in DISPATCHERS:
        raise NotAllowed
    if other.id == order.id:
        raise NotTheSameCase(field="otherId")
    return order, other
