"""Traces, as a collector hears them."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from server.kernel.errors import NotFound
from server.platform.watch import watch
from server.platform.watch.requests import scope_now
from server.platform.watch.station import Station
from server.settings import Settings
from tests.servers import free_port
from tests.watch.serving import HOUSE

WANTED = ("opentelemetry.sdk", "opentelemetry.exporter", "prometheus_client")
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@contextmanager
def a_collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Its address, and what it was sent."""
    heard: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/traces", heard
        finally:
            server.shutdown()
            thread.join()


async def spans(*work) -> list[Span]:
    """The spans of each piece of `work`, done while a server's station sends traces."""
    with a_collector() as (url, heard):
        async with Station(Settings(otlp_url=url, port=free_port())).running():
            for each in work:
                await asyncio.create_task(each)
    return [span for told in heard for r in told.resource_spans for s in r.scope_spans for span in s.spans]


def attributes(span: Span) -> dict[str, object]:
    """What a span says, plainly."""
    return {a.key: getattr(a.value, str(a.value.WhichOneof("value"))) for a in span.attributes}


async def an_operation(name="Traced", error=None, traceparent=None):
    """One operation of an officer, as a request with that header would run it."""
    watch.know(["Traced"])
    scope_now.set({"headers": [(b"traceparent", traceparent.encode())] if traceparent else []})
    outcome = pytest.raises(type(error)) if error else nullcontext()
    with outcome, watch.operation(name, "officer", "query"):
        watch.statement(0.002, "SELECT 1")
        if error:
            raise error


async def test_an_operation_is_one_span_with_its_outcome_and_its_statements():
    [span] = await spans(an_operation())
    assert (span.name, span.kind) == ("query Traced", Span.SPAN_KIND_SERVER)
    assert attributes(span) == {
        "graphql.operation.name": "Traced", "graphql.operation.type": "query", "sanwei.role": "officer",
        "sanwei.code": "OK", "sanwei.statements": 1, "sanwei.statement_ms": 2.0,
    }  # fmt: skip
    assert span.start_time_unix_nano <= span.end_time_unix_nano
    assert span.parent_span_id == b""


async def test_a_refusal_is_no_failure_and_a_bug_is():
    refused, broken = await spans(
        an_operation(error=NotFound()), an_operation(error=ValueError("13800138001"))
    )
    assert (attributes(refused)["sanwei.code"], refused.status.code) == (
        "NOT_FOUND",
        Status.STATUS_CODE_UNSET,
    )
    assert (attributes(broken)["sanwei.code"], broken.status.code) == ("INTERNAL", Status.STATUS_CODE_ERROR)
    assert b"13800138001" not in broken.SerializeToString()


async def test_a_span_goes_on_with_the_trace_its_request_came_with():
    kept, unkept, wrong = (f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00", f"00-{TRACE}-zz-01")
    first, second = await spans(*(an_operation(traceparent=each) for each in (kept, unkept, wrong)))
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    assert second.trace_id.hex() != TRACE and second.parent_span_id == b""


async def test_a_name_nobody_announced_is_in_no_trace():
    [span] = await spans(an_operation(name="_13800138001"))
    assert span.name == "query other"


async def test_a_collector_that_is_away_keeps_nobody_waiting():
    async with asyncio.timeout(20):
        async with Station(Settings(otlp_url="http://127.0.0.1:9/v1/traces", port=free_port())).running():
            await asyncio.create_task(an_operation())


def test_without_an_address_nothing_of_it_is_imported():
    code = f"import server.app, sys; print([name for name in sys.modules if name.startswith({WANTED})])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE)
    assert told.stdout == "[]\n"
