"""Who am I, and the two nouns every room speaks of: areas and units."""

from datetime import date, timedelta
from typing import ClassVar, Protocol, cast

import strawberry

from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.graph.views import View, column
from server.identity import accounts, deputies, queries
from server.identity.service import Identity
from server.identity.tables import Account, PostHolding
from server.kernel.actors import CITIZEN, EVERYONE, LEADER, OFFICER, STAFF, Actor, Post, Role
from server.kernel.calendar import day_of
from server.kernel.errors import Unauthenticated
from server.kernel.ids import an_id
from server.kernel.masking import mask_phone
from server.platform.areas import AreaLevel, AreaTree
from server.platform.vault import Vault

ONLY_LEADERS: frozenset[Role] = frozenset({LEADER})


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
    deputy_of: str | None = strawberry.field(description="The leader one stands in for in it.")
    last_day: date | None = strawberry.field(description="Included; null for a post without an end.")


@strawberry.type
class FellowLeader:
    """Another leader, of the same area or a wider one."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    id: strawberry.ID
    name: str


@strawberry.type
class Deputy:
    """代理人: who stands in for a leader, both days included."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    name: str
    first_day: date
    last_day: date | None
    reason: str


@strawberry.input
class NameDeputy:
    """`id` is minted on the leader's phone; both days are included."""

    id: strawberry.ID
    deputy_id: strawberry.ID
    first_day: date
    last_day: date
    reason: str


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
        """The posts this person holds now, a deputy's last; /auth/…/switch goes on in another."""
        office, actor = info.context.office, self.actor
        held = await office.read.lines(queries.holdings_of(actor.id, office.clock()))
        leaders = {row.stands_for_id for row in held} - {""}
        names = await queries.names(office.read, leaders) if leaders else {}
        return [
            HeldPost(
                id=strawberry.ID(row.id), post=Post(row.post),
                area=Area.of(office.areas, row.area) if row.area else None,
                current=(row.post, row.area, row.unit_id, row.stands_for_id) == (
                    actor.post, actor.area, actor.unit_id, actor.deputy_of
                ),
                deputy_of=names[row.stands_for_id][0] if row.stands_for_id else None,
                last_day=_last_day(row),
            ) for row in held
        ]  # fmt: skip

    @field_for(LEADER, needs=())
    async def deputy(self, info: Info) -> Deputy | None:
        """Who stands in for me, now or from a day to come; null for nobody."""
        read, now = info.context.office.read, info.context.office.clock()
        row = await read.line(queries.standing_in(self.actor.id, now))
        if row is None:
            return None
        names = await queries.names(read, [row.account_id])
        return Deputy(name=names[row.account_id][0], first_day=day_of(row.starts_at), last_day=_last_day(row),
                      reason=row.reason)  # fmt: skip

    @field_for(LEADER, needs=())
    async def fellow_leaders(self, info: Info) -> list[FellowLeader]:
        """Who may stand in for me, by name; nobody for who is a deputy now."""
        office, actor = info.context.office, self.actor
        if actor.deputy_of:
            return []
        found = dict(await office.read.tuples(queries.leaders_over(actor.area, office.clock())))
        others = sorted((name, id) for id, name in found.items() if id != actor.id)
        return [FellowLeader(id=strawberry.ID(id), name=name) for name, id in others]

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
        return await _me(info)


@strawberry.type
class Mutation:
    """Identity's part of the root."""

    @mutation_for(LEADER)
    async def name_deputy(self, info: Info, input: NameDeputy) -> Me:
        """指定代理人. Whoever was named before is not any more."""
        id = an_id(input.id)
        first, last = input.first_day.isoformat(), input.last_day.isoformat()
        asked = {"deputy": input.deputy_id, "first": first, "last": last, "reason": input.reason}
        replaced: list[str] = []
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("name_deputy", id, asked):
                replaced = await deputies.name(
                    work, id=id, deputy_id=input.deputy_id, first=input.first_day, last=input.last_day,
                    reason=input.reason,
                )  # fmt: skip
        info.context.office.of(Identity).gate.forget(*replaced)
        return await _me(info)

    @mutation_for(LEADER)
    async def take_back_deputy(self, info: Info) -> Me:
        """收回代理: what the deputy has open in it is over at once."""
        async with info.context.office.work(info.context.actor) as work:
            ended = await deputies.take_back(work)
        info.context.office.of(Identity).gate.forget(*ended)
        return await _me(info)


async def _me(info: Info) -> Me:
    actor = info.context.actor
    row = await info.context.office.read.line(queries.account(actor.id), info.needs())
    if row is None:
        raise Unauthenticated
    return Me(row=row, actor=actor)


def _last_day(row: PostHolding) -> date | None:
    """The last one included; null for a post without an end."""
    return day_of(row.ends_at) - timedelta(days=1) if row.ends_at else None
