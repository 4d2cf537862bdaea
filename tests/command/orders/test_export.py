"""导出: what leaves the house is masked, has a reason and is remembered by its hash."""

from hashlib import sha256

import pytest

from server.command.orders.lanes import BoardFigureKey
from server.command.orders.lists import Wanted
from server.command.orders.service.export import export
from server.platform import sheets
from server.platform.audit import AuditLine
from server.platform.sheets import SheetFormat
from tests.city import OTHER_STREET, on_sqlite, refusal

OPEN = Wanted(figure=BoardFigureKey.OPEN)


@on_sqlite
@pytest.mark.parametrize("form", SheetFormat)
async def test_the_table_has_the_very_cases_of_the_figure_and_no_personal_word(city, form):
    mine = await city.dispatch(await city.submit(text="路灯不亮，我是王女士。", phone="13800138001"))
    await city.submit(at=OTHER_STREET)
    await city.bring(await city.submit(), "closed")
    content, digest = await export(city.office, city.lin, OPEN, form, "月度分析")
    rows = [row for _, row in sheets.read(content)]
    total = (await city.ask(city.lin, "{ orders(figure: OPEN) { total } }"))["orders"]["total"]
    assert len(rows) == total == 2
    [row] = [row for row in rows if row["编号"] == (await city.order(mine)).no]
    assert (row["状态"], row["类别"], row["承办单位"], row["街道"], row["超期"]) == (
        "待签收", "路灯异常", "区住建局", "逢源街道", "否",
    )  # fmt: skip
    for word in ("王女士", "138", "恩宁路"):
        assert all(word not in cell for each in rows for cell in each.values())
    [line] = await city.rows(AuditLine, AuditLine.verb == "export.orders")
    assert (line.actor_id, line.opinion, line.detail["rows"]) == ("lin", "月度分析", 2)
    assert line.detail["sha256"] == digest == sha256(content).hexdigest()


@on_sqlite
async def test_a_leader_takes_what_he_may_see(city):
    await city.submit()
    await city.submit(at=OTHER_STREET)
    for who, n in ((city.lin, 2), (city.bo, 1), (city.li, 2)):
        content, _ = await export(city.office, who, Wanted(), SheetFormat.CSV, "分析", "en")
        assert len(sheets.read(content)) == n


@on_sqlite
async def test_without_a_reason_or_the_post_nothing_leaves(city):
    await city.submit()
    async with refusal(city.office, "TEXT_REQUIRED") as refused:
        await export(city.office, city.lin, OPEN, SheetFormat.CSV, " ")
    assert refused.value.field == "reason"
    for who in (city.wang, city.chen, city.clerk, city.ann):
        async with refusal(city.office, "NOT_ALLOWED"):
            await export(city.office, who, OPEN, SheetFormat.CSV, "分析")
