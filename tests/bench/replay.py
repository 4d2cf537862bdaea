"""P11: the district's real load, on the embedded store: four months of 2015 at the hours they would have had.

18,000 citizens' cases, each from the report to the rating; each step is the public verb in a durable unit of
work of its own, and the jobs of every turn (clocks, notices, suspensions) run at every full hour; what looks
over the whole city at its intervals (hot issues, briefs, retention) belongs to no case's life. One case in
twelve is repaired twice, one in eight takes longer than its limit. Then every deadline is compared with the
golden engine's.
"""

import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import func, select

from server.app import close_office, jobs_of, open_office
from server.command.library import Library
from server.command.orders.rules import CheckConclusion
from server.command.orders.service import desk, unit
from server.command.orders.service import field as grid
from server.command.orders.service.report import spot_at
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import RequestKind, ServiceLevel, Solved
from server.command.requests.service import citizen as requests
from server.command.requests.service.citizen import Submission
from server.command.requests.service.rate import rate as answer
from server.command.requests.tables import CitizenRequest
from server.identity import accounts
from server.kernel.actors import CITIZEN, OFFICER, SYSTEM, Actor, Post
from server.kernel.geo import Wgs84
from server.migrations.upgrade import upgrade
from server.platform.db import open_store
from server.platform.files import File
from server.platform.sla import Timer
from server.platform.vault import Vault
from server.platform.work import Office, Work
from server.settings import Settings
from tests.bench import golden
from tests.bench.bench import Bench
from tests.bench.report import Goal, Row, at_most
from tests.bench.stores import HOME

FIRST = datetime(
    2015, 5, 1, tzinfo=golden.SHANGHAI
)  # the day the district began; its 123rd is the last of August
DAYS = 123
ORDERS = 18_000
AT_ONCE = 64  # people who act in the same moment
MINUTES = 3  # the target
WORDS = (
    "路灯不亮，晚上看不清路", "垃圾桶满溢，没有人清理", "人行道上有暴露垃圾", "占道经营，影响通行",
    "井盖破损，走路差点踩空", "道路破损，积了很多水", "楼下施工工地夜间施工扰民", "行道树断枝挂在半空",
)  # fmt: skip


@dataclass
class City:
    """The office, its people, and the time it is there."""

    office: Office
    now: datetime
    cells: list[tuple[Wgs84, Actor]] = field(default_factory=list)  # a point in each cell, and its officer
    desk: Actor = field(init=False)
    heads: dict[str, Actor] = field(default_factory=dict)
    handlers: dict[str, Actor] = field(default_factory=dict)
    citizens: list[Actor] = field(default_factory=list)


Step = tuple[datetime, Callable[[Work], Awaitable[Any]], Actor]


@asynccontextmanager
async def a_city() -> AsyncIterator[City]:
    """An empty embedded store, with everybody in his post, on a clock of 2015."""
    file = HOME / "replay.db"
    for part in HOME.glob("replay.db*"):
        part.unlink()
    HOME.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{file}"
    settings = Settings(data_dir=HOME / "replay", database_url=url)
    store = open_store(url)
    await upgrade(store.writer)
    await store.close()
    office = open_office(settings)
    city = City(office, FIRST.astimezone(UTC))
    office.clock = lambda: city.now
    try:
        await _hire(city)
        yield city
    finally:
        await close_office(office)
        for part in HOME.glob("replay.db*"):
            part.unlink()


