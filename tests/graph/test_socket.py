"""graphql-transport-ws over a real server, with clients that keep the protocol and clients that do not."""

import json
from typing import Any

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from server.graph.socket import MAX_FRAME_BYTES, MAX_OPERATIONS
from server.graph.sockets import MAX_SOCKETS
from server.kernel.actors import CITIZEN, LEADER
from tests.graph.town import OPEN_STREAMS, People, town
from tests.phones import Line, socket
from tests.servers import eventually

TICKS = "subscription{ticks}"


@pytest.fixture(scope="module")
async def here():
    async with town(origins=["https://city.test"]) as running:
        yield running


@pytest.fixture
async def line(here):
    """Ann's acknowledged connection."""
    async with socket(here.server, here.people.token()) as opened:
        yield opened


async def test_an_operation_of_each_kind_runs(line):
    await line.subscribe("q", "{lamp{id}}")
    assert await line.receive() == {"id": "q", "type": "next", "payload": {"data": {"lamp": {"id": "1"}}}}
    assert await line.receive() == {"id": "q", "type": "complete"}
    await line.subscribe("m", "mutation($i:LampInput!){light(input:$i){id}}", i={"id": "灯"})
    assert (await line.receive())["payload"] == {"data": {"light": {"id": "灯"}}}
    assert (await line.receive())["type"] == "complete"
    await line.subscribe("s", TICKS)
    assert [(await line.receive())["payload"]["data"]["ticks"] for _ in range(3)] == [0, 1, 2]


async def test_complete_stops_a_subscription_and_frees_its_id(line):
    await line.subscribe("1", TICKS)
    await line.receive()
    await line.send(id="1", type="complete")
    await eventually(lambda: "ann" not in OPEN_STREAMS)
    await line.send(id="unknown", type="complete")  # no fault: it may have crossed ours
    await line.subscribe("1", "{lamp{id}}")
    while (message := await line.receive())["payload"]["data"].get("lamp") is None:
        pass
    assert message["id"] == "1"


async def test_a_client_that_leaves_takes_its_subscriptions_along(here):
    async with socket(here.server, here.people.token(name="leaver")) as line:
        await line.subscribe("1", TICKS)
        await line.receive()
        assert "leaver" in OPEN_STREAMS
    await eventually(lambda: "leaver" not in OPEN_STREAMS)


async def test_ping_is_answered(line):
    await line.send(type="ping", payload={"at": 1})
    assert (await line.receive())["type"] == "pong"
    await line.send(type="pong")
    await line.send(type="ping", payload=None)
    assert (await line.receive())["type"] == "pong"


async def test_a_wrong_operation_ends_alone(line):
    await line.subscribe("live", TICKS)
    wrong = {"{": "BAD_QUERY", "{nothing}": "BAD_QUERY", "": "BAD_QUERY", "{lamp" + "{next" * 20: "BAD_QUERY",
             "{lamps(first:100){items{near{near{near{id}}}}}}": "TOO_COMPLEX"}  # fmt: skip
    for query, code in wrong.items():
        await line.subscribe("wrong", query)
        while (message := await line.receive())["id"] != "wrong":
            pass
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == code
    assert (await line.receive())["id"] == "live"


async def test_a_bug_in_a_stream_is_masked_and_the_stream_completes(line):
    await line.subscribe("1", "subscription{ticks(fail:true)}")
    assert (await line.receive())["payload"] == {"data": {"ticks": 0}}
    [error] = (await line.receive())["payload"]["errors"]
    assert error["message"] == "INTERNAL"
    assert (await line.receive())["type"] == "complete"


async def test_the_token_picks_the_schema(here):
    for role, sees in ((LEADER, True), (CITIZEN, False)):
        async with socket(here.server, here.people.token(role)) as line:
            await line.subscribe("1", TICKS)
            assert ((await line.receive())["type"] == "next") is sees


def subscribing(**payload):
    return json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{lamp{id}}"} | payload})


BAD_FRAMES = [
    "", "x", "{", "null", "0", '"ping"', "[]", "[{}]", "{}",
    '{"type":null}', '{"type":5}', '{"type":["ping"]}',
    '{"type":"start","id":"1"}', '{"type":"next","id":"1"}', '{"type":"connection_ack"}',
    '{"type":"ping","payload":5}', '{"type":"pong","payload":[]}', '{"type":"ping","payload":{"a":NaN}}',
    '{"type":"ping","payload":' + "[" * 30_000, b'{"type":"ping"}',
    '{"type":"complete"}', '{"type":"complete","id":5}', '{"type":"complete","id":null}',
    '{"type":"subscribe"}', '{"type":"subscribe","id":"1"}',
    *(subscribing().replace('"1"', id) for id in ("1", '""', '["1"]', "{}", "null")),
    *('{"type":"subscribe","id":"1","payload":' + payload + "}" for payload in ("null", "[]", "{}", '"{a}"')),
    subscribing(query=5), subscribing(query=None), subscribing(variables=[]), subscribing(operationName=5),
    subscribing(extensions="x"), subscribing(variables={"a": "\ud800"}),
]  # fmt: skip


