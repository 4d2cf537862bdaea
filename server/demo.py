"""The demo district: people, cases at every stage, and eight weeks of history, told through the services.

Everything is done by the verbs people use, so the demo obeys every guard, clock and chain of the product.
"""

import json
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.knowledge import service as knowledge
from server.command.knowledge import sheet
from server.command.knowledge.book import Knowledge
from server.command.knowledge.rules import AnswerUse
from server.command.library import Library
from server.command.orders.facts import ReturnReason
from server.command.orders.flow import OrderState
from server.command.orders.rules import CheckConclusion, OrderSource
from server.command.orders.service import applications, desk, field, shown, split, unit
from server.command.orders.service import report as intake
from server.command.orders.service.advance import seen
from server.command.orders.service.report import Report, Spot, spot_at
from server.command.orders.service.split import Part
from server.command.requests.rules import RatingReason, RequestKind, ServiceLevel, Solved
from server.command.requests.service import citizen as requests
from server.command.requests.service import owner
from server.command.requests.service.citizen import Submission
from server.command.requests.service.rate import rate
from server.demo_base import collect
from server.demo_desks import Desks, ask
from server.demo_duty import watch
from server.demo_setup import propose, rule
from server.identity import accounts
from server.identity.passwords import hash_password
from server.kernel.actors import CITIZEN, SYSTEM, Actor, Post, Role
from server.kernel.calendar import day_of
from server.kernel.errors import CityError
from server.kernel.geo import Wgs84
from server.platform import editions
from server.platform.files import Files, developed
from server.platform.vault import Vault
from server.platform.work import Office, Work
from server.settings import Settings
from server.supervision.orders import service as supervisions

STORY = Path(__file__).parents[1] / "shared" / "data" / "demo"
ENTRIES = STORY.parent / "knowledge" / "entries.csv"
RATINGS = (ServiceLevel.VERY_SATISFIED,) * 6 + (ServiceLevel.SATISFIED,) * 3 + (ServiceLevel.DISSATISFIED,)


class HalfTold(CityError):
    """Seeding was cut off; the demo has to begin again."""

    code = "HALF_TOLD"


@cache
def story() -> Mapping[str, Any]:
    """Who there is and what happened."""
    told: Mapping[str, Any] = json.loads((STORY / "story.json").read_text(encoding="utf-8"))
    return told


def an_id(name: str) -> str:
    """The same id for the same name, so that a second seeding finds what the first one made."""
    return str(uuid5(NAMESPACE_URL, f"sanwei:demo:{name}"))


def accounts_of(settings: Settings) -> dict[str, list[dict[str, str]]]:
    """The one-tap accounts by app; empty outside the demo."""
    found: dict[str, list[dict[str, str]]] = {"officer": [], "leader": []}
    units = {row["id"]: row["name"] for row in _units()}
    for row in story()["staff"] if settings.demo else ():
        if not row.get("hidden"):
            found[row["role"]].append({
                "staffNo": row["no"], "name": row["name"], "post": row["post"], "postName": row["word"],
                "unit": units.get(row.get("unit", ""), ""), "password": story()["password"],
            })  # fmt: skip
    return found


def _units() -> Sequence[Mapping[str, Any]]:
    path = STORY.parent / "units.json"
    units: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["units"]
    return units


async def seed(office: Office, *, echo: Callable[[str], object]) -> bool:
    """Fill an empty store once. False when it was filled before. Raises HalfTold after a cut-off seeding."""
    async with office.reading() as session:
        if await told(session):
            return False
    echo("Seeding the demo district …")
    office.of(Files).develop = cache(developed)  # ten pictures tell a hundred cases
    teller = Teller(office)
    parts = (teller.people, teller.knowledge, teller.routes, teller.cases, teller.desks, teller.proposals,
             teller.talk, teller.duty, teller.base, teller.history)  # fmt: skip
    try:
        for part in parts:
            await part()
    finally:
        office.of(Files).develop = developed
    return True


async def told(session: AsyncSession) -> bool:
    """Was the demo told to this store before? Raises HalfTold after a cut-off seeding."""
    first, last = an_id("case 0"), an_id("past 1 0")
    known = await shown.of(session, [first, last])
    if first in known and last not in known:
        raise HalfTold
    return bool(known)


