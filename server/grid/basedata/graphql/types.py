"""A record, its facts as this person reads them, its versions, and who looked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person, load_people
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.grid.basedata import queries, rules, service
from server.grid.basedata.facts import (
    FIELDS,
    BaseFieldName,
    BaseForm,
    BaseGroup,
    BaseKind,
    BaseSource,
    BaseVerb,
    EndReason,
    Spec,
)
from server.grid.basedata.tables import BaseChange, BaseLook
from server.grid.basedata.tables import BaseRecord as Row
from server.identity.graphql import Area
from server.kernel.actors import LEADER, OFFICER, Role
from server.platform.vault import Vault

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})
MOST_FACTS = max(map(len, FIELDS.values()))
SEALED = frozenset({"id", "kind", "facts", "sealed"})  # what the facts are read from


class BaseAction(StrEnum):
    """A button of the record."""

    EDIT = "edit"
    VERIFY = "verify"
    MOVE = "move"
    LOCATE = "locate"
    END = "end"


@strawberry.type
class BaseFact:
    """One fact as this person reads it."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    name: BaseFieldName
    value: str
    masked: bool = strawberry.field(description="Not the whole of it.")
    reveals: bool = strawberry.field(description="This person may ask for the whole, with a reason.")


@strawberry.type
class BaseDifference:
    """What a fact was before a change and after it, masked as the record is."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    name: BaseFieldName
    before: str
    after: str


@strawberry.type
class BaseVersion(View[BaseChange]):
    """One change: who, when, and which facts."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    kind: strawberry.Private[BaseKind] = BaseKind.ROOM
    version: int = column()
    at: datetime = column()
    claimed_at: datetime | None = column(
        description="By the phone's clock, where it was written without network."
    )

    @field_for(needs={"verb"})
    def verb(self) -> BaseVerb:
        return BaseVerb(self.row.verb)

    @field_for(needs={"source"})
    def source(self) -> BaseSource:
        return BaseSource(self.row.source)

    @field_for(needs={"reason"})
    def reason(self) -> EndReason | None:
        return EndReason(self.row.reason) if self.row.reason else None

    @field_for(needs={"by"})
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.by)

    @field_for(most=MOST_FACTS, personal=True, needs={"record_id", "version", "sealed"})
    def fields(self, info: Info) -> list[BaseDifference]:
        actor, told = info.context.actor, service.differences(info.context.office.of(Vault), self.row)
        return [
            BaseDifference(
                name=name, before=rules.shown(self.kind, name, before, actor),
                after=rules.shown(self.kind, name, after, actor),
            ) for name, (before, after) in told.items()
        ]  # fmt: skip


