"""Counters never disagree with the rows: after any walk of verbs every figure is what COUNT would say."""

from collections import Counter
from random import Random

import pytest
from sqlmodel import select

from server.command.orders import lanes, queries, rules
from server.command.orders.cards import card
from server.command.orders.flow import FLOW, OrderAction, OrderState
from server.command.orders.graphql.loaders import load_figures, load_lanes
from server.command.orders.lanes import BoardFigureKey
from server.command.orders.rules import CheckConclusion, RejectReason, VerifyConclusion
from server.command.orders.service import desk, field, merge, shares, suspension, unit
from server.command.orders.service.applications import DECISIONS
from server.command.orders.service.report import Spot, spot_at
from server.command.orders.tables import WorkOrder
from server.command.requests.flow import FLOW as REQUEST_FLOW
from server.command.requests.flow import RequestState
from server.command.requests.rules import ServiceLevel, Solved
from server.command.requests.service import citizen as requests
from server.command.requests.tables import CitizenRequest
from server.graph.context import Context
from server.kernel.errors import CityError
from server.platform import holds
from server.platform.holds import Hold
from server.platform.rollups import Rollup
from server.supervision.orders import service as supervisions
from server.supervision.orders.rules import SuperviseDue
from tests.city import BIN, BIN_RULE, FAR, HERE, LAMP, LAMP_RULE, NEAR, OTHER_STREET, on_sqlite
from tests.command.orders.counting import counters_agree
from tests.factories import DISTRICT, STREET, an_id

A = OrderAction
RARE = frozenset({A.ASK_VOID, A.REJECT, A.MERGE, A.VOID, A.LOCATE, A.REQUEST_VERIFY})  # else few get anywhere
FEW = 6
BOARD = """{ board { newToday { value n } open { value n } overdue { value n }
                     satisfaction { value n } } }"""
BEHIND = (
    "query ($figure: BoardFigureKey!) { orders(figure: $figure, first: 100) { total items { id figures } } }"
)
AREA = """query ($measure: MapMeasure!, $parent: String) {
  areaFigures(measure: $measure, parent: $parent) { area { code } value n } }"""


