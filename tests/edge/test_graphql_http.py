"""The reference audits of GraphQL over HTTP: nothing it must or should do is left out."""

import asyncio
import json
import subprocess
from pathlib import Path

from tests.edge.house import NODE, House

AUDIT = Path(__file__).with_name("audit.mjs")
NOTICES = 3  # things a server may do; we take no GET, for one


async def test_the_reference_audits_find_nothing(house: House) -> None:
    assert NODE
    audit = [NODE, str(AUDIT), f"{house.server.url}/graphql", house.token]
    said = await asyncio.to_thread(subprocess.run, audit, capture_output=True, text=True, timeout=50)
    assert said.returncode == 0, said.stderr
    results = json.loads(said.stdout)
    found = {status: [r for r in results if r["status"] == status] for status in ("error", "warn", "notice")}
    assert (found["error"], found["warn"]) == ([], [])
    assert len(found["notice"]) <= NOTICES, found["notice"]
    assert len(results) > 50
