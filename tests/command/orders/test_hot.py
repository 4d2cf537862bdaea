"""Hot issues and gatherings: found the same each time, told once, seen by those who may see the cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from server.command.orders.service import hot
from server.command.orders.tables import Gathering, HotIssue, HotMember
from server.command.triage import clusters
from server.command.triage.clusters import Told, gatherings, heat
from tests.city import FAR, HERE, LAMP, NEAR, OTHER_STREET

DAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
SMELL = (
    "塔影街水产市场夜里臭气熏人",
    "塔影街水产市场臭气熏人没人管",
    "水产市场臭气又飘进塔影街居民楼",
    "塔影街水产市场的臭气何时治理",
)
BUS = ("荷溪路公交站等车一小时", "荷溪路公交站车次太少等车久", "荷溪路公交站早高峰等车一小时")
ODD = ("石桥里路灯白天亮着", "南塘边井盖松动", "蓝田坊树枝压住电线", "榕树巷有人占道卖鱼")
HOT = """query($days: Int!) {
  hotIssues(days: $days) { id title words count likes open heat trend area { code } }
}"""
CASES = """query($id: ID!) {
  hotIssue(id: $id) { count }
  hotOrders(id: $id, first: 2) { total next items { id title } }
}"""
GATHERED = "{ gatherings { id count matter { code } area { code } } }"


def told(n, title, at=None, **facts):
    return Told(f"r{n:02}", at or DAY + timedelta(hours=n), title, facts.pop("text", ""), **facts)


def found(reports):
    *_, last = clusters.issues(reports)
    return last


def titles(*more):
    return [told(n, title) for n, title in enumerate((*SMELL, *ODD, *BUS, *more))]


def test_what_many_tell_of_is_found_with_the_words_they_share():
    smell, bus = found(titles())
    assert [m.title for m in smell.members] == list(SMELL) and [m.title for m in bus.members] == list(BUS)
    assert smell.id == "r00" and any("臭气" in word or "水产市场" in word for word in smell.words)
    assert found(titles()) == found(titles()) and all(0 < near <= 1.0001 for near in smell.near)


def test_time_place_and_matter_keep_issues_apart():
    for apart in (
        {"at": DAY + timedelta(days=90)}, {"place": OTHER_STREET}, {"matter": "06025"},
    ):  # fmt: skip
        here = {"place": HERE, "matter": LAMP}
        reports = [told(n, title, **here) for n, title in enumerate(SMELL)]
        reports.append(told(9, SMELL[0], **{**here, **apart}))
        assert [len(issue.members) for issue in found(reports)] == [4]
    assert [len(issue.members) for issue in found(titles(SMELL[0]))] == [5, 3]


def test_nothing_is_hot_in_nothing():
    assert found([]) == []
    assert found([told(n, title) for n, title in enumerate(ODD)]) == []


def test_heat_is_counted_by_hand():
    assert heat(3, 0, timedelta()) == 20 + 30
    assert heat(7, 15, timedelta(days=14)) == 30 + 20 + 15
    assert heat(1, 0, timedelta(days=-1)) == 10 + 30


def test_a_gathering_is_five_of_one_kind_near_and_soon():
    five = [told(n, "路灯不亮", matter=LAMP, place=NEAR if n else HERE) for n in range(5)]
    assert [[r.id for r in group] for group in gatherings(five)] == [["r00", "r01", "r02", "r03", "r04"]]
    for apart in (
        {"place": FAR}, {"matter": "06025"}, {"matter": ""}, {"place": None},
        {"at": DAY + timedelta(hours=24.1)},
    ):  # fmt: skip
        assert gatherings([*five[:4], replace(five[4], **apart)]) == []
    assert len(gatherings([*five, replace(five[4], id="r05", at=DAY + timedelta(hours=24))])[0]) == 6


async def tell(city):
    return [await city.submit(text=text, at=at) for text, at in zip(
        (*SMELL, *BUS, *ODD), (HERE, NEAR, HERE, NEAR, *(OTHER_STREET,) * 7), strict=True
    )]  # fmt: skip


async def test_the_desk_and_the_leader_see_issues_and_the_very_cases(city):
    ids = await tell(city)
    await hot.find_issues(city.office)
    for actor in (city.li, city.lin):
        smell, bus = (await city.ask(actor, HOT, days=30))["hotIssues"]
        assert (smell["count"], bus["count"], smell["open"], sum(smell["trend"])) == (4, 3, 4, 4)
        assert smell["title"] in {f"{text}" for text in SMELL} and smell["heat"] == heat(4, 0, timedelta())
        cases = await city.ask(actor, CASES, id=smell["id"])
        assert cases["hotIssue"]["count"] == cases["hotOrders"]["total"] == 4
        assert len(cases["hotOrders"]["items"]) == 2 and cases["hotOrders"]["next"]
    assert {member.order_id for member in await city.rows(HotMember)} == set(ids[:7])
    rows = len(await city.rows(HotIssue))
    await hot.find_issues(city.office)
    assert len(await city.rows(HotIssue)) == rows == 2


async def test_who_sees_fewer_cases_sees_fewer_issues_and_others_none(city):
    await tell(city)
    await hot.find_issues(city.office)
    street = replace(city.lin, area="440103006")
    assert [issue["count"] for issue in (await city.ask(street, HOT, days=30))["hotIssues"]] == [4]
    bus = (await city.ask(city.lin, HOT, days=30))["hotIssues"][1]
    assert await city.refused(street, CASES, id=bus["id"]) == ["NOT_FOUND"]
    assert (await city.ask(city.wang, HOT, days=30))["hotIssues"] == []
    assert await city.refused(city.wang, CASES, id=bus["id"]) == ["NOT_FOUND"]
    assert await city.refused(city.lin, HOT, days=0) == ["BAD_INPUT"]


async def test_a_confidential_case_is_in_no_issue(city):
    for text in SMELL:
        await city.submit(text=text, confidential=True)
    await hot.find_issues(city.office)
    assert await city.rows(HotIssue) == []


async def test_a_gathering_is_told_once_and_counted_on(city):
    ids = []
    for _ in range(5):
        ids.append(await city.submit(text="巷子里的路灯不亮了，晚上看不见"))
        city.clock.advance(minutes=1)
    await hot.find_gatherings(city.office)
    await hot.find_gatherings(city.office)
    assert (await city.news(ids[-1])).count("order.gathered") == 1
    await city.submit(text="路灯不亮了，走路怕摔")
    await hot.find_gatherings(city.office)
    [row] = await city.rows(Gathering)
    assert (row.id, row.n, row.matter_code) == (ids[0], 6, LAMP)
    seen = (await city.ask(city.lin, GATHERED))["gatherings"]
    assert [(g["id"], g["count"], g["matter"]["code"]) for g in seen] == [(ids[0], 6, LAMP)]
    assert (await city.ask(city.wang, GATHERED))["gatherings"] == []


async def test_four_are_no_gathering(city):
    ids = [await city.submit(text="路灯不亮了") for _ in range(4)]
    await hot.find_gatherings(city.office)
    assert await city.rows(Gathering) == []
    assert "order.gathered" not in await city.news(ids[-1])
