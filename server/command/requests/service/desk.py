"""The dispatcher's verbs on requests: answer, ask, decline, refer, assign, extend, audit, decide."""

from uuid import uuid4

from server.command.knowledge import service as knowledge
from server.command.library import Library
from server.command.orders.rules import OrderSource, needs_point
from server.command.orders.service import report as intake
from server.command.orders.service import visit as carrying
from server.command.orders.service.report import Report, Spot
from server.command.requests import guards, rules
from server.command.requests.flow import FLOW, RequestState
from server.command.requests.rules import Outcome, RequestKind
from server.command.requests.service.citizen import contact_of
from server.command.requests.service.party import marks
from server.command.requests.service.take import (
    KIND,
    TEXT_LIMIT,
    A,
    needs_fit_unit,
    seen,
    take,
)
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import Post
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import BadInput
from server.kernel.geo import Wgs84
from server.kernel.text import clean_line, clean_text
from server.platform import sla
from server.platform.work import Work

OPINION_LIMIT = 500
LINE_LIMIT = 200


async def _at_hand(work: Work, id: str, version: int | None, action: A) -> CitizenRequest:
    """A request that stands on its own, for a step this post may take. Raises RidesOnOrder, NotAllowed …"""
    request = await seen(work, id, version)
    guards.needs_alone(request)
    FLOW.step(RequestState(request.state), action, work.actor.post)
    return request


async def name_party(work: Work, *, id: str, version: int, key: str) -> CitizenRequest:
    """Who is meant by what the citizen typed: from here on he, his unit and his line do not see it."""
    request = await _at_hand(work, id, version, A.NAME_PARTY)
    if not key:
        raise BadInput(field="key")
    request.against = await marks(work, key, "")
    await take(work, request, A.NAME_PARTY)
    return request


async def answer(
    work: Work, *, id: str, version: int, text: str, source: str, answer_id: str = ""
) -> CitizenRequest:
    """A question or praise is answered at the desk, with the source it rests on; a colleague lets it out.

    What was taken from an entry of the knowledge base carries that entry's source, article and day, and its
    words when none are given. Raises NotFound for one that does not hold, or is for the staff only.
    """
    request = await _at_hand(work, id, version, A.DIRECT_ANSWER)
    guards.needs_nobodys(request)
    guards.needs_direct_kind(RequestKind(request.kind))
    if answer_id:
        entry = knowledge.answer(work.office, answer_id)
        text, source, answer_id = text.strip() or entry.answer, knowledge.source_of(entry), entry.entry_id
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    guards.needs_no_personal_data(words, "text")
    needed = request.kind == RequestKind.CONSULT
    if not answer_id:
        source = clean_line(source, field="source", limit=LINE_LIMIT, required=needed)
    request.reply_source = source
    request.reply, request.answer_id, request.replied_by = words, answer_id, work.actor.id
    await take(work, request, A.DIRECT_ANSWER, opinion=words)
    return request


async def may_ask(
    work: Work, *, id: str, version: int | None, question: str
) -> tuple[CitizenRequest, str]:  # fmt: skip
    """The guards of `ask_info`, and its words."""
    request = await seen(work, id, version)
    FLOW.step(RequestState(request.state), A.ASK_INFO, work.actor.post)
    return request, clean_text(question, field="question", limit=OPINION_LIMIT, required=True)


async def ask_info(work: Work, *, id: str, version: int | None, question: str) -> CitizenRequest:
    """One list of what is missing: the clocks stand still, three working days to answer, two reminders."""
    request, words = await may_ask(work, id=id, version=version, question=question)
    request.question = words
    if request.order_id:
        await carrying.wait_for_citizen(work, request.order_id, on=True)
    await take(work, request, A.ASK_INFO, opinion=request.question)
    request.answer_by = request.due_at
    return request


async def may_decline(
    work: Work, *, id: str, version: int | None, reason: str, refer_to: str | None, opinion: str
) -> tuple[CitizenRequest, str]:
    """The guards of `decline`, and its words."""
    request = await _at_hand(work, id, version, A.REFER if refer_to else A.REJECT)
    return request, clean_text(opinion, field="opinion", limit=OPINION_LIMIT, required=True)


async def decline(
    work: Work, *, id: str, version: int | None, reason: str, refer_to: str | None, opinion: str
) -> CitizenRequest:
    """Not taken in, with a coded reason, and where to go instead when somebody else answers for it."""
    action = A.REFER if refer_to else A.REJECT
    request, words = await may_decline(
        work, id=id, version=version, reason=reason, refer_to=refer_to, opinion=opinion
    )
    request.reason, request.refer_to = reason, refer_to or ""
    detail = {"reason": reason, **({"to": refer_to} if refer_to else {})}
    await take(work, request, action, opinion=words, detail=detail)
    return request


