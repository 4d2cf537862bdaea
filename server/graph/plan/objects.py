"""Writes how an object is made: one function per type and selection, one guarded block per field."""

import re
from collections.abc import Iterable

from graphql import FieldNode, GraphQLObjectType, OperationType, get_named_type, is_leaf_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from server.graph.plan.fields import Asking, calling, function_of, reading
from server.graph.plan.info import PlannedInfo
from server.graph.plan.kinds import Rowless, listed
from server.graph.plan.later import Later
from server.graph.plan.shape import Fields, NotCompilable, Reason, Shape
from server.graph.plan.slots import Slot
from server.graph.plan.source import Source, indent
from server.graph.plan.values import Values
from server.graph.views import PERSONAL

MOST_FIELDS = 400  # compiling takes about 50 µs for each, and the event loop waits
DEEPEST = 6  # Python allows 20 nested blocks; an object written in place takes up to three
NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*", re.ASCII)


class Objects:
    """Turns a Shape into functions `(o, at, run)` that answer an object's dict."""

    def __init__(self, shape: Shape, converter: GraphQLCoreConverter, plain: set[type]) -> None:
        """`plain` are the classes a resolver's value may have without further question; it learns."""
        self.shape = shape
        self.source = Source(plain=plain, Later=Later, Info=PlannedInfo, Rowless=Rowless, listed=listed)
        self.personal = False
        self._asking, self._values = Asking(converter), Values(self)
        self._functions: dict[tuple[str, ...], str] = {}
        self._fields = 0

    def top(self) -> list[str]:
        """The function of a query; one per root field of a mutation, to be called in turn."""
        fields = self.shape.top()
        in_turn = self.shape.operation.operation is OperationType.MUTATION
        groups = [{key: nodes} for key, nodes in fields.items()] if in_turn else [fields]
        return [self._define(self.source.fresh("top"), self.shape.root, group) for group in groups]

    def function(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """The function for objects of `kind` under these nodes, written once."""
        key = kind.name, *map(str, map(id, nodes))
        if key not in self._functions:
            self._functions[key] = self.source.fresh("object")
            self._define(self._functions[key], kind, self.shape.below(kind, nodes))
        return self._functions[key]

    def made(self, v: str, kind: GraphQLObjectType, slot: Slot, at: str, nest: int) -> list[str]:
        """Lines that turn the object in `v` into its dict: in place when it holds nothing but attributes."""
        fields = self.shape.below(kind, slot.nodes)
        if nest >= DEEPEST or not all(self._is_attribute(kind, nodes) for nodes in fields.values()):
            return [f"{v} = {self.function(kind, slot.nodes)}({v}, {at}, run)"]
        lines, pairs, _ = self._body(kind, fields, v, at, nest + 1)
        return [*lines, f"{v} = {{{', '.join(pairs)}}}"]

    def name_of(self, slot: Slot) -> str:
        """The slot's name in the source."""
        return self.source.intern("slot", slot, lambda: slot)

    def _define(self, name: str, kind: GraphQLObjectType, fields: Fields) -> str:
        lines, pairs, lates = self._body(kind, fields, "o", "at", 0)
        lines.append(f"d = {{{', '.join(pairs)}}}")
        lines += [f"if {late} is not None: {late}.into = d" for late in lates]
        self.source.function(name, "o, at, run", [*lines, "return d"])
        return name

    def _body(
        self, kind: GraphQLObjectType, fields: Fields, o: str, at: str, nest: int
    ) -> tuple[list[str], list[str], list[str]]:
        """Lines that complete each field of `o`, the pairs of its dict, the fields that may come late."""
        lines: list[str] = []
        pairs: list[str] = []
        lates: list[str] = []
        row = ""
        for slot in self._slots(kind, fields):
            if isinstance(slot, str):
                pairs.append(f"{slot!r}: {kind.name!r}")
                continue
            if self._asking.column(slot.field) and not row:
                row = self.source.fresh("row")
                lines += [f"try: {row} = {o}.row", f"except Exception as e: {row} = Rowless(e)"]
            v, here = self.source.fresh("v"), f"({at}, {slot.key!r}, {slot.nullable})"
            steps, late = self._field(v, slot, o, row, here, nest)
            lines += [f"{late} = None"] if late else []
            lates += [late] if late else []
            lines += ["try:", *indent(steps)]
            lines += ["except Exception as e:", f"    {v} = run.fail(e, {self.name_of(slot)}, {here})"]
            pairs.append(f"{slot.key!r}: {v}")
        return lines, pairs, lates

    def _slots(self, kind: GraphQLObjectType, fields: Fields) -> Iterable[Slot | str]:
        """The fields; of a `__typename` just its response key."""
        for key, nodes in fields.items():
            if not NAME.fullmatch(key):
                raise NotCompilable(Reason.RESPONSE_KEY)
            if nodes[0].name.value == "__typename":
                yield key
                continue
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise NotCompilable(Reason.MANY_FIELDS)
            slot = Slot.of(key, nodes, kind)
            self.personal |= bool(slot.field.metadata.get(PERSONAL))
            yield slot

    def _is_attribute(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> bool:
        if nodes[0].name.value == "__typename":
            return True
        return self._asking.attribute(Slot.of("", nodes, kind).field) is not None

    def _field(
        self, v: str, slot: Slot, o: str, row: str, at: str, nest: int
    ) -> tuple[list[str], str | None]:
        """Lines that leave the completed value in `v`, and the variable of its Later if it may come late."""
        if slot.field.is_subscription:
            return [f"{v} = {o}", *self._completed(v, slot, at, nest)], None
        if name := self._asking.attribute(slot.field):
            holder = row if self._asking.column(slot.field) else o
            return [f"{v} = {reading(holder, name)}", *self._completed(v, slot, at, nest)], None
        late, complete = self.source.fresh("late"), self._completer(slot)
        call, position = self._call(slot, o, at), f"{self.name_of(slot)}, {at}, {complete}"
        if slot.field.is_async:
            return [f"{late} = run.later({call}, {position})", f"{v} = None"], late
        leaf = is_leaf_type(get_named_type(slot.definition.type))
        now = self._completed(v, slot, at, nest + 1) if leaf else [f"{v} = {complete}({v}, {at}, run)"]
        lines = [
            f"{v} = {call}",
            f"if {v}.__class__ not in plain: {v} = run.odd({v}, {position})",
            f"if {v}.__class__ is Later:", *indent([f"{late} = {v}", f"{v} = None"]),
            "else:", *indent(now),
        ]  # fmt: skip
        if names := self._asking.reference(slot.field):
            parts = ", ".join(reading(f"{o}.row", name) for name in names)
            lines = self._once(v, f"({self.name_of(slot)}, {parts})", lines)
        return lines, late

    def _once(self, v: str, key: str, lines: list[str]) -> list[str]:
        """The lines, unless an answer without a flaw is known under `key`."""
        k, n = self.source.fresh("key"), self.source.fresh("n")
        return [
            f"{k} = {key}",
            f"if {k} in run.known: {v} = run.known[{k}]",
            "else:", f"    {n} = len(run.errors) + len(run.pending)", *indent(lines),
            f"    if len(run.errors) + len(run.pending) == {n}: run.known[{k}] = {v}",
        ]  # fmt: skip

    def _call(self, slot: Slot, o: str, at: str) -> str:
        resolver = self._asking.resolver(slot.field)
        if resolver is None:
            return f"run.call({o}, {self.name_of(slot)}, {at})"
        kwargs = f"run.kwargs({self.name_of(slot)})" if slot.field.arguments else None
        info = f"Info(run, {self.name_of(slot)}, {at})"
        function = self.source.intern("resolve", slot.field, lambda: function_of(resolver))
        return f"{function}({', '.join(calling(resolver, o, info, kwargs))})"

    def _completer(self, slot: Slot) -> str:
        """A function for the value that came late."""
        name = self.source.fresh("complete")
        self.source.function(name, "v, at, run", [*self._completed("v", slot, "at", 0), "return v"])
        return name

    def _completed(self, v: str, slot: Slot, at: str, nest: int) -> list[str]:
        return self._values.complete(v, slot.definition.type, slot, at, nest)
