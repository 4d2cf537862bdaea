"""Runs what was prepared: by its plan where there is one, else by graphql-core. The answer is the same."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Any, TypeVar, cast

import graphql
from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.utils.await_maybe import await_maybe

from server.graph.documents import Prepared
from server.graph.errors import TooSlow

T = TypeVar("T")
MOST_WRONG = 50  # variables told of in one answer, as graphql-core does
Variables = dict[str, Any]
Begun = graphql.ExecutionResult | Awaitable[graphql.ExecutionResult]


async def answer(
    schema: GraphQLSchema, prepared: Prepared, variables: Variables, context: object, seconds: float
) -> ExecutionResult:
    """What a query or a mutation has to say, or TOO_SLOW after `seconds`. Raises no Exception."""
    try:
        begun = _begin(schema, prepared, variables, context)
        result = begun if isinstance(begun, graphql.ExecutionResult) else await _within(seconds, begun)
        return ExecutionResult(result.data, result.errors)
    except Exception as bug:
        return failed(bug)


async def answers(
    schema: GraphQLSchema, prepared: Prepared, variables: Variables, context: object, seconds: float
) -> AsyncGenerator[ExecutionResult, None]:
    """What a subscription has to say, event by event; it has `seconds` to begin. Raises no Exception."""
    try:
        beginning: Any = graphql.subscribe(
            schema, prepared.document, None, context, variables, prepared.name,
            executor_class=StrawberryGraphQLCoreExecutionContext, operation_extensions=None,
        )  # fmt: skip
        events = await _within(seconds, await_maybe(beginning))
        if isinstance(events, graphql.ExecutionResult):
            yield PreExecutionError(None, events.errors)
            return
        async with aclosing(events):
            async for event in events:
                yield ExecutionResult(event.data, event.errors)
    except Exception as bug:
        yield failed(bug)


def failed(bug: Exception) -> ExecutionResult:
    """The answer of an operation that broke as a whole."""
    error = bug if isinstance(bug, GraphQLError) else GraphQLError(str(bug), original_error=bug)
    return PreExecutionError(None, [error])


def _begin(schema: GraphQLSchema, prepared: Prepared, variables: Variables, context: object) -> Begun:
    if prepared.plans:
        definitions = prepared.operation.variable_definitions or ()
        values = get_variable_values(schema, definitions, variables, MOST_WRONG)
        if isinstance(values, list):
            return graphql.ExecutionResult(None, values)
        if plan := prepared.plans.pick(values.coerced):
            return plan.run(None, context, values)
    return graphql.execute(
        schema, prepared.document, None, context, variables, prepared.name,
        executor_class=StrawberryGraphQLCoreExecutionContext, is_awaitable=cast(Any, optimized_is_awaitable),
        operation_extensions=None,
    )  # fmt: skip


async def _within(seconds: float, awaitable: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await awaitable
    except TimeoutError:
        raise TooSlow(limitSeconds=seconds) from None
