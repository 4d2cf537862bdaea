"""配置台: files and rows become proposals, two people publish, and nothing is ever half done."""

import json

import pytest

from server.command.catalogue import keeper as catalogue
from server.command.library import Library
from server.command.setup import service
from server.kernel.errors import BadInput, NotAllowed, NotFound
from server.platform import sheets, tables_in_files
from server.platform.editions import Edition, OwnProposal, Shelf, Superseded, content_of
from server.platform.sheets import BadSheet, SheetFormat
from server.platform.tables_in_files import FileFormat
from tests.city import everything

KIND = catalogue.KIND
RULE = ("06010", "1")  # 暴露垃圾: four working hours
KINDS = "{ setupKinds { kind inForce waiting mayPropose sheets { name columns { name choices } } } }"
HISTORY = """query($kind: String!) { editions(kind: $kind) { items {
  no state note inForce added removed changed means { code params { name value } } actions
  proposedBy { name } publishedBy { name } } next } }"""


async def tables(city, no=0):
    async with city.office.reading() as session:
        return json.loads(await content_of(session, city.office, KIND, no))


async def a_file(city, change, form=FileFormat.XLSX, sheet=""):
    """What holds, with `change` made to it, as a clerk would hand it in."""
    content = await tables(city)
    change(content)
    tabular = city.office.of(Shelf).keepers[KIND].tabular
    return tables_in_files.write(city.office, KIND, tabular, content, form, sheet)


def row_of(content, sheet, **key):
    return next(row for row in content[sheet] if key.items() <= row.items())


def shorter(content):
    row_of(content, "rules", matter_code="06010", no="1")["limit_value"] = "2"


async def hand_in(city, file, by=None, **facts):
    return await service.hand_in(city.office, by or city.luo, KIND, file, **facts)


async def edit(city, by=None, **facts):
    facts = {"kind": KIND, "no": 0, "sheet": "rules", "key": RULE, "note": "", **facts}
    return await city.do(by or city.luo, service.edit, **facts)


async def publish(city, no, by=None, against=0):
    await city.do(by or city.feng, service.publish, kind=KIND, no=no, against=against)
    await city.office.of(Shelf).refresh(city.office)


@pytest.mark.parametrize("form", FileFormat)
async def test_a_file_is_proposed_with_what_it_changes_and_means(city, form):
    row = await hand_in(city, await a_file(city, shorter, form, "rules"), sheet="rules", note="夏季提速")
    [edition, shipped] = (await city.ask(city.luo, HISTORY, kind=KIND))["editions"]["items"]
    assert (row.no, edition["no"], edition["state"], edition["note"]) == (1, 1, "PROPOSED", "夏季提速")
    assert (edition["added"], edition["removed"], edition["changed"]) == (0, 0, 1)
    assert edition["means"] == [
        {"code": "limits_shorter", "params": [{"name": "n", "value": "1"}]},
        {"code": "orders_keep", "params": [{"name": "n", "value": "0"}]},
    ]
    assert edition["proposedBy"] == {"name": "Luo"} and edition["publishedBy"] is None
    assert (shipped["no"], shipped["state"], shipped["actions"], shipped["proposedBy"]) == (
        0,
        "PUBLISHED",
        ["EDIT"],
        None,
    )


async def test_what_changes_is_told_cell_by_cell(city):
    no = (await hand_in(city, await a_file(city, shorter))).no
    answer = await city.ask(city.feng, """query($no: Int!) { editionChanges(kind: "catalogue", no: $no) {
      total against items { sheet key kind cells { column before after } } } }""", no=no)  # fmt: skip
    assert answer["editionChanges"] == {"total": 1, "against": 0, "items": [{
        "sheet": "rules", "key": list(RULE), "kind": "CHANGED",
        "cells": [{"column": "limit_value", "before": "4", "after": "2"}],
    }]}  # fmt: skip


async def test_all_faults_of_a_file_are_told_by_line_and_nothing_is_left(city):
    def wrong(content):
        row_of(content, "rules", matter_code="06010", no="1").update(limit_value="0", condition="")
        row_of(content, "in_grid", matter_code="10001").update(status="perhaps")

    before = await everything(city.office)
    with pytest.raises(BadSheet) as refusal:
        await hand_in(city, await a_file(city, wrong))
    rules = [*enumerate((await tables(city))["rules"], 2)]
    [line] = [n for n, row in rules if (row["matter_code"], row["no"]) == RULE]
    assert [(f.sheet, f.line, f.column, f.code) for f in refusal.value.faults] == [
        ("rules", line, "condition", "EMPTY"), ("rules", line, "limit_value", "NOT_POSITIVE"),
        ("in_grid", refusal.value.faults[2].line, "status", "NOT_A_CHOICE"),
    ]  # fmt: skip
    assert await everything(city.office) == before


