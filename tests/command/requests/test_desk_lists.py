"""The lists of the request desks: what ends first, of one kind, where a row stands; and return visits."""

from server.command.requests.desks import sees_visit
from server.command.requests.graphql.live import hides_visit
from server.command.requests.rules import RequestKind, ServiceLevel, Solved
from server.command.requests.service import desk, unit
from server.command.requests.tables import ReturnVisit
from tests.city import on_sqlite
from tests.command.requests.test_desk import SOMEWHERE, K, answered, asked, by, let_out, sent

PAGE = """query ($lane: DeskLane, $kind: RequestKind, $first: Int! = 20, $after: String) {
  deskRequests(lane: $lane, kind: $kind, first: $first, after: $after) {
    total next mayFile items { id lanes clocks { name pausedWhy } } } deskCounts { lane count waits } }"""


async def a_page(city, actor, **wanted):
    return (await city.ask(actor, PAGE, **wanted))["deskRequests"]


async def test_what_ends_first_is_on_top_page_by_page_and_what_is_over_stands_newest_first(city):
    slow = await asked(city, K.SUGGESTION, text="建议增设座椅。")
    city.clock.advance(minutes=5)
    quick = await asked(city)
    urgent = await asked(city, K.CONSULT, text="燃气泄漏找谁？")
    for id, facts in ((slow, {"unit_id": "zj"}), (quick, {"unit_id": "zj"}), (urgent, {"unit_id": "zj"})):
        await by(city, city.li, desk.assign, id, opinion="", **facts)
    first = await a_page(city, city.wang, lane="TO_SIGN", first=2)
    rest = await a_page(city, city.wang, lane="TO_SIGN", first=2, after=first["next"])
    order = [row["id"] for row in first["items"] + rest["items"]]
    ends = {id: (await city.request(id)).due_at for id in order}
    assert (order, len(order), rest["next"]) == (sorted(order, key=lambda id: (ends[id], id)), 3, None)
    assert order[-1] == slow
    everything = await a_page(city, city.li)
    assert everything["items"][-1]["id"] == slow and everything["total"] == 3
    assert [row["id"] for row in (await a_page(city, city.li, kind="SUGGESTION"))["items"]] == [slow]
    assert (await a_page(city, city.li, kind="SUGGESTION"))["total"] == 1


async def test_a_row_names_the_lists_it_stands_in_as_the_lists_do(city):
    waiting = await asked(city)
    await by(city, city.li, desk.ask_info, waiting, question="哪一家？")
    returned = await sent(city)
    await by(city, city.wang, unit.return_, returned, basis="三定方案第三条", opinion="")
    await answered(city, await sent(city))
    await by(city, city.wang, unit.sign, await sent(city))
    await asked(city)
    for actor in (city.li, city.wang, city.tang, city.lin, city.clerk):
        counts = (await city.ask(actor, PAGE))["deskCounts"]
        listed: dict[str, list[str]] = {}
        for each in counts:
            page = await a_page(city, actor, lane=each["lane"])
            assert page["total"] == len(page["items"]) == each["count"]
            for row in page["items"]:
                listed.setdefault(row["id"], []).append(each["lane"])
        marked = {row["id"]: row["lanes"] for row in (await a_page(city, actor))["items"] if row["lanes"]}
        assert marked == listed
    [row] = (await a_page(city, city.li, lane="WAITING"))["items"]
    paused = {clock["name"] for clock in row["clocks"] if clock["pausedWhy"] == "need_info"}
    assert paused == {"triage", "promise"}


@on_sqlite
async def test_a_draft_waits_for_the_head_and_only_clerks_and_the_desk_file_for_others(city):
    def waits(told):
        return {each["lane"] for each in told["deskCounts"] if each["waits"]}

    assert "TO_CONFIRM" not in waits(await city.ask(city.wang, PAGE))
    assert "TO_CONFIRM" in waits(await city.ask(city.tang, PAGE))
    assert waits(await city.ask(city.li, PAGE)) == {"TO_TRIAGE", "SENT_BACK", "TO_AUDIT"}
    may = {
        a.id: (await a_page(city, a))["mayFile"] for a in (city.li, city.mei, city.clerk, city.wang, city.lin)
    }
    assert may == {"li": True, "mei": True, "clerk": True, "wang": False, "lin": False}


async def test_a_return_visit_shows_how_to_reach_him_to_the_desk_and_hides_from_whom_it_is_about(city):
    id = await asked(city, RequestKind.COMPLAINT, text="收钱办事。", spot=SOMEWHERE, phone="13800138001",
                     against_key="person:chen")  # fmt: skip
    await by(city, city.li, desk.assign, id, unit_id="zj", opinion="")
    await let_out(city, await answered(city, id))
    await city.rate(id, level=ServiceLevel.DISSATISFIED)
    [visit] = await city.rows(ReturnVisit)
    asks = "query ($id: ID!) { visit(id: $id) { no request { id reporterPhone relay { code } } } }"
    told = (await city.ask(city.li, asks, id=visit.id))["visit"]
    assert told["request"]["id"] == id and told["request"]["relay"]["code"]
    for actor in (city.mei, city.wang, city.clerk):
        assert await city.refused(actor, asks, id=visit.id) == ["NOT_FOUND"]
    assert {a.id for a in city.staff if sees_visit(a, visit)} == {"li", "he"}
    assert hides_visit(city.mei, visit) and not hides_visit(city.he, visit)


async def test_asked_again_only_the_head_is_offered_to_answer(city):
    id = await let_out(city, await answered(city, await sent(city)))
    await city.rate(id, solved=Solved.UNSOLVED, level=ServiceLevel.DISSATISFIED)
    offers = "query ($id: ID!) { deskRequest(id: $id) { offered } }"
    offered = {
        a.id: (await city.ask(a, offers, id=id))["deskRequest"]["offered"] for a in (city.wang, city.tang)
    }
    assert ("DRAFT" in offered["wang"], "DRAFT" in offered["tang"]) == (False, True)
