"""What random operations do not reach: the way in through Strawberry, order, waiting, leftovers."""

import asyncio
import gc
from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionResult

from server.graph.context import Info
from server.graph.plan.plans import Plans, fallbacks
from server.graph.plan.shape import Reason
from tests.graph.plan.both import assert_same, data, prepare
from tests.graph.plan.executor import REMEMBERED, PlannedExecutor
from tests.graph.plan.rows import Level, Row
from tests.graph.plan.test_hostile import a_row
from tests.graph.plan.world import CONFIG, SCHEMA, Mutation, Query, Subscription, Surroundings

STOCK = strawberry.Schema(Query, Mutation, Subscription, config=CONFIG)
REALISTIC = """{
    orders(first: 2) { id title state unit { name head { nick } } label(prefix: "p") guarded loud }
    search { __typename ... on Named { name } ... on Note { text } }
}"""


def several(count: int = 3, **changes: Any) -> list[Row]:
    """Ordinary rows, all changed alike."""
    rows = [a_row() for _ in range(count)]
    for n, row in enumerate(rows):
        row.id = str(n)
        vars(row).update(changes)
    return rows


# ── the way in through Strawberry ──


async def test_strawberry_runs_the_plan():
    planned = await SCHEMA.execute(REALISTIC, context_value=Surroundings(several()))
    stock = await STOCK.execute(REALISTIC, context_value=Surroundings(several()))
    assert planned.errors is stock.errors is None
    assert planned.data == stock.data
    assert [*planned.data] == [*stock.data]  # type: ignore[misc]
    known = SCHEMA._schema.extensions["plans"]
    assert isinstance(known[next(reversed(known))], Plans)


async def test_the_executor_remembers_only_so_many():
    for n in range(REMEMBERED + 20):
        await SCHEMA.execute(f"{{ a{n}: version }}", context_value=None)
    assert len(SCHEMA._schema.extensions["plans"]) == REMEMBERED


@pytest.mark.parametrize(
    "selection", ["feed { id title actions }", "feed { strictUnit { note } }", "targets { __typename }"]
)
async def test_each_event_of_a_subscription_is_planned(selection):
    async def followed(schema):
        results = await schema.subscribe(
            f"subscription {{ {selection} }}", context_value=Surroundings(several())
        )
        return [result async for result in results]

    planned, stock = await followed(SCHEMA), await followed(STOCK)
    assert len(planned) == 3
    assert [result.data for result in planned] == [result.data for result in stock]
    assert all(isinstance(result, ExecutionResult) and not result.errors for result in planned)


async def test_an_extension_that_sees_every_field_is_not_passed_by():
    seen: list[str] = []

    class Watch(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    watched = strawberry.Schema(
        Query, extensions=[Watch], config=CONFIG, execution_context_class=PlannedExecutor
    )
    result = await watched.execute("{ version orders { id } }", context_value=Surroundings(several(1)))
    assert result.data == {"version": "1", "orders": [{"id": "0"}]}
    assert seen == ["version", "orders", "id"]


@pytest.mark.parametrize(("text", "given", "reason"), [
    ("{ __schema { queryType { name } } }", {}, Reason.INTROSPECTION),
    ("{ ...F } fragment F on Query { __type(name: \"Order\") { name } }", {}, Reason.INTROSPECTION),
    ("query @unknown { version }", {}, Reason.DIRECTIVE),
    ("{ version @unknown }", {}, Reason.DIRECTIVE),
    ("query ($f: Boolean = true) { version @skip(if: $f) }", {"f": None}, Reason.NULL_FLAG),
])  # fmt: skip
def test_what_cannot_be_compiled_is_counted_with_its_reason(text, given, reason):
    prepared, before = prepare(SCHEMA, text, given), fallbacks[reason]
    assert prepared.plans.pick(prepared.variables.coerced) is None
    assert fallbacks[reason] == before + 1
    assert prepared.plans.reason is (None if reason is Reason.NULL_FLAG else reason)


async def test_what_falls_back_is_answered_all_the_same():
    text = '{ __type(name: "Unit") { name } }'
    assert (await SCHEMA.execute(text)).data == {"__type": {"name": "Unit"}}


# ── order ──


async def test_the_fields_of_a_mutation_run_one_after_the_other():
    text = "mutation { a: bump b: maybeBump(by: -5) c: bump(by: 10) report(box: {west: 1}) { age } }"
    prepared = prepare(SCHEMA, text)
    planned = await prepared.planned(Surroundings(several()))
    assert planned.data == {"a": 1, "b": None, "c": 6, "report": {"age": 2 + 6}}
    assert_same(planned, await prepared.stock(Surroundings(several())))


async def test_a_mutation_ends_at_a_null_above():
    prepared, around = (
        prepare(SCHEMA, "mutation { a: bump b: bump(by: -1) c: bump }"),
        Surroundings(several()),
    )
    planned = await prepared.planned(around)
    assert planned.data is None
    assert around.bias == 0  # a and b were tried, c was not
    assert_same(planned, await prepared.stock(Surroundings(several())))


async def test_rows_wait_together_so_a_loader_batches():
    asked: list[list[int]] = []

    class Counting(Surroundings):
        pass

    around = Counting(several(20, unit_id=1))
    load = around.units.load_fn

    async def noted(keys: list[int]) -> Any:
        asked.append(keys)
        return await load(keys)

    around.units.load_fn = noted
    result = await prepare(SCHEMA, "{ orders { unit { note } strictUnit { note } } }").planned(around)
    assert result.errors is None
    assert [len(keys) for keys in asked] == [40]


# ── what is left over ──


@pytest.mark.filterwarnings("error")
async def test_a_value_nobody_waits_for_any_more_is_not_missed():
    """Unit 2 breaks and title may not be null: futures and coroutines are given up silently."""
    missed: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, what: missed.append(what))
    try:
        for text in (
            "{ orders { unit { note } title } }",
            "{ orders { laterTags title } }",
            '{ order(id: "0") { strictUnit { note } unit { note } } orders { strictUnit { note } } }',
            "mutation { report(box: {west: 1}) { unit { note } title } }",
        ):
            result = await prepare(SCHEMA, text).planned(Surroundings(several(title=None, unit_id=2)))
            assert result.errors
            await asyncio.sleep(0)
            gc.collect()
    finally:
        loop.set_exception_handler(None)
    assert missed == []