@pytest.mark.parametrize(
    ("sheet", "row", "fault"),
    [
        ("matters", {"code": "06996"}, None),
        ("matters", {"code": "06995"}, ("code", "NOT_NEXT", "06996")),
        ("matters", {"code": "6A996"}, ("code", "NOT_A_CODE", "6A996")),
        (
            "matters",
            {"code": "06996", "is_local_extension": "no"},
            ("is_local_extension", "NOT_NATIONAL", "06996"),
        ),
        ("matters", {"code": "06996", "category": "杂项"}, ("category", "OTHER_CATEGORY", "市容环境类")),
        ("matters", {"code": "SG016", "category": "社会治理"}, None),
    ],
)
async def test_what_the_city_numbers_itself_counts_down(city, sheet, row, fault):
    entry = {"name": "夜间烟花", "category": "市容环境类", "is_local_extension": "yes", **row}
    rule = {"matter_code": row["code"], "no": "1", "condition": "燃放", "limit_value": "2",
            "limit_unit": "URGENT_HOUR", "close_condition": "已制止"}  # fmt: skip

    def add(content):
        content[sheet].append(entry)
        content["rules"].append(rule)

    file = await a_file(city, add)
    if fault is None:
        assert (await hand_in(city, file)).no == 1
        return
    with pytest.raises(BadSheet) as refusal:
        await hand_in(city, file)
    [found] = refusal.value.faults
    assert (found.column, found.code, found.value) == fault


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda c: row_of(c, "matters", code="06010").update(name="垃圾"), {("NAME_STANDS", "暴露垃圾")}),
        (lambda c: row_of(c, "matters", code="06999").update(is_local_extension="no"),
         {("NATIONAL_STANDS", "06999")}),
        (lambda c: c["matters"].remove(row_of(c, "matters", code="06999")),
         {("CODE_GONE", "06999 犬只管理问题"), ("UNKNOWN_MATTER", "06999")}),
        (lambda c: c["rules"].remove(row_of(c, "rules", matter_code="06012")), {("NO_RULE", "06012")}),
        (lambda c: row_of(c, "rules", matter_code="06010").update(responsible_org="没有局"),
         {("UNKNOWN_UNIT", "没有局")}),
        (lambda c: row_of(c, "rules", matter_code="06010").update(matter_code="06031"),
         {("UNKNOWN_MATTER", "06031"), ("NO_RULE", "06010")}),
        (lambda c: row_of(c, "in_grid", matter_code="10").update(matter_code="77"),
         {("UNKNOWN_MATTER", "77")}),
        (lambda c: c["controls"].append({"no": "1", "matters": "09002、99", "area": "999", "weekdays": "08",
                                         "from_time": "18:00", "reason": "夜市"}),
         {("UNKNOWN_MATTER", "99"), ("UNKNOWN_AREA", "999"), ("NOT_WEEKDAYS", "08"), ("BOTH_OR_NONE", "")}),
        (lambda c: row_of(c, "questions", code="lamps_out").update(answers="一盏", matters="77"),
         {("FEW_ANSWERS", "一盏"), ("UNKNOWN_MATTER", "77")}),
        (lambda c: row_of(c, "questions", code="lamps_out").update(code="盏", answers="一盏、一盏"),
         {("NOT_A_QUESTION_CODE", "盏"), ("FEW_ANSWERS", "一盏、一盏")}),
        (lambda c: c["questions"].extend({"code": f"q{n}", "matters": "01", "words": "?", "answers": "a、b"}
                                         for n in (1, 2)),
         {("TOO_MANY_QUESTIONS", "01001 供水井盖异常")}),
        (lambda c: c["matters"].append({"code": "01999", "name": "地名碑异常", "category": "市政公用设施",
                                        "is_local_extension": "yes"}),
         {("NO_COMPONENT", "01999"), ("NO_RULE", "01999")}),
    ],
)  # fmt: skip
async def test_what_does_not_fit_together_is_named(city, change, faults):
    before = await everything(city.office)
    with pytest.raises(BadSheet) as refusal:
        await hand_in(city, await a_file(city, change))
    assert {(fault.code, fault.value) for fault in refusal.value.faults} == faults
    assert await everything(city.office) == before


