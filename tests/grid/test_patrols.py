"""A round from its plan to its figures: visits, what is missed or comes late, tracks and who reads them."""

from datetime import timedelta

import pytest

from server.command.duty import service as duty
from server.command.duty.tables import DutySpell
from server.command.notices.service import spread
from server.command.notices.tables import Notice
from server.command.orders.service import desk
from server.grid.cards import service as cards
from server.grid.patrols.rules import Fix
from server.grid.patrols.service import plans, rounds, track
from server.grid.patrols.service.export import export
from server.grid.patrols.service.leaves import hand_over
from server.grid.patrols.service.plans import Point
from server.grid.patrols.tables import Patrol, PatrolPoint, PatrolTrack
from server.identity import leaves
from server.kernel.calendar import day_of
from server.kernel.geo import Wgs84
from server.platform import sheets
from server.platform.audit import AuditLine
from server.platform.sheets import SheetFormat
from tests.city import CELL, FAR, HERE, NEAR, on_sqlite, refusal
from tests.factories import STREET, an_id

M = 1 / 111_195
SECOND, THIRD = Wgs84(113.2376, 23.1174), Wgs84(113.2382, 23.1171)
POINTS = (
    Point("永庆坊入口", HERE),
    Point("骑楼转角", SECOND),
    Point("涌边护栏", THIRD, look="看护栏", photo=True),
)
COVERAGE = """query ($area: String! = "", $days: Int! = 7) { patrolCoverage(areaCode: $area, days: $days) {
  area { code } visited required percent missed onDuty officers } }"""
POSITIONS = "{ positions { person { name } lon lat patrolling } }"


async def planned(city, **facts):
    facts = {"id": an_id(), "name": "永庆坊一线", "cells": [CELL], "points": POINTS, "days": range(1, 8),
             "opens": 8 * 60, "closes": 18 * 60, **facts}  # fmt: skip
    return (await city.do(city.li, plans.plan, **facts)).id


async def begun(city, **facts):
    """A round chen is on; its id."""
    await planned(city, **facts)
    [patrol] = await city.rows(Patrol)
    await city.do(city.chen, rounds.start, id=patrol.id, at=city.clock())
    return patrol.id


async def visit(city, patrol, n, by=None, **facts):
    facts = {"at": city.clock(), "here": (HERE, SECOND, THIRD)[n - 1], **facts}
    return await city.do(by or city.chen, rounds.check_in, id=f"{patrol}/{n}", **facts)


async def states(city):
    return [row.state for row in sorted(await city.rows(PatrolPoint), key=lambda row: row.n)]


async def coverage(city, by, area=""):
    rows = (await city.ask(by, COVERAGE, area=area))["patrolCoverage"]
    return {row["area"]["code"]: (row["visited"], row["required"], row["percent"]) for row in rows}


