"""One run of a plan: errors with their paths, nulls that travel upward, and what resolvers are handed."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, Undefined, located_error
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.schema.schema import _OperationContextAwareGraphQLResolveInfo as RawInfo
from strawberry.types.arguments import convert_arguments

from server.graph.plan.later import Complete, Later, forget
from server.graph.plan.slots import At, Slot, as_path, keys

if TYPE_CHECKING:
    from server.graph.plan.plan import Plan

Path = tuple[str | int, ...]


class Run:
    """All that belongs to one execution. A plan's functions call it for what is not the usual case."""

    __slots__ = (
        "_kwargs", "context", "data", "errors", "extensions", "known",
        "nulled", "pending", "plan", "root", "variables",
    )  # fmt: skip

    def __init__(
        self, plan: "Plan", root: Any, context: Any, variables: VariableValues, extensions: Any
    ) -> None:
        self.plan, self.root, self.context = plan, root, context
        self.variables, self.extensions = variables, extensions
        self.data: dict[str, Any] | None = None
        self.errors: list[GraphQLError] = []
        self.nulled: set[Path] = set()  # where an error was recorded
        self.pending: list[Later] = []  # started, and not yet waited for
        self.known: dict[tuple[Any, ...], Any] = {}  # finished references, by field and columns
        self._kwargs: dict[Slot, dict[str, Any] | Exception] = {}

    # ── errors and nulls ──

    def fail(self, error: Exception, slot: Slot, at: At) -> None:
        """Locate the error and record it where null is allowed; raises GraphQLError where it is not."""
        path = keys(at)
        located = located_error(error, slot.nodes, path)
        if at is None or not at[2]:
            raise located
        self.record(located, path)

    def bubble(self, error: GraphQLError, at: At) -> None:
        """A late value failed where null is forbidden: null the nearest position above that allows it."""
        while at is not None and not at[2]:
            at = at[0]
        path = keys(at)
        if self.gone(path):
            return
        self.record(error, path)
        if path:
            above: Any = self.data
            for key in path[:-1]:
                above = above[key]
            above[path[-1]] = None
        else:
            self.data = None

    def record(self, error: GraphQLError, path: Path) -> None:
        """Keep the error of a position that becomes null, unless one above it is null already."""
        if not self.gone(path):
            self.nulled.add(path)
            self.errors.append(error)

    def gone(self, path: Path) -> bool:
        """Whether the position is, or lies below, one that became null."""
        return bool(self.nulled) and any(path[:n] in self.nulled for n in range(len(path) + 1))

    # ── late values ──

    def later(self, value: Awaitable[Any], slot: Slot, at: At, complete: Complete) -> Later:
        """Keep an awaitable for when the walk is done."""
        late = Later(value, slot, at, complete)
        self.pending.append(late)
        return late

    def taken(self) -> list[Later]:
        """What is pending; from now on the caller's."""
        taken, self.pending = self.pending, []
        return taken

    def refuse(self, error: GraphQLError) -> None:
        """The whole answer is null; nobody waits for what was started."""
        self.record(error, ())
        self.data = None
        for late in self.taken():
            forget(late.awaitable)

    # ── resolvers ──

    def odd(self, value: Any, slot: Slot, at: At, complete: Complete) -> Any:
        """A resolver gave a class not seen before: to be waited for, raised, or remembered as plain."""
        if is_awaitable(value):
            return self.later(value, slot, at, complete)
        if isinstance(value, Exception):
            raise value
        if value is Undefined:
            return None
        self.plan.plain.add(value.__class__)
        return value

    def kwargs(self, slot: Slot) -> dict[str, Any]:
        """A field's arguments, coerced once for all rows. An error is raised at each use."""
        known = self._kwargs.get(slot)
        if known is None:
            try:
                known = self._converted(slot)
            except Exception as error:
                known = error
            self._kwargs[slot] = known
        if isinstance(known, dict):
            return known
        raise known

    def call(self, source: Any, slot: Slot, at: At) -> Any:
        """The whole of Strawberry's resolver: permissions, field extensions, exception handlers and all."""
        assert slot.definition.resolve, "Strawberry gives every field one"
        arguments = get_argument_values(slot.definition, slot.nodes[0], self.variables)
        return slot.definition.resolve(source, self.raw(slot, at), **arguments)

    def raw(self, slot: Slot, at: At) -> Any:
        """graphql-core's info, as Strawberry's executor makes it."""
        shape = self.plan.shape
        return RawInfo(
            slot.nodes[0].name.value, slot.nodes, slot.definition.type, slot.parent,
            as_path(at, slot.parent.name),  # type: ignore[arg-type]
            shape.schema, dict(shape.fragments), self.root, shape.operation, self.variables.coerced,
            self.context, is_awaitable, None, None, self.extensions,
        )  # fmt: skip

    def _converted(self, slot: Slot) -> dict[str, Any]:
        raw = get_argument_values(slot.definition, slot.nodes[0], self.variables)
        converter = self.plan.converter
        return convert_arguments(raw, slot.field.arguments, converter.scalar_registry, converter.config)
