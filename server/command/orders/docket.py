"""What is asked about orders, who else takes part in them, and what was ruled: the SELECTs."""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.facts import ApplicationState, RulingState
from server.command.orders.queries import within
from server.command.orders.tables import OrderApplication, OrderRuling, OrderShare
from server.kernel.actors import Actor
from server.platform.kept import kept


async def waiting(session: AsyncSession, order_id: str) -> OrderApplication | None:
    """The application that waits on an order."""
    rows = select(OrderApplication).where(
        OrderApplication.order_id == order_id, OrderApplication.state == ApplicationState.WAITING
    )
    return (await session.exec(rows)).first()


async def proposed(session: AsyncSession, order_id: str) -> OrderRuling | None:
    """The ruling on an order that waits for a leader."""
    rows = select(OrderRuling).where(
        OrderRuling.order_id == order_id, OrderRuling.state == RulingState.PROPOSED
    )
    return (await session.exec(rows)).first()


@kept
def applications(order_ids: list[str]) -> SelectOfScalar[OrderApplication]:
    """What was asked about orders the caller may see, the oldest first."""
    rows = select(OrderApplication).where(col(OrderApplication.order_id).in_(order_ids))
    return rows.order_by(col(OrderApplication.asked_at), col(OrderApplication.id))


@kept
def shares(order_ids: list[str]) -> SelectOfScalar[OrderShare]:
    """Who else takes part in orders the caller may see."""
    rows = select(OrderShare).where(col(OrderShare.order_id).in_(order_ids))
    return rows.order_by(col(OrderShare.asked_at), col(OrderShare.unit_id))


@kept
def rulings(order_ids: list[str]) -> SelectOfScalar[OrderRuling]:
    """What was ruled on orders the caller may see, the oldest first."""
    rows = select(OrderRuling).where(col(OrderRuling.order_id).in_(order_ids))
    return rows.order_by(col(OrderRuling.ruled_at), col(OrderRuling.id))


@kept
def precedents(actor: Actor, categories: list[str], first: int) -> SelectOfScalar[OrderRuling]:
    """Signed rulings on matters of some categories in the actor's area, the newest first."""
    rows = select(OrderRuling).where(
        OrderRuling.state == RulingState.SIGNED, func.substr(OrderRuling.matter_code, 1, 2).in_(categories),
        within(col(OrderRuling.area), actor.area),
    )  # fmt: skip
    return rows.order_by(col(OrderRuling.signed_at).desc(), col(OrderRuling.id)).limit(first)