async def test_a_round_from_the_plan_to_the_figures(city):
    patrol = await begun(city)
    await visit(city, patrol, 1)
    await visit(city, patrol, 1)  # again is no second visit
    async with refusal(city.office, "POINT_PHOTO_NEEDED"):
        await visit(city, patrol, 3)
    await visit(city, patrol, 3, photo_ids=[await city.photo(city.chen)])
    await city.report(city.chen)
    city.clock.advance(minutes=30)
    await city.do(city.chen, rounds.end, id=patrol, at=city.clock(), why_not={f"{patrol}/2": "围挡，过不去"})
    asked = (
        "query ($id: ID!) { patrol(id: $id) { state visited required findings points { whyNot } actions } }"
    )
    told = (await city.ask(city.chen, asked, id=patrol))["patrol"]
    assert told == {"state": "DONE", "visited": 2, "required": 3, "findings": 1, "actions": [],
                    "points": [{"whyNot": ""}, {"whyNot": "围挡，过不去"}, {"whyNot": ""}]}  # fmt: skip
    assert await city.refused(city.huang, asked, id=patrol) == ["NOT_FOUND"]
    assert (await city.ask(city.mei, asked, id=patrol))["patrol"]["visited"] == 2
    assert (await city.ask(city.lin, COVERAGE))["patrolCoverage"][0]["required"] == 0, "its window is open"
    city.clock.advance(hours=10)
    await city.sweep()
    assert await city.verbs(patrol, "patrol") == ["plan", "start", "check_in", "check_in", "end", "miss"]
    assert await coverage(city, city.lin) | {} == {
        **dict.fromkeys(await coverage(city, city.lin), (0, 0, None)), STREET: (2, 3, pytest.approx(200 / 3)),
    }  # fmt: skip
    assert (await coverage(city, city.bo, CELL[:12]))[CELL] == (2, 3, pytest.approx(200 / 3))
    desk_rate = "{ evaluationReport(day: %s) { desk { indicator part of percent } } }"
    city.clock.advance(days=8)
    report = (await city.ask(city.lin, desk_rate % '"2026-03-02"'))["evaluationReport"]["desk"]
    assert report[-1] == {
        "indicator": "PATROL_COVERAGE",
        "part": 2,
        "of": 3,
        "percent": pytest.approx(200 / 3),
    }
    before = (await city.ask(city.lin, desk_rate % '"2026-02-23"'))["evaluationReport"]["desk"]
    assert (before[-1]["of"], before[-1]["percent"]) == (0, None)


async def test_what_was_not_visited_is_missed_once_and_told(city):
    await planned(city)
    [patrol] = await city.rows(Patrol)
    city.clock.advance(hours=9, minutes=1)
    for _ in range(2):
        await city.sweep()
    [patrol] = await city.rows(Patrol)
    assert (patrol.state, await city.verbs(patrol.id, "patrol")) == ("missed", ["plan", "miss"])
    [line] = [row for row in await city.lines(patrol.id, "patrol") if row.verb == "patrol.miss"]
    assert (line.opinion, line.detail["missed"]) == ("永庆坊入口、骑楼转角、涌边护栏", 3)
    assert await city.news(patrol.id) == ["patrol.plan", "patrol.miss"]
    while await spread(city.office):
        pass
    told = {row.person_id for row in await city.rows(Notice, Notice.key == "patrol.miss")}
    assert told == {"chen", "li", "he", "mei"}
    assert (await city.ask(city.mei, COVERAGE, area=STREET))["patrolCoverage"][0]["missed"] in (0, 3)


async def test_what_was_walked_without_a_network_is_heard_after_the_window(city):
    """Begun and visited in time, told in the evening: another looks at it, and the figures follow."""
    await planned(city)
    [patrol] = await city.rows(Patrol)
    walked = city.clock() + timedelta(minutes=5)
    city.clock.advance(hours=10)
    await city.sweep()
    assert (await coverage(city, city.bo, CELL[:12]))[CELL] == (0, 3, 0)
    await city.do(city.chen, rounds.start, id=patrol.id, at=walked)
    await visit(city, patrol.id, 1, at=walked + timedelta(minutes=1))
    assert await states(city) == ["to_review", "open", "open"]
    [row] = await city.rows(PatrolPoint, PatrolPoint.n == 1)
    assert (row.at, row.heard_at) == (walked + timedelta(minutes=1), city.clock())
    async with refusal(city.office, "OUTSIDE_WINDOW"):
        await visit(city, patrol.id, 2)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.chen, rounds.review, id=row.id, accept=True, opinion="")
    await city.do(city.li, rounds.review, id=row.id, accept=True, opinion="")
    assert (await coverage(city, city.bo, CELL[:12]))[CELL] == (1, 3, pytest.approx(100 / 3))
    async with refusal(city.office, "NOT_REVIEWABLE"):
        await city.do(city.li, rounds.review, id=row.id, accept=False, opinion="重复")


