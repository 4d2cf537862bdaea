"""Every SELECT on talks. Each starts at the actor: the citizen of a talk, and the dispatchers of its area."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import false, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.talks.flow import TalkState
from server.command.talks.tables import Talk, TalkMessage
from server.kernel.actors import DISPATCHERS, Actor, Role
from server.platform import files
from server.platform.files import File
from server.platform.kept import Rows, kept

OPEN = (TalkState.WAITING, TalkState.TALKING, TalkState.CALL_BACK)


def visible_to(actor: Actor) -> SelectOfScalar[Talk]:
    """A citizen's own; a dispatcher's area's."""
    rows = select(Talk)
    match actor.role:
        case Role.CITIZEN:
            return rows.where(Talk.citizen_id == actor.id)
        case Role.OFFICER if actor.post in DISPATCHERS:
            return rows.where(col(Talk.area).startswith(actor.area))
        case Role.OFFICER | Role.LEADER:
            return rows.where(false())


@kept
def one(actor: Actor, id: str) -> SelectOfScalar[Talk]:
    """The talk of that id, if the actor sees it."""
    return visible_to(actor).where(Talk.id == id)


@kept
def page(
    actor: Actor, state: TalkState, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[Talk]:
    """`first` + 1 talks in a state: who waits longest first, what is over newest first."""
    rows = visible_to(actor).where(Talk.state == state)
    keys = (col(Talk.asked_at), col(Talk.id))
    newest = state is TalkState.CLOSED
    if after is not None:
        at, id = after
        behind = keys[0] < at if newest else keys[0] > at
        rows = rows.where(behind | ((keys[0] == at) & (keys[1] < id if newest else keys[1] > id)))
    return rows.order_by(*(key.desc() if newest else key for key in keys)).limit(first + 1)


@kept
def counts(actor: Actor) -> Rows:
    """How many talks this person sees in each state that is not over."""
    rows: Any = visible_to(actor).where(col(Talk.state).in_(list(OPEN)))
    return cast(Rows, rows.with_only_columns(col(Talk.state), func.count()).group_by(col(Talk.state)))


@kept
def open_of(actor: Actor) -> SelectOfScalar[Talk]:
    """A citizen's talk that is not over."""
    return (
        visible_to(actor).where(col(Talk.state).in_(list(OPEN))).order_by(col(Talk.asked_at).desc()).limit(1)
    )


@kept
def messages(talk_ids: list[str]) -> SelectOfScalar[TalkMessage]:
    """What was said in some talks, in order."""
    rows = select(TalkMessage).where(col(TalkMessage.talk_id).in_(talk_ids))
    return rows.order_by(col(TalkMessage.talk_id), col(TalkMessage.seq))


@kept
def photos(message_ids: list[str]) -> SelectOfScalar[File]:
    """The photos of messages."""
    return files.attached("talk", message_ids)


@kept
def voices(message_ids: list[str]) -> SelectOfScalar[File]:
    """The voice notes of messages."""
    return files.voices("talk", message_ids)


@kept
def ahead(asked_at: datetime) -> Rows:
    """How many wait since before that moment."""
    rows: Any = columns(func.count()).select_from(Talk)
    return cast(Rows, rows.where(Talk.state == TalkState.WAITING, col(Talk.asked_at) < asked_at))


async def of_citizen(session: AsyncSession, actor: Actor) -> Sequence[Talk]:
    """The citizen's talks that are not over."""
    return (await session.exec(visible_to(actor).where(col(Talk.state).in_(list(OPEN))))).all()


async def last_words(session: AsyncSession, talk_id: str) -> Sequence[TalkMessage]:
    """Everything said in a talk, in order."""
    rows = select(TalkMessage).where(TalkMessage.talk_id == talk_id).order_by(col(TalkMessage.seq))
    return (await session.exec(rows)).all()
