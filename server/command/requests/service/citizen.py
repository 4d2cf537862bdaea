"""What citizens do with requests, and how a request follows the order that carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from server.command.library import Library
from server.command.orders.rules import OrderSource, needs_photo_or_text, title_of
from server.command.orders.service import desk, shown, visit
from server.command.orders.service import report as intake
from server.command.orders.service.report import Report, Spot
from server.command.requests import queries, rules
from server.command.requests.flow import FLOW, TERMINAL, RequestState, RequestStep
from server.command.requests.rules import RequestKind
from server.command.requests.service.party import marks
from server.command.requests.service.regrid import lie_with
from server.command.requests.service.take import KIND, TEXT_LIMIT, A, note, seen, take, touches, turn
from server.command.requests.tables import CitizenRequest, Follow
from server.identity import accounts
from server.identity.rules import mobile
from server.kernel.actors import SYSTEM, Post
from server.kernel.errors import NotFound
from server.kernel.masking import mask_phone
from server.kernel.text import clean_line, clean_text
from server.platform import files, sla
from server.platform.rows import fresh
from server.platform.vault import Vault
from server.platform.work import Moved, Work

PARTY_LIMIT = 100

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
    taken_at: datetime | None = None  # of the photos, as the phone says
    matter_code: str = ""
    phone: str = ""
    confidential: bool = False
    title: str = ""
    source: OrderSource = OrderSource.CITIZEN
    submitted_at: datetime | None = None
    likes: int = 0
    external_id: str | None = None
    reporter_id: str = ""  # "" = who asks; an import or a clerk names somebody else
    text_limit: int = TEXT_LIMIT
    answers: Sequence[tuple[str, str]] = ()  # question and answer, see Library.given
    against_key: str = ""  # whom it complains about, as a search found him
    against_text: str = ""  # or as it was put in words


async def submit(work: Work, s: Submission) -> CitizenRequest:
    """Register a request under the id its phone minted, and the order that carries it, where one does.

    The same id again is the same request. Raises NothingReported, TextTooLong, BadPhone,
    TooManyReports, BadInput for a complained party nobody is.
    """
    reporter_id = s.reporter_id or work.actor.id
    since = work.now - queries.HOUR
    owner_id, lately = await queries.owner_and_count(work.session, s.id, reporter_id, since)
    if owner_id == reporter_id:
        return await work.session.get_one(CitizenRequest, s.id)
    if owner_id is not None:
        raise NotFound(subject=s.id)
    entry = FLOW.enter(A.SUBMIT, work.actor.post)
    phone = mobile(s.phone) if s.phone.strip() else ""
    if not s.external_id:  # an import brings as many as there are, whatever came after them
        rules.needs_calm(lately)
    if s.matter_code:
        work.office.of(Library).catalogue.matter(s.matter_code)
    answers = work.office.of(Library).given(s.answers, s.matter_code)
    party = clean_line(s.against_text, field="againstText", limit=PARTY_LIMIT)
    against = await marks(work, s.against_key, party)
    at = s.submitted_at or work.now
    title, text = s.title, clean_text(s.text, field="text", limit=s.text_limit)
    limit = rules.reply_limit(s.kind, work.office.of(Library).danger(f"{title} {text}") is not None)
    somewhere = s.spot.point is not None or len(s.spot.area) > len(work.office.settings.district)
    complains = bool(against or party)
    rides = s.source is OrderSource.IMPORT or rules.rides(s.kind, somewhere=somewhere, against=complains)
    vault = work.office.of(Vault)
    request = fresh(
        CitizenRequest, id=s.id, kind=s.kind, state=entry.target, reporter_id=reporter_id,
        filed_by=work.actor.id if reporter_id != work.actor.id and work.actor is not SYSTEM else "",
        phone=vault.seal(phone, about=f"{KIND}/{s.id}/phone") if phone else "",
        phone_shown=mask_phone(phone) if phone else "", phone_key=vault.lookup(phone) if phone else "",
        confidential=s.confidential, against=against,
        against_text=party, title=title, text=text, answers=answers,
        area=s.spot.area, lon=s.spot.lon, lat=s.spot.lat,
        accuracy_m=s.spot.accuracy_m, address=s.spot.address, external_id=s.external_id, submitted_at=at,
    )  # fmt: skip
    if rides:
        order = await intake.report(work, Report(
            id=s.id, source=s.source, text=s.text, title=s.title, spot=s.spot, source_id=s.id,
            matter_code=s.matter_code, answers=s.answers, photo_ids=s.photo_ids, taken_at=s.taken_at,
            contact=contact_of(request),
            confidential=s.confidential, likes=s.likes, reported_at=at, promise=limit,
            reporter_id=reporter_id, text_limit=s.text_limit, post=Post.CITIZEN if request.filed_by else None,
        ))  # fmt: skip
        request.order_id, request.title, request.promised_at = order.id, order.title, order.promised_at
        work.numbers.same(order, request)
    else:
        needs_photo_or_text(s.photo_ids, text or title)
        request.title = title_of(title or text, "")
        before = files.PhotoKind.BEFORE
        await files.claim(work, s.photo_ids, "order", s.id, before, taken_at=s.taken_at, later=True)
        work.numbers.next(intake.PREFIX, request)
    work.add(request)
    sla.begin(work, KIND, request.id)
    if not rides:
        timer = await sla.start(work, KIND, request.id, "promise", limit, area=request.area, at=at)
        request.promised_at = timer.due_at
    await turn(work, request, entry.clock, at=at)
    note(work, request, A.SUBMIT, target=entry.target)
    return request


async def file_for(work: Work, s: Submission) -> CitizenRequest:
    """A clerk or the hotline files for somebody who called or came: his phone says whose request it is, and
    both are kept. Raises BadPhone, NotAllowed, and what `submit` raises."""
    FLOW.enter(A.SUBMIT, work.actor.post)
    vault, phone = work.office.of(Vault), mobile(s.phone)
    known = await accounts.by_phone(work, vault, phone)
    account = known or await accounts.open_citizen(work, vault, phone=phone)
    return await submit(work, replace(s, reporter_id=account.id, source=OrderSource.CITIZEN))


def contact_of(request: CitizenRequest) -> str:
    """What handlers see of the phone: nothing where he asked to stay hidden."""
    return "" if request.confidential else request.phone_shown


async def mine(work: Work, id: str, version: int | None = None) -> CitizenRequest:
    """The actor's own request, locked for change. Raises NotFound, StaleVersion."""
    return await seen(work, id, version)


