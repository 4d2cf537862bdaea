"""Tables: the same rows from CSV and XLSX, faults by line and column, no cell that reckons."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from server.platform import sheets
from server.platform.sheets import BadSheet, Cell, ColumnMissing, NotASheet, SheetFormat, read, write

ROWS: list[list[Cell]] = [
    ["code", "name", "limit"],
    ["06010", "暴露垃圾", 4],
    ["", "", None],
    ["06012", "道路不洁", 2.5],
]


@pytest.mark.parametrize("form", SheetFormat)
def test_what_is_written_is_read(form):
    assert read(write(form, {"matters": ROWS}), needed=["code", "name"]) == [
        (2, {"code": "06010", "name": "暴露垃圾", "limit": "4"}),
        (4, {"code": "06012", "name": "道路不洁", "limit": "2.5"}),
    ]


@pytest.mark.parametrize("form", SheetFormat)
@pytest.mark.parametrize("sign", sheets.FORMULA)
def test_no_cell_becomes_a_formula(form, sign):
    written = write(form, {"s": [["words"], [f"{sign}1+1"]]})
    if form is SheetFormat.CSV:
        assert f"'{sign}1+1" in written.decode("utf-8-sig")
    else:
        with zipfile.ZipFile(io.BytesIO(written)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_days_and_instants_are_read_as_people_write_them():
    told = write(
        SheetFormat.XLSX, {"s": [["day", "at"], [date(2026, 5, 1), datetime(2026, 5, 1, 8, 30, tzinfo=UTC)]]}
    )
    assert read(told) == [(2, {"day": "2026-05-01", "at": "2026-05-01 08:30:00"})]


def test_a_named_sheet_of_several():
    told = write(SheetFormat.XLSX, {"a": [["x"], ["1"]], "b": [["x"], ["2"]]})
    assert read(told, sheet="b") == [(2, {"x": "2"})]


def test_a_column_that_is_needed():
    with pytest.raises(ColumnMissing) as refusal:
        read(b"code\n06010\n", needed=["name"])
    assert refusal.value.params == {"column": "name"}


def test_every_cell_that_does_not_fit_is_named_at_once():
    long = "长" * (sheets.CELL_LIMIT + 1)
    with pytest.raises(BadSheet) as refusal:
        read(f"code,name\n1,a\x07\n2,{long}\n".encode())
    assert [(f.line, f.column, f.code) for f in refusal.value.faults] == [
        (2, "name", "BAD_CHARACTERS"), (3, "name", "TEXT_TOO_LONG"),
    ]  # fmt: skip


def a_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (sheets.MOST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 no zip", b"\xff\xfe\x00", "名称".encode("gbk"), b'a\n"never ends', a_bomb(), b"a\0b"],
    ids=["broken zip", "utf-16", "gbk", "open quote", "bomb", "nul"],
)  # fmt: skip
def test_what_is_no_table(content):
    with pytest.raises(NotASheet):
        read(content)


def test_more_rows_than_a_table_has():
    with pytest.raises(NotASheet):
        read(b"a\n" + b"1\n" * sheets.MOST_ROWS)
