"""Leaf values: one inline class test for the usual value, the type's own coercion for every other."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.execution.executor import Executor

ODD: Mapping[GraphQLLeafType, str] = {
    GraphQLString: "{v}.__class__ is not str",
    GraphQLID: "{v}.__class__ is not str",
    GraphQLInt: "{v}.__class__ is not int or not -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "{v}.__class__ is not float or {v} - {v} != 0.0",  # nan and inf differ from themselves
    GraphQLBoolean: "{v}.__class__ is not bool",
}
"""A test that is false for values that travel as they are."""


def coercion(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """graphql-core's completion of a leaf: null stays null, an error is raised."""
    complete = Executor.complete_leaf_value

    def coerce(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return None if value is None or value is Undefined else complete(leaf, value)

    return coerce


def members(leaf: GraphQLLeafType) -> tuple[frozenset[type], dict[Any, str]] | None:
    """An enum's names by member, and the classes that may ask for them; None for other leaves.

    The classes matter because 1, 1.0 and True are one key. A StrEnum is also found by its stored text.
    """
    origin = getattr(leaf, "wrapped_cls", None)
    if not isinstance(leaf, GraphQLEnumType) or origin is None or not issubclass(origin, Enum):
        return None
    known = {value.value for value in leaf.values.values()}
    names = {member: leaf.coerce_output_value(member) for member in origin if member.value in known}
    return frozenset({origin, str} if issubclass(origin, str) else {origin}), names
