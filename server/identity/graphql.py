"""Who am I, and the two nouns every room speaks of: areas and units."""

from typing import ClassVar, Protocol, cast

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.identity import accounts, queries
from server.identity.tables import Account
from server.kernel.actors import CITIZEN, EVERYONE, LEADER, OFFICER, STAFF, Actor, Post, Role
from server.kernel.errors import Unauthenticated
from server.kernel.masking import mask_phone
from server.platform.areas import AreaLevel, AreaTree
from server.platform.vault import Vault


class Named(Protocol):
    """Whatever has an id and a name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


@strawberry.type
class Area:
    """A district, street, community or grid cell."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str
    name: str
    level: AreaLevel

    @classmethod
    def of(cls, areas: AreaTree, code: str) -> "Area":
        """The area with this code: the tree's own, which has these very attributes. Raises NotFound."""
        return cast(Area, areas.by_code(code))


@strawberry.type
class Unit:
    """A department."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: Named) -> "Unit":
        """As others see it: whoever keeps units knows these very attributes of one."""
        return cast(Unit, row)


@strawberry.type
class HeldPost:
    """A post somebody holds, somewhere."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID
    post: Post
    area: Area | None
    current: bool = strawberry.field(description="This session works in it.")


@strawberry.type
class Me(View[Account]):
    """The person who asks, in the post of this session."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    actor: strawberry.Private[Actor]
    name: str = column()  # empty for citizens who never gave one
    staff_no: str | None = column()  # null for citizens

    @field_for(needs=())
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.actor.id)

    @field_for(needs=())
    def role(self) -> Role:
        return self.actor.role

    @field_for(needs=())
    def post(self) -> Post:
        return self.actor.post

    @field_for(needs=())
    async def unit(self, info: Info) -> Unit | None:
        """Null for posts outside the departments."""
        row = await info.context.office.read.line(queries.unit(self.actor.unit_id), ("id", "name"))
        return Unit.of(row) if row else None

    @field_for(needs=())
    def area(self, info: Info) -> Area | None:
        """What the post is responsible for; null for citizens."""
        return Area.of(info.context.office.areas, self.actor.area) if self.actor.area else None

    @field_for(needs=())
    def cells(self, info: Info) -> list[Area]:
        """The grid cells on the roster, by code."""
        return [Area.of(info.context.office.areas, code) for code in sorted(self.actor.cells)]

    @field_for(LEADER, OFFICER, needs=())
    async def posts(self, info: Info) -> list["HeldPost"]:
        """The posts this person holds now, the oldest first; /auth/officer/switch goes on in another."""
        office = info.context.office
        held = await office.read.lines(queries.holdings_of(self.actor.id, office.clock()))
        return [
            HeldPost(
                id=strawberry.ID(row.id), post=Post(row.post),
                area=Area.of(office.areas, row.area) if row.area else None,
                current=(row.post, row.area, row.unit_id) == (
                    self.actor.post, self.actor.area, self.actor.unit_id
                ),
            ) for row in held
        ]  # fmt: skip

    @field_for(needs=())
    def guest(self) -> bool:
        """True for a citizen known only by the device."""
        return self.actor.guest

    @field_for(needs={"id", "phone_sealed"})
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
        row = await info.context.office.read.line(queries.account(actor.id), info.needs())
        if row is None:
            raise Unauthenticated
        return Me(row=row, actor=actor)