async def may_assign(
    work: Work, *, id: str, version: int | None, unit_id: str, opinion: str
) -> tuple[CitizenRequest, str]:
    """The guards of `assign`, and its words."""
    request = await _at_hand(work, id, version, A.ASSIGN)
    guards.needs_nobodys(request)
    needs_fit_unit(work, request, unit_id)
    return request, clean_text(opinion, field="opinion", limit=OPINION_LIMIT)


async def assign(work: Work, *, id: str, version: int | None, unit_id: str, opinion: str) -> CitizenRequest:
    """To the unit that answers for it; never to whom it complains about.

    Raises ComplainedParty, PartyUnknown.
    """
    request, words = await may_assign(work, id=id, version=version, unit_id=unit_id, opinion=opinion)
    request.unit_id, request.handler_id, request.assigned_at = unit_id, "", work.now
    await take(work, request, A.ASSIGN, receiver=unit_id, opinion=words)
    return request


async def make_order(
    work: Work, *, id: str, version: int, matter_code: str, spot: Spot | None
) -> CitizenRequest:
    """It turns out to be about a place: a work order carries it, or, in a unit's hands, goes beside it."""
    request = await _at_hand(work, id, version, A.MAKE_ORDER)
    guards.needs_party_known(request)
    here = spot or _spot_of(request)
    needs_point(here.point)
    if matter_code:
        work.office.of(Library).catalogue.matter(matter_code)
    carries = request.state == RequestState.SUBMITTED
    order = await intake.report(work, Report(
        id=id if carries else str(uuid4()), no=request.no if carries else "", source=OrderSource.CITIZEN,
        text=request.text, title=request.title, spot=here, source_id=id, matter_code=matter_code,
        answers=[] if matter_code else [(one["code"], one["answer"]) for one in request.answers],
        contact=contact_of(request), confidential=request.confidential, against=request.against,
        reporter_id=request.reporter_id, post=Post.CITIZEN,
        reported_at=request.submitted_at if carries else None,
        promise=rules.REPLY_LIMITS[RequestKind(request.kind)] if carries else None,
    ))  # fmt: skip
    if carries:
        request.order_id, request.area = order.id, here.area
        await sla.stop(work, KIND, id, "promise")
    await take(work, request, A.MAKE_ORDER, detail={"order": order.id, "carries": carries})
    return request


def _spot_of(request: CitizenRequest) -> Spot:
    located = request.lon is not None and request.lat is not None
    point = Wgs84(request.lon or 0, request.lat or 0) if located else None
    cell = request.area if len(request.area) == 15 else ""
    return Spot(request.area, cell, point, request.accuracy_m, request.address)


async def extend(work: Work, *, id: str, version: int, days: float, reason: str) -> CitizenRequest:
    """Once, by no more than the first limit, with a reason the citizen reads. Raises ClockRunOut."""
    request = await _at_hand(work, id, version, A.EXTEND)
    guards.needs_extendable(request, days)
    words = clean_text(reason, field="reason", limit=OPINION_LIMIT, required=True)
    extra = Limit(days, TimeUnit.WORK_DAY)
    await sla.extend(work, KIND, id, "reply", extra, words)
    request.promised_at = (await sla.extend(work, KIND, id, "promise", extra, words)).due_at
    request.extended = True
    await take(work, request, A.EXTEND, opinion=words, receiver=request.unit_id)
    return request


async def audit(
    work: Work, *, id: str, version: int, passed: bool, answers: bool, opinion: str
) -> CitizenRequest:
    """Does the reply answer what was asked, and does it give nobody away? Then it goes out, else back.

    What the law does not allow, asked for again, goes to a leader first.
    """
    request = await _at_hand(work, id, version, A.AUDIT_PASS if passed else A.AUDIT_FAIL)
    guards.needs_other_eyes(request.replied_by, work.actor)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT, required=not passed)
    if not passed:
        request.replied_by = request.confirmed_by = ""
        await take(work, request, A.AUDIT_FAIL, opinion=words, receiver=request.unit_id)
        return request
    guards.needs_answer(answers)
    guards.needs_no_personal_data(request.reply, "reply")
    if request.impossible and request.reopen_times:
        request.leader_asked_at = work.now
        await take(work, request, A.TO_LEADER, opinion=words)
        return request
    request.answered_at = work.now
    await take(work, request, A.AUDIT_PASS, opinion=request.reply)
    return request


async def decide(work: Work, *, id: str, version: int, approve: bool, opinion: str) -> CitizenRequest:
    """A leader stands for telling somebody that the law does not allow it; or the unit looks again."""
    request = await _at_hand(work, id, version, A.APPROVE if approve else A.DECLINE)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT, required=not approve)
    guards.needs_leader_asked(request)
    if approve:
        request.outcome, request.answered_at, request.closed_at = Outcome.EXPLAINED, work.now, work.now
        await take(work, request, A.APPROVE, opinion=request.reply, detail={"words": words})
        return request
    request.leader_asked_at, request.replied_by, request.confirmed_by = None, "", ""
    await take(work, request, A.DECLINE, opinion=words, receiver=request.unit_id)
    return request