async def test_old_codes_lost_noughts_and_units_by_name_are_understood(city):
    file = sheets.write(SheetFormat.CSV, {"": [
        ["事项编码或前缀", "审批状态", "牵头部门"],
        ["事件01-10", "已批准入格", "区城管局"], ["6011", "未入格", "cg"], ["SG", "未入格", ""],
    ]})  # fmt: skip
    no = (await hand_in(city, file, sheet="in_grid")).no
    rows = (await tables(city, no))["in_grid"]
    assert [(row["matter_code"], row["status"], row["owner"]) for row in rows] == [
        ("06010", "approved", "cg"), ("06011", "not_approved", "cg"), ("SG", "not_approved", ""),
    ]  # fmt: skip
    with pytest.raises(BadSheet) as refusal:
        await hand_in(
            city,
            "事项编码或前缀,审批状态\n04-01,已批准入格\n事件05-01,已批准入格\n".encode(),
            sheet="in_grid",
        )
    assert [(f.line, f.code, f.value) for f in refusal.value.faults] == [
        (2, "OLD_CODE_AMBIGUOUS", "04-01"), (3, "NO_SUCCESSOR", "事件05-01"),
    ]  # fmt: skip


async def test_one_row_changed_on_the_screen_is_a_proposal_and_the_next_row_joins_it(city):
    first = (await edit(city, cells={"limit_value": "2"})).no
    second = (await edit(city, no=first, key=("06011", "1"), cells={"limit_value": "3"})).no
    history = (await city.ask(city.luo, HISTORY, kind=KIND))["editions"]["items"]
    assert [(e["no"], e["state"], e["changed"]) for e in history] == [
        (second, "PROPOSED", 2), (first, "WITHDRAWN", 1), (0, "PUBLISHED", 0),
    ]  # fmt: skip
    third = (await edit(city, no=second, sheet="in_grid", key=("10001",), cells=None)).no
    assert "10001" not in {row["matter_code"] for row in (await tables(city, third))["in_grid"]}


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"cells": {"limit_value": "-1"}}, BadSheet),
        ({"cells": {"no_such": "1"}}, BadInput),
        ({"key": ("06010", "77"), "cells": {"limit_value": "1"}}, NotFound),
        ({"sheet": "nothing", "cells": {}}, BadInput),
        ({"key": None, "cells": None}, BadInput),
        ({"key": None, "cells": {"matter_code": "04-01"}}, BadInput),
        ({"no": 7, "cells": {}}, NotFound),
        ({"kind": "soup", "cells": {}}, NotFound),
        ({"cells": {"condition": "\u202eabc"}}, BadInput),
    ],
)
async def test_an_edit_that_does_not_fit_leaves_nothing(city, facts, refusal):
    before = await everything(city.office)
    with pytest.raises(refusal):
        await edit(city, **facts)
    assert await everything(city.office) == before


async def test_four_eyes_publish_and_a_proposal_made_meanwhile_is_looked_at_again(city):
    one, two = [(await edit(city, cells={"limit_value": value})).no for value in ("2", "3")]
    before = await everything(city.office)
    with pytest.raises(OwnProposal):
        await publish(city, one, by=city.luo)
    assert await everything(city.office) == before
    await publish(city, one)
    assert city.office.of(Library).catalogue.rule("06010-1").limit.value == 2
    before = await everything(city.office)
    with pytest.raises(Superseded):
        await publish(city, two, against=0)
    assert await everything(city.office) == before
    await publish(city, two, against=one)
    assert city.office.of(Library).catalogue.rule("06010-1").limit.value == 3


async def test_going_back_proposes_the_old_content_anew(city):
    await publish(city, (await edit(city, cells={"limit_value": "2"})).no)
    with pytest.raises(BadInput):
        await city.do(city.luo, service.go_back, kind=KIND, no=0, note=" ")
    again = (await city.do(city.luo, service.go_back, kind=KIND, no=0, note="夏季结束")).no
    await publish(city, again, against=1)
    assert city.office.of(Library).catalogue.rule("06010-1").limit.value == 4
    assert await tables(city, again) == await tables(city)


