"""A live operation as somebody asked for it: prepared and planned once, executed for every event."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import graphql
import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from server.graph import operations, wire
from server.graph.context import Context
from server.graph.documents import Prepared
from server.graph.errors import TooSlow, settle
from server.graph.live import LIVE, Feed, Picture
from server.graph.operations import Variables
from server.graph.plan.plans import Plans
from server.platform.watch import watch

if TYPE_CHECKING:
    from server.graph.audience import RoleSchema

SINCE = "since"  # the argument that says from where one resumes: no part of what is asked


class LiveDocument:
    """A live operation of one schema; the same object for everybody who sends the same text."""

    def __init__(
        self, schema: "RoleSchema", prepared: Prepared, field: FieldNode, live: Feed | Picture
    ) -> None:
        self.schema, self.prepared, self.live = schema, prepared, live
        self.plans = prepared.plans or Plans(schema, prepared.document, prepared.operation)
        definitions = (
            prepared.operation.variable_definitions or ()
        )  # but for the cursor's, they tell two apart
        self.asked_by = {node.variable.name.value for node in definitions}  # all but the cursor
        self.asked_by.discard(_variable_of(prepared.document, field, SINCE))
        self._field = field

    def since(self, values: VariableValues) -> str | None:
        """The cursor to resume from."""
        root = self.schema._schema.subscription_type
        assert root
        definition = root.fields[self._field.name.value]
        since: str | None = get_argument_values(definition, self._field, values).get(SINCE)
        return since


@dataclass(frozen=True)
class Asked:
    """A live operation with its variables."""

    document: LiveDocument
    variables: Variables
    values: VariableValues

    @cached_property
    def alike(self) -> tuple[LiveDocument, bytes]:
        """Equal for all who ask the same, wherever they resume."""
        mine = {name: value for name, value in self.variables.items() if name in self.document.asked_by}
        return self.document, orjson.dumps(mine, option=orjson.OPT_SORT_KEYS)

    @property
    def since(self) -> str | None:
        """The cursor to resume from."""
        return self.document.since(self.values)

    @property
    def personal(self) -> bool:
        """Whether the answer depends on who asks. What cannot be planned might."""
        plan = self.document.plans.pick(self.values.coerced)
        return plan is None or plan.personal

    async def answer(self, event: object, context: Context) -> str:
        """What is told of `event`, as JSON. A failure is in the answer, never raised."""
        schema, prepared = self.document.schema, self.document.prepared
        seconds = schema.documents.limits.seconds
        with watch.operation(prepared.name or "", schema.role, prepared.kind.value) as watched:
            try:
                async with asyncio.timeout(seconds):
                    begun = self._begin(event, context)
                    result = await begun if isawaitable(begun) else begun
            except TimeoutError:
                result = operations.failed(TooSlow(limitSeconds=seconds))
            except Exception as bug:
                result = operations.failed(bug)
            text = self._text(result)
            if result.errors:
                watched.code = (result.errors[0].extensions or {})["code"]
        return text

    def failure(self, error: Exception) -> str:
        """An answer that holds nothing but what went wrong."""
        return self._text(operations.failed(error))

    def _begin(self, event: object, context: Context) -> Any:
        if plan := self.document.plans.pick(self.values.coerced):
            return plan.run(event, context, self.values)
        prepared = self.document.prepared
        return graphql.execute(
            self.document.schema._schema, prepared.document, event, context, self.variables, prepared.name,
            executor_class=StrawberryGraphQLCoreExecutionContext, operation_extensions=None,
        )  # fmt: skip

    def _text(self, result: ExecutionResult | graphql.ExecutionResult) -> str:
        for error in result.errors or ():
            settle(error, suggest=not self.document.schema.closed)
        return wire.encode(wire.answer(ExecutionResult(result.data, result.errors))).decode()


_documents: WeakKeyDictionary[Prepared, LiveDocument | None] = WeakKeyDictionary()


def asked(schema: "RoleSchema", prepared: Prepared, variables: Variables) -> Asked | None:
    """The live operation; None for every other one, and for variables that fit no type."""
    if prepared.kind is not OperationType.SUBSCRIPTION:
        return None
    if prepared not in _documents:
        _documents[prepared] = _live(schema, prepared)
    document = _documents[prepared]
    definitions = prepared.operation.variable_definitions or ()
    values = get_variable_values(schema._schema, definitions, variables)
    return Asked(document, variables, values) if document and isinstance(values, VariableValues) else None


def _live(schema: "RoleSchema", prepared: Prepared) -> LiveDocument | None:
    field = next(_fields(prepared.document, prepared.operation.selection_set))
    root = schema._schema.subscription_type
    definition = root.fields.get(field.name.value) if root else None
    live = definition.extensions["strawberry-definition"].metadata.get(LIVE) if definition else None
    return LiveDocument(schema, prepared, field, live) if live else None


def _fields(document: DocumentNode, selections: SelectionSetNode) -> Iterator[FieldNode]:
    """The fields of the operation itself; validation has seen to it that a subscription has exactly one."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            for other in document.definitions:
                if isinstance(other, FragmentDefinitionNode) and other.name.value == node.name.value:
                    yield from _fields(document, other.selection_set)
        else:
            yield from _fields(document, node.selection_set)  # type: ignore[attr-defined]


def _variable_of(document: DocumentNode, field: FieldNode, argument: str) -> str:
    """The variable behind an argument, "" if there is none or it is used for something else as well."""
    value = next((node.value for node in field.arguments or () if node.name.value == argument), None)
    if not isinstance(value, VariableNode):
        return ""
    uses = Counter[str]()

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            uses[node.name.value] += 1

    graphql.visit(document, Uses())
    return value.name.value if uses[value.name.value] == 2 else ""  # where it is declared, and here
