"""Writes random operations that a schema accepts, with everything GraphQL has for selecting."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

FLAGS = ("true", "false", "$f0", "$f1", "$f2")
DEEPEST = 4


@dataclass(frozen=True)
class Named:
    """An enum's value: quoted in variables, bare in a document."""

    name: str


@dataclass
class Operation:
    """One operation in the making; `text` and `variables` are what a client would send."""

    schema: GraphQLSchema
    random: Random
    variables: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    _declared: dict[str, str] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list)
    _aliases: int = 0

    def write(self, kind: str, root: GraphQLObjectType) -> "Operation":
        """A query, mutation or subscription."""
        body = self._selection(root, 0, top=True)
        declared = ", ".join(f"${name}: {rest}" for name, rest in self._declared.items())
        self.text = "\n".join([f"{kind} Op{f'({declared})' if declared else ''} {body}", *self._fragments])
        return self

    def _chance(self, percent: int) -> bool:
        return self.random.randrange(100) >= 100 - percent  # nought, the simplest to hypothesis, is no

    # ── selections ──

    def _selection(self, parent: GraphQLNamedType, depth: int, top: bool = False) -> str:
        parts = [
            self._part(parent, depth, top) for _ in range(self.random.randrange(1, 5 if depth < 2 else 3))
        ]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, parent: GraphQLNamedType, depth: int, top: bool) -> str:
        if isinstance(parent, GraphQLUnionType) or (not top and depth < DEEPEST and self._chance(25)):
            return self._fragment(parent, depth)
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        fields = {
            name: field
            for name, field in parent.fields.items()
            if depth < DEEPEST or not is_composite_type(get_named_type(field.type))
        }
        if self._chance(7) or not fields:
            return f"{'tt: ' if self._chance(30) else ''}__typename{self._directives()}"
        name = self.random.choice(list(fields))
        return self._field(name, fields[name], depth)

    def _field(self, name: str, definition: GraphQLField, depth: int) -> str:
        arguments, alias = self._arguments(definition.args), ""
        if arguments or self._chance(15):
            self._aliases += 1
            alias = f"{name}_{self._aliases}: "
        named = get_named_type(definition.type)
        below = f" {self._selection(named, depth + 1)}" if is_composite_type(named) else ""
        return f"{alias}{name}{arguments}{self._directives()}{below}"

    def _fragment(self, parent: GraphQLNamedType, depth: int) -> str:
        on = self.random.choice(self._conditions(parent))
        lean = isinstance(on, GraphQLUnionType) or depth > DEEPEST
        body = "{ __typename }" if lean else self._selection(on, depth + 1)
        if self._chance(40):
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {on} {body}")
            return " ".join(f"...{name}{self._directives()}" for _ in range(self.random.choice((1, 1, 2))))
        condition = "" if on is parent and self._chance(50) else f" on {on}"
        return f"...{condition}{self._directives()} {body}"

    def _conditions(self, parent: GraphQLNamedType) -> list[GraphQLCompositeType]:
        if isinstance(parent, GraphQLObjectType):
            possible = [parent]
        else:
            assert isinstance(parent, GraphQLInterfaceType | GraphQLUnionType)
            possible = list(self.schema.get_possible_types(parent))
        return [*possible, *(above for kind in possible for above in kind.interfaces), parent]

    def _directives(self) -> str:
        if not self._chance(20):
            return ""
        return "".join(
            f" @{name}(if: {self._flag()})"
            for name in self.random.sample(("skip", "include"), self.random.choice((1, 1, 2)))
        )

    def _flag(self) -> str:
        flag = self.random.choice(FLAGS)
        name = flag.removeprefix("$")
        if flag != name and name not in self._declared:
            optional = self._chance(30)
            self._declared[name] = "Boolean = true" if optional else "Boolean!"
            if not optional or self._chance(50):
                self.variables[name] = None if optional and self._chance(10) else self._chance(50)
        return flag

    # ── arguments ──

    def _arguments(self, arguments: dict[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {self._argument(argument.type)}"
            for name, argument in arguments.items()
            if isinstance(argument.type, GraphQLNonNull) or self._chance(50)
        ]
        return f"({', '.join(given)})" if given else ""

    def _argument(self, kind: GraphQLInputType) -> str:
        value, required = self._value(kind), isinstance(kind, GraphQLNonNull)
        if self._chance(50):
            return _literal(value)
        name = f"v{len(self._declared)}"
        default = "" if required or self._chance(70) else f" = {_literal(value)}"
        self._declared[name] = f"{kind}{default}"
        if required or self._chance(70):
            self.variables[name] = _json(value)
        return f"${name}"

    def _value(self, kind: GraphQLInputType, nest: int = 0) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif self._chance(15):
            return None
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type, nest) for _ in range(self.random.randrange(3))]
        if isinstance(kind, GraphQLEnumType):
            return Named(self.random.choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._value(field.type, nest + 1)
                for name, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or (nest < 2 and self._chance(50))
            }
        if kind is GraphQLInt:
            return self.random.randrange(-1, 4)
        if kind is GraphQLFloat:
            return self.random.choice((1, 1.5, -2.0))
        return self._chance(50) if kind is GraphQLBoolean else str(self.random.randrange(5))


def _literal(value: Any) -> str:
    match value:
        case None:
            return "null"
        case Named(name):
            return name
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_literal(each)}' for key, each in value.items())}}}"
    return repr(value)


def _json(value: Any) -> Any:
    match value:
        case Named(name):
            return name
        case list():
            return [_json(each) for each in value]
        case dict():
            return {key: _json(each) for key, each in value.items()}
    return value
