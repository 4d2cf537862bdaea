"""What identity knows of a citizen, for himself."""

from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.identity import accounts
from server.identity.family import queries as family
from server.identity.tables import Account, LoginSession
from server.kernel.actors import Actor
from server.platform.vault import Vault
from server.platform.work import Office


async def of_account(session: AsyncSession, office: Office, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """The account, the devices that were signed in, and the family ties that have not ended."""
    account = await session.get_one(Account, actor.id)
    sealed = account.phone_sealed
    phone = office.of(Vault).unseal(sealed, about=accounts.phone_of(account.id)) if sealed else ""
    logins = await session.exec(
        select(LoginSession).where(LoginSession.account_id == actor.id).order_by(col(LoginSession.created_at))
    )
    ties = (await session.exec(family.visible_to(actor))).all()
    return {
        "account": [{"phone": phone, "guest": account.guest, "since": account.created_at}],
        "devices": [
            {"device": one.device, "since": one.created_at, "ended": one.revoked_at} for one in logins
        ],
        "family": [{"helpsMe": tie.owner_id == actor.id, "since": tie.began_at} for tie in ties],
    }
