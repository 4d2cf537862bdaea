"""Every SELECT on notices, each from the person who reads them; and the news they are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.notices.tables import Notice
from server.kernel.actors import Actor
from server.platform.audit import AuditLine
from server.platform.kept import kept
from server.platform.news import News

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


def some(actor: Actor, ids: Sequence[str]) -> SelectOfScalar[Notice]:
    """Those of the notices that are one's own and unread, to be changed."""
    mine = visible_to(actor).where(col(Notice.id).in_(ids), col(Notice.read_at).is_(None))
    return mine.with_for_update()
