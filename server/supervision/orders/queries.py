"""Every SELECT on supervisions. Each starts at the actor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, false, func, literal, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import unbarred, within
from server.kernel.actors import DISPATCHERS, SYSTEM, UNIT_POSTS, Actor, Post, Role
from server.platform.kept import kept
from server.supervision.orders.flow import TERMINAL
from server.supervision.orders.tables import Supervision


def visible_to(actor: Actor) -> SelectOfScalar[Supervision]:
    """Leaders and dispatchers see their area's, a unit its own; none of them one about a complaint against
    himself, his unit or his line. Citizens see none."""
    rows = select(Supervision).where(unbarred(col(Supervision.against), actor))
    match actor.role:
        case Role.LEADER:
            return rows.where(within(col(Supervision.area), actor.area))
        case Role.OFFICER if actor.post in DISPATCHERS or actor.post is Post.SYSTEM:
            return rows.where(within(col(Supervision.area), actor.area))
        case Role.OFFICER if actor.post in UNIT_POSTS:
            return rows.where(Supervision.unit_id == actor.unit_id)
        case Role.OFFICER | Role.CITIZEN:
            return rows.where(false())


def one(actor: Actor, id: str) -> SelectOfScalar[Supervision]:
    """The supervision if this actor may see it."""
    return visible_to(actor).where(Supervision.id == id)


def listed(
    actor: Actor, *, open_only: bool, order_id: str | None, mine: bool = False
) -> SelectOfScalar[Supervision]:
    """Open ones or all, of one case or of every case, of everybody or those this person ends."""
    rows = visible_to(actor).where(col(Supervision.state).not_in(TERMINAL) if open_only else true())
    if mine:
        issuers = [actor.deputy_of or actor.id]
        issuers += [SYSTEM.id] if actor.post is Post.DISTRICT_DISPATCHER else []
        rows = rows.where(col(Supervision.issuer_id).in_(issuers))
    return rows.where(Supervision.order_id == order_id) if order_id else rows


def page(
    rows: SelectOfScalar[Supervision], first: int, after: Sequence[Any] | None
) -> SelectOfScalar[Supervision]:
    """`first` + 1 rows behind `after`, the late ones first, each newest first."""
    keys: tuple[Any, ...] = (
        case((col(Supervision.overdue), 1), else_=0), col(Supervision.issued_at), col(Supervision.id),
    )  # fmt: skip
    if after is not None:
        rows = rows.where(
            tuple_(*keys) < tuple_(*(literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        )
    return rows.order_by(*(key.desc() for key in keys)).limit(first + 1)


@kept
def read_page(
    actor: Actor, open_only: bool, order_id: str | None, mine: bool, first: int,
    after: tuple[int, datetime, str] | None,
) -> SelectOfScalar[Supervision]:  # fmt: skip
    """A page of them."""
    return page(listed(actor, open_only=open_only, order_id=order_id, mine=mine), first, after)


@kept
def read_total(actor: Actor, open_only: bool, order_id: str | None, mine: bool) -> Select[Any]:
    """How many there are in all."""
    return count(listed(actor, open_only=open_only, order_id=order_id, mine=mine))


@kept
def read_one(actor: Actor, id: str) -> SelectOfScalar[Supervision]:
    """The supervision if this actor may see it."""
    return one(actor, id)


def count(rows: SelectOfScalar[Supervision]) -> Select[Any]:
    """How many rows a list has in all."""
    return rows.with_only_columns(func.count(), maintain_column_froms=True)


async def open_on(session: AsyncSession, order_id: str) -> Supervision | None:
    """The supervision that is open on a case."""
    rows = select(Supervision).where(
        Supervision.order_id == order_id, col(Supervision.state).not_in(TERMINAL)
    )
    return (await session.exec(rows)).first()
