"""Every SELECT on words left on cards. Each starts at the actor: his own, or those of his cells."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import false, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.grid.cards.tables import CardMessage
from server.kernel.actors import Actor, Post, Role
from server.platform.kept import Rows, kept

MOST = 50


def visible_to(actor: Actor) -> SelectOfScalar[CardMessage]:
    """A citizen's own; those of a grid officer's cells, so that a stand-in finds them."""
    rows = select(CardMessage)
    if actor.role is Role.CITIZEN:
        return rows.where(CardMessage.citizen_id == actor.id)
    if actor.post is Post.GRID_OFFICER:
        return rows.where(col(CardMessage.cell).in_(actor.cells))
    return rows.where(false())


@kept
def left_in(actor: Actor, cell: str) -> SelectOfScalar[CardMessage]:
    """What a citizen left in a cell, the newest first."""
    return visible_to(actor).where(CardMessage.cell == cell).order_by(col(CardMessage.at).desc()).limit(MOST)


@kept
def newest(actor: Actor) -> SelectOfScalar[CardMessage]:
    """What waits first, the oldest on top; then what was answered."""
    waits = col(CardMessage.answered_at).is_(None)
    return visible_to(actor).order_by(waits.desc(), col(CardMessage.at), col(CardMessage.id)).limit(MOST)


@kept
def answered(cell: str, since: datetime) -> Rows:
    """When words of a cell came and were answered."""
    rows: Any = columns(col(CardMessage.at), col(CardMessage.answered_at))
    return cast(Rows, rows.where(CardMessage.cell == cell, col(CardMessage.answered_at) >= since))


def locked(actor: Actor, id: str) -> SelectOfScalar[CardMessage]:
    """One of them, for change."""
    return visible_to(actor).where(CardMessage.id == id).with_for_update()


def waiting(actor: Actor, cell: str) -> Any:
    """How many of a citizen's words wait in a cell."""
    rows = visible_to(actor).where(CardMessage.cell == cell, col(CardMessage.answered_at).is_(None))
    return cast(Any, rows.with_only_columns(func.count()))
