"""One span per operation, sent over OTLP/HTTP. What OpenTelemetry needs is imported when traces are wanted.

How many are kept is said by OpenTelemetry's own OTEL_TRACES_SAMPLER; without it all are, unless the caller's
traceparent says that it keeps none.
"""

import time
from collections.abc import Callable

from server.platform.watch import watch
from server.platform.watch.requests import header, scope_now
from server.platform.watch.watch import JOB, Operation

OUR_FAULT = frozenset({"INTERNAL", "UNAVAILABLE", "TOO_SLOW"})
EXPORT_SECONDS = 3  # a collector slower than this misses a batch
CARRIED = ("traceparent", "tracestate")


def open_traces(url: str, *, version: str, worker: str) -> Callable[[], None]:
    """Send spans to `url` from here on. What is returned sends the last ones and stops: it may block."""
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    resource = Resource.create(
        {"service.name": "sanwei", "service.version": version, "service.instance.id": worker}
    )
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url, timeout=EXPORT_SECONDS)))
    tracer, wire = provider.get_tracer("sanwei", version), TraceContextTextMapPropagator()

    def span(operation: Operation, seconds: float) -> None:
        if operation.kind == JOB:
            return
        ended, scope = time.time_ns(), scope_now.get()
        carried = {name: header(scope, name.encode()) for name in CARRIED} if scope else {}
        told = tracer.start_span(
            f"{operation.kind} {operation.name}",
            context=wire.extract(carried, Context()),
            kind=SpanKind.SERVER,
            start_time=ended - int(seconds * 1e9),
            attributes={
                "graphql.operation.name": operation.name,
                "graphql.operation.type": operation.kind,
                "sanwei.role": operation.role,
                "sanwei.code": operation.code,
                "sanwei.statements": operation.statements,
                "sanwei.statement_ms": operation.sql_seconds * 1000,
            },
        )
        if operation.code in OUR_FAULT:
            told.set_status(StatusCode.ERROR, operation.code)
        told.end(ended)

    stop = watch.listen(span)

    def close() -> None:
        stop()
        provider.shutdown()

    return close
