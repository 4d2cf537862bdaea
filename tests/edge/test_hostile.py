"""Rude requests are turned away at once, in few words, while everybody else goes on being served."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from server.web.protocol import Impatient
from tests.edge.house import House, asking
from tests.graph.town import town
from tests.servers import running

HANGING = 20.0  # seconds on a machine busy with other tests; an answer takes a few milliseconds
MOST_BYTES = 1_000_000
GOOD = b'{"query":"{me{id}}"}'


async def sent(client: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    """The answer to a body. Who is told to come back does: the machine may be busy with something else."""
    for _ in range(10):
        answer = await client.post("/graphql", content=content, headers=headers)
        if answer.status_code != 503 or "OVERLOADED" not in answer.text:
            break
        await asyncio.sleep(int(answer.headers["Retry-After"]))
    return answer


@asynccontextmanager
async def others(house: House, least: int = 1) -> AsyncIterator[None]:
    """Somebody else keeps asking for something small; he is answered every time, and `least` times."""
    statuses, slowest = [], 0.0

    async with asking(house, house.neighbours) as client:

        async def ask() -> None:
            nonlocal slowest
            began = time.perf_counter()
            answer = await sent(client, GOOD)
            slowest = max(slowest, time.perf_counter() - began)
            statuses.append(answer.status_code)

        async def keep_asking() -> None:
            while True:
                await ask()

        neighbour = asyncio.create_task(keep_asking())
        yield
        neighbour.cancel()
        with suppress(asyncio.CancelledError):
            await neighbour
        while len(statuses) < least:
            await ask()
    assert set(statuses) == {200}
    assert slowest < HANGING


def spreads(count: int) -> str:
    """A chain of fragments, each spreading the next one twice."""
    links = "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(count))
    return "{...F0}" + links + f"fragment F{count} on Query{{me{{id}}}}"


def nested(levels: int) -> str:
    return "{me{unit" + "{id" * levels + "}" * levels + "}}"


OPERATIONS = {
    "nesting": nested(200),
    "nesting without an end": "{me" * 300,
    "braces": "{" * 990,
    "a list in a list": "{order(id:" + "[" * 450 + "]" * 450 + "){id}}",
    "an object in an object": "{order(id:" + "{a:" * 300 + "1" + "}" * 300 + "){id}}",
    "aliases": "{" + " ".join(f"a{n}:me{{id}}" for n in range(190)) + "}",
    "directives": "{me" + " @include(if:true)" * 160 + "{id}}",
    "unknown directives": "{me" + " @a" * 480 + "{id}}",
    "a fragment bomb": spreads(80),
    "fragments in a circle": "{...A} fragment A on Query{...B} fragment B on Query{...A}",
    "a fragment in itself": "{...A} fragment A on Query{" + "...A " * 200 + "}",
    "tokens": "{me{" + "id " * 30_000 + "}}",
    "commas": "{me{id" + "," * 90_000 + "nothing}}",
    "comments": "#" + "x" * 90_000 + "\n{",
    "a long name": "{" + "a" * 90_000 + "}",
    "a long string": '{order(id:"' + "灯" * 15_000 + '"){nothing}}',
    "a long block string": '{order(id:"""' + "\\n " * 20_000 + '"""){nothing}}',
    "a long number": "{myRequests(first:" + "9" * 90_000 + "){items{nothing}}}",
    "roots": "{" + "me{id}" * 30 + "}",
    "unknown fields": "{" + "nothing " * 900 + "}",
    "names nearly right": "{" + " ".join(f"a{n}:mee{{idd}}" for n in range(15)) + "}",
    "operations": "query Q{me{id}}" * 150,
    "variables without use": "query(" + " ".join(f"$v{n}:Int" for n in range(240)) + "){me{id}}",
    "introspection": "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
    "wrong surrogates": '{order(id:"\\ud800"){id}}',
}


def wrong(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def refused(client: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    """The answer to a body that must be turned away: at once, and in few words."""
    began = time.perf_counter()
    answer = await sent(client, content, **headers)
    assert time.perf_counter() - began < HANGING
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert len(answer.content) < MOST_BYTES
    return answer


@pytest.mark.parametrize("query", OPERATIONS.values(), ids=OPERATIONS.keys())
async def test_a_hostile_operation_is_refused_while_others_are_served(house, client, query):
    async with others(house):
        for _ in range(3):
            answer = await refused(client, json.dumps({"query": query}).encode())
            assert set(wrong(answer)) <= {"BAD_QUERY", "TOO_COMPLEX"}


VARIABLES = {
    "a long list": [{"lon": 113.2, "lat": 23.1}] * 2_500,
    "nested": json.loads("[" * 900 + "]" * 900),
    "many keys": {f"k{n}": n for n in range(6_000)},
    "a text": "x" * 90_000,
    "many wrong": {"lon": ["x"] * 9_000, "lat": []},
}


@pytest.mark.parametrize("value", VARIABLES.values(), ids=VARIABLES.keys())
async def test_hostile_variables_are_refused_while_others_are_served(house, client, value):
    query = "query($at:PlaceInput!){place(at:$at){address}}"
    async with others(house):
        for _ in range(3):  # without a plan and with one
            body = {"query": query, "variables": {"at": value}}
            assert set(wrong(await refused(client, json.dumps(body).encode()))) == {"BAD_QUERY"}


BODIES = {
    "nothing": b"", "half": GOOD[:-1], "twice": GOOD * 2, "no object": b"[]", "many": b"[" + GOOD + b"]",
    "no text": b"\xff\xfe\x00", "half a character": GOOD[:-2] + b"\xe7", "zeros": b"\0" * 90_000,
    "lists": b"[" * 99_000, "objects": b'{"a":' * 19_000, "a long key": b'{"' + b"k" * 99_000,
    "not a number": b'{"query":"{me{id}}","variables":{"a":NaN}}',
    "half a pair": b'{"query":"{me{id}}","variables":{"a":"\\udc00"}}',
    "an endless number": b'{"query":"{me{id}}","variables":{"a":' + b"1" * 90_000 + b"}}",
    "packed": gzip.compress(GOOD), "a bomb": gzip.compress(b" " * 50_000_000), "too much": b" " * 100_001,
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_broken_body_is_refused_while_others_are_served(house, client, body):
    async with others(house):
        assert set(wrong(await refused(client, body))) <= {"BAD_QUERY", "TOO_LARGE"}
        await refused(client, body, **{"Content-Encoding": "gzip"})


def head(house: House, *lines: bytes) -> bytes:
    given = [b"POST /graphql HTTP/1.1", b"Host: x", b"Content-Type: application/json",
             b"Authorization: Bearer " + house.token.encode(), *lines]  # fmt: skip
    return b"\r\n".join(given) + b"\r\n\r\n"


async def said(port: int, *parts: bytes, within: float = HANGING) -> bytes:
    """The first line of the answer to raw bytes; empty when the server only hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
    try:
        async with asyncio.timeout(within):
            return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


