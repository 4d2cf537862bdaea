"""Collecting base data: every change is a version of its own, and nothing that was known is lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col

from server.grid.basedata import errors, queries, rules
from server.grid.basedata.facts import BaseFieldName, BaseKind, BaseSource, BaseVerb, EndReason, spec
from server.grid.basedata.rules import Facts
from server.grid.basedata.tables import BaseChange, BaseLook, BaseRecord
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import BadInput, NotAllowed, NotFound
from server.kernel.geo import Wgs84
from server.kernel.text import clean_line
from server.platform.vault import Vault
from server.platform.work import Work

KIND = "base"
REASON_LIMIT = 200
F = BaseFieldName
CODES = (F.BUILDING_CODE, F.ADDRESS_CODE, F.USCC, F.IDENTIFIER)


@dataclass(frozen=True, slots=True)
class Told:
    """Where what is written was learnt, and when by the phone's clock: a claim, kept beside the server's."""

    source: BaseSource = BaseSource.VISIT
    claimed_at: datetime | None = None


VISITED = Told()


async def create(
    work: Work, *, id: str, kind: BaseKind, facts: Facts, parent_id: str = "", cell: str = "",
    told: Told = VISITED,
) -> BaseRecord:  # fmt: skip
    """新增. Raises NotAllowed, NotAnInspector, NotFound for a parent unseen, NeedsParent, BadInput for a cell
    that is not one's own, and what `rules.cleaned` raises."""
    rules.needs_collector(work.actor, "create")
    rules.needs_inspector(work.actor, kind, told.source)
    parent = await _live(work, parent_id) if parent_id else None
    rules.needs_parent(kind, BaseKind(parent.kind) if parent else None)
    clean = rules.cleaned(kind, facts, district=work.office.areas.district.code)
    row = BaseRecord(
        id=id, kind=kind, cell=parent.cell if parent else _own_cell(work, cell), parent_id=parent_id,
        address=parent.address if parent else "", source=told.source, made_at=work.now,
        verified_at=work.now, verified_by=work.actor.id,
    )  # fmt: skip
    _write(work, row, {name: value for name, value in clean.items() if value})
    work.session.add(row)
    work.count(f"base.{kind}", row.cell, 1)
    _note(work, row, BaseVerb.CREATE, {}, clean, told=told)
    return row


async def edit(
    work: Work, *, id: str, version: int, facts: Facts, told: Told = VISITED
) -> BaseRecord:  # fmt: skip
    """更新: only what is named changes. What others changed since `version` merges field by field.

    Raises NotFound, NotAllowed, RecordEnded, BaseConflict, and what `rules.cleaned` raises.
    """
    row = await _mine(work, id, "edit")
    kind = BaseKind(row.kind)
    rules.needs_inspector(work.actor, kind, told.source)
    now = facts_of(work.office.of(Vault), row)
    clean = rules.cleaned(kind, facts, now=now, district=work.office.areas.district.code)
    later = [_change(each) for each in await queries.since(work.session, id, version)]
    rules.needs_agreement(later, clean, now, work.actor.id, row.version)
    changed = {name: value for name, value in clean.items() if value != now.get(name, "")}
    if not changed:
        return row
    _write(work, row, {name: value for name, value in {**now, **changed}.items() if value})
    _verified(work, row, told)
    _note(work, row, BaseVerb.EDIT, now, changed, told=told)
    if F.ADDRESS in changed:
        await work.session.exec(
            update(BaseRecord).where(col(BaseRecord.parent_id) == id).values(address=row.address)
            .where(col(BaseRecord.kind) != BaseKind.ROOM),
            execution_options={"synchronize_session": False},
        )  # fmt: skip
    return row


async def verify(work: Work, *, id: str, told: Told = VISITED) -> BaseRecord:
    """无变化: seen again, all as it was. Raises NotFound, NotAllowed, RecordEnded."""
    row = await _mine(work, id, "verify")
    rules.needs_inspector(work.actor, BaseKind(row.kind), told.source)
    _verified(work, row, told)
    _note(work, row, BaseVerb.VERIFY, {}, {}, told=told)
    return row


