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
    GraphQLInt: "{v}.__class__ is not int or {v} > 1073741823 or {v} < -1073741823",  # one digit in CPython
    GraphQLFloat: "{v}.__class__ is not float or {v} - {v} != 0.0",  # nan and inf differ from themselves
    GraphQLBoolean: "{v} is not True and {v} is not False",
}
"""A test that is false for values that travel as they are."""


def coercion(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """graphql-core's completion of a leaf: null stays null, an error is raised."""
    output = leaf.coerce_output_value

    def coerce(value: Any) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        done = output(value)
        return Executor.complete_leaf_value(leaf, value) if done is None or done is Undefined else done

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
