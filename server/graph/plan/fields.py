"""What stands behind a field: an attribute, the developer's own function, or all of Strawberry's resolver."""

import keyword
from collections.abc import Callable, Iterable
from typing import Any

from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from server.graph.views import NEEDS, REFERENCE, Column


class Asking:
    """How each field of a schema may be asked."""

    def __init__(self, converter: GraphQLCoreConverter) -> None:
        self._handled = bool(converter.exception_handlers)

    def column(self, field: StrawberryField) -> bool:
        """Whether it is an attribute of its object's row."""
        return type(field) is Column and self._bare(field)

    def attribute(self, field: StrawberryField) -> str | None:
        """The attribute's name, of the row or of the object, when nothing else stands behind the field."""
        if field.base_resolver or not self._bare(field):
            return None
        if type(field) is Column:
            return field.column
        return (
            field.python_name
            if type(field) is StrawberryField and field.default_resolver is getattr
            else None
        )

    def reference(self, field: StrawberryField) -> list[str]:
        """The columns by which rows have the same answer; none when they do not."""
        known = field.metadata.get(REFERENCE) and not field.is_async
        return sorted(field.metadata[NEEDS]) if known else []

    def resolver(self, field: StrawberryField) -> StrawberryResolver[Any] | None:
        """The developer's function, when nothing stands between it and graphql-core."""
        if not self._bare(field) or type(field).get_result is not StrawberryField.get_result:
            return None
        return None if any(map(_builds_itself, _types(field))) else field.base_resolver

    def _bare(self, field: StrawberryField) -> bool:
        return not field.extensions and not self._handled


def reading(source: str, name: str) -> str:
    """The expression that reads an attribute."""
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return f"{source}.{name}" if plain else f"getattr({source}, {name!r})"


def calling(resolver: StrawberryResolver[Any], source: str, info: str, kwargs: str | None) -> list[str]:
    """The arguments a resolver wants: those it declares of source, `info` and its GraphQL arguments."""
    arguments = [source] if resolver.self_parameter else []
    arguments += [f"{p.name}={source}" for p in (resolver.parent_parameter, resolver.root_parameter) if p]
    if resolver.info_parameter:
        arguments.append(f"{resolver.info_parameter.name}={info}")
    return [*arguments, f"**{kwargs}"] if kwargs else arguments


def function_of(resolver: StrawberryResolver[Any]) -> Callable[..., Any]:
    """What `resolver` calls."""
    function = resolver.wrapped_func
    assert callable(function), "Strawberry binds static and class methods to their type"
    return function


def _types(field: StrawberryField) -> Iterable[Any]:
    return (argument.type for argument in field.arguments)


def _builds_itself(kind: Any, above: frozenset[Any] = frozenset()) -> bool:
    """An input type with its own `from_input` wants an Info, one field at a time."""
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    definition = get_object_definition(kind)
    if definition is None or kind in above:
        return False
    inside = (_builds_itself(field.type, above | {kind}) for field in definition.fields)
    return definition.from_input is not None or any(inside)
