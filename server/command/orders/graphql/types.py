"""What a work order looks like from outside, and the loaders behind its fields."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar, Optional

import strawberry

from server.command.graphql.coming import Coming, load_coming
from server.command.graphql.holds import Hold, load_holds
from server.command.graphql.steps import (
    Clock,
    Life,
    TimelineEntry,
    load_clocks,
    load_pressing,
    load_timelines,
)
from server.command.graphql.types import (
    LOCATED,
    FilingRule,
    GivenAnswer,
    Kept,
    Matter,
    Person,
    Photo,
    Place,
    Voice,
    load_covers,
    load_people,
    matter_of,
    rule_of,
    unit_of,
)
from server.command.library import Library
from server.command.orders import alike, cards, pairs, queries, rules
from server.command.orders.cards import CardColour
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.graphql.asking import AskedOrder
from server.command.orders.graphql.hints import RoutedBy, Suggestion, load_suggestions, routed_by
from server.command.orders.graphql.loaders import (
    load_duplicates,
    load_figures,
    load_lanes,
    load_parts,
    load_photos_of_both,
    load_related,
    load_voices_of_both,
    load_wholes,
)
from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.rules import OrderSource
from server.command.orders.tables import WorkOrder as Row
from server.command.triage.rules import MERGE_SUGGESTED_FROM, Report, similarity
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import column
from server.identity.graphql import Unit
from server.kernel.actors import DISPATCHERS, LEADER, OFFICER, STAFF, Post, Role
from server.kernel.geo import distance_m
from server.kernel.masking import LEFT
from server.platform.read import Needs, together

ALIKE = (  # compared by
    "id", "area", "lon", "lat", "accuracy_m", "matter_code", "suggestion", "reported_at", "title", "text",
)  # fmt: skip


@strawberry.type
class OrderCard:
    """A red or yellow card, with the key of the rule that gave it: card.<rule>."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    colour: CardColour
    rule: str
    over_by_seconds: int | None
    acknowledged_at: datetime | None


