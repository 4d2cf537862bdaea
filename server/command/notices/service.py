"""Passing on what happened to the people it concerns, and what they do with it.

Notices are made from the news, not beside it: a step costs nothing more, and none is told without its row.
The cursor moves in the transaction that writes the notices, so a crash neither loses nor doubles one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from sqlmodel import col, delete, select, update

from server.command.notices import outbox, queries, rules
from server.command.notices.outbox import Made
from server.command.notices.queries import Fact
from server.command.notices.rules import Event, Staff, To
from server.command.notices.tables import Notice, NoticeCursor
from server.command.orders import queries as orders
from server.command.orders.sight import Placed, sees
from server.command.requests import queries as requests
from server.identity.queries import staff_in
from server.kernel.actors import OFFICER, SYSTEM, Actor, Post
from server.kernel.against import bars
from server.platform.audit import AuditLine
from server.platform.news import HEADS, Cursor, News
from server.platform.rows import fresh
from server.platform.work import Office, Work

KIND = "notice"
STALE = timedelta(days=3)  # what happened earlier is history when the server comes back
KEEP = timedelta(days=90)
TOLD_POSTS = frozenset(Post) - {Post.GRID_OFFICER, Post.CITIZEN, Post.SYSTEM}  # officers are named one by one
ONLY = 1  # the one row of the cursor


async def spread(office: Office) -> int:
    """Tell people of what happened since the last call. Returns how many events it looked at."""
    async with office.reading() as session:
        heads = dict((await session.exec(HEADS)).all())
        mark = await session.get(NoticeCursor, ONLY)
        if mark is not None and Cursor.parse(mark.cursor).seqs == heads:
            return 0
    async with office.work(SYSTEM) as work:
        mine = select(NoticeCursor).where(NoticeCursor.id == ONLY).with_for_update(skip_locked=True)
        mark = (await work.session.exec(mine)).one_or_none()
        if mark is None:
            if await work.session.get(NoticeCursor, ONLY) is None:
                begin = await queries.before(work.session, work.now - STALE)
                work.session.add(NoticeCursor(id=ONLY, cursor=str(Cursor(begin))))
            return 0  # begun just now, or another process is at it
        here = dict(Cursor.parse(mark.cursor).seqs)
        facts = await queries.happened(work.session, here, heads)
        await _tell(work, facts)
        here |= {news.street: news.seq for news, _ in facts}
        mark.cursor = str(Cursor(here if len(facts) == queries.PAGE else here | heads))
        return len(facts)


async def _tell(work: Work, facts: Sequence[Fact]) -> None:
    """The notices of a page of events."""
    recent = [fact for fact in facts if work.now - fact[0].at <= STALE and fact[0].topic != KIND]
    if not recent:
        return
    ids = {_case(news, line) for news, line in recent} - {""}
    cases = {row.id: row for row in await work.session.exec(orders.some(SYSTEM, ids))}
    people: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for order_id, kind, id, person_id in await requests.people_of(work.session, ids):
        people[order_id].append((kind, id, person_id))
    marks = await requests.against_of(
        work.session, {news.subject_id for news, _ in recent if news.topic == "request"}
    )
    posts = await staff_in(work.session, TOLD_POSTS, work.now)
    rightful = [actor for actor in posts if not actor.deputy_of]
    staff = tuple(Staff(actor.id, actor.post, actor.area, actor.unit_id) for actor in rightful)
    actors: dict[str, list[Actor]] = defaultdict(list)
    for actor in rightful:
        actors[actor.id].append(actor)
    highest: dict[tuple[str, str, datetime], int] = {}
    for news, line in recent:
        level = rules.mark_of(news.verb)
        if level is not None:
            key = news.subject_id, _clock(line), news.at
            highest[key] = max(level, highest.get(key, 0))
    made: list[Made] = []
    for news, line in recent:
        clock = _clock(line)
        if rules.mark_of(news.verb) != highest.get((news.subject_id, clock, news.at)):
            continue  # several marks in one sweep: the last one says it all
        case = cases.get(_case(news, line))
        rule = rules.rule_for(news.verb, clock, danger=bool(case and case.danger))
        if rule is None:
            continue
        event = Event(area=news.area, touches=frozenset(news.touches.split("|")) - {""},
                      receiver=line.receiver if line else "")  # fmt: skip
        if case:
            event = Event(
                area=case.area, unit_id=case.unit_id, verifier_id=case.verifier_id,
                checker_id=case.checker_id, reporter_id=case.reporter_id, dispatcher_id=case.dispatcher_id,
                handler_id=case.handler_id, receiver=event.receiver, touches=event.touches,
            )  # fmt: skip
        by = line.actor_id if line else ""
        found = rules.recipients(rule.to, event, staff) - {by}
        citizens = people[case.id] if case and To.CITIZENS in rule.to else []
        mine = {person_id for _, _, person_id in citizens}
        own = case if news.topic == "order" else None
        allowed = [id for id in sorted(found - mine) if not own or _may(actors.get(id, []), id, own)]
        against = case.against if case else marks.get(news.subject_id, "")
        allowed = [id for id in allowed if not any(bars(actor, against) for actor in actors.get(id, []))]
        deputies = {actor.id for actor in posts if actor.deputy_of in allowed} - {*allowed, by}
        allowed += [id for id in sorted(deputies) if not any(bars(actor, against) for actor in actors[id])]
        staffs = dict.fromkeys(allowed, (news.topic, news.subject_id))
        told = staffs | {id: (kind, subject) for kind, subject, id in reversed(citizens)}  # once each
        for person_id, (kind, id) in told.items():
            notice = fresh(
                Notice, id=str(uuid5(NAMESPACE_OID, f"{news.street}:{news.seq}:{person_id}")),
                person_id=person_id, at=news.at, clock=clock, subject_kind=kind, subject_id=id,
                key=rules.DANGER_KEY if rule is rules.DANGER else news.verb, urgent=rule.urgent,
                no=case.no if case else "", title=case.title if case else "",
                unit_id=case.unit_id if case else "",
            )  # fmt: skip
            made.append(Made(notice, rule, news.area, news.seq))
    await outbox.send_out(work, made)


def _case(news: News, line: AuditLine | None) -> str:
    """The case an event is about: itself, or the one a supervision is of; "" for none."""
    if news.topic == "supervision" and line:
        return str(line.detail.get("order", ""))
    return news.subject_id if news.topic == "order" else ""


def _clock(line: AuditLine | None) -> str:
    """Whose mark an event is, "" for any other event."""
    return str(line.detail.get("clock", "")) if line else ""


def _may(posts: Sequence[Actor], id: str, case: Placed) -> bool:
    """Whoever may not see the case is not told of it either."""
    return any(sees(actor, case) for actor in posts or [Actor(id, OFFICER, Post.GRID_OFFICER)])


async def warn(office: Office) -> int:
    """Tell officers on foot that a task of theirs falls due within half an hour, once."""
    async with office.work(SYSTEM) as work:
        soon = await queries.due_soon(work.session, work.now)
        found = orders.some(SYSTEM, {timer.subject_id for timer in soon})
        cases = {row.id: row for row in await work.session.exec(found)} if soon else {}
        made = []
        for timer in soon:
            if (case := cases.get(timer.subject_id)) is None:
                continue
            person_id = case.verifier_id if timer.name == "verify" else case.checker_id
            notice = fresh(
                Notice, id=str(uuid5(NAMESPACE_OID, f"due:{timer.id}:{timer.due_at}:{person_id}")),
                person_id=person_id, at=work.now, clock=timer.name, subject_kind="order", subject_id=case.id,
                key=rules.DUE_KEY, urgent=False, no=case.no, title=case.title, unit_id=case.unit_id,
            )  # fmt: skip
            if person_id:
                made.append(Made(notice, rules.DUE, case.area, 0))
        told = await queries.known(work.session, [each.notice.id for each in made])
        await outbox.send_out(work, [each for each in made if each.notice.id not in told])
    return 0


async def read(work: Work, ids: Iterable[str]) -> None:
    """One has seen them; other people's and unknown ones are passed over."""
    for row in await work.session.exec(queries.some(work.actor, list(ids))):
        row.read_at = work.now
        work.tell(f"{KIND}.read", KIND, row.id, area=work.office.settings.district,
                  touches=[f"person:{work.actor.id}"])  # fmt: skip


async def read_all(work: Work) -> None:
    """全部已读."""
    unread = queries.visible_to(work.actor).where(col(Notice.read_at).is_(None))
    newest = (await work.session.exec(unread.order_by(col(Notice.at).desc()).limit(1))).first()
    if newest is None:
        return
    seen = update(Notice).where(col(Notice.person_id) == work.actor.id, col(Notice.read_at).is_(None))
    await work.session.exec(seen.values(read_at=work.now), execution_options={"synchronize_session": False})
    work.tell(f"{KIND}.read", KIND, newest.id, area=work.office.settings.district,
              touches=[f"person:{work.actor.id}"])  # fmt: skip


async def hand_over(work: Work, guest_id: str, account_id: str) -> None:
    """What a device was told is the account's from now on."""
    theirs = update(Notice).where(col(Notice.person_id) == guest_id).values(person_id=account_id)
    await work.session.exec(theirs, execution_options={"synchronize_session": False})


async def forget(office: Office) -> int:
    """Let go of what was told long ago."""
    async with office.work(SYSTEM) as work:
        old = delete(Notice).where(col(Notice.at) < work.now - KEEP)
        await work.session.exec(old, execution_options={"synchronize_session": False})
    return 0