async def _hire(city: City) -> None:
    office, vault = city.office, city.office.of(Vault)
    district = office.areas.district.code
    people: list[Actor] = []

    def hired(id: str, post: Post, **facts: Any) -> Actor:
        people.append(Actor(id, OFFICER, post, **{"area": district, **facts}))
        return people[-1]

    city.desk = hired("desk", Post.DISTRICT_DISPATCHER)
    for name in office.of(Library).units:
        city.handlers[name] = hired(f"handler {name}", Post.HANDLER, unit_id=name)
        city.heads[name] = hired(f"head {name}", Post.UNIT_HEAD, unit_id=name)
    for cell in office.areas.cells:
        officer = hired(
            f"officer {cell.code}", Post.GRID_OFFICER, area=cell.code[:9], cells=frozenset([cell.code])
        )
        city.cells.append((cell.at, officer))
    async with office.work(SYSTEM) as work:
        for each in office.of(Library).units.values():
            await accounts.add_unit(work, id=each.id, name=each.name, phone="", waives_confirm=False)
        for n, who in enumerate(people):
            await accounts.open_staff(work, vault, id=who.id, role=who.role, staff_no=f"r{n:05}", name=who.id,
                                      password_hash="-")  # fmt: skip
            await accounts.give_post(work, account_id=who.id, post=who.post, area=who.area,
                                     unit_id=who.unit_id, cells=sorted(who.cells))  # fmt: skip
        for n in range(2_000):
            city.citizens.append(Actor(f"citizen {n}", CITIZEN, Post.CITIZEN))
            await accounts.open_citizen(work, vault, id=f"citizen {n}")


def lives(city: City, orders: int) -> list[list[Step]]:
    """What happens to each case and when, from the report to the rating."""
    dice, library = random.Random(11), city.office.of(Library)
    found = []
    for n in range(orders):
        day = FIRST + timedelta(days=n * DAYS / orders)
        at = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
            hours=min(max(dice.gauss(13, 4), 0), 23.9)
        )
        (point, officer), text = dice.choice(city.cells), dice.choice(WORDS)
        best = library.suggest(text, officer.area).best
        assert best is not None
        found.append(_life(city, dice, f"{n:08}-2015-4000-8000-000000000000", at, point, officer, text, best))
    return found


def _life(
    city: City, dice: random.Random, id: str, at: datetime, point: Wgs84, officer: Actor, text: str, best: Any
) -> list[Step]:
    steps: list[Step] = []
    citizen = dice.choice(city.citizens)
    handler, head = city.handlers[best.unit.id], city.heads[best.unit.id]

    def then(who: Actor, verb: Callable[[Work], Awaitable[Any]], **later: float) -> None:
        nonlocal at
        at += timedelta(**later)
        steps.append((at.astimezone(UTC), verb, who))

    async def report(work: Work) -> None:
        await requests.submit(work, Submission(
            id=id, kind=RequestKind.REPORT, text=text, spot=spot_at(work.office.areas, point)
        ))  # fmt: skip

    async def dispatch(work: Work) -> None:
        await desk.dispatch(work, {
            "id": id, "matter_code": best.matter.code, "rule_id": best.rule.id, "unit_id": best.unit.id,
            "reason": "",
        })  # fmt: skip

    async def finish(work: Work) -> None:
        photo = await _photo(work)
        await unit.finish(work, id=id, version=await _version(work), text="已处理完毕。", photo_ids=[photo])

    async def check(conclusion: CheckConclusion, work: Work) -> None:
        photo = await _photo(work)
        order = await work.session.get_one(WorkOrder, id)
        work.actor = replace(officer, id=order.checker_id)  # whoever was asked
        await grid.check(work, id=id, version=order.version, conclusion=conclusion, text="",
                         photo_ids=[photo], here=point)  # fmt: skip

    async def rate(work: Work) -> None:
        request = await work.session.get_one(CitizenRequest, id)
        await answer(work, id=id, version=request.version, solved=Solved.SOLVED,
                            level=ServiceLevel.SATISFIED, reasons=[], text="", photo_ids=[])  # fmt: skip

    async def _version(work: Work) -> int:
        return (await work.session.get_one(WorkOrder, id)).version

    async def _photo(work: Work) -> str:
        photo = f"{id}-{work.actor.id}-{work.now.timestamp()}"
        work.session.add(File(id=photo, owner_id=work.actor.id, sha256="0", bytes=1, width=1, height=1,
                              created_at=work.now))  # fmt: skip
        return photo

    async def sign(work: Work) -> None:
        await unit.sign(work, id=id, version=await _version(work))

    async def confirm(work: Work) -> None:
        await unit.confirm(work, id=id, version=await _version(work), opinion="")

    async def close(work: Work) -> None:
        await desk.close(work, id=id, version=await _version(work), condition_met=True)

    late, rounds = dice.random() < 1 / 8, 2 if dice.random() < 1 / 12 else 1
    then(citizen, report)
    then(city.desk, dispatch, minutes=dice.uniform(2, 40))
    for turn in range(rounds):
        outcome = CheckConclusion.SOLVED if turn == rounds - 1 else CheckConclusion.PARTLY
        then(handler, sign, minutes=dice.uniform(5, 90))
        then(handler, finish, hours=dice.uniform(30, 200) if late else dice.uniform(0.5, 20))
        if not best.unit.waives_confirm:
            then(head, confirm, minutes=dice.uniform(5, 120))
        then(officer, partial(check, outcome), minutes=dice.uniform(10, 300))
    then(city.desk, close, minutes=dice.uniform(5, 200))
    then(citizen, rate, hours=dice.uniform(1, 48))
    return steps


