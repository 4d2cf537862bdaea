"""A refusal carries its code, a wrong request says why, a bug tells nothing."""

import logging

import pytest
from graphql import GraphQLError, located_error, parse

from server.graph import wire
from server.graph.errors import settle
from server.kernel.actors import OFFICER
from tests.graph.town import ann, schemas, told

SCHEMA = schemas()[OFFICER]
LIGHT = "mutation($i:LampInput!){light(input:$i){id}}"


async def error_of(query, **variables):
    [error] = (await told(SCHEMA, query, **variables))["errors"]
    return error


async def test_a_refusal_carries_code_params_and_field_and_is_not_logged(caplog):
    error = await error_of('{lamp(id:"0"){id}}')
    assert error["message"] == "NOT_FOUND"
    assert error["extensions"] == {"code": "NOT_FOUND", "params": {"subject": "0"}, "field": "id"}
    assert caplog.records == []


async def test_a_bug_is_masked_and_found_in_the_log_by_its_id(caplog):
    error = await error_of("{broken}")
    [record] = caplog.records
    assert error["message"] == "INTERNAL"
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert record.levelno == logging.ERROR
    assert error["extensions"]["params"]["id"] in record.getMessage()
    assert "secret dsn" in caplog.text and "secret dsn" not in str(error)


async def test_an_outage_is_told_as_one(caplog):
    error = await error_of("{away}")
    assert error["message"] == error["extensions"]["code"] == "UNAVAILABLE"
    assert error["extensions"]["params"]["id"] in caplog.text and "dsn" in caplog.text


async def test_a_bug_inside_a_stream_is_masked(caplog):
    results = await SCHEMA.stream("subscription{ticks(fail:true)}", None, ann())
    first, second = [wire.answer(result) async for result in results]
    assert first == {"data": {"ticks": 0}}
    assert "INTERNAL" in str(second) and "secret dsn" not in str(second)
    assert "secret dsn" in caplog.text


@pytest.mark.parametrize(("query", "variables", "says"), [
    ("{", {}, "Syntax Error"),
    ("{nothing}", {}, "Cannot query field 'nothing'"),
    ("query($n:Int!){lamps(first:$n){next}}", {}, "$n"),
    ("query($n:Int!){lamps(first:$n){next}}", {"n": "x"}, "Int cannot represent"),
    (LIGHT, {"i": {"id": "1", "litAt": "yesterday"}}, "DateTime must be"),
    (LIGHT, {"i": {"id": "1", "litAt": "2026-03-02T09:00"}}, "DateTime must be"),
    (LIGHT, {"i": {"id": "1", "litAt": 5}}, "DateTime must be"),
    ('mutation{light(input:{id:"1",litAt:"0001-01-01T00:00+09:00"}){id}}', {}, "DateTime must be"),
    (LIGHT, {"i": {}}, "id"),
])  # fmt: skip
async def test_a_wrong_request_passes_with_its_reason(caplog, query, variables, says):
    error = await error_of(query, **variables)
    assert says in error["message"]
    assert error["extensions"] == {"code": "BAD_QUERY", "params": {}}
    assert caplog.records == []


async def test_a_page_that_is_too_long_is_bad_input():
    for first in (0, 101, -3):
        error = await error_of("query($n:Int!){lamps(first:$n){next}}", n=first)
        extensions = {"code": "BAD_INPUT", "params": {"least": 1, "most": 100}, "field": "first"}
        assert error["extensions"] == extensions


def test_a_value_of_ours_that_fits_no_type_is_a_bug_and_stays_inside(caplog):
    wrong = GraphQLError("Enum 'LampState' cannot represent value: '13800138001'")
    error = located_error(wrong, [parse("{lamps}").definitions[0]], ["lamps", 0, "state"])
    settle(error)
    assert error.message == (error.extensions or {})["code"] == "INTERNAL"
    [line] = caplog.records
    assert line.exc_info
