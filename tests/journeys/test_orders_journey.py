"""The exceptional roads of an order in real browsers: disputed, appealed, split, seen on the spot, rested.

One server for all of them, on a clock that a story may put forward.
"""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Geolocation, Locator, Page, expect
from sqlmodel import select

from server.app import create_app, open_office
from server.command.library import Library
from server.command.notices.tables import Notice
from server.command.orders.precedents import Precedents
from server.command.orders.rules import CheckConclusion
from server.command.orders.service import desk, field, unit
from server.command.orders.service.advance import handle_clock, seen
from server.command.orders.service.report import spot_at
from server.command.orders.service.split import part_id
from server.command.orders.tables import WorkOrder
from server.command.requests.rules import RequestKind
from server.command.requests.service import citizen as requests
from server.command.requests.service.citizen import Submission
from server.demo import an_id
from server.kernel.actors import CITIZEN, OFFICER, Actor, Post
from server.kernel.geo import Wgs84
from server.platform.files import Files
from server.platform.sla import TimerPause
from server.platform.work import Office
from server.settings import Settings
from tests.journeys.test_browser_journey import Opener, find, heading, photo, report, signed_in
from tests.servers import Running, eventually, free_port, running

pytestmark = pytest.mark.timeout(90)
DISTRICT = "440103"
LI, HE = (Actor(an_id(id), OFFICER, Post.DISTRICT_DISPATCHER, area=DISTRICT) for id in ("li", "he"))
ZHAO, WANG, LIANG = (
    Actor(an_id(id), OFFICER, Post.HANDLER, area=DISTRICT, unit_id=unit)
    for id, unit in (("zhao", "zj"), ("wang", "cg"), ("liang", "sw"))
)
UNITS = {"区住建局": ZHAO, "区城管局": WANG, "区水务局": LIANG}
DONE = {"区住建局": "已更换路灯。", "区城管局": "已清运垃圾。", "区水务局": "已疏通雨水口。"}
RAILING = Wgs84(113.2370, 23.1170)  # where the phones of these stories stand


class Town:
    """The demo district behind a server, and what a story does there out of sight."""

    def __init__(self, office: Office) -> None:
        self.office, self.ahead = office, timedelta()
        office.clock = lambda: datetime.now(UTC) + self.ahead

    async def told(self, text: str, *, matter: str, at: Wgs84 = RAILING, by: str = "c3") -> tuple[str, str]:
        """A citizen's report: the id of its order, and its number."""
        citizen = Actor(an_id(by), CITIZEN, Post.CITIZEN)
        async with self.office.work(citizen) as work:
            id = str(uuid4())
            await requests.submit(work, Submission(
                id=id, kind=RequestKind.REPORT, text=text, matter_code=matter,
                spot=spot_at(self.office.areas, at, address="荔枝湾涌"),
            ))  # fmt: skip
        return id, (await self.order(id)).no

    async def order(self, id: str) -> WorkOrder:
        """As it is stored."""
        async with self.office.reading() as session:
            return (await session.exec(select(WorkOrder).where(WorkOrder.id == id))).one()

    async def do(self, by: Actor, verb, id: str, **facts) -> None:
        """One verb in the name of one person."""
        version = (await self.order(id)).version
        async with self.office.work(by) as work:
            await verb(work, id=id, version=version, **facts)

    async def dispatch(self, id: str, unit_id: str, matter: str, reason: str = "") -> None:
        """To a unit, without the ten seconds."""
        rule = self.office.of(Library).catalogue.rules_for(matter)[0].id
        async with self.office.work(LI) as work:
            await desk.dispatch(work, {"id": id, "matter_code": matter, "rule_id": rule, "unit_id": unit_id,
                                       "reason": reason})  # fmt: skip

    async def shot(self, by: Actor) -> list[str]:
        """A photo somebody took."""

        async def body() -> AsyncIterator[bytes]:
            yield photo("after", "darkgreen")["buffer"]

        file, _ = await self.office.of(Files).keep(by, str(uuid4()), body())
        return [file.id]

    async def checker(self, id: str) -> Actor:
        """Who was asked to look at it."""
        order = await self.order(id)
        return Actor(order.checker_id, OFFICER, Post.GRID_OFFICER, area=DISTRICT,
                     cells=frozenset({order.area}))  # fmt: skip

    async def finished(self, id: str, by: Actor, words: str) -> None:
        """Signed and handed in, and confirmed where the unit has a head."""
        await self.do(by, unit.sign, id)
        await self.do(by, unit.finish, id, text=words, photo_ids=await self.shot(by))
        if by.unit_id == "sw":
            head = Actor(an_id("su"), OFFICER, Post.UNIT_HEAD, area=DISTRICT, unit_id="sw")
            await self.do(head, unit.confirm, id, opinion="")

    async def done(self, id: str, by: Actor, words: str) -> None:
        """From the unit's hands to the close."""
        await self.finished(id, by, words)
        order, officer = await self.order(id), await self.checker(id)
        there = Wgs84(order.lon or 0, order.lat or 0)
        await self.do(officer, field.check, id, conclusion=CheckConclusion.SOLVED, text="",
                      photo_ids=await self.shot(officer), here=there)  # fmt: skip
        await self.do(LI, desk.close, id, condition_met=True)