class Walk:
    """People doing whatever their screens offer, in an order nobody planned."""

    def __init__(self, city, seed):
        self.city, self.dice = city, Random(seed)
        self.done: Counter[str] = Counter()

    async def steps(self, n):
        for _ in range(n):
            verb = self.dice.choice(self.verbs)
            try:
                await verb(self)
                self.done[verb.__name__] += 1
            except CityError as refusal:
                self.done[refusal.code] += 1

    async def report(self):
        at, matter = self.dice.choice((HERE, NEAR, FAR, OTHER_STREET)), self.dice.choice(("", LAMP, BIN))
        if len(await self.city.rows(WorkOrder)) < FEW:
            await self.city.report(at=at, matter_code=matter)

    async def submit(self):
        at = self.dice.choice((HERE, NEAR, OTHER_STREET))
        spot = self.dice.choice((Spot(DISTRICT), spot_at(self.city.office.areas, at)))
        text = self.dice.choice(("路灯不亮。", "楼道里有燃气味，很浓。", "垃圾桶满了。"))
        if len(await self.city.rows(WorkOrder)) < FEW:
            await self.city.submit(self.dice.choice((self.city.ann, self.city.ben)), spot=spot, text=text)

    async def wait(self):
        self.city.clock.advance(minutes=self.dice.choice((1, 1, 1, 20, 240, 1500)))
        await self.city.sweep()

    async def take_back(self):
        for row in await self.city.rows(Hold) if self.dice.random() < 0.2 else ():
            await self.city.do(self.city.li, holds.take_back, row.id)

    async def move(self):
        """Somebody takes a step that a screen would offer him."""
        if found := sorted(await self.city.rows(WorkOrder), key=lambda row: row.no):
            order = self.dice.choice(found)
            offers = [
                (who, action)
                for who in self.city.staff
                for action in rules.offered(order, who, self.city.clock())
            ]
            who, action = self.dice.choice(offers or [(None, A.VOID)])
            if who and (action not in RARE or self.dice.random() < 0.1):
                await self.take(who, order, action)

    async def take(self, actor, order, action):
        city, id = self.city, order.id
        words = self.dice.choice(("", "说明"))
        match action:
            case A.FILE | A.DISPATCH:
                facts = self.dice.choice((
                    {}, {"matter_code": BIN, "rule_id": BIN_RULE, "unit_id": "cg"},
                    {"matter_code": LAMP, "rule_id": LAMP_RULE, "unit_id": "sw"},
                ))  # fmt: skip
                await city.ask_dispatch(id, actor, **facts)
            case A.REQUEST_VERIFY:
                await city.move(actor, desk.request_verify, id)
            case A.VERIFY_DONE:
                await city.verify(
                    id, actor, conclusion=VerifyConclusion.NOT_TRUE, here=self.dice.choice((NEAR, FAR))
                )
            case A.HAND_ON:
                await city.move(actor, field.pass_on, id, reason=words)
            case A.MERGE:
                others = [row.id for row in await city.rows(WorkOrder)]
                await city.move(actor, merge.ask_merge, id, into_id=self.dice.choice(others), op_id=an_id())
            case A.REJECT:
                facts = {"reason": RejectReason.NOT_TRUE, "opinion": words, "op_id": an_id()}
                await city.move(actor, desk.ask_reject, id, **facts)
            case A.LOCATE:
                await city.move(
                    actor, desk.locate, id, spot=city.spot(self.dice.choice((HERE, FAR, OTHER_STREET)))
                )
            case A.SIGN:
                await city.sign(id, actor)
            case A.RETURN:
                await city.send_back(id, actor)
            case A.ACCEPT_RETURN | A.REFUSE_RETURN:
                accept = action is A.ACCEPT_RETURN
                await city.move(actor, desk.decide_return, id, accept=accept, opinion=words)
            case A.FINISH:
                await city.finish(id, actor)
            case A.DEPT_CONFIRM:
                await city.confirm(id, actor)
            case A.DEPT_REJECT:
                await city.move(actor, unit.reject, id, opinion=words)
            case A.CHECK_PASS | A.CHECK_FAIL:
                how = CheckConclusion.SOLVED if action is A.CHECK_PASS else CheckConclusion.PARTLY
                await city.check(id, actor, conclusion=how)
            case A.CLOSE:
                await city.close(id, actor, met=self.dice.random() < 0.8)
            case A.ASSIGN:
                await city.move(actor, unit.assign, id, handler_id=self.dice.choice(("wang", "tang")))
            case A.UNASSIGN:
                await city.move(actor, unit.unassign, id)
            case A.RESUME:
                await city.move(actor, suspension.resume, id, opinion=words)
            case A.INVITE:
                await city.move(actor, shares.invite, id, unit_id="sw", share="配合断水")
            case A.ACCEPT_SHARE | A.DECLINE_SHARE | A.FINISH_SHARE:
                await city.move(actor, shares.answer, id, action=action, text=words)
            case A.APPLY_EXTENSION | A.APPLY_SUSPENSION | A.APPEAL | A.ASK_VOID:
                await city.apply(id, actor, action)
            case A.RULE:
                await city.rule(id, actor)
            case A.SIGN_RULING | A.REFUSE_RULING:
                await city.sign_ruling(id, actor, accept=action is A.SIGN_RULING, opinion=words)
            case _ if any(action in pair for pair in DECISIONS.values()):
                grant = action in {pair[0] for pair in DECISIONS.values()}
                await city.decide(id, actor, grant=grant, opinion=words)
            case _:
                await city.step(actor, action, id, words)

    async def citizen(self):
        """A citizen rates, urges, withdraws or meets somebody else's case."""
        found = await self.city.rows(CitizenRequest)
        if not found:
            return
        request = self.dice.choice(sorted(found, key=lambda row: row.no))
        by = self.city.ann if request.reporter_id == "ann" else self.city.ben
        if request.state == RequestState.VISITING:
            how = self.dice.choice(tuple(Solved)), self.dice.choice(tuple(ServiceLevel))
            await self.city.rate(request.id, how[0], by, level=how[1])
        elif self.dice.random() < 0.2:
            await self.city.do(by, requests.withdraw, id=request.id, version=request.version)
        else:
            await self.city.do(by, self.dice.choice((requests.urge, requests.follow_case)), request.id)

    async def supervise(self):
        found = sorted(await self.city.rows(WorkOrder), key=lambda row: row.no)
        if found:
            order = self.dice.choice(found)
            facts = {"id": an_id(), "order_id": order.id, "due": SuperviseDue.HOURS_4, "text": "请尽快"}
            await self.city.do(self.city.lin, supervisions.ask_issue, **facts)

    verbs = (
        report,
        submit,
        wait,
        take_back,
        citizen,
        supervise,
        move,
        move,
        move,
        move,
        move,
        move,
        move,
        move,
        move,
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_any_walk_every_figure_is_what_counting_says(city, seed):
    walk = Walk(city, seed)
    for _ in range(4):
        await walk.steps(60)
        await figures_agree(city)
        await lists_agree(city)
        await cards_agree(city)
        await clocks_agree(city)
    assert walk.done["move"] > 30


async def figures_agree(city):
    await counters_agree(city.office)
    for leader in (city.lin, city.bo):
        board = (await city.ask(leader, BOARD))["board"]
        for name in ("newToday", "open", "overdue", "satisfaction"):
            key = BoardFigureKey["NEW_TODAY" if name == "newToday" else name.upper()]
            behind = (await city.ask(leader, BEHIND, figure=key.name))["orders"]
            assert (board[name]["n"], len(behind["items"])) == (behind["total"], behind["total"])
            assert all(key.name in item["figures"] for item in behind["items"])
            if key is not BoardFigureKey.SATISFACTION:
                assert board[name]["value"] == board[name]["n"]
        for measure, name in (("OPEN", "open"), ("OVERDUE", "overdue"), ("NEW_TODAY", "newToday")):
            below = (await city.ask(leader, AREA, measure=measure))["areaFigures"]
            assert sum(row["n"] for row in below) <= board[name]["n"]  # some are known to the district only


async def lists_agree(city):
    """The mark on a row, the list and its length are one condition."""
    now = city.clock()
    for actor in city.staff:
        visible, context = await ids(city, queries.reach(actor)), Context(city.office, actor)
        marks = await load_lanes(context, visible)
        counts = await queries.lane_counts(city.office.read, actor, now)
        assert tuple(counts) == lanes.lanes_of(actor)
        for lane in lanes.OrderLane:
            rows = await ids(city, queries.in_lane(actor, lane, now))
            assert rows == [id for id, own in zip(visible, marks, strict=True) if lane in own]
            assert counts.get(lane, 0) == len(rows)
        if actor.role is city.lin.role:
            figures = await load_figures(context, visible)
            for key in BoardFigureKey:
                rows = await ids(city, queries.behind(actor, key, now))
                assert rows == [id for id, own in zip(visible, figures, strict=True) if key in own]


async def ids(city, rows):
    """The ids of a list, in order."""
    return sorted(row.id for row in await city.office.read.lines(rows, ("id",)))


async def cards_agree(city):
    """SQL finds exactly the cases cards.card gives a card to."""
    now = city.clock()
    async with city.office.reading() as session:
        found = set(await ids(city, queries.carded(city.lin, now, 100)))
        every = list(await session.exec(select(WorkOrder)))
    assert found == {row.id for row in every if card(row, now)}


async def clocks_agree(city):
    """The live clocks are those that the rows of the tables started, paused, resumed and stopped."""
    for order in await city.rows(WorkOrder):
        begun = {"promise": order.promised_at, "danger": order.danger}
        running = {name: "running" for name, wanted in begun.items() if wanted}
        assert await city.clocks(order.id) == replayed(FLOW, await city.lines(order.id), order.state, running)
    for request in await city.rows(CitizenRequest):
        lines = await city.lines(request.id, "request")
        clocks = replayed(REQUEST_FLOW, lines, request.state, {})
        orders = {"promise", "contact"}  # where an order carries it, the order keeps the promise
        assert await city.clocks(request.id, "request") == {
            name: state for name, state in clocks.items() if name not in orders
        }


def replayed(flow, lines, state, live):
    """Follow the flow records from the beginning to `state`, and what each row does to the clocks."""
    rows = {(step.source, step.action): step for step in flow.steps}
    entries = {entry.action: entry for entry in flow.entries}
    left = [
        line
        for line in lines
        if line.target and line.verb.partition(".")[2] in {a for _, a in rows} | set(entries)
    ]
    here, live = "", dict(live)
    while line := next((line for line in left if line.source == here), None):
        left.remove(line)
        action, here = line.verb.partition(".")[2], line.target
        row = rows[line.source, action] if line.source else entries[action]
        assert row.target == line.target
        for name in row.clock.stop:
            live.pop(name, None)
        for name in row.clock.pause:
            live[name] = "paused"
        live |= dict.fromkeys((*row.clock.start, *row.clock.resume), "running")
    assert (here, left) == (state, [])
    return live


@on_sqlite
async def test_every_open_case_stands_on_the_desk_exactly_once_unless_it_is_held(city):
    """What waits for its ten seconds has left its list and is in no other."""
    desk_lanes = set(lanes.DISPATCHER_LANES) - {lanes.OrderLane.TO_DECIDE}  # an application stands beside
    walk = Walk(city, 6)
    await walk.steps(120)
    held = {row.subject_id for row in await city.rows(Hold)}
    rows = await city.office.read.lines(queries.visible_to(city.li).where(lanes.open_now()))
    marks = await load_lanes(Context(city.office, city.li), [row.id for row in rows])
    assert len(rows) >= 5
    for row, mine in zip(rows, marks, strict=True):
        waiting = row.id in held and row.state in {OrderState.REPORTED, OrderState.FILED}
        assert len(desk_lanes & set(mine)) == (0 if waiting else 1)


async def test_a_rated_case_that_is_put_elsewhere_takes_its_rating_along(city):
    id = await city.bring(await city.submit(), "closed")
    await city.rate(id, Solved.UNSOLVED)
    await city.send_back(id)
    await city.move(city.li, desk.decide_return, id, accept=True, opinion="")
    await city.move(city.li, desk.locate, id, spot=city.spot(OTHER_STREET))
    await figures_agree(city)
    assert not [
        row for row in await city.rows(Rollup) if row.area == STREET and row.metric == "rated" and row.n
    ]