@strawberry.type
class Whole:
    """The case that was split: what a unit with a part of it may know of the rest."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID
    no: str
    title: str
    text: str
    parts: int
    over: int = strawberry.field(description="How many of its parts are over.")


@strawberry.type
class WorkOrder(AskedOrder):
    """One problem in one place, from the report to the close."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    no: str = column()
    version: int = column()  # what the next step has to name
    state: OrderState = column()
    title: str = column()  # the first sentence, or the matter's name; empty when there is only a photo
    text: str = column()
    source: OrderSource = column()
    reported_at: datetime = column()
    danger: bool = column()
    likes: int = column()  # neighbours who met it too
    overdue: bool = column()
    rework_times: int = column()
    return_times: int = column()
    reopen_times: int = column()
    closed_at: datetime | None = column()
    promised_at: datetime | None = column()  # what the reporter was told
    supervised: bool = column()  # a supervision is open on it
    satisfied: bool | None = column()  # what the citizen thought of it; null until he said so

    @field_for(needs=LOCATED)
    def place(self) -> Place:
        return Place(row=self.row)

    @field_for(needs={"matter_code", "catalogue_ref"}, reference=True)
    def matter(self, info: Info) -> Matter | None:
        """Null until it is filed; named as in the edition it was filed under."""
        return matter_of(info.context.office, self.row.matter_code, self.row.catalogue_ref)

    @field_for(needs={"rule_id", "catalogue_ref"}, reference=True)
    def rule(self, info: Info) -> FilingRule | None:
        """Null until it is filed; of the edition it was filed under."""
        return rule_of(info.context.office, self.row.rule_id, self.row.catalogue_ref)

    @field_for(most=6, needs={"answers"})
    def answers(self) -> list[GivenAnswer]:
        """What whoever reported it said to the matter's questions."""
        return GivenAnswer.of(self.row.answers)

    @field_for(OFFICER, needs={"state", "catalogue_ref"})
    def chosen_from(self) -> str:
        """The catalogue edition its matter and rule are chosen from; empty: from the one that holds."""
        return "" if self.row.state == OrderState.REPORTED else self.row.catalogue_ref

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        """Null until it is dispatched."""
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"unit_id"}, reference=True)
    def unit_phone(self, info: Info) -> str | None:
        """The unit's own number, to ring whoever is responsible."""
        unit = info.context.office.of(Library).units.get(self.row.unit_id)
        return (unit.phone or None) if unit else None

    @field_for(needs={"handler_id"})
    def handler(self, info: Info) -> Person | None:
        return person(info, self.row.handler_id)

    @field_for(needs={"checker_id"})
    def checker(self, info: Info) -> Person | None:
        return person(info, self.row.checker_id)

    @field_for(needs={"reporter_id"})
    def reporter(self, info: Info) -> Person | None:
        """Staff by name; a citizen only as a citizen."""
        return person(info, self.row.reporter_id)

    @field_for(needs={"contact"})
    def reporter_phone(self) -> str | None:
        """138****0001; null when none was given or the case is confidential."""
        return self.row.contact if self.row.contact not in ("", LEFT) else None

    @field_for(needs={"contact"})
    def reporter_left(self) -> bool:
        """已注销: whoever reported it closed his account; nobody can be called."""
        return self.row.contact == LEFT

    @field_for(needs={"result_text"})
    def result_text(self) -> str | None:
        return self.row.result_text or None

    @field_for(needs={"id", "due_clock"})
    def clock(self, info: Info) -> Clock | None:
        """The one that runs for the present stage."""
        return info.context.soon(load_pressing, (self.row.id, self.row.due_clock))

    @field_for(needs={"id"})
    def clocks(self, info: Info) -> list[Clock]:
        """All of them, the oldest first."""
        return info.context.soon(load_clocks, self.row.id)

    @field_for(needs={"id", "parent_id"})
    def photos(self, info: Info) -> list[Photo]:
        """The oldest first; a part has those of its whole case too."""
        return info.context.soon(load_photos_of_both, (self.row.id, self.row.parent_id))

    @field_for(needs={"id", "parent_id"})
    def voices(self, info: Info) -> list[Voice]:
        """What the citizen said into the phone, the oldest first; a part has those of its whole case too."""
        return info.context.soon(load_voices_of_both, (self.row.id, self.row.parent_id))

    @field_for(needs={"id", "parent_id"})
    def coming(self, info: Info) -> Coming | None:
        """Photos and voice notes that are still on their way; null when all are here."""
        return info.context.soon(load_coming, (self.row.id, self.row.parent_id))

    @field_for(needs={"cover_id"})
    def cover(self, info: Info) -> Photo | None:
        return info.context.soon(load_covers, self.row.cover_id) if self.row.cover_id else None

    @field_for(needs={"id", "source_id"})
    def timeline(self, info: Info) -> list[TimelineEntry]:
        """Newest first, internal steps included."""
        life = Life((("order", self.row.id), ("request", self.row.source_id)))
        return info.context.soon(load_timelines, life)

    @field_for(needs={"id", "supervised", "supervised_by_clock", *rules.OFFERED}, personal=True)
    async def actions(self, info: Info) -> list[OrderAction]:
        """What this person may do now: the buttons of the screen. None while an act is held."""
        if await info.context.loader(load_holds).load(self.row.id):
            return []
        offered = rules.offered(self.row, info.context.actor, info.context.office.clock())
        may = info.context.actor.post in {Post.LEADER, Post.DISTRICT_DISPATCHER}
        if may and self.row.unit_id and rules.is_open(self.row.state):
            by_person = self.row.supervised and not self.row.supervised_by_clock
            offered += [] if by_person else [OrderAction.SUPERVISE]
        return offered

    @field_for(needs={"id"}, personal=True)
    def lanes(self, info: Info) -> list[OrderLane]:
        """The lists of this person's home it stands in."""
        return info.context.soon(load_lanes, self.row.id)

    @field_for(LEADER, needs={"id"}, personal=True)
    def figures(self, info: Info) -> list[BoardFigureKey]:
        """Which figures of the board count it."""
        return info.context.soon(load_figures, self.row.id)

    @field_for(needs={"id"}, personal=True)
    def held(self, info: Info) -> Hold | None:
        return info.context.soon(load_holds, self.row.id)

    @field_for(OFFICER, needs={"state", "suggestion", "catalogue_ref"}, personal=True)
    def suggestion(self, info: Info) -> Suggestion | None:
        """For the dispatcher, until it is dispatched."""
        waits = self.row.state in {OrderState.REPORTED, OrderState.FILED}
        if info.context.actor.post not in DISPATCHERS or not waits:
            return None
        return info.context.soon(load_suggestions, (self.row.suggestion, self.chosen_from()))

    @field_for(OFFICER, needs={"suggestion"})
    def routed_by(self, info: Info) -> RoutedBy | None:
        """The rule that chose its unit, or would; null when the matrix or a person did."""
        return routed_by(info.context.office, self.row.suggestion)

    @field_for(OFFICER, most=3, needs={"state", *ALIKE}, personal=True)
    def similar(self, info: Info) -> list["Similar"]:
        """For the dispatcher: open cases that may be the same one, the likeliest first."""
        if info.context.actor.post not in DISPATCHERS or self.row.state != OrderState.REPORTED:
            return []
        return info.context.soon(load_similar, (self.row, info.needs("order")))

    @field_for(needs={"parent_id"})
    async def part_of(self, info: Info) -> Whole | None:
        """The case this is a part of; null for a whole one."""
        if not self.row.parent_id:
            return None
        id, no, title, text, parts, over = await info.context.loader(load_wholes).load(self.row.parent_id)
        return Whole(id=strawberry.ID(id), no=no, title=title, text=text, parts=int(parts), over=int(over))

    @field_for(most=12, needs={"id", "parts"}, personal=True)
    async def parts(self, info: Info) -> list["WorkOrder"]:
        """What it was split into, by number; those of one's own to see."""
        return await _views(info, load_parts, self.row.id) if self.row.parts else []

    @field_for(needs={"merged_into"}, personal=True)
    def merged_into(self, info: Info) -> Optional["WorkOrder"]:
        """The case it became part of."""
        asked = (self.row.merged_into, info.needs())
        return info.context.soon(load_orders, asked) if self.row.merged_into else None

    @field_for(most=20, needs={"id"}, personal=True)
    async def duplicates(self, info: Info) -> list["WorkOrder"]:
        """The cases that were merged into it, the newest first."""
        return await _views(info, load_duplicates, self.row.id)

    @field_for(most=20, needs={"id"}, personal=True)
    async def related(self, info: Info) -> list["WorkOrder"]:
        """Cases a dispatcher linked with it without merging them."""
        return await _views(info, load_related, self.row.id)

    @field_for(needs={"acknowledged_at", "acknowledged_rule", *cards.CARDED})
    def card(self, info: Info) -> OrderCard | None:
        card = cards.card(self.row, info.context.office.clock())
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
    distance_m: int | None = strawberry.field(
        description="Null while one of them has no place, or only a rough one: then their words say so."
    )
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


