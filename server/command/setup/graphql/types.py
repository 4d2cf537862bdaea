"""What an edition looks like from outside."""

from datetime import datetime
from typing import Any, ClassVar

import strawberry

from server.command.graphql.types import Person, load_people
from server.command.setup import queries, rules
from server.command.setup.rules import EditionAction
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column, marks
from server.kernel.actors import OFFICER, Role
from server.platform import tabular
from server.platform.editions import Edition as Row
from server.platform.editions import EditionState, Shelf
from server.platform.tabular import ChangeKind, Form

STAFF_ONLY = frozenset({OFFICER})


@strawberry.type
class SetupColumn:
    """One column; its words are `column.<kind>.<sheet>.<name>`, those of a choice `choice.<choice>`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    name: str
    needed: bool
    form: Form
    choices: list[str]


@strawberry.type
class SetupSheet:
    """One table of a kind; its words are `sheet.<kind>.<name>`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    name: str
    columns: list[SetupColumn] = strawberry.field(metadata=marks(most=16))

    @classmethod
    def of(cls, sheet: tabular.Sheet) -> "SetupSheet":
        """As its keeper names it."""
        return cls(name=sheet.name, columns=[
            SetupColumn(name=c.name, needed=c.needed, form=c.form, choices=list(c.choices))
            for c in sheet.columns
        ])  # fmt: skip


@strawberry.type
class SetupKind:
    """A kind of edition; its words are `edition.<kind>`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    kind: str
    in_force: int = strawberry.field(description="The edition that holds; 0 is what the product ships.")
    waiting: int = strawberry.field(description="Proposals nobody has decided on.")
    sheets: list[SetupSheet] = strawberry.field(
        description="None when it is not made of tables.", metadata=marks(most=6)
    )
    may_propose: bool


@strawberry.type
class MeaningParam:
    """What the words of a meaning take."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    name: str
    value: str


@strawberry.type
class EditionMeaning:
    """What publishing would do, or did, in the words of `means.<code>`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    code: str
    params: list[MeaningParam]

    @classmethod
    def of(cls, meaning: dict[str, Any]) -> "EditionMeaning":
        """As the report has it."""
        params = [
            MeaningParam(name=name, value=str(value)) for name, value in meaning.items() if name != "code"
        ]
        return cls(code=meaning["code"], params=params)


@strawberry.type
class Edition(View[Row]):
    """One edition of one kind: proposed, published or withdrawn."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    kind: str = column()
    no: int = column()
    state: EditionState = column()
    note: str = column()
    proposed_at: datetime | None = column()  # null for what the product ships
    published_at: datetime | None = column()  # or when it was withdrawn

    @field_for(needs={"proposed_by"})
    def proposed_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.proposed_by) if self.row.proposed_by else None

    @field_for(needs={"published_by"})
    def published_by(self, info: Info) -> Person | None:
        """Or who withdrew it."""
        return info.context.soon(load_people, self.row.published_by) if self.row.published_by else None

    @field_for(needs={"report"})
    def against(self) -> int:
        """The edition it was compared with when it was proposed or published."""
        return int(self.row.report.get("against", 0))

    @field_for(needs={"report"})
    def added(self) -> int:
        """Rows that are new."""
        return self._count(ChangeKind.ADDED)

    @field_for(needs={"report"})
    def removed(self) -> int:
        return self._count(ChangeKind.REMOVED)

    @field_for(needs={"report"})
    def changed(self) -> int:
        return self._count(ChangeKind.CHANGED)

    @field_for(needs={"report"})
    def means(self) -> list[EditionMeaning]:
        """What publishing means beyond the rows."""
        return [EditionMeaning.of(meaning) for meaning in self.row.report.get("means", ())]

    @field_for(needs={"kind", "no"})
    def in_force(self, info: Info) -> int:
        """The edition of this kind that holds."""
        return info.context.soon(load_in_force, self.row.kind)

    @field_for(needs={"kind", "no", "state", "proposed_by"}, personal=True)
    async def actions(self, info: Info) -> list[EditionAction]:
        """What this person may do now: the buttons of the screen."""
        keeper = info.context.office.of(Shelf).keepers.get(self.row.kind)
        return rules.offered(
            no=self.row.no, state=self.row.state, by=self.row.proposed_by,
            in_force=await info.context.loader(load_in_force).load(self.row.kind),
            tabular=keeper is not None and keeper.tabular is not None, actor=info.context.actor,
        )  # fmt: skip

    def _count(self, kind: ChangeKind) -> int:
        return int(self.row.report.get("changes", {}).get(kind, 0))


@strawberry.type
class EditionPage:
    """Some editions of a kind, newest first, and the cursor of those behind them."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    items: list[Edition]
    next: str | None


@strawberry.type
class EditionRow:
    """One row: what tells it apart, and its cells in the order of the sheet's columns."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    key: list[str]
    cells: list[str]


@strawberry.type
class EditionRowPage:
    """Some rows, the cursor of those behind them, and how many there are."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    items: list[EditionRow]
    next: str | None
    total: int


@strawberry.type
class CellChange:
    """One cell, before and after."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    column: str
    before: str
    after: str


@strawberry.type
class RowChange:
    """One row that is not what it was."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    sheet: str
    key: list[str]
    kind: ChangeKind
    cells: list[CellChange]

    @classmethod
    def of(cls, change: tabular.Change) -> "RowChange":
        """As the comparison found it."""
        cells = [CellChange(column=c.column, before=c.before, after=c.after) for c in change.cells]
        return cls(sheet=change.sheet, key=list(change.key), kind=change.kind, cells=cells)


@strawberry.type
class RowChangePage:
    """Some changes, the cursor of those behind them, how many there are, and against which edition."""

    seen_by: ClassVar[frozenset[Role]] = STAFF_ONLY
    items: list[RowChange]
    next: str | None
    total: int
    against: int


async def load_in_force(context: Context, kinds: list[str]) -> list[int]:
    """The number that holds, for each kind."""
    found = dict(await context.office.read.tuples(queries.in_force(kinds)))
    return [int(found.get(kind, 0)) for kind in kinds]


def shipped(kind: str) -> Edition:
    """Edition 0: published by nobody, and no row."""
    row = Row(kind=kind, no=0, state=EditionState.PUBLISHED, proposed_by="", report={})  # type: ignore[call-arg]
    row.__dict__["proposed_at"] = None
    return Edition(row=row)
