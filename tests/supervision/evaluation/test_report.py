"""周报, 月报: the same figures on the page and in the workbook; never without a reason."""

import hashlib
from contextlib import asynccontextmanager
from datetime import date
from io import BytesIO

import httpx
import pytest
from fastapi import FastAPI
from python_calamine import CalamineWorkbook
from sqlmodel import select

from server.kernel.actors import LEADER, Post
from server.platform import sheets
from server.platform.audit import AuditLine
from server.supervision.evaluation.rules.ranking import Period
from server.supervision.evaluation.rules.report import ReportKind, newest, period
from server.web import auth, reports
from tests.city import an_office, everything
from tests.identity.house import PASSWORD, hire
from tests.servers import running
from tests.supervision.evaluation.sums import count

MON = date(2026, 3, 2)
REPORT = """query ($kind: ReportKind! = WEEK, $day: Date) { evaluationReport(kind: $kind, day: $day) {
  first last earlier later
  units { key name n score grade medianMinutes p90Minutes rates { indicator part of percent } }
  areas { key name n score grade } desk { indicator part of percent } posts { post score grade }
  leftOut { duplicates } } }"""


@pytest.mark.parametrize(("kind", "day", "first", "last"), [
    ("week", (2026, 3, 4), (2026, 3, 2), (2026, 3, 8)), ("week", (2026, 3, 8), (2026, 3, 2), (2026, 3, 8)),
    ("month", (2026, 2, 28), (2026, 2, 1), (2026, 2, 28)),
    ("month", (2026, 12, 1), (2026, 12, 1), (2026, 12, 31)),
])  # fmt: skip
def test_weeks_begin_on_monday_and_months_end_where_they_end(kind, day, first, last):
    assert period(ReportKind(kind), date(*day)) == Period(date(*first), date(*last))