async def test_away_from_the_point_it_waits_for_somebody_else(city):
    patrol = await begun(city)
    async with refusal(city.office, "TOO_FAR_FROM_POINT"):
        await visit(city, patrol, 1, here=FAR)
    photo = await city.photo(city.chen)
    await visit(city, patrol, 1, here=FAR, reason="路口封闭", photo_ids=[photo])
    doubtful = "{ doubtfulVisits { id name metres reason photos { id } patrol { person { name } } } }"
    [told] = (await city.ask(city.mei, doubtful))["doubtfulVisits"]
    assert (told["metres"], told["reason"], told["photos"]) == (307, "路口封闭", [{"id": photo}])
    assert told["patrol"] == {"person": {"name": "Chen"}}
    assert (await city.ask(city.chen, doubtful))["doubtfulVisits"] == []
    async with refusal(city.office, "TEXT_REQUIRED"):
        await city.do(city.mei, rounds.review, id=f"{patrol}/1", accept=False, opinion="")
    await city.do(city.mei, rounds.review, id=f"{patrol}/1", accept=False, opinion="照片不是这里")
    assert await states(city) == ["refused", "open", "open"]
    await visit(city, patrol, 1)
    assert await states(city) == ["visited", "open", "open"]


@on_sqlite
async def test_steps_out_of_turn_are_refused(city):
    await planned(city)
    [patrol] = await city.rows(Patrol)
    for by, verb, facts, code in (
        (city.chen, rounds.end, {"at": city.clock(), "why_not": {}}, "ILLEGAL_STEP"),
        (city.chen, rounds.pause, {"at": city.clock()}, "ILLEGAL_STEP"),
        (city.huang, rounds.start, {"at": city.clock()}, "NOT_FOUND"),
        (city.li, rounds.start, {"at": city.clock()}, "NOT_ALLOWED"),
        (city.chen, rounds.start, {"at": city.clock() - timedelta(hours=2)}, "OUTSIDE_WINDOW"),
        (city.chen, rounds.start, {"at": city.clock() + timedelta(minutes=3)}, "TIME_AHEAD"),
    ):
        async with refusal(city.office, code):
            await city.do(by, verb, id=patrol.id, **facts)
    async with refusal(city.office, "NOT_ON_PATROL"):
        await visit(city, patrol.id, 1)
    await city.do(city.chen, rounds.start, id=patrol.id, at=city.clock())
    await planned(city, name="另一条")
    [other] = await city.rows(Patrol, Patrol.name == "另一条")
    async with refusal(city.office, "PATROL_RUNNING"):
        await city.do(city.chen, rounds.start, id=other.id, at=city.clock())
    await city.do(city.chen, rounds.pause, id=patrol.id, at=city.clock())
    await city.do(city.chen, rounds.pause, id=patrol.id, at=city.clock(), resume=True)


@on_sqlite
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"days": []}, "BAD_PATROL_PLAN"), ({"days": [8]}, "BAD_PATROL_PLAN"),
        ({"closes": 60}, "BAD_PATROL_PLAN"), ({"points": ()}, "BAD_PATROL_PLAN"),
        ({"cells": []}, "BAD_PATROL_PLAN"), ({"name": " "}, "TEXT_REQUIRED"),
        ({"points": (Point("对面", Wgs84(113.2430, 23.1250)),)}, "BAD_PATROL_PLAN"),
        ({"cells": ["440103999999999"]}, "NOT_FOUND"), ({"cells": [STREET]}, "NOT_FOUND"),
        ({"points": (Point("恩宁路小食店", HERE, look="检查证照"),)}, "INSPECTION_BARRED"),
        ({"name": "企业执法检查"}, "INSPECTION_BARRED"),
    ],
)  # fmt: skip
async def test_a_plan_that_makes_no_sense_or_breaks_the_law_is_refused(city, facts, code):
    async with refusal(city.office, code):
        await planned(city, **facts)
    async with refusal(city.office, "NOT_ALLOWED"):
        await city.do(city.chen, plans.plan, id=an_id(), name="我的", cells=[CELL], points=POINTS, days=[1],
                      opens=0, closes=60)  # fmt: skip


