"""One problem's whole way over real sockets: five phones, and each hears of it when it concerns him."""

import shutil
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from server.app import create_app
from server.demo import story
from server.identity.tokens import TokenRing
from server.kernel.actors import Role
from server.platform.vault import Vault
from server.settings import Settings
from tests.factories import an_id
from tests.phones import Phone
from tests.platform.pictures import photo
from tests.servers import free_port, running

HERE = {"lon": 113.2370, "lat": 23.1170, "datum": "WGS84", "accuracyM": 12, "address": "恩宁路99号"}
REQUEST = "id no version state stage promisedAt actions before { id } after { id } handlerName unit { id }"
ORDER = "id no version state lanes actions held { id until mine } unit { id } checker { name } supervised"
SUBMIT = f"mutation ($input: SubmitRequest!) {{ submitRequest(input: $input) {{ {REQUEST} }} }}"
LIVE_REQUESTS = f"subscription {{ liveRequests {{ verb request {{ {REQUEST} }} }} }}"
LIVE_ORDERS = f"""subscription ($since: String) {{
  liveOrders(since: $since) {{ cursor verb orderId order {{ {ORDER} figures }} }} }}"""
LIVE_BOARD = (
    "subscription { liveBoard { open { value } overdue { value } newToday { value } satisfaction { n } } }"
)
LIVE_SUPERVISIONS = (
    "subscription { liveSupervisions { verb supervision { id version state actions reply } } }"
)
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def settings(seeded, tmp_path):
    """The demo's data, and one second to think again, so that the story stays short."""
    folder = tmp_path / "demo"
    shutil.copytree(seeded, folder)
    return Settings(mode="demo", data_dir=folder, port=free_port(), hold_seconds=1, sweep_seconds=0.1)


@pytest.fixture
async def town(settings):
    async with running(create_app(settings), port=settings.port) as listening:
        yield listening


@pytest.fixture
async def people(town):
    """A guest, a grid officer, a dispatcher, a handler of 区住建局 and a leader, each with a phone."""
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(Phone(town)) for _ in range(5)]
        ann, chen, li, zhao, lin = phones
        await ann.be_guest()
        for phone, number in ((chen, "wg01"), (li, "dd01"), (zhao, "zj01")):
            await phone.sign_in("officer", number, story()["password"])
        await lin.sign_in("leader", "ld01", story()["password"])
        yield ann, chen, li, zhao, lin


class Live:
    """What one phone hears, of one order."""

    def __init__(self, events, field):
        self.events, self.field = events, field

    async def until(self, verb, found=lambda event: True):
        """The first event of that verb which is as wanted; everything before it is let go."""
        while True:
            event = (await self.events.next(within=10))[self.field]
            if event["verb"] == verb and found(event):
                return event


async def took(phone):
    """A photo, uploaded before it is named."""
    id = an_id()
    assert (await phone.put(f"/files/{id}", photo(), "image/jpeg")).status_code == 201
    return id


async def sent(phone, name, type_, of, **facts):
    """One mutation with an input; the key is the phone's."""
    query = f"mutation ($input: {type_}!) {{ {name}(input: $input) {{ {of} }} }}"
    return (await phone.ask(query, input={"opId": an_id(), **facts}))[name]


def signing(name, of):
    """签收, of an order or a supervision."""
    return f"mutation ($id: ID!, $v: Int!, $op: ID!) {{ {name}(id: $id, version: $v, opId: $op) {{ {of} }} }}"


async def order(phone, id):
    return (await phone.ask(f"query ($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", id=id))["order"]


async def request(phone, id):
    return (await phone.ask(f"query ($id: ID!) {{ request(id: $id) {{ {REQUEST} }} }}", id=id))["request"]


