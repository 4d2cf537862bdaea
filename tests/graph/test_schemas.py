"""The rooms' roots become three schemas, and the written ones are theirs."""

import json
from types import SimpleNamespace

import pytest
import strawberry
from graphql import GraphQLEnumType
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from server import schemas
from server.graph.audience import field_for
from server.graph.trusted import identifier
from server.kernel.actors import LEADER, OFFICER, Role
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


ME, UNITS = "query Me{me{id}}", "query Units{units{id}}"


@pytest.fixture
def production(tmp_path):
    """Settings with manifests as the apps' builds write them."""
    for role in Role:
        (tmp_path / f"{role}.json").write_text(json.dumps({identifier(ME): ME}))
    return Settings(mode="production", documents_dir=tmp_path)


def test_only_production_is_closed_and_asks_for_trust(production):
    built = schemas.build(production).values()
    assert {(schema.closed, schema.documents.trust.required) for schema in built} == {(True, True)}
    for mode in ("demo", "development"):
        built = schemas.build(production.model_copy(update={"mode": mode})).values()
        assert {(schema.closed, schema.documents.trust.required) for schema in built} == {(False, False)}


def test_production_has_planned_its_documents_before_it_starts(production):
    for schema in schemas.build(production).values():
        assert schema.documents.prepare(ME, "Me").plans


def test_production_does_not_start_without_the_apps_documents(production, tmp_path):
    (tmp_path / "officer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"officer\.json"):
        schemas.build(production)
    schemas.build(production.model_copy(update={"mode": "development"}))


def test_a_partners_documents_are_trusted_in_the_role_he_registered_for(production, tmp_path):
    partner = tmp_path / "hospital.json"
    partner.write_text(json.dumps({identifier(UNITS): UNITS}))
    built = schemas.build(production.model_copy(update={"partner_documents": f" officer={partner} , "}))
    assert [role for role, schema in built.items() if identifier(UNITS) in schema.documents.trust.texts] == [
        OFFICER
    ]
    with pytest.raises(FileNotFoundError):
        schemas.build(production.model_copy(update={"partner_documents": "leader=nowhere.json"}))


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
