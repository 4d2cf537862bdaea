"""The demo's base data: two houses of a lane, who lives and trades there, and what stands in the street."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from server.grid.basedata import service
from server.grid.basedata.facts import BaseFieldName, BaseKind
from server.kernel.actors import Actor
from server.kernel.geo import Wgs84
from server.platform.work import Work

At = Callable[[Actor, float], AbstractAsyncContextManager[Work]]


async def collect(
    at: At, actors: Mapping[str, Actor], an_id: Callable[[str], str], told: Sequence[Mapping[str, Any]]
) -> None:
    """`at` opens a unit of work in somebody's name, so many hours ago; a record names what it stands in."""
    for record in told:
        async with at(actors[record["by"]], record["hours"]) as work:
            await service.create(
                work, id=an_id(f"base {record['id']}"), kind=BaseKind(record["kind"]),
                facts={BaseFieldName(name): value for name, value in record["facts"].items()},
                parent_id=an_id(f"base {record['in']}") if "in" in record else "",
            )  # fmt: skip
        if "at" in record:
            async with at(actors[record["by"]], record["hours"]) as work:
                await service.locate(work, id=an_id(f"base {record['id']}"), at=Wgs84(*record["at"]))
        for by, hours, facts in record.get("changes", ()):
            async with at(actors[by], hours) as work:
                changed = {BaseFieldName(name): value for name, value in facts.items()}
                await service.edit(work, id=an_id(f"base {record['id']}"), version=1, facts=changed)
