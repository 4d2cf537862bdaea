"""Measures everything the goals name and prints one table: `make bench`, `make bench-quick`. Never a test."""

import argparse
import resource
import sys
import time
import traceback
from contextlib import ExitStack

import uvloop

from tests.bench import (
    boards,
    clients,
    executor,
    felt,
    live,
    memory,
    places,
    reads,
    replay,
    report,
    suggestions,
    writes,
)
from tests.bench import cluster as hosts
from tests.bench.bench import FULL, QUICK, Bench, Workload
from tests.bench.stores import Stores, cluster

WORKLOADS: dict[str, Workload] = {
    "P1": reads.on_postgres,
    "P2": reads.on_sqlite,
    "P3": writes.creates,
    "P4": executor.alone,
    "P5": live.fan_out,
    "P6": live.filtered,
    "P7": boards.boards,
    "P8": boards.near,
    "P9": places.cells,
    "P10": hosts.two,
    "P11": replay.summer,
    "P12": writes.syncs,
    "P14": writes.signalen,
    "P15": suggestions.suggestions,
    "M": memory.at_rest,
    "C": clients.phones,
    "F": felt.felt,
}
NEED_POSTGRES = {"P1", "P3", "P6", "P7", "P8", "P10", "P12", "P14", "M"}


async def measure(only: list[str], *, quick: bool) -> None:
    """Run the workloads one after another; each leaves its rows in the report."""
    with ExitStack() as running:
        port = running.enter_context(cluster()) if NEED_POSTGRES & set(only) else None
        bench = Bench(QUICK if quick else FULL, Stores(port))
        for key in only:
            began = time.monotonic()
            print(f"{key} …", file=sys.stderr, flush=True)
            try:
                rows = await WORKLOADS[key](bench)
            except Exception as error:  # one workload that breaks must not lose the others
                traceback.print_exc()
                rows = [
                    report.Row(
                        "could not be measured",
                        "–",
                        [" ".join(f"{type(error).__name__}: {error}".split())[:160]],
                    )
                ]
            report.keep(key, rows)
            print(f"{key}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 and 100 thousand orders, short runs")
    parser.add_argument("--only", default="", help="workloads by name: P1,P5")
    given = parser.parse_args()
    only = [key.strip().upper() for key in given.only.split(",") if key.strip()] or list(WORKLOADS)
    if unknown := set(only) - set(WORKLOADS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # sockets are files, for the servers too
    try:
        uvloop.run(measure(only, quick=given.quick))
    finally:
        print(report.write())


if __name__ == "__main__":
    main()
