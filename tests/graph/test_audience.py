"""What a role may not see does not exist in its schema."""

from typing import ClassVar

import pytest
import strawberry
from graphql import GraphQLObjectType

from server.graph.audience import RoleSchema, audience, field_for
from server.kernel.actors import CITIZEN, LEADER, OFFICER, Role
from tests.graph.town import schemas


def fields(role: Role, name: str) -> set[str]:
    kind = schemas()[role]._schema.get_type(name)
    assert isinstance(kind, GraphQLObjectType)
    return set(kind.fields)


@pytest.mark.parametrize(
    ("role", "more"), [(LEADER, {"costFen"}), (OFFICER, {"costFen"}), (CITIZEN, set())], ids=str
)
def test_a_type_holds_only_the_roles_fields(role, more):
    assert fields(role, "Lamp") == {"id", "litAt", "bulb", "near", "row", "next"} | more


def test_a_type_reached_only_through_hidden_fields_vanishes():
    assert [role for role, schema in schemas().items() if schema._schema.get_type("Report")] == [LEADER]


def test_a_root_without_fields_for_a_role_vanishes():
    sdl = {role: schema.as_str() for role, schema in schemas().items()}
    assert [role for role in Role if "type Mutation" in sdl[role]] == [OFFICER]
    assert [role for role in Role if "type Subscription" in sdl[role]] == [LEADER, OFFICER]


def test_input_types_are_never_cut():
    assert "input LampInput {\n  id: ID!\n  litAt: DateTime = null\n}" in schemas()[OFFICER].as_str()


def test_a_field_that_names_no_audience_stops_the_server():
    @strawberry.type
    class Bare:
        secret: str

    @strawberry.type
    class Root:
        @field_for(LEADER)
        def bare(self) -> Bare:
            return Bare(secret="")

    with pytest.raises(TypeError, match=r"Bare\.secret names no audience"):
        RoleSchema(LEADER, Root)


def test_a_root_field_that_names_no_audience_stops_the_server():
    @strawberry.type
    class Root:
        @strawberry.field
        def open(self) -> str:
            return ""

    with pytest.raises(TypeError, match=r"Root\.open names no audience"):
        RoleSchema(CITIZEN, Root)


def test_a_fields_own_audience_wins_over_its_types():
    @strawberry.type
    class Card:
        seen_by: ClassVar[frozenset[Role]] = frozenset({LEADER, CITIZEN})
        name: str = ""
        phone: str = strawberry.field(default="", metadata=audience(LEADER))

    @strawberry.type
    class Root:
        @field_for(*Role)
        def card(self) -> Card | None:
            return None

        @field_for(*Role)
        def other(self) -> str:
            return ""

    sdl = RoleSchema(CITIZEN, Root).as_str()
    assert "name: String!" in sdl and "phone" not in sdl
    assert "phone: String!" in RoleSchema(LEADER, Root).as_str()
