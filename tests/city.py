"""A small city for the tests of the command platform: people in their posts and the verbs they use.

Every verb is the public one, in a unit of work of its own, so a test reads like the day of a case.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel, select

from server.app import jobs_of, open_office
from server.command.knowledge.book import Knowledge
from server.command.orders.facts import ReturnReason, VoidReason
from server.command.orders.flow import OrderAction
from server.command.orders.precedents import Precedents
from server.command.orders.rules import CheckConclusion, OrderSource, VerifyConclusion
from server.command.orders.service import applications, desk, field, ruling, unit
from server.command.orders.service import report as intake
from server.command.orders.service.report import Report, Spot, spot_at
from server.command.orders.service.ruling import RulingScope
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import RequestKind, ServiceLevel, Solved
from server.command.requests.service import citizen as requests
from server.command.requests.service.citizen import Submission
from server.command.requests.service.rate import rate
from server.command.requests.tables import CitizenRequest
from server.graph.audience import SchemaByRole
from server.graph.context import Context
from server.identity import accounts
from server.identity.service import Identity
from server.identity.tables import Account, PostHolding
from server.kernel.actors import SYSTEM, Actor, Post
from server.kernel.calendar import day_of
from server.kernel.errors import CityError
from server.kernel.geo import Wgs84
from server.platform import holds, sla
from server.platform.audit import AuditLine, Chain
from server.platform.db import open_store
from server.platform.editions import Shelf
from server.platform.files import File, Files
from server.platform.news import LocalHub, News
from server.platform.vault import Vault
from server.platform.work import Office
from server.schemas import build
from server.settings import Settings
from tests.clock import Clock
from tests.factories import DISTRICT, STREET, a_citizen, a_leader, an_id, an_officer

A = OrderAction
T = TypeVar("T")
Table = TypeVar("Table", bound=SQLModel)
HERE = Wgs84(113.2370, 23.1170)  # 逢源街道, in the cell below
CELL = "440103006107006"
NEAR, FAR = Wgs84(113.2371, 23.1171), Wgs84(113.2400, 23.1170)  # 15 m and 307 m from HERE
OTHER_STREET = Wgs84(113.2430, 23.1250)
LAMP, LAMP_RULE = "01037", "01037-1"  # 路灯: two working days, 区住建局
BIN, BIN_RULE = "06042", "06042-1"  # 垃圾桶: four working hours, 区城管局
HOLD_SECONDS = 10
_HIRED: dict[type[SQLModel], list[dict[str, Any]]] = {}


@cache
def _wired() -> Office:
    """The office as app.py wires it, read once: catalogue, map and calendar never change."""
    with TemporaryDirectory() as folder:
        return open_office(Settings(data_dir=Path(folder)))


@cache
def _schemas() -> SchemaByRole:
    return SchemaByRole(build())


@asynccontextmanager
async def an_office(settings: Settings, clock: Callable[[], Any], **parts: Any) -> AsyncIterator[Office]:
    """The whole office over the settings' store; much quicker than reading the map again."""
    wired = _wired()
    office = replace(
        wired, settings=settings, store=open_store(settings.database), hub=parts.pop("hub", LocalHub()),
        clock=clock, tools={**wired.tools}, **parts,
    )  # fmt: skip
    office.tools[Knowledge] = Knowledge(wired.of(Knowledge).speech)
    office.tools[Vault] = Vault.open(settings)
    office.tools[Files] = Files(office)
    office.of(Files).on_arrival[:] = wired.of(Files).on_arrival
    office.tools[Precedents] = Precedents()
    office.tools[Shelf] = Shelf(wired.of(Shelf).keepers)
    identity = office.tools[Identity] = Identity(office)
    identity.on_merge[:] = wired.of(Identity).on_merge
    identity.on_proof[:] = wired.of(Identity).on_proof
    identity.on_leaving[:] = wired.of(Identity).on_leaving
    identity.on_taking[:] = wired.of(Identity).on_taking
    try:
        yield office
    finally:
        await identity.close()
        await office.news.close()
        await office.hub.close()
        await office.store.close()


