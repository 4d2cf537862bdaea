"""What each document of the apps costs in statements: a reviewed table, for few rows and for many.

When a count has to change, change it in statements.json by hand and say in the commit why.
"""

import json
import shutil
from itertools import product
from pathlib import Path

import pytest
from graphql import OperationType, print_ast

from server.graph.context import Context
from server.platform.timing import listening
from server.schemas import build
from tests.clock import Clock
from tests.command.crowd import multiply
from tests.contract.test_documents import OPERATIONS
from tests.graph.plan.both import prepare
from tests.graph.plan.district import District, people, settle

SCHEMAS = build()
WRITTEN: dict[str, int] = json.loads(Path(__file__).with_name("statements.json").read_text(encoding="utf-8"))
TWINS = 9
SUBJECTS = ("late", "another", "checking", "replied")  # one of them has whatever a document asks for
ROWS = {  # of what a subscription tells, the question that reads the same
    "order": "order(id: $id)",
    "request": "request(id: $id)",
    "liveDesk": "deskRequest(id: $id)",
    "visit": "visit(id: $id)",
    "talk": "talk(id: $id)",
    "supervision": "supervisions(open: false, orderId: $id) { items",
    "notice": "notices { items",
    "patrol": "patrol(id: $id)",
}


@pytest.fixture(scope="module")
async def few(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> District:
    """A district with a case in every state."""
    file = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("few") / "sanwei.db"))
    async with District(file, Clock(), {}, {}, {}, {}).opened(file) as city:
        await city.hire()
        return await settle(city, file)


@pytest.fixture(scope="module")
async def many(few: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with ten times the cases."""
    file = Path(shutil.copy(few.file, tmp_path_factory.mktemp("many") / "sanwei.db"))
    async with few.opened(file) as city:
        await multiply(city, TWINS)
    return file


def question(document):
    """What is asked: the document itself; of a subscription, what an event reads of its row."""
    operation, *fragments = document.definitions
    if operation.operation is not OperationType.SUBSCRIPTION:
        return print_ast(document)
    [event] = operation.selection_set.selections
    rows = [field for field in event.selection_set.selections if field.name.value in ROWS]
    if rows:
        asked = ROWS.get(event.name.value, ROWS[rows[0].name.value])
        inner = print_ast(rows[0].selection_set)
        body = (
            f"query {'($id: ID!) ' if '$id' in asked else ''}{{ {asked} {inner} {'}' * asked.count('{')} }}"
        )
    else:
        body = f"{{ board {print_ast(event.selection_set)} }}"
    return "\n".join([body, *map(print_ast, fragments)])


QUESTIONS = [
    pytest.param(role, document.definitions[0], question(document), id=param.id)
    for param in OPERATIONS
    for role, document in [param.values]
]


async def answer(city, actor, text, variables):
    """How many statements the answer took; None when it was refused."""
    asked = prepare(SCHEMAS[actor.role], text, variables)
    with listening() as sent:
        result = await asked.planned(Context(city.office, actor))
    return None if result.errors else len(sent)


async def counts(city, text, cases):
    """The statements of each case; of a change those of the first one that is allowed."""
    found = {}
    for (actor, subject), variables in cases.items():
        found[actor.id, subject] = await answer(city, actor, text, variables)
        if text.startswith("mutation") and found[actor.id, subject]:
            break
    return {case: n for case, n in found.items() if n is not None}


@pytest.mark.parametrize(("role", "operation", "text"), QUESTIONS)
async def test_an_answer_takes_no_more_statements_for_ten_times_the_rows(
    few, many, tmp_path, request, role, operation, text
):
    live = operation.operation is OperationType.SUBSCRIPTION
    found = []
    for file in (few.file, many):
        own = Path(shutil.copy(file, tmp_path)) if text.startswith("mutation") else file
        async with few.opened(own) as city:
            subjects = (
                few.versions if text.startswith("mutation") else SUBJECTS if "$" in text else SUBJECTS[:1]
            )
            cases = {
                (actor, subject): {"id": subject} if live
                else few.variables(actor, SCHEMAS[role]._schema, operation, subject)
                for actor, subject in product(people(city, role), subjects)
            }  # fmt: skip
            found.append(await counts(city, text, cases))
    in_few, in_many = (max(each.values()) for each in found)
    assert in_many <= in_few == WRITTEN[request.node.callspec.id]


def test_the_table_names_every_document_and_no_other():
    assert set(WRITTEN) == {param.id for param in QUESTIONS}