async def test_nobody_else_reads_or_decides(city):
    file = await a_file(city, shorter)
    no = (await hand_in(city, file)).no
    before = await everything(city.office)
    for person in (city.li, city.chen, city.wang, city.clerk):
        assert await city.refused(person, KINDS) == ["NOT_ALLOWED"]
        assert await city.refused(person, HISTORY, kind=KIND) == ["NOT_ALLOWED"]
    for person in (city.li, city.audit):
        with pytest.raises(NotAllowed):
            await hand_in(city, file, by=person)
        with pytest.raises(NotAllowed):
            await edit(city, by=person, cells={"limit_value": "1"})
        with pytest.raises(NotAllowed):
            await publish(city, no, by=person)
        with pytest.raises(NotAllowed):
            await city.do(person, service.withdraw, kind=KIND, no=no)
        with pytest.raises(NotAllowed):
            await city.do(person, service.go_back, kind=KIND, no=0, note="x")
    with pytest.raises(NotAllowed):
        await city.do(city.li, service.take_home, kind=KIND, no=0, form=FileFormat.CSV)
    assert await everything(city.office) == before
    [edition, _] = (await city.ask(city.audit, HISTORY, kind=KIND))["editions"]["items"]
    assert edition["actions"] == []


async def test_administrators_see_no_case(city):
    id = await city.report()
    for person in (city.luo, city.audit):
        assert await city.refused(person, "query($id: ID!) { order(id: $id) { id } }", id=id) == ["NOT_FOUND"]
        assert (await city.ask(person, "{ orders { total } }"))["orders"]["total"] == 0


async def test_kinds_tell_what_holds_and_what_waits(city):
    await edit(city, cells={"limit_value": "2"})
    kinds = {kind["kind"]: kind for kind in (await city.ask(city.audit, KINDS))["setupKinds"]}
    assert (kinds[KIND]["inForce"], kinds[KIND]["waiting"], kinds[KIND]["mayPropose"]) == (0, 1, False)
    assert [sheet["name"] for sheet in kinds[KIND]["sheets"]] == [
        "matters",
        "rules",
        "questions",
        "in_grid",
        "controls",
        "components",
    ]


async def test_rows_are_searched_and_paged(city):
    ask = """query($search: String!, $after: String) { editionRows(kind: "catalogue", no: 0, sheet: "matters",
      search: $search, first: 15, after: $after) { total next items { key cells } } }"""
    first = (await city.ask(city.luo, ask, search="井盖"))["editionRows"]
    rest = (await city.ask(city.luo, ask, search="井盖", after=first["next"]))["editionRows"]
    assert (first["total"], len(first["items"]), len(rest["items"]), rest["next"]) == (20, 15, 5, None)
    assert first["items"][0]["cells"][:4] == ["01001", "供水井盖异常", "市政公用设施", "部件01-01"]
    assert await city.refused(city.luo, ask, search="", after="!") == ["BAD_INPUT"]


async def test_taking_a_file_home_stands_in_the_audit_trail(city):
    await city.do(city.audit, service.take_home, kind=KIND, no=0, form=FileFormat.CSV, sheet="rules")
    [line] = await city.lines(f"{KIND}/0", "edition")
    assert (line.verb, line.actor_id, line.detail) == (
        "edition.export",
        "audit",
        {"form": "csv", "sheet": "rules"},
    )
    assert await city.rows(Edition) == []


async def test_a_matter_added_on_the_screen_brings_its_category_s_rule_and_a_component_its_matter(city):
    thing = {"code": "01999", "name": "地名碑", "category": "市政公用设施", "is_local_extension": "yes"}
    first = (await edit(city, sheet="components", key=None, cells=thing)).no
    cells = {"code": "06996", "name": "夜间烟花", "category": "市容环境类", "is_local_extension": "yes"}
    no = (await edit(city, no=first, sheet="matters", key=None, cells=cells)).no
    content = await tables(city, no)
    assert row_of(content, "matters", code="01999")["name"] == "地名碑异常"
    rules = [row_of(content, "rules", matter_code=code) for code in ("01999", "06996")]
    assert [(rule["no"], rule["is_default"], rule["limit_unit"]) for rule in rules] == [
        ("0", "yes", "WORK_DAY")
    ] * 2