async def locate(work: Work, *, id: str, at: Wgs84, told: Told = VISITED) -> BaseRecord:
    """定位: where it stands. Raises NotFound, NotAllowed, RecordEnded, NotOnTheMap, OutsideItsCell,
    OutsideDistrict."""
    row = await _mine(work, id, "locate")
    rules.needs_place(BaseKind(row.kind), row.cell, work.office.areas.cell_at(at).code)
    row.lon, row.lat = at.lon, at.lat
    _verified(work, row, told)
    _note(work, row, BaseVerb.LOCATE, {}, {}, told=told)
    return row


async def move(work: Work, *, id: str, parent_id: str, told: Told = VISITED) -> BaseRecord:
    """Into another room of one's own cells. Raises NotFound, NotAllowed, RecordEnded, NeedsParent."""
    row = await _mine(work, id, "move")
    parent = await _live(work, parent_id)
    rules.needs_parent(BaseKind(row.kind), BaseKind(parent.kind))
    before = row.address
    if parent.cell != row.cell:
        work.count(f"base.{row.kind}", row.cell, -1)
        work.count(f"base.{row.kind}", parent.cell, 1)
    row.parent_id, row.cell, row.address = parent.id, parent.cell, parent.address
    _verified(work, row, told)
    _note(work, row, BaseVerb.MOVE, {F.ADDRESS: before}, {F.ADDRESS: row.address}, told=told)
    return row


async def end(work: Work, *, id: str, reason: EndReason, told: Told = VISITED, into: str = "") -> BaseRecord:
    """注销: kept, with the reason. Raises NotFound, NotAllowed, RecordEnded, StillInhabited, BadInput."""
    row = await _mine(work, id, "end")
    if not into:
        rules.needs_end(BaseKind(row.kind), reason)
    if (await work.session.exec(queries.inhabitants(id))).one():
        raise errors.StillInhabited
    row.ended_at, row.end_reason, row.merged_into = work.now, reason, into
    work.count(f"base.{row.kind}", row.cell, -1)
    _note(work, row, BaseVerb.END, {}, {}, told=told, reason=reason)
    return row


async def merge(work: Work, *, id: str, into: str, moves: bool, told: Told = VISITED) -> BaseRecord:
    """并入: one person twice becomes once; with `moves` the older record comes to the newer one's room.

    Raises NotFound, NotAllowed, RecordEnded, and BadInput for two who do not carry one identity number.
    """
    twin, row = await _mine(work, id, "merge"), await _mine(work, into, "merge")
    if id == into or not twin.id_digest or twin.id_digest != row.id_digest:
        raise BadInput(field="into")
    home = twin.parent_id
    await end(work, id=id, reason=EndReason.SAME_AS_ANOTHER, told=told, into=into)
    return await move(work, id=into, parent_id=home, told=told) if moves and home != row.parent_id else row


async def reveal(work: Work, *, id: str, name: BaseFieldName, reason: str) -> str:
    """One fact whole, and why. Raises NotFound, NotAllowed, TextRequired, RevealedEnough."""
    row = await _seen(work, id)
    rules.needs_reveal(work.actor, BaseKind(row.kind), name)
    why = clean_line(reason, field="reason", limit=REASON_LIMIT, required=True)
    if await queries.revealed(work.session, work.actor, midnight(day_of(work.now))) >= rules.REVEALS_PER_DAY:
        raise errors.RevealedEnough(most=rules.REVEALS_PER_DAY)
    _look(work, id, row.cell, name, why)
    return facts_of(work.office.of(Vault), row).get(name, "")


async def look(work: Work, rows: Mapping[str, str]) -> None:
    """That somebody read the records of households, or the list of a cell; `rows` are the cells by id.

    The same person's next look within ten minutes is the same look.
    """
    known = await queries.looked(work.session, work.actor, rows.keys(), work.now - rules.LOOKED_AGAIN)
    for id, cell in rows.items():
        if id not in known:
            _look(work, id, cell)


def facts_of(vault: Vault, row: BaseRecord) -> dict[BaseFieldName, str]:
    """All that is known, in clear. Raises BadKey."""
    personal = json.loads(vault.unseal(row.sealed, about=f"{KIND}/{row.id}")) if row.sealed else {}
    return {BaseFieldName(name): value for name, value in {**row.facts, **personal}.items()}


