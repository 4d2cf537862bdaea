"""role × type × field, reviewed as a diff; and nobody reaches by id what he may not see."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from server.command.notices import service as notices
from server.command.orders.rules import RejectReason
from server.command.orders.service import desk
from server.command.orders.service.report import Spot
from server.command.requests.rules import RequestKind, ServiceLevel
from server.command.requests.tables import ReturnVisit
from server.command.talks import service as talks
from server.command.talks.service import Turn
from server.grid.basedata import service as base
from server.grid.basedata.facts import BaseFieldName, BaseKind
from server.kernel.actors import CITIZEN, OFFICER, UNIT_POSTS, Actor, Post, Role
from server.platform import holds
from server.schemas import build
from server.supervision.orders import service as supervisions
from server.supervision.orders.rules import SuperviseDue
from tests.city import CELL, city, everything, on_sqlite
from tests.contract.fields import audiences, written
from tests.factories import STREET, a_citizen, a_leader, an_id

__all__ = ["city"]
SCHEMAS = {role: schema._schema for role, schema in build().items()}
STAFF_ONLY = {
    "WorkOrder", "Supervision", "Hold", "Clock", "FilingRule", "Suggestion", "Alternative", "Similar",
    "OrderPage", "OrderEvent", "LaneCount", "OrderCard", "SupervisionPage", "SupervisionEvent", "Board",
    "BoardFigure", "Line", "Param", "AreaFigure", "Whole", "Comparison",
    "DeskRequest", "DeskPage", "DeskCount", "DeskEvent", "Visit", "VisitPage", "Relay", "ContactEntry",
}  # fmt: skip
TELLING = (
    "reporter", "contact", "internal", "basis", "lane", "overtime", "clock", ".held", "returnTimes",
    "reworkTimes", "suggestion.", "handlerPhone", "staff",
)  # fmt: skip


# ── what exists for whom ──────────────────────────────────────────────────────────────────────────


def test_every_change_of_an_audience_is_a_reviewed_diff():
    assert audiences() == written(), "`python -m tests.contract.fields` writes the table anew; read its diff"


def test_the_citizens_schema_holds_nothing_of_the_staffs():
    citizens = {member for member, roles in audiences().items() if "citizen" in roles}
    assert {member for member in citizens if member.partition(".")[0] in STAFF_ONLY} == set()
    telling = {member for member in citizens for word in TELLING if word.lower() in member.lower()}
    assert telling == {"Me.staffNo"}  # one's own, and null
    assert {member for member in citizens if "phone" in member.lower()} == {
        "DangerHint.phone", "Me.phone", "Referral.phone", "Request.phone", "SubmitRequest.phone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("types", "roles"),
    [
        ({"Board", "BoardFigure", "Line", "Param", "AreaFigure"}, ["leader"]),
        ({"Suggestion", "Alternative", "Similar", "LaneCount", "Comparison"}, ["officer"]),
        ({"Request", "PublicCase", "PublicPage", "NextStep", "OfficerCard", "ReportHint"}, ["citizen"]),
    ],
)
def test_what_only_one_app_knows(types, roles):
    found = {member: who for member, who in audiences().items() if member.partition(".")[0] in types}
    assert {member for member, who in found.items() if who != roles} == set()
    assert {member.partition(".")[0] for member in found} == types


# ── what is reached by id ─────────────────────────────────────────────────────────────────────────

MADE_UP = {"opId", "submitRequest.id"}  # keys the phone mints; they name nothing that exists
PLACE = {"lon": 113.237, "lat": 23.117, "datum": "WGS84"}
FACTS: dict[str, Any] = {
    "matterCode": "01037", "ruleId": "01037-1", "unitId": "zj", "place": PLACE, "at": PLACE, "version": 1,
    "photoIds": [], "afterPhotoIds": [], "text": "路灯不亮。", "opinion": "说明", "reason": "说明",
    "basis": "三定方案", "accept": True, "conditionMet": True, "grant": True, "until": "2026-04-01",
    "parts": [{"matterCode": "01037", "ruleId": "01037-1", "unitId": unit, "text": "处置"}
              for unit in ("zj", "cg")],
    "sourceOn": "2024-01-01", "answer": "答", "source": "某法", "words": "等待配件", "plan": "下月施工",
    "turns": [{"question": "问"}], "share": "断水",
    "key": "unit:cg", "question": "哪一栋？", "days": 1, "passed": True, "approve": True, "reached": True,
    "redo": False, "phone": "13800138009", "doneAt": "2026-03-02T01:00:00Z", "weekdays": [1], "opens": 0,
    "closes": 60, "cells": [CELL], "name": "一线",
    "fixes": [{"at": "2026-03-02T01:00:00Z", "lon": 113.237, "lat": 23.117}],
    "points": [{"name": "涌边", "lon": 113.237, "lat": 23.117, "datum": "WGS84"}],
    "firstDay": "2026-03-02", "lastDay": "2026-03-02",
    "moves": False, "facts": [{"name": "PHONE", "value": "13800138009"}],
}  # fmt: skip
NOTICES = {
    "notices",
    "unreadNotices",
    "readAllNotices",
    # one's own settings
    "noticeSettings",
    "setNotices",
    "subscribePush",
    "unsubscribePush",
    "bindWechat",
    "unbindWechat",
}
NAME_NOTHING = {
    Role.OFFICER: {
        *("answer", "knowledge", "knowledgeCounts", "publishDrafts", "talks", "talkCounts", "routeFaults"),
        "calendarYear",
        "grids",
        "gridStreets",
        "gridDraft",
        *NOTICES,
        *("outgoing", "outgoingCounts", "outgoingChannels"),
        "me",
        "place",
        "searchPlaces",
        "units",
        "matters",
        "filingRules",
        "orders",
        "laneCounts",
        "hotIssues",
        "gatherings",
        # editions are named by kind and number, and asked of every post in tests/command/setup
        "setupKinds",
        "editions",
        "edition",
        "editionRows",
        "editionChanges",
        "editRow",
        "publishEdition",
        "withdrawEdition",
        "goBackToEdition",
        "evaluationReport",
        "unitLoad",
        "unitOrders",
        "unitStanding",
        "unitRankedOrders",
        "myDuty",
        *("rollCalls", "myRollCall", "callRoll"),
        "staffing",
        "watch",
        "startDuty",
        "planShift",
        "revealPhone",  # asked of every post in tests/command/duty
        "giveOver",
        "checkIn",
        "endDuty",
        "deskRequests",
        "deskCounts",
        "visits",
        "parties",
        *("myRecord", "myPatrols", "patrols", "doubtfulVisits", "patrolPlans", "positions", "patrolCoverage"),
        "baseRecords",
        "baseSheet",
        "basePlaces",
        *("myCard", "askLeave", "comeBack"),
    },
    Role.LEADER: {
        *NOTICES,
        "hotIssues",
        "gatherings",
        "me",
        "orders",
        "board",
        "cards",
        "areaFigures",
        "ranking",
        "rankedOrders",
        "brief",
        "briefOrders",
        "evaluationReport",
        "reportedOrders",
        "deskRequests",
        "deskCounts",
        "patrolCoverage",
        "baseCounts",
        "takeBackDeputy",
    },
    Role.CITIZEN: {
        *("family", "showFamilyCode", "joinFamily", "receipt"),
        "publicFigures",
        "publicCase",
        *NOTICES,
        "me",
        "place",
        "searchPlaces",
        "matters",
        "myRequests",
        "reportHint",
        "nearby",
        "gridOfficer",
        "answer",
        "myTalk",
        "askedOften",
        "answersToKeep",
        "parties",
        *("gridCard", "leaveMessage"),
        "publishedProposals",
    },
}


def roots(role):
    """Every root field of a role's queries and mutations."""
    schema = SCHEMAS[role]
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root
        for name, field in root.fields.items():
            yield kind, name, field


