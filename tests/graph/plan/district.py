"""A district with a case in every state, and values for whatever an app's document wants to know."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_required_input_field,
    type_from_ast,
)
from sqlmodel import select

from server.command.duty import service as duty
from server.command.duty.tables import DutySpell
from server.command.knowledge import service as knowledge
from server.command.knowledge.book import Knowledge
from server.command.knowledge.service import Words
from server.command.knowledge.tables import KnowledgeEntry
from server.command.notices import service as notices
from server.command.orders.pairs import Verdict
from server.command.orders.service import desk, merge
from server.command.orders.service.report import Spot
from server.command.orders.tables import HotIssue, HotMember, WorkOrder
from server.command.requests.receipts import code_of
from server.command.requests.rules import RequestKind, ServiceLevel, Solved
from server.command.requests.service import desk as requests_desk
from server.command.requests.service import unit as requests_unit
from server.command.requests.service.rate import rate
from server.command.requests.tables import CitizenRequest, ReturnVisit
from server.command.rollcalls import service as roll_calls
from server.command.setup import service as setup
from server.command.talks import service as talks
from server.command.talks.service import Turn
from server.command.talks.tables import Talk
from server.grid.basedata import service as base
from server.grid.basedata.facts import BaseFieldName, BaseKind
from server.grid.cards.tables import CardMessage
from server.grid.patrols.service import plans
from server.grid.patrols.service.plans import Point
from server.grid.patrols.tables import Patrol, PatrolPoint
from server.identity import accounts, deputies
from server.identity.accounts import phone_of
from server.identity.family.tables import FamilyCode, FamilyTie
from server.identity.tables import Account
from server.kernel.actors import CITIZEN, LEADER, OFFICER, SYSTEM, Actor, Post, Role
from server.kernel.calendar import day_of
from server.kernel.ids import case_no
from server.kernel.ways import Via
from server.platform import notify
from server.platform.notify import Delivery
from server.platform.vault import Vault
from server.settings import Settings
from server.supervision.evaluation.service import brief
from server.supervision.orders import service as supervisions
from server.supervision.orders.rules import SuperviseDue
from server.supervision.orders.tables import Supervision
from tests.city import CELL, LAMP, LAMP_RULE, NEAR, City, an_office
from tests.clock import MONDAY, Clock
from tests.factories import DISTRICT, STREET, a_citizen, an_id

STATES = ("dispatched", "in_progress", "handled", "checking", "close_pending", "closed")
STEPS = {OFFICER: "DEPT_CONFIRM", LEADER: "REOPEN"}  # of the many that need only words
PARTS = [
    {"matterCode": LAMP, "ruleId": LAMP_RULE, "unitId": unit, "text": "换灯", "overrideReason": "属地"}
    for unit in ("zj", "sw")
]
PLACE = {"lon": NEAR.lon, "lat": NEAR.lat, "datum": "WGS84"}
NEW = an_id()  # what is not there yet
OWN: Mapping[str, dict[str, Any]] = {  # what such an input wants to be
    "PushSubscription": {
        "endpoint": "https://fcm.googleapis.com/fcm/send/1", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    },
    "InviteUnit": {"unitId": "sw"}, "LogContact": {"text": "已联系"},
    "FileRequest": {"id": NEW, "phone": "13800138055"},
    "CreateBase": {"id": NEW, "kind": "BUILDING", "facts": [
        {"name": "ADDRESS", "value": "恩宁路1号"}, {"name": "BUILDING_CODE", "value": "LW1"}]},
    "EditBase": {"facts": [{"name": "PHONE", "value": "13800138056"}]},
    "CallRoll": {"minutes": 10, "personId": ""},
    "TrackInput": {"id": NEW, "datum": "WGS84", "patrolId": "late"},
    "PlanPatrol": {"id": NEW, "cells": [CELL], "opens": 0, "closes": 60, "points": [
        {"name": "涌边", "lon": NEAR.lon, "lat": NEAR.lat, "datum": "WGS84"}]},
}  # fmt: skip
MAKING = {"orderId", "turns", "talkId", "deputyId"}  # such an input makes something, under a new id


@dataclass(frozen=True)
class District:
    """Where it is stored, what time it is there, and what an app may name."""

    file: Path
    clock: Clock
    versions: Mapping[str, Mapping[Role, int]]  # by subject; staff and citizens count their own
    photos: Mapping[str, str]  # by owner
    holds: Mapping[Role, str]
    codes: Mapping[str, str]  # by the operation that wants one

    @asynccontextmanager
    async def opened(self, file: Path) -> AsyncIterator[City]:
        """The district as it is stored in `file`, at the same time of the same day."""
        settings = Settings(data_dir=self.file.parent, database_url=f"sqlite+aiosqlite:///{file}")
        clock = Clock(self.clock())
        async with an_office(settings, clock) as office:
            await office.of(Knowledge).refresh(office)
            yield City(office, clock)

    def variables(
        self, actor: Actor, schema: GraphQLSchema, operation: OperationDefinitionNode, subject: str
    ) -> dict[str, Any]:
        """What the actor's app might send about a subject."""
        given = {}
        for definition in operation.variable_definitions or ():
            kind: Any = type_from_ast(schema, definition.type)
            name = definition.variable.name.value
            given[name] = self._value(actor, name, kind, subject)
            if name == "code" and operation.name and operation.name.value in self.codes:
                given[name] = self.codes[operation.name.value]
        return {name: value for name, value in given.items() if value is not None}

    def _value(self, actor: Actor, name: str, kind: GraphQLInputType, subject: str) -> Any:
        required = isinstance(kind, GraphQLNonNull)
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        known = {
            "id": subject, "orderId": subject, "intoId": "another", "otherId": "reported",
            "opId": NEW, "no": case_no("LW", day_of(MONDAY), 1), "parts": PARTS, "planOn": "2030-01-01",
            "holdId": self.holds.get(actor.role), "version": self.versions[subject].get(actor.role, 1),
            "photoIds": [self.photos[actor.id]], "unitId": "zj", "matterCode": LAMP, "ruleId": LAMP_RULE,
            "action": STEPS.get(actor.role), "search": "", "first": 20, "opinion": "请看",
            "place": PLACE, "at": PLACE, "entryId": "late", "answerId": "late", "days": 90,
            "key": "unit:cg" if actor.role is OFFICER else "new", "areaCode": STREET,
            "until": "2026-06-30", "handlerId": "wang", "personId": "li",
            "day": day_of(self.clock()).isoformat(), "question": "路灯不亮找谁",
            "talkId": "talking", "requestId": NEW, "mobile": "13800138001", "turns": [{"question": "路灯"}],
            "patrolId": "late", "doneAt": self.clock().isoformat(), "weekdays": [1], "resume": True,
            "cardCode": "FY07X2", "cardKey": "", "standInId": "huang",
            "deputyId": "bo", "firstDay": day_of(self.clock()).isoformat(),
            "lastDay": day_of(self.clock()).isoformat(),
            "leaveFrom": day_of(self.clock()).isoformat(), "leaveUntil": day_of(self.clock()).isoformat(),
            "fixes": [{"at": self.clock().isoformat(), "lon": NEAR.lon, "lat": NEAR.lat}],
        }  # fmt: skip
        of_editions = {
            ("kind", "String"): "catalogue", ("no", "Int"): 1, ("against", "Int"): 0,
            ("sheet", "String"): "rules",
            ("key", "[String!]"): ["06010", "1"],
            ("cells", "[CellInput!]"): [{"column": "limit_value", "value": "7"}],
            ("against", "Boolean"): False, ("due", "Boolean"): False,
            ("into", "ID"): "checking",
            ("kinds", "[BaseKind!]"): ["BUILDING", "ROOM", "RESIDENT"], ("name", "BaseFieldName"): "PHONE",
        }  # fmt: skip
        if (name, str(kind)) == ("no", "Int") and not required:
            return None
        if (name, str(kind)) in of_editions:
            return of_editions[name, str(kind)]
        if name in known:
            return known[name]
        if isinstance(kind, GraphQLInputObjectType):
            fields = {
                key: self._value(actor, key, field.type, subject)
                for key, field in kind.fields.items()
                if key in known or is_required_input_field(field)
            }
            fields |= OWN.get(kind.name, {})
            return (
                fields | {"id": NEW} if MAKING & fields.keys() else fields
            )  # it makes something for an order
        if not required:
            return None
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if isinstance(kind, GraphQLList):
            return []
        return {"Boolean": True, "Int": 1, "Float": 1.0, "Date": "2026-01-01"}.get(str(kind), "路灯不亮")


