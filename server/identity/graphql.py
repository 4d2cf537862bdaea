"""Who am I, and the two nouns every room speaks of: areas and units."""

from typing import ClassVar, Self

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.identity import accounts, queries
from server.identity.tables import Account
from server.kernel.actors import CITIZEN, EVERYONE, LEADER, OFFICER, Actor, Post, Role
from server.kernel.masking import mask_phone
from server.platform.areas import AreaLevel, AreaTree
from server.platform.vault import Vault


@strawberry.type
class Area:
    """A district, street, community or grid cell."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    name: str
    level: AreaLevel

    @classmethod
    def of(cls, areas: AreaTree, code: str) -> Self:
        """The area with this code. Raises NotFound."""
        area = areas.by_code(code)
        return cls(code=area.code, name=area.name, level=area.level)


@strawberry.type
class Unit:
    """A department."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: queries.UnitRow) -> Self:
        """As others see it."""
        return cls(id=strawberry.ID(row.id), name=row.name)


@strawberry.type
class Me:
    """The person who asks, in the post of this session."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    actor: strawberry.Private[Actor]
    row: strawberry.Private[Account]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.actor.id)

    @strawberry.field
    def name(self) -> str:
        """Empty for citizens who never gave one."""
        return self.row.name

    @strawberry.field
    def role(self) -> Role:
        return self.actor.role

    @strawberry.field
    def post(self) -> Post:
        return self.actor.post

    @strawberry.field
    def staff_no(self) -> str | None:
        """Null for citizens."""
        return self.row.staff_no

    @strawberry.field
    async def unit(self, info: Info) -> Unit | None:
        """Null for posts outside the departments."""
        async with info.context.office.reading() as session:
            row = (await queries.units(session, [self.actor.unit_id])).get(self.actor.unit_id)
        return Unit.of(row) if row else None

    @strawberry.field
    def area(self, info: Info) -> Area | None:
        """What the post is responsible for; null for citizens."""
        return Area.of(info.context.office.areas, self.actor.area) if self.actor.area else None

    @strawberry.field
    def cells(self, info: Info) -> list[Area]:
        """The grid cells on the roster, by code."""
        return [Area.of(info.context.office.areas, code) for code in sorted(self.actor.cells)]

    @strawberry.field
    def guest(self) -> bool:
        """True for a citizen known only by the device."""
        return self.actor.guest

    @strawberry.field
    def phone(self, info: Info) -> str | None:
        """138****0001; null when none was given."""
        if self.row.phone_sealed is None:
            return None
        vault = info.context.office.of(Vault)
        return mask_phone(vault.unseal(self.row.phone_sealed, about=accounts.phone_of(self.row.id)))


@strawberry.type
class Query:
    """Identity's part of the root."""

    @field_for(LEADER, OFFICER, CITIZEN)
    async def me(self, info: Info) -> Me:
        """Who asks, and in which post."""
        actor = info.context.actor
        async with info.context.office.reading() as session:
            return Me(actor=actor, row=await queries.account(session, actor.id))
