"""A small world with everything a schema can hold."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NewType, TypeVar, cast

import strawberry
from graphql import GraphQLError, Undefined
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from tests.graph.plan.executor import PlannedExecutor
from tests.graph.plan.rows import Level, Refused, Row, State

T = TypeVar("T")


Fen = NewType("Fen", int)


def written(fen: Any) -> str | None:
    """Refuses a debt; forgets thirteen."""
    if fen is None or fen < 0:
        raise ValueError(f"bad fen {fen}")
    return None if fen == 13 else str(fen)


@dataclass
class Surroundings:
    """The context of one run."""

    rows: list[Row]
    bias: int = 0
    units: DataLoader[int, Any] = field(default_factory=lambda: DataLoader(load_units, cache=False))
    people: DataLoader[int, Any] = field(default_factory=lambda: DataLoader(load_people, cache=False))

    def bumped(self, by: int) -> int:
        """The new bias. Raises Refused for less than none."""
        self.bias += by
        if by < 0:
            raise Refused("NEGATIVE")
        return self.bias


def around(info: Info) -> Surroundings:
    """What this world has for a context."""
    return cast(Surroundings, info.context)


class Deny(BasePermission):
    """Looks at the row."""

    message = "no"
    error_extensions = {"code": "NOT_ALLOWED"}  # noqa: RUF012

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        return "guarded" not in source.row.broken


class Loud(FieldExtension):
    """Changes what the resolver said."""

    def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


@strawberry.interface
class Named:
    """Units and people."""

    no: int

    @strawberry.field
    def name(self) -> str:
        return f"N{self.no}"


@strawberry.type
class Unit(Named):
    """A type with an interface."""

    note: str | None = None

    @strawberry.field
    async def head(self, info: Info) -> "Person | None":
        person: Person | None = await around(info).people.load(self.no)
        return person

    @strawberry.field
    def strict_head(self, info: Info) -> "Person":
        return cast(Person, around(info).people.load(self.no))


@strawberry.type
class Person(Named):
    """Another one, which may lead back to the first."""

    nick: str | None = None

    @strawberry.field
    def boss(self) -> Named | None:
        return (None, Unit(no=self.no + 1), Person(no=self.no + 1))[self.no % 3]


@strawberry.type
class Note:
    """Nothing but attributes, so it is written in place."""

    text: str
    level: Level | None = None
    below: "list[Note] | None" = None


Target = Annotated[Unit | Person | Note, strawberry.union("Target")]


@strawberry.input
class Box:
    """Holds itself."""

    west: float
    east: float = 1.5
    states: list[State] | None = None
    inner: "Box | None" = None


@strawberry.type
class Order(View[Row]):
    """A column of every kind, required and not, and a resolver of every kind."""

    id: strawberry.ID = column()
    title: str = column()
    maybe_title: str | None = column(of="title")
    state: State = column()
    maybe_state: State | None = column(of="state")
    level: Level | None = column()
    priority: int = column()
    maybe_priority: int | None = column(of="priority")
    lat: float | None = column()
    urgent: bool | None = column()
    created_at: datetime | None = column()
    fee: Fen | None = column()
    strict_fee: Fen = column(of="fee")
    tags: list[str] | None = column()
    loose_tags: list[str | None] = column(of="tags")
    matrix: list[list[int] | None] | None = column()

    @strawberry.field
    def label(self, prefix: str = "x", times: int = 1) -> str:
        self.row.check("label")
        return prefix * times + str(self.row.id)

    @strawberry.field
    def age(self, info: Info, box: Box | None = None) -> int | None:
        self.row.check("age", Refused("AGE"))
        return len(info.path.as_list()) + (len(box.states or ()) if box else 0) + around(info).bias

    @strawberry.field
    def actions(self) -> list[State]:
        self.row.check("actions", GraphQLError("told", extensions={"code": "TOLD"}))
        return [State.FILED, State(self.row.state)]

    @strawberry.field
    def counted(self) -> list[int]:
        return cast(list[int], (n // self.row.unit_id for n in (0, 1)))  # breaks on the way for unit 0

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        self.row.check("unit")
        return cast(Unit, around(info).units.load(self.row.unit_id))  # a future: no task for each row

    @field_for(needs={"unit_id"}, reference=True)
    def home(self, floor: int = 0) -> Unit | None:
        if self.row.unit_id == 2:
            raise Refused("NO_HOME")
        return None if self.row.unit_id == 3 else Unit(no=self.row.unit_id + floor)

    @field_for(needs={"unit_id"}, reference=True)
    def soon_home(self, info: Info) -> Unit:
        return cast(Unit, around(info).units.load(self.row.unit_id))

    @strawberry.field
    async def strict_unit(self, info: Info) -> Unit:
        self.row.check("strict_unit")
        unit: Unit = await around(info).units.load(self.row.unit_id)
        return unit

    @strawberry.field
    async def later_tags(self) -> list[str | None]:
        self.row.check("later_tags")
        tags: list[str | None] = self.row.tags
        return tags

    @strawberry.field
    def target(self) -> Target | None:
        self.row.check("target")
        return _one_of(self.row, Unit(no=1), note(2), None, "bad", ValueError("returned"), Person(no=2))

    @strawberry.field
    def named(self) -> Named:
        self.row.check("named")
        return _one_of(self.row, Unit(no=4), Person(no=5), None, note(0), Undefined)

    @strawberry.field
    def nameds(self) -> list[Named | None] | None:
        some: list[Named | None] = [Unit(no=1), None, Person(no=2)]
        return _one_of(self.row, some, [ValueError("inside"), note(1)], None)

    @strawberry.field
    def peers(self) -> "list[Order] | None":
        self.row.check("peers")
        peer = Order(row=self.row)
        return _one_of(self.row, [peer], (peer, peer), None, [None], ["bad"], [ValueError("inside")])

    @strawberry.field
    def notes(self) -> list[Note | None]:
        return _one_of(self.row, [note(2), None], [note(1), "bad"], [ValueError("inside")], 7, Undefined)

    @field_for(permission_classes=[Deny])
    def guarded(self) -> str | None:
        return "in"

    @field_for(extensions=[Loud()])
    def loud(self, word: str = "w") -> str:
        return word + str(self.row.id)

    @strawberry.field
    def of_parent(self, parent: strawberry.Parent[Any]) -> bool:
        return parent is self


@strawberry.type
class Query:
    """Where reading starts."""

    @strawberry.field
    def version(self) -> str:
        return "1"

    @strawberry.field
    def orders(self, info: Info, first: int = 50) -> list[Order]:
        return Order.of(around(info).rows[:first])

    @strawberry.field
    async def later_orders(self, info: Info, states: list[State] | None = None) -> list[Order | None] | None:
        rows = around(info).rows
        return [Order(row=row) if not states or row.state in states else None for row in rows]

    @strawberry.field
    def order(self, info: Info, id: strawberry.ID) -> Order | None:
        rows = around(info).rows
        return next((Order(row=row) for row in rows if str(row.id) == id), None)

    @strawberry.field
    async def strict_order(self, info: Info, index: int) -> Order:
        return Order(row=around(info).rows[index])

    @strawberry.field
    def near(self, info: Info, box: Box, limit: int = 2) -> list[Order]:
        rows = around(info).rows
        return Order.of(row for row in rows if type(row.lat) is float and row.lat > box.west)[:limit]

    @strawberry.field
    def search(self) -> list[Target]:
        return [Unit(no=1), Person(no=2), note(2)]


@strawberry.type
class Mutation:
    """Where changing starts. Each step sees what the one before did."""

    @strawberry.mutation
    async def bump(self, info: Info, by: int = 1) -> int:
        return around(info).bumped(by)

    @strawberry.mutation
    def maybe_bump(self, info: Info, by: int = 1) -> int | None:
        return around(info).bumped(by)

    @strawberry.mutation
    async def report(self, info: Info, box: Box) -> Order:
        rows = around(info).rows
        return Order(row=rows[len(box.states or ()) % len(rows)])


@strawberry.type
class Subscription:
    """Where following starts."""

    @strawberry.subscription
    async def feed(self, info: Info, count: int = 3) -> AsyncIterator[Order]:
        for row in around(info).rows[:count]:
            yield Order(row=row)

    @strawberry.subscription
    async def targets(self) -> AsyncIterator[Target | None]:
        for target in (Unit(no=1), None, note(0)):
            yield target


def note(depth: int) -> Note:
    """One with as many levels of notes below."""
    return Note(text=f"T{depth}", level=Level.LOW, below=[note(depth - 1)] * 2 if depth else None)


async def load_units(keys: list[int]) -> list[Any]:
    """Unit 3 is not there, unit 2 breaks."""
    return [None if key == 3 else ValueError("unit 2") if key == 2 else Unit(no=key) for key in keys]


async def load_people(keys: list[int]) -> list[Any]:
    """Nobody heads unit 1."""
    return [None if key == 1 else Person(no=key, nick="n") for key in keys]


def _one_of(row: Row, usual: T, *others: Any) -> T:
    values: list[Any] = [usual, *others]
    return cast(T, values[row.priority % len(values) if type(row.priority) is int else 0])


FEN = strawberry.scalar(name="Fen", serialize=written, parse_value=lambda fen: Fen(int(fen)))
CONFIG = StrawberryConfig(info_class=Info, scalar_map={Fen: FEN})
SCHEMA = strawberry.Schema(
    Query, Mutation, Subscription, config=CONFIG, execution_context_class=PlannedExecutor
)  # fmt: skip