async def test_an_ended_plan_makes_no_more_rounds(city):
    id = await planned(city, days=[1, 2])
    for _ in range(2):
        await city.sweep()
    assert len(await city.rows(Patrol)) == 1
    city.clock.advance(days=1)
    await city.sweep()
    assert len(await city.rows(Patrol)) == 2
    await city.do(city.li, plans.end_plan, id=id)
    city.clock.advance(days=6)
    await city.sweep()
    assert len(await city.rows(Patrol)) == 2
    async with refusal(city.office, "NOT_FOUND"):
        await city.do(city.li, plans.end_plan, id=id)


def fixes(city, *steps):
    return [
        Fix(city.clock() + timedelta(seconds=at), Wgs84(HERE.lon, HERE.lat + m * M), 8) for at, m in steps
    ]


async def test_a_track_is_kept_once_counts_its_length_and_visits(city):
    patrol = await begun(city)
    city.clock.advance(minutes=2)
    batch, id = fixes(city, (-60, 0), (-45, 20), (-30, 28), (-15, 60)), an_id()
    for _ in range(2):
        await city.do(city.chen, track.follow, id=id, patrol_id=patrol, fixes=batch)
    [row] = await city.rows(PatrolTrack)
    assert (row.n, "113.237" in row.fixes) == (4, False), "what is kept is sealed"
    [walked] = await city.rows(Patrol)
    assert (walked.length_m, await states(city)) == (60, ["visited", "open", "open"])
    city.clock.advance(seconds=15)
    await city.do(
        city.chen, track.follow, id=an_id(), patrol_id=patrol, fixes=fixes(city, (-10, 90), (0, 90))
    )
    assert (await city.rows(Patrol))[0].length_m == 90
    for by, batch, code in (
        (city.huang, fixes(city, (0, 0)), "NOT_FOUND"), (city.chen, [], "BAD_INPUT"),
        (city.chen, fixes(city, (-600, 0)), "NOT_ON_PATROL"),
        (city.chen, fixes(city, (300, 0)), "TIME_AHEAD"),
    ):  # fmt: skip
        async with refusal(city.office, code):
            await city.do(by, track.follow, id=an_id(), patrol_id=patrol, fixes=batch)
    city.clock.advance(days=91)
    await city.sweep()
    assert await city.rows(PatrolTrack) == []
    assert (await city.rows(Patrol, Patrol.id == patrol))[0].length_m == 90, "what was counted stays"


async def test_off_duty_nobody_is_anywhere(city):
    patrol = await begun(city)
    [spell] = await city.rows(DutySpell)
    assert spell.account_id == "chen", "who patrols is on duty"
    city.clock.advance(minutes=1)
    await city.do(city.chen, track.follow, id=an_id(), patrol_id=patrol, fixes=fixes(city, (0, 0)))
    assert (await city.rows(DutySpell))[0].place != ""
    await city.do(city.chen, duty.end)
    [spell] = await city.rows(DutySpell)
    assert (spell.place, spell.cell) == ("", "")
    city.clock.advance(minutes=1)
    async with refusal(city.office, "OFF_DUTY"):
        await city.do(city.chen, track.follow, id=an_id(), patrol_id=patrol, fixes=fixes(city, (0, 0)))
    assert (await city.ask(city.li, POSITIONS))["positions"] == []


