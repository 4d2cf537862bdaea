"""What the apps ask for is compiled, and nothing in the schemas takes a way the plan does not know."""

import inspect
from itertools import product

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from strawberry.extensions import SchemaExtension

from server.graph.plan.plans import Plans
from server.graph.plan.shape import steering
from server.graph.plan.slots import DEFINITION
from server.graph.views import NEEDS, Column, View
from server.kernel.actors import Role
from server.schemas import build
from tests.contract.test_documents import OPERATIONS

SCHEMAS = build()
READ_WHOLE = {"PublicCase"}  # views whose few rows are put together before anybody asks for a field


def types_of(role):
    """The types of a schema that have a Python class of ours behind them."""
    return [kind for kind in SCHEMAS[role]._schema.type_map.values() if DEFINITION in kind.extensions]


def views_of(role):
    """The object types that show a row, with that class."""
    kinds = [kind for kind in types_of(role) if isinstance(kind, GraphQLObjectType)]
    return [kind for kind in kinds if issubclass(kind.extensions[DEFINITION].origin, View)]


@pytest.mark.parametrize(("role", "document"), OPERATIONS)
def test_every_operation_is_compiled(role, document):
    plans = Plans(SCHEMAS[role], document, document.definitions[0])
    flags = steering(document)
    for answers in product((True, False), repeat=len(flags)):
        assert plans.pick(dict(zip(flags, answers, strict=True))) is not None, plans.reason


@pytest.mark.parametrize("role", list(Role))
def test_no_extension_wants_to_see_every_field(role):
    """One that does sends every operation to graphql-core."""
    extensions = SCHEMAS[role].get_extensions()
    assert [e for e in extensions if type(e).resolve is not SchemaExtension.resolve] == []


@pytest.mark.parametrize("role", list(Role))
def test_no_type_waits_to_know_what_it_is(role):
    kinds = [k for k in types_of(role) if isinstance(k, GraphQLObjectType) and k.is_type_of]
    abstract = [k for k in types_of(role) if isinstance(k, GraphQLInterfaceType | GraphQLUnionType)]
    assert [kind for kind in kinds if inspect.iscoroutinefunction(kind.is_type_of)] == []
    assert [kind for kind in abstract if inspect.iscoroutinefunction(kind.resolve_type)] == []


def test_every_resolver_of_a_view_says_which_columns_it_reads():
    """One that does not makes each list it is asked for in read whole rows."""
    silent = {
        f"{kind}.{name}"
        for role in Role
        for kind in views_of(role)
        if kind.name not in READ_WHOLE
        for name, field in kind.fields.items()
        if not isinstance(own := field.extensions[DEFINITION], Column)
        and own.base_resolver
        and NEEDS not in own.metadata
    }
    assert silent == set()
    assert {kind.name for kind in views_of(Role.CITIZEN)} > READ_WHOLE
    assert sum(len(kind.fields) for role in Role for kind in views_of(role)) > 100