def person(info: Info, id: str) -> Person | None:
    """Somebody by account id."""
    return info.context.soon(load_people, id) if id else None


# ── loaders of whole orders ───────────────────────────────────────────────────────────────────────


async def load_orders(context: Context, asked: list[tuple[str, Needs]]) -> list[WorkOrder | None]:
    """Orders by id, with the columns asked; None for those this actor may not see."""
    wanted = queries.read_some(context.actor, [id for id, _ in asked])
    needs = together(("id",), *(needs for _, needs in asked))
    found = {view.row.id: view for view in WorkOrder.of(await context.office.read.lines(wanted, needs))}
    return [found.get(id) for id, _ in asked]


Linked = Callable[[Context, list[tuple[str, Needs]]], Awaitable[list[list[Row]]]]


async def _views(info: Info, load: Linked, id: str) -> list[WorkOrder]:
    """The orders `load` finds for one."""
    return WorkOrder.of(await info.context.loader(load).load((id, info.needs())))


async def load_similar(context: Context, asked: list[tuple[Row, Needs]]) -> list[list[Similar]]:
    """For each order its near duplicates by place, time, kind and words, with the columns asked."""
    orders, needs = [row for row, _ in asked], together(ALIKE, *(needs for _, needs in asked))
    others = await alike.candidates(context.office.read, context.actor, orders, needs)
    decided = await pairs.decided(context.office.read, {row.id for row in orders})
    return [_similar(row, [each for each in others if each.id not in decided[row.id]]) for row in orders]


def _similar(row: Row, others: list[Row]) -> list[Similar]:
    mine, hits = _report(row), []
    for other in others:
        theirs = _report(other)
        both = (mine.place, theirs.place) if mine.place and theirs.place else None
        if other.id != row.id and (
            both or row.area.startswith(other.area) or other.area.startswith(row.area)
        ):
            metres = distance_m(*both) if both else None
            hits.append((similarity(mine, theirs), metres, other))
    likely = sorted(
        (hit for hit in hits if hit[0] >= MERGE_SUGGESTED_FROM),
        key=lambda hit: (-hit[0], hit[1] or 0),
    )
    return [
        Similar(order=WorkOrder(row=o), distance_m=None if m is None else round(m), score=score)
        for score, m, o in likely[:3]
    ]


def _report(row: Row) -> Report:
    best = Kept.of(row.suggestion).best
    code = row.matter_code or (best["matter"] if best else "")
    return Report(code or None, rules.measured(row), row.reported_at, f"{row.title} {row.text}")
