"""What the city decides and the server knows by heart, in numbered editions: catalogue, calendar, map, …

An edition is proposed with a report of what would change, and published by somebody else. What was
published is never changed; going back means publishing old content anew. Every process takes a new
edition up within seconds. Edition 0 is what the product ships, and no row.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Column, Index, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.kernel.errors import CityError, IllegalStep, NotFound
from server.platform.db import UtcDateTime
from server.platform.tabular import ChangeKind, Tabular, changes, fit, lined
from server.platform.work import Office, Work

KIND = "edition"


class OwnProposal(CityError):
    """Four eyes: nobody publishes what he proposed himself."""

    code = "OWN_PROPOSAL"


class Superseded(CityError):
    """A later proposal was published meanwhile: propose it anew, against what holds now."""

    code = "SUPERSEDED"


class NothingChanged(CityError):
    """The proposal is word for word what holds now."""

    code = "NOTHING_CHANGED"


class EditionState(StrEnum):
    """Where an edition stands; the highest published number of a kind holds."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Edition(SQLModel, table=True):
    """One edition of one kind. `content` is gzipped; `sha256` is of the content unpacked."""

    __table_args__ = (Index("edition_state", "state", "kind", "no"),)

    kind: str = Field(primary_key=True)
    no: int = Field(primary_key=True)  # 1, 2, 3 … within its kind, in the order of proposal
    state: str
    note: str = ""
    content: bytes
    sha256: str
    report: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    proposed_by: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str = ""  # or who withdrew it
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def text(self) -> bytes:
        """The content as it was handed in."""
        return gzip.decompress(self.content)


Meaning = Mapping[str, str | int | float]  # `code` and what its words take: means.<code> in shared/i18n


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a kind of edition is to the rest of the house.

    `check` raises CityError for content that does not fit, and may tell what would change (JSON).
    `take` puts it to use in this process. `published` does, in the very transaction, what publishing means
    to rows; `foresee` tells it beforehand. `shipped` is the content of edition 0. `tabular` lets people read
    the content, hand it in and edit it as tables: its faults are asked before `check`, and what changes is
    counted row by row. With `every`, each published edition is taken in turn, not only the newest.
    `prepare` reckons beforehand, in a thread, what `take`, `foresee` and `published` would be long about in
    the loop; it remembers it for them.
    """

    check: Callable[[Office, bytes], Mapping[str, Any]]
    take: Callable[[Office, int, bytes], None]
    published: Callable[[Work, Edition], Awaitable[None]] | None = None
    foresee: Callable[[Work, bytes], Awaitable[Sequence[Meaning]]] | None = None
    shipped: Callable[[], bytes] | None = None
    tabular: Tabular | None = None
    prepare: Callable[[Office, bytes], object] | None = None
    every: bool = False


@dataclass
class Shelf:
    """The editions this process holds, and who keeps them. One of the office's tools."""

    keepers: dict[str, Keeper] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)  # kind → number; what is missing is edition 0

    def keep(self, kind: str, keeper: Keeper) -> None:
        """Name who keeps a kind; done once, where the office is built."""
        self.keepers[kind] = keeper

    async def refresh(self, office: Office) -> int:
        """Take up what was published since; one look at an index when nothing was. Returns how many."""
        async with office.reading() as session:
            newest = select(Edition.kind, func.max(Edition.no)).where(Edition.state == EditionState.PUBLISHED)
            numbers = dict((await session.exec(newest.group_by(col(Edition.kind)))).all())
            rows = [
                row for kind, no in numbers.items() if kind in self.keepers and no != self.held.get(kind, 0)
                for row in await session.exec(self._missing(kind, no))
            ]  # fmt: skip
        for row in rows:
            content, keeper = row.text, self.keepers[row.kind]
            await _prepare(office, keeper, content)
            keeper.take(office, row.no, content)
            self.held[row.kind] = row.no
        return 0  # nothing is left for another turn of the job

    def _missing(self, kind: str, newest: int) -> SelectOfScalar[Edition]:
        mine = select(Edition).where(Edition.kind == kind, Edition.state == EditionState.PUBLISHED)
        if not self.keepers[kind].every:
            return mine.where(Edition.no == newest)
        return mine.where(Edition.no > self.held.get(kind, 0)).order_by(col(Edition.no))


