"""What requests know of a citizen: handed to himself, and let go of when he leaves."""

from typing import Any

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders.service import report as orders
from server.command.requests.tables import CitizenRequest, Follow, Rating
from server.kernel.actors import Actor
from server.kernel.masking import LEFT
from server.platform import files
from server.platform.vault import Vault
from server.platform.work import Office, Work


async def take(session: AsyncSession, office: Office, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """His requests with words, place, phone, files and ratings, and what he said 我也遇到 to."""
    vault = office.of(Vault)
    mine = select(CitizenRequest).where(CitizenRequest.reporter_id == actor.id)
    rows = (await session.exec(mine.order_by(col(CitizenRequest.submitted_at)))).all()
    ids = {row.id for row in rows}
    rated = (await session.exec(select(Rating).where(col(Rating.request_id).in_(ids)))).all()
    sent = (await session.exec(files.owned(actor.id))).all()
    met = (await session.exec(select(Follow).where(Follow.person_id == actor.id))).all()
    return {
        "requests": [
            {
                "no": row.no, "kind": row.kind, "state": row.state, "title": row.title, "text": row.text,
                "address": row.address, "lon": row.lon, "lat": row.lat, "submitted": row.submitted_at,
                "closed": row.closed_at, "reply": row.reply if row.answered_at else "",
                "phone": vault.unseal(row.phone, about=f"request/{row.id}/phone") if row.phone else "",
                "confidential": row.confidential, "against": row.against_text,
            }
            for row in rows
        ],
        "ratings": [
            {"solved": one.solved, "level": one.level, "text": one.text, "at": one.at} for one in rated
        ],
        "files": [
            {"id": one.id, "sent": one.created_at, "taken": one.taken_at, "seconds": one.seconds,
             "lon": one.taken_lon, "lat": one.taken_lat, "sha256": one.sha256}
            for one in sent
        ],
        "met": [{"order": one.order_id, "at": one.at} for one in met],
    }  # fmt: skip


async def leave(work: Work) -> None:
    """His cases stay as they are needed, without phone or contact; whom he followed is forgotten."""
    me = work.actor.id
    await work.session.exec(
        update(CitizenRequest).where(col(CitizenRequest.reporter_id) == me)
        .values(phone="", phone_key="", phone_shown=LEFT),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    await orders.forget_contact(work, me)
    await work.session.exec(delete(Follow).where(col(Follow.person_id) == me))
    await files.drop_unclaimed(work, me)
