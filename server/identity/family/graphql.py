"""帮家人办 as a citizen's app sees it: whom one helps, who helps, and the code between them."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.identity import accounts
from server.identity.brakes import WRONG_FAMILY_CODE
from server.identity.family import errors, queries, service
from server.identity.service import Identity
from server.kernel.actors import CITIZEN, Role
from server.kernel.masking import mask_phone
from server.kernel.text import clean_line
from server.platform.vault import Vault

ONLY_CITIZENS: frozenset[Role] = frozenset({CITIZEN})
CODE_LIMIT = 12


@strawberry.type
class FamilyMember:
    """Somebody one helps, or who helps."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    id: strawberry.ID = strawberry.field(description="Of the tie, to end it.")
    person_id: strawberry.ID = strawberry.field(description="For whom something is filed.")
    helps_me: bool = strawberry.field(description="He files for me; otherwise I file for him.")
    mobile: str = strawberry.field(description="138****0001.")
    since: datetime


@strawberry.type
class FamilyCode:
    """Six digits to read to whoever is to help, once."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    code: str
    expires_at: datetime


@strawberry.type
class Query:
    """Family's part of the root."""

    @field_for(CITIZEN)
    async def family(self, info: Info) -> list[FamilyMember]:
        """Whom I help and who helps me, the oldest first."""
        return await _family(info)


@strawberry.type
class Mutation:
    """Family's part of the root."""

    @mutation_for(CITIZEN)
    async def show_family_code(self, info: Info) -> FamilyCode:
        """代办码: for ten minutes, and for one helper."""
        async with info.context.office.work(info.context.actor) as work:
            code, expires_at = await service.show_code(work)
        return FamilyCode(code=code, expires_at=expires_at)

    @mutation_for(CITIZEN)
    async def join_family(self, info: Info, code: str) -> list[FamilyMember]:
        """Help whoever shows this code."""
        actor, brakes = info.context.actor, info.context.office.of(Identity).brakes
        digits = clean_line(code, field="code", limit=CODE_LIMIT)
        await brakes.check(WRONG_FAMILY_CODE, actor.id)
        try:
            async with info.context.office.work(actor) as work:
                await service.join(work, digits)
            info.context.office.of(Identity).gate.forget(actor.id)
        except errors.FamilyCodeWrong:
            await brakes.spend(WRONG_FAMILY_CODE, actor.id)
            raise
        return await _family(info)

    @mutation_for(CITIZEN)
    async def end_family(self, info: Info, id: strawberry.ID) -> list[FamilyMember]:
        """Either of the two ends it."""
        async with info.context.office.work(info.context.actor) as work:
            tie = await service.end(work, id)
        info.context.office.of(Identity).gate.forget(tie.owner_id, tie.helper_id)
        return await _family(info)


async def _family(info: Info) -> list[FamilyMember]:
    me, vault = info.context.actor, info.context.office.of(Vault)
    async with info.context.office.reading() as session:
        rows = (await session.exec(queries.others(me))).all()
    return [
        FamilyMember(
            id=strawberry.ID(tie.id), person_id=strawberry.ID(other), helps_me=tie.owner_id == me.id,
            mobile=mask_phone(vault.unseal(sealed, about=accounts.phone_of(other))) if sealed else "",
            since=tie.began_at,
        )
        for tie, other, sealed in rows
    ]  # fmt: skip
