"""Every SELECT on entries. Each starts at the actor: dispatchers see all, others what holds for them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import desc, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.knowledge.flow import EntryState
from server.command.knowledge.rules import MOST_ASKED, edits
from server.command.knowledge.tables import KnowledgeEntry, KnowledgeUse
from server.kernel.actors import Actor
from server.platform.kept import Rows, kept
from server.platform.rollups import STOCK, Rollup

MOST_DRAFTS = 1000
CHANGES = "knowledge"  # the counter of changes to what is published


def visible_to(actor: Actor) -> SelectOfScalar[KnowledgeEntry]:
    """Dispatchers see every version; others what holds and is meant for them."""
    rows = select(KnowledgeEntry)
    if edits(actor):
        return rows
    return rows.where(KnowledgeEntry.state == EntryState.PUBLISHED, col(KnowledgeEntry.staff_only).is_(False))


def one(actor: Actor, id: str) -> SelectOfScalar[KnowledgeEntry]:
    """The version of that id, if the actor sees it."""
    return visible_to(actor).where(KnowledgeEntry.id == id)


@kept
def versions(actor: Actor, entry_id: str) -> SelectOfScalar[KnowledgeEntry]:
    """Every version of an entry, the newest first."""
    return visible_to(actor).where(KnowledgeEntry.entry_id == entry_id).order_by(desc(col(KnowledgeEntry.no)))


@kept
def page(
    actor: Actor, state: EntryState, due: date | None, first: int, after: tuple[str, str] | None
) -> SelectOfScalar[KnowledgeEntry]:
    """`first` + 1 versions in a state, in the order of their names; with `due` those to look at again."""
    rows = visible_to(actor).where(KnowledgeEntry.state == state)
    if due is not None:
        rows = rows.where(col(KnowledgeEntry.review_on) <= due)
    keys = (col(KnowledgeEntry.question), col(KnowledgeEntry.id))
    if after is not None:
        question, id = after
        rows = rows.where((keys[0] > question) | ((keys[0] == question) & (keys[1] > id)))
    return rows.order_by(*keys).limit(first + 1)


@kept
def by_ids(actor: Actor, ids: list[str]) -> SelectOfScalar[KnowledgeEntry]:
    """Some versions."""
    return visible_to(actor).where(col(KnowledgeEntry.id).in_(ids))


@kept
def counts(actor: Actor) -> Rows:
    """How many versions stand in each state."""
    rows: Any = visible_to(actor).with_only_columns(col(KnowledgeEntry.state), func.count())
    return cast(Rows, rows.group_by(col(KnowledgeEntry.state)))


def published() -> SelectOfScalar[KnowledgeEntry]:
    """What this process is to know by heart, whoever asks."""
    return select(KnowledgeEntry).where(KnowledgeEntry.state == EntryState.PUBLISHED).order_by(
        col(KnowledgeEntry.question), col(KnowledgeEntry.id)
    )  # fmt: skip


@kept
def changes(district: str) -> Rows:
    """How often what is published has changed."""
    rows: Any = columns(col(Rollup.n)).where(
        col(Rollup.area) == district, col(Rollup.metric) == CHANGES, col(Rollup.day) == STOCK
    )
    return cast(Rows, rows)


@kept
def asked_most(areas: list[str], since: date) -> Rows:
    """The entries asked for most in some streets since a day, the most asked first."""
    asked = func.sum(KnowledgeUse.asked)
    rows: Any = (
        columns(col(KnowledgeUse.entry_id), asked)
        .where(col(KnowledgeUse.area).in_(areas), col(KnowledgeUse.day) >= since)
        .group_by(col(KnowledgeUse.entry_id)).having(asked > 0)
        .order_by(asked.desc(), col(KnowledgeUse.entry_id)).limit(MOST_ASKED * 3)
    )  # fmt: skip
    return cast(Rows, rows)


@kept
def uses(entry_ids: list[str]) -> Rows:
    """Asked, useful and useless of entries, over all streets and days."""
    rows: Any = (
        columns(col(KnowledgeUse.entry_id), func.sum(KnowledgeUse.asked), func.sum(KnowledgeUse.useful),
                func.sum(KnowledgeUse.useless))
        .where(col(KnowledgeUse.entry_id).in_(entry_ids)).group_by(col(KnowledgeUse.entry_id))
    )  # fmt: skip
    return cast(Rows, rows)


async def draft_of(session: AsyncSession, entry_id: str) -> KnowledgeEntry | None:
    """The version of an entry that waits to be published."""
    rows = select(KnowledgeEntry).where(
        KnowledgeEntry.entry_id == entry_id, KnowledgeEntry.state == EntryState.DRAFT
    )
    return (await session.exec(rows)).first()


async def drafts_of_others(session: AsyncSession, actor: Actor) -> list[KnowledgeEntry]:
    """The drafts this person may publish, at most as many as one file brings."""
    rows = visible_to(actor).where(
        KnowledgeEntry.state == EntryState.DRAFT, KnowledgeEntry.written_by != actor.id
    )
    return list(await session.exec(rows.order_by(col(KnowledgeEntry.id)).limit(MOST_DRAFTS)))


async def holding(session: AsyncSession, entry_id: str) -> KnowledgeEntry | None:
    """The version of an entry that holds."""
    rows = select(KnowledgeEntry).where(
        KnowledgeEntry.entry_id == entry_id, KnowledgeEntry.state == EntryState.PUBLISHED
    )
    return (await session.exec(rows.with_for_update())).first()


async def last_no(session: AsyncSession, entry_id: str) -> int:
    """The number of the newest version; 0 when there is none."""
    found = await session.exec(select(func.max(KnowledgeEntry.no)).where(KnowledgeEntry.entry_id == entry_id))
    return found.one() or 0


async def known_questions(session: AsyncSession, questions: Sequence[str]) -> dict[str, KnowledgeEntry]:
    """Published entries and drafts by their question; a draft goes first."""
    rows = select(KnowledgeEntry).where(
        col(KnowledgeEntry.question).in_(questions),
        col(KnowledgeEntry.state).in_({EntryState.PUBLISHED, EntryState.DRAFT}),
    )
    found = sorted(await session.exec(rows), key=lambda row: row.state == EntryState.DRAFT)
    return {row.question: row for row in found}
