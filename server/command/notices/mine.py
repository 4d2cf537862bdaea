"""What notices know of a citizen: handed to himself, and erased when he leaves."""

from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.notices.tables import Notice, NoticeWish
from server.kernel.actors import Actor
from server.platform import notify
from server.platform.work import Office, Work


async def take(session: AsyncSession, office: Office, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """What he was told, and where he is reached beside the phone."""
    told = select(Notice).where(Notice.person_id == actor.id).order_by(col(Notice.at))
    places = (await session.exec(notify.addresses_of([actor.id]))).all()
    return {
        "notices": [
            {"at": row.at, "key": row.key, "no": row.no, "title": row.title}
            for row in await session.exec(told)
        ],
        "channels": [{"via": row.via, "device": row.label, "since": row.created_at} for row in places],
    }


async def leave(work: Work) -> None:
    """Nothing of it is kept, and nothing more is sent."""
    me = work.actor.id
    await work.session.exec(delete(Notice).where(col(Notice.person_id) == me))
    await work.session.exec(delete(NoticeWish).where(col(NoticeWish.person_id) == me))
    await notify.forget(work, me)