class Teller:
    """Plays the story to the office, each step in the name of a person and at its own time."""

    def __init__(self, office: Office) -> None:
        self._office, self._now = office, office.clock()
        self._actors: dict[str, Actor] = {}
        self._library = office.of(Library)

    async def people(self) -> None:
        """Units, staff with their posts, citizens with their phones."""
        password = await hash_password(story()["password"])
        vault, areas = self._office.of(Vault), self._office.areas
        cells = {cell.card: cell.code for cell in areas.cells}
        async with self._office.work(SYSTEM, now=self._ago(24 * 70)) as work:
            for each in self._library.units.values():
                await accounts.add_unit(
                    work, id=each.id, name=each.name, phone=each.phone or "",
                    waives_confirm=each.waives_confirm,
                )  # fmt: skip
            for row in story()["staff"]:
                id, post, role = an_id(row["id"]), Post(row["post"]), Role(row["role"])
                mine = [cells[card] for card in row.get("cells", ())]
                area = mine[0][:9] if mine else row.get("area", areas.district.code)
                await accounts.open_staff(
                    work, vault, id=id, role=role, staff_no=row["no"], name=row["name"],
                    password_hash=password, phone=row.get("mobile"),
                )  # fmt: skip
                await accounts.give_post(
                    work, account_id=id, post=post, area=area, unit_id=row.get("unit", ""), cells=mine,
                    deputy=row.get("deputy", False), id=an_id(f"post {row['id']}"),
                )  # fmt: skip
                self._actors[row["id"]] = Actor(
                    id, role, post, area=area, unit_id=row.get("unit", ""), cells=frozenset(mine)
                )
            for row in story()["citizens"]:
                await accounts.open_citizen(work, vault, id=an_id(row["id"]), phone=row["phone"])
                self._actors[row["id"]] = Actor(an_id(row["id"]), CITIZEN, Post.CITIZEN)

    async def knowledge(self) -> None:
        """What one dispatcher wrote and another published: questions, answers, and what they rest on."""
        async with self._at(self._actors["li"], 24 * 60) as work:
            await sheet.bring(work, ENTRIES.read_bytes())
        async with self._at(self._actors["he"], 24 * 59) as work:
            await knowledge.publish_drafts(work)
        book = self._office.of(Knowledge)
        await book.refresh(self._office)
        for question in story()["asked"]:
            if entry := book.answer(question).best:
                async with self._at(self._actors["c3"], 30) as work:
                    await knowledge.use(work, entry_id=entry.entry_id, how=AnswerUse.ASKED, area="")

    async def cases(self) -> None:
        """The cases people see first, each left at its own stage."""
        for n, case in enumerate(story()["cases"]):
            await self._case(an_id(f"case {n}"), case)

    async def desks(self) -> None:
        """What stands on its own: one or more in each list of each desk."""
        district = self._office.areas.district.code
        await Desks(self._at, self._actors, an_id, district).tell(STORY / "requests.json")

    async def routes(self) -> None:
        """The rules one administrator laid down and the other published."""
        await rule(self._at, self._actors, story()["routes"])
        await self._office.of(editions.Shelf).refresh(self._office)

    async def proposals(self) -> None:
        """What administrators have laid before each other and nobody has decided on."""
        await propose(self._at, self._actors, story()["proposals"])

    async def talk(self) -> None:
        """A citizen found no answer and waits for a person."""
        await ask(self._at, self._actors, an_id("talk"), story()["talk"])

    async def duty(self) -> None:
        """Who is on duty, who watches this week, and a shift that waits to be taken over."""
        cells = {cell.card: cell.code for cell in self._office.areas.cells}
        await watch(self._at, self._actors, cells, an_id, story()["duty"])

    async def base(self) -> None:
        """Who lives and trades in two houses, some of it long unverified."""
        await collect(self._at, self._actors, an_id, story()["base"])

    async def history(self) -> None:
        """Closed and rated cases of five weeks all over the district, so that today has a yesterday."""
        told = story()["history"]
        dice = random.Random(7)  # the same history every time
        for day in range(told["days"], 0, -1):
            for n in range(dice.randint(1, told["most_per_day"])):
                text = dice.choice(told["texts"])
                picture = text.get("picture", "street")
                cell = dice.choice(self._office.areas.cells)
                hours = day * 24 - dice.uniform(1, 8)
                level = dice.choice(RATINGS)
                await self._case(an_id(f"past {day} {n}"), {
                    "by": "c3", "text": text["text"], "matter": text.get("matter", ""),
                    "at": [cell.at.lon, cell.at.lat], "hours": hours,
                    "steps": [
                        ["dispatch", hours - 0.2], ["sign", hours - 0.8],
                        ["finish", hours - dice.uniform(1.5, 6), text["done"], picture],
                        ["check", hours - 6.5, "solved", picture], ["close", hours - 7],
                        ["rate", hours - 20, "solved", level, ""],
                    ],
                })  # fmt: skip

    async def _case(self, id: str, case: Mapping[str, Any]) -> None:
        reporter = self._actors[case["by"]]
        photos = await self._photos(reporter, f"{id} 0", case.get("photo"))
        after = await self._photos(reporter, f"{id} after", case.get("after"))
        spot = self._spot(case)
        async with self._at(reporter, case["hours"]) as work:
            if reporter.role is CITIZEN:
                await requests.submit(work, Submission(
                    id=id, kind=RequestKind.REPORT, text=case["text"], spot=spot, photo_ids=photos,
                    submitted_at=work.now, external_id=f"demo/{id}", matter_code=case.get("matter", ""),
                    answers=case.get("answers", ()),
                ))  # fmt: skip
            else:
                await intake.report(work, Report(
                    id=id, source=OrderSource.PATROL, text=case["text"], spot=spot, photo_ids=photos,
                    matter_code=case["matter"], self_handled="after" in case, after_photo_ids=after,
                ))  # fmt: skip
        for n, (verb, hours, *rest) in enumerate(case["steps"], start=1):
            if hours > 0:
                await getattr(self, f"_{verb}")(id, hours, f"{id} {n}", spot, *rest)

    def _spot(self, case: Mapping[str, Any]) -> Spot:
        if "at" not in case:
            return Spot(self._office.areas.district.code)
        lon, lat = case["at"]
        return spot_at(self._office.areas, Wgs84(lon, lat), accuracy_m=12, address=case.get("address", ""))

    async def _photos(self, actor: Actor, key: str, name: str | None) -> list[str]:
        if name is None:
            return []
        raw = (STORY / f"{name}.webp").read_bytes()

        async def body() -> AsyncIterator[bytes]:
            yield raw

        file, _ = await self._office.of(Files).keep(actor, an_id(key), body())
        return [file.id]

    async def _dispatch(
        self, id: str, hours: float, key: str, spot: Spot, unit_id: str = "", reason: str = ""
    ) -> None:
        async with self._at(self._actors["li"], hours) as work:
            order = (await shown.of(work.session, [id]))[id]
            best = self._library.suggest("", spot.area, order.matter_code or order.guessed_code).best
            assert best is not None, "the demo tells of things the platform knows"
            await desk.dispatch(work, {
                "id": id, "matter_code": best.matter.code, "rule_id": best.rule.id,
                "unit_id": unit_id or best.unit.id, "reason": reason,
            })  # fmt: skip

    async def _accept_return(self, id: str, hours: float, key: str, spot: Spot) -> None:
        await self._by(self._actors["li"], desk.decide_return, id, hours, accept=True, opinion="")

    async def _apply_extension(self, id: str, hours: float, key: str, spot: Spot, words: str) -> None:
        await self._ask(applications.apply_extension, id, hours, key, words=words)

    async def _apply_suspension(
        self, id: str, hours: float, key: str, spot: Spot, days: int, plan: str, words: str
    ) -> None:
        until = day_of(self._now) + timedelta(days=days)
        await self._ask(applications.apply_suspension, id, hours, key, until=until, plan=plan, words=words)

    async def _dispute_count(self, id: str, hours: float, key: str, spot: Spot, words: str) -> None:
        await self._ask(applications.dispute_count, id, hours, key, words=words)

    async def _ask(self, verb: Callable[..., Any], id: str, hours: float, key: str, **facts: Any) -> None:
        await self._by(await self._handler(id), verb, id, hours, op_id=an_id(key), **facts)

    async def _by(self, actor: Actor, verb: Callable[..., Any], id: str, hours: float, **facts: Any) -> None:
        async with self._at(actor, hours) as work:
            await verb(work, id=id, version=await self._version(work, id), **facts)

    async def _decide(self, id: str, hours: float, key: str, spot: Spot, who: str) -> None:
        await self._by(self._actors[who], applications.decide, id, hours, grant=True, opinion="")

    async def _verify_ask(self, id: str, hours: float, key: str, spot: Spot) -> None:
        await self._by(self._actors["li"], desk.request_verify, id, hours)

    async def _split(self, id: str, hours: float, key: str, spot: Spot, *parts: Mapping[str, str]) -> None:
        library = self._library
        told = [
            Part(each["matter"], library.catalogue.rules_for(each["matter"])[0].id, each["unit"],
                 each["text"], each.get("reason", ""))
            for each in parts
        ]  # fmt: skip
        async with self._at(self._actors["li"], hours) as work:
            await split.split(work, {"id": id, "parts": [asdict(part) for part in told]})

    async def _part(self, id: str, hours: float, key: str, spot: Spot, n: int, verb: str, *rest: Any) -> None:
        await getattr(self, f"_{verb}")(split.part_id(id, n), hours, key, spot, *rest)

    async def _supervise(self, id: str, hours: float, key: str, spot: Spot, due: str, text: str) -> None:
        async with self._at(self._actors["lin"], hours) as work:
            await supervisions.issue(work, {"id": an_id(key), "order_id": id, "due": due, "text": text})

    async def _sign(self, id: str, hours: float, key: str, spot: Spot) -> None:
        async with self._at(await self._handler(id), hours) as work:
            await unit.sign(work, id=id, version=await self._version(work, id))

    async def _return(self, id: str, hours: float, key: str, spot: Spot, reason: str, basis: str) -> None:
        async with self._at(await self._handler(id), hours) as work:
            await unit.return_(
                work, id=id, version=await self._version(work, id), reason=ReturnReason(reason), basis=basis,
                opinion="", unit_id="sw",
            )  # fmt: skip

    async def _finish(self, id: str, hours: float, key: str, spot: Spot, text: str, photo: str) -> None:
        handler = await self._handler(id)
        photos = await self._photos(handler, key, photo)
        async with self._at(handler, hours) as work:
            version = await self._version(work, id)
            order = await unit.finish(work, id=id, version=version, text=text, photo_ids=photos)
            waits = order.state == OrderState.HANDLED
        if waits:
            async with self._at(self._of_unit(handler.unit_id, Post.UNIT_HEAD), hours) as work:
                await unit.confirm(work, id=id, version=await self._version(work, id), opinion="")

    async def _check(self, id: str, hours: float, key: str, spot: Spot, result: str, photo: str) -> None:
        async with self._office.reading() as session:
            checker = (await shown.of(session, [id]))[id].checker_id
        officer = next(actor for actor in self._actors.values() if actor.id == checker)
        photos = await self._photos(officer, key, photo)
        assert spot.point is not None
        async with self._at(officer, hours) as work:
            await field.check(
                work, id=id, version=await self._version(work, id), conclusion=CheckConclusion(result),
                text="", photo_ids=photos, here=spot.point,
            )  # fmt: skip

    async def _close(self, id: str, hours: float, key: str, spot: Spot) -> None:
        async with self._at(self._actors["li"], hours) as work:
            await desk.close(work, id=id, version=await self._version(work, id), condition_met=True)

    async def _rate(
        self, id: str, hours: float, key: str, spot: Spot, solved: str, level: str, text: str
    ) -> None:
        async with self._office.reading() as session:
            reporter_id = await owner.owner_of(session, id)
        citizen = next(actor for actor in self._actors.values() if actor.id == reporter_id)
        async with self._at(citizen, hours) as work:
            request = await requests.mine(work, id)
            reasons = [RatingReason.NOT_SOLVED] if solved == Solved.UNSOLVED else []
            await rate(
                work, id=id, version=request.version, solved=Solved(solved), level=ServiceLevel(level),
                reasons=reasons, text=text, photo_ids=[],
            )  # fmt: skip

    async def _handler(self, id: str) -> Actor:
        async with self._office.reading() as session:
            owner = (await shown.of(session, [id]))[id].unit_id
        return self._of_unit(owner, Post.HANDLER)

    def _of_unit(self, unit_id: str, post: Post) -> Actor:
        return next(a for a in self._actors.values() if a.post is post and a.unit_id == unit_id)

    async def _version(self, work: Work, id: str) -> int:
        return (await seen(work, id)).version

    def _ago(self, hours: float) -> datetime:
        return self._now - timedelta(hours=hours)

    @asynccontextmanager
    async def _at(self, actor: Actor, hours: float) -> AsyncIterator[Work]:
        """A unit of work of the past."""
        async with self._office.work(actor, now=self._ago(hours)) as work:
            yield work