async def test_from_a_guests_report_to_a_rated_case_that_a_leader_supervised(people):
    ann, chen, li, zhao, lin = people
    async with AsyncExitStack() as stack:

        async def watching(phone, query, field):
            live = Live(await stack.enter_async_context(phone.watch(query)), field)
            await live.until("ready")
            return live

        anns = await watching(ann, LIVE_REQUESTS, "liveRequests")
        staff_orders = LIVE_ORDERS.replace(" figures", "")
        chens, lis, zhaos = [await watching(who, staff_orders, "liveOrders") for who in (chen, li, zhao)]
        lins = await watching(lin, LIVE_ORDERS, "liveOrders")
        instructed = await watching(zhao, LIVE_SUPERVISIONS, "liveSupervisions")
        answered = await watching(lin, LIVE_SUPERVISIONS, "liveSupervisions")
        board = await stack.enter_async_context(lin.watch(LIVE_BOARD))
        before = (await board.next())["liveBoard"]

        # the guest reports, twice by accident
        id, picture = an_id(), await took(ann)
        told = {
            "id": id,
            "text": "恩宁路路灯不亮，晚上很黑。",
            "photoIds": [picture],
            "place": HERE,
            "phone": "13900000000",
        }
        first = (await ann.ask(SUBMIT, input=told))["submitRequest"]
        assert (await ann.ask(SUBMIT, input=told))["submitRequest"] == first
        assert (first["state"], first["stage"], first["unit"]) == ("RECEIVED", 0, None)
        assert (await anns.until("request.submit"))["request"]["id"] == id
        arrived = await lis.until("order.report", lambda event: event["orderId"] == id)
        assert arrived["order"]["lanes"] == ["TO_DISPATCH"]
        assert (await lins.until("order.report"))["order"]["figures"] == [
            "NEW_TODAY", "NEW_WEEK", "NEW_MONTH", "OPEN",
        ]  # fmt: skip
        after = (await board.next())["liveBoard"]
        assert after["open"]["value"] == before["open"]["value"] + 1
        assert after["newToday"]["value"] == before["newToday"]["value"] + 1

        # the dispatcher sends it, thinks again, and sends it for good
        going = {"matterCode": "01037", "ruleId": "01037-1", "unitId": "zj"}
        for again in (True, False):
            version = (await order(li, id))["version"]
            held = await sent(li, "dispatchOrder", "DispatchOrder", ORDER, id=id, version=version, **going)
            assert (held["state"], held["held"]["mine"], held["lanes"]) == ("REPORTED", True, [])
            if again:
                undo = "mutation ($id: ID!) { takeBack(holdId: $id) }"
                assert (await li.ask(undo, id=held["held"]["id"]))["takeBack"] is True
                assert await li.refused(undo, id=held["held"]["id"]) == "HOLD_OVER"
        sent_to = (await zhaos.until("order.dispatch", lambda event: event["orderId"] == id))["order"]
        soon = set(sent_to["lanes"]) - {"DUE_SOON"}  # an hour of work runs out soon, except at night
        assert (sent_to["state"], soon) == ("DISPATCHED", {"TO_SIGN"})
        assert (await anns.until("request.assign"))["request"]["state"] == "DISPATCHED"

        # the leader instructs, the unit signs, answers and is done with it
        facts = {"id": an_id(), "orderId": id, "due": "HOURS_24", "text": "请今晚亮灯"}
        query = f"mutation ($input: SuperviseOrder!) {{ superviseOrder(input: $input) {{ {ORDER} }} }}"
        assert (await lin.ask(query, input=facts))["superviseOrder"]["held"]["mine"] is True
        duty = (await instructed.until("supervision.issue"))["supervision"]
        assert (duty["id"], duty["actions"]) == (facts["id"], ["SIGN"])
        signed = await zhao.ask(
            signing("signSupervision", "version"), id=duty["id"], v=duty["version"], op=an_id()
        )
        await sent(zhao, "replySupervision", "ReplySupervision", "state", id=duty["id"],
                   version=signed["signSupervision"]["version"], text="今晚八点前恢复照明",
                   planOn="2030-01-01")  # fmt: skip
        reply = (await answered.until("supervision.reply"))["supervision"]
        assert (reply["actions"], reply["reply"]) == (["ACCEPT", "RETURN"], "今晚八点前恢复照明")
        closed = await sent(
            lin, "answerReply", "AnswerReply", "state", id=duty["id"], version=reply["version"], accept=True
        )
        assert closed == {"state": "CLOSED"}

        # the handler repairs it, the officer of the place checks it, the dispatcher closes it
        version = (await order(zhao, id))["version"]
        mine = (await zhao.ask(signing("signOrder", ORDER), id=id, v=version, op=an_id()))["signOrder"]
        assert mine["state"] == "IN_PROGRESS"
        done = await sent(zhao, "finishOrder", "FinishOrder", ORDER, id=id, version=mine["version"],
                          text="已更换灯具，恢复照明。", photoIds=[await took(zhao)])  # fmt: skip
        assert (done["state"], done["checker"]["name"]) == ("CHECKING", "陈嘉敏")
        task = (await chens.until("order.send_check", lambda event: event["orderId"] == id))["order"]
        assert (task["lanes"], task["actions"]) == (["TO_CHECK"], ["HAND_ON", "CHECK_PASS", "CHECK_FAIL"])
        checked = await sent(chen, "submitCheck", "SubmitCheck", "state", id=id, version=task["version"],
                             conclusion="SOLVED", photoIds=[await took(chen)], place=HERE)  # fmt: skip
        assert checked == {"state": "CLOSE_PENDING"}
        version = (await lis.until("order.check_pass"))["order"]["version"]
        over = await sent(li, "closeOrder", "CloseOrder", ORDER, id=id, version=version, conditionMet=True)
        assert (over["state"], over["supervised"]) == ("CLOSED", False)

        # the guest sees before and after, and says what he thinks
        heard = (await anns.until("request.audit_pass"))["request"]
        assert (heard["state"], heard["stage"], heard["actions"]) == ("CLOSED", 5, ["SHARE", "RATE"])
        assert (heard["before"]["id"], heard["handlerName"], heard["after"] is not None) == (
            picture,
            "赵敏",
            True,
        )
        rated = await sent(ann, "rateRequest", "RateRequest", "state rating { level }", id=id,
                           version=heard["version"], solved="SOLVED", level="VERY_SATISFIED")  # fmt: skip
        assert rated == {"state": "RATED", "rating": {"level": "VERY_SATISFIED"}}
        while (now := (await board.next(within=10))["liveBoard"])["satisfaction"]["n"] == before[
            "satisfaction"
        ]["n"]:
            pass
        assert now["open"]["value"] == before["open"]["value"]


