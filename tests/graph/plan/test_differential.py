"""The plan's answer is graphql-core's: random operations over rows in which anything may stand."""

from inspect import isawaitable
from random import Random

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.utils.await_maybe import await_maybe

from tests.graph.plan.both import assert_same, prepare
from tests.graph.plan.operations import Operation
from tests.graph.plan.rows import Row, rows
from tests.graph.plan.world import SCHEMA, Surroundings

GRAPHQL = SCHEMA._schema
ROOTS = {"query": GRAPHQL.query_type, "mutation": GRAPHQL.mutation_type}
many = settings(
    max_examples=1000, deadline=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
# the reference drops what it need not wait for any more; ours has no class of these names
core_drops_coroutines = pytest.mark.filterwarnings(
    r"ignore:coroutine '(GraphQLCoreConverter\.from_resolver|Executor\.):RuntimeWarning",
)


def case(random: Random, kind: str) -> tuple[Operation, list[Row]]:
    """An operation, and the rows it meets."""
    root = ROOTS[kind]
    assert root
    return Operation(GRAPHQL, random).write(kind, root), rows(random, 3, random.choice((0, 20, 50)))


async def compare(operation: Operation, met: list[Row]) -> None:
    prepared = prepare(SCHEMA, operation.text, operation.variables)
    if prepared.plans.pick(prepared.variables.coerced) is None:
        assert None in operation.variables.values()  # for @skip or @include; graphql-core words the error
        assert prepared.plans.reason is None
        return
    stock = await prepared.stock(Surroundings(met))
    begun = prepared.begun(Surroundings(met))
    assert_same(await await_maybe(begun), stock, late=isawaitable(begun))


@core_drops_coroutines
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["query", "mutation"])
@many
@given(random=st.randoms(use_true_random=False))
async def test_any_operation_is_answered_the_same(kind, random):
    await compare(*case(random, kind))


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_the_generator_writes_what_the_schema_accepts(kind):
    for seed in range(50):
        operation, _ = case(Random(seed), kind)
        assert validate(GRAPHQL, parse(operation.text)) == []
