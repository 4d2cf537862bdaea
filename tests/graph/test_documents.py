"""An operation is prepared once; where documents are trusted beforehand, no other runs."""

import json

import httpx
import pytest

from server.graph.documents import REMEMBERED, Refused
from server.graph.limits import Limits
from server.graph.trusted import Trust, identifier
from server.kernel.actors import OFFICER
from tests.graph.town import schemas, told, town
from tests.phones import socket

LAMP = "query Lamp($id:ID!){lamp(id:$id){id}}"
PAGE = "query Page($n:Int=20){lamps(first:$n){items{" + "id " * 60 + "}}}"
TWO = "query A{lamp{id}} query B{lamp{litAt}}"
TICKS = "subscription Ticks{ticks}"
TRUST = Trust({identifier(text): text for text in (LAMP, PAGE, TWO, TICKS)}, required=True)


def documents(trust=None, **limits):
    return schemas(limits=Limits(**limits), **({"trust": trust} if trust else {}))[OFFICER].documents


def codes(memory, *asked):
    with pytest.raises(Refused) as refused:
        memory.prepare(*asked)
    return [error.extensions and error.extensions["code"] for error in refused.value.errors]


def test_a_text_is_planned_when_it_is_asked_for_again():
    memory = documents()
    first = memory.prepare(LAMP)
    planned = [first.plans, memory.prepare(LAMP).plans]
    assert planned[0] is None and planned[1]
    assert memory.prepare(LAMP) is first
    assert (first.name, first.kind.value) == ("Lamp", "query")


def test_each_operation_of_a_document_is_remembered_by_its_name():
    memory = documents()
    assert [memory.prepare(TWO, name).name for name in "ABA"] == ["A", "B", "A"]
    for unknown in ("C", None, ""):
        assert codes(memory, TWO, unknown) == ["BAD_QUERY"]
    assert list(memory.remembered()) == [TWO, TWO]


