"""Runs an operation both ways, as graphql-core does and as planned, and compares."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    execute,
    get_operation_ast,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.utils.await_maybe import await_maybe

from server.graph.plan.plan import Plan
from server.graph.plan.plans import Plans


@dataclass(frozen=True)
class Prepared:
    """An operation and its variables, ready to run either way."""

    schema: strawberry.Schema
    document: DocumentNode
    given: dict[str, Any]
    operation: OperationDefinitionNode
    variables: VariableValues
    plans: Plans

    @property
    def plan(self) -> Plan:
        """It must be compiled."""
        plan = self.plans.pick(self.variables.coerced)
        assert plan, f"left to graphql-core: {self.plans.reason}"
        return plan

    async def stock(self, context: Any, root: Any = None) -> ExecutionResult:
        """graphql-core's answer."""
        answer = execute(
            self.schema._schema, self.document, root, context, self.given,
            executor_class=StrawberryGraphQLCoreExecutionContext,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )  # fmt: skip
        return await await_maybe(answer)

    async def planned(self, context: Any, root: Any = None) -> ExecutionResult:
        """The plan's answer."""
        return await await_maybe(self.begun(context, root))

    def begun(self, context: Any, root: Any = None) -> ExecutionResult | Awaitable[ExecutionResult]:
        """The plan's answer, or what it is waiting for."""
        return self.plan.run(root, context, self.variables)


def prepare(schema: strawberry.Schema, text: str, given: dict[str, Any] | None = None) -> Prepared:
    """Raises GraphQLError, the first one, when the variables do not fit. Does not validate."""
    document, operation, plans = _compiled(schema, text)
    variables = get_variable_values(schema._schema, operation.variable_definitions or (), given or {})
    if isinstance(variables, list):
        raise variables[0]
    return Prepared(schema, document, given or {}, operation, variables, plans)


@lru_cache(maxsize=8)
def _compiled(schema: strawberry.Schema, text: str) -> tuple[DocumentNode, OperationDefinitionNode, Plans]:
    """Once for everybody who asks the same, as on the server."""
    document = parse(text)
    operation = get_operation_ast(document, None)
    assert operation
    return document, operation, Plans(schema, document, operation)


def data(result: ExecutionResult) -> bytes:
    """The data as a client gets it, the order of its keys included."""
    return orjson.dumps(result.data)


def told(error: GraphQLError) -> tuple[bytes, type]:
    """The error as a client gets it, and the class of what caused it."""
    return orjson.dumps(error.formatted, default=repr), type(error.original_error)


def errors(result: ExecutionResult) -> list[tuple[bytes, type]]:
    """All of them, in order."""
    return [told(error) for error in result.errors or ()]


def assert_same(planned: ExecutionResult, stock: ExecutionResult, *, late: bool = False) -> None:
    """Same data, same errors in the same order.

    With `late` values the order is a race, in graphql-core too, and so is which errors are heard of a place
    that became null because of one below it. Then the places must be the same, and all other errors.
    """
    assert data(planned) == data(stock)
    if late:
        assert _placed(planned) == _placed(stock)
    else:
        assert errors(planned) == errors(stock)


def _placed(result: ExecutionResult) -> set[tuple[str, tuple[bytes, type] | None]]:
    """Each error with its place; where a null travelled upward, the place it came to and no error."""
    placed = set()
    for error in result.errors or ():
        path, place = error.path or [], _place(result.data, error.path or [])
        placed.add((repr(path[:place]), told(error) if place == len(path) else None))
    return placed


def _place(value: Any, path: Sequence[str | int]) -> int:
    """How many steps of `path` the data still has."""
    for step, key in enumerate(path):
        if value is None:
            return step
        value = value[key]
    return len(path)
