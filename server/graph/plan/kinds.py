"""Which type a value has. The usual class is known by its identity; for others graphql-core is asked."""

from collections.abc import Callable
from typing import Any, Protocol, cast

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor, invalid_return_type_error
from graphql.pyutils import is_iterable
from strawberry.types.base import StrawberryObjectDefinition

from server.graph.plan.slots import DEFINITION, At, Slot

Maker = Callable[[Any, At, Any], Any]  # (value, at, run) → the finished object


class Raw(Protocol):
    """What is asked of a run here: graphql-core's own info for resolvers."""

    def raw(self, slot: Slot, at: At) -> Any: ...


def origin(kind: GraphQLObjectType) -> type | None:
    """The class whose instances are of this type without asking; None when each has to be asked."""
    definition = kind.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
        return None
    return definition.origin


def listed(value: Any, slot: Slot) -> Any:
    """`value` as something to walk through; null stays null. Raises what graphql-core raises."""
    if isinstance(value, Exception):
        raise value
    if value is None or value is Undefined:
        return None
    if not is_iterable(value):
        raise GraphQLError(f"Expected Iterable, but did not find one for field '{slot.name}'.")
    return value


class Instance:
    """Lets a value of an unusual class stand for an object of `kind`."""

    def __init__(self, kind: GraphQLObjectType) -> None:
        self._kind = kind

    def __call__(self, value: Any, slot: Slot, at: At, run: Raw) -> Any:
        """The value; null stays null. Raises what graphql-core raises."""
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        if self._kind.is_type_of and not self._kind.is_type_of(value, run.raw(slot, at)):
            raise invalid_return_type_error(self._kind, value, _details(slot))
        return value


class Rowless:
    """Stands for the row of a value that has none, so that each of its columns fails by itself."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


class Abstract:
    """Picks the function for a value of an interface or a union; learns it per Python class."""

    def __init__(
        self, kind: GraphQLInterfaceType | GraphQLUnionType, slot: Slot, schema: GraphQLSchema,
        makers: dict[str, str], names: dict[str, Any],
    ) -> None:  # fmt: skip
        """`makers` says, by type, under which of the `names` the function for its objects is found."""
        self.by_class: dict[type, Maker] = {}
        self.schema = schema
        self._kind, self._slot, self._makers, self._names = kind, slot, makers, names
        definition = kind.extensions.get(DEFINITION)
        self._learns = getattr(definition, "resolve_type", None) is None

    def find(self, value: Any, at: At, run: Raw) -> Maker:
        """The function for a class not seen before. Raises what graphql-core raises."""
        if isinstance(value, Exception):
            raise value
        if value is Undefined:
            return _null
        kind = self._resolve(value, run.raw(self._slot, at))
        maker: Maker = self._names[self._makers[kind.name]]
        own = getattr(value.__class__, "__strawberry_definition__", None)
        if self._learns and own and own.name == kind.name and not own.is_type_of and not _cast(value):
            self.by_class[value.__class__] = maker
        return maker

    def _resolve(self, value: Any, raw: Any) -> GraphQLObjectType:
        assert self._kind.resolve_type, "Strawberry gives each of them one"
        name = self._kind.resolve_type(value, raw, self._kind)
        details = _details(self._slot)
        check = cast(Executor[Any], self)  # it reads the schema and nothing else
        kind = Executor.ensure_valid_runtime_type(check, name, self._kind, details, raw, value)
        if kind.is_type_of and not kind.is_type_of(value, raw):
            raise invalid_return_type_error(kind, value, details)
        return kind


def _details(slot: Slot) -> list[FieldDetails]:
    return [FieldDetails(node, None) for node in slot.nodes]


def _null(value: Any, at: At, run: Any) -> None:
    return None


def _cast(value: Any) -> bool:
    return hasattr(value, "__as_strawberry_type__")
