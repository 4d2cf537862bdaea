"""One step of the flow, done right: state, clocks, flow record, and whom it concerns."""

from collections.abc import Mapping
from datetime import datetime

from server.command.library import Library
from server.command.orders.errors import ComplainedParty
from server.command.orders.service import visit as carrying
from server.command.requests import guards, queries, rules
from server.command.requests.flow import ALL_CLOCKS, FLOW, RequestState, RequestStep
from server.command.requests.rules import RequestKind
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import Actor
from server.kernel.against import unit_mark
from server.kernel.errors import BadInput, NotFound, StaleVersion
from server.kernel.flow import NO_CLOCK, Clock
from server.platform import sla
from server.platform.work import Work

KIND = "request"
TEXT_LIMIT = 2000
A = RequestStep
ENDS = frozenset({A.AUDIT_PASS, A.REJECT, A.REFER, A.WITHDRAW, A.INFO_TIMEOUT, A.VISIT_TIMEOUT, A.APPROVE})
FACING = frozenset({"triage", "need_info", "reply", "visit"})  # whose deadline the lists show


async def seen(work: Work, id: str, version: int | None = None) -> CitizenRequest:
    """The request this actor may see, locked for change. Raises NotFound, StaleVersion.

    The order is locked first: whoever moves it takes the requests that ride on it after it.
    """
    rows = queries.one(work.actor, id)
    known = (await work.session.exec(rows)).one_or_none()
    if known is None:
        raise NotFound(subject=id)  # absent and hidden must look the same
    if known.order_id:
        await carrying.lock(work, known.order_id)
    again = rows.with_for_update().execution_options(populate_existing=True)
    request = (await work.session.exec(again)).one()
    if version is not None and request.version != version:
        raise StaleVersion(subject=id, seen=version, now=request.version)
    return request


async def take(
    work: Work, request: CitizenRequest, action: RequestStep, *, opinion: str = "",
    detail: Mapping[str, object] | None = None, by: Actor | None = None, receiver: str = "",
) -> None:  # fmt: skip
    """Take one step of FLOW and everything that goes with it. The caller has asked the guards."""
    row = FLOW.step(RequestState(request.state), action, (by or work.actor).post)
    request.state = row.target
    if action in ENDS:
        request.closed_at = work.now
    elif action is A.REOPEN:
        request.closed_at = None
    await turn(work, request, row.clock)
    note(work, request, action, source=row.source, target=row.target, opinion=opinion, detail=detail, by=by,
         receiver=receiver)  # fmt: skip


async def turn(work: Work, request: CitizenRequest, clock: Clock, at: datetime | None = None) -> None:
    """Start, pause, resume and stop the timers a step names; the nearest deadline stands in the row."""
    if clock == NO_CLOCK:
        return
    if clock.stop == ALL_CLOCKS:
        await sla.stop_all(work, KIND, request.id)
    else:
        await _turn(work, request, clock, at)
    timers = await sla.live(work, KIND, request.id)
    request.due_at = min((t.due_at for t in timers if t.name in FACING and t.due_at), default=None)
    promises = [t.due_at for t in timers if t.name == "promise" and t.due_at]
    if promises:
        [request.promised_at] = promises
    request.overdue = any(t.name in FACING and t.overdue for t in timers)


async def _turn(work: Work, request: CitizenRequest, clock: Clock, at: datetime | None) -> None:
    for name in clock.stop:
        await sla.stop(work, KIND, request.id, name)
    for name in clock.pause:
        await pause(work, request, name)
    for name in clock.resume:
        await resume(work, request, name)
    running = {timer.name for timer in await sla.live(work, KIND, request.id)}
    for name in clock.start:
        if _needless(request, name):
            continue
        if name not in running:  # a reply that was returned and sent on is the same promise
            limit = rules.stage_limit(name, RequestKind(request.kind))
            await sla.start(work, KIND, request.id, name, limit, area=request.area, at=at)


def _needless(request: CitizenRequest, name: str) -> bool:
    """An order keeps the promise itself, and the first contact is asked of complaints a unit has."""
    if name == "promise":
        return request.order_id != ""
    if name == "contact":
        asked = request.kind == RequestKind.COMPLAINT and not request.order_id
        return not asked or request.contacted_at is not None
    return False


async def pause(work: Work, request: CitizenRequest, name: str) -> None:
    """Stop counting where it counts."""
    if any(timer.name == name and timer.running for timer in await sla.live(work, KIND, request.id)):
        await sla.pause(work, KIND, request.id, name, why=request.state)


async def resume(work: Work, request: CitizenRequest, name: str) -> None:
    """Count on where it was stopped."""
    if any(timer.name == name and timer.paused_at for timer in await sla.live(work, KIND, request.id)):
        await sla.resume(work, KIND, request.id, name)


def note(
    work: Work, request: CitizenRequest, action: str, *, source: str = "", target: str = "",
    opinion: str = "", detail: Mapping[str, object] | None = None, by: Actor | None = None,
    receiver: str = "",
) -> None:  # fmt: skip
    """The flow record of a step, and the news of it to everybody the request concerns."""
    work.record(f"{KIND}.{action}", KIND, request.id, area=request.area, source=source, target=target,
                opinion=opinion, detail=detail, touches=touches(request), by=by,
                receiver=receiver)  # fmt: skip


def touches(request: CitizenRequest) -> list[str]:
    """Whom news of the request concerns, beside those who watch its area."""
    people = {request.reporter_id, request.filed_by, request.handler_id} - {""}
    units = {request.unit_id} - {""}
    marks = [f"person:{p}" for p in people] + [f"unit:{u}" for u in units]
    return [mark for mark in marks if f"|{mark}|" not in request.against]


def needs_fit_unit(work: Work, request: CitizenRequest, unit_id: str) -> None:
    """A unit there is, and not the one that is complained about. Raises BadInput, ComplainedParty."""
    if unit_id not in work.office.of(Library).units:
        raise BadInput(field="unitId")
    guards.needs_party_known(request)
    if unit_mark(unit_id) in request.against:
        raise ComplainedParty(field="unitId")
