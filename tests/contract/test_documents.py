"""What the apps ask is what their role's server answers in production."""

from pathlib import Path

import pytest
from graphql import DocumentNode, concat_ast, parse, print_ast, separate_operations

from server.graph.audience import RoleSchema
from server.kernel.actors import Role
from server.schemas import build
from server.settings import Settings

HOUSE = Path(__file__).parents[2]
SHARED = sorted(HOUSE.glob("shared/web/fragments/*.graphql"))


@pytest.fixture(scope="module")
def schemas() -> dict[Role, RoleSchema]:
    return build(Settings(mode="production"))


def operations(app: Role) -> dict[str, DocumentNode]:
    """Every operation of an app by name, with the fragments it spreads."""
    own = sorted(HOUSE.glob(f"clients/{app}/src/**/*.graphql"))
    return separate_operations(concat_ast([parse(file.read_text(encoding="utf-8")) for file in own + SHARED]))


def refusals(schema: RoleSchema, document: DocumentNode) -> list[str]:
    """Why the schema would not run it; too many tokens raise GraphQLSyntaxError."""
    text = print_ast(document)
    once_more = parse(text, max_tokens=schema.documents.limits.tokens)
    return [error.message for error in schema.documents.refusals(text, once_more, {})]


@pytest.mark.parametrize("app", Role)
def test_an_app_asks_what_its_schema_holds_and_production_allows(schemas, app):
    refused = {name: refusals(schemas[app], document) for name, document in operations(app).items()}
    assert len(refused) > 5
    assert {name: why for name, why in refused.items() if why} == {}