async def settle(city: City, file: Path) -> District:
    """Let some days of cases pass in an empty city."""
    async with city.office.store.writing() as session:
        account = await session.get_one(Account, "li")
        account.phone_sealed = city.office.of(Vault).seal("13800138103", about=phone_of("li"))
        await session.commit()
    await city.bring(await city.submit(id="late"), "in_progress")
    await city.bring(await city.submit(id="belated"), "in_progress")
    city.clock.advance(days=60)
    await city.sweep()
    await city.report(id="reported")
    await city.report(id="another")
    await city.move(city.li, desk.request_verify, await city.submit(id="verifying"))
    for state in STATES:
        await city.bring(await city.submit(id=state), state)
    await city.send_back(await city.sign(await city.dispatch(await city.submit(id="returned"))))
    await city.bring("belated", "closed")
    await city.apply(await city.bring(await city.submit(id="asked"), "in_progress"))
    await city.dispute(await city.submit(id="disputed"))
    await city.rule(await city.dispute(await city.submit(id="ruled")))
    await city.submit(id="submitted")
    await _issue(city, "praised", "checking")
    await _reply(city, "praised")
    await city.do(city.lin, supervisions.answer, id="praised", version=3, accept=True, opinion="")
    for id, order in (("issued", "in_progress"), ("signed", "handled"), ("replied", "checking")):
        await _issue(city, id, order)
    await _issue(city, "desk", "returned", city.li)
    await city.do(city.wang, supervisions.sign, id="signed", version=1)
    for id in ("replied", "desk"):
        await _reply(city, id)
    await city.do(city.li, merge.decide, id="late", other_id="reported", verdict=Verdict.RELATED)
    for id in ("late", "entry", "draft"):
        await _entry(city, id)
    for id, citizen in (("late", city.ann), ("talking", city.ann), ("waiting", a_citizen(id="cara"))):
        await city.do(citizen, talks.ask, id=id, area=STREET, turns=[Turn("路灯不亮找谁")])
        if id == "late":
            await city.do(city.ann, talks.end, id=id)
    await city.do(city.li, talks.take, id="talking")
    cells = {"limit_value": "2"}
    facts = {"kind": "catalogue", "no": 0, "sheet": "rules", "key": ("06010", "1"), "note": ""}
    await city.do(city.luo, setup.edit, **facts, cells=cells)
    await _household(city)
    holds = {OFFICER: await city.ask_dispatch("another"), LEADER: await _ask(city, an_id(), "close_pending")}
    await _hot(city)
    await _unsent(city)
    await _alone(city)
    while await notices.spread(city.office):
        pass
    city.clock.advance(days=1)
    while await brief.freeze(city.office):
        pass
    city.clock.advance(days=-1)
    await city.do(city.chen, duty.start, id="on", cell=CELL)
    await city.do(city.huang, duty.start, id="beside", cell=CELL)
    await city.do(city.li, roll_calls.call, id="late", minutes=10, person_id="chen")
    async with city.office.work(SYSTEM) as work:
        await accounts.give_post(work, account_id="bo", post=Post.LEADER, area=DISTRICT)
    today = day_of(city.clock())
    facts = {"deputy_id": "bo", "first": today, "last": today, "reason": "出差"}
    await city.do(city.lin, deputies.name, id="deputy", **facts)
    await _patrols(city)
    await city.do(city.he, duty.give_over, id="late", note="断线盯住")
    photos = {actor.id: await city.photo(actor) for actor in (*city.staff, city.ann, city.ben)}
    codes = {"Receipt": await _receipt(city), "JoinFamily": await _family(city)}
    return District(file, city.clock, await _versions(city), photos, holds, codes)


