"""What administrators do: hand in a file, change a row, publish, withdraw, go back, take a file home."""

import asyncio
from collections.abc import Mapping, Sequence

from server.command.setup import rules
from server.command.setup.errors import NoTables
from server.kernel.actors import Actor
from server.kernel.errors import BadInput, NotFound
from server.kernel.text import clean_line, clean_text
from server.platform import editions, tables_in_files
from server.platform.editions import KIND, Edition, EditionState, Keeper, Shelf, content_of, newest
from server.platform.sheets import CELL_LIMIT
from server.platform.tables_in_files import FileFormat
from server.platform.tabular import Lines, Row, Sheet, Tabular, fit, lined
from server.platform.work import Office, Work

NOTE_LIMIT = 200


def keeper_of(office: Office, kind: str) -> Keeper:
    """Who keeps the kind. Raises NotFound."""
    keeper = office.of(Shelf).keepers.get(kind)
    if keeper is None:
        raise NotFound(subject=kind)
    return keeper


def tables_of(office: Office, kind: str) -> Tabular:
    """How the kind is a set of tables. Raises NotFound, NoTables."""
    tabular = keeper_of(office, kind).tabular
    if tabular is None:
        raise NoTables(kind=kind)
    return tabular


async def hand_in(
    office: Office, actor: Actor, kind: str, file: bytes, *, sheet: str = "", note: str = ""
) -> Edition:
    """Propose what a file holds; sheets it does not hold stay as they are now.

    Raises NotAllowed, NotFound, NotASheet, ColumnMissing, BadSheet with every fault, and as editions.propose.
    """
    rules.needs_administrator(actor)
    words, tabular = clean_line(note, field="note", limit=NOTE_LIMIT), keeper_of(office, kind).tabular
    content = file
    if tabular:
        async with office.reading() as session:
            holds = await newest(session, kind)
            now = await content_of(session, office, kind, holds.no if holds else 0)
        content = await asyncio.to_thread(_fitting, office, kind, tabular, now, file, sheet)
    async with office.work(actor) as work:
        return await editions.propose(work, kind, content, note=words)


def _fitting(
    office: Office, kind: str, tabular: Tabular, now: bytes, file: bytes, sheet: str
) -> bytes:  # fmt: skip
    """The content a file makes of what holds. In a thread of its own: a file may be large."""
    read = tables_in_files.read(office, kind, tabular, file, sheet)
    lines: Lines = {**lined(tabular.tables(now)), **read}
    fit(office, tabular, lines)
    return tabular.content({name: [row for _, row in rows] for name, rows in lines.items()})


async def edit(
    work: Work, *, kind: str, no: int, sheet: str, key: Sequence[str] | None, cells: Mapping[str, str] | None,
    note: str,
) -> Edition:  # fmt: skip
    """Propose edition `no` with one row changed, added (no `key`) or removed (no `cells`).

    One's own proposal gives way to the new one, so that several rows can be changed one after the other.
    Raises NotAllowed, NotFound, NoTables, BadSheet, and as editions.propose.
    """
    rules.needs_administrator(work.actor)
    words, tabular = clean_line(note, field="note", limit=NOTE_LIMIT), tables_of(work.office, kind)
    page = tabular.sheet(sheet)
    if page is None or (key is None and cells is None):
        raise BadInput(field="sheet")
    tables = tabular.tables(await content_of(work.session, work.office, kind, no))
    rows = _edited(page, list(tables.get(sheet, ())), key, _clean(work.office, tabular, page, cells))
    changed = tabular.complete({**tables, sheet: rows})
    fit(work.office, tabular, lined(changed))
    before = await work.session.get(Edition, (kind, no))
    if before is not None and before.state == EditionState.PROPOSED:
        if before.proposed_by != work.actor.id:
            raise BadInput(field="no")
        await editions.withdraw(work, kind, no)
        words = words or before.note
    return await editions.propose(work, kind, tabular.content(changed), note=words)


def _clean(office: Office, tabular: Tabular, sheet: Sheet, cells: Mapping[str, str] | None) -> Row | None:
    if cells is None:
        return None
    rules.needs_row_of([column.name for column in sheet.columns], [*cells])
    clean = {name: clean_text(cell, field=name, limit=CELL_LIMIT) for name, cell in cells.items()}
    try:
        return {name: tabular.mend(office, sheet.name, name, cell) for name, cell in clean.items()}
    except ValueError as fault:
        raise BadInput(field="cells", fault=str(fault)) from None


def _edited(
    sheet: Sheet, rows: list[Row], key: Sequence[str] | None, cells: Row | None
) -> list[Row]:  # fmt: skip
    """The rows with one of them changed, gone, or a new one behind its nearest kin. Raises NotFound."""
    if key is None:
        assert cells is not None
        wanted = sheet.key_of(cells)
        place = sum(sheet.key_of(row) < wanted for row in rows)
        return [*rows[:place], cells, *rows[place:]]
    at = next((n for n, row in enumerate(rows) if sheet.key_of(row) == tuple(key)), None)
    if at is None:
        raise NotFound(subject="/".join(key))
    return [*rows[:at], *([{**rows[at], **cells}] if cells is not None else []), *rows[at + 1 :]]


async def publish(work: Work, *, kind: str, no: int, against: int) -> Edition:
    """Let it hold from now on; `against` is the edition the person compared it with. As editions.publish."""
    rules.needs_administrator(work.actor)
    return await editions.publish(work, kind, no, against=against)


async def withdraw(work: Work, *, kind: str, no: int) -> Edition:
    """Take a proposal off the table. As editions.withdraw."""
    rules.needs_administrator(work.actor)
    return await editions.withdraw(work, kind, no)


async def go_back(work: Work, *, kind: str, no: int, note: str) -> Edition:
    """Propose the content of an earlier edition anew (回滚). As editions.propose."""
    rules.needs_administrator(work.actor)
    words = clean_line(note, field="note", limit=NOTE_LIMIT, required=True)
    keeper_of(work.office, kind)
    return await editions.propose(
        work, kind, await content_of(work.session, work.office, kind, no), note=words
    )


async def take_home(work: Work, *, kind: str, no: int, form: FileFormat, sheet: str = "") -> bytes:
    """An edition as a file; who took it stands in the audit trail. Raises NotAllowed, NotFound, NoTables."""
    rules.needs_reader(work.actor)
    keeper_of(work.office, kind)
    content = await content_of(work.session, work.office, kind, no)
    if form is not FileFormat.JSON:
        tabular = tables_of(work.office, kind)
        tables = tabular.tables(content)
        content = await asyncio.to_thread(
            tables_in_files.write, work.office, kind, tabular, tables, form, sheet
        )
    work.record(f"{KIND}.export", KIND, f"{kind}/{no}", area=work.office.settings.district, quiet=True,
                detail={"form": form, "sheet": sheet})  # fmt: skip
    return content
