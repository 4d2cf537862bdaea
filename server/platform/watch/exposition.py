"""What was counted, as Prometheus reads it. Its library is imported when somebody asks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from server.platform.watch.book import LATENCIES, Gauge, Snapshot

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BOUNDS = (*map(str, LATENCIES), "+Inf")
OPERATION = ("worker", "operation", "role", "kind")


def page(snapshots: Mapping[str, Snapshot], facts: Iterable[Gauge], accept: str) -> tuple[bytes, str]:
    """The body and its media type, in the form `accept` asks for.

    Each process' numbers carry its number as `worker`; `facts` are true of the store and carry none.
    """
    from prometheus_client.exposition import choose_encoder

    encode, media = choose_encoder(accept)
    return encode(_Page([*_operations(snapshots), *_named(snapshots), *_facts(facts)])), media


class _Page:
    """A registry, as the encoder wants one."""

    def __init__(self, metrics: list["Metric"]) -> None:
        self._metrics = metrics

    def collect(self) -> list["Metric"]:
        return self._metrics


def _operations(snapshots: Mapping[str, Snapshot]) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    count = CounterMetricFamily(
        "sanwei_operations", "Operations by how they ended.", labels=(*OPERATION, "code")
    )
    latency = HistogramMetricFamily("sanwei_operation_seconds", "How long they took.", labels=OPERATION)
    statements = CounterMetricFamily("sanwei_operation_statements", "Their SQL statements.", labels=OPERATION)
    in_store = CounterMetricFamily(
        "sanwei_operation_statement_seconds", "Time their SQL statements took.", labels=OPERATION
    )
    for worker, snapshot in snapshots.items():
        for name, role, kind, codes, buckets, seconds, sql_count, sql_seconds in snapshot["operations"]:
            labels = (worker, name, role, kind)
            for code, n in codes.items():
                count.add_metric((*labels, code), n)
            latency.add_metric(labels, list(zip(BOUNDS, accumulate(buckets), strict=True)), seconds)
            statements.add_metric(labels, sql_count)
            in_store.add_metric(labels, sql_seconds)
    yield from (count, latency, statements, in_store)


def _named(snapshots: Mapping[str, Snapshot]) -> Iterator["Metric"]:
    """Counters and gauges; processes of two versions may stand side by side for a while."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    for kind, family in (("counters", CounterMetricFamily), ("gauges", GaugeMetricFamily)):
        told: dict[str, Any] = defaultdict(dict)
        for worker, snapshot in snapshots.items():
            for name, described in snapshot[kind].items():
                told[name][worker] = described
        for name, by_worker in told.items():
            help, label, _ = next(iter(by_worker.values()))
            metric = family(name, help, labels=("worker", label) if label else ("worker",))
            for worker, (_, its_label, values) in by_worker.items():
                for value, n in values.items() if its_label == label else ():
                    metric.add_metric((worker, value) if label else (worker,), n)
            yield metric


def _facts(facts: Iterable[Gauge]) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    for fact in facts:
        for n in fact.values.values():
            yield GaugeMetricFamily(fact.name, fact.help, n)
