"""What a client may try: names Python knows, more than a plan holds, fragments that double."""

import time
from dataclasses import replace

import pytest
from graphql import FieldNode, NameNode, OperationDefinitionNode, parse, validate

from server.graph.plan.objects import MOST_FIELDS
from server.graph.plan.plans import MOST_FLAGS, Plans, fallbacks
from server.graph.plan.shape import Reason
from tests.graph.plan.both import assert_same, data, prepare
from tests.graph.plan.rows import Row
from tests.graph.plan.world import SCHEMA, Surroundings

PYTHON = [
    "None", "True", "class", "def", "lambda", "__import__", "__builtins__", "__class__", "exec",
    "run", "at", "o", "d", "e", "v1", "slot1", "F1", "plain", "Later", "Info", "listed", "Rowless",
    "row", "top1", "object1", "self",
]  # fmt: skip


def a_row() -> Row:
    """Nothing unusual."""
    return Row("1", "t", "filed", 2, 1, 30.5, True, None, 100, ["a"], [[1]], 1, frozenset())


@pytest.mark.parametrize("alias", PYTHON)
async def test_an_alias_is_only_a_key(alias):
    prepared = prepare(SCHEMA, f"{{ {alias}: orders {{ {alias}: title unit {{ {alias}: note }} }} }}")
    planned = await prepared.planned(Surroundings([a_row()]))
    assert_same(planned, await prepared.stock(Surroundings([a_row()])))
    assert planned.data == {alias: [{alias: "t", "unit": {alias: None}}]}


@pytest.mark.parametrize("alias", ["'", "a'b", "a: run.context, 'b", "ä", "a\n", "", "1a"])
def test_a_key_no_parser_would_give_is_refused(alias):
    document = parse("{ version }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    renamed = replace(field, alias=NameNode(value=alias))
    operation = replace(operation, selection_set=replace(operation.selection_set, selections=(renamed,)))
    plans = Plans(SCHEMA, replace(document, definitions=(operation,)), operation)
    assert plans.pick({}) is None
    assert plans.reason is Reason.RESPONSE_KEY


async def test_a_hundred_aliases_are_a_hundred_answers():
    text = "{ " + " ".join(f"a{n}: version" for n in range(100)) + " }"
    prepared = prepare(SCHEMA, text)
    planned = await prepared.planned(None)
    assert planned.data == {f"a{n}": "1" for n in range(100)}
    assert data(planned) == data(await prepared.stock(None))


@pytest.mark.parametrize("text", [
    "{ " + " ".join(f"a{n}: version" for n in range(MOST_FIELDS + 1)) + " }",
    "{ " + " ".join(f"a{n}: orders {{ id title state unit {{ note }} }}" for n in range(100)) + " }",
])  # fmt: skip
def test_more_fields_than_a_plan_holds_are_refused_at_once(text):
    prepared = prepare(SCHEMA, text)
    before, began = fallbacks[Reason.MANY_FIELDS], time.perf_counter()
    assert prepared.plans.pick({}) is None
    assert time.perf_counter() - began < 0.5  # compiled it would hold up the loop for as long
    assert prepared.plans.pick({}) is None  # it is not tried again
    assert fallbacks[Reason.MANY_FIELDS] == before + 2


def doubling(fragments: int) -> str:
    """Each fragment spreads the next one twice, below two aliases: 2ⁿ paths."""
    below = "\n".join(
        f"fragment F{n} on Order {{ a: peers {{ ...F{n + 1} }} b: peers {{ ...F{n + 1} }} }}"
        for n in range(fragments)
    )
    return f"{{ orders {{ ...F0 }} }}\n{below}\nfragment F{fragments} on Order {{ id }}"


async def test_a_fragment_with_many_paths_is_compiled_once():
    prepared = prepare(SCHEMA, doubling(12))
    assert validate(SCHEMA._schema, prepared.document) == []
    began = time.perf_counter()
    assert prepared.plan.source.count("\ndef object") < 40
    assert time.perf_counter() - began < 1.0
    small = prepare(SCHEMA, doubling(4))
    met = [a_row()]
    assert data(await small.planned(Surroundings(met))) == data(await small.stock(Surroundings(met)))


def test_a_spread_repeated_is_followed_once():
    text = "{ orders { ...F0 } }\n" + "\n".join(
        f"fragment F{n} on Order {{ ...F{n + 1} ...F{n + 1} }}" for n in range(25)
    )
    began = time.perf_counter()
    assert prepare(SCHEMA, f"{text}\nfragment F25 on Order {{ id }}").plan.source
    assert time.perf_counter() - began < 0.5


def test_flags_are_bounded():
    names = [f"f{n}" for n in range(MOST_FLAGS + 1)]

    def picked(count):
        declared = ", ".join(f"${name}: Boolean!" for name in names[:count])
        body = " ".join(f"{name}: version @skip(if: ${name})" for name in names[:count])
        prepared = prepare(SCHEMA, f"query ({declared}) {{ {body} }}", dict.fromkeys(names[:count], False))
        return prepared.plans.pick(prepared.variables.coerced), prepared.plans.reason

    plan, _ = picked(MOST_FLAGS)
    assert plan
    assert picked(MOST_FLAGS + 1) == (None, Reason.MANY_FLAGS)
