"""Every SELECT on roll calls. Each starts at the actor: one's own, or those of the platform's area."""

from datetime import datetime, timedelta

from sqlalchemy import false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.duty.rules import WATCHERS
from server.command.orders.queries import within
from server.command.rollcalls.flow import CallState
from server.command.rollcalls.tables import RollCall
from server.kernel.actors import Actor, Post, Role
from server.platform import files
from server.platform.files import File
from server.platform.kept import kept

MOST = 50
FRESH = timedelta(hours=12)  # what was missed longer ago is answered no more


def visible_to(actor: Actor) -> SelectOfScalar[RollCall]:
    """A grid officer's own, the platform's area's; nobody else's."""
    rows = select(RollCall)
    if actor.role is Role.OFFICER and actor.post is Post.GRID_OFFICER:
        return rows.where(RollCall.person_id == actor.id)
    if actor.role is Role.OFFICER and actor.post in WATCHERS:
        return rows.where(within(col(RollCall.area).concat(""), actor.area))
    return rows.where(false())


@kept
def newest(actor: Actor) -> SelectOfScalar[RollCall]:
    """The newest first."""
    return visible_to(actor).order_by(col(RollCall.at).desc(), col(RollCall.id)).limit(MOST)


@kept
def waiting(actor: Actor, since: datetime) -> SelectOfScalar[RollCall]:
    """The newest one that this person may still answer."""
    asked = [CallState.OPEN.value, CallState.MISSED.value]
    rows = visible_to(actor).where(
        RollCall.person_id == actor.id, col(RollCall.state).in_(asked), col(RollCall.at) > since
    )
    return rows.order_by(col(RollCall.at).desc(), col(RollCall.id)).limit(1)


@kept
def photos(ids: list[str]) -> SelectOfScalar[File]:
    """What was shown with the answers."""
    return files.attached("roll_call", ids)


def locked(actor: Actor, id: str) -> SelectOfScalar[RollCall]:
    """One of them, for change."""
    return visible_to(actor).where(RollCall.id == id).with_for_update()


def open_ones() -> SelectOfScalar[str]:
    """Who has not answered yet."""
    return select(RollCall.person_id).where(RollCall.state == CallState.OPEN.value)


def over(now: datetime, most: int) -> SelectOfScalar[RollCall]:
    """Those whose time is up, each for one process."""
    rows = select(RollCall).where(RollCall.state == CallState.OPEN.value, col(RollCall.due_at) <= now)
    return rows.order_by(col(RollCall.due_at)).limit(most).with_for_update(skip_locked=True)
