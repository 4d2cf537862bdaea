"""The demo's watch: people on duty, told by WeChat, a week's roster, and a shift nobody has taken yet."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from server.command.duty import service
from server.command.duty.rules import ShiftPart
from server.kernel.actors import Actor
from server.kernel.calendar import day_of
from server.kernel.ways import Via
from server.platform import notify
from server.platform.work import Work

At = Callable[[Actor, float], AbstractAsyncContextManager[Work]]


async def watch(
    at: At, actors: Mapping[str, Actor], cells: Mapping[str, str], an_id: Callable[[str], str],
    told: Mapping[str, Any],
) -> None:  # fmt: skip
    """`at` opens a unit of work in somebody's name, so many hours ago; `cells` are codes by card."""
    for who, hours, card in told["on"]:
        async with at(actors[who], hours) as work:
            await service.start(work, id=an_id(f"duty {who}"), cell=cells.get(card, ""))
            await notify.add_address(work, Via.WECHAT, f"demo-{who}")
    async with at(actors[told["by"]], told["hours"]) as work:
        first = day_of(work.now)
        for n, watchers in enumerate(told["shifts"]):
            for part, who in zip(ShiftPart, watchers, strict=True):
                await service.plan(work, day=first + timedelta(days=n), part=part, person_id=actors[who].id)
        await service.give_over(work, id=an_id("handover"), note=told["note"])
