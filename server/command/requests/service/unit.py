"""The unit's verbs on requests: sign, return, log contacts, draft, stand for the reply."""

from datetime import date
from uuid import uuid4

from server.command.library import Library
from server.command.orders.service import visit as carrying
from server.command.requests import errors, guards, rules
from server.command.requests.flow import FLOW, RequestState
from server.command.requests.rules import Adoption, ContactWay, RequestKind
from server.command.requests.service.take import KIND, TEXT_LIMIT, A, seen, take
from server.command.requests.tables import CitizenRequest, Contact
from server.identity.queries import PersonRow, handlers_of
from server.kernel.actors import SYSTEM, Post
from server.kernel.errors import BadInput
from server.kernel.text import clean_text
from server.platform import sla
from server.platform.work import Work

OPINION_LIMIT = 500


async def _ours(work: Work, id: str, version: int | None, action: A) -> CitizenRequest:
    """A request this person's unit has, for a step his post may take."""
    request = await seen(work, id, version)
    guards.needs_alone(request)
    FLOW.step(RequestState(request.state), action, work.actor.post)
    guards.needs_own_unit(request, work.actor)
    return request


async def sign(work: Work, *, id: str, version: int) -> CitizenRequest:
    """The unit takes it; asked again, its head does. Raises HeadNeeded."""
    request = await _ours(work, id, version, A.SIGN)
    await _needs_level(work, request)
    request.handler_id = work.actor.id
    await take(work, request, A.SIGN, receiver=work.actor.id)
    return request


async def may_return(
    work: Work, *, id: str, version: int | None, basis: str, opinion: str
) -> tuple[CitizenRequest, str]:
    """The guards of `return_`, and the clause."""
    request = await _ours(work, id, version, A.RETURN)
    clause = clean_text(basis, field="basis", limit=OPINION_LIMIT)
    until, _ = work.office.calendar.deadline(request.assigned_at or work.now, rules.RETURN_LIMIT)
    guards.needs_returnable(work.now, until, clause)
    clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    return request, clause


async def return_(work: Work, *, id: str, version: int | None, basis: str, opinion: str) -> CitizenRequest:
    """Not ours, within a working day and with the clause; the reply's clock runs on. Raises ReturnOver."""
    request, clause = await may_return(work, id=id, version=version, basis=basis, opinion=opinion)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT)
    unit_id = request.unit_id
    said = "；".join(filter(None, (clause, words)))  # the desk reads both where it reads what happened
    await take(work, request, A.RETURN, opinion=said, detail={"basis": clause, "unit": unit_id})
    request.return_times += 1
    request.returned_by, request.unit_id, request.handler_id = unit_id, "", ""
    return request


async def contact(
    work: Work, *, id: str, version: int, way: ContactWay, reached: bool, text: str
) -> CitizenRequest:
    """One attempt to reach him; the first that does stops the clock of the response rate."""
    request = await _ours(work, id, version, A.CONTACT)
    words = clean_text(text, field="text", limit=OPINION_LIMIT, required=reached)
    if request.confidential and way is ContactWay.PHONE:
        raise BadInput(field="way")  # his number is not known here: the relay connects
    work.session.add(Contact(
        id=str(uuid4()), subject_id=id, by=work.actor.id, way=way, reached=reached, text=words, at=work.now
    ))  # fmt: skip
    first = reached and request.contacted_at is None
    if first:
        request.contacted_at = work.now
        await sla.stop(work, KIND, id, "contact")
    await take(work, request, A.CONTACT, opinion=words,
               detail={"way": way, "reached": reached, "first": first})  # fmt: skip
    return request


async def draft(
    work: Work, *, id: str, version: int, text: str, plan_on: date | None = None, impossible: bool = False,
    verdict: Adoption | None = None, publish: bool = True,
) -> CitizenRequest:  # fmt: skip
    """The handler's answer: the head stands for it, unless there is no other one.

    While an order it made is open, only a part with a plan. Raises OrdersOpen, PersonalData, VerdictNeeded,
    HeadNeeded.
    """
    request = await _ours(work, id, version, A.DRAFT)
    await _needs_level(work, request)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    guards.needs_no_personal_data(words, "text")
    guards.needs_verdict(RequestKind(request.kind), verdict)
    if plan_on and plan_on <= work.now.date():
        raise BadInput(field="planOn")
    if plan_on is None and await carrying.open_from(work, id):
        raise errors.OrdersOpen(field="planOn")
    request.reply, request.replied_by, request.confirmed_by = words, work.actor.id, ""
    request.plan_on, request.impossible = plan_on, impossible
    request.verdict, request.published = verdict or "", bool(verdict) and publish and not request.confidential
    await take(work, request, A.DRAFT, opinion=words)
    heads = await _heads(work, request)
    if work.office.of(Library).units[request.unit_id].waives_confirm or not heads - {work.actor.id}:
        await take(work, request, A.REPLY, by=SYSTEM)
    return request


async def send_back(work: Work, *, id: str, version: int, opinion: str) -> CitizenRequest:
    """The head does not stand for the draft."""
    request = await _ours(work, id, version, A.SEND_BACK)
    guards.needs_draft(request)
    words = clean_text(opinion, field="opinion", limit=OPINION_LIMIT, required=True)
    writer, request.replied_by = request.replied_by, ""
    await take(work, request, A.SEND_BACK, opinion=words, receiver=writer)
    return request


async def reply(work: Work, *, id: str, version: int) -> CitizenRequest:
    """The head stands for what the handler wrote. Raises OwnReply, NoDraft."""
    request = await _ours(work, id, version, A.REPLY)
    guards.needs_draft(request)
    guards.needs_other_eyes(request.replied_by, work.actor)
    if work.actor.post is not Post.UNIT_HEAD:
        raise errors.HeadNeeded
    request.confirmed_by = work.actor.id
    await take(work, request, A.REPLY)
    return request


async def _needs_level(work: Work, request: CitizenRequest) -> None:
    if request.reopen_times:
        guards.needs_one_level_up(request, work.actor, await _heads(work, request))


async def _heads(work: Work, request: CitizenRequest) -> set[str]:
    staff: list[PersonRow] = await handlers_of(work.session, request.unit_id, now=work.now)
    return {each.id for each in staff if each.post is Post.UNIT_HEAD}
