"""The demo's watch: people on duty, told by WeChat, a roster, a shift to take over, a week of patrols."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from typing import Any

from server.command.duty import service
from server.command.duty.rules import ShiftPart
from server.grid.patrols.service import plans, rounds
from server.grid.patrols.service.plans import Point
from server.identity import accounts, deputies
from server.kernel.actors import SYSTEM, Actor, Post
from server.kernel.calendar import day_of, midnight
from server.kernel.geo import Wgs84
from server.kernel.ways import Via
from server.platform import notify
from server.platform.work import Work

At = Callable[[Actor, float], AbstractAsyncContextManager[Work]]


async def watch(
    at: At, actors: Mapping[str, Actor], cells: Mapping[str, str], an_id: Callable[[str], str],
    told: Mapping[str, Any],
) -> None:  # fmt: skip
    """`at` opens a unit of work in somebody's name, so many hours ago; `cells` are codes by card."""
    for who, post in told["posts"]:
        async with at(SYSTEM, 24 * 69) as work:
            area, id = work.office.areas.district.code, an_id(f"{post} {who}")
            await accounts.give_post(work, account_id=actors[who].id, post=Post(post), area=area, id=id)
    await _stand_in(at, actors, an_id("deputy"), **told["deputy"])
    await _patrol(at, actors, cells, an_id, told["patrol"])
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


async def _stand_in(
    at: At, actors: Mapping[str, Actor], id: str, *, by: str, who: str, days: int, reason: str
) -> None:  # fmt: skip
    """A leader is away, and another one stands in."""
    async with at(actors[by], 0.5) as work:
        first = day_of(work.now)
        last = first + timedelta(days=days)
        await deputies.name(work, id=id, deputy_id=actors[who].id, first=first, last=last, reason=reason)


async def _patrol(
    at: At, actors: Mapping[str, Actor], cells: Mapping[str, str], an_id: Callable[[str], str],
    told: Mapping[str, Any],
) -> None:  # fmt: skip
    """One plan, the rounds of a week before today, and today's, which waits."""
    async with at(SYSTEM, 0) as work:
        now, today = work.now, day_of(work.now)

    def hours(days: int, hour: float) -> float:
        """How long ago it was so late in the morning, so many days before today."""
        return (now - midnight(today - timedelta(days=days))) / timedelta(hours=1) - hour

    points = [Point(row["name"], Wgs84(*row["at"]), row.get("look", "")) for row in told["points"]]
    id, who = an_id("patrol"), actors[told["who"]]
    async with at(actors[told["by"]], hours(len(told["past"]), 8)) as work:
        await plans.plan(work, id=id, name=told["name"], cells=[cells[told["card"]]], points=points,
                         days=range(1, 8), opens=0, closes=24 * 60 - 1)  # fmt: skip
    for days, seen in zip(range(len(told["past"]), 0, -1), told["past"], strict=True):
        async with at(SYSTEM, hours(days, 8.5)) as work:
            plan = await plans.read(work, id)
            await plans.make(work, plan)
            round_id = plans.round_of(plan, day_of(work.now))
        places = [points[n - 1].at for n in seen]
        await _walk(at, who, round_id, places, seen, partial(hours, days))
        async with at(SYSTEM, hours(days - 1, 0)) as work:
            await plans.close(work, await rounds.read(work, round_id))
    async with at(who, 1) as work:  # told late, so that somebody has to look at it
        n = told["late"]
        await rounds.check_in(work, id=f"{round_id}/{n}", at=now - timedelta(hours=hours(1, 9.5)),
                              here=points[n - 1].at)  # fmt: skip
    async with at(SYSTEM, 0) as work:
        await plans.make(work, await plans.read(work, id))


async def _walk(
    at: At, who: Actor, round_id: str, places: Sequence[Wgs84], seen: Sequence[int],
    hours: Callable[[float], float],
) -> None:  # fmt: skip
    """A round of one morning: begun at nine, a point every quarter of an hour, ended with the last one."""
    if not seen:
        return
    async with at(who, hours(9)) as work:
        await rounds.start(work, id=round_id, at=work.now)
    for n, (place, point) in enumerate(zip(places, seen, strict=True), start=1):
        async with at(who, hours(9 + n / 8)) as work:
            await rounds.check_in(work, id=f"{round_id}/{point}", at=work.now, here=place)
    async with at(who, hours(10)) as work:
        await rounds.end(work, id=round_id, at=work.now, why_not={})
        await service.end(work)