async def test_an_operation_may_be_cancelled_while_it_waits():
    started = asyncio.Event()

    async def never(keys: list[int]) -> Any:
        started.set()
        await asyncio.sleep(60)

    around = Surroundings(several())
    around.units.load_fn = never
    task = asyncio.ensure_future(
        prepare(SCHEMA, "{ orders { unit { note } strictUnit { note } } }").planned(around)
    )
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# ── what stands between a field and its function ──


class Broken(Exception):
    """Handled below."""


@strawberry.type
class Oops:
    """What a handler makes of it."""

    why: str


@strawberry.input
class Pair:
    """Builds itself."""

    a: int
    b: int


@strawberry.type
class Handled:
    """A root with a field that a handler may answer."""

    plain: str = "p"

    @strawberry.field
    def risky(self, info: Info, fail: bool) -> Oops | Query:
        if fail:
            raise Broken(info.field_name)
        return Query()

    @strawberry.field
    async def later(self, fail: bool) -> Oops | Query:
        if fail:
            raise Broken("later")
        return Query()

    @strawberry.field
    def total(self, pair: Pair) -> int:
        return pair.a + pair.b


class Handler(strawberry.ExceptionHandler[Broken, Oops]):
    """Turns an exception into a type of the schema."""

    def handle(self, exception: Broken, *, field: Any, info: Any) -> Oops:
        return Oops(why=f"{field.python_name}: {exception}")


async def test_handlers_and_inputs_that_build_themselves_act_as_ever():
    schema = strawberry.Schema(Handled, config=CONFIG, exception_handlers=[Handler()])
    text = """query ($fail: Boolean!) {
        plain total(pair: {a: 1, b: 2})
        risky(fail: $fail) { __typename ... on Oops { why } ... on Query { version } }
        later(fail: $fail) { __typename ... on Oops { why } ... on Query { version } }
    }"""
    for fail in (True, False):
        prepared = prepare(schema, text, {"fail": fail})
        planned = await prepared.planned(None, Handled())
        assert_same(planned, await prepared.stock(None, Handled()))
        assert planned.errors is None
        assert (b"Oops" in data(planned)) is fail


async def test_an_input_that_builds_itself_is_told_where_it_stands():
    definition = Pair.__strawberry_definition__  # type: ignore[attr-defined]
    schema = strawberry.Schema(Handled, config=CONFIG)
    told: list[Any] = []

    def build(kind: type[Pair], value: Any, around: Any) -> Pair:
        told.append((around.info.field_name, around.path))
        return kind(a=value["a"] * 10, b=0)

    definition.from_input = build
    try:
        result = await prepare(schema, "{ total(pair: {a: 1, b: 2}) }").planned(None, Handled())
    finally:
        definition.from_input = None
    assert result.data == {"total": 10}
    assert told == [("total", ("pair",))]


@strawberry.type
class Nosy:
    """A root that asks its Info everything."""

    level: Level = Level.LOW

    @strawberry.field
    def told(self, info: Info, some: list[int]) -> list[str]:
        return [
            info.field_name, info.python_name, str(info.path.as_list()), str(info.variable_values),
            info.schema.__class__.__name__, info.operation.operation.value, str(info.query),
            str(info.selected_fields), str(info.root_value is self),
            str(info.context), str(info.return_type), str(info.get_argument_definition("some") is not None),
            str(info.input_extensions),
        ]  # fmt: skip


async def test_info_tells_the_same():
    schema = strawberry.Schema(Nosy, config=CONFIG)
    prepared = prepare(schema, "query ($n: Int = 2) { x: told(some: [1, $n]) told(some: 3) level }")
    planned = await prepared.planned("around", Nosy())
    assert planned.errors is None
    assert_same(planned, await prepared.stock("around", Nosy()))