@pytest.mark.parametrize("frame", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
async def test_a_bad_frame_closes_with_4400(line, frame):
    await line.ws.send(frame)
    assert await line.closed() == 4400


@pytest.mark.parametrize(
    "frame", ["[]", *(f'{{"type":"connection_init","payload":{p}}}' for p in ("5", "[]"))]
)
async def test_a_bad_frame_closes_with_4400_before_the_acknowledgement_too(here, frame):
    async with socket(here.server, init=False) as line:
        await line.ws.send(frame)
        assert await line.closed() == 4400


async def test_a_frame_beyond_the_limit_closes_with_1009(line):
    padding = " " * MAX_FRAME_BYTES
    await line.ws.send(json.dumps({"type": "ping"}) + padding)
    assert await line.closed() == 1009


BAD_TOKENS = [{"token": token} for token in ("nonsense", "", None, 5, ["a"])]


@pytest.mark.parametrize("payload", [*BAD_TOKENS, {"Authorization": "a"}, {}, None])
async def test_a_bad_token_closes_with_4401(here, payload):
    async with socket(here.server, init=False) as line:
        await line.send(type="connection_init", payload=payload)
        assert await line.closed() == 4401


async def test_no_payload_at_all_closes_with_4401(here):
    async with socket(here.server, init=False) as line:
        await line.send(type="connection_init")
        assert await line.closed() == 4401


async def test_an_expired_token_closes_with_4401(here):
    async with socket(here.server, init=False) as line:
        await line.send(type="connection_init", payload={"token": here.people.token(seconds=-1)})
        assert await line.closed() == 4401


async def test_subscribing_before_the_acknowledgement_closes_with_4401(here):
    async with socket(here.server, init=False) as line:
        await line.subscribe("1", "{lamp{id}}")
        assert await line.closed() == 4401


async def test_a_second_use_of_a_live_id_closes_with_4409(line):
    await line.subscribe("1", TICKS)
    await line.receive()
    await line.subscribe("1", "{lamp{id}}")
    assert await line.closed() == 4409


async def test_a_second_init_closes_with_4429(here, line):
    await line.send(type="connection_init", payload={"token": here.people.token()})
    assert await line.closed() == 4429


async def test_silence_closes_with_4408():
    async with town(init_seconds=0.05) as hasty, socket(hasty.server, init=False) as line:
        assert await line.closed() == 4408


async def ending(line):
    """The close code at the end of a stream that is read as it comes."""
    with pytest.raises(ConnectionClosed):
        while True:
            await line.receive(within=2)
    return line.ws.close_code


async def test_a_live_socket_ends_with_its_token(here):
    async with socket(here.server, here.people.token(name="brief", seconds=0.4)) as line:
        await line.subscribe("1", TICKS)
        assert await ending(line) == 4401
    await eventually(lambda: "brief" not in OPEN_STREAMS)


async def test_a_live_socket_ends_with_its_session(here):
    token = here.people.token(name="revoked")
    async with socket(here.server, token) as line:
        await line.subscribe("1", TICKS)
        await line.receive()
        here.people.revoked.add(token)
        assert await ending(line) == 4401
    await eventually(lambda: "revoked" not in OPEN_STREAMS)


async def test_while_nobody_can_vouch_for_tokens_the_client_may_try_again(here):
    here.people.away = True
    async with socket(here.server, init=False) as line:
        await line.send(type="connection_init", payload={"token": here.people.token()})
        assert await line.closed() == 1013
    here.people.away = False


async def test_a_socket_nobody_can_vouch_for_ends(here, caplog):
    class Forgetful(People):
        async def live(self, actor):
            raise LookupError(actor.id)

    async with town(people=Forgetful()) as other, socket(other.server, other.people.token()) as line:
        assert await line.closed(within=2) == 1013
    assert "LookupError: ann" in caplog.text


async def test_operations_at_once_are_bounded(line):
    for n in range(MAX_OPERATIONS + 1):
        await line.subscribe(str(n), "{slow}")
    while (message := await line.receive())["type"] != "error":
        pass
    [error] = message["payload"]
    assert message["id"] == str(MAX_OPERATIONS)
    assert error["extensions"] == {"code": "TOO_MANY_OPERATIONS", "params": {"most": MAX_OPERATIONS}}


async def test_sockets_of_one_person_are_bounded_and_counted_down_again(here):
    token = here.people.token(name="many")
    lines = [socket(here.server, token) for _ in range(MAX_SOCKETS)]
    for one in lines:
        await one.__aenter__()
    async with socket(here.server, init=False) as extra:
        await extra.send(type="connection_init", payload={"token": token})
        assert await extra.closed() == 4429
    async with socket(here.server, here.people.token(name="other")):
        pass
    for one in lines:
        await one.__aexit__(None, None, None)

    async def again():
        async with socket(here.server, init=False) as line:
            await line.send(type="connection_init", payload={"token": token})
            try:
                return await line.receive()
            except ConnectionClosed:
                return None

    acknowledged: Any = await eventually(again)
    assert acknowledged["type"] == "connection_ack"


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "http://city.test", "https://city.test.evil.test"]
)
async def test_a_foreign_page_is_refused_at_the_handshake(here, origin):
    with pytest.raises(InvalidStatus) as refused:
        async with socket(here.server, here.people.token(), origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_pages_are_let_in(here):
    for origin in ("https://city.test", here.server.url, None):
        async with socket(here.server, here.people.token(), origin=origin):
            pass


@pytest.mark.parametrize("protocol", ["graphql-ws", "mqtt", None])
async def test_other_protocols_are_refused(here, protocol):
    names = [Subprotocol(protocol)] if protocol else None
    try:
        async with websockets.connect(here.server.ws, subprotocols=names) as ws:
            await Line(ws).closed()
            assert ws.close_code == 4406
    except websockets.exceptions.NegotiationError:
        assert protocol


async def test_http_goes_on_beside_rude_sockets(here, caplog):
    lines = [socket(here.server, init=False) for _ in range(5)]
    for one in lines:
        entered = await one.__aenter__()
        entered.ws.transport.abort()
    async with httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {here.people.token()}"}
        answer = await client.post(
            f"{here.server.url}/graphql", json={"query": "{lamp{id}}"}, headers=headers
        )
    assert answer.status_code == 200
    for one in lines:
        await one.__aexit__(None, None, None)
    assert caplog.records == []
