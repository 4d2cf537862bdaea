"""A town of its own for the GraphQL toolkit: a few lamps, three roles, and people with tokens."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from server.graph import wire
from server.graph.audience import RoleSchema, SchemaByRole, field_for, mutation_for, subscription_for
from server.graph.context import Context, Info
from server.graph.endpoint import Endpoint
from server.graph.limits import Limits
from server.graph.lines import Lines
from server.graph.paging import bounded
from server.graph.socket import MAX_FRAME_BYTES
from server.graph.trusted import NOBODYS, Trust
from server.kernel.actors import EVERYONE, LEADER, OFFICER, Actor, Post, Role
from server.kernel.errors import NotFound, Unauthenticated
from tests.servers import Running, running

ONE = strawberry.ID("1")
BULBS: list[list[str]] = []  # the batches the loader was asked for
OPEN_STREAMS: set[str] = set()  # actors a subscription is running for


async def bulbs(context: Context, keys: list[str]) -> list[str]:
    """The bulb of each lamp."""
    BULBS.append(list(keys))
    return [f"bulb of {key}" for key in keys]


@strawberry.type
class Lamp:
    """A street lamp."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID
    lit_at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    @field_for(LEADER, OFFICER)
    def cost_fen(self) -> int:
        """What a citizen need not know."""
        return 100

    @strawberry.field
    async def bulb(self, info: Info) -> str:
        """Loaded together with the siblings'."""
        return await info.context.loader(bulbs).load(self.id)

    @strawberry.field
    def near(self) -> list["Lamp"]:
        """A list of unknown length."""
        return [Lamp(id=strawberry.ID(f"{self.id}{n}")) for n in range(2)]

    @field_for(*Role, most=100)
    def row(self) -> list["Lamp"]:
        """A list that may be long."""
        return []

    @strawberry.field
    def next(self) -> "Lamp":
        """The next one."""
        return Lamp(id=strawberry.ID(f"{self.id}+"))


@strawberry.type
class LampPage:
    """Some lamps."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    items: list[Lamp]
    next: str | None = None


@strawberry.type
class Report:
    """Only leaders read it."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({LEADER})
    text: str


@strawberry.input
class LampInput:
    """Inputs are never cut."""

    id: strawberry.ID
    lit_at: datetime | None = None


@strawberry.type
class Query:
    """What may be asked."""

    @field_for(*Role)
    def lamp(self, id: strawberry.ID = ONE) -> Lamp:
        """One lamp; "0" is nobody's."""
        if id == "0":
            raise NotFound(subject=id, field="id")
        return Lamp(id=id)

    @field_for(*Role)
    def lamps(self, first: int = 20) -> LampPage:
        """A page of lamps."""
        return LampPage(items=[Lamp(id=strawberry.ID(str(n))) for n in range(bounded(first))])

    @field_for(LEADER)
    def report(self) -> Report:
        """For leaders."""
        return Report(text="ok")

    @field_for(*Role)
    def broken(self) -> str:
        """A bug."""
        raise RuntimeError("secret dsn")

    @field_for(*Role)
    def away(self) -> str:
        """A store that does not answer."""
        raise ConnectionRefusedError("dsn")

    @field_for(*Role)
    async def slow(self) -> str:
        """Never comes."""
        await asyncio.sleep(60)
        return ""


@strawberry.type
class Mutation:
    """What may be changed."""

    @mutation_for(OFFICER)
    def light(self, input: LampInput) -> Lamp:
        """Light a lamp."""
        return Lamp(id=input.id, lit_at=input.lit_at or datetime(2026, 1, 1, tzinfo=UTC))


@strawberry.type
class Subscription:
    """What may be followed."""

    @subscription_for(OFFICER, LEADER)
    async def ticks(self, info: Info, fail: bool = False) -> AsyncIterator[int]:
        """Counts for ever, or breaks after the first."""
        OPEN_STREAMS.add(info.context.actor.id)
        try:
            for n in range(1_000_000):
                yield n
                if fail:
                    raise RuntimeError("secret dsn")
                await asyncio.sleep(0.02)
        finally:
            OPEN_STREAMS.discard(info.context.actor.id)


def ann(role: Role = OFFICER) -> Context:
    """Ann's surroundings; this town needs no office."""
    return Context(cast(Any, None), Actor(id="ann", role=role, post=Post.SYSTEM))


async def told(schema: RoleSchema, query: str, **variables: Any) -> Any:
    """What Ann is answered, as JSON."""
    return wire.answer(await schema.execute(query, variables, ann(schema.role)))


def schemas(
    *, closed: bool = False, limits: Limits | None = None, trust: Trust = NOBODYS
) -> dict[Role, RoleSchema]:
    """One schema per role."""
    return {
        role: RoleSchema(
            role, Query, Mutation, Subscription, closed=closed, limits=limits or Limits(), trust=trust
        )
        for role in Role
    }


@dataclass
class People:
    """Knows who holds which token; the other side of the transports' port."""

    by_token: dict[str, Actor] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    away: bool = False

    def token(self, role: Role = OFFICER, *, name: str = "ann", seconds: float = 60.0) -> str:
        """A new token of `name`, good for `seconds`."""
        token = f"{name}-{len(self.by_token)}"
        self.by_token[token] = Actor(
            id=name, role=role, post=Post.SYSTEM, expires_at=time.time() + seconds, session_id=token
        )
        return token

    async def actor(self, token: str) -> Actor:
        """The holder. Raises Unauthenticated, or OSError while the people's register is away."""
        if self.away:
            raise ConnectionRefusedError
        holder = self.by_token.get(token)
        if holder is None or token in self.revoked or holder.expires_at < time.time():
            raise Unauthenticated
        return replace(holder)

    async def live(self, actor: Actor) -> bool:
        """False once revoked."""
        return actor.session_id not in self.revoked


@dataclass(frozen=True)
class Town:
    """A running town."""

    server: Running
    people: People
    endpoint: Endpoint


@asynccontextmanager
async def town(
    *, closed: bool = False, limits: Limits | None = None, origins: Iterable[str] = (),
    init_seconds: float = 10.0, recheck_seconds: float = 0.05,
    people: People | None = None, office: Any = None, ws: Any = Lines,
    trust: Trust = NOBODYS, body_seconds: float = 10.0,
) -> AsyncIterator[Town]:  # fmt: skip
    """The town behind uvicorn; its `office` only knows whether it is about to close."""
    people = people or People()
    office = office or SimpleNamespace(leaving=asyncio.Event())
    endpoint = Endpoint(
        SchemaByRole(schemas(closed=closed, limits=limits, trust=trust)), office, people,
        origins=tuple(origins), init_seconds=init_seconds, recheck_seconds=recheck_seconds,
        body_seconds=body_seconds,
    )  # fmt: skip
    app = Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)])
    async with running(app, ws=ws, ws_max_size=MAX_FRAME_BYTES) as server:
        yield Town(server, people, endpoint)
