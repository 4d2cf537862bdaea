"""What one shift must tell the next: open cases in danger, supervised, or promised for the coming hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_
from sqlalchemy import select as columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders.flow import OrderState
from server.command.orders.lanes import open_now
from server.command.orders.queries import visible_to
from server.command.orders.tables import WorkOrder
from server.kernel.actors import Actor
from server.platform.read import Reader

COMING = timedelta(hours=12)  # the length of a shift
MOST = 50


class Stake(StrEnum):
    """Why a case is handed on, the gravest first."""

    DANGER = "danger"
    RETURNED = "returned"
    SUPERVISED = "supervised"
    PROMISED = "promised"  # to the citizen, within the coming shift or before


@dataclass(frozen=True, slots=True)
class AtStake:
    """A case and why it matters to the next shift."""

    order_id: str
    stake: Stake


def _why(now: datetime) -> dict[Stake, ColumnElement[bool]]:
    returned = col(WorkOrder.state).in_([OrderState.RETURNED, OrderState.DISPUTED])
    unfinished = col(WorkOrder.handled_at).is_(None)
    return {
        Stake.DANGER: col(WorkOrder.danger).is_(True),
        Stake.RETURNED: returned,
        Stake.SUPERVISED: col(WorkOrder.supervised).is_(True),
        Stake.PROMISED: and_(unfinished, col(WorkOrder.promised_at) < now + COMING),
    }


def _standing(actor: Actor, now: datetime) -> Any:
    why = _why(now)
    rank = case(*((condition, stake.value) for stake, condition in why.items()), else_="")
    place = case(*((condition, n) for n, condition in enumerate(why.values())), else_=len(why))
    mine: Any = visible_to(actor).whereclause
    rows = columns(col(WorkOrder.id), rank).where(mine, open_now(), or_(*why.values()))
    return rows.order_by(place, col(WorkOrder.promised_at), col(WorkOrder.id)).limit(MOST)


async def standing(session: AsyncSession, actor: Actor, now: datetime) -> list[AtStake]:
    """Those this actor may see, the gravest first, at most MOST."""
    return [AtStake(id, Stake(stake)) for id, stake in await session.exec(_standing(actor, now))]


async def read(reader: Reader, actor: Actor, now: datetime) -> list[AtStake]:
    """The same for an answer."""
    return [AtStake(id, Stake(stake)) for id, stake in await reader.tuples(_standing(actor, now))]