def names_something(field):
    """True when an argument, or a field of its input, is an id of something that exists."""
    for name, argument in field.args.items():
        kind = get_named_type(argument.type)
        inside = kind.fields if isinstance(kind, GraphQLInputObjectType) else {name: argument}
        if any(get_named_type(each.type).name == "ID" and key not in MADE_UP for key, each in inside.items()):
            return True
    return False


def filled(root, name, kind, ids):
    """A value of an input type: the ids of `ids`, facts that fit, and the first member of an enum."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if name in ids:
        return ids[name]
    if isinstance(inner, GraphQLEnumType):  # before FACTS: a reason may be words or coded
        return "HOURS_4" if inner.name == "SuperviseDue" else next(iter(inner.values))
    if name in FACTS:
        return FACTS[name]
    if isinstance(inner, GraphQLInputObjectType):
        told = {
            key: each for key, each in inner.fields.items()
            if is_required_input_field(each) or key in FACTS or key in ids
        }  # fmt: skip
        return {key: filled(root, key, each.type, ids) for key, each in told.items()}
    assert not is_list_type(inner), f"{root}: no value for {name}"
    return an_id()


def asked(kind, name, field, ids):
    """The operation that names what `ids` says, and its variables."""
    wanted = {key: arg for key, arg in field.args.items() if is_required_argument(arg) or key in ids}
    variables = {key: filled(name, key, argument.type, ids) for key, argument in wanted.items()}
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
    passed = ", ".join(f"{key}: ${key}" for key in wanted)
    below = get_named_type(field.type)
    selection = "" if is_leaf_type(below) else " { __typename }"
    return f"{kind} ({declared}) {{ {name}({passed}){selection} }}", variables


@pytest.mark.parametrize("role", list(Role))
def test_a_root_names_something_or_says_that_it_does_not(role):
    """Whatever takes an id is asked of every stranger below; a new root shows up here."""
    assert {name for _, name, field in roots(role) if not names_something(field)} == NAME_NOTHING[role]


@pytest.fixture
async def things(city):
    """An order in somebody's hands, a held act, a supervision and a request, all in one street."""
    ids = {"order": await city.sign(await city.dispatch(await city.submit(confidential=True)))}
    ids["supervision"] = an_id()
    await city.do(city.lin, supervisions.ask_issue, id=ids["supervision"], order_id=ids["order"],
                  due=SuperviseDue.HOURS_24, text="请尽快")  # fmt: skip
    await city.release()
    ids["request"] = ids["order"]
    ids["desk"] = await city.submit(kind=RequestKind.COMPLAINT, text="办事拖拉。", confidential=True,
                                    spot=Spot(STREET), against_text="不知道是谁")  # fmt: skip
    rated = await city.bring(await city.submit(), "closed")
    await city.rate(rated, level=ServiceLevel.DISSATISFIED)
    [visit] = await city.rows(ReturnVisit)
    ids["visit"] = visit.id
    ids["other"] = await city.submit(confidential=True)
    ids["talk"] = an_id()
    await city.do(city.ann, talks.ask, id=ids["talk"], area=STREET, turns=[Turn("问")])
    ids |= {"building": an_id(), "room": an_id()}
    facts = {BaseFieldName.ADDRESS: "恩宁路99号", BaseFieldName.BUILDING_CODE: "LW99"}
    await city.do(city.chen, base.create, id=ids["building"], kind=BaseKind.BUILDING, facts=facts)
    facts = {BaseFieldName.ADDRESS: "恩宁路99号302房"}
    await city.do(
        city.chen, base.create, id=ids["room"], kind=BaseKind.ROOM, parent_id=ids["building"], facts=facts
    )
    ids["hold"] = an_id()
    await city.move(city.li, desk.ask_reject, ids["other"], reason=RejectReason.NOT_OURS, opinion="不归我们",
                    op_id=ids["hold"])  # fmt: skip
    for _ in range(3):
        await notices.spread(city.office)
    return ids


