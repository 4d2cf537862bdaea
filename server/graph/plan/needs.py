"""What a field's selection asks for: which fields, and which columns of the rows behind them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
)
from strawberry.types.base import StrawberryObjectDefinition

from server.graph.plan.shape import Shape
from server.graph.plan.slots import DEFINITION, Slot
from server.graph.views import NEEDS, Column, View
from server.platform.read import EVERYTHING, Needs

KEY: Needs = ("id",)  # read when no column is asked for


class Selected(NamedTuple):
    """One selection: the nodes that share a response key, and the type they select from."""

    kind: GraphQLOutputType
    nodes: list[FieldNode]


def followed(shape: Shape, slot: Slot, path: Sequence[str]) -> list[Selected]:
    """The selections that `path` leads to, one per response key and type; none when nobody asks for it.

    `path` names fields as Python does. Raises AttributeError for a field that no role has.
    """
    found = [Selected(slot.definition.type, slot.nodes)]
    for name in path:
        known = [_step(shape, selected, name) for selected in found]
        found = [selected for step in known for selected in step]
    return found


def columns(shape: Shape, selections: Iterable[Selected]) -> Needs:
    """The columns they read of their rows, sorted; EVERYTHING when that is not known."""
    needed: set[str] = set()
    for selected in selections:
        for kind in _possible(shape, selected.kind):
            if not issubclass(_definition(kind).origin, View):
                return EVERYTHING
            for slot in _slots(shape, kind, selected.nodes):
                own = _of_row(slot)
                if own is None:
                    return EVERYTHING
                needed |= own
    return tuple(sorted(needed)) or KEY


def _of_row(slot: Slot) -> frozenset[str] | None:
    """What a field of a View reads of the row; None when nobody says."""
    if isinstance(slot.field, Column):
        return frozenset({slot.field.column})
    declared: Iterable[str] | None = slot.field.metadata.get(NEEDS)
    if declared is None:
        return None if slot.field.base_resolver else frozenset()
    return frozenset(declared)


def _step(shape: Shape, selected: Selected, name: str) -> list[Selected]:
    """The selections of the fields called `name` just below."""
    kinds = _possible(shape, selected.kind)
    if not any(name == field.python_name for kind in kinds for field in _definition(kind).fields):
        raise AttributeError(f"{get_named_type(selected.kind)} has no field {name}")
    return [
        Selected(slot.definition.type, slot.nodes)
        for kind in kinds
        for slot in _slots(shape, kind, selected.nodes)
        if slot.field.python_name == name
    ]


def _possible(shape: Shape, kind: GraphQLOutputType) -> list[GraphQLObjectType]:
    named: GraphQLNamedType = get_named_type(kind)
    if is_abstract_type(named):
        return list(shape.schema.get_possible_types(named))
    assert isinstance(named, GraphQLObjectType), "a leaf has no selection"
    return [named]


def _slots(shape: Shape, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Iterator[Slot]:
    for key, group in shape.below(kind, nodes).items():
        if group[0].name.value != "__typename":
            yield Slot.of(key, group, kind)


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition: StrawberryObjectDefinition = kind.extensions[DEFINITION]
    return definition
