"""What the plan takes from inside Strawberry and graphql-core. A failure says which module to read anew."""

import inspect
from typing import Any

import strawberry
from graphql import GraphQLInt, GraphQLString, parse
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor, invalid_return_type_error
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    _OperationContextAwareGraphQLResolveInfo,
)
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from server.graph.plan.slots import DEFINITION
from tests.graph.plan.rows import Level
from tests.graph.plan.world import SCHEMA, Box, Order, Unit

GRAPHQL = SCHEMA._schema
ORDER: Any = GRAPHQL.type_map["Order"]


def field(name: str) -> StrawberryField:
    """Strawberry's field behind a field of Order."""
    definition: StrawberryField = ORDER.fields[name].extensions[DEFINITION]
    return definition


def test_raw_info_has_these_fields_in_this_order():
    assert _OperationContextAwareGraphQLResolveInfo._fields == (
        "field_name", "field_nodes", "return_type", "parent_type", "path", "schema", "fragments",
        "root_value", "operation", "variable_values", "context", "is_awaitable", "abort_signal",
        "async_helpers", "operation_extensions",
    ), "plan/run.py: Run.raw"  # fmt: skip


def test_info_is_made_of_two_attributes():
    assert list(inspect.signature(Info).parameters) == ["_raw_info", "_field"], "plan/info.py"


def test_the_executor_has_what_the_plan_asks_of_it():
    parameters = inspect.signature(StrawberryGraphQLCoreExecutionContext.execute_operation).parameters
    assert list(parameters) == ["self", "serially"], "tests/graph/plan/executor.py"
    executor = StrawberryGraphQLCoreExecutionContext.build(
        GRAPHQL, parse("query ($a: Int = 1) { version ...F } fragment F on Query { version }")
    )
    assert isinstance(executor, StrawberryGraphQLCoreExecutionContext)
    assert executor.variable_values.coerced == {"a": 1}, "tests/graph/plan/executor.py"
    assert executor.middleware_manager is None, "tests/graph/plan/executor.py"
    assert executor.operation_extensions is None, "tests/graph/plan/executor.py"
    assert executor.root_value is executor.context_value is None, "tests/graph/plan/executor.py"
    assert list(executor.fragment_definitions) == ["F"], "tests/graph/plan/executor.py"
    assert executor.schema.extensions is GRAPHQL.extensions, "tests/graph/plan/executor.py"
    assert executor.schema._strawberry_schema is SCHEMA, "tests/graph/plan/executor.py"  # type: ignore[attr-defined]


def test_an_event_gets_an_executor_of_its_own():
    assert inspect.signature(Executor.build_per_event_executor).parameters.keys() == {"self", "payload"}, (
        "tests/graph/plan/executor.py"
    )


def test_a_resolver_tells_its_function_and_what_that_wants():
    age = field("age").base_resolver
    assert age and age.wrapped_func is Order.age, "plan/fields.py: function_of"
    assert age.self_parameter and age.info_parameter, "plan/fields.py: calling"
    assert not (age.parent_parameter or age.root_parameter), "plan/fields.py: calling"
    of_parent = field("ofParent").base_resolver
    assert of_parent and of_parent.parent_parameter, "plan/fields.py: calling"
    assert field("strictUnit").is_async and not field("unit").is_async, "plan/objects.py"
    assert SCHEMA.schema_converter.exception_handlers == (), "plan/fields.py: Asking"
    assert field("title").default_resolver is getattr, "plan/fields.py: Asking.attribute"


def test_arguments_are_converted_without_an_info():
    definition = ORDER.fields["age"]
    text = "{ orders { age(box: {west: 1, inner: {west: 2}}) } }"
    node = parse(text).definitions[0].selection_set.selections[0].selection_set.selections[0]  # type: ignore[attr-defined]
    raw = get_argument_values(definition, node, VariableValues({}, {}))
    converter = SCHEMA.schema_converter
    kwargs = convert_arguments(raw, field("age").arguments, converter.scalar_registry, converter.config)
    assert kwargs == {"box": Box(west=1.0, inner=Box(west=2.0))}, "plan/run.py: Run.kwargs"


def test_variables_are_coerced_once():
    values = get_variable_values(GRAPHQL, [], {})
    assert isinstance(values, VariableValues), "plan/plan.py: Plan.run"
    assert values.coerced == {}, "plan/plan.py: Plan.run"


def test_a_leaf_is_completed_without_an_executor():
    assert Executor.complete_leaf_value(GraphQLInt, "7") == 7, "plan/leaves.py"
    assert Executor.complete_leaf_value(GraphQLString, 7) == "7", "plan/leaves.py"
    level: Any = GRAPHQL.type_map["Level"]
    assert level.wrapped_cls is Level, "plan/leaves.py: members"
    assert level.coerce_output_value(Level.HIGH) == "HIGH", "plan/leaves.py: members"


def test_a_type_is_checked_against_the_schema_alone():
    class Holder:
        schema = GRAPHQL

    target: Any = GRAPHQL.type_map["Target"]
    unit = Executor.ensure_valid_runtime_type(Holder(), "Unit", target, [], None, None)  # type: ignore[arg-type]
    assert unit is GRAPHQL.type_map["Unit"], "plan/kinds.py: Abstract"
    assert unit.extensions[DEFINITION].origin is Unit, "plan/kinds.py: origin"
    named: Any = GRAPHQL.type_map["Named"]
    assert callable(target.resolve_type) and callable(named.resolve_type), "plan/kinds.py: Abstract"
    node = parse("{ version }").definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
    error = invalid_return_type_error(unit, 7, [FieldDetails(node, None)])
    assert error.nodes == [node], "plan/kinds.py: Instance"


def test_a_strawberry_type_says_how_it_is_recognised():
    definition = Unit.__strawberry_definition__  # type: ignore[attr-defined]
    assert (definition.name, definition.is_type_of, definition.origin) == ("Unit", None, Unit), (
        "plan/kinds.py"
    )
    assert hasattr(strawberry.cast(Unit, Level.LOW), "__as_strawberry_type__"), "plan/kinds.py: Abstract"
    assert Box.__strawberry_definition__.from_input is None, "plan/fields.py: Asking.resolver"  # type: ignore[attr-defined]


def test_small_things():
    assert Path(None, "a", "T").as_list() == ["a"], "plan/slots.py: as_path"
    assert not optimized_is_awaitable([]), "plan/run.py: Run.odd"
