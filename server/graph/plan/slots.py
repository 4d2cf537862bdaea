"""Where a value stands: the field of the document, and the way down to it in the answer."""

from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLNonNull, GraphQLObjectType
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from server.graph.plan.shape import NotCompilable, Reason

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

At = tuple[Any, str | int, bool] | None
"""A position: (the one above, its key or index, whether null may stand there). None is the whole answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A field of a plan as the runtime sees it."""

    key: str
    nodes: list[FieldNode]
    parent: GraphQLObjectType
    definition: GraphQLField
    field: StrawberryField

    @classmethod
    def of(cls, key: str, nodes: list[FieldNode], parent: GraphQLObjectType) -> "Slot":
        """The field behind the response key. Raises NotCompilable when Strawberry did not make it."""
        definition = parent.fields.get(nodes[0].name.value)
        field = definition and definition.extensions.get(DEFINITION)
        if definition is None or not isinstance(field, StrawberryField):
            raise NotCompilable(Reason.FOREIGN)
        return cls(key, nodes, parent, definition, field)

    @property
    def nullable(self) -> bool:
        """Whether null may stand in its place."""
        return not isinstance(self.definition.type, GraphQLNonNull)

    @property
    def name(self) -> str:
        """Its GraphQL name, for the words of errors."""
        return f"{self.parent}.{self.nodes[0].name.value}"

    def null(self) -> TypeError:
        """What graphql-core says of a null that may not be."""
        return TypeError(f"Cannot return null for non-nullable field {self.name}.")


def keys(at: At) -> tuple[str | int, ...]:
    """The position as an error's path."""
    path: list[str | int] = []
    while at is not None:
        path.append(at[1])
        at = at[0]
    path.reverse()
    return tuple(path)


def as_path(at: At, type_name: str) -> Path | None:
    """The position as graphql-core passes it to resolvers."""
    if at is None:
        return None
    return Path(as_path(at[0], type_name), at[1], type_name if isinstance(at[1], str) else None)