async def propose(work: Work, kind: str, content: bytes, *, note: str = "") -> Edition:
    """Lay an edition before the others, with the report of what it would change.

    Raises NotFound for a kind nobody keeps, NothingChanged, and what the keeper refuses.
    """
    keeper = work.office.of(Shelf).keepers.get(kind)
    if keeper is None:
        raise NotFound(subject=kind)
    holds = await newest(work.session, kind)
    report = await _report(work, keeper, holds, content)
    digest = sha256(content).hexdigest()
    if digest == (holds.sha256 if holds else sha256(_shipped(keeper)).hexdigest()):
        raise NothingChanged(field="file")
    last = (await work.session.exec(select(func.max(Edition.no)).where(Edition.kind == kind))).one()
    row = Edition(
        kind=kind, no=(last or 0) + 1, state=EditionState.PROPOSED, note=note, content=gzip.compress(content),
        sha256=digest, report=report, proposed_by=work.actor.id, proposed_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    _note(work, row, "propose")
    return row


async def publish(work: Work, kind: str, no: int, *, against: int | None = None) -> Edition:
    """Let a proposal hold from now on. Raises NotFound, IllegalStep, OwnProposal, and what no longer fits.

    `against` is the edition whose differences from the proposal the person has seen: raises Superseded when
    another one holds by now.
    """
    row = await _proposed(work, kind, no, "publish")
    if row.proposed_by == work.actor.id:
        raise OwnProposal
    holds = await newest(work.session, kind)
    if holds and (holds.no > no or against not in {None, holds.no}):
        raise Superseded(by=holds.no)
    keeper = work.office.of(Shelf).keepers[kind]
    # against what holds now, not when it was proposed
    row.report = await _report(work, keeper, holds, row.text)
    row.state, row.published_by, row.published_at = EditionState.PUBLISHED, work.actor.id, work.now
    if keeper.published:
        await keeper.published(work, row)
    _note(work, row, "publish")
    return row


async def withdraw(work: Work, kind: str, no: int) -> Edition:
    """Take a proposal off the table. Raises NotFound, IllegalStep."""
    row = await _proposed(work, kind, no, "withdraw")
    row.state, row.published_by, row.published_at = EditionState.WITHDRAWN, work.actor.id, work.now
    _note(work, row, "withdraw")
    return row


async def newest(session: AsyncSession, kind: str) -> Edition | None:
    """The edition of a kind that holds; None while that is what the product ships."""
    rows = select(Edition).where(Edition.kind == kind, Edition.state == EditionState.PUBLISHED)
    return (await session.exec(rows.order_by(col(Edition.no).desc()).limit(1))).first()


async def content_of(session: AsyncSession, office: Office, kind: str, no: int) -> bytes:
    """The content of an edition; 0 is what the product ships. Raises NotFound."""
    if no == 0 and (keeper := office.of(Shelf).keepers.get(kind)):
        return _shipped(keeper)
    row = await session.get(Edition, (kind, no))
    if row is None:
        raise NotFound(subject=f"{kind}/{no}")
    return row.text


def _shipped(keeper: Keeper) -> bytes:
    return keeper.shipped() if keeper.shipped else b""


async def _prepare(office: Office, keeper: Keeper, content: bytes) -> None:
    if keeper.prepare:
        await asyncio.to_thread(keeper.prepare, office, content)


async def _report(work: Work, keeper: Keeper, holds: Edition | None, content: bytes) -> dict[str, Any]:
    """What an edition would change: `against` which one, how many rows of which sheet, and what it means."""
    before = holds.text if holds else _shipped(keeper)
    report: dict[str, Any] = {"against": holds.no if holds else 0}
    report |= await asyncio.to_thread(_compared, work.office, keeper, before, content)
    if keeper.foresee:
        await _prepare(work.office, keeper, content)
        report["means"] = [*report.get("means", ()), *await keeper.foresee(work, content)]
    return report


def _compared(office: Office, keeper: Keeper, before: bytes, content: bytes) -> dict[str, Any]:
    """What can be said without the store; a large map takes seconds, so never in the loop."""
    report: dict[str, Any] = {}
    if tabular := keeper.tabular:
        tables = tabular.tables(content)
        fit(office, tabular, lined(tables))
        found = changes(tabular, tabular.tables(before), tables)
        report["changes"] = {kind: sum(change.kind == kind for change in found) for kind in ChangeKind}
        if not found:
            raise NothingChanged(field="file")
    return {**report, **keeper.check(office, content)}


async def _proposed(work: Work, kind: str, no: int, action: str) -> Edition:
    row = await work.session.get(Edition, (kind, no), with_for_update=True)
    if row is None or kind not in work.office.of(Shelf).keepers:
        raise NotFound(subject=f"{kind}/{no}")
    if row.state != EditionState.PROPOSED:
        raise IllegalStep(flow=KIND, state=row.state, action=action)
    return row


def _note(work: Work, row: Edition, verb: str) -> None:
    work.record(
        f"{KIND}.{verb}", KIND, f"{row.kind}/{row.no}", area=work.office.settings.district, target=row.state,
        detail={"sha256": row.sha256, "note": row.note},
    )  # fmt: skip