async def _receipt(city: City) -> str:
    """What stands on a request's receipt."""
    request = await city.request("late")
    return code_of(partial(city.office.of(Vault).lookup), request.id, request.no)


async def _family(city: City) -> str:
    """Somebody helps ann, under the id of a case; and a code that waits to be entered."""
    vault = city.office.of(Vault)
    async with city.office.store.writing() as session:
        session.add(FamilyTie(id="late", owner_id="ann", helper_id="ben", began_at=city.clock()))
        session.add(FamilyCode(owner_id="dora", code_key=vault.lookup("family/482913"),
                               expires_at=city.clock() + timedelta(minutes=5)))  # fmt: skip
        await session.commit()
    return "482913"


async def _unsent(city: City) -> None:
    """A message nobody could deliver, under the id of a case."""
    async with city.office.work(SYSTEM) as work:
        row = notify.queue(
            work, of="late", person_id="ann", via=Via.SMS, address_id="", key="order.file", params={},
            link="/citizen/#/inbox", subject="order:late", at=work.now, place=0, urgent=False,
            not_before=work.now,
        )  # fmt: skip
        row.id, row.state, row.next_at, row.ended_at = "late", Delivery.DEAD, None, work.now


async def _household(city: City) -> None:
    """Somebody in a room in a building, known twice."""
    facts = {BaseFieldName.ADDRESS: "恩宁路99号", BaseFieldName.BUILDING_CODE: "LW99"}
    await city.do(city.chen, base.create, id="building", kind=BaseKind.BUILDING, facts=facts)
    facts = {BaseFieldName.ADDRESS: "恩宁路99号302房"}
    await city.do(city.chen, base.create, id="room", kind=BaseKind.ROOM, parent_id="building", facts=facts)
    facts = {BaseFieldName.NAME: "某甲", BaseFieldName.PHONE: "13800138055"}
    facts |= {BaseFieldName.ID_TYPE: "passport", BaseFieldName.ID_NUMBER: "E12345678"}
    facts_of_house = {BaseFieldName.ADDRESS: "恩宁路101号", BaseFieldName.BUILDING_CODE: "LW101"}
    await city.do(city.chen, base.create, id="verifying", kind=BaseKind.BUILDING, facts=facts_of_house)
    await city.do(city.chen, base.locate, id="verifying", at=NEAR)
    for id in ("late", "another", "checking", "replied"):
        await city.do(city.chen, base.create, id=id, kind=BaseKind.RESIDENT, parent_id="room", facts=facts)


