"""What citizens do with requests, and how a request follows the order that carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.library import Library
from server.command.orders.rules import OrderSource
from server.command.orders.service import desk, shown, visit
from server.command.orders.service import report as intake
from server.command.orders.service.report import Report, Spot
from server.command.requests import queries, rules
from server.command.requests.flow import ALL_CLOCKS, FLOW, TERMINAL, RequestState, RequestStep
from server.command.requests.rules import RatingReason, RequestKind, ServiceLevel, Solved
from server.command.requests.tables import CitizenRequest, Follow, Rating
from server.identity.rules import mobile
from server.kernel.actors import SYSTEM, Actor
from server.kernel.errors import NotFound, StaleVersion
from server.kernel.flow import Clock
from server.kernel.masking import mask_phone
from server.kernel.text import clean_text
from server.platform import files, sla
from server.platform.rows import fresh
from server.platform.vault import Vault
from server.platform.work import Moved, Work

KIND = "request"
TEXT_LIMIT = 2000
A = RequestStep

FOLLOWS: Mapping[str, RequestStep] = {  # what the order did → what that is for the request
    "file": A.ASSIGN,
    "split": A.ASSIGN,
    "parts_done": A.REPLY,
    "sign": A.SIGN,
    "dept_confirm": A.REPLY,
    "check_fail": A.AUDIT_FAIL,
    "close_reject": A.AUDIT_FAIL,
    "close": A.AUDIT_PASS,
    "reopen": A.REOPEN,
    "reject": A.REJECT,
    "void": A.REJECT,
}
ENDS = frozenset({A.AUDIT_PASS, A.REJECT, A.WITHDRAW})
ROAD = (A.ASSIGN, A.SIGN, A.REPLY)  # from the report to the answer, when nothing goes wrong
BEHIND: Mapping[str, int] = {        # how much of it is done where an order stands
    "filed": 1, "dispatched": 1, "returned": 1, "disputed": 1, "in_progress": 2, "suspended": 2, "split": 2,
    "handled": 2, "check_pending": 3, "checking": 3, "close_pending": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Submission:
    """What a citizen sends. `spot` says where; a case without a place waits to be put on the map."""

    id: str
    kind: RequestKind
    text: str
    spot: Spot
    photo_ids: Sequence[str] = ()
    matter_code: str = ""
    phone: str = ""
    confidential: bool = False
    title: str = ""
    source: OrderSource = OrderSource.CITIZEN
    submitted_at: datetime | None = None
    likes: int = 0
    external_id: str | None = None
    reporter_id: str = ""  # "" = who asks; an import names somebody else
    text_limit: int = TEXT_LIMIT


async def submit(work: Work, s: Submission) -> CitizenRequest:
    """Register a request under the id its phone minted, and the order that carries it.

    The same id again is the same request. Raises NothingReported, TextTooLong, BadPhone,
    TooManyReports.
    """
    reporter_id = s.reporter_id or work.actor.id
    since = work.now if s.external_id else work.now - queries.HOUR  # an import brings as many as there are
    owner_id, lately = await queries.owner_and_count(work.session, s.id, work.actor.id, since)
    if owner_id == reporter_id:
        return await work.session.get_one(CitizenRequest, s.id)
    if owner_id is not None:
        raise NotFound(subject=s.id)
    entry = FLOW.enter(A.SUBMIT, work.actor.post)
    phone = mobile(s.phone) if s.phone.strip() else ""
    rules.needs_calm(lately)
    if s.matter_code:
        work.office.of(Library).catalogue.matter(s.matter_code)
    at = s.submitted_at or work.now
    urgent = work.office.of(Library).danger(f"{s.title} {s.text}") is not None
    order = await intake.report(work, Report(
        id=s.id, source=s.source, text=s.text, title=s.title, spot=s.spot, source_id=s.id,
        matter_code=s.matter_code, photo_ids=s.photo_ids,
        contact=mask_phone(phone) if phone and not s.confidential else "",
        confidential=s.confidential, likes=s.likes, reported_at=at,
        promise=rules.reply_limit(s.kind, urgent), reporter_id=reporter_id, text_limit=s.text_limit,
    ))  # fmt: skip
    vault = work.office.of(Vault)
    request = fresh(
        CitizenRequest, id=s.id, kind=s.kind, state=entry.target, reporter_id=reporter_id,
        phone=vault.seal(phone, about=f"{KIND}/{s.id}/phone") if phone else "",
        phone_shown=mask_phone(phone) if phone else "",
        confidential=s.confidential, title=order.title, text=order.text, area=order.area,
        order_id=order.id, external_id=s.external_id, submitted_at=at, promised_at=order.promised_at,
    )  # fmt: skip
    work.numbers.same(order, request)
    work.add(request)
    sla.begin(work, KIND, request.id)
    await _turn(work, request, entry.clock, at=at)
    _note(work, request, A.SUBMIT, target=entry.target)
    return request


async def mine(work: Work, id: str, version: int | None = None) -> CitizenRequest:
    """The actor's own request, locked for change. Raises NotFound, StaleVersion.

    The order is locked first: whoever moves it takes the requests that ride on it after it.
    """
    rows = queries.one(work.actor, id)
    known = (await work.session.exec(rows)).one_or_none()
    if known is None:
        raise NotFound(subject=id)
    await visit.lock(work, known.order_id)
    again = rows.with_for_update().execution_options(populate_existing=True)
    request = (await work.session.exec(again)).one()
    if version is not None and request.version != version:
        raise StaleVersion(subject=id, seen=version, now=request.version)
    return request


async def urge(work: Work, id: str) -> CitizenRequest:
    """催一下: the unit and its head are reminded; once in 24 hours. Raises UrgedAlready, IllegalStep."""
    request = await mine(work, id)
    rules.needs_open(RequestState(request.state), "urge")
    rules.needs_urgeable(request.urged_at, work.now)
    request.urged_at = work.now
    _note(work, request, "urge", source=request.state, target=request.state)
    await desk.urged(work, request.order_id)
    return request


async def supply(work: Work, *, id: str, version: int, text: str, photo_ids: Sequence[str]) -> CitizenRequest:
    """More words or photos; where they were asked for, the clock goes on. Raises IllegalStep at the end."""
    request = await mine(work, id, version)
    rules.needs_open(RequestState(request.state), A.SUPPLY)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=not photo_ids)
    await files.claim(work, photo_ids, "order", request.order_id, files.PhotoKind.BEFORE)
    detail = {"photos": list(photo_ids)}
    if request.state == RequestState.NEED_INFO:
        request.question, request.answer_by = "", None
        await _take(work, request, A.SUPPLY, opinion=words, detail=detail)
    else:
        here = request.state
        _note(work, request, A.SUPPLY, source=here, target=here, opinion=words, detail=detail)
    await desk.supplied(work, request.order_id, words, photo_ids)
    return request


async def withdraw(work: Work, *, id: str, version: int) -> CitizenRequest:
    """撤回, before there is a reply. An order that is not filed yet ends, unless somebody else waits for it;
    one in hand or a danger goes on."""
    request = await mine(work, id, version)
    await _take(work, request, A.WITHDRAW)
    if all(each.state in TERMINAL for each in await queries.riding_on(work.session, request.order_id)):
        await desk.withdraw(work, request.order_id)
    return request


async def rate(
    work: Work, *, id: str, version: int, solved: Solved, level: ServiceLevel,
    reasons: Sequence[RatingReason], text: str, photo_ids: Sequence[str],
) -> CitizenRequest:  # fmt: skip
    """Solved is asked apart from satisfied. 未解决 sends it back while it may; then a person calls."""
    request = await mine(work, id, version)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    unsolved = solved is Solved.UNSOLVED
    again = (
        unsolved and not request.merged and request.reopen_times < rules.MAX_REOPENINGS
        and await visit.may_go_back(work, request.order_id)
    )  # fmt: skip
    row = FLOW.step(RequestState(request.state), A.REOPEN if again else A.RATE, work.actor.post)
    await files.claim(work, photo_ids, "order", request.order_id, files.PhotoKind.RATING)
    work.session.add(Rating(
        request_id=id, round=request.reopen_times, order_id=request.order_id, solved=solved, level=level,
        reasons="|".join(reasons), text=words, at=work.now,
    ))  # fmt: skip
    detail = {"solved": solved, "level": level, "photos": list(photo_ids)}
    request.reopen_times += again
    await _take(work, request, row.action, opinion=words, detail=detail)
    await visit.rated(work, request.order_id, request_id=id, solved=solved, level=level,
                      satisfied=level in rules.GOOD, unsolved=unsolved, again=again, text=words)  # fmt: skip
    return request


async def follow_case(work: Work, order_id: str) -> None:
    """我也遇到: counted once per person."""
    insert = (sqlite if work.office.store.embedded else postgresql).insert(Follow)
    row = {"order_id": order_id, "person_id": work.actor.id, "at": work.now}
    connection = await work.session.connection()
    if (await connection.execute(insert.values(**row).on_conflict_do_nothing())).rowcount == 1:
        await visit.followed(work, order_id)


async def follow(work: Work, moved: Moved) -> None:
    """Keep every request that rides on an order in step with it, in the same unit of work."""
    for request in await queries.riding_on(work.session, moved.id):
        step = FOLLOWS.get(moved.action)
        if moved.action == "merge":
            await _join(work, request)
        elif step and step in FLOW.offered(RequestState(request.state), SYSTEM.post):
            words = moved.opinion if step is A.REJECT else ""  # the others' words are not his to read
            await _take(work, request, step, opinion=words, by=SYSTEM)
        else:
            work.tell(f"{KIND}.follow", KIND, request.id, area=request.area, touches=_touches(request))


async def _join(work: Work, request: CitizenRequest) -> None:
    """The order was merged: the reporter follows the master from here, and from where that one stands."""
    request.order_id, request.merged = await desk.master_of(work, request.order_id), True
    master = (await shown.of(work.session, [request.order_id]))[request.order_id]
    for step in ROAD[: BEHIND.get(master.state, 0)]:
        if step in FLOW.offered(RequestState(request.state), SYSTEM.post):
            await _take(work, request, step, by=SYSTEM)
    work.tell(f"{KIND}.follow", KIND, request.id, area=request.area, touches=_touches(request))


async def hand_over(work: Work, guest_id: str, account_id: str) -> None:
    """Cases reported or followed from a device before the login are the account's from now on."""
    ids = (await work.session.exec(
        select(CitizenRequest.id, CitizenRequest.area).where(CitizenRequest.reporter_id == guest_id)
    )).all()  # fmt: skip
    await work.session.exec(
        update(CitizenRequest).where(col(CitizenRequest.reporter_id) == guest_id)
        .values(reporter_id=account_id),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    known = select(Follow.order_id).where(Follow.person_id == account_id)
    await work.session.exec(
        update(Follow).where(col(Follow.person_id) == guest_id, col(Follow.order_id).not_in(known))
        .values(person_id=account_id),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    for id, area in ids:
        work.record(f"{KIND}.hand_over", KIND, id, area=area, touches=[f"person:{account_id}"])


async def on_mark(work: Work, timer: sla.Timer, level: int) -> None:
    """A request's own clock ran out: said aloud, because silence would be a lie."""
    request = await work.session.get(CitizenRequest, timer.subject_id)
    if request is not None and level >= 100:
        work.record(f"{KIND}.clock_{level}", KIND, request.id, area=request.area,
                    detail={"clock": timer.name}, touches=_touches(request))  # fmt: skip


async def _take(
    work: Work, request: CitizenRequest, action: RequestStep, *, opinion: str = "",
    detail: Mapping[str, object] | None = None, by: Actor | None = None,
) -> None:  # fmt: skip
    row = FLOW.step(RequestState(request.state), action, (by or work.actor).post)
    request.state = row.target
    if action in ENDS:
        request.closed_at = work.now
    elif action is A.REOPEN:
        request.closed_at = None
    await _turn(work, request, row.clock)
    _note(work, request, action, source=row.source, target=row.target, opinion=opinion, detail=detail, by=by)


async def _turn(work: Work, request: CitizenRequest, clock: Clock, at: datetime | None = None) -> None:
    if clock.stop == ALL_CLOCKS:
        await sla.stop_all(work, KIND, request.id)
        return
    for name in clock.stop:
        await sla.stop(work, KIND, request.id, name)
    for name in clock.pause:
        await sla.pause(work, KIND, request.id, name, why=request.state)
    for name in clock.resume:
        await sla.resume(work, KIND, request.id, name)
    for name in clock.start:
        limit = rules.stage_limit(name, RequestKind(request.kind))
        await sla.start(work, KIND, request.id, name, limit, area=request.area, at=at)


def _note(
    work: Work, request: CitizenRequest, action: str, *, source: str = "", target: str = "",
    opinion: str = "", detail: Mapping[str, object] | None = None, by: Actor | None = None,
) -> None:  # fmt: skip
    work.record(f"{KIND}.{action}", KIND, request.id, area=request.area, source=source, target=target,
                opinion=opinion, detail=detail, touches=_touches(request), by=by)  # fmt: skip


def _touches(request: CitizenRequest) -> list[str]:
    return [f"person:{request.reporter_id}"]


async def owner_of(session: AsyncSession, id: str) -> str:
    """Whose request it is. Raises NotFound."""
    found = await session.get(CitizenRequest, id)
    if found is None:
        raise NotFound(subject=id)
    return found.reporter_id
