"""Every document an app sends fits its role's schema and the limits, with the fragments all apps share."""

from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)

from server.graph.limits import DEFAULT_LIMITS, refusals
from server.graph.paging import MOST
from server.kernel.actors import Role
from server.schemas import build

HOUSE = Path(__file__).parents[2]
SHARED = sorted((HOUSE / "shared" / "web" / "fragments").glob("*.graphql"))
SCHEMAS = {role: schema._schema for role, schema in build().items()}


def own(role):
    """The documents of one app."""
    return sorted((HOUSE / "clients" / role / "src").rglob("*.graphql"))


def definitions(role):
    """All that one app's documents define, and the fragments all apps share."""
    texts = [file.read_text(encoding="utf-8") for file in [*own(role), *SHARED]]
    return [definition for text in texts for definition in parse(text).definitions]


def operations():
    """Each operation as it is sent: with the fragments it needs, and no others."""
    found = []
    for role in Role:
        every = definitions(role)
        fragments = {name_of(node): node for node in every if isinstance(node, FragmentDefinitionNode)}
        for node in every:
            if isinstance(node, OperationDefinitionNode):
                document = DocumentNode(definitions=(node, *needs(node, fragments)))
                found.append(pytest.param(role, document, id=f"{role}-{name_of(node)}"))
    return found


def name_of(node):
    """An app's operations have names; a fragment has to."""
    assert node.name
    return node.name.value


def needs(node, fragments):
    """The fragments a definition spreads, and those they spread."""
    names: dict[str, None] = {}

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_):
            names[spread.name.value] = None

    todo, seen = [node], set()
    while todo:
        visit(todo.pop(), Spreads())
        fresh = [name for name in names if name not in seen]
        seen |= set(fresh)
        todo += [fragments[name] for name in fresh]
    return [fragments[name] for name in names]


OPERATIONS = operations()


@pytest.mark.parametrize("role", list(Role))
def test_every_document_fits_its_roles_schema(role):
    """Fragments all apps share need not be spread by every app."""
    rules = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]
    document = DocumentNode(definitions=tuple(definitions(role)))
    assert [error.message for error in validate(SCHEMAS[role], document, rules, max_errors=20)] == []
    assert len(own(role)) > 5


@pytest.mark.parametrize(("role", "document"), OPERATIONS)
def test_every_operation_stays_under_the_limits(role, document):
    text = print_ast(document)
    parse(text, max_tokens=DEFAULT_LIMITS.tokens)
    assert refusals(SCHEMAS[role], document, {}, DEFAULT_LIMITS) == []


@pytest.mark.parametrize(("role", "document"), OPERATIONS)
def test_every_operation_has_a_name_of_its_own(role, document):
    name = name_of(document.definitions[0])
    same = [param for param in OPERATIONS if param.values[0] is role and param.id == f"{role}-{name}"]
    assert len(same) == 1


def test_the_limits_would_notice():
    """A page of everything about everything is too much."""
    greedy = """{ orders(first: %d) { items {
      timeline { photos { url } } clocks { name } similar { order { timeline { at } } } } } }"""
    assert refusals(SCHEMAS[Role.OFFICER], parse(greedy % MOST), {}, DEFAULT_LIMITS) != []
