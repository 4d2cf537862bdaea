"""Too much is refused in milliseconds, whatever shape it has."""

import time

import pytest
from graphql import parse

from server.graph import wire
from server.graph.limits import Limits, refusals
from server.kernel.actors import OFFICER
from tests.graph.town import ann, schemas, told

SCHEMA = schemas()[OFFICER]
QUICK = 2.0  # seconds of work; the walk takes a millisecond, an exponential one for ever


async def codes(query):
    """The codes an operation is refused with."""
    return {error["extensions"]["code"] for error in (await told(SCHEMA, query)).get("errors", [])}


async def broken(query):
    """The limits an operation breaks."""
    errors = (await told(SCHEMA, query)).get("errors", [])
    return [error["extensions"]["params"].get("limit", error["message"]) for error in errors]


def deep(levels):
    return "{lamp" + "{next" * (levels - 2) + "{id}" + "}" * (levels - 1)


def many(n, what):
    return "{lamp{" + " ".join(what.format(i) for i in range(n)) + "}}"


@pytest.mark.parametrize(("inside", "outside", "limit"), [
    (deep(8), deep(9), "depth"),
    (many(15, "a{}:id"), many(16, "a{}:id"), "aliases"),
    (many(50, "id @skip(if:false)"), many(51, "id @skip(if:false)"), "directives"),
    ("{" + "lamp{id}" * 20 + "}", "{" + "lamp{id}" * 21 + "}", "roots"),
    ("{lamps(first:100){items{" + "id " * 48, "{lamps(first:100){items{" + "id " * 49, "cost"),
])  # fmt: skip
async def test_each_limit_is_where_it_says(inside, outside, limit):
    assert await broken(inside + "}}}" * (limit == "cost")) == []
    assert await broken(outside + "}}}" * (limit == "cost")) == [limit]


@pytest.mark.parametrize(("query", "cost"), [
    ("{lamp{id}}", 2),
    ("{lamp{next{id}}}", 3),
    ("{lamps(first:7){next}}", 1 + 7),
    ("{lamps(first:7){items{id}}}", 1 + 7 * (1 + 1)),      # the rows are counted once, with the page
    ("{lamps{items{id}}}", 1 + 20 * 2),                    # as the schema defaults
    ("{lamp{near{id}}}", 2 + 10),                          # undeclared lists
    ("{lamp{row{id}}}", 2 + 100),                          # declared ones
    ("{lamps(first:7){items{near{id}}}}", 1 + 7 * (1 + 1 + 10)),
    ("{lamps(first:999999999999){next}}", 1 + 100),
    ("{lamps(first:-5){next}}", 1 + 1),
    ("query($n:Int!){lamps(first:$n){next}}", 1 + 9),
    ("query($m:Int=4){lamps(first:$m){next}}", 1 + 4),
    ("query($none:Int){lamps(first:$none){next}}", 1 + 20),
    ("query($null:Int=4){lamps(first:$null){next}}", 1 + 100),
    ("query($text:Int){lamps(first:$text){next}}", 1 + 100),
    ("query A($m:Int=4){...F} query B($m:Int=6){...F} fragment F on Query{lamps(first:$m){next}}", 1 + 6),
    ("{...F} fragment F on Query{lamps(first:3){...P}} fragment P on LampPage{items{id}}", 1 + 3 * 2),
    ("{lamp{... on Lamp{near{...on Lamp{id}}}}}", 2 + 10),
    ("{lamp{unknown{more{id}}}}", 4),
    ("{__typename lamp{__typename}}", 3),
])  # fmt: skip
def test_a_field_costs_one_times_the_lists_around_it(query, cost):
    given = {"n": 9, "null": None, "text": "many"}
    document = parse(query)
    assert refusals(SCHEMA._schema, document, given, Limits(cost=cost)) == []
    [error] = refusals(SCHEMA._schema, document, given, Limits(cost=cost - 1))
    assert error.extensions == {"code": "TOO_COMPLEX", "params": {"limit": "cost", "most": cost - 1}}


async def test_weight_follows_the_variables_of_each_request():
    query = "query($n:Int!){lamps(first:$n){items{" + "id " * 60 + "}}}"
    answers = [await told(SCHEMA, query, n=n) for n in (10, 100, 20)]
    assert ["errors" in answer for answer in answers] == [False, True, False]


