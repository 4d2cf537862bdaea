"""GraphQL over HTTP, asked by a real client over a real server."""

import asyncio
import gzip
import json
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from server.kernel.actors import LEADER, OFFICER
from tests.graph.town import OPEN_STREAMS, town
from tests.servers import eventually

GRAPHQL, JSON = "application/graphql-response+json", "application/json"


@pytest.fixture(scope="module")
async def here():
    async with town() as running:
        yield running


@pytest.fixture
async def post(here):
    """POST to /graphql as Ann."""
    anns = here.people.token()
    async with httpx.AsyncClient(base_url=here.server.url) as client:

        async def send(body, *, token=anns, headers=None, **rest):
            content = json.dumps(body).encode() if isinstance(body, dict | list) else body
            ours = {"Content-Type": JSON, "Accept": GRAPHQL}
            bearer = {"Authorization": f"Bearer {token}"} if token else {}
            return await client.post(
                "/graphql", content=content, headers=ours | bearer | (headers or {}), **rest
            )

        yield send


def code(answer):
    [error] = answer.json()["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(("accept", "kind"), [
    (GRAPHQL, GRAPHQL), (JSON, JSON), ("*/*", JSON), ("", JSON), ("application/*", JSON),
    (f"{JSON}, {GRAPHQL}", GRAPHQL), (f"{JSON};q=0.9, {GRAPHQL};q=0.5", JSON), (GRAPHQL.upper(), GRAPHQL),
    (f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
    (f"text/html, {JSON};charset=utf-8", JSON), ("text/html, */*;q=0.1", JSON),
])  # fmt: skip
async def test_the_answer_has_the_kind_that_was_asked_for(post, accept, kind):
    answer = await post({"query": "{lamp{id}}"}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert answer.json() == {"data": {"lamp": {"id": "1"}}}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", f"{JSON};q=0, */*", f"{JSON};q=x", "image/*"])
async def test_a_kind_we_do_not_speak_is_406(post, accept):
    assert (await post({"query": "{lamp{id}}"}, headers={"Accept": accept})).status_code == 406


NEVER_RUN = ["{", "{nothing}", "query($n:Int!){lamps(first:$n){next}}", "", "fragment F on Lamp{id}"]


@pytest.mark.parametrize("query", NEVER_RUN)
async def test_what_never_ran_is_400_without_data_or_200_for_plain_json(post, query):
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = await post({"query": query}, headers={"Accept": accept})
        assert (answer.status_code, code(answer)) == (status, "BAD_QUERY")
        assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("query", "expected"), [('{lamp(id:"0"){id}}', "NOT_FOUND"), ("{broken}", "INTERNAL")]
)
async def test_an_error_while_running_is_an_answer(post, query, expected):
    answer = await post({"query": query})
    assert (answer.status_code, code(answer), answer.json()["data"]) == (200, expected, None)


async def test_variables_and_operation_names_are_honoured(post):
    query = "query A{lamp{id}} query B($n:ID!){lamp(id:$n){id}}"
    answer = await post(
        {"query": query, "operationName": "B", "variables": {"n": "灯"}, "extensions": {"a": 1}}
    )
    assert answer.json() == {"data": {"lamp": {"id": "灯"}}}
    assert "灯".encode() in answer.content
    answer = await post({"query": query, "operationName": "C"})
    assert (answer.status_code, code(answer)) == (400, "BAD_QUERY")


GOOD = b'{"query":"{lamp{id}}"}'
NO_REQUESTS = [
    b"", b"null", b"0", b'"{lamp{id}}"', b"[]", b"[" + GOOD + b"]", b"{", b"\xff\xfe{", b"[" * 90_000,
    b'{"query":null}', b'{"query":5}', b'{"query":["a"]}', b'{"query":NaN}', b'{"notquery":"{lamp{id}}"}',
    *(GOOD[:-1] + b"," + rest + b"}" for rest in (
        b'"variables":[]', b'"variables":"a"', b'"extensions":0', b'"operationName":{}',
        b'"variables":{"a":"\\ud800"}', b'"variables":{"a":' + b"9" * 5000 + b"}",
    )),
    GOOD.decode().encode("utf-16"), gzip.compress(GOOD), b"query=%7Blamp%7Bid%7D%7D",
]  # fmt: skip


@pytest.mark.parametrize("body", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
async def test_a_body_that_is_no_request_is_400(post, body):
    for accept in (GRAPHQL, JSON):
        answer = await post(body, headers={"Accept": accept})
        assert (answer.status_code, code(answer)) == (400, "BAD_QUERY")


@pytest.mark.parametrize("kind", [
    "", ";", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/graphql", "application/jsonx", "application/json,text/plain",
    "application/json; charset=utf-16",
])  # fmt: skip
async def test_only_json_in_utf8_is_taken(post, kind):
    answer = await post({"query": "{lamp{id}}"}, headers={"Content-Type": kind})
    assert (answer.status_code, code(answer)) == (415, "BAD_QUERY")


@pytest.mark.parametrize(
    "parameter", ["charset=utf-8", 'charset="UTF-8"', "charset=utf8", "charset*=x''y", "a"]
)
async def test_json_may_say_that_it_is_utf8(post, parameter):
    answer = await post({"query": "{lamp{id}}"}, headers={"Content-Type": f"{JSON}; {parameter}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_405(here, method):
    async with httpx.AsyncClient(base_url=here.server.url) as client:
        answer = await client.request(method, "/graphql", params={"query": "{lamp{id}}"})
    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "BAD_QUERY")


@pytest.mark.parametrize("authorization", [
    None, "", "Bearer", "Bearer nonsense", "Basic YTpi", "ann-0", "Bearer ann-0 ann-0", "Token ann-0",
])  # fmt: skip
async def test_without_a_live_token_there_is_no_schema(post, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await post({"query": "{__typename}"}, token=None, headers=headers)
    assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token_is_no_token(here, post):
    answer = await post({"query": "{lamp{id}}"}, token=here.people.token(seconds=-1))
    assert answer.status_code == 401


async def test_while_nobody_can_vouch_for_tokens_the_answer_is_503(here, post):
    here.people.away = True
    answer = await post({"query": "{lamp{id}}"})
    here.people.away = False
    assert (answer.status_code, answer.headers["retry-after"], code(answer)) == (503, "1", "UNAVAILABLE")
    assert (await post({"query": "{lamp{id}}"})).status_code == 200


async def test_the_token_picks_the_schema(here, post):
    ask = {"query": "{report{text}}"}
    assert (await post(ask, token=here.people.token(LEADER))).json() == {"data": {"report": {"text": "ok"}}}
    answer = await post(ask, token=here.people.token(OFFICER))
    assert (answer.status_code, code(answer)) == (400, "BAD_QUERY")
    light = {"query": 'mutation{light(input:{id:"7"}){id}}'}
    assert (await post(light)).json() == {"data": {"light": {"id": "7"}}}
    assert (await post(light, token=here.people.token(LEADER))).status_code == 400


async def test_a_body_ends_at_a_hundred_kilobytes(post):
    def padded(size):
        body = b'{"query":"{lamp{id}}"}'
        return body + b" " * (size - len(body))

    assert (await post(padded(100_000))).status_code == 200
    answer = await post(padded(100_001))
    assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")


async def test_the_limit_counts_while_an_endless_body_streams(here):
    """No Content-Length; the answer comes before the body ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.server.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/json\r\nAuthorization: Bearer "
        + here.people.token().encode()
        + b"\r\n\r\n"
    )
    for _ in range(101):
        writer.write(b"3e8\r\n" + b" " * 1000 + b"\r\n")
    async with asyncio.timeout(5):
        assert b" 413 " in await reader.readline()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_caller_that_hangs_up_in_its_body_harms_nobody(here, post, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", here.server.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + here.people.token().encode() + b'\r\n\r\n{"query":'
    )
    await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    assert (await post({"query": "{lamp{id}}"})).status_code == 200
    assert caplog.records == []


async def test_a_deep_question_is_refused_over_http_too(post):
    answer = await post({"query": "{lamp" + "{next" * 20 + "{id}" + "}" * 21})
    assert (answer.status_code, code(answer)) == (400, "TOO_COMPLEX")


async def test_a_subscription_needs_a_stream(post):
    answer = await post({"query": "subscription{ticks}"})
    assert (answer.status_code, code(answer)) == (400, "BAD_QUERY")
    assert "websocket" in answer.json()["errors"][0]["message"]


@asynccontextmanager
async def streaming(here, query, token):
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=here.server.url) as client,
        client.stream("POST", "/graphql", json={"query": query}, headers=headers) as answer,
    ):
        yield answer


async def test_server_sent_events_carry_a_subscription_until_the_caller_leaves(here):
    token = here.people.token(name="eve")
    async with streaming(here, "subscription{ticks}", token) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        heard = [await anext(lines) for _ in range(6)]
    assert heard == [
        "event: next", 'data: {"data":{"ticks":0}}', "", "event: next", 'data: {"data":{"ticks":1}}', ""
    ]  # fmt: skip
    await eventually(lambda: "eve" not in OPEN_STREAMS)


@pytest.mark.parametrize(("query", "data"), [
    ("{lamp{id}}", '{"data":{"lamp":{"id":"1"}}}'),
    ("subscription{ticks(fail:true)}", '"code":"INTERNAL"'),
    ("{nothing}", '"code":"BAD_QUERY"'),
    ("{", '"code":"BAD_QUERY"'),
])  # fmt: skip
async def test_server_sent_events_end_with_complete(here, query, data):
    async with streaming(here, query, here.people.token()) as answer:
        text = (await answer.aread()).decode()
    assert data in text
    assert text.endswith("event: complete\r\ndata: \r\n\r\n")


async def test_a_revoked_session_ends_its_event_stream(here):
    token = here.people.token(name="mallory")
    async with streaming(here, "subscription{ticks}", token) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        here.people.revoked.add(token)
        async with asyncio.timeout(2):
            rest = [line async for line in lines]
    assert "event: complete" not in rest
    await eventually(lambda: "mallory" not in OPEN_STREAMS)
