"""Every SELECT on duty. Each starts at the actor."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.duty import rules
from server.command.duty.tables import DutyShift, DutySpell, Handover
from server.command.orders.queries import within
from server.kernel.actors import Actor
from server.platform.kept import kept
from server.platform.read import Reader

HANDOVERS = 20  # of the past, on the page


def own(actor: Actor, now: datetime) -> SelectOfScalar[DutySpell]:
    """The spell this person is in."""
    rows = select(DutySpell).where(DutySpell.account_id == actor.id, col(DutySpell.ended_at).is_(None))
    return rows.where(col(DutySpell.began_at) > rules.on_duty_since(now))


@kept
def of_person(account_id: str, now: datetime) -> SelectOfScalar[DutySpell]:
    """The spell somebody is in: whether a card says 在岗."""
    rows = select(DutySpell).where(DutySpell.account_id == account_id, col(DutySpell.ended_at).is_(None))
    return rows.where(col(DutySpell.began_at) > now - rules.LONGEST_SPELL)


def present(actor: Actor, now: datetime) -> SelectOfScalar[DutySpell]:
    """Everybody on duty in the actor's area."""
    rows = select(DutySpell).where(
        col(DutySpell.ended_at).is_(None), col(DutySpell.began_at) > rules.on_duty_since(now)
    )
    return rows.where(within(col(DutySpell.area).concat(""), actor.area))


def shifts(actor: Actor, first: date, last: date) -> SelectOfScalar[DutyShift]:
    """The roster of the actor's platform."""
    rows = select(DutyShift).where(DutyShift.area == actor.area)
    ordered = rows.where(col(DutyShift.day) >= first, col(DutyShift.day) <= last)
    return ordered.order_by(col(DutyShift.day), col(DutyShift.part))


@kept
def handovers(actor: Actor) -> SelectOfScalar[Handover]:
    """The newest handovers of the actor's platform."""
    rows = select(Handover).where(Handover.area == actor.area)
    return rows.order_by(col(Handover.given_at).desc(), col(Handover.id)).limit(HANDOVERS)


def one(actor: Actor, id: str) -> SelectOfScalar[Handover]:
    """A handover of the actor's platform, locked for change."""
    return select(Handover).where(Handover.id == id, Handover.area == actor.area).with_for_update()


async def waiting(session: AsyncSession, actor: Actor) -> Handover | None:
    """The one that nobody has taken over yet."""
    rows = select(Handover).where(Handover.area == actor.area, col(Handover.taken_at).is_(None))
    return (await session.exec(rows)).first()


async def spells(read: Reader, actor: Actor, now: datetime) -> list[DutySpell]:
    """Everybody on duty, by name of the post and id."""
    rows = await read.lines(present(actor, now))
    return sorted(rows, key=lambda row: (row.post, row.account_id))


def touching(account_id: str, first: datetime, last: datetime) -> SelectOfScalar[DutySpell]:
    """One person's spells that have a part between two moments."""
    ended = col(DutySpell.ended_at)
    rows = select(DutySpell).where(DutySpell.account_id == account_id, col(DutySpell.began_at) <= last)
    return rows.where(or_(ended.is_(None), ended >= first))


def left_open(now: datetime, ids: Iterable[str]) -> Any:
    """Spells of these people that were never ended."""
    return select(DutySpell).where(
        col(DutySpell.account_id).in_(list(ids)), col(DutySpell.ended_at).is_(None)
    )
