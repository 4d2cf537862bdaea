"""Every SELECT on notices, each from the person who reads them; and the news they are made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.notices.rules import DUE_SOON, Wish
from server.command.notices.tables import Notice, NoticeWish
from server.identity.posts import Permission, may
from server.kernel.actors import Actor
from server.kernel.errors import NotAllowed
from server.kernel.ways import Via
from server.platform.audit import AuditLine
from server.platform.kept import kept
from server.platform.news import News
from server.platform.notify import Outgoing
from server.platform.sla import Timer

WALKED = ("verify", "check")  # the clocks of who goes there on foot
MOST_SOON = 500
PAGE = 50  # events that are passed on in one unit of work


def visible_to(actor: Actor) -> SelectOfScalar[Notice]:
    """One's own, and nobody else's."""
    return select(Notice).where(Notice.person_id == actor.id)


def sees(actor: Actor, notice: Notice) -> bool:
    """What `visible_to` says of rows, said of one that is here."""
    return notice.person_id == actor.id


@kept
def read_page(
    actor: Actor, unread: bool, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[Notice]:
    """`first` + 1 notices behind `after`, the newest first."""
    rows, at, id = visible_to(actor), col(Notice.at), col(Notice.id)
    if unread:
        rows = rows.where(col(Notice.read_at).is_(None))
    if after is not None:
        rows = rows.where(or_(at < after[0], and_(at == after[0], id < after[1])))
    return rows.order_by(at.desc(), id.desc()).limit(first + 1)


@kept
def read_unread(actor: Actor) -> Select[Any]:
    """How many wait to be read."""
    unread = visible_to(actor).where(col(Notice.read_at).is_(None))
    return unread.with_only_columns(func.count(), maintain_column_froms=True)


Fact = tuple[News, AuditLine | None]


async def happened(session: AsyncSession, since: Mapping[str, int], until: Mapping[str, int]) -> list[Fact]:
    """The next events after `since`, up to `until`, by street, each with its line of the flow record."""
    spans = [
        and_(col(News.street) == street, col(News.seq) > since.get(street, 0), col(News.seq) <= seq)
        for street, seq in until.items() if seq > since.get(street, 0)
    ]  # fmt: skip
    if not spans:
        return []
    same = and_(col(AuditLine.street) == News.street, col(AuditLine.seq) == News.seq)
    rows = select(News, AuditLine).outerjoin(AuditLine, same).where(or_(*spans))
    ordered = rows.order_by(col(News.street), col(News.seq)).limit(PAGE)
    return [(news, line) for news, line in await session.exec(ordered)]


async def before(session: AsyncSession, at: datetime) -> dict[str, int]:
    """How far each street's news had come at an instant."""
    street = col(News.street)
    rows: Any = columns(street, func.max(News.seq)).where(col(News.at) < at).group_by(street)
    return dict((await session.exec(rows)).all())


async def due_soon(session: AsyncSession, now: datetime) -> list[Timer]:
    """The clocks of officers on foot that run out soon and have not yet."""
    until = now + DUE_SOON
    rows = select(Timer).where(
        col(Timer.next_mark_at).between(now, until), Timer.subject_kind == "order",
        col(Timer.name).in_(WALKED), col(Timer.due_at) > now, col(Timer.due_at) <= until,
    )  # fmt: skip
    return list(await session.exec(rows.limit(MOST_SOON)))


async def known(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of the notices that were made before."""
    if not ids:
        return set()
    return set(await session.exec(select(Notice.id).where(col(Notice.id).in_(ids))))


async def wishes(session: AsyncSession, people: Collection[str]) -> dict[str, Wish]:
    """What those of the people want of the channels who ever said so."""
    rows = await session.exec(select(NoticeWish).where(col(NoticeWish.person_id).in_(people)))
    return {row.person_id: wish_of(row) for row in rows}


def wish_of(row: NoticeWish) -> Wish:
    """A stored wish, as the rules read it."""
    off = frozenset(Via(via) for via in row.off.split("|") if via)
    return Wish(off, row.quiet_from, row.quiet_to, row.alarm)


def may_read(actor: Actor) -> bool:
    """Whether this person may see what left the house."""
    return may(actor.post, Permission.CONFIGURE) or may(actor.post, Permission.READ_LOGS)


def may_resend(actor: Actor) -> bool:
    """Whether this person may have one tried again."""
    return may(actor.post, Permission.CONFIGURE)


def needs_reader(actor: Actor) -> None:
    """Raises NotAllowed."""
    if not may_read(actor):
        raise NotAllowed(action="configure", post=actor.post)


def needs_administrator(actor: Actor) -> None:
    """Raises NotAllowed."""
    if not may_resend(actor):
        raise NotAllowed(action="configure", post=actor.post)


def outgoing(
    actor: Actor, state: str | None, via: str | None, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[Outgoing]:
    """`first` + 1 messages behind `after`, the newest first; none for whoever may not see them."""
    rows = select(Outgoing) if may_read(actor) else select(Outgoing).where(false())
    at, id = col(Outgoing.created_at), col(Outgoing.id)
    if state is not None:
        rows = rows.where(Outgoing.state == state)
    if via is not None:
        rows = rows.where(Outgoing.via == via)
    if after is not None:
        rows = rows.where(or_(at < after[0], and_(at == after[0], id < after[1])))
    return rows.order_by(at.desc(), id.desc()).limit(first + 1)


def outgoing_counts(actor: Actor) -> Select[Any]:
    """How many messages are in each state."""
    rows: Any = columns(col(Outgoing.state), func.count()).group_by(Outgoing.state)
    counts: Select[Any] = rows if may_read(actor) else rows.where(false())
    return counts


def some(actor: Actor, ids: Sequence[str]) -> SelectOfScalar[Notice]:
    """Those of the notices that are one's own and unread, to be changed."""
    mine = visible_to(actor).where(col(Notice.id).in_(ids), col(Notice.read_at).is_(None))
    return mine.with_for_update()
