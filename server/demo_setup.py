"""The demo's administrators: routing rules in force, and what they have laid before each other."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from server.command.routing import keeper as routing
from server.command.setup import service as setup
from server.kernel.actors import Actor
from server.platform import editions
from server.platform.tabular import to_json
from server.platform.work import Work

At = Callable[[Actor, float], AbstractAsyncContextManager[Work]]


async def rule(at: At, actors: Mapping[str, Actor], told: Mapping[str, Any]) -> None:
    """The rules one administrator laid down and the other published. `at` opens a unit of work in
    somebody's name, so many hours ago."""
    async with at(actors[told["by"]], 24 * 58) as work:
        content = to_json({routing.RULES: told["rules"]})
        row = await editions.propose(work, routing.KIND, content, note=told["note"])
    async with at(actors[told["with"]], 24 * 57) as work:
        await editions.publish(work, routing.KIND, row.no)


async def propose(at: At, actors: Mapping[str, Actor], proposals: Sequence[Mapping[str, Any]]) -> None:
    """What nobody has decided on yet."""
    for told in proposals:
        async with at(actors[told["by"]], told["hours"]) as work:
            await setup.edit(
                work, kind=told["kind"], no=0, sheet=told["sheet"], key=told["key"], cells=told["cells"],
                note=told["note"],
            )  # fmt: skip
