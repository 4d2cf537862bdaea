"""Whose a request is: the device's that sent it, until somebody proves a phone."""

from collections.abc import Collection

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.requests.service.take import KIND
from server.command.requests.tables import CitizenRequest, Follow
from server.identity.queries import guests_among
from server.kernel.errors import NotFound
from server.platform import files
from server.platform.work import Work


async def hand_over(work: Work, guest_id: str, account_id: str) -> None:
    """Cases reported or followed from a device before the login are the account's from now on."""
    mine = select(CitizenRequest.id).where(CitizenRequest.reporter_id == guest_id)
    await _give(work, (await work.session.exec(mine)).all(), account_id, touches=[f"person:{account_id}"])
    known = select(Follow.order_id).where(Follow.person_id == account_id)
    await work.session.exec(
        update(Follow).where(col(Follow.person_id) == guest_id, col(Follow.order_id).not_in(known))
        .values(person_id=account_id),
        execution_options={"synchronize_session": False},
    )  # fmt: skip


async def find_by_phone(work: Work, phone_key: str, account_id: str) -> None:
    """用手机号找回: what devices without an account filed with this phone is his who proved it.

    Those devices hear that it is theirs no more. What somebody signed in filed stays with him, whatever
    number he gave.
    """
    filed = select(CitizenRequest.id, CitizenRequest.order_id, CitizenRequest.reporter_id).where(
        CitizenRequest.phone_key == phone_key, CitizenRequest.reporter_id != account_id
    )
    rows = (await work.session.exec(filed)).all()
    for guest_id in await guests_among(work.session, {owner for _, _, owner in rows}):
        mine = [(id, order_id) for id, order_id, owner in rows if owner == guest_id]
        await files.hand_over(work, guest_id, account_id, of={one for pair in mine for one in pair if one})
        await _give(work, [id for id, _ in mine], account_id,
                    touches=[f"person:{account_id}", f"person:{guest_id}"])  # fmt: skip


async def _give(work: Work, ids: Collection[str], account_id: str, *, touches: list[str]) -> None:
    areas = select(CitizenRequest.id, CitizenRequest.area).where(col(CitizenRequest.id).in_(ids))
    found = (await work.session.exec(areas)).all() if ids else ()
    if found:
        await work.session.exec(
            update(CitizenRequest).where(col(CitizenRequest.id).in_(ids)).values(reporter_id=account_id),
            execution_options={"synchronize_session": False},
        )  # fmt: skip
    for id, area in found:
        work.record(f"{KIND}.hand_over", KIND, id, area=area, touches=touches)


async def owner_of(session: AsyncSession, id: str) -> str:
    """Whose request it is. Raises NotFound."""
    found = await session.get(CitizenRequest, id)
    if found is None:
        raise NotFound(subject=id)
    return found.reporter_id