async def urge(work: Work, id: str) -> CitizenRequest:
    """催一下: the unit and its head are reminded; once in 24 hours. Raises UrgedAlready, IllegalStep."""
    request = await mine(work, id)
    rules.needs_open(RequestState(request.state), "urge")
    rules.needs_urgeable(request.urged_at, work.now)
    request.urged_at = work.now
    note(work, request, "urge", source=request.state, target=request.state)
    if request.order_id:
        await desk.urged(work, request.order_id)
    return request


async def supply(work: Work, *, id: str, version: int, text: str, photo_ids: Sequence[str]) -> CitizenRequest:
    """More words or photos; where they were asked for, the clock goes on. Photos may follow words; where they
    are all there is, they are the answer. Raises IllegalStep at the end."""
    request = await mine(work, id, version)
    rules.needs_open(RequestState(request.state), A.SUPPLY)
    words = clean_text(text, field="text", limit=TEXT_LIMIT, required=not photo_ids)
    await files.claim(work, photo_ids, "order", request.order_id or request.id, files.PhotoKind.BEFORE,
                      later=words != "")  # fmt: skip
    detail = {"photos": list(photo_ids)}
    if request.state == RequestState.NEED_INFO:
        request.question, request.answer_by = "", None
        if request.order_id:
            request.promised_at = await visit.wait_for_citizen(work, request.order_id, on=False)
        await take(work, request, A.SUPPLY, opinion=words, detail=detail)
    else:
        here = request.state
        note(work, request, A.SUPPLY, source=here, target=here, opinion=words, detail=detail)
    if request.order_id:
        await desk.supplied(work, request.order_id, words, photo_ids)
    return request


async def arrived(work: Work, file: files.File) -> None:
    """A photo or voice note that was promised is here: the desk and whoever sent it see it."""
    if file.attached_kind == "order" and file.attached_id:
        await desk.pictured(work, file.attached_id)
        for request in await queries.pictured(work.session, file.attached_id, file.owner_id):
            work.tell(f"{KIND}.photo", KIND, request.id, area=request.area, touches=touches(request))


async def withdraw(work: Work, *, id: str, version: int) -> CitizenRequest:
    """撤回, before there is a reply. An order that is not filed yet ends, unless somebody else waits for it;
    one in hand or a danger goes on."""
    request = await mine(work, id, version)
    await take(work, request, A.WITHDRAW)
    if request.order_id and all(
        each.state in TERMINAL for each in await queries.riding_on(work.session, request.order_id)
    ):
        await desk.withdraw(work, request.order_id)
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
        elif moved.action == intake.RELOCATE:
            if not request.merged:  # who was merged stays where he reported
                await lie_with(work, request)
        elif step and step in FLOW.offered(RequestState(request.state), SYSTEM.post):
            words = moved.opinion if step is A.REJECT else ""  # the others' words are not his to read
            if request.state == RequestState.CLOSED:  # rated already: another round
                request.reopen_times, request.outcome = request.reopen_times + 1, ""
            await take(work, request, step, opinion=words, by=SYSTEM)
        else:
            work.tell(f"{KIND}.follow", KIND, request.id, area=request.area, touches=touches(request))


async def _join(work: Work, request: CitizenRequest) -> None:
    """The order was merged: the reporter follows the master from here, and from where that one stands."""
    request.order_id, request.merged = await desk.master_of(work, request.order_id), True
    master = (await shown.of(work.session, [request.order_id]))[request.order_id]
    for step in ROAD[: BEHIND.get(master.state, 0)]:
        if step in FLOW.offered(RequestState(request.state), SYSTEM.post):
            await take(work, request, step, by=SYSTEM)
    work.tell(f"{KIND}.follow", KIND, request.id, area=request.area, touches=touches(request))
