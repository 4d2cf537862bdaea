"""The demo district: told once, by the verbs people use, so that everybody finds something to do."""

from collections import Counter
from datetime import datetime

import pytest
from sqlmodel import col, select

from server.command.orders import lanes, queries
from server.command.orders.cards import CardColour, card
from server.command.orders.flow import TERMINAL
from server.command.orders.lanes import DISPATCHER_LANES, UNIT_LANES
from server.command.orders.tables import WorkOrder
from server.command.requests.desks import DeskLane
from server.command.requests.flow import RequestState
from server.command.requests.tables import CitizenRequest, Rating
from server.demo import Teller, accounts_of, an_id, seed, story
from server.identity.queries import actor_of, holdings_of
from server.identity.service import Identity
from server.identity.tables import Account
from server.kernel.actors import CITIZEN, Post, Role
from server.platform import audit
from server.platform.files import File
from server.settings import Settings
from tests.city import City, an_office, everything
from tests.clock import SHANGHAI
from tests.command.orders.counting import counters_agree
from tests.factories import DISTRICT

pytestmark = pytest.mark.timeout(120)
NIGHT = datetime(2027, 1, 3, 3, 0, tzinfo=SHANGHAI)  # a Sunday of a year whose holidays nobody announced yet


@pytest.fixture
async def office(settings, clock):
    demo = settings.model_copy(update={"mode": "demo"})
    async with an_office(demo, clock) as office:
        yield office


async def rows(office, statement):
    async with office.reading() as session:
        return list(await session.exec(statement))


async def actor(office, name):
    """Somebody of the story, as the store says who he is."""
    async with office.reading() as session:
        account = await session.get(Account, an_id(name))
        [*held] = await session.exec(holdings_of(account.id, office.clock()))
    return actor_of(account, held[0] if held else None)


async def test_it_is_told_once_and_everybody_finds_something_to_do(office, clock):
    said: list[str] = []
    assert await seed(office, echo=said.append) is True
    told = await everything(office)
    assert await seed(office, echo=said.append) is False
    assert (await everything(office), len(said)) == (told, 1)

    # the records hold, the figures agree, and every photo belongs to a case
    async with office.reading() as session:
        lines, breaks = await audit.verify(session)
    assert (breaks, lines > 300) == ([], True)
    city = City(office, clock)
    await counters_agree(office)
    assert await rows(office, select(File).where(col(File.attached_id).is_(None))) == []

    # everybody on the sign-in page can sign in
    for app, people in accounts_of(office.settings).items():
        assert people
        for person in people:
            granted = await office.of(Identity).login(
                Role(app),
                staff_no=person["staffNo"],
                password=person["password"],
                device="test",
                address="::1",
            )
            assert granted.access_token

    # the first look at the clocks; then cards, overdue cases, and an answer that waits for its citizen
    await city.sweep()
    now, every = clock(), await rows(office, select(WorkOrder))
    assert CardColour.RED in {found.colour for order in every if (found := card(order, now))}
    await counters_agree(office)
    assert [order for order in every if order.overdue]
    [mine] = [
        request for request in await rows(office, select(CitizenRequest))
        if request.reporter_id == an_id("c1") and request.state == RequestState.VISITING
    ]  # fmt: skip
    assert mine.id not in {rating.request_id for rating in await rows(office, select(Rating))}

    # every list of the desk has a case, and so has each unit that somebody shows
    desk = await queries.lane_counts(office.read, await actor(office, "li"), now)
    units: Counter[lanes.OrderLane] = Counter()
    for name in ("wang", "zhao"):
        units += Counter(await queries.lane_counts(office.read, await actor(office, name), now))
    field = await queries.lane_counts(office.read, await actor(office, "chen"), now)
    assert {lane for lane in DISPATCHER_LANES if not desk[lane]} == set()
    assert {lane for lane in UNIT_LANES if not units[lane]} <= {"supervised", "assist"}
    assert all(field.values())

    # and so has every list of the requests: of the desk, of the units, of the leader, of the window
    city, told_lanes = City(office, clock), Counter[str]()
    for name in ("li", "wang", "zhao", "liang", "su", "heli", "lin"):
        counts = await city.ask(await actor(office, name), "{ deskCounts { lane count } }")
        told_lanes += Counter({each["lane"]: each["count"] for each in counts["deskCounts"]})
    assert {lane.name for lane in DeskLane} == set(told_lanes)
    calls = await city.ask(await actor(office, "li"), "{ visits { total } }")
    assert calls["visits"]["total"] > 0

    # and yesterday has something to compare today with
    days = {order.reported_at.date() for order in every if order.state in TERMINAL}
    assert len(days) >= story()["history"]["days"]
    leader = await City(office, clock).ask(
        await actor(office, "lin"), "{ board { area { code } newToday { bandLow } } }"
    )
    assert leader["board"]["area"]["code"] == DISTRICT
    assert leader["board"]["newToday"]["bandLow"] is not None


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_it_can_be_told_at_any_hour_of_any_year(office, clock):
    clock.set(NIGHT)
    teller = Teller(office)
    await teller.people()
    await teller.cases()
    every = await rows(office, select(WorkOrder))
    assert len([order for order in every if not order.parent_id]) == len(story()["cases"])
    assert CardColour.RED in {found.colour for order in every if (found := card(order, clock()))}


def test_outside_the_demo_there_are_no_accounts():
    assert accounts_of(Settings(mode="production")) == {"officer": [], "leader": []}
    shown = accounts_of(Settings(mode="demo"))
    assert {person["post"] for person in shown["officer"]} >= {
        Post.GRID_OFFICER,
        Post.DISTRICT_DISPATCHER,
        Post.HANDLER,
    }
    assert CITIZEN not in {row["role"] for row in story()["staff"]}
