"""What an operation asks for, known before it runs: GraphQL's CollectFields, done once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
)
from graphql.language import ExecutableDefinitionNode

Fields = Mapping[str, list[FieldNode]]  # the nodes that share a response key, in the answer's order


class Reason(StrEnum):
    """Why an operation is left to graphql-core."""

    INTROSPECTION = "introspection"
    DIRECTIVE = "directive"  # on the operation, or another than @skip and @include
    FRAGMENT_VARIABLES = "fragment variables"
    MANY_FLAGS = "many flags"  # too many variables steer @skip and @include
    NULL_FLAG = "null flag"  # null was given to one of them; graphql-core words the error
    MANY_FIELDS = "many fields"
    RESPONSE_KEY = "response key"  # not a GraphQL name, so the document was not parsed from text
    FOREIGN = "foreign"  # a field or a type Strawberry did not make


class NotCompilable(Exception):
    """This operation goes to graphql-core, for `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shape:
    """One operation under one answer to its @skip and @include variables."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    flags: Mapping[str, bool]  # the variables that steer @skip and @include

    @property
    def root(self) -> GraphQLObjectType:
        """The type the operation starts from."""
        root = self.schema.get_root_type(self.operation.operation)
        assert root, "a validated operation has a root"
        return root

    def top(self) -> Fields:
        """The selection of the operation itself."""
        return self._collect(self.root, [self.operation.selection_set])

    def below(self, parent: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Fields:
        """The merged selection of several nodes that share one response key, for an object of `parent`."""
        return self._collect(parent, [node.selection_set for node in nodes if node.selection_set])

    def _collect(self, parent: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Fields:
        grouped: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selections in sets:
            for node in self._fields(parent, selections, spread):
                grouped.setdefault((node.alias or node.name).value, []).append(node)
        return grouped

    def _fields(
        self, parent: GraphQLObjectType, selections: SelectionSetNode, spread: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node, parent):
                    yield from self._fields(parent, node.selection_set, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                fragment = self.fragments[node.name.value]
                if self._applies(fragment, parent):
                    spread.add(node.name.value)
                    yield from self._fields(parent, fragment.selection_set, spread)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            given = _condition(directive)
            on = self.flags[given.name.value] if isinstance(given, VariableNode) else _literal(given)
            if on is (directive.name.value == "skip"):
                return False
        return True

    def _applies(self, node: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLObjectType) -> bool:
        if node.type_condition is None:
            return True
        on = self.schema.type_map[node.type_condition.name.value]
        return on is parent or (is_abstract_type(on) and self.schema.is_sub_type(on, parent))


def steering(document: DocumentNode) -> tuple[str, ...]:
    """The variables that steer @skip and @include. Raises NotCompilable for what a plan cannot hold."""
    flags: dict[str, None] = {}
    for definition in document.definitions:
        assert isinstance(definition, ExecutableDefinitionNode)
        if definition.directives:
            raise NotCompilable(Reason.DIRECTIVE)
        if isinstance(definition, FragmentDefinitionNode) and definition.variable_definitions:
            raise NotCompilable(Reason.FRAGMENT_VARIABLES)
        for node in _everywhere(definition.selection_set):
            if isinstance(node, FieldNode) and node.name.value in ("__schema", "__type"):
                raise NotCompilable(Reason.INTROSPECTION)
            for directive in node.directives or ():
                if directive.name.value not in ("skip", "include"):
                    raise NotCompilable(Reason.DIRECTIVE)
                given = _condition(directive)
                if isinstance(given, VariableNode):
                    flags[given.name.value] = None
    return tuple(flags)


def _everywhere(selections: SelectionSetNode) -> Iterator[SelectionNode]:
    for node in selections.selections:
        yield node
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        if below:
            yield from _everywhere(below)


def _condition(directive: DirectiveNode) -> ValueNode:
    assert directive.arguments, "validation asks for `if`"
    return directive.arguments[0].value


def _literal(node: object) -> bool:
    assert isinstance(node, BooleanValueNode)
    return node.value