AT_DESKS = {
    "deskRequest", "fileRequest", "nameParty", "answerRequest", "askInfo", "declineRequest", "assignRequest",
    "makeOrder", "extendRequest", "auditReply", "decideExplanation", "signRequest", "returnRequest",
    "logContact", "draftReply", "confirmReply", "logCall", "concludeVisit",
}  # fmt: skip


def ids_for(name, things):
    """What a root field's ids mean."""
    if name in AT_DESKS:
        return {"id": things["visit" if name in {"logCall", "concludeVisit"} else "desk"]}
    noun = "supervision" if "upervision" in name or name == "answerReply" else "order"
    if "alk" in name or name in {"askPerson", "callMeBack"}:
        noun = "talk"
    if name.endswith("Base") or name == "baseRecord":
        return {"id": things["room"], "parentId": things["building"], "into": things["building"]}
    named = {"id": noun, "entryId": "order", "orderId": "order", "intoId": "other", "otherId": "other",
             "holdId": "hold", "talkId": "talk"}  # fmt: skip
    return {"ids": [things["order"]]} | {key: things[value] for key, value in named.items()}


LISTS = {
    Role.OFFICER: """{ unreadNotices orders { total } laneCounts { count }
                       supervisions(open: false) { total }
                       deskRequests { total } deskCounts { count } visits(open: false) { total } }""",
    Role.LEADER: """{ unreadNotices orders { total } supervisions(open: false) { total } cards { id }
                      deskRequests { total } deskCounts { count }
                      board { open { n } newToday { n } overdue { n } } }""",
    Role.CITIZEN: """{ unreadNotices myRequests { total } publishedProposals { items { id } }
                       nearby(at: {lon: 113.237, lat: 23.117, datum: WGS84}) { id } }""",
}


