"""P4: what an operation costs when its rows are in memory: by plan, by graphql-core, by Strawberry."""

import gc
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple, cast

import orjson
import strawberry
from graphql import ExecutionResult, execute
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.config import StrawberryConfig

from server.graph import wire
from server.graph.audience import RoleSchema
from server.graph.context import Context, Info
from server.graph.scalars import SCALARS
from server.graph.views import View, column
from server.kernel.actors import EVERYONE, LEADER, SYSTEM, Role
from server.platform.work import Office
from tests.bench.bench import Bench
from tests.bench.report import Goal, Rounds, Row, at_least, at_most

ROWS = 50
BLOCK_SECONDS = 0.3
LIST = """query List($first: Int!) { orders(first: $first) { id no version state title danger likes reportedAt
  matter { code name } cell { code name } } }"""


class State(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    CLOSED = "closed"


class Code(NamedTuple):
    """A matter or a cell as stored."""

    code: str
    name: str


class Line(NamedTuple):
    """An order as stored."""

    id: str
    no: str
    version: int
    state: str
    title: str
    danger: bool
    likes: int
    reported_at: datetime
    matter: "Named"
    cell: "Named"


@strawberry.type
class Named(View[Code]):
    """A matter or a cell."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    code: str = column()
    name: str = column()


@strawberry.type
class Order(View[Line]):
    """Eight scalars and two objects, read from the row."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    id: strawberry.ID = column()
    no: str = column()
    version: int = column()
    state: State = column()
    title: str = column()
    danger: bool = column()
    likes: int = column()
    reported_at: datetime = column()
    matter: Named = column()
    cell: Named = column()


LINES = [
    Line(
        f"{n:032x}", f"LW20261123-{n:05}", n % 7, State.CLOSED if n % 2 else State.OPEN,
        f"Street lamp {n} is dark", n % 9 == 0, n % 4,
        datetime(2026, 11, 23, tzinfo=UTC) - timedelta(minutes=n),
        Named(row=Code(f"{n % 5:05}", f"Matter {n % 5}")),
        Named(row=Code(f"440103001101{n:03}", f"Cell {n}")),
    )
    for n in range(ROWS)
]  # fmt: skip


@strawberry.type
class Query:
    """The list."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE

    @strawberry.field
    def orders(self, first: int) -> list[Order]:
        return Order.of(LINES[:first])


async def alone(bench: Bench) -> list[Row]:
    """Microseconds per list; every way must give the same bytes."""
    ours = RoleSchema(LEADER, Query)
    stock = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS, info_class=Info))
    context = Context(cast(Office, None), SYSTEM)
    for _ in range(2):  # the second time it is planned
        prepared = ours.documents.prepare(LIST, None, {"first": ROWS})
    assert prepared.plans
    asked = get_variable_values(ours._schema, prepared.operation.variable_definitions or (), {"first": ROWS})
    assert isinstance(asked, VariableValues)
    plan = prepared.plans.pick(asked.coerced)
    assert plan

    def by_plan() -> ExecutionResult:
        return cast(ExecutionResult, plan.run(None, context, asked))

    def by_core() -> ExecutionResult:
        return cast(ExecutionResult, execute(
            ours._schema, prepared.document, None, context, {"first": ROWS}
        ))  # fmt: skip

    answer = by_plan().data
    ways: dict[str, Callable[[], object]] = {
        "plan": by_plan,
        "plan, bytes out": lambda: wire.encode({"data": by_plan().data}),
        "graphql-core execute": by_core,
        "orjson alone": lambda: orjson.dumps({"data": answer}),
    }
    whole: dict[str, Callable[[], Awaitable[object]]] = {
        "our whole operation": lambda: ours.execute(LIST, {"first": ROWS}, context),
        "Strawberry's whole operation": lambda: stock.execute(LIST, {"first": ROWS}, context_value=context),
    }
    told = {wire.encode({"data": data}) for data in (answer, by_core().data)}
    told |= {wire.encode({"data": cast(ExecutionResult, await way()).data}) for way in whole.values()}
    rounds = Rounds()
    for _ in range(bench.scale.rounds):
        for name, way in ways.items():
            rounds.add(name, _block(way))
        for name, later in whole.items():
            rounds.add(name, await _later_block(later))
    return [
        rounds.row(
            f"executor alone, list of {ROWS}, {len(next(iter(told)))} bytes", "plan", "µs", {},
            [
                at_least(rounds.ratio("graphql-core execute", "plan"), 60, "× graphql-core execute"),
                at_most(rounds.ratio("plan, bytes out", "orjson alone"), 4, "× orjson alone, bytes out"),
                Goal("byte-equal", f"{len(told)} different answer{'s' * (len(told) > 1)}", len(told) == 1),
            ],
        )
    ]  # fmt: skip


def _block(way: Callable[[], object]) -> float:
    """Microseconds of one call, over a block of them; the collector is left out, as `timeit` does."""
    gc.disable()
    try:
        calls, began = 0, time.perf_counter()
        while (now := time.perf_counter()) < began + BLOCK_SECONDS:
            way()
            calls += 1
        return (now - began) / calls * 1e6
    finally:
        gc.enable()


async def _later_block(way: Callable[[], Awaitable[object]]) -> float:
    gc.disable()
    try:
        calls, began = 0, time.perf_counter()
        while (now := time.perf_counter()) < began + BLOCK_SECONDS:
            await way()
            calls += 1
        return (now - began) / calls * 1e6
    finally:
        gc.enable()
