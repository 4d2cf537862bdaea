"""M: what a worker weighs at rest, with the demo district and with stores of every size."""

import asyncio
import tempfile

from tests.bench import asked
from tests.bench.bench import Bench, short
from tests.bench.contestants import ours, sign_in
from tests.bench.load import load, over_and_over
from tests.bench.reads import WORDS
from tests.bench.report import Row, at_most, number
from tests.bench.stores import ENGINES, ROOT, size

DEMO_MB, GROWTH = 130, 1.2
SETTLE_SECONDS = 3.0


async def at_rest(bench: Bench) -> list[Row]:
    """Resident megabytes: the demo untouched; the others after a few seconds of lists."""
    with tempfile.TemporaryDirectory() as folder:
        maps = str(ROOT / "shared" / "data" / "areas")
        store = f"sqlite+aiosqlite:///{folder}/sanwei.db"
        with ours(store, name="demo", MODE="demo", DATA_DIR=folder, MAPS_DIR=maps) as server:
            await asyncio.sleep(SETTLE_SECONDS)
            weight = server.rss / 1e6
    rows = [Row("demo district, SQLite", f"{number(weight)} MB", [], [at_most(weight, DEMO_MB, "MB")])]
    for engine in ENGINES:
        weights = {}
        for orders in bench.scale.sizes:
            url = await bench.stores.seeded(engine, orders)
            sample = await asked.Sample.of(url, orders)
            with ours(url) as server:
                requests = asked.lists(sample, await sign_in(server.port, "leader"), server.port)
                await load(server.port, over_and_over(requests), connections=8, seconds=2, warm=0)
                await asyncio.sleep(SETTLE_SECONDS)
                weights[short(orders)] = server.rss / 1e6
        growth = max(weights.values()) / weights[short(bench.scale.sizes[0])]
        told = ", ".join(f"{name} {number(weight)} MB" for name, weight in weights.items())
        limit = at_most(growth, GROWTH, "× the smallest")
        rows.append(Row(f"after lists, {WORDS[engine]}", told, [], [limit], max(weights.values())))
        per_order = await size(url) / bench.scale.sizes[-1]
        disk = f"an order on disk with its indexes and counters, {WORDS[engine]}"
        rows.append(Row(disk, f"{number(per_order)} B", value=per_order))
    return rows
