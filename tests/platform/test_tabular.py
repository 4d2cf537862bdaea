"""Editions as tables: what is wrong is told all at once, what is different row by row, and files go round."""

import json
from dataclasses import replace

import pytest

from server.platform import editions, sheets, tables_in_files
from server.platform.editions import Keeper, NothingChanged, Shelf
from server.platform.sheets import BadSheet, ColumnMissing, Fault, NotASheet, SheetFormat
from server.platform.tables_in_files import FileFormat
from server.platform.tabular import ChangeKind, Column, Form, Sheet, Tabular, changes, lined, to_json
from server.platform.words import Words
from tests.city import everything
from tests.factories import an_officer
from tests.platform.offices import offices

ANN = an_officer(id="ann")
WORDS = Words({
    "zh-CN": {"sheet.tea.sorts": "茶叶", "sheet.tea.places": "茶室",
              "column.tea.sorts.name": "名称", "column.tea.sorts.grams": "克",
              "column.tea.sorts.hot": "热饮", "column.tea.sorts.since": "起",
              "choice.yes": "是", "choice.no": "否"},
    "en": {"column.tea.sorts.name": "Name", "choice.yes": "Yes"},
})  # fmt: skip
SORTS = Sheet("sorts", (
    Column("name", needed=True), Column("grams", form=Form.NUMBER), Column("hot", choices=("yes", "no")),
    Column("since", form=Form.DAY),
), key=("name",))  # fmt: skip
PLACES = Sheet("places", (Column("name", needed=True), Column("at", form=Form.TIME)), key=("name",))
GREEN = {"name": "green", "grams": "3", "hot": "yes", "since": "2026-11-28"}
SHIPPED = {"sorts": [GREEN], "places": [{"name": "garden", "at": "08:30"}]}


def no_coffee(_office, lines):
    for line, row in lines["sorts"]:
        if row["name"] == "coffee":
            yield Fault(line, "name", "NOT_TEA", "coffee", "sorts")


def mend(_office, _sheet, column, cell):
    if cell == "?":
        raise ValueError("UNREADABLE")
    return cell.lower() if column == "name" else cell


TEA = Tabular((SORTS, PLACES), no_coffee, mend=mend)


@pytest.fixture
async def office(settings, clock):
    async with offices(settings, clock, 1) as [one]:
        one.tools |= {Shelf: Shelf(), Words: WORDS}
        one.of(Shelf).keep("tea", Keeper(
            lambda _office, _content: {}, lambda _office, _no, _content: None, tabular=TEA,
            shipped=lambda: to_json(SHIPPED),
        ))  # fmt: skip
        yield one


async def propose(office, tables):
    async with office.work(ANN) as work:
        return await editions.propose(work, "tea", to_json(tables))


async def test_a_proposal_counts_its_changes_against_what_ships(office):
    tables = {**SHIPPED, "sorts": [{**GREEN, "grams": "4"}, {"name": "black"}]}
    row = await propose(office, tables)
    assert row.report == {"against": 0, "changes": {"added": 1, "removed": 0, "changed": 1}}
    assert json.loads(row.text) == tables


async def test_everything_wrong_is_told_at_once_and_leaves_nothing(office):
    before = await everything(office)
    with pytest.raises(BadSheet) as refusal:
        await propose(office, {
            "sorts": [{"name": ""}, {"name": "a", "grams": "-1", "hot": "maybe", "since": "soon"},
                      {"name": "a"}],
            "places": [{"name": "x", "at": "25:00"}, {"name": "y", "at": "late"}],
        })  # fmt: skip
    assert [(f.sheet, f.line, f.column, f.code) for f in refusal.value.faults] == [
        ("sorts", 2, "name", "EMPTY"), ("sorts", 3, "grams", "NOT_POSITIVE"),
        ("sorts", 3, "hot", "NOT_A_CHOICE"),
        ("sorts", 3, "since", "NOT_A_DAY"), ("sorts", 4, "name", "TWICE"), ("places", 2, "at", "NOT_A_TIME"),
        ("places", 3, "at", "NOT_A_TIME"),
    ]  # fmt: skip
    with pytest.raises(BadSheet) as refusal:
        await propose(office, {"sorts": [GREEN, {"name": "coffee"}]})
    assert refusal.value.extensions["faults"] == [
        {"sheet": "sorts", "line": 3, "column": "name", "code": "NOT_TEA", "value": "coffee"}
    ]
    assert await everything(office) == before


