"""The rooms' roots become three schemas, and the written ones are theirs."""

from types import SimpleNamespace

import pytest
import strawberry
from graphql import GraphQLEnumType
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from server import schemas
from server.graph.audience import field_for
from server.kernel.actors import LEADER, Role
from server.settings import Settings
from tests.graph.town import Query


def test_a_root_field_that_two_rooms_claim_stops_the_server():
    @strawberry.type(name="Query")
    class Other:
        @field_for(LEADER)
        def lamp(self) -> str:
            return ""

    rooms = [SimpleNamespace(Query=Query), SimpleNamespace(Query=Other)]
    with pytest.raises(UserWarning, match="overridden fields: lamp"):
        schemas.root("Query", rooms)  # type: ignore[arg-type]


def test_rooms_add_up_and_a_root_nobody_adds_to_is_none():
    @strawberry.type(name="Query")
    class Other:
        @field_for(LEADER)
        def bench(self) -> str:
            return ""

    rooms = [SimpleNamespace(Query=Query), SimpleNamespace(Query=Other), SimpleNamespace()]
    merged = schemas.root("Query", rooms)  # type: ignore[arg-type]
    assert merged and {"lamp", "bench"} <= {f.python_name for f in merged.__strawberry_definition__.fields}  # type: ignore[attr-defined]
    assert schemas.root("Mutation", rooms) is None  # type: ignore[arg-type]


def test_only_production_is_closed():
    assert {schema.closed for schema in schemas.build(Settings(mode="production")).values()} == {True}
    assert {schema.closed for schema in schemas.build(Settings(mode="demo")).values()} == {False}


def test_drift_is_told_until_it_is_written(tmp_path):
    assert schemas.drift(tmp_path).count("\n--- ") == len(Role) - 1
    schemas.write_sdl(tmp_path)
    assert schemas.drift(tmp_path) == ""
    file = tmp_path / "leader.graphql"
    file.write_text(file.read_text().replace("type Unit {", "type Unity {"))
    assert "-type Unity {\n+type Unit {\n" in schemas.drift(tmp_path)


def test_a_schema_that_runs_hands_resolvers_members_of_enums_not_strings():
    for schema in schemas.build().values():
        enums = [kind for kind in schema._schema.type_map.values() if isinstance(kind, GraphQLEnumType)]
        plain = {kind.name for kind in enums if not isinstance(kind, CustomGraphQLEnumType)}
        assert {name for name in plain if not name.startswith("__")} == set()