def spreads(n, *, twice):
    """A chain of n fragments, each spreading the next one twice."""
    body = (lambda i: f"next{{...F{i}}} next{{...F{i}}}") if twice else (lambda i: f"...F{i} ...F{i}")
    links = (f"fragment F{i} on Lamp{{{body(i + 1)}}}" for i in range(n))
    return "{lamp{...F0}}" + "".join(links) + f"fragment F{n} on Lamp{{id}}"


HOSTILE = {
    "fragment bomb": spreads(60, twice=False),
    "fragment bomb with depth": spreads(50, twice=True),
    "cycle": "{lamp{...A}} fragment A on Lamp{next{...B}} fragment B on Lamp{next{...A}}",
    "self": "{...A} fragment A on Query{...A ...A ...A}",
    "nesting": "{lamp" + "{next" * 190 + "{id}" + "}" * 191,
    "endless nesting": "{lamp" + "{next" * 400,
    "braces": "{" * 900,
    "list literal": "{lamp(id:" + "[" * 450 + "]" * 450 + "){id}}",
    "aliases": many(320, "a{}:id"),
    "same field": many(980, "id"),
    "same object, differently": many(80, "next{{id @skip(if:true)}} next{{id}}"),
    "unknown fields": many(980, "id{}"),
    "unknown fragments": many(480, "...X{}"),
    "operations": "query Q{...A}" * 90 + "fragment A on Query{" + "lamp{id}" * 60 + "}",
    "directives": many(1, "id " + "@skip(if:true) " * 140),
    "tokens": many(5_000, "id"),
    "comments": "#\n" * 30_000 + "{lamp{id}}",
    "one long name": "{" + "a" * 90_000 + "}",
    "one long string": '{lamp(id:"' + "a" * 90_000 + '"){id x}}',
    "long number": "{lamps(first:" + "9" * 90_000 + "){next}}",
    "big lists": "{lamps(first:100){items{near{near{near{id}}}}}}",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_operation_is_refused_quickly(query):
    began = time.process_time()
    refused = await codes(query)
    assert time.process_time() - began < QUICK
    assert refused in ({"TOO_COMPLEX"}, {"BAD_QUERY"})


async def test_the_costliest_operation_within_the_limits_is_quick_too():
    began = time.process_time()
    assert await codes(many(240, "next{{id}}")) == set()
    assert time.process_time() - began < QUICK


async def test_an_accepted_text_is_remembered_and_a_refused_one_is_not():
    schema = schemas()[OFFICER]
    await told(schema, "{lamp{id}}")
    for refused in ("{lamp{nothing}}", HOSTILE["big lists"], "{", "fragment F on Lamp{id}"):
        await told(schema, refused)
    assert list(schema.documents.remembered()) == ["{lamp{id}}"]


async def test_the_memory_of_texts_is_bounded():
    schema = schemas()[OFFICER]
    texts = [f"{{lamp(id:{n}){{id}}}}" for n in range(300)]
    for text in texts:
        await told(schema, text)
    assert list(schema.documents.remembered()) == texts[50:]


async def test_the_deadline_stops_an_operation_on_every_transport():
    schema = schemas(limits=Limits(seconds=0.05))[OFFICER]
    streamed = [result async for result in await schema.stream("{slow}", None, ann())]
    for answer in [await told(schema, "{slow}"), *(wire.answer(result) for result in streamed)]:
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "TOO_SLOW", "params": {"limitSeconds": 0.05}}


async def test_introspection_and_suggestions_exist_only_while_open():
    opened, closed = schemas()[OFFICER], schemas(closed=True)[OFFICER]
    for ask in ("{__schema{queryType{name}}}", '{__type(name:"Lamp"){name}}'):
        assert "errors" not in await told(opened, ask)
        assert "data" not in (await told(closed, ask))["errors"]
    assert "errors" not in await told(closed, "{lamp{__typename}}")
    [error] = (await told(opened, "{lamp{idd}}"))["errors"]
    assert "Did you mean" in error["message"]
    [error] = (await told(closed, "{lamp{idd}}"))["errors"]
    assert error["message"] == "Cannot query field 'idd' on type 'Lamp'."