def signs(answer):
    """Every number and word of an answer that says that something is there."""
    match answer:
        case dict():
            return [sign for value in answer.values() for sign in signs(value)]
        case list():
            return [sign for value in answer for sign in signs(value)]
    return [answer] if answer else []


STRANGERS = [
    *(Actor("x", OFFICER, post, area="440103013", unit_id="cg", cells=frozenset({"440103013001001"}))
      for post in Post if post not in {Post.CITIZEN, Post.LEADER, Post.SYSTEM}),
    a_leader(id="x", area="440103013"), a_citizen(id="x"), a_citizen(id="y", guest=True),
]  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda actor: f"{actor.role}-{actor.post}-{actor.id}")
async def test_nobody_reaches_by_id_what_he_may_not_see_and_no_list_tells_of_it(city, things, stranger):
    before, told = await everything(city.office), {}
    for kind, name, field in roots(stranger.role):
        if names_something(field):
            query, variables = asked(kind, name, field, ids_for(name, things))
            if name == "superviseOrder":
                variables["input"]["id"] = an_id()
            told[name] = await city.refused(stranger, query, **variables)
    assert told.pop("supervisions", []) == []  # a list says nothing by being empty
    assert told.pop("readNotices") == []  # what is not one's own is passed over, see below
    hidden = {"NOT_FOUND", "NOT_ALLOWED"}
    assert {name: codes for name, codes in told.items() if not set(codes) <= hidden} == {}
    assert [name for name, codes in told.items() if not codes] == []
    assert await everything(city.office) == before
    assert signs(await city.ask(stranger, LISTS[stranger.role])) == []


@on_sqlite
async def test_who_may_see_it_does_reach_it(city, things):
    """Else the refusals above would prove nothing."""
    shown = "query ($id: ID!) { order(id: $id) { id } }"
    for who in (city.chen, city.li, city.mei, city.arbiter, city.wang, city.tang, city.lin, city.bo):
        assert (await city.ask(who, shown, id=things["order"]))["order"] == {"id": things["order"]}
    mine = "query ($id: ID!) { request(id: $id) { id } }"
    assert (await city.ask(city.ann, mine, id=things["request"]))["request"] == {"id": things["request"]}
    await city.do(city.li, holds.take_back, things["hold"])
    assert {actor.post for actor in STRANGERS if actor.role == OFFICER} >= UNIT_POSTS
    assert (CELL.startswith(STREET), CITIZEN in {actor.role for actor in STRANGERS}) == (True, True)
