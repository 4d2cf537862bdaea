"""A case keeps the edition it was filed under: its limit, its closing condition, its matter's name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.command.catalogue import keeper as catalogue
from server.command.library import Library
from server.command.orders.errors import NotAGridMatter, RuleNotOfMatter, UnderControl
from server.command.orders.rules import CheckConclusion
from server.command.orders.service import desk
from server.command.setup import service
from server.kernel.errors import StaleVersion
from server.platform.editions import Shelf
from server.platform.tables_in_files import FileFormat
from server.platform.tabular import from_json, to_json
from tests.city import BIN, BIN_RULE, CELL, everything

OF_LAMP = ("01037", "1")
SHOWN = """query($id: ID!) { order(id: $id) { chosenFrom matter { name }
  rule { id limitValue limitUnit closeCondition } clock { name dueAt } } }"""
RULES = """query($edition: String!) { filingRules(matterCode: "01037", chosenFrom: $edition) { id } }"""
SUGGESTED = "query($id: ID!) { order(id: $id) { suggestion { matter { code } rule { id } } } }"
KIND = catalogue.KIND


async def publish(city, no, kind=KIND):
    shelf = city.office.of(Shelf)
    await city.do(city.feng, service.publish, kind=kind, no=no, against=shelf.held.get(kind, 0))
    await shelf.refresh(city.office)
    return no


async def change(city, sheet="rules", key=OF_LAMP, **cells):
    """Publish what holds with one row changed; the number of the new edition."""
    holds = city.office.of(Shelf).held.get(KIND, 0)
    facts = {"kind": KIND, "no": holds, "sheet": sheet, "key": key, "note": "", "cells": cells or None}
    return await publish(city, (await city.do(city.luo, service.edit, **facts)).no)


async def seen(city, id):
    return (await city.ask(city.li, SHOWN, id=id))["order"]


async def dispatched(city):
    return await city.dispatch(await city.report())


async def test_a_shorter_limit_moves_no_case_that_runs_and_every_new_one(city):
    old = await city.sign(await dispatched(city))
    before, due = await seen(city, old), (await city.clock_of(old, "handle")).due_at
    no = await change(city, limit_value="1", close_condition="已换新灯")
    new = await city.sign(await dispatched(city))
    assert await seen(city, old) == before and (await city.clock_of(old, "handle")).due_at == due
    assert (before["rule"]["limitValue"], before["chosenFrom"]) == (2, "GB/T 47678.5-2026")
    fresh = await seen(city, new)
    assert fresh["chosenFrom"] == f"GB/T 47678.5-2026@{no}"
    assert fresh["rule"] == {
        "id": "01037-1", "limitValue": 1, "limitUnit": "WORK_DAY", "closeCondition": "已换新灯",
    }  # fmt: skip
    assert (await city.clock_of(new, "handle")).due_at < due


async def test_rework_and_closing_ask_the_case_s_own_edition(city):
    id = await dispatched(city)
    await change(city, limit_value="9", close_condition="已换新灯")
    await city.confirm(await city.finish(await city.sign(id)))
    await city.check(id, conclusion=CheckConclusion.UNSOLVED)
    assert (await city.order(id)).handle_limit == "1 work_day"  # half of two days
    await change(city)  # the rule goes altogether
    await city.confirm(await city.finish(await city.sign(id)))
    await city.close(await city.check(id))
    assert (await city.order(id)).state == "closed"


async def test_a_case_sent_anew_chooses_among_the_rules_of_its_own_edition(city):
    id = await dispatched(city)
    await city.send_back(id)
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await change(city)
    mine = (await seen(city, id))["chosenFrom"]
    of_mine, of_now = [
        {rule["id"] for rule in (await city.ask(city.li, RULES, edition=edition))["filingRules"]}
        for edition in (mine, "")
    ]
    assert of_mine - of_now == {"01037-1"}
    await city.dispatch(id)
    assert (await seen(city, id))["rule"]["limitValue"] == 2
    another = await city.report()
    before = await everything(city.office)
    with pytest.raises(RuleNotOfMatter):
        await city.ask_dispatch(another)
    assert await everything(city.office) == before


async def test_after_a_restart_the_editions_of_running_cases_are_there(city):
    ids = [await dispatched(city)]
    for days in ("1", "3"):
        await change(city, limit_value=days)
        ids.append(await dispatched(city))
    before = [await seen(city, id) for id in ids]
    library = city.office.of(Library)
    shipped = next(iter(library.editions.values()))
    restarted = Library(shipped, library.matrix, library.advisor, {shipped.ref: shipped})
    city.office.tools |= {Library: restarted, Shelf: Shelf(city.office.of(Shelf).keepers)}
    await city.office.of(Shelf).refresh(city.office)
    assert [await seen(city, id) for id in ids] == before
    assert [shown["rule"]["limitValue"] for shown in before] == [2, 1, 3]


async def test_until_a_process_has_taken_an_edition_up_it_moves_none_of_its_cases(city):
    """Another process published a second ago: what is shown may lag, what is decided may not."""
    await change(city, limit_value="1")
    id = await city.check(await city.confirm(await city.finish(await city.sign(await dispatched(city)))))
    library = city.office.of(Library)
    shipped = next(iter(library.editions.values()))
    city.office.tools[Library] = replace(library, editions={shipped.ref: shipped}, catalogue=shipped)
    before = await everything(city.office)
    with pytest.raises(StaleVersion):
        await city.close(id)
    assert await everything(city.office) == before
    assert (await seen(city, id))["matter"] == {"name": "路灯异常"}


async def test_what_is_retired_is_neither_found_nor_filed(city):
    id = await city.report()
    find = '{ matters(search: "06042") { code } }'
    assert await city.ask(city.li, find) == {"matters": [{"code": BIN}]}
    await change(city, "matters", (BIN,), retired="yes")
    assert await city.ask(city.li, find) == {"matters": []}
    assert BIN not in {m["code"] for m in (await city.ask(city.ann, "{ matters { code } }"))["matters"]}
    before = await everything(city.office)
    with pytest.raises(NotAGridMatter):
        await city.ask_dispatch(id, matter_code=BIN, rule_id=BIN_RULE, unit_id="cg")
    assert await everything(city.office) == before


async def test_a_suggestion_kept_from_before_follows_what_holds_now(city):
    id = await city.report()
    kept = (await city.ask(city.li, SUGGESTED, id=id))["order"]["suggestion"]
    assert kept == {"matter": {"code": "01037"}, "rule": {"id": "01037-1"}}
    await change(city)
    assert (await city.ask(city.li, SUGGESTED, id=id))["order"]["suggestion"]["rule"] == {"id": "01037-2"}
    await change(city, "matters", ("01037",), retired="yes")
    assert (await city.ask(city.li, SUGGESTED, id=id))["order"]["suggestion"]["matter"] is None
    assert (await city.order(await city.report())).suggestion["best"] is None


async def test_an_approval_holds_from_its_day(city):
    tomorrow = (city.clock() + timedelta(days=1)).date().isoformat()
    await change(city, "in_grid", ("01",), effective_from=tomorrow)
    id = await city.report()
    before = await everything(city.office)
    with pytest.raises(NotAGridMatter):
        await city.ask_dispatch(id)
    assert await everything(city.office) == before
    city.clock.advance(hours=24)
    await city.dispatch(id)


async def test_where_a_matter_is_allowed_officers_do_not_report_it_and_citizens_may(city):
    await change(city, "controls", None, no="1", matters="09002、09005", area=CELL[:9], weekdays="1234567",
                 from_time="00:00", until_time="23:59", reason="恩宁路夜市")  # fmt: skip
    photo = await city.photo(city.chen)
    before = await everything(city.office)
    with pytest.raises(UnderControl) as refusal:
        await city.report(matter_code="09005", photo_ids=[photo])
    assert refusal.value.params == {"reason": "恩宁路夜市"}
    assert await everything(city.office) == before
    await city.report(matter_code="09001")
    await city.submit(text="店外经营，占了人行道。", matter_code="09005")


async def test_a_new_matter_is_found_by_code_name_initials_and_what_people_call_it(city):
    facts = {"kind": KIND, "no": 0, "form": FileFormat.JSON}
    content = {
        name: [*rows] for name, rows in from_json(await city.do(city.luo, service.take_home, **facts)).items()
    }
    content["matters"].append({"code": "06996", "name": "充电宝乱丢", "category": "市容环境类",
                               "is_local_extension": "yes", "keywords": "移动电源,共享电宝"})  # fmt: skip
    content["rules"].append({"matter_code": "06996", "no": "1", "condition": "散落路面", "limit_value": "4",
                             "limit_unit": "WORK_HOUR", "close_condition": "已收走"})  # fmt: skip
    await publish(city, (await service.hand_in(city.office, city.luo, KIND, to_json(content))).no)
    for wanted in ("06996", "充电宝", "cdbld", "移动电源", "共享电宝"):
        found = await city.ask(city.li, "query($w: String!) { matters(search: $w) { code } }", w=wanted)
        assert found["matters"][0] == {"code": "06996"}, wanted


async def test_units_follow_their_edition(city):
    cells = {"name": "区住房城建局", "waives_confirm": "yes"}
    facts = {"kind": "matrix", "no": 0, "sheet": "units", "key": ("zj",), "note": "", "cells": cells}
    await publish(city, (await city.do(city.luo, service.edit, **facts)).no, "matrix")
    id = await dispatched(city)
    shown = await city.ask(city.li, "query($id: ID!) { order(id: $id) { unit { name } } }", id=id)
    assert shown == {"order": {"unit": {"name": "区住房城建局"}}}
    mine = await city.ask(city.wang, "{ me { unit { name } } }")
    assert mine == {"me": {"unit": {"name": "区住房城建局"}}}
    await city.finish(await city.sign(id))
    assert "dept_confirm" in await city.verbs(id)  # its head's confirmation is waived now
