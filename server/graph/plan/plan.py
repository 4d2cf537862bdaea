"""A validated operation, compiled once and run many times."""

from collections.abc import Awaitable, Callable
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter

from server.graph.plan.later import settle
from server.graph.plan.needs import columns, followed
from server.graph.plan.objects import Objects
from server.graph.plan.run import Run
from server.graph.plan.shape import Shape
from server.graph.plan.slots import Slot
from server.platform.read import Needs

PLAIN: frozenset[type] = frozenset({str, int, float, bool, type(None), list, tuple, dict})


class Plan:
    """One operation under one answer to its @skip and @include variables.

    It may run in many tasks and threads at once: all it ever changes are tables that learn, and whoever
    writes an entry writes the same.
    """

    def __init__(self, shape: Shape, converter: GraphQLCoreConverter) -> None:
        """Raises NotCompilable."""
        self.shape, self.converter = shape, converter
        self.plain: set[type] = set(PLAIN)
        objects = Objects(shape, converter, self.plain)
        steps = objects.top()
        name = shape.operation.name
        objects.source.load(name.value if name else "")
        self._steps: list[Callable[..., dict[str, Any]]] = [objects.source.names[step] for step in steps]
        self._in_turn = shape.operation.operation is OperationType.MUTATION
        self._needs: dict[tuple[Slot, tuple[str, ...]], Needs] = {}
        self._asks: dict[tuple[Slot, tuple[str, ...]], bool] = {}
        self.source = objects.source.text
        self.personal = objects.personal
        """Whether an answer may depend on who asks."""

    def roots(self) -> list[Slot]:
        """The fields of the operation itself."""
        top = self.shape.top().items()
        return [
            Slot.of(key, nodes, self.shape.root) for key, nodes in top if nodes[0].name.value != "__typename"
        ]

    def needs_of(self, slot: Slot, path: tuple[str, ...] = ()) -> Needs:
        """The columns read of the rows behind the field, or behind the fields `path` below it."""
        known = self._needs.get((slot, path))
        if known is None:
            known = self._needs[slot, path] = columns(self.shape, followed(self.shape, slot, path))
        return known

    def asks(self, slot: Slot, path: tuple[str, ...]) -> bool:
        """Whether the field's selection holds the field `path`."""
        known = self._asks.get((slot, path))
        if known is None:
            known = self._asks[slot, path] = bool(followed(self.shape, slot, path))
        return known

    def run(
        self, root: Any, context: Any, variables: VariableValues, extensions: Any = None
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        """The answer; an awaitable when something in it is. Errors are in the answer, never raised."""
        run = Run(self, root, context, variables, extensions)
        if self._in_turn:
            return self._one_by_one(run)
        self._step(run, self._steps[0])
        return self._settled(run) if run.pending else _answer(run)

    def _step(self, run: Run, step: Callable[..., dict[str, Any]]) -> None:
        try:
            run.data = step(run.root, None, run)
        except GraphQLError as error:
            run.refuse(error)

    async def _settled(self, run: Run) -> ExecutionResult:
        await settle(run, run.taken())
        return _answer(run)

    async def _one_by_one(self, run: Run) -> ExecutionResult:
        """A mutation's fields: the next starts when the one before is done, and none after a null above."""
        data: dict[str, Any] = {}
        for step in self._steps:
            self._step(run, step)
            await settle(run, run.taken())
            if run.data is None:
                return _answer(run)
            data |= run.data
        run.data = data
        return _answer(run)


def _answer(run: Run) -> ExecutionResult:
    return ExecutionResult(run.data, run.errors or None)