async def test_who_sees_where_somebody_is_and_that_he_looked(city):
    patrol = await begun(city)
    city.clock.advance(minutes=1)
    await city.do(city.chen, track.follow, id=an_id(), patrol_id=patrol, fixes=fixes(city, (0, 0)))
    for by in (city.li, city.li, city.huang, city.chen):
        [where] = (await city.ask(by, POSITIONS))["positions"]
        assert where["person"] == {"name": "Chen"}
        assert where["lat"] == pytest.approx(HERE.lat)
    assert await city.refused(city.wang, POSITIONS) == ["NOT_ALLOWED"]
    lines = await city.rows(AuditLine, AuditLine.verb == "patrol.look")
    assert {(line.actor_id, *line.detail["people"]) for line in lines} == {("li", "chen"), ("huang", "chen")}
    assert len(lines) == 2, "a quarter of an hour of looking is one line; looking at oneself is none"
    assert await city.refused(city.chen, COVERAGE) == ["NOT_ALLOWED"]
    assert await city.refused(city.bo, COVERAGE, area="440103") == ["NOT_FOUND"]


async def test_a_stand_in_gets_the_rounds_and_the_tasks(city):
    today = day_of(city.clock())
    for by, facts, code in (
        (city.chen, {"stand_in_id": "chen"}, "NOT_A_COLLEAGUE"),
        (city.chen, {"stand_in_id": "wang"}, "NOT_A_COLLEAGUE"),
        (city.chen, {"first": today - timedelta(days=1)}, "BAD_LEAVE"), (city.li, {}, "NOT_ALLOWED"),
    ):  # fmt: skip
        async with refusal(city.office, code):
            await city.do(by, leaves.go, **{"stand_in_id": "huang", "first": today, "last": today, **facts})
    await city.do(city.chen, leaves.go, stand_in_id="huang", first=today, last=today)
    async with refusal(city.office, "NOT_A_COLLEAGUE"):
        await city.do(city.huang, leaves.go, stand_in_id="chen", first=today, last=today)
    await planned(city)
    order = await city.submit(at=NEAR)
    await city.move(city.li, desk.request_verify, order)
    assert (await city.rows(Patrol))[0].person_id == "huang"
    assert (await city.order(order)).verifier_id == "huang"
    await city.do(city.chen, leaves.come_back)
    second = await city.submit(at=NEAR)
    await city.move(city.li, desk.request_verify, second)
    assert (await city.order(second)).verifier_id == "chen"


DAY = """query ($day: Date, $first: Int! = 50, $after: String) {
  patrols(day: $day, first: $first, after: $after) { next exports items { id name state } } }"""


async def test_the_rounds_of_a_day_come_page_by_page_and_are_taken_home(city):
    closes = (18, 9, 12, 15, 9)
    for n, hour in enumerate(closes):
        await planned(city, name=f"{n}号线", opens=60 * 8, closes=60 * hour)
    city.clock.advance(hours=2)  # what closed at nine was missed
    await city.sweep()
    pages, after = [], None
    while True:
        page = (await city.ask(city.li, DAY, first=2, after=after))["patrols"]
        pages.append([(row["name"], row["state"]) for row in page["items"]])
        if (after := page["next"]) is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    told = [row for page in pages for row in page]
    assert {name for name, state in told[:2]} == {"1号线", "4号线"}
    assert [name for name, _ in told[2:]] == ["2号线", "3号线", "0号线"]
    assert [state for _, state in told] == ["MISSED", "MISSED", "DUE", "DUE", "DUE"]
    whole = (await city.ask(city.mei, DAY))["patrols"]
    assert [row["name"] for row in whole["items"]] == [name for name, _ in told]
    assert whole["exports"] is True
    assert (await city.ask(city.arbiter, DAY))["patrols"]["exports"] is False
    assert await city.refused(city.li, DAY, after="x") == ["BAD_INPUT"]

    today = day_of(city.clock())
    for form in SheetFormat:
        content, digest = await export(city.office, city.li, today, form, "周例会")
        rows = [row for _, row in sheets.read(content)]
        assert [row["巡查"] for row in rows] == [name for name, _ in told]
        assert (rows[0]["状态"], rows[0]["网格员"], rows[0]["漏巡点数"]) == ("漏巡", "Chen", "3")
        line = (await city.rows(AuditLine, AuditLine.verb == "export.patrols"))[-1]
        assert (line.opinion, line.detail["rows"], line.detail["day"]) == ("周例会", 5, today.isoformat())
        assert digest in {each.detail["sha256"] for each in await city.rows(
            AuditLine, AuditLine.verb == "export.patrols")}  # fmt: skip
    for by, reason, code in ((city.li, " ", "TEXT_REQUIRED"), (city.chen, "看看", "NOT_ALLOWED")):
        async with refusal(city.office, code):
            await export(city.office, by, today, SheetFormat.CSV, reason)


