"""导出诉求: the rows of the list on the screen, without a personal word, remembered by their hash."""

from hashlib import sha256

import pytest

from server.command.requests.desks import DeskLane
from server.command.requests.rules import RequestKind
from server.command.requests.service.export import Listed, export
from server.platform import sheets
from server.platform.audit import AuditLine
from server.platform.sheets import SheetFormat
from tests.city import on_sqlite, refusal
from tests.command.requests.test_desk import K, asked

LIST = """query($lane: DeskLane, $kind: RequestKind, $search: String! = "") {
  deskRequests(lane: $lane, kind: $kind, search: $search) { total mayExport items { no } } }"""


@pytest.mark.parametrize("form", SheetFormat)
@pytest.mark.parametrize(
    "wanted",
    [
        Listed(DeskLane.TO_TRIAGE),
        Listed(DeskLane.TO_TRIAGE, RequestKind.SUGGESTION),
        Listed(words="座椅"),
        Listed(),
    ],
)
async def test_the_rows_are_those_of_the_screen(city, form, wanted):
    await asked(city, K.SUGGESTION, text="建议增设座椅，我是王女士。", phone="13800138001", confidential=True)
    await asked(city, K.CONSULT, text="低保怎么申请？")
    variables = {"lane": wanted.lane and wanted.lane.name, "kind": wanted.kind and wanted.kind.name,
                 "search": wanted.words}  # fmt: skip
    page = (await city.ask(city.li, LIST, **variables))["deskRequests"]
    content, digest = await export(city.office, city.li, wanted, form, "周例会")
    rows = [row for _, row in sheets.read(content)]
    assert [row["编号"] for row in rows] == [item["no"] for item in page["items"]] and page["mayExport"]
    assert len(rows) == page["total"] == (1 if wanted.words or wanted.kind else 2)
    assert ("建议", "待受理", "否") in {(row["类型"], row["状态"], row["超期"]) for row in rows}
    for word in ("王女士", "138", "座椅", "低保"):
        assert all(word not in cell for row in rows for cell in row.values())
    [line] = await city.rows(AuditLine, AuditLine.verb == "export.requests")
    assert (line.actor_id, line.opinion, line.detail["rows"]) == ("li", "周例会", len(rows))
    assert line.detail["sha256"] == digest == sha256(content).hexdigest()


@on_sqlite
async def test_without_a_reason_or_the_post_nothing_leaves_and_nobody_takes_what_he_does_not_see(city):
    await asked(city, K.COMPLAINT, text="有人乱收费。", against_key="unit:cg")
    content, _ = await export(city.office, city.mei, Listed(), SheetFormat.CSV, "分析", "en")
    assert len(sheets.read(content)) == (await city.ask(city.mei, LIST))["deskRequests"]["total"]
    async with refusal(city.office, "TEXT_REQUIRED"):
        await export(city.office, city.li, Listed(), SheetFormat.CSV, " ")
    for who in (city.wang, city.chen, city.clerk, city.ann):
        async with refusal(city.office, "NOT_ALLOWED"):
            await export(city.office, who, Listed(), SheetFormat.CSV, "分析")
    assert not (await city.ask(city.wang, LIST))["deskRequests"]["mayExport"]
