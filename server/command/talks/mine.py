"""What talks know of a citizen: handed to himself, and let go of when he leaves."""

from typing import Any

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.talks.flow import TalkState
from server.command.talks.tables import Talk, TalkMessage
from server.kernel.actors import Actor
from server.platform.work import Office, Work


async def take(session: AsyncSession, office: Office, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Everything that was said in his talks."""
    said = (
        select(TalkMessage).join(Talk, col(Talk.id) == col(TalkMessage.talk_id))
        .where(Talk.citizen_id == actor.id).order_by(col(Talk.asked_at), col(TalkMessage.seq))
    )  # fmt: skip
    rows = (await session.exec(said)).all()
    return {
        "talks": [{"talk": row.talk_id, "at": row.at, "side": row.side, "text": row.text} for row in rows]
    }


async def leave(work: Work) -> None:
    """Talks that became no request are erased; of the others the number to call is, and they are over."""
    mine = col(Talk.citizen_id) == work.actor.id
    loose = select(Talk.id).where(mine, Talk.request_id == "")
    await work.session.exec(delete(TalkMessage).where(col(TalkMessage.talk_id).in_(loose)))
    await work.session.exec(delete(Talk).where(mine, col(Talk.request_id) == ""))
    await work.session.exec(
        update(Talk).where(mine).values(phone="", phone_shown="", state=TalkState.CLOSED),
        execution_options={"synchronize_session": False},
    )