async def test_a_leave_begins_and_ends_by_itself(city):
    """What is open goes to the stand-in on the first day; what comes after the last day is the officer's."""
    today = day_of(city.clock())
    first, last = today + timedelta(days=1), today + timedelta(days=2)
    await planned(city)
    verified = await city.submit(at=NEAR)
    await city.move(city.li, desk.request_verify, verified)
    await city.do(city.chen, leaves.go, stand_in_id="huang", first=first, last=last)
    await hand_over(city.office)
    assert (await city.order(verified)).verifier_id == "chen", "he is not away yet"
    code = (await city.ask(city.chen, "{ myCard { cards { cardCode } } }"))["myCard"]["cards"][0]["cardCode"]

    async def walks():
        [row] = await city.rows(Patrol, Patrol.day == day_of(city.clock()))
        return row.person_id

    async def word():
        row = await city.do(city.ann, cards.leave, id=an_id(), code=code, text="楼道灯坏了。")
        await city.do(city.huang, cards.answer, id=row.id, text="收到。")
        return row.officer_id

    city.clock.advance(days=1)
    await plans.make_rounds(city.office)
    await hand_over(city.office)
    assert (await walks(), (await city.order(verified)).verifier_id, await word()) == ("huang",) * 3
    assert (await city.lines(verified))[-1].verb == "order.hand_on"
    city.clock.advance(days=2)  # the day after
    await plans.make_rounds(city.office)
    await hand_over(city.office)
    fresh = await city.submit(at=NEAR)
    await city.move(city.li, desk.request_verify, fresh)
    assert (await walks(), (await city.order(fresh)).verifier_id, await word()) == ("chen",) * 3
    assert (await city.order(verified)).verifier_id == "huang", "what he had begun is his to end"


RECORD = """{ myRecord { week { day away rounds { name opens } }
  now { found visited required hours } before { found visited required hours } } }"""


async def test_ones_own_week_and_figures_stand_beside_ones_own_past_only(city):
    today = day_of(city.clock())  # a Monday
    patrol = await begun(city, days=(1, 3))
    await visit(city, patrol, 1)
    await city.report(city.chen)
    city.clock.advance(hours=2)
    await city.do(city.chen, duty.end)
    await city.do(city.chen, leaves.go, stand_in_id="huang", first=today + timedelta(days=2),
                  last=today + timedelta(days=2))  # fmt: skip
    told = (await city.ask(city.chen, RECORD))["myRecord"]
    assert [day["day"] for day in told["week"]] == [f"{today + timedelta(days=n)}" for n in range(7)]
    walks = [(day["away"], [each["name"] for each in day["rounds"]]) for day in told["week"]]
    assert walks == [(False, ["永庆坊一线"]), (False, []), (True, []), *[(False, [])] * 4]
    assert told["now"] == {"found": 1, "visited": 0, "required": 0, "hours": 2}, "its window is open"
    assert set(told["before"].values()) == {0}
    other = (await city.ask(city.huang, RECORD))["myRecord"]
    assert {len(day["rounds"]) for day in other["week"]} == {0}
    assert set(other["now"].values()) == {0}
    city.clock.advance(days=31)
    await city.sweep()
    told = (await city.ask(city.chen, RECORD))["myRecord"]
    assert told["before"] == {"found": 1, "visited": 1, "required": 3, "hours": 2}
    assert set(told["now"].values()) == {0}
    for by in (city.li, city.wang):
        assert await city.refused(by, RECORD) == ["NOT_ALLOWED"]
