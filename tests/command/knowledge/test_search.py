"""Answers are found by words, sounds, initials and what people really say; nothing is made up."""

from csv import DictReader
from time import perf_counter

import pytest

from server.app import DATA
from server.command.knowledge import service, sheet
from server.command.knowledge.book import Knowledge
from server.command.knowledge.search import Index, Text
from server.command.knowledge.tables import KnowledgeEntry
from server.platform import sheets
from server.platform.sheets import BadSheet, SheetFormat
from tests.city import on_sqlite, refusal
from tests.command.knowledge.writing import ENTRIES, seeded, written

SPEECH = Knowledge.load(DATA).speech
SHIPPED = [*DictReader(ENTRIES.read_text(encoding="utf-8").splitlines(keepends=True))]


def index(times=1):
    return Index((
        Text(name := f"{row['question']}{n or ''}", name, row["answer"], row["tags"].split("|"))
        for n in range(times) for row in SHIPPED
    ), SPEECH)  # fmt: skip


INDEX = index()


@pytest.mark.parametrize(
    ("said", "question"),
    [("居住证怎么办", "居住证怎么办？"), ("居住正怎么办", "居住证怎么办？"),
     ("身份证唔见咗点算", "身份证丢了怎么补？"),
     ("屋企冇水几时有", "停水会提前通知吗？"), ("老板唔出粮点算", "劳动仲裁要多少钱、几时前提？"),
     ("楼上装修好嘈", "邻居装修太吵，有时间限制吗？"), ("半夜地盘开工", "夜间几点后不准施工？"),
     ("我想问下开餐馆要办乜嘢证", "食品经营许可要带什么？"),
     ("电动车可以上楼充电吗", "楼道可以停电动车充电吗？"),
     ("𨋢坏咗", "电梯坏了多久要维保一次？"), ("jzz", "居住证怎么办？"), ("SPJYXK", "食品经营许可要带什么？")],
)  # fmt: skip
def test_people_are_understood(said, question):
    hit = INDEX.search(said)[0]
    assert (hit.id, hit.share >= 0.35) == (question, True)


@pytest.mark.parametrize(
    "said", ["今天天气怎么样", "地铁几点收车", "如何养猫", "护照怎么办", "港澳通行证续签", "？？", ""]
)
def test_nothing_is_answered_without_a_source(said):
    assert [hit for hit in INDEX.search(said) if hit.share >= 0.35] == []


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: row["question"])
def test_every_question_finds_its_own_answer(row):
    assert INDEX.search(row["question"])[0].id == row["question"]


def test_five_thousand_entries_are_searched_in_twenty_milliseconds():
    many = index(100)
    assert len(many.texts) == 5000
    took = []
    for said in ("请问我家楼上半夜装修好嘈怎么投诉到哪里", "居住证多久签注一次", "jzz"):
        for _ in range(5):
            began = perf_counter()
            many.search(said)
            took.append(perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.02


# ── as a file ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_the_product_ships_is_brought_published_and_brought_again_without_change(city):
    book = await seeded(city)
    assert len(book.entries) == len(SHIPPED) >= 40
    assert all(row.source and row.answer.count("\n") < 5 for row in book.entries.values())
    assert await city.do(city.li, sheet.bring, ENTRIES.read_bytes()) == (0, 0)


@pytest.mark.parametrize("form", list(SheetFormat))
async def test_what_goes_out_comes_back_and_one_change_is_one_draft(city, form):
    book = await seeded(city)
    rows = [list(row) for row in sheet.rows_of(book.entries.values())]
    assert await city.do(city.li, sheet.bring, sheets.write(form, {"knowledge": rows})) == (0, 0)
    rows[1][1] = "改过的回答。"
    rows.append(["新的问题？", "新的回答。", "某条例", "", "2026-01-01", "", "", "", ""])
    assert await city.do(city.li, sheet.bring, sheets.write(form, {"knowledge": rows})) == (1, 1)
    drafts = await city.rows(KnowledgeEntry, KnowledgeEntry.state == "draft")
    assert sorted((row.question, row.no) for row in drafts) == sorted([(rows[1][0], 2), ("新的问题？", 1)])


@on_sqlite
async def test_a_file_with_a_wrong_row_brings_nothing_and_names_every_fault(city):
    await written(city)
    rows = ["question,answer,source,source_on,unit", "一？,答,条例,2026-01-01,", "二？,答,,2026-01-01,",
            "三？,答,条例,昨天,", "四？,答,条例,2026-01-01,没有"]  # fmt: skip
    file = "\n".join(rows).encode()
    async with refusal(city.office, "BAD_SHEET") as refused:
        await city.do(city.li, sheet.bring, file)
    error = refused.value
    assert isinstance(error, BadSheet)
    assert [(fault.line, fault.column, fault.code) for fault in error.faults] == [
        (3, "source", "SOURCE_NEEDED"), (4, "source_on", "SOURCE_NEEDED"), (5, "unit", "BAD_INPUT"),
    ]  # fmt: skip
    assert await city.do(city.he, service.publish_drafts) == 1
