"""What a work order looks like from outside, and the loaders behind its fields."""

from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.steps import Clock, TimelineEntry, timeline
from server.command.graphql.types import (
    FilingRule,
    Kept,
    Matter,
    Person,
    Photo,
    Place,
    load_people,
    load_photos,
    matter_of,
    unit_of,
)  # fmt: skip
from server.command.library import Library
from server.command.orders import lanes, queries, rules
from server.command.orders.cards import CardColour
from server.command.orders.cards import card as card_of
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.graphql.hints import Suggestion, suggestion
from server.command.orders.graphql.loaders import load_clocks, load_holds, load_marks
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.rules import OrderSource
from server.command.orders.service.report import Spot
from server.command.orders.tables import WorkOrder as Row
from server.command.triage.rules import MERGE_SUGGESTED_FROM, Report, similarity
from server.graph.audience import field_for
from server.graph.context import Info
from server.identity.graphql import Unit
from server.identity.queries import PersonRow
from server.kernel.actors import DISPATCHERS, LEADER, OFFICER, STAFF, Post, Role
from server.kernel.geo import Wgs84
from server.platform.holds import Hold as HoldRow


@strawberry.type
class Hold:
    """Somebody's act that waits for its ten seconds."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[HoldRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def action(self) -> str:
        """Key of the act: order.dispatch, order.merge, order.reject, supervision.issue."""
        return self.row.act

    @strawberry.field
    def until(self) -> datetime:
        return self.row.until

    @strawberry.field
    async def by(self, info: Info) -> Person | None:
        person = await info.context.loader(load_people).load(self.row.actor_id)
        return Person(row=person) if person else None

    @strawberry.field
    def mine(self, info: Info) -> bool:
        return self.row.actor_id == info.context.actor.id


@strawberry.type
class OrderCard:
    """A red or yellow card, with the key of the rule that gave it: card.<rule>."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    colour: CardColour
    rule: str
    over_by_seconds: int | None
    acknowledged_at: datetime | None


@strawberry.type
class WorkOrder:
    """One problem in one place, from the report to the close."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def no(self) -> str:
        return self.row.no

    @strawberry.field
    def version(self) -> int:
        """What the next step has to name."""
        return self.row.version

    @strawberry.field
    def state(self) -> OrderState:
        return OrderState(self.row.state)

    @strawberry.field
    def title(self) -> str:
        """The first sentence, or the matter's name; empty when there is only a photo."""
        return self.row.title

    @strawberry.field
    def text(self) -> str:
        return self.row.text

    @strawberry.field
    def source(self) -> OrderSource:
        return OrderSource(self.row.source)

    @strawberry.field
    def reported_at(self) -> datetime:
        return self.row.reported_at

    @strawberry.field
    def place(self) -> Place:
        return Place(spot=spot_of(self.row))

    @strawberry.field
    def matter(self, info: Info) -> Matter | None:
        """Null until it is filed."""
        return matter_of(info.context.office, self.row.matter_code)

    @strawberry.field
    def rule(self, info: Info) -> FilingRule | None:
        """Null until it is filed."""
        catalogue = info.context.office.of(Library).catalogue
        return FilingRule.of(catalogue.rule(self.row.rule_id)) if self.row.rule_id else None

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        """Null until it is dispatched."""
        return unit_of(info, self.row.unit_id)

    @strawberry.field
    async def handler(self, info: Info) -> Person | None:
        return await person(info, self.row.handler_id)

    @strawberry.field
    async def checker(self, info: Info) -> Person | None:
        return await person(info, self.row.checker_id)

    @strawberry.field
    def danger(self) -> bool:
        return self.row.danger

    @strawberry.field
    def likes(self) -> int:
        """Neighbours who met it too."""
        return self.row.likes

    @strawberry.field
    def overdue(self) -> bool:
        return self.row.overdue

    @strawberry.field
    def rework_times(self) -> int:
        return self.row.rework_times

    @strawberry.field
    def return_times(self) -> int:
        return self.row.return_times

    @strawberry.field
    def reopen_times(self) -> int:
        return self.row.reopen_times

    @strawberry.field
    def closed_at(self) -> datetime | None:
        return self.row.closed_at

    @strawberry.field
    def result_text(self) -> str | None:
        return self.row.result_text or None

    @strawberry.field
    async def clock(self, info: Info) -> Clock | None:
        """The one that runs for the present stage."""
        timers = await info.context.loader(load_clocks).load(self.row.id)
        live = [timer for timer in timers if timer.stopped_at is None]
        named = [timer for timer in live if timer.name == self.row.due_clock] or live
        return Clock(row=named[0]) if named else None

    @strawberry.field
    async def clocks(self, info: Info) -> list[Clock]:
        """All of them, the oldest first."""
        return [Clock(row=timer) for timer in await info.context.loader(load_clocks).load(self.row.id)]

    @strawberry.field
    def promised_at(self) -> datetime | None:
        """What the reporter was told."""
        return self.row.promised_at

    @strawberry.field
    async def photos(self, info: Info) -> list[Photo]:
        return [Photo(row=photo) for photo in await info.context.loader(load_photos).load(self.row.id)]

    @strawberry.field
    async def cover(self, info: Info) -> Photo | None:
        if not self.row.cover_id:
            return None
        found = await info.context.loader(load_photos).load(self.row.id)
        return next((Photo(row=photo) for photo in found if photo.id == self.row.cover_id), None)

    @strawberry.field
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        """Newest first, internal steps included."""
        return await timeline(info, "order", self.row.id, also=[("request", self.row.source_id)])

    @strawberry.field
    async def actions(self, info: Info) -> list[OrderAction]:
        """What this person may do now: the buttons of the screen. None while an act is held."""
        if await info.context.loader(load_holds).load(self.row.id):
            return []
        offered = rules.offered(self.row, info.context.actor)
        if info.context.actor.post is Post.LEADER and self.row.unit_id and rules.is_open(self.row.state):
            offered += [] if self.row.supervised else [OrderAction.SUPERVISE]
        return offered

    @strawberry.field
    async def lanes(self, info: Info) -> list[OrderLane]:
        """The lists of this person's home it stands in."""
        return (await info.context.loader(load_marks).load(self.row.id))[0]

    @field_for(LEADER)
    async def figures(self, info: Info) -> list[BoardFigureKey]:
        """Which figures of the board count it."""
        return (await info.context.loader(load_marks).load(self.row.id))[1]

    @strawberry.field
    async def reporter(self, info: Info) -> Person | None:
        """Staff by name; a citizen only as a citizen."""
        return await person(info, self.row.reporter_id)

    @strawberry.field
    def reporter_phone(self) -> str | None:
        """138****0001; null when none was given or the case is confidential."""
        return self.row.contact or None

    @strawberry.field
    async def held(self, info: Info) -> Hold | None:
        hold = await info.context.loader(load_holds).load(self.row.id)
        return Hold(row=hold) if hold else None

    @field_for(OFFICER)
    async def suggestion(self, info: Info) -> Suggestion | None:
        """For the dispatcher, until it is dispatched."""
        actor = info.context.actor
        if actor.post not in DISPATCHERS or self.row.state not in {OrderState.REPORTED, OrderState.FILED}:
            return None
        return await suggestion(info, self.row)

    @field_for(OFFICER, most=3)
    async def similar(self, info: Info) -> list["Similar"]:
        """For the dispatcher: open cases that may be the same one, the likeliest first."""
        actor = info.context.actor
        if actor.post not in DISPATCHERS or self.row.state != OrderState.REPORTED:
            return []
        return await similar(info, self.row)

    @strawberry.field
    def supervised(self) -> bool:
        """A supervision is open on it."""
        return self.row.supervised

    @strawberry.field
    def satisfied(self) -> bool | None:
        """What the citizen thought of it; null until he said so."""
        return self.row.satisfied

    @strawberry.field
    def card(self, info: Info) -> OrderCard | None:
        card = card_of(self.row, info.context.office.clock())
        if card is None:
            return None
        seen = self.row.acknowledged_at if self.row.acknowledged_rule == card.rule else None
        return OrderCard(
            colour=card.colour, rule=card.rule, acknowledged_at=seen,
            over_by_seconds=int(card.over_by.total_seconds()) if card.over_by else None,
        )  # fmt: skip


