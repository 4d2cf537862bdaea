"""Every SELECT on base data. Each starts at the actor."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import within
from server.grid.basedata import rules
from server.grid.basedata.facts import BaseKind
from server.grid.basedata.tables import BaseChange, BaseLook, BaseRecord
from server.kernel.actors import Actor, Post, Role

MAPPED = 500  # pins of one map
MEMBERS = 100  # shown of what stands in a record
HISTORY = 50  # newest versions shown
LOOKS = 50
HOUSEHOLD = frozenset({BaseKind.ROOM, BaseKind.RESIDENT})


def visible_to(actor: Actor) -> SelectOfScalar[BaseRecord]:
    """Grid officers see the records of their cells, dispatchers those of their area, nobody else any."""
    rows = select(BaseRecord)
    if actor.role is not Role.OFFICER or actor.post not in rules.READERS:
        return rows.where(false())
    if actor.post is Post.GRID_OFFICER:
        return rows.where(col(BaseRecord.cell).in_(sorted(actor.cells)))
    return rows.where(within(col(BaseRecord.cell).concat(""), actor.area))


def page(
    actor: Actor, kinds: Collection[BaseKind], *, first: int, search: str = "",
    digest: tuple[str, str] | None = None, due_before: datetime | None = None,
    after: tuple[str, str] | tuple[datetime, str] | None = None,
) -> SelectOfScalar[BaseRecord]:  # fmt: skip
    """One more than `first` live records by address, or those longest unverified with `due_before`.

    `digest` names a column and what it must be: a phone or an identity number is never searched for itself.
    """
    rows = visible_to(actor).where(
        col(BaseRecord.ended_at).is_(None), col(BaseRecord.kind).in_(sorted(kinds))
    )
    if digest:
        rows = rows.where(getattr(BaseRecord, digest[0]) == digest[1])
    elif search:
        places = (BaseRecord.address, BaseRecord.name, BaseRecord.code)
        rows = rows.where(or_(*(col(place).icontains(search, autoescape=True) for place in places)))
    lead = col(BaseRecord.address) if due_before is None else col(BaseRecord.verified_at)
    if due_before is not None:
        rows = rows.where(col(BaseRecord.verified_at) < due_before)
    if after:
        rows = rows.where(or_(lead > after[0], and_(lead == after[0], col(BaseRecord.id) > after[1])))
    return rows.order_by(lead, col(BaseRecord.id)).limit(first + 1)


def placed(actor: Actor, kinds: Collection[BaseKind]) -> SelectOfScalar[BaseRecord]:
    """Live records that are on the map, those verified last first."""
    rows = visible_to(actor).where(
        col(BaseRecord.ended_at).is_(None), col(BaseRecord.lon).is_not(None),
        col(BaseRecord.kind).in_(sorted(set(kinds) & rules.PLACED)),
    )  # fmt: skip
    return rows.order_by(col(BaseRecord.verified_at).desc(), col(BaseRecord.id)).limit(MAPPED)


def one(actor: Actor, id: str) -> SelectOfScalar[BaseRecord]:
    """A record the actor sees."""
    return visible_to(actor).where(BaseRecord.id == id)


def members(actor: Actor, ids: Collection[str]) -> SelectOfScalar[BaseRecord]:
    """Live records that stand in others, by address and age."""
    rows = visible_to(actor).where(col(BaseRecord.parent_id).in_(ids), col(BaseRecord.ended_at).is_(None))
    return rows.order_by(col(BaseRecord.address), col(BaseRecord.made_at), col(BaseRecord.id)).limit(MEMBERS)


def inhabitants(id: str) -> SelectOfScalar[int]:
    """How many live records stand in one, whoever may see them."""
    return select(func.count()).select_from(BaseRecord).where(
        BaseRecord.parent_id == id, col(BaseRecord.ended_at).is_(None)
    )  # fmt: skip


def alike(digest: str, id: str) -> SelectOfScalar[BaseRecord]:
    """Other live records with the same identity number, wherever: what is told of those in other cells is
    only that there is one."""
    return select(BaseRecord).where(
        BaseRecord.id_digest == digest, BaseRecord.id != id, col(BaseRecord.ended_at).is_(None)
    )  # fmt: skip


async def since(session: AsyncSession, id: str, version: int) -> list[BaseChange]:
    """What became of a record the caller may see after a version."""
    rows = select(BaseChange).where(BaseChange.record_id == id, BaseChange.version > version)
    return list(await session.exec(rows))


def history(ids: Collection[str]) -> SelectOfScalar[BaseChange]:
    """The versions of records the caller may see, the newest first."""
    rows = select(BaseChange).where(col(BaseChange.record_id).in_(ids))
    return rows.order_by(col(BaseChange.record_id), col(BaseChange.version).desc())


def looks(ids: Collection[str]) -> SelectOfScalar[BaseLook]:
    """Who looked at records the caller may see, the newest first."""
    rows = select(BaseLook).where(col(BaseLook.record_id).in_(ids))
    return rows.order_by(col(BaseLook.at).desc(), col(BaseLook.id)).limit(LOOKS)


async def looked(session: AsyncSession, actor: Actor, ids: Collection[str], since: datetime) -> set[str]:
    """Which of the records this person has looked at since."""
    rows = select(BaseLook.record_id).where(
        BaseLook.by == actor.id, col(BaseLook.at) > since, col(BaseLook.record_id).in_(ids)
    )
    return set(await session.exec(rows))


async def revealed(session: AsyncSession, actor: Actor, since: datetime) -> int:
    """How many facts this person has read whole since."""
    rows = select(func.count()).select_from(BaseLook).where(
        BaseLook.by == actor.id, col(BaseLook.at) >= since, BaseLook.field != ""
    )  # fmt: skip
    return (await session.exec(rows)).one()