def differences(vault: Vault, change: BaseChange) -> dict[BaseFieldName, tuple[str, str]]:
    """What each fact was before a change, and after. Raises BadKey."""
    about = f"{KIND}/{change.record_id}/{change.version}"
    told = json.loads(vault.unseal(change.sealed, about=about)) if change.sealed else {}
    return {BaseFieldName(name): (before, after) for name, (before, after) in told.items()}


def digest_of(vault: Vault, name: BaseFieldName, value: str) -> str:
    """By what a phone or an identity number is found without being stored."""
    return vault.lookup(f"{KIND}/{name}/{value}") if value else ""


def _own_cell(work: Work, cell: str) -> str:
    mine = work.actor.cells
    if not cell and len(mine) == 1:
        return next(iter(mine))
    if cell not in mine:
        raise BadInput(field="cell")
    return cell


async def _seen(work: Work, id: str) -> BaseRecord:
    row = (await work.session.exec(queries.one(work.actor, id).with_for_update())).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    return row


async def _live(work: Work, id: str) -> BaseRecord:
    row = await _seen(work, id)
    if row.ended_at:
        raise errors.RecordEnded(subject=id)
    return row


async def _mine(work: Work, id: str, action: str) -> BaseRecord:
    row = await _seen(work, id)
    if not rules.collects(work.actor, row.cell):
        raise NotAllowed(flow=KIND, action=action, post=work.actor.post)
    if row.ended_at:
        raise errors.RecordEnded(subject=id)
    return row


def _verified(work: Work, row: BaseRecord, told: Told) -> None:
    row.verified_at, row.verified_by, row.source = work.now, work.actor.id, told.source


def _write(work: Work, row: BaseRecord, facts: Facts) -> None:
    """Every fact in its place: what is personal sealed, with the digests by which it is found."""
    vault, kind = work.office.of(Vault), BaseKind(row.kind)
    sealed = {name: value for name, value in facts.items() if (each := spec(kind, name)) and each.personal}
    row.facts = {str(name): value for name, value in facts.items() if name not in sealed}
    row.sealed = vault.seal(_json(sealed), about=f"{KIND}/{row.id}") if sealed else ""
    row.phone_digest = digest_of(vault, F.PHONE, sealed.get(F.PHONE) or sealed.get(F.OWNER_PHONE, ""))
    row.id_digest = digest_of(vault, F.ID_NUMBER, sealed.get(F.ID_NUMBER, ""))
    row.name = row.facts.get(F.NAME, "")
    row.address = row.facts.get(F.ADDRESS, row.address)
    row.code = next((row.facts[code] for code in CODES if code in row.facts), "")


def _note(
    work: Work, row: BaseRecord, verb: BaseVerb, before: Facts, after: Facts, *, told: Told, reason: str = ""
) -> None:  # fmt: skip
    """The version this change makes, and its audit line: names of facts, never what they say."""
    row.version = number = 1 if verb is BaseVerb.CREATE else row.version + 1
    pairs = {name: [before.get(name, ""), value] for name, value in after.items() if value or name in before}
    work.add(BaseChange(
        record_id=row.id, version=number, verb=verb, by=work.actor.id, at=work.now,
        claimed_at=told.claimed_at, source=told.source, reason=reason, fields=sorted(pairs),
        sealed=work.office.of(Vault).seal(_json(pairs), about=f"{KIND}/{row.id}/{number}") if pairs else "",
    ))  # fmt: skip
    work.record(
        f"{KIND}.{verb}", KIND, row.id, area=row.cell, opinion=reason, quiet=True,
        detail={"kind": str(row.kind), "fields": sorted(pairs), "version": number},
    )  # fmt: skip


def _look(work: Work, id: str, cell: str, name: BaseFieldName | None = None, reason: str = "") -> None:
    work.add(BaseLook(
        id=str(uuid4()), record_id=id, by=work.actor.id, at=work.now, field=name or "", reason=reason
    ))  # fmt: skip
    verb, detail = ("reveal", {"field": str(name)}) if name else ("look", {})
    work.record(f"{KIND}.{verb}", KIND, id, area=cell, opinion=reason, detail=detail, quiet=True)


def _change(row: BaseChange) -> rules.Change:
    return rules.Change(row.version, row.by, row.at, frozenset(map(BaseFieldName, row.fields)))


def _json(facts: Mapping[BaseFieldName, object]) -> str:
    return json.dumps({str(name): value for name, value in facts.items()}, ensure_ascii=False)