async def play(city: City, told: list[list[Step]]) -> int:
    """Hour by hour: a case's steps one after another, different cases side by side. Returns the steps."""
    hours: dict[datetime, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for n, life in enumerate(told):
        for step in life:
            hours[step[0].replace(minute=0, second=0, microsecond=0)][n].append(step)
    jobs, gate = jobs_of(city.office), asyncio.Semaphore(AT_ONCE)
    hour, last, taken = min(hours), max(hours), 0
    while hour <= last:
        acting = hours.pop(hour, {})
        await asyncio.gather(*(_act(city, gate, steps) for steps in acting.values()))
        taken += sum(map(len, acting.values()))
        hour += timedelta(hours=1)
        city.now = hour
        await jobs.drain(often=True)
        _progress(taken, hour, last)
    return taken


async def _act(city: City, gate: asyncio.Semaphore, steps: list[Step]) -> None:
    async with gate:
        for at, verb, who in steps:
            async with city.office.work(who, now=at) as work:
                await verb(work)


def _progress(taken: int, hour: datetime, last: datetime) -> None:
    if sys.stderr.isatty():
        end = "\n" if hour > last else ""
        print(
            f"\r{hour.astimezone(golden.SHANGHAI):%Y-%m-%d}  {taken:,} steps",
            end=end,
            file=sys.stderr,
            flush=True,
        )


async def differences(city: City) -> tuple[int, list[str]]:
    """How many timers there were, and what of them is not as the golden engine has it."""
    async with city.office.store.scanning() as session:
        timers = (await session.exec(select(Timer))).all()
    wrong = []
    for timer in timers:
        due = golden.due(timer.started_at, timer.limit)
        late = timer.stopped_at is not None and timer.stopped_at > due
        if timer.original_due_at != due or timer.overtime != late:
            what = f"{timer.name}, {timer.limit_value:g} {timer.unit} from {timer.started_at}"
            wrong.append(f"{what}: {timer.original_due_at}, overtime {timer.overtime}; golden {due}")
    return len(timers), wrong


async def summer(bench: Bench) -> list[Row]:
    """Play all lives, then compare."""
    async with a_city() as city:
        told = lives(city, ORDERS)
        began = time.perf_counter()
        taken = await play(city, told)
        seconds = time.perf_counter() - began
        timers, wrong = await differences(city)
        async with city.office.reading() as session:
            closed = (await session.exec(select(func.count()).where(WorkOrder.state == "closed"))).one()
    for each in wrong[:10]:
        print(each, file=sys.stderr)
    goals = [
        at_most(seconds, 60 * MINUTES, "s"),
        Goal("every deadline equal", f"{len(wrong)} of {timers:,} differ", not wrong),
        Goal("every case closed", f"{closed:,} of {ORDERS:,}", closed == ORDERS),
    ]
    return [
        Row(
            f"{ORDERS:,} cases of four months, {taken:,} durable steps, SQLite",
            f"{seconds:.0f} s",
            [],
            goals,
            seconds,
        )
    ]
