"""The schemas the apps are built against are those the server runs."""

import pytest
from graphql import build_schema, validate_schema

from server import schemas
from server.kernel.actors import Role

TOLD = {role: (schemas.WRITTEN / f"{role}.graphql").read_text(encoding="utf-8") for role in Role}


def test_what_is_committed_is_what_the_server_runs():
    assert schemas.drift() == "", "`make schema` writes them anew"


@pytest.mark.parametrize("role", list(Role))
def test_every_schema_is_sound_and_has_every_root(role):
    schema = build_schema(TOLD[role])
    assert validate_schema(schema) == []
    assert schema.query_type and schema.mutation_type and schema.subscription_type


def test_a_schema_says_the_same_every_time():
    assert schemas.sdl() == schemas.sdl()