@strawberry.type
class Similar:
    """A case that may be the same one."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    order: WorkOrder
    distance_m: int
    score: int = strawberry.field(description="0..100; from 60 on a merge is worth proposing.")


@strawberry.type
class OrderPage:
    """Some orders, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    items: list[WorkOrder]
    next: str | None
    total: int


@strawberry.type
class LaneCount:
    """How long a list is."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    lane: OrderLane
    count: int


@strawberry.type
class OrderEvent:
    """Something moved. The first one says `ready`; `order` is null when it is no longer yours to see."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    cursor: str
    verb: str
    at: datetime
    order_id: strawberry.ID | None = None
    order: WorkOrder | None = None


def spot_of(row: Row) -> Spot:
    """Where an order is."""
    point = Wgs84(row.lon, row.lat) if row.lon is not None and row.lat is not None else None
    return Spot(row.area, row.cell, point, row.accuracy_m, row.address)


async def person(info: Info, id: str) -> Person | None:
    """Somebody by account id."""
    row: PersonRow | None = await info.context.loader(load_people).load(id) if id else None
    return Person(row=row) if row else None


async def similar(info: Info, row: Row) -> list[Similar]:
    """Near duplicates by place, time, kind and words."""
    spot = spot_of(row)
    if spot.point is None:
        return []
    mine = _report(row)
    candidates = queries.visible_to(info.context.actor).where(lanes.open_now(), Row.id != row.id)
    async with info.context.office.reading() as session:
        near = await queries.near(session, candidates, spot.point, rules.MERGE_M, 50)
    scored = [(similarity(mine, _report(other)), round(metres), other) for other, metres in near]
    likely = sorted((hit for hit in scored if hit[0] >= MERGE_SUGGESTED_FROM), key=lambda hit: -hit[0])
    return [Similar(order=WorkOrder(row=other), distance_m=m, score=score) for score, m, other in likely[:3]]


def _report(row: Row) -> Report:
    best = Kept.of(row.suggestion).best
    code = row.matter_code or (best["matter"] if best else "")
    return Report(code or None, spot_of(row).point, row.reported_at, f"{row.title} {row.text}")