@strawberry.type
class BaseSight(View[BaseLook]):
    """Somebody looked at the record, or read one fact whole and said why."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    at: datetime = column()
    reason: str = column()

    @field_for(needs={"record_id"})
    def listed(self) -> bool:
        """He took home the list of the whole cell."""
        return self.row.record_id.isdigit()

    @field_for(needs={"field"})
    def fact(self) -> BaseFieldName | None:
        return BaseFieldName(self.row.field) if self.row.field else None

    @field_for(needs={"by"})
    def by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.by)


@strawberry.type
class BaseRecord(View[Row]):
    """A building, room, person, organisation or facility, personal facts masked."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    version: int = column()
    address: str = column()
    code: str = column()
    parent_id: strawberry.ID = column(description="What it stands in; empty for what stands by itself.")
    lon: float | None = column(description="WGS-84 degrees; null until somebody put it on the map.")
    lat: float | None = column()
    verified_at: datetime = column()
    ended_at: datetime | None = column()

    @field_for(needs={"kind"})
    def kind(self) -> BaseKind:
        return BaseKind(self.row.kind)

    @field_for(needs={"cell"})
    def cell(self, info: Info) -> Area:
        return Area.of(info.context.office.areas, self.row.cell)

    @field_for(needs={"end_reason"})
    def end_reason(self) -> EndReason | None:
        return EndReason(self.row.end_reason) if self.row.end_reason else None

    @field_for(personal=True, needs=SEALED | {"name", "address"})
    def title(self, info: Info) -> str:
        """The name as this person reads it; of a building or room its address."""
        if self.row.kind != BaseKind.RESIDENT:
            return self.row.name or self.row.address
        name = service.facts_of(info.context.office.of(Vault), self.row).get(BaseFieldName.NAME, "")
        return rules.shown(BaseKind.RESIDENT, BaseFieldName.NAME, name, info.context.actor)

    @field_for(needs={"verified_at", "ended_at"})
    def due(self, info: Info) -> bool:
        """Nobody has verified it for half a year."""
        return self.row.ended_at is None and rules.due(self.row.verified_at, info.context.office.clock())

    @field_for(most=MOST_FACTS, personal=True, needs=SEALED)
    def facts(self, info: Info) -> list[BaseFact]:
        """What is known, in the order of the form."""
        actor, kind = info.context.actor, BaseKind(self.row.kind)
        known = service.facts_of(info.context.office.of(Vault), self.row)
        return [
            BaseFact(
                name=row.name, value=rules.shown(kind, row.name, known[row.name], actor),
                masked=rules.masks(row, actor), reveals=rules.reveals(actor, kind, row.name),
            ) for row in FIELDS[kind] if row.name in known
        ]  # fmt: skip

    @field_for(most=len(BaseAction), personal=True, needs={"cell", "ended_at", "kind"})
    def actions(self, info: Info) -> list[BaseAction]:
        """What this person may do now."""
        if self.row.ended_at or not rules.collects(info.context.actor, self.row.cell):
            return []
        kind = BaseKind(self.row.kind)
        barred = set() if kind in rules.PLACED else {BaseAction.LOCATE}
        if kind not in {BaseKind.RESIDENT, BaseKind.ORGANISATION}:
            barred.add(BaseAction.MOVE)
        return [action for action in BaseAction if action not in barred]

    @field_for(most=queries.MEMBERS, personal=True, needs={"id"})
    def members(self, info: Info) -> list["BaseRecord"]:
        """What stands in it: rooms, people, organisations."""
        return info.context.soon(load_members, self.row.id)

    @field_for(most=queries.HISTORY, needs={"id", "kind"})
    async def history(self, info: Info) -> list[BaseVersion]:
        """Its versions, the newest first."""
        rows = await info.context.loader(load_history).load(self.row.id)
        return [BaseVersion(row=row, kind=BaseKind(self.row.kind)) for row in rows]

    @field_for(most=queries.LOOKS, needs={"id", "cell"})
    def looks(self, info: Info) -> list[BaseSight]:
        """Who looked at it lately, or took home the list of its cell."""
        return info.context.soon(load_looks, (self.row.id, self.row.cell))

    @field_for(most=10, personal=True, needs={"id", "id_digest", "ended_at"})
    async def alike(self, info: Info) -> list["BaseRecord"]:
        """可能已登记: live records of this person's with the same identity number, in the cells he sees."""
        rows = await _alike(info, self.row)
        return BaseRecord.of([row for row in rows if rules.sees(info.context.actor, row.cell)][:10])

    @field_for(needs={"id", "id_digest", "ended_at"}, personal=True)
    async def alike_elsewhere(self, info: Info) -> bool:
        """Somebody with this identity number is registered in another cell. Where is not told."""
        rows = await _alike(info, self.row)
        return any(not rules.sees(info.context.actor, row.cell) for row in rows)


@strawberry.type
class BasePage:
    """Some records, and where the next ones begin."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    items: list[BaseRecord]
    next: str | None


@strawberry.type
class BaseFormField:
    """One field of a form."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    name: BaseFieldName
    group: BaseGroup
    form: BaseForm
    required: bool
    personal: bool
    limit: int
    choices: list[str]

    @classmethod
    def of(cls, row: Spec) -> "BaseFormField":
        """One row of the table."""
        return cls(name=row.name, group=row.group, form=row.form, required=row.required,
                   personal=row.personal, limit=row.limit, choices=list(row.choices))  # fmt: skip


@strawberry.type
class BaseSheet:
    """The form of a kind, and what this person may say in it."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    kind: BaseKind
    fields: list[BaseFormField]
    sources: list[BaseSource]
    ends: list[EndReason]
    parents: list[BaseKind] = strawberry.field(description="What a record stands in; empty: in nothing.")


@strawberry.type
class BaseCount:
    """How many records of a kind an area holds; null below ten, where a number could be a person."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({LEADER})
    kind: BaseKind
    n: int | None


async def _alike(info: Info, row: Row) -> Sequence[Row]:
    if not row.id_digest or row.ended_at:
        return []
    return await info.context.office.read.lines(queries.alike(row.id_digest, row.id))


async def load_members(context: Context, ids: list[str]) -> list[list[BaseRecord]]:
    """What stands in each, in one query."""
    found: defaultdict[str, list[BaseRecord]] = defaultdict(list)
    for each in BaseRecord.of(await context.office.read.lines(queries.members(context.actor, ids))):
        found[each.row.parent_id].append(each)
    return [found[id] for id in ids]


async def load_history(context: Context, ids: list[str]) -> list[list[BaseChange]]:
    """The versions of each, in one query."""
    found: defaultdict[str, list[BaseChange]] = defaultdict(list)
    for row in await context.office.read.lines(queries.history(ids)):
        found[row.record_id].append(row)
    return [found[id][: queries.HISTORY] for id in ids]


async def load_looks(context: Context, places: list[tuple[str, str]]) -> list[list[BaseSight]]:
    """Who looked at each, or at its cell, in one query."""
    rows = await context.office.read.lines(queries.looks({id for place in places for id in place}))
    return [BaseSight.of([row for row in rows if row.record_id in place]) for place in places]