RAW = {
    "no chunk": [b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
    "a negative length": [b"Content-Length: -5\r\n\r\n"],
    "two lengths": [b"Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}"],
    "a length and chunks": [b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    "a head without an end": [b"X-Long: " + b"x" * 200_000],
    "a head of many lines": [b"X: y\r\n" * 40_000],
    "a line without a colon": [b"nonsense\r\n\r\n"],
}


@pytest.mark.parametrize("rest", RAW.values(), ids=RAW.keys())
async def test_broken_http_is_refused_while_others_are_served(house, rest):
    async with others(house):
        line = await said(house.server.port, head(house)[:-2], *rest)
    assert line == b"" or b" 4" in line, line


async def test_a_body_that_comes_too_slowly_is_given_up():
    async with town(body_seconds=0.2) as slow:
        lines = (
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + slow.people.token().encode() + b"\r\nContent-Length: 99\r\n\r\n"
        )
        for begun in (b"", b'{"query":'):
            assert b" 408 " in await said(slow.server.port, lines, begun)


async def test_a_head_that_comes_too_slowly_is_hung_up_on():
    class Hasty(Impatient):
        head_seconds = 0.2

    async def answer(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with running(answer, http=Hasty, lifespan="off") as server:
        assert await said(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b"HTTP/1.1 204 No Content\r\n"
        for begun in (b"", b"GET / HTTP/1.1\r\nHost:"):
            assert await said(server.port, begun) == b""


async def test_many_slow_bodies_keep_nobody_from_being_served(house):
    openings = [asyncio.open_connection("127.0.0.1", house.server.port) for _ in range(100)]
    lines = [writer for _, writer in await asyncio.gather(*openings)]
    for writer in lines:
        writer.write(head(house, b"Content-Length: 1000") + b"{")
        await writer.drain()
    async with others(house, least=20):
        pass
    for writer in lines:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_flood_of_rude_requests_is_answered_without_an_error_of_ours(house, client):
    rude = [json.dumps({"query": query}).encode() for query in OPERATIONS.values()] + list(BODIES.values())
    async with others(house):
        answers = await asyncio.gather(*(sent(client, body) for body in rude))
    assert {answer.status_code for answer in answers} <= {400, 413, 429}