def test_a_flood_of_texts_asked_for_once_leaves_the_proven_ones():
    memory = documents()
    proven = [f"{{lamp(id:{n}){{id}}}}" for n in range(REMEMBERED // 2 + 1)]
    for text in proven:
        memory.prepare(text)
        memory.prepare(text)
    flood = [f"{{lamp(id:{n}){{litAt}}}}" for n in range(REMEMBERED)]
    for text in flood:
        memory.prepare(text)
    assert list(memory.remembered()) == [*flood[REMEMBERED // 2 :], *proven[1:]]


def test_a_page_is_weighed_once_for_each_size():
    memory = documents()
    memory.prepare(PAGE)
    assert codes(memory, PAGE, None, {"n": 100}) == ["TOO_COMPLEX"]
    assert codes(memory, PAGE, None, {"n": "many"}) == ["TOO_COMPLEX"]
    known = memory.prepare(PAGE)
    for n in range(1, 300):
        memory.prepare(PAGE, None, {"n": -n, "other": n})
        known.light({"n": n})
    assert known.light({"n": -7}) and known.light({"n": 1}) and not known.light({"n": 2})


def test_a_trusted_document_runs_by_its_text_and_by_its_identifier():
    memory = documents(TRUST)
    assert memory.prepare(LAMP).plans  # planned at once
    assert memory.prepare(identifier(LAMP), "Lamp") is memory.prepare(LAMP, "Lamp") is memory.prepare(LAMP)
    assert memory.prepare(identifier(TWO), "B").name == "B"


@pytest.mark.parametrize("asked", [
    "{lamp{id}}", "{__typename}", LAMP + " ", "", "{",
    identifier(LAMP + " "), identifier(LAMP).upper(), "sha256:",
])  # fmt: skip
def test_no_other_runs_where_they_are_required(asked):
    memory = documents(TRUST)
    for name in (None, "Lamp"):
        assert codes(memory, asked, name) == ["UNTRUSTED_DOCUMENT"]
    assert list(memory.remembered()) == []


def test_unknown_names_of_a_trusted_document_are_not_kept():
    memory = documents(TRUST)
    memory.prepare(LAMP)
    kept = list(memory.remembered())
    for n in range(10):
        assert codes(memory, LAMP, f"Lamp{n}") == ["BAD_QUERY"]
    assert list(memory.remembered()) == kept


def test_the_limits_hold_for_trusted_documents_too():
    assert codes(documents(TRUST), PAGE, "Page", {"n": 100}) == ["TOO_COMPLEX"]


def test_other_texts_run_where_none_are_required():
    memory = documents(Trust(TRUST.texts))
    assert memory.prepare("{lamp{id}}").name is None
    assert codes(memory, identifier("{lamp{id}}")) == ["UNTRUSTED_DOCUMENT"]


def test_all_are_planned_at_the_start_or_the_server_does_not_start():
    memory = documents(TRUST)
    memory.pin()
    assert set(memory.remembered()) == {*TRUST.texts, *TRUST.texts.values()}
    wrong = "query Wrong{lamp{nothing}}"
    with pytest.raises(ValueError, match=f"{identifier(wrong)}: Cannot query field 'nothing'"):
        documents(Trust({identifier(wrong): wrong})).pin()


def test_manifests_add_up_and_must_be_whole(tmp_path):
    app, partner = tmp_path / "officer.json", tmp_path / "partner.json"
    app.write_text(json.dumps({identifier(LAMP): LAMP}))
    with pytest.raises(FileNotFoundError):
        Trust.read([app, partner], required=True)
    assert Trust.read([app, partner], required=False).texts == {identifier(LAMP): LAMP}
    partner.write_text(json.dumps({identifier(TWO): TWO}))
    assert Trust.read([app, partner], required=True).texts == {identifier(LAMP): LAMP, identifier(TWO): TWO}
    partner.write_text(json.dumps({identifier(TWO): LAMP}))
    with pytest.raises(ValueError, match="not the identifier"):
        Trust.read([app, partner], required=True)


async def test_variables_that_do_not_fit_are_told_alike_with_a_plan_and_without():
    schema = schemas()[OFFICER]
    answers = [await told(schema, "query($n:Int!){lamps(first:$n){next}}", n="x") for _ in range(3)]
    assert answers[0]["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    assert answers[0] == answers[1] == answers[2]


@pytest.fixture(scope="module")
async def strict():
    """A town that runs trusted documents only."""
    async with town(trust=TRUST) as running:
        yield running


@pytest.fixture
async def post(strict):
    headers = {"Authorization": f"Bearer {strict.people.token()}"}
    async with httpx.AsyncClient(base_url=strict.server.url, headers=headers) as client:

        async def send(accept="application/graphql-response+json", **body):
            answer = await client.post("/graphql", json=body, headers={"Accept": accept})
            return answer.status_code, answer.text

        yield send


KNOWN: list[dict[str, str | None]] = [
    {"query": LAMP}, {"query": identifier(LAMP)},
    {"documentId": identifier(LAMP)}, {"documentId": identifier(LAMP), "query": None},
]  # fmt: skip
UNKNOWN: list[dict[str, str | None]] = [{"query": "{lamp{id}}"}, {"documentId": identifier("{lamp{id}}")}]
NAMELESS = [{"documentId": id} for id in (LAMP, "", "md5:0", None, 7)]


@pytest.mark.parametrize("named", KNOWN)
async def test_http_and_event_streams_run_what_is_trusted(post, named):
    assert await post(**named, variables={"id": "7"}) == (200, '{"data":{"lamp":{"id":"7"}}}')
    _, text = await post("text/event-stream", **named, variables={"id": "7"})
    assert 'data: {"data":{"lamp":{"id":"7"}}}' in text


@pytest.mark.parametrize("named", UNKNOWN)
async def test_http_and_event_streams_refuse_the_rest(post, named):
    status, text = await post(**named)
    assert (status, json.loads(text)["errors"][0]["extensions"]["code"]) == (400, "UNTRUSTED_DOCUMENT")
    assert (await post("application/json", **named))[0] == 200
    assert "UNTRUSTED_DOCUMENT" in (await post("text/event-stream", **named))[1]


@pytest.mark.parametrize("named", [*NAMELESS, {"documentId": identifier(LAMP), "query": LAMP}])
async def test_a_document_has_one_name(post, named):
    status, text = await post(**named)
    assert (status, json.loads(text)["errors"][0]["extensions"]["code"]) == (400, "BAD_QUERY")


async def test_a_websocket_runs_what_is_trusted_and_refuses_the_rest(strict):
    async with socket(strict.server, strict.people.token()) as line:
        for named in KNOWN:
            await line.send(id="1", type="subscribe", payload={**named, "variables": {"id": "7"}})
            assert (await line.receive())["payload"] == {"data": {"lamp": {"id": "7"}}}
            assert (await line.receive())["type"] == "complete"
        for named in UNKNOWN:
            await line.send(id="1", type="subscribe", payload=named)
            refused = await line.receive()
            assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == (
                "error",
                "UNTRUSTED_DOCUMENT",
            )
        await line.send(id="1", type="subscribe", payload={"documentId": identifier(TICKS)})
        assert (await line.receive())["payload"] == {"data": {"ticks": 0}}


async def test_a_websocket_frame_that_names_its_document_wrongly_is_a_bad_frame(strict):
    for named in NAMELESS:
        async with socket(strict.server, strict.people.token()) as line:
            await line.send(id="1", type="subscribe", payload=named)
            assert await line.closed() == 4400
