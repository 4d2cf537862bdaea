"""Every document an app sends is answered by its plan as by graphql-core, byte for byte."""

import re
import shutil
from contextlib import aclosing
from itertools import product
from pathlib import Path
from typing import Any

import graphql
import pytest
from graphql import ExecutionResult, OperationType, print_ast
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.utils.await_maybe import await_maybe

from server.graph.context import Context
from server.kernel.actors import Actor
from server.schemas import build
from tests.clock import Clock
from tests.contract.test_documents import OPERATIONS
from tests.factories import STREET
from tests.graph.plan.both import Prepared, assert_same, data, errors, prepare
from tests.graph.plan.district import District, people, settle
from tests.graph.plan.executor import PlannedExecutor

SCHEMAS = build()
UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DICE = re.compile(rb'(?<="code":")[0-9]{6}(?=")')  # a code that is shown once
SECONDS = re.compile(rb'(?<="retryAfter":)[0-9]+')
FROM_THE_BEGINNING = f"{STREET}:0"
EVENTS = 4


def of_kind(kind):
    """The documents of one kind of operation."""
    return pytest.mark.parametrize(
        ("role", "document"), [p for p in OPERATIONS if p.values[1].definitions[0].operation is kind]
    )


NOTHING = b'{"request":null}'  # an answer as long as a refusal's
EMPTY = {"GridDraft", "Parties"}  # nobody has proposed another map; nobody is searched for
SILENT = {
    "LivePatrols",
    "LiveTalksAtDesk",
    "LiveVisits",
}  # nothing moves for whoever listens: it says that it is ready


@pytest.fixture(scope="module")
async def district(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> District:
    """The same for every document of this module."""
    file = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("district") / "sanwei.db"))
    async with District(file, Clock(), {}, {}, {}, {}).opened(file) as city:
        await city.hire()
        return await settle(city, file)


@of_kind(OperationType.QUERY)
async def test_every_query(district, role, document):
    told: set[bytes] = set()
    async with district.opened(district.file) as city:
        for actor, subject in product(people(city, role), district.versions):
            asked = about(district, actor, document, subject)
            planned = await asked.planned(Context(city.office, actor))
            assert_same(planned, await asked.stock(Context(city.office, actor)))
            told.add(data(planned))
            if not {"id", "orderId"} & asked.given.keys() and len(data(planned)) > len(NOTHING):
                break
    assert max(map(len, told)) > len(NOTHING) or document.definitions[0].name.value in EMPTY


@of_kind(OperationType.MUTATION)
async def test_every_mutation(district, role, document, tmp_path):
    """Each is tried on one case after the other, by whoever works there, until somebody may."""

    async def tried(way: str) -> list[Any]:
        found: list[Any] = []
        file = Path(shutil.copy(district.file, tmp_path / f"{way}.db"))
        async with district.opened(file) as city:
            for actor, subject in product(people(city, role), district.versions):
                asked = about(district, actor, document, subject)
                result = await getattr(asked, way)(Context(city.office, actor))
                found.append((masked(data(result)), [masked(told) for told, _ in errors(result)]))
                if not result.errors:
                    break
        return found

    planned = await tried("planned")
    assert planned == await tried("stock")
    assert planned[-1][1] == [], planned  # somebody may


@of_kind(OperationType.SUBSCRIPTION)
async def test_every_subscription(district, role, document):
    since = {"since": FROM_THE_BEGINNING} if document.definitions[0].variable_definitions else {}
    async with district.opened(district.file) as city:
        context = Context(city.office, people(city, role)[0])

        async def heard(executor: Any) -> list[bytes]:
            events: Any = await await_maybe(
                graphql.subscribe(
                    SCHEMAS[role]._schema, document, None, context, since, executor_class=executor
                )
            )
            assert not isinstance(events, ExecutionResult), events.errors
            found: list[bytes] = []
            async with aclosing(events):
                while len(found) < (
                    EVENTS if since and document.definitions[0].name.value not in SILENT else 1
                ):
                    event = await anext(events)
                    assert event.errors is None
                    found.append(data(event))
            return found

        planned = await heard(PlannedExecutor)
        assert planned == await heard(StrawberryGraphQLCoreExecutionContext)


def about(district: District, actor: Actor, document: Any, subject: str) -> Prepared:
    """The document as the actor's app sends it, about one case."""
    schema = SCHEMAS[actor.role]
    given = district.variables(actor, schema._schema, document.definitions[0], subject)
    return prepare(schema, print_ast(document), given)


def masked(text: bytes) -> bytes:
    """Without the ids and codes that were minted on the way, and without the time it took."""
    return SECONDS.sub(b"*", DICE.sub(b"*", UUID.sub(b"*", text)))