@pytest.fixture
async def city(settings: Settings, clock: Clock) -> AsyncIterator["City"]:
    """The city on the test's clock, on both engines."""
    async with an_office(settings, clock) as office:
        city = City(office, clock)
        await city.hire()
        yield city


class City:
    """An office, its clock, and who works there. Ids are names, so that a failure can be read."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office, self.clock = office, clock
        self.chen = an_officer(id="chen", cells=(CELL,))
        self.huang = an_officer(id="huang", cells=(CELL,))
        self.li, self.he = (an_officer(Post.DISTRICT_DISPATCHER, id=id, area=DISTRICT) for id in ("li", "he"))
        self.mei = an_officer(Post.STREET_DISPATCHER, id="mei")
        self.arbiter = an_officer(Post.ARBITER, id="arbiter", area=DISTRICT)
        self.wang = an_officer(Post.HANDLER, id="wang", area=DISTRICT, unit_id="zj")
        self.tang = an_officer(Post.UNIT_HEAD, id="tang", area=DISTRICT, unit_id="zj")
        self.zhao = an_officer(Post.HANDLER, id="zhao", area=DISTRICT, unit_id="cg")
        self.liang = an_officer(Post.HANDLER, id="liang", area=DISTRICT, unit_id="sw")
        self.clerk = an_officer(Post.WINDOW_CLERK, id="clerk", area=DISTRICT)
        self.luo, self.feng = (an_officer(Post.ADMIN_SYS, id=id, area=DISTRICT) for id in ("luo", "feng"))
        self.audit = an_officer(Post.ADMIN_AUDIT, id="audit", area=DISTRICT)
        self.lin, self.bo = a_leader(id="lin"), a_leader(id="bo", area=STREET)
        self.ann, self.ben = a_citizen(id="ann"), a_citizen(id="ben", guest=True)
        self.staff = (self.chen, self.huang, self.li, self.he, self.mei, self.arbiter, self.wang, self.tang,
                      self.zhao, self.liang, self.clerk, self.lin, self.bo, self.luo, self.feng,
                      self.audit)  # fmt: skip

    async def hire(self) -> None:
        """Open everybody's account, give everybody his post; a second city copies the first one's rows."""
        if not _HIRED:
            await self._hire()
            tables: tuple[type[SQLModel], ...] = (Account, PostHolding, AuditLine, Chain)
            for table in tables:
                _HIRED[table] = [row.model_dump() for row in await self.rows(table)]
            return
        async with self.office.store.writing() as session:
            for table, rows in _HIRED.items():
                await (await session.connection()).execute(insert(table), rows)
            await session.commit()

    async def _hire(self) -> None:
        vault = self.office.of(Vault)
        async with self.office.work(SYSTEM) as work:
            for n, actor in enumerate(self.staff):
                await accounts.open_staff(work, vault, id=actor.id, role=actor.role, staff_no=f"no{n:02}",
                                          name=actor.id.title(), password_hash="-")  # fmt: skip
                await accounts.give_post(
                    work, account_id=actor.id, post=actor.post, area=actor.area, unit_id=actor.unit_id,
                    cells=sorted(actor.cells), deputy=actor is self.huang,
                )  # fmt: skip
            for citizen in (self.ann, self.ben):
                await accounts.open_citizen(work, vault, id=citizen.id)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────

    async def rows(self, table: type[Table], *where: Any) -> list[Table]:
        """The rows of a table."""
        async with self.office.reading() as session:
            return list(await session.exec(select(table).where(*where)))

    async def order(self, id: str) -> WorkOrder:
        """An order as it is stored."""
        [row] = await self.rows(WorkOrder, WorkOrder.id == id)
        return row

    async def request(self, id: str) -> CitizenRequest:
        """A request as it is stored."""
        [row] = await self.rows(CitizenRequest, CitizenRequest.id == id)
        return row

    async def clocks(self, id: str, kind: str = "order") -> dict[str, str]:
        """The live clocks of a subject: name → running | paused."""
        rows = await self.rows(sla.Timer, sla.Timer.subject_id == id, sla.Timer.subject_kind == kind)
        live = [row for row in rows if row.stopped_at is None]
        assert len({row.name for row in live}) == len(live), "two live clocks of one name"
        return {row.name: "running" if row.running else "paused" for row in live}

    async def clock_of(self, id: str, name: str) -> sla.Timer:
        """The newest clock of that name."""
        rows = await self.rows(sla.Timer, sla.Timer.subject_id == id, sla.Timer.name == name)
        return max(rows, key=lambda row: row.started_at)

    async def lines(self, id: str, kind: str = "order") -> list[AuditLine]:
        """The flow records of a subject, in order."""
        rows = await self.rows(AuditLine, AuditLine.subject_id == id, AuditLine.subject_kind == kind)
        return sorted(rows, key=lambda row: (row.at, row.seq))

    async def verbs(self, id: str, kind: str = "order") -> list[str]:
        """What was done to a subject, in order."""
        return [line.verb.partition(".")[2] for line in await self.lines(id, kind)]

    async def news(self, id: str) -> list[str]:
        """What was told of a subject, in order."""
        rows = await self.rows(News, News.subject_id == id)
        return [row.verb for row in sorted(rows, key=lambda row: row.seq)]

    async def ask(self, actor: Actor, query: str, **variables: Any) -> dict[str, Any]:
        """What the person's app is answered; fails on errors."""
        result = await _schemas().execute(
            query, context_value=Context(self.office, actor), variable_values=variables
        )
        assert not result.errors, result.errors
        data: dict[str, Any] = result.data or {}
        return data

    async def refused(self, actor: Actor, query: str, **variables: Any) -> list[str]:
        """The codes of the errors the person's app is answered."""
        result = await _schemas().execute(
            query, context_value=Context(self.office, actor), variable_values=variables
        )
        return [str((error.extensions or {}).get("code")) for error in result.errors or ()]

    # ── doing ─────────────────────────────────────────────────────────────────────────────────────

    async def do(self, actor: Actor, verb: Callable[..., Awaitable[T]], *args: Any, **facts: Any) -> T:
        """One verb in the name of one person."""
        async with self.office.work(actor) as work:
            return await verb(work, *args, **facts)

    async def move(self, actor: Actor, verb: Callable[..., Awaitable[T]], id: str, **facts: Any) -> T:
        """A verb that names the version of the order it was shown."""
        version = (await self.order(id)).version
        return await self.do(actor, verb, id=id, version=facts.pop("version", version), **facts)

    async def photo(self, actor: Actor, id: str = "") -> str:
        """A photo the person took."""
        id = id or an_id()
        async with self.office.work(actor) as work:
            work.session.add(File(
                id=id, owner_id=actor.id, sha256="0", bytes=1, width=1, height=1, created_at=work.now
            ))  # fmt: skip
        return id

    def spot(self, point: Wgs84 = HERE, address: str = "恩宁路99号") -> Spot:
        """Where a point lies."""
        return spot_at(self.office.areas, point, address=address)

    async def report(self, by: Actor | None = None, *, id: str = "", at: Wgs84 = HERE, **facts: Any) -> str:
        """A patrol finding with a photo."""
        by = by or self.chen
        photos = facts.pop("photo_ids", None) or [await self.photo(by)]
        facts = {"text": "路灯不亮，晚上很黑。", "photo_ids": photos, **facts}
        told = Report(id=id or an_id(), source=OrderSource.PATROL, spot=self.spot(at), **facts)
        return (await self.do(by, intake.report, told)).id

    async def submit(self, by: Actor | None = None, *, id: str = "", at: Wgs84 = HERE, **facts: Any) -> str:
        """A citizen's report; the order that carries it has the same id."""
        by = by or self.ann
        facts = {"kind": RequestKind.REPORT, "text": "路灯不亮，晚上很黑。", "spot": self.spot(at), **facts}
        return (await self.do(by, requests.submit, Submission(id=id or an_id(), **facts))).id

    async def ask_dispatch(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """File and dispatch, held for ten seconds; the id of the hold."""
        facts = {"matter_code": LAMP, "rule_id": LAMP_RULE, "unit_id": "zj", "override_reason": "",
                 "op_id": an_id(), **facts}  # fmt: skip
        await self.move(by or self.li, desk.ask_dispatch, id, **facts)
        return str(facts["op_id"])

    async def release(self) -> int:
        """Let the ten seconds pass and what was held happen."""
        self.clock.advance(seconds=HOLD_SECONDS)
        return await holds.release(self.office)

    async def dispatch(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """Send it to a unit, the ten seconds included."""
        await self.ask_dispatch(id, by, **facts)
        assert await self.release() == 1
        return id

    async def sign(self, id: str, by: Actor | None = None) -> str:
        """The unit takes it."""
        await self.move(by or self.wang, unit.sign, id)
        return id

    async def send_back(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """The unit returns it."""
        facts = {"reason": ReturnReason.NOT_OUR_DUTY, "basis": "三定方案第三条", "opinion": "", "unit_id": "",
                 **facts}  # fmt: skip
        await self.move(by or self.wang, unit.return_, id, **facts)
        return id

    async def finish(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """The unit hands in its result, with a photo."""
        by = by or self.wang
        photos = facts.pop("photo_ids") if "photo_ids" in facts else [await self.photo(by)]
        await self.move(by, unit.finish, id, **{"text": "已更换灯具。", "photo_ids": photos, **facts})
        return id

    async def confirm(self, id: str, by: Actor | None = None) -> str:
        """The unit's head stands for the result."""
        await self.move(by or self.tang, unit.confirm, id, opinion="")
        return id

    async def verify(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """核实, before filing."""
        facts = {
            "conclusion": VerifyConclusion.TRUE,
            "text": "情况属实",
            "photo_ids": [],
            "here": NEAR,
            **facts,
        }
        await self.move(by or self.chen, field.verify, id, **facts)
        return id

    async def check(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """核查, before closing: by whoever was asked, on the spot, with a photo."""
        checker = (await self.order(id)).checker_id
        by = by or next(person for person in self.staff if person.id == checker)
        photos = facts.pop("photo_ids") if "photo_ids" in facts else [await self.photo(by)]
        facts = {"conclusion": CheckConclusion.SOLVED, "text": "", "photo_ids": photos, "here": NEAR, **facts}
        await self.move(by, field.check, id, **facts)
        return id

    async def close(self, id: str, by: Actor | None = None, *, met: bool = True) -> str:
        """The dispatcher ticks the close condition."""
        await self.move(by or self.li, desk.close, id, condition_met=met)
        return id

    async def step(self, actor: Actor, action: OrderAction, id: str, opinion: str = "") -> str:
        """A step that needs no more than words."""
        await self.move(actor, desk.step, id, action=action, opinion=opinion)
        return id

    async def apply(
        self, id: str, by: Actor | None = None, what: OrderAction = A.APPLY_EXTENSION, **facts: Any
    ) -> str:
        """Somebody asks for something; the id of the application."""
        key = an_id()
        facts = {"words": "等待定制配件", "op_id": key, **facts}
        match what:
            case A.APPLY_EXTENSION:
                await self.move(by or self.wang, applications.apply_extension, id, **facts)
            case A.APPLY_SUSPENSION:
                rest = {
                    "until": day_of(self.clock() + timedelta(days=30)),
                    "plan": "列入下月养护计划",
                    **facts,
                }
                await self.move(by or self.wang, applications.apply_suspension, id, **rest)
            case A.APPEAL:
                await self.move(by or self.tang, applications.appeal, id, **facts)
            case A.ASK_VOID:
                facts = {"reason": VoidReason.ENTERED_BY_MISTAKE, **facts}
                await self.move(by or self.li, applications.ask_void, id, **facts)
        return key

    async def decide(self, id: str, by: Actor, *, grant: bool = True, opinion: str = "同意") -> str:
        """Somebody answers what is asked."""
        await self.move(by, applications.decide, id, grant=grant, opinion=opinion)
        return id

    async def dispute(self, id: str, units: tuple[Actor, ...] = ()) -> str:
        """Two units return a fresh order, so that it goes to arbitration."""
        first, second = units or (self.wang, self.liang)
        await self.send_back(await self.dispatch(id), first)
        await self.move(self.li, desk.decide_return, id, accept=True, opinion="")
        await self.send_back(await self.dispatch(id, unit_id="sw"), second)
        return id

    async def rule(self, id: str, by: Actor | None = None, **facts: Any) -> str:
        """The arbiter rules."""
        facts = {"unit_id": "sw", "co_unit_ids": [], "matter_code": LAMP, "rule_id": LAMP_RULE,
                 "scope": RulingScope.STREET, "text": "涌边设施由区水务局办理", "basis": "三定方案第五条",
                 "op_id": an_id(), **facts}  # fmt: skip
        await self.move(by or self.arbiter, ruling.rule, id, **facts)
        return id

    async def sign_ruling(
        self, id: str, by: Actor | None = None, *, accept: bool = True, opinion: str = ""
    ) -> str:
        """The leader signs it, or does not."""
        await self.move(by or self.lin, ruling.sign, id, accept=accept, opinion=opinion)
        return id

    async def rate(
        self, id: str, solved: Solved = Solved.SOLVED, by: Actor | None = None, **facts: Any
    ) -> str:
        """The citizen's answer."""
        version = (await self.request(id)).version
        facts = {"level": ServiceLevel.VERY_SATISFIED, "reasons": [], "text": "", "photo_ids": [], **facts}
        await self.do(by or self.ann, rate, id=id, version=version, solved=solved, **facts)
        return id

    async def bring(self, id: str, to: str) -> str:
        """Take a fresh order as far as the state `to` by the shortest road; returns its id."""
        for state, verb in _ROAD.items():
            if (await self.order(id)).state == to:
                break
            if (await self.order(id)).state == state:
                await verb(self, id)
        assert (await self.order(id)).state == to
        return id

    async def sweep(self) -> None:
        """Let every job do what is due."""
        await jobs_of(self.office).drain()


_ROAD: Mapping[str, Callable[[City, str], Awaitable[str]]] = {
    "reported": City.dispatch, "dispatched": City.sign, "in_progress": City.finish, "handled": City.confirm,
    "checking": City.check, "close_pending": City.close,
}  # fmt: skip


# ── what a refusal must leave behind: nothing ─────────────────────────────────────────────────────


async def everything(office: Office) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    async with office.reading() as session:
        connection = await session.connection()
        found = {}
        for name, table in SQLModel.metadata.tables.items():
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
            rows = await connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY {keys}')
            found[name] = [tuple(row) for row in rows]
        return found


@asynccontextmanager
async def refusal(office: Office, code: str) -> AsyncIterator[pytest.ExceptionInfo[CityError]]:
    """The block is refused with `code`, and nothing happened: no row, audit line, news, clock or counter."""
    before = await everything(office)
    with pytest.raises(CityError) as refused:
        yield refused
    assert refused.value.code == code
    after = await everything(office)
    assert {name for name in after if after[name] != before[name]} == set()


on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
"""For guards that never reach the store; what the store must get right is tested on both."""