async def test_a_phone_that_was_away_hears_what_it_missed(people):
    ann, _, li, *_ = people
    query = LIVE_ORDERS.replace(" figures", "")
    async with li.watch(query) as events:
        since = (await events.next())["liveOrders"]["cursor"]
    ids = [an_id(), an_id()]
    for id in ids:
        await ann.ask(SUBMIT, input={"id": id, "text": "路灯不亮。", "place": HERE})
    async with li.watch(query, since=since) as events:
        ready, *missed = [(await events.next())["liveOrders"] for _ in range(3)]
    assert (ready["verb"], [event["orderId"] for event in missed]) == ("ready", ids)
    async with li.watch(query, since=missed[0]["cursor"]) as events:
        found = [(await events.next())["liveOrders"]["orderId"] for _ in range(2)]
    assert found == [None, ids[1]]


async def test_a_token_that_ended_is_renewed_and_the_work_goes_on(people, settings):
    _, _, li, *_ = people
    claims = jwt.decode(li.token, options={"verify_signature": False})
    ring = TokenRing(Vault.open(settings).signing, minutes=settings.access_minutes)
    li.token, _ = ring.mint(
        account_id=claims["sub"], role=Role.OFFICER, holding_id=claims["hld"], session_id=claims["sid"],
        now=datetime.now(UTC) - timedelta(hours=1),
    )  # fmt: skip
    answer = await li.post("/graphql", json={"query": "{ me { name } }"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    answer = await li.post("/auth/officer/refresh")
    assert answer.status_code == 200
    li.token = answer.json()["accessToken"]
    assert (await li.ask("{ me { name post } }"))["me"] == {"name": "李梅", "post": "DISTRICT_DISPATCHER"}


async def test_what_a_guest_reported_is_there_after_he_proved_his_phone(people):
    ann, *_ = people
    id = an_id()
    await ann.ask(SUBMIT, input={"id": id, "text": "路灯不亮。", "place": HERE})
    code = (await ann.post("/auth/citizen/code", json={"phone": "13900000001"})).json()["demoCode"]
    answer = await ann.post("/auth/citizen/verify", json={"phone": "13900000001", "code": code})
    assert answer.status_code == 200
    ann.token = answer.json()["accessToken"]
    assert (await ann.ask("{ me { guest phone } }"))["me"] == {"guest": False, "phone": "139****0001"}
    assert (await request(ann, id))["state"] == "RECEIVED"
    mine = (await ann.ask("{ myRequests { total items { id } } }"))["myRequests"]
    assert mine == {"total": 1, "items": [{"id": id}]}
