"""Each field of a view, asked alone, finds the columns it needs: over lines as over whole rows."""

import shutil
from itertools import product
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from server.graph.context import Context
from server.graph.views import View
from server.kernel.actors import Role
from server.schemas import build
from tests.clock import Clock
from tests.graph.plan.both import assert_same, data, prepare
from tests.graph.plan.district import District, people, settle

SCHEMAS = build()
DOORS = {  # how one row of a view is reached
    "WorkOrder": "query ($id: ID!) { order(id: $id) { %s } }",
    "Request": "query ($id: ID!) { request(id: $id) { %s } }",
    "DeskRequest": "query ($id: ID!) { deskRequest(id: $id) { %s } }",
    "Supervision": "query ($id: ID!) { supervisions(open: false, orderId: $id) { items { %s } } }",
    "Clock": "query ($id: ID!) { order(id: $id) { clock { %s } clocks { %s } } }",
    "Photo": "query ($id: ID!) { order(id: $id) { photos { %s } cover { %s } } }",
    "Place": "query ($id: ID!) { order(id: $id) { place { %s } } }",
    "Person": "query ($id: ID!) { order(id: $id) { reporter { %s } } }",
    "Hold": "query ($id: ID!) { order(id: $id) { held { %s } } }",
    "Me": "{ me { %s } }",
    "Notice": "{ notices { items { %s } } }",
}


def fields():
    """Every field of every view, with the simplest selection below it."""
    found = []
    for role, (name, door) in product(Role, DOORS.items()):
        kind = SCHEMAS[role]._schema.type_map.get(name)
        root = SCHEMAS[role]._schema.query_type
        assert root
        if isinstance(kind, GraphQLObjectType) and door.split("{ ")[1].split("(")[0].strip() in root.fields:
            found += [
                pytest.param(
                    role, door.replace("%s", f"{field}{below(each.type)}"), id=f"{role}-{name}.{field}"
                )
                for field, each in kind.fields.items()
            ]
    return found


def below(kind):
    """A selection of whatever is there without going deeper."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    leaves = [name for name, field in named.fields.items() if is_leaf_type(get_named_type(field.type))]
    if leaves:
        return f" {{ {' '.join(leaves)} }}"
    name, field = next(iter(named.fields.items()))
    return f" {{ {name}{below(field.type)} }}"


@pytest.fixture(scope="module")
async def district(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> District:
    """A district with a case in every state."""
    file = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("views") / "sanwei.db"))
    async with District(file, Clock(), {}, {}, {}, {}).opened(file) as city:
        await city.hire()
        return await settle(city, file)


def test_every_view_has_a_door():
    views = {
        name for role in Role for name, kind in SCHEMAS[role]._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        and issubclass(getattr(kind.extensions.get("strawberry-definition"), "origin", object), View)
    }  # fmt: skip
    elsewhere = {  # the tests of their own features reach them
        "Application", "BaseRecord", "BaseSight", "BaseVersion", "CardMessage", "ClockPause",
        "ClockRevision", "ContactEntry", "Edition", "KnowledgeAnswer", "KnowledgeEntry", "Patrol",
        "PatrolPlan", "PatrolPoint", "PublicProposal", "RollCall", "Ruling", "Share", "Talk", "TalkMessage",
        "Visit", "Voice",
    }  # fmt: skip
    assert views - set(DOORS) == {"PublicCase", *elsewhere}  # the first is read whole


@pytest.mark.parametrize(("role", "text"), fields())
async def test_a_field_alone_reads_over_a_line_what_it_reads_over_a_row(district, role, text):
    """graphql-core says nothing of what is needed, so there the rows are whole."""
    told = set()
    async with district.opened(district.file) as city:
        for actor, subject in product(people(city, role), ("late", "another", "checking", "replied")):
            asked = prepare(SCHEMAS[role], text, {"id": subject} if "$id" in text else {})
            planned = await asked.planned(Context(city.office, actor))
            assert_same(planned, await asked.stock(Context(city.office, actor)))
            told.add(data(planned))
    assert [each for each in told if each != b"null"]