async def test_what_ships_is_no_proposal_however_it_is_written(office):
    for tables in (SHIPPED, {"places": SHIPPED["places"], "sorts": [{**GREEN, "unknown": ""}]}):
        with pytest.raises(NothingChanged):
            await propose(office, tables)


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"sorts": [1]}', b'{"sorts": [{"name": 1}]}', b'{"x": []}']
)
async def test_what_is_no_set_of_tables_is_refused(office, content):
    async with office.work(ANN) as work:
        with pytest.raises(NotASheet):
            await editions.propose(work, "tea", content)


def test_changes_name_the_row_and_its_cells_before_and_after():
    after = {"sorts": [{"name": "black", "grams": "2"}, {**GREEN, "grams": "4"}], "places": []}
    found = [
        (c.sheet, c.key, c.kind, [(x.column, x.before, x.after) for x in c.cells])
        for c in changes(TEA, SHIPPED, after)
    ]
    assert found == [
        ("sorts", ("black",), ChangeKind.ADDED, [("name", "", "black"), ("grams", "", "2")]),
        ("sorts", ("green",), ChangeKind.CHANGED, [("grams", "3", "4")]),
        ("places", ("garden",), ChangeKind.REMOVED, [("name", "garden", ""), ("at", "08:30", "")]),
    ]


@pytest.mark.parametrize("form", FileFormat)
def test_a_file_comes_back_as_it_went(office, form):
    file = tables_in_files.write(office, "tea", TEA, SHIPPED, form)
    lines = tables_in_files.read(office, "tea", TEA, file)
    expected = lined(SHIPPED) if form is not FileFormat.CSV else {"sorts": [(2, GREEN)]}
    assert lines == expected


def test_headings_and_choices_are_words_of_any_language_and_others_are_left_alone(office):
    file = "Name,热饮,备注\nGREEN,Yes,x\nblack,no,\n".encode()
    assert tables_in_files.read(office, "tea", TEA, file) == {
        "sorts": [(2, {"name": "green", "hot": "yes"}), (3, {"name": "black", "hot": "no"})]
    }


def test_a_table_without_a_known_name_is_the_sheet_that_was_meant(office):
    file = sheets.write(SheetFormat.XLSX, {"Sheet1": [["name", "at"], ["yard", "09:00"]]})
    assert tables_in_files.read(office, "tea", TEA, file, "places") == {
        "places": [(2, {"name": "yard", "at": "09:00"})]
    }


def test_cells_that_cannot_be_read_and_columns_that_are_missing_are_named(office):
    with pytest.raises(BadSheet) as refusal:
        tables_in_files.read(office, "tea", TEA, "名称\n?\nx\n?\n".encode())
    told = [(fault.line, fault.code) for fault in refusal.value.faults if fault.code != "TWICE"]
    assert told == [
        (2, "UNREADABLE"),
        (4, "UNREADABLE"),
    ]
    with pytest.raises(ColumnMissing) as missing:
        tables_in_files.read(office, "tea", TEA, "热饮\n是\n".encode())
    assert missing.value.params == {"column": "名称"}


async def test_with_every_each_published_edition_is_taken_in_turn(office):
    taken = []
    keeper = office.of(Shelf).keepers["tea"]
    office.of(Shelf).keep("tea", replace(keeper, take=lambda _o, no, _c: taken.append(no), every=True))
    ben = an_officer(id="ben")
    for n in range(3):
        no = (await propose(office, {**SHIPPED, "sorts": [{"name": f"sort {n}"}]})).no
        async with office.work(ben) as work:
            await editions.publish(work, "tea", no)
    await office.of(Shelf).refresh(office)
    await office.of(Shelf).refresh(office)
    assert taken == [1, 2, 3]


async def test_who_publishes_has_seen_what_holds(office):
    first = (await propose(office, {**SHIPPED, "sorts": [{"name": "white"}]})).no
    second = (await propose(office, {**SHIPPED, "sorts": [{"name": "black"}]})).no
    async with office.work(an_officer(id="ben")) as work:
        await editions.publish(work, "tea", first, against=0)
    before = await everything(office)
    with pytest.raises(editions.Superseded):
        async with office.work(an_officer(id="ben")) as work:
            await editions.publish(work, "tea", second, against=0)
    assert await everything(office) == before
