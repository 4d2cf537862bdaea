"""How much one operation may ask for, weighed in linear time: one walk that enters each fragment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from server.graph import paging
from server.graph.errors import TooComplex, as_graphql
from server.graph.views import LIST_SIZE

PAGE_SIZE = "first"  # the argument that says how many rows a page holds


@dataclass(frozen=True, slots=True)
class Limits:
    """The most an operation may have of each. A field costs 1, times the size of every list around it."""

    tokens: int = 1_000
    depth: int = 8
    aliases: int = 15
    directives: int = 50
    roots: int = 20
    cost: int = 5_000
    list_size: int = 10  # entries reckoned for a list that declares none
    seconds: float = 5.0  # for a query or a mutation, and to open a subscription


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Weight:
    """What a selection adds up to; `roots` counts the fields of its own level only."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0
    cost: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            max(self.depth, other.depth), self.aliases + other.aliases,
            self.directives + other.directives, self.roots + other.roots, self.cost + other.cost,
        )  # fmt: skip

    def beyond(self, limits: Limits) -> list[GraphQLError]:
        """One error for each limit this weight breaks."""
        return [
            as_graphql(TooComplex(limit=name, most=getattr(limits, name)))
            for name in ("depth", "aliases", "directives", "roots", "cost")
            if getattr(self, name) > getattr(limits, name)
        ]


NOTHING = Weight()


def refusals(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
) -> list[GraphQLError]:
    """Why the document is too much, before any other rule looks at it; it need not be valid yet."""
    return weighed(schema, document, variables, limits)[0]


def weighed(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
) -> tuple[list[GraphQLError], frozenset[str]]:
    """The refusals, and which variables they hang on: those that size a page."""
    scale = _Scale(schema, document, variables, limits)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    for operation in operations:
        for definition in operation.variable_definitions or ():
            scale.reckon_with(definition)
    try:
        weights = [scale.operation(operation) for operation in operations]
    except RecursionError:
        return [as_graphql(TooComplex(limit="depth", most=limits.depth))], frozenset()
    errors = next((errors for weight in weights if (errors := weight.beyond(limits))), [])
    return errors, frozenset(scale.sized_by)


class _Scale:
    """Weighs the operations of one document under one set of variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], limits: Limits
    ) -> None:
        self._schema, self._given, self._limits = schema, variables, limits
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.sized_by: set[str] = set()
        self._defaults: dict[str, int] = {}
        self._weighed: dict[tuple[str, bool], Weight] = {}

    def reckon_with(self, node: VariableDefinitionNode) -> None:
        """Note a variable's default; where two operations differ, the larger."""
        if isinstance(node.default_value, IntValueNode):
            name = node.variable.name.value
            self._defaults[name] = max(self._defaults.get(name, 0), _number(node.default_value))

    def operation(self, node: OperationDefinitionNode) -> Weight:
        root = self._schema.get_root_type(node.operation)
        return Weight(directives=len(node.directives or ())) + self._all(node.selection_set, root, False)

    def _all(self, node: SelectionSetNode, parent: GraphQLNamedType | None, in_page: bool) -> Weight:
        return sum((self._one(selection, parent, in_page) for selection in node.selections), NOTHING)

    def _one(self, node: SelectionNode, parent: GraphQLNamedType | None, in_page: bool) -> Weight:
        own = Weight(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return own + self._field(node, parent, in_page)
        if isinstance(node, InlineFragmentNode):
            on = node.type_condition
            inside = self._schema.get_type(on.name.value) if on else parent
            return own + self._all(node.selection_set, inside, in_page)
        if isinstance(node, FragmentSpreadNode):
            return own + self._fragment(node.name.value, in_page)
        return own

    def _fragment(self, name: str, in_page: bool) -> Weight:
        key = name, in_page
        if key not in self._weighed:
            self._weighed[key] = NOTHING  # so a cycle ends here; the standard rules refuse it
            if node := self._fragments.get(name):
                inside = self._schema.get_type(node.type_condition.name.value)
                own = Weight(directives=len(node.directives or ()))
                self._weighed[key] = own + self._all(node.selection_set, inside, in_page)
        return self._weighed[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, in_page: bool) -> Weight:
        own = Weight(depth=1, aliases=1 if node.alias else 0, roots=1, cost=1)
        name = node.name.value
        if node.selection_set is None or name.startswith("__"):  # introspection has a limit of its own
            return own
        field = (
            parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        pages = field is not None and PAGE_SIZE in field.args
        a_list = field is not None and is_list_type(get_nullable_type(field.type))
        below = self._all(
            node.selection_set, get_named_type(field.type) if field else None, pages and not a_list
        )
        if field and pages:
            times = self._page_size(node, field.args[PAGE_SIZE])
        elif field and a_list and not in_page:  # the rows of a page were counted with the page
            times = self._list_size(field)
        else:
            times = 1
        return Weight(
            1 + below.depth, own.aliases + below.aliases, below.directives, 1, 1 + times * below.cost
        )

    def _list_size(self, field: GraphQLField) -> int:
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        declared: int = getattr(definition, "metadata", {}).get(LIST_SIZE, self._limits.list_size)
        return declared

    def _page_size(self, node: FieldNode, argument: GraphQLArgument) -> int:
        """Rows the page will hold; the longest page when that cannot be told."""
        given = next((a.value for a in node.arguments or () if a.name.value == PAGE_SIZE), None)
        size: object = argument.default_value if given is None else None
        if isinstance(given, IntValueNode):
            size = _number(given)
        elif isinstance(given, VariableNode):
            name = given.name.value
            self.sized_by.add(name)
            size = self._given.get(name, self._defaults.get(name, argument.default_value))
        return rows(size)


def rows(size: object) -> int:
    """How many rows a page asked for with `size` can hold; the most when that cannot be told."""
    return min(max(size, 1), paging.MOST) if type(size) is int else paging.MOST


def _number(node: IntValueNode) -> int:
    """The literal; one too long for any page is not worth reading."""
    return int(node.value) if len(node.value) <= len(str(paging.MOST)) else paging.MOST
