"""How late the clockwork is: what waits in the store, and since when."""

import asyncio
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from server.platform.holds import Hold
from server.platform.notify import Delivery, Outgoing
from server.platform.sla import Timer
from server.platform.watch.book import Gauge
from server.platform.work import Office

AS_FAR_AS = 1000  # rows counted; beyond that the age says enough
ANSWER_SECONDS = 2.0


async def facts(office: Office) -> list[Gauge]:
    """Acts, timers and messages whose time has come and that nobody has carried out or told yet.

    Only whether the store answers, when it does not.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            holds, oldest_hold = await _due(office, col(Hold.until))
            timers, oldest_timer = await _due(office, col(Timer.next_mark_at))
            messages, oldest_message = await _due(office, col(Outgoing.next_at))
            dead = await _dead(office)
    except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
        return [_fact("sanwei_store_up", "1 when the store answers.", 0)]
    return [
        _fact("sanwei_store_up", "1 when the store answers.", 1),
        _fact("sanwei_holds_due", "Held acts whose seconds are over, a thousand at most.", holds),
        _fact("sanwei_oldest_hold_due_seconds", "For how long the oldest of them has been due.", oldest_hold),
        _fact("sanwei_timers_late", "Timers with a mark nobody was told of, a thousand at most.", timers),
        _fact("sanwei_oldest_timer_late_seconds", "For how long the oldest has been late.", oldest_timer),
        _fact("sanwei_messages_due", "Messages to channels that are due, a thousand at most.", messages),
        _fact("sanwei_oldest_message_due_seconds", "For how long the oldest has been due.", oldest_message),
        _fact("sanwei_messages_dead", "Messages nobody could deliver, a thousand at most.", dead),
    ]  # fmt: skip


async def _due(office: Office, moment: Any) -> tuple[int, float]:
    """How many rows have their `moment` behind them, and how many seconds the oldest has."""
    now = office.clock()
    due = select(moment).where(moment <= now).order_by(moment).limit(AS_FAR_AS).subquery()
    async with office.reading() as session:
        count, oldest = (await session.exec(select(func.count(), func.min(due.c[0])))).one()
    return count, (now - oldest).total_seconds() if oldest else 0.0


async def _dead(office: Office) -> int:
    given_up = select(Outgoing.id).where(Outgoing.state == Delivery.DEAD).limit(AS_FAR_AS).subquery()
    async with office.reading() as session:
        return (await session.exec(select(func.count()).select_from(given_up))).one()


def _fact(name: str, help: str, value: float) -> Gauge:
    return Gauge(name, help, lambda: value, "")
