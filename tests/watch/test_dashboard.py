"""The dashboard that comes with the product asks for nothing that is not told."""

import json
import re
from pathlib import Path

import httpx

from server.app import create_app
from server.settings import Settings
from tests.servers import free_port, running

DOCS = Path(__file__).parents[2] / "docs"
NAMED = re.compile(r"\bsanwei_\w+")
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


async def told(settings):
    """The names of all numbers a server tells."""
    async with (
        running(create_app(settings), port=settings.port) as server,
        httpx.AsyncClient(base_url=server.url) as line,
    ):
        page = (await line.get("/metrics")).text
    kinds = re.findall(r"^# TYPE (\w+) (\w+)$", page, re.MULTILINE)
    return {name.removesuffix("_total") + ending for name, kind in kinds for ending in ENDINGS[kind]}


async def test_the_dashboard_and_its_page_name_what_a_server_tells_and_nothing_is_left_out(
    sqlite_store, tmp_path
):
    names = await told(Settings(data_dir=tmp_path, database_url=sqlite_store, port=free_port()))
    board = json.loads((DOCS / "grafana" / "sanwei.json").read_text())
    asked = {name for panel in board["panels"] for each in panel.get("targets", ())
             for name in NAMED.findall(each["expr"])}  # fmt: skip
    assert len(asked) > 20
    assert asked - names == set()
    written = set(NAMED.findall((DOCS / "observability.md").read_text()))
    assert written - names == set()
    assert {name for name in names if not name.startswith("sanwei_")} == set()
    singles = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    assert singles - {re.sub(r"_(bucket|count|sum)$", "", name) for name in written} == set()


def test_the_dashboard_is_laid_out_in_rows_and_no_panel_lies_on_another():
    panels = json.loads((DOCS / "grafana" / "sanwei.json").read_text())["panels"]
    rows = [panel["title"] for panel in panels if panel["type"] == "row"]
    assert rows == ["Traffic", "Latency per operation", "Live", "Clocks and queues", "Stores", "Processes"]
    taken = [
        (x, y) for p in panels for g in [p["gridPos"]]
        for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])
    ]  # fmt: skip
    assert len(taken) == len(set(taken)) and all(0 <= x < 24 for x, _ in taken)
    assert len({panel["id"] for panel in panels}) == len(panels)