def test_the_newest_is_the_last_that_is_over():
    assert newest(ReportKind.WEEK, date(2026, 3, 9)) == Period(date(2026, 3, 2), date(2026, 3, 8))
    assert newest(ReportKind.MONTH, date(2026, 3, 9)) == Period(date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
async def week(city):
    """A week: 8 cases of zj, 6 in time, 2 redone; 4 of cg, all in time; then the next Monday."""
    await count(city, "zj", MON, 4, ontime=2, rework=1, rework_times=1)
    await count(city, "zj", MON, 4)
    await count(city, "cg", MON, 4, minutes=30)
    city.clock.advance(days=7)
    return city


async def asked(city, actor, **variables):
    return (await city.ask(actor, REPORT, **variables))["evaluationReport"]


async def test_a_week_with_its_composites_by_hand(week):
    told = await asked(week, week.lin)
    assert (told["first"], told["last"], told["earlier"], told["later"]) == (
        "2026-03-02", "2026-03-08", "2026-03-01", None)  # fmt: skip
    zj, cg = told["units"]
    rates = {rate["indicator"]: (rate["part"], rate["of"]) for rate in zj["rates"]}
    assert (zj["name"], zj["n"], rates["ONTIME_DISPOSE"], rates["REWORK"]) == ("区住建局", 8, (6, 8), (4, 8))
    # 100 × 10 % + 100 × 30 % + 75 × 30 % + (100 − 50) × 30 %; and 4 of 8 → 75 points
    assert (zj["score"], zj["grade"]) == (pytest.approx(10 + 30 + 22.5 + 15), "B")
    assert (cg["score"], cg["grade"]) == (pytest.approx(7.5 + 30 + 30 + 30), "A")
    assert (zj["medianMinutes"], cg["p90Minutes"]) == (60, 30)
    none = {rate["indicator"]: rate["percent"] for rate in cg["rates"]}
    assert none["SATISFIED"] is None  # nobody answered
    [street] = told["areas"]
    # nobody reported from outside: 100 × 10 % + 100 × 20 % + 100 × 30 % + 83.33 × 40 %
    assert street["score"] == pytest.approx(10 + 20 + 30 + 100 * 10 / 12 * 0.4)
    scores = {post["post"]: post["score"] for post in told["posts"]}
    # nothing was verified or sent; 0 × 25 % + 100 × 40 % + 83.33 × 35 %
    assert scores == {"ACCEPTOR": None, "DISPATCHER": None, "SHIFT_LEADER": pytest.approx(69.1666667)}


async def test_a_period_that_runs_is_told_as_far_as_it_goes(week):
    told = await asked(week, week.lin, kind="MONTH", day="2026-03-05")
    assert (told["first"], told["last"], told["units"][0]["n"]) == ("2026-03-01", "2026-03-08", 8)
    empty = await asked(week, week.lin, day="2026-01-05")
    assert (empty["units"], empty["areas"], empty["later"]) == ([], [], "2026-01-12")


async def test_the_district_dispatcher_reads_it_and_others_do_not(week):
    assert await asked(week, week.he) == await asked(week, week.lin)
    for actor in (week.mei, week.tang, week.wang, week.chen):
        assert await week.refused(actor, REPORT) == ["NOT_ALLOWED"]
    assert await week.refused(week.ann, REPORT) != []
    assert [row["n"] for row in (await asked(week, week.bo))["units"]] == [8, 4]  # his street's


BEHIND = """query ($indicator: Indicator!, $by: RankingBy, $key: String! = "", $only: Boolean! = false) {
  reportedOrders(kind: MONTH, day: "2026-03-02", indicator: $indicator, by: $by, key: $key, partOnly: $only) {
  total items { id } } }"""


async def test_the_cases_behind_a_rate_are_those_it_counts(city):
    good = await city.bring(await city.submit(), "closed")
    late = await city.bring(await city.submit(by=city.ben), "in_progress")
    city.clock.advance(days=3)
    await city.sweep()
    city.clock.advance(days=1)

    async def behind(**asked):
        page = (await city.ask(city.lin, BEHIND, **asked))["reportedOrders"]
        assert page["total"] == len(page["items"])
        return {item["id"] for item in page["items"]}

    told = await asked(city, city.lin, kind="MONTH", day="2026-03-02")
    [unit], [street] = told["units"], told["areas"]
    rates = {rate["indicator"]: (rate["part"], rate["of"]) for rate in unit["rates"]}
    assert rates["ONTIME_DISPOSE"] == (1, 2)
    for row in ({"by": "UNIT", "key": unit["key"]}, {"by": "AREA", "key": street["key"]}, {}):
        assert await behind(indicator="ONTIME_DISPOSE", **row) == {good, late}
        assert await behind(indicator="ONTIME_DISPOSE", only=True, **row) == {good}
    assert await behind(indicator="ONTIME_DISPOSE", by="UNIT", key="cg") == set()


async def test_no_cases_are_behind_a_sum_and_none_behind_somebody_elses_row(city):
    for indicator in ("PATROL_COVERAGE", "ACCUR_DISPATCH", "ACCUR_INST", "SATISFACTION"):
        assert await city.refused(city.lin, BEHIND, indicator=indicator) == ["BAD_INPUT"]
    elsewhere = {"indicator": "CLOSE", "by": "AREA", "key": "440104"}
    assert await city.refused(city.lin, BEHIND, **elsewhere) == ["BAD_INPUT"]
    assert await city.refused(city.he, BEHIND, indicator="CLOSE") != []  # officers take the workbook


@pytest.fixture
async def house(settings, clock):
    """A server with a leader, a dispatcher and a unit's head."""
    async with an_office(settings, clock) as office:
        await hire(office, "ld01", post=Post.LEADER, role=LEADER)
        await hire(office, "kj01", post=Post.UNIT_HEAD)
        app = FastAPI()
        app.include_router(auth.router(office))
        app.include_router(reports.router(office))
        async with running(app, proxy_headers=False) as server:
            yield office, server.url


@asynccontextmanager
async def signed_in(url, app, staff_no):
    told = {"staffNo": staff_no, "password": PASSWORD, "device": "test"}
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.post(f"/auth/{app}/login", json=told, headers={"origin": url})
        client.headers["authorization"] = f"Bearer {answer.json()['accessToken']}"
        yield client


async def test_the_workbook_is_taken_home_with_a_reason_that_is_recorded(house):
    office, url = house
    async with signed_in(url, "leader", "ld01") as client:
        answer = await client.post("/reports/evaluation", json={"kind": "month", "reason": "区长办公会"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="month-2026-02-01-440103')
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["各部门", "各区域", "受理派遣", "说明"]
    desk = [row for _, row in sheets.read(answer.content, sheet="受理派遣")]
    assert desk[0] == {"指标": "立案率", "分子": "0", "分母": "0", "比率 %": ""}  # null, not 0
    async with office.reading() as session:
        [line] = await session.exec(select(AuditLine).where(AuditLine.verb == "evaluation.export"))
    assert (line.opinion, line.detail["sha256"]) == ("区长办公会", hashlib.sha256(answer.content).hexdigest())


@pytest.mark.parametrize(("app", "who", "body", "status", "code"), [
    ("leader", "ld01", {"kind": "week", "reason": "  "}, 400, "TEXT_REQUIRED"),
    ("leader", "ld01", {"kind": "year", "reason": "x"}, 400, "BAD_INPUT"),
    ("officer", "kj01", {"kind": "week", "reason": "x"}, 403, "NOT_ALLOWED"),
])  # fmt: skip
async def test_who_may_not_or_says_no_reason_takes_nothing(house, app, who, body, status, code):
    office, url = house
    async with signed_in(url, app, who) as client:
        before = await everything(office)
        answer = await client.post("/reports/evaluation", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await everything(office))["audit_line"] == before["audit_line"]


async def test_nobody_takes_it_without_signing_in(house):
    _, url = house
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/reports/evaluation", json={"kind": "week", "reason": "x"})
    assert answer.status_code == 401