async def _hot(city: City) -> None:
    """A hot issue under the id of a case."""
    async with city.office.store.writing() as session:
        session.add(HotIssue(id="late", words="路灯", last_at=city.clock()))
        for id in ("late", "in_progress", "handled", "checking"):
            session.add(HotMember(order_id=id, issue_id="late", near=0.5))
        await session.commit()


async def _patrols(city: City) -> None:
    """A round that rests, under the id of a case, with a doubtful visit; and one that waits."""
    points = [Point("永庆坊入口", NEAR)]
    facts: dict[str, Any] = {
        "cells": [CELL],
        "points": points,
        "days": range(1, 8),
        "opens": 0,
        "closes": 1440,
    }
    await city.do(city.li, plans.plan, id="late", name="一线", **facts)
    [made], [point] = await city.rows(Patrol), await city.rows(PatrolPoint)
    fields: dict[str, Any] = made.model_dump(exclude={"id", "state"})
    began = {"began_at": city.clock(), "began_heard_at": city.clock()}
    async with city.office.store.writing() as session:
        spell = await session.get_one(DutySpell, "on")
        place = json.dumps([NEAR.lon, NEAR.lat, 10])
        spell.place = city.office.of(Vault).seal(place, about=duty.place_of("on"))
        spell.seen_at = city.clock()
        session.add(Patrol(**fields | began, id="late", state="paused"))
        session.add(Patrol(**fields, id="another", state="due"))
        session.add(CardMessage(id="late", cell=CELL, citizen_id="ann", officer_id="chen", text="路太窄",
                                at=city.clock()))  # fmt: skip
        doubt = {"state": "to_review", "heard_at": MONDAY, "at": MONDAY}
        session.add(PatrolPoint(**point.model_dump() | doubt | {"id": "late", "patrol_id": "late"}))
        await session.commit()


