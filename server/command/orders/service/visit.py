"""What the citizen's answer does to the order: satisfaction counted, an unsolved case reopened."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select, update

from server.command.orders import adjust
from server.command.orders.lanes import open_now
from server.command.orders.service.advance import KIND, count_rating, note, settle, standing
from server.command.orders.service.desk import reopen
from server.command.orders.tables import WorkOrder
from server.platform import sla
from server.platform.work import Work

WAITING = frozenset({"accept", "dispatch", "promise"})  # what stands still while the citizen is asked


async def lock(work: Work, order_id: str) -> None:
    """Let nobody else move the order until this unit of work is done."""
    await work.session.exec(select(WorkOrder.id).where(WorkOrder.id == order_id).with_for_update())


async def may_go_back(work: Work, order_id: str) -> bool:
    """True while the case may be reopened once more."""
    order = await work.session.get(WorkOrder, order_id)
    return order is not None and adjust.reopenable(order, work.now)


async def rated(
    work: Work, order_id: str, *, request_id: str, solved: str, level: str, satisfied: bool, unsolved: bool,
    again: bool, text: str,
) -> None:  # fmt: skip
    """Count a rating (the newest of a case counts) and reopen the case when `again`."""
    order = await work.session.get(WorkOrder, order_id, with_for_update=True)
    assert order is not None
    count_rating(work, order, -1)
    order.satisfied, order.rated_at = satisfied, work.now
    order.unsolved_times += unsolved
    count_rating(work, order, +1)
    work.record(f"{KIND}.rated", KIND, order_id, area=order.area, quiet=True,
                detail={"request": request_id, "solved": solved, "level": level})  # fmt: skip
    if again:
        await reopen(work, order, text, by_system=True)


async def followed(work: Work, order_id: str) -> None:
    """One more neighbour met it too. No version changes: a form in somebody's hands stays valid."""
    statement = update(WorkOrder).where(col(WorkOrder.id) == order_id).values(likes=WorkOrder.likes + 1)
    await work.session.exec(statement, execution_options={"synchronize_session": False})


async def joined(work: Work, gone_id: str, master_id: str, *, followers: int, known: int) -> None:
    """A duplicate's followers count for its master: the new ones, and those only their number is known of."""
    gone = await work.session.get_one(WorkOrder, gone_id)
    more = followers + max(gone.likes - known, 0)
    statement = update(WorkOrder).where(col(WorkOrder.id) == master_id).values(likes=WorkOrder.likes + more)
    await work.session.exec(statement, execution_options={"synchronize_session": False})


@dataclass(frozen=True, slots=True)
class Called:
    """What somebody who calls about an order has to know of it."""

    no: str
    title: str
    area: str
    against: str
    unit_id: str


async def called(work: Work, order_id: str) -> Called | None:
    """The order a return visit is about."""
    order = await work.session.get(WorkOrder, order_id)
    if order is None:
        return None
    return Called(order.no, order.title, order.area, order.against, order.unit_id)


async def send_back(work: Work, order_id: str, text: str) -> None:
    """The return visit found it unsolved: back to the unit. Raises LimitReached, IllegalStep."""
    order = await work.session.get(WorkOrder, order_id, with_for_update=True)
    assert order is not None
    order.unsolved_times += 1
    await reopen(work, order, text, by_system=True)


async def wait_for_citizen(work: Work, order_id: str, on: bool) -> datetime | None:
    """The citizen is asked something: the clocks of what comes next stand still. Returns the promise."""
    order = await work.session.get(WorkOrder, order_id, with_for_update=True)
    assert order is not None
    was = standing(order)
    for timer in await sla.live(work, KIND, order_id):
        if timer.name in WAITING and on and timer.running:
            await sla.pause(work, KIND, order_id, timer.name, why="need_info")
        elif timer.name in WAITING and not on and timer.paused_why == "need_info":
            await sla.resume(work, KIND, order_id, timer.name)
            if timer.name == "promise":
                order.promised_at = timer.due_at
    await settle(work, order, was)
    note(work, order, "asked" if on else "answered")
    return order.promised_at


async def open_from(work: Work, source_id: str) -> int:
    """How many open orders a request made beside itself."""
    rows = select(func.count()).select_from(WorkOrder).where(WorkOrder.source_id == source_id, open_now())
    return int((await work.session.exec(rows)).one())