@pytest.fixture(scope="module")
async def town(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One server for all these stories."""
    folder = tmp_path_factory.mktemp("town") / "demo"
    shutil.copytree(seeded, folder)
    settings = Settings(mode="demo", data_dir=folder, port=free_port(), hold_seconds=1, sweep_seconds=0.3)
    town = Town(open_office(settings))
    async with running(create_app(office=town.office), port=settings.port):
        yield town


@pytest.fixture
def city(town: Town) -> Running:
    """As every story's."""
    return Running(town.office.settings.port)


async def case(page: Page, city: Running, id: str) -> Locator:
    """The page of a case; its main part."""
    await page.goto(f"{city.url}/{'leader' if '/leader/' in page.url else 'officer'}/#/orders/{id}")
    return page.get_by_role("main")


async def said(page: Page, words: str) -> None:
    """What was done is said."""
    await expect(page.get_by_role("status", name="提示")).to_contain_text(words)


async def returned(page: Page, city: Running, id: str, basis: str, *, says: str) -> None:
    """A handler sends it back, on a clause."""
    await case(page, city, id)
    await page.get_by_role("button", name="退回", exact=True).click()
    sheet = page.get_by_role("dialog", name="退回指挥中心")
    await expect(sheet).to_contain_text(says)
    await sheet.get_by_role("radiogroup", name="退回理由").get_by_text("非本单位职责").click()
    await sheet.get_by_role("textbox", name="依据条款").fill(basis)
    await sheet.get_by_role("button", name="确认退回").click()
    await said(page, "已退回指挥中心")


async def test_two_returns_a_ruling_and_the_next_case_of_the_kind_goes_where_it_was_ruled(
    town: Town, city: Running, phone_page: Opener
) -> None:
    id, number = await town.told("荔枝湾涌边护栏松了，靠上去会晃。", matter="01070")
    await town.dispatch(id, "zj", "01070", "市政护栏")
    zhao = await signed_in(phone_page, city, "officer", "以经办人赵敏登录")
    await heading(zhao, "部门待办")
    await returned(zhao, city, id, "三定方案：河涌护栏由水务部门管养", says="这是第 1 次退回")

    desk_ = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(desk_, "派单台")
    await case(desk_, city, id)
    await desk_.get_by_role("button", name="同意退回", exact=True).click()
    await desk_.get_by_role("dialog").get_by_role("button", name="确认同意").click()
    await said(desk_, "已同意退回")
    await desk_.get_by_role("button", name="改派其他部门").click()
    sheet = desk_.get_by_role("dialog", name="改派其他部门")
    await sheet.get_by_role("combobox", name="承办部门").select_option(label="区水务局")
    await sheet.get_by_role("button", name="确认派单").click()
    await said(desk_, "已派给区水务局")

    liang = await signed_in(phone_page, city, "officer", "以经办人梁志登录")
    await heading(liang, "部门待办")
    await returned(liang, city, id, "护栏在市政道路红线内，由住建部门管养", says="将进入仲裁")

    arbiter = await signed_in(phone_page, city, "officer", "以仲裁员黄科登录")
    await heading(arbiter, "仲裁台")
    main = await case(arbiter, city, id)
    reasons = arbiter.get_by_role("region", name="双方理由")
    await expect(reasons).to_contain_text("河涌护栏由水务部门管养")
    await expect(reasons).to_contain_text("市政道路红线内")
    await arbiter.get_by_role("radiogroup", name="裁定主办").get_by_text("区住建局").first.click()
    await arbiter.get_by_role("textbox", name="裁定理由").fill("道路红线内的护栏由区住建局管养。")
    await arbiter.get_by_role("textbox", name="依据条款").fill("区属设施管养分工第三条")
    await arbiter.get_by_role("button", name="作出裁定").click()
    await said(arbiter, "待领导签批")
    await expect(main).to_contain_text("裁定")

    leader = await signed_in(phone_page, city, "leader", "以领导林主任登录")
    await heading(leader, "今日")
    await case(leader, city, id)
    await leader.get_by_role("button", name="签批裁定").click()
    await said(leader, "签批")

    # the ruled unit has it and cannot send it back; the next of its kind goes there, and says by which case
    await expect(await case(zhao, city, id)).to_contain_text("裁定由区住建局主办")
    await expect(zhao.get_by_role("button", name="签收", exact=True)).to_be_visible()
    await expect(zhao.get_by_role("button", name="退回", exact=True)).to_have_count(0)
    rulings = town.office.of(Precedents)  # the jobs bring it to every process
    await eventually(lambda: number in rulings.numbers.values(), within=20)
    _, later = await town.told("涌边另一段护栏也松了。", matter="01070")
    await desk_.goto(f"{city.url}/officer/#/")
    await find(desk_, later)
    advice = desk_.get_by_role("region", name="系统建议")
    await expect(advice).to_contain_text("区住建局")
    await expect(advice).to_contain_text(number)


async def test_a_head_appeals_two_others_decide_and_the_fact_stays(
    town: Town, city: Running, phone_page: Opener
) -> None:
    head = await signed_in(phone_page, city, "officer", "以负责人苏群登录")
    await heading(head, "部门待办")
    await head.get_by_role("tab", name=re.compile("^可申诉")).click()
    await head.get_by_role("list", name="待办列表").get_by_role("link", name=re.compile("亲水平台")).click()
    await head.get_by_role("button", name="超时申诉").click()
    sheet = head.get_by_role("dialog", name="超时申诉")
    await sheet.get_by_role("button", name="提交申诉").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("有问题需要修改")  # not without words
    await sheet.get_by_role("textbox", name="申诉理由").fill("厂家停产，配件等了五天，每日有人看护。")
    await sheet.get_by_role("button", name="提交申诉").click()
    await said(head, "申诉已提交")
    id = head.url.rpartition("/")[2]

    async def decides(who: str) -> Page:
        page = await signed_in(phone_page, city, "officer", who)
        await heading(page, "派单台")
        await expect(await case(page, city, id)).to_contain_text("厂家停产")
        await page.get_by_role("button", name="审批申请").click()
        await (
            page.get_by_role("dialog", name="审批申请").get_by_role("button", name="同意", exact=True).click()
        )
        return page

    li = await decides("以调度员李梅登录")
    await said(li, "已同意")
    await li.get_by_role("button", name="审批申请").click()  # the second word is somebody else's
    sheet = li.get_by_role("dialog", name="审批申请")
    await sheet.get_by_role("button", name="同意", exact=True).click()
    await expect(sheet.get_by_role("alert")).to_contain_text("另一个人")
    he = await decides("以调度员何俊登录")
    await said(he, "已同意")
    main = await case(head, city, id)
    await expect(main).to_contain_text("申诉成立，不计超时", timeout=8_000)
    await head.get_by_text(re.compile("已结束的计时")).click()
    await expect(main).to_contain_text("超期完成")
    order = await town.order(id)
    assert (order.overtime, order.overtime_exempt, order.appeal_until) == (True, True, None)


async def test_a_report_is_split_in_three_and_its_citizen_gets_one_answer(
    town: Town, city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    number = await report(citizen, "永庆坊门口路灯不亮，垃圾桶满溢，雨水口堵了。")
    await citizen.get_by_role("link", name="查看进度").click()
    id = citizen.url.rpartition("/")[2]
    page = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(page, "派单台")
    await expect(await case(page, city, id)).to_contain_text(number)
    await page.get_by_role("button", name="拆分", exact=True).click()
    sheet = page.get_by_role("dialog", name="拆分给多个单位")
    await sheet.get_by_role("button", name="再加一个部分").click()
    for n, (name, matter) in enumerate(zip(UNITS, ("路灯", "垃圾站(箱)满溢", "雨水箅子"), strict=True), 1):
        part = sheet.get_by_role("region", name=f"第 {n} 部分")
        await part.get_by_role("combobox", name="承办部门").select_option(label=name)
        change = part.get_by_role("button", name="改", exact=True)
        if await change.count():
            await change.first.click()
        await part.get_by_role("searchbox").fill(matter)
        await part.get_by_role("radio", name=re.compile(f"^{re.escape(matter)}")).first.dispatch_event(
            "click"
        )
        await part.get_by_role("radiogroup").get_by_role("radio").first.dispatch_event("click")
        await part.get_by_role("textbox", name="要办什么").fill(DONE[name])
    await sheet.get_by_role("button", name=re.compile("^拆成 3 个部分")).click()
    await said(page, "已拆成 3 个部分")

    # the citizen sees one case at work; the desk sees its parts and how far they are
    state = citizen.get_by_role("status", name="当前状态")
    await expect(state).to_contain_text("处置中", timeout=8_000)
    await expect(page.get_by_role("list", name="各部分").get_by_role("listitem")).to_have_count(3)
    for n, (name, by) in enumerate(UNITS.items(), 1):
        await town.done(part_id(id, n), by, DONE[name])
        if n < 3:
            await expect(page.get_by_role("main")).to_contain_text(f"{n}/3 办结", timeout=8_000)
            await expect(state).to_contain_text("处置中")
    await expect(state).to_contain_text("已办结", timeout=8_000)
    await expect(citizen.get_by_role("main")).to_contain_text("区城管局：已清运垃圾。")

    whose = (await town.order(id)).reporter_id

    async def told() -> list[str]:
        async with town.office.reading() as session:
            his = select(Notice.key).where(Notice.subject_id == id, Notice.person_id == whose)
            return [key for key in await session.exec(his) if key != "order.split"]

    found: list[str] = await eventually(told)
    assert found == ["request.audit_pass"]


OFFICERS = {an_id("chen"): "以网格员陈嘉敏登录", an_id("huang"): "以网格员黄子轩登录"}
AWAY = {"longitude": 113.2400, "latitude": 23.1170}
BESIDE: Geolocation = {"longitude": 113.2371, "latitude": 23.1171}


async def sees(
    opener: Opener, city: Running, town: Town, id: str, who: str, *, form: str, photos: str, says: str
) -> None:
    """An officer's form: empty, it says what it needs; from 307 m away it is refused and nothing is done;
    beside the place it is taken."""
    page = await opener(f"{city.url}/officer/", place=AWAY)
    await page.get_by_role("button", name=OFFICERS[who], exact=True).click()
    await heading(page, "今日任务")
    await page.goto(f"{city.url}/officer/#/orders/{id}/{form}")
    send = page.get_by_role("button", name=re.compile("^提交核[实查]$"))
    await send.click()
    await expect(page.get_by_role("alert")).to_contain_text("有问题需要修改")
    await page.get_by_text(says, exact=True).click()
    await page.get_by_label(photos).set_input_files(photo("seen", "darkblue"))
    before = (await town.order(id)).version
    await send.click()
    await expect(page.get_by_role("alert")).to_contain_text("307")
    assert (await town.order(id)).version == before
    await page.context.set_geolocation(BESIDE)
    await page.get_by_role("button", name="重新定位").click()
    await expect(page.get_by_role("group", name="位置")).not_to_contain_text("正在定位")
    await send.click()
    await heading(page, "今日任务")


async def test_who_verifies_and_who_checks_stands_on_the_spot(
    town: Town, city: Running, phone_page: Opener
) -> None:
    id, number = await town.told("垃圾桶满溢，没有人清理。", matter="06042", by="c2")
    page = await signed_in(phone_page, city, "officer", "以调度员李梅登录")
    await heading(page, "派单台")
    await find(page, number)
    await page.get_by_role("button", name="派网格员核实").tap()
    await said(page, "已派网格员核实")
    who = (await town.order(id)).verifier_id
    await sees(phone_page, city, town, id, who, form="verify", photos="现场照片", says="情况属实")
    await find(page, number)  # it is back on the desk, with what the officer saw
    await expect(page.get_by_role("main")).to_contain_text("情况属实", timeout=15_000)

    await town.dispatch(id, "cg", "06042")
    await town.finished(id, WANG, "已清运。")
    who = (await town.order(id)).checker_id
    await sees(phone_page, city, town, id, who, form="check", photos="核查照片", says="已解决")
    await find(page, number, lane="待结案")


async def test_a_rested_case_goes_on_by_itself_and_its_clock_lost_nothing(
    town: Town, city: Running, phone_page: Opener
) -> None:
    citizen = await phone_page(f"{city.url}/citizen/")
    await report(citizen, "永庆坊门口护栏锈断，要整段更换。")
    await citizen.get_by_role("link", name="查看进度").click()
    id = citizen.url.rpartition("/")[2]
    await town.dispatch(id, "sw", "01069")
    await town.do(LIANG, unit.sign, id)
    liang = await signed_in(phone_page, city, "officer", "以经办人梁志登录")
    await heading(liang, "部门待办")
    await case(liang, city, id)
    await liang.get_by_role("button", name="申请挂账").click()
    sheet = liang.get_by_role("dialog", name="申请挂账")
    today = town.office.clock() + timedelta(hours=8)
    await sheet.get_by_label("挂账到").fill(f"{today:%Y-%m-%d}")  # today is no rest: refused at the field
    await sheet.get_by_role("textbox", name="处置计划").fill("与涌边整修同步更换")
    await sheet.get_by_role("textbox", name="原因（将告知市民）").fill("护栏要定做，现场已围挡。")
    await sheet.get_by_role("button", name="提交申请").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("挂账到期日")
    await sheet.get_by_label("挂账到").fill(f"{today + timedelta(days=10):%Y-%m-%d}")
    await sheet.get_by_role("button", name="提交申请").click()
    await said(liang, "挂账申请已提交")

    deciding = []
    for who, home in (("以负责人苏群登录", "部门待办"), ("以调度员李梅登录", "派单台")):
        page = await signed_in(phone_page, city, "officer", who)
        deciding.append(page)
        await heading(page, home)
        await expect(await case(page, city, id)).to_contain_text("与涌边整修同步更换")
        await page.get_by_role("button", name="审批申请").click()
        await (
            page.get_by_role("dialog", name="审批申请").get_by_role("button", name="同意", exact=True).click()
        )
        await said(page, "已同意")
    told, state = citizen.get_by_role("main"), citizen.get_by_role("status", name="当前状态")
    await expect(state).to_contain_text("延期", timeout=8_000)
    await expect(told).to_contain_text("护栏要定做，现场已围挡。", timeout=8_000)
    await expect(await case(liang, city, id)).to_contain_text("自动恢复")

    for page in (liang, *deciding):
        await page.context.close()  # nobody of the staff stays signed in that long
    case_page = citizen.url
    await citizen.goto("about:blank")  # the phone is put away, and taken out again eleven days later
    town.ahead = timedelta(days=11)
    await citizen.clock.install(time=town.office.clock())
    await citizen.goto(case_page)
    await expect(state).to_contain_text("处置中", timeout=12_000)
    liang = await signed_in(phone_page, city, "officer", "以经办人梁志登录")
    await heading(liang, "部门待办")
    main = await case(liang, city, id)
    await expect(main.get_by_role("status", name="当前状态")).to_contain_text("处置中")
    await expect(main).to_contain_text(re.compile("计时暂停：挂账，.+ 至 .+"))
    async with town.office.work(LI) as work:
        order = await seen(work, id)
        clock = await handle_clock(work, order)
        assert clock and clock.due_at
        [rest] = await work.session.exec(select(TimerPause).where(TimerPause.timer_id == clock.id))
    assert rest.resumed_at
    due = town.office.calendar.due(clock.started_at, clock.limit, [(rest.paused_at, rest.resumed_at)])
    assert order.bundled_due_at == clock.due_at == due > clock.original_due_at + timedelta(days=5)
