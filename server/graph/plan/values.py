"""Writes how a value is completed: leaves, lists, objects, each as GraphQL's CompleteValue has it."""

from typing import TYPE_CHECKING

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
)

from server.graph.plan.kinds import Abstract, Instance, origin
from server.graph.plan.leaves import ODD, coercion, members
from server.graph.plan.shape import NotCompilable, Reason
from server.graph.plan.slots import Slot
from server.graph.plan.source import indent

if TYPE_CHECKING:
    from server.graph.plan.objects import Objects


class Values:
    """Each type is one rule whose lines leave the completed value in the variable `v`.

    `at` is the expression of the value's position, `nest` how many blocks stand around the lines.
    """

    def __init__(self, objects: "Objects") -> None:
        self._objects, self._source, self._schema = objects, objects.source, objects.shape.schema

    def complete(self, v: str, kind: GraphQLOutputType, slot: Slot, at: str, nest: int) -> list[str]:
        """Lines for a value of any type."""
        required = isinstance(kind, GraphQLNonNull)
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return self._leaf(v, kind, slot, required)
        if isinstance(kind, GraphQLList):
            return self._list(v, kind, slot, at, nest, required)
        if isinstance(kind, GraphQLObjectType):
            return self._object(v, kind, slot, at, nest, required)
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return self._abstract(v, kind, slot, at, required)
        raise NotCompilable(Reason.FOREIGN)

    def _leaf(self, v: str, kind: GraphQLLeafType, slot: Slot, required: bool) -> list[str]:
        coerced = f"{self._source.intern('leaf', kind, lambda: coercion(kind))}({v})"
        refusal = self._refusal(v, slot) if required else []
        if table := members(kind):
            classes = self._source.intern("classes", kind, lambda: table[0])
            names = self._source.intern("names", kind, lambda: table[1])
            known = f"{v}.__class__ in {classes} and {v} in {names}"
            return [f"{v} = {names}[{v}] if {known} else {coerced}", *refusal]
        if kind in ODD:
            return [f"if {ODD[kind].format(v=v)}:", *indent([f"{v} = {coerced}", *refusal])]
        return [f"{v} = {coerced}", *refusal]

    def _list(
        self, v: str, kind: GraphQLList[GraphQLOutputType], slot: Slot, at: str, nest: int, required: bool
    ) -> list[str]:
        here, out, item = (self._source.fresh(prefix) for prefix in ("at", "out", "item"))
        nullable = not isinstance(kind.of_type, GraphQLNonNull)
        inside = f"({here}, len({out}), {nullable})"
        each = [
            "try:", *indent(self.complete(item, kind.of_type, slot, inside, nest + 2)),
            "except Exception as e:", f"    {item} = run.fail(e, {self._objects.name_of(slot)}, {inside})",
            f"{out}.append({item})",
        ]  # fmt: skip
        walk = [f"{here} = {at}", f"{out} = []", f"for {item} in {v}:", *indent(each), f"{v} = {out}"]
        usual = f"{v}.__class__ is not list"
        return self._checked(v, slot, usual, f"listed({v}, {self._objects.name_of(slot)})", required, walk)

    def _object(
        self, v: str, kind: GraphQLObjectType, slot: Slot, at: str, nest: int, required: bool
    ) -> list[str]:
        test = self._source.intern("instance", kind, lambda: Instance(kind))
        usual = origin(kind)
        odd = (
            f"{v}.__class__ is not {self._source.intern('class', usual, lambda: usual)}" if usual else "True"
        )
        asked = f"{test}({v}, {self._objects.name_of(slot)}, {at}, run)"
        return self._checked(v, slot, odd, asked, required, self._objects.made(v, kind, slot, at, nest))

    def _abstract(
        self, v: str, kind: GraphQLInterfaceType | GraphQLUnionType, slot: Slot, at: str, required: bool
    ) -> list[str]:
        makers = {
            possible.name: self._objects.function(possible, slot.nodes)
            for possible in self._schema.get_possible_types(kind)
        }
        pick = self._source.give("abstract", Abstract(kind, slot, self._schema, makers, self._source.names))
        maker = f"({pick}.by_class.get({v}.__class__) or {pick}.find({v}, {at}, run))"
        return [
            f"if {v} is not None: {v} = {maker}({v}, {at}, run)",
            *(self._refusal(v, slot) if required else []),
        ]

    def _refusal(self, v: str, slot: Slot) -> list[str]:
        return [f"if {v} is None: raise {self._objects.name_of(slot)}.null()"]

    def _checked(
        self, v: str, slot: Slot, odd: str, asked: str, required: bool, lines: list[str]
    ) -> list[str]:
        """The lines for a value that is not null; an `odd` one becomes what `asked` makes of it."""
        if required:
            return [f"if {odd}:", *indent([f"{v} = {asked}", *self._refusal(v, slot)]), *lines]
        return [f"if {v} is not None and {odd}: {v} = {asked}", f"if {v} is not None:", *indent(lines)]