async def _alone(city: City) -> None:
    """A request on its own at each desk, and somebody to call back."""
    cara = a_citizen(id="cara")

    async def by(actor: Actor, verb: Any, id: str, **facts: Any) -> None:
        await city.do(actor, verb, id=id, version=(await city.request(id)).version, **facts)

    for n, id in enumerate(("asks", "sent", "in_hand", "drafted", "to_audit", "to_lead")):
        about: dict[str, Any] = {"kind": RequestKind.CONSULT, "text": "路灯归谁管？", "spot": Spot(STREET)}
        await city.submit(cara, id=id, **about)
        if n:
            await by(city.li, requests_desk.assign, id, unit_id="zj", opinion="")
        if n > 1:
            await by(city.wang, requests_unit.sign, id)
        if n > 2:
            await by(city.wang, requests_unit.draft, id, text="归区住建局。")
        if n > 3:
            await by(city.tang, requests_unit.reply, id)
    await by(city.li, requests_desk.audit, "to_lead", passed=True, answers=True, opinion="")
    words = {"level": ServiceLevel.DISSATISFIED, "reasons": [], "text": "没说清", "photo_ids": []}
    await by(cara, rate, "to_lead", solved=Solved.UNSOLVED, **words)
    await by(city.tang, requests_unit.draft, "to_lead", text="依法不能办理。", impossible=True)
    await by(city.li, requests_desk.audit, "to_lead", passed=True, answers=True, opinion="")
    async with city.office.store.writing() as session:
        [visit] = await session.exec(select(ReturnVisit))
        facts: dict[str, Any] = visit.model_dump(exclude={"id", "version"})
        session.add(ReturnVisit(**facts, id="late"))
        session.add(ReturnVisit(**facts | {"id": "call", "request_id": "", "order_id": "closed"}))
        await session.commit()


async def _entry(city: City, id: str) -> None:
    """What the knowledge base answers, under the id of a case; and a draft."""
    words = Words(question=f"路灯不亮找谁 {id}", answer="找区住建局。", source="城市道路照明设施管理规定",
                  source_on=date(2011, 7, 1))  # fmt: skip
    await city.do(city.he, knowledge.write, id=id, words=words)
    if id != "draft":
        await city.do(city.li, knowledge.publish, id=id, version=1)


async def _ask(city: City, id: str, order: str, by: Actor | None = None) -> str:
    facts = {"id": id, "order_id": order, "due": SuperviseDue.HOURS_4, "text": "请处理"}
    await city.do(by or city.lin, supervisions.ask_issue, **facts)
    return id


async def _issue(city: City, id: str, order: str, by: Actor | None = None) -> None:
    await _ask(city, id, order, by)
    await city.release()


async def _reply(city: City, id: str) -> None:
    await city.do(city.wang, supervisions.sign, id=id, version=1)
    told = {"text": "今天", "photo_ids": [], "plan_on": day_of(city.clock())}
    await city.do(city.wang, supervisions.reply, id=id, version=2, **told)


async def _versions(city: City) -> dict[str, dict[Role, int]]:
    found: dict[str, dict[Role, int]] = {NEW: {}}
    tables: list[tuple[Any, tuple[Role, ...]]] = [
        (KnowledgeEntry, (OFFICER,)),
        (Talk, (OFFICER, CITIZEN)),
        (WorkOrder, (OFFICER, LEADER)), (Supervision, (OFFICER, LEADER)), (CitizenRequest, (CITIZEN,)),
        (ReturnVisit, ()),
    ]  # fmt: skip
    for table, roles in tables:
        for row in await city.rows(table):
            mine = (OFFICER, LEADER) if table is CitizenRequest and not row.order_id else ()
            found.setdefault(row.id, {}).update(dict.fromkeys((*roles, *mine), row.version))
    return found


def people(city: City, role: Role) -> list[Actor]:
    """Those with that app who have something to do with the cases."""
    busy = (city.wang, city.li, city.tang, city.chen, city.mei, city.lin, city.ann, city.ben, city.luo,
            city.feng)  # fmt: skip
    return [actor for actor in busy if actor.role is role]
