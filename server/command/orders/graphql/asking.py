"""What is asked about an order, who else takes part in it, and what was ruled: as staff see it."""

from collections import defaultdict
from datetime import datetime
from typing import ClassVar

import strawberry
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.graphql.steps import pauses_of
from server.command.graphql.types import Matter, Person, load_people, matter_of, unit_of
from server.command.library import Library
from server.command.orders import adjust, docket, rules
from server.command.orders.facts import (
    ApplicationKind,
    ApplicationState,
    CloseReason,
    RulingState,
    ShareState,
    VoidReason,
)
from server.command.orders.flow import OrderAction, OrderState
from server.command.orders.service.advance import rule_limit
from server.command.orders.service.ruling import RulingScope
from server.command.orders.tables import OrderApplication, OrderRuling, OrderShare, WorkOrder
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Area, Unit
from server.kernel.actors import OFFICER, STAFF, UNIT_POSTS, Role
from server.kernel.calendar import Limit, TimeUnit
from server.platform import sla
from server.platform.kept import kept

NEAREST = 5  # past rulings an arbiter is shown (ux 2.11)
LOOKED_AT = 100
STREET_DIGITS = 9


@strawberry.type
class Application(View[OrderApplication]):
    """Somebody asks for something; `stage` says whose word it waits for."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    kind: ApplicationKind = column()
    state: ApplicationState = column()
    words: str = column()  # of an extension or a suspension the citizen reads them
    until: datetime | None = column()  # the day a suspension is to end
    asked_at: datetime = column()

    @field_for(needs={"plan"})
    def plan(self) -> str | None:
        return self.row.plan or None

    @field_for(needs={"reason"})
    def reason(self) -> VoidReason | None:
        return VoidReason(self.row.reason) if self.row.reason else None

    @field_for(needs={"asked_by"})
    def asked_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.asked_by)

    @field_for(needs={"endorsed_by"})
    def endorsed_by(self, info: Info) -> Person | None:
        """The unit's head, or the first of two reviewers."""
        return info.context.soon(load_people, self.row.endorsed_by) if self.row.endorsed_by else None

    @field_for(needs={"opinion"})
    def opinion(self) -> str | None:
        """Of the last who spoke."""
        return self.row.opinion or None


@strawberry.type
class Share(View[OrderShare]):
    """Another unit's part in a case."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    share: str = column()
    state: ShareState = column()
    asked_at: datetime = column()
    answered_at: datetime | None = column()

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"answer"})
    def answer(self) -> str | None:
        return self.row.answer or None


@strawberry.type
class Ruling(View[OrderRuling]):
    """Who answers for a disputed case. Signed by a leader it binds, and is a precedent in its scope."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = column()
    state: RulingState = column()
    text: str = column()
    basis: str = column()
    ruled_at: datetime = column()
    signed_at: datetime | None = column()

    @field_for(needs={"facts"})
    def no(self) -> str:
        """Number of the case it was made for."""
        return str(self.row.facts.get("no", ""))

    @field_for(needs={"facts"})
    def title(self) -> str:
        """What that case was about."""
        return str(self.row.facts.get("title", ""))

    @field_for(needs={"matter_code"}, reference=True)
    def matter(self, info: Info) -> Matter | None:
        return matter_of(info.context.office, self.row.matter_code)

    @field_for(needs={"area"}, reference=True)
    def street(self, info: Info) -> Area | None:
        code = self.row.area[:STREET_DIGITS]
        return Area.of(info.context.office.areas, code) if len(code) == STREET_DIGITS else None

    @field_for(needs={"scope"})
    def scope(self) -> RulingScope:
        wide = len(self.row.scope) < STREET_DIGITS
        return RulingScope.DISTRICT if wide else RulingScope.STREET

    @field_for(needs={"unit_id"}, reference=True)
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(most=10, needs={"co_units"})
    def co_units(self, info: Info) -> list[Unit]:
        """协办."""
        found = (unit_of(info.context.office, id) for id in self.row.co_units.split("|"))
        return [unit for unit in found if unit]

    @field_for(needs={"ruled_by"})
    def ruled_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.ruled_by)

    @field_for(needs={"signed_by"})
    def signed_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.signed_by) if self.row.signed_by else None

    @field_for(needs={"opinion"})
    def opinion(self) -> str | None:
        """The leader's words."""
        return self.row.opinion or None


@strawberry.type
class Candidate:
    """A unit that a dispute may be ruled to, with the duty that speaks for it."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    unit: Unit
    duty: str = strawberry.field(description="Its duty in words; empty when the matter is none of it.")
    returned: bool


@strawberry.type
class Arbitration:
    """What an arbiter weighs: the units, their duties, and past rulings of the kind, the nearest first."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    order: strawberry.Private[WorkOrder]
    past: strawberry.Private[list[Ruling]]

    @field_for(most=8)
    def candidates(self, info: Info) -> list[Candidate]:
        """Who returned it, and whom the matrix names."""
        library, order = info.context.office.of(Library), self.order
        returned = [id for id in order.returned_by.split("|") if id]
        named = sorted(library.matrix.allowed(order.matter_code, order.area)) if order.matter_code else []
        ids = dict.fromkeys([*returned, *([order.unit_id] if order.unit_id else []), *named])
        return [
            Candidate(unit=Unit.of(unit), duty=unit.duty_for(order.matter_code), returned=id in returned)
            for id in ids if (unit := library.units.get(id))
        ][:8]  # fmt: skip

    @field_for()
    def first_unit(self, info: Info) -> Unit | None:
        """Who had it first keeps it safe meanwhile."""
        return unit_of(info.context.office, self.order.first_unit)

    @field_for(most=NEAREST)
    def precedents(self) -> list[Ruling]:
        return self.past


ARBITRATED = ("id", "state", "matter_code", "area", "unit_id", "first_unit", "returned_by")


@strawberry.type
class AskedOrder(View[WorkOrder]):
    """The fields of an order that tell what is asked about it, who else takes part, and what was ruled."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    shuffle_times: int = column()  # 推诿: returns judged groundless
    suspended_until: datetime | None = column()  # while it rests
    appeal_until: datetime | None = column()  # while its unit may appeal against the overtime
    overtime_exempt: bool = column()  # the excuse; `clocks` keep the fact

    @field_for(needs={"outcome"})
    def outcome(self) -> CloseReason | None:
        """What its unit says, and in the end what it was closed for. Closed is not resolved."""
        return CloseReason(self.row.outcome) if self.row.outcome else None

    @field_for(needs={"state", "suspended_at"})
    def backlog(self, info: Info) -> bool:
        """积存: still open 60 days after its suspension was granted."""
        return adjust.backlog(self.row, info.context.office.clock())

    @field_for(needs={"pending"})
    def pending(self) -> str | None:
        """What waits for whose word: extension.unit, extension.desk, appeal.second, ruling.leader, …"""
        return self.row.pending or None

    @field_for(needs={"id", "pending"})
    def application(self, info: Info) -> Application | None:
        """What somebody asks about it, until that is decided."""
        return info.context.soon(load_applications, self.row.id) if self.row.pending else None

    @field_for(most=10, needs={"id"})
    def shares(self, info: Info) -> list[Share]:
        """协办: other units that take part."""
        return info.context.soon(load_shares, self.row.id)

    @field_for(needs={"id", "pending", "ruled_unit"})
    def ruling(self, info: Info) -> Ruling | None:
        """The ruling that binds it, or waits for a leader's signature."""
        ruled = self.row.ruled_unit or self.row.pending == "ruling.leader"
        return info.context.soon(load_rulings, self.row.id) if ruled else None

    @field_for(needs=ARBITRATED, personal=True)
    def arbitration(self, info: Info) -> Arbitration | None:
        """What an arbiter weighs, while it is disputed; null for the units."""
        blind = info.context.actor.post in UNIT_POSTS
        if blind or self.row.state != OrderState.DISPUTED:
            return None
        return info.context.soon(load_arbitrations, self.row)

    @field_for(OFFICER, needs={"id", "version", "catalogue_ref", "rule_id", *rules.OFFERED}, personal=True)
    def extend_to(self, info: Info) -> datetime | None:
        """When it would be due with its limit granted once more; null when that cannot be asked."""
        now = info.context.office.clock()
        if OrderAction.APPLY_EXTENSION not in rules.offered(self.row, info.context.actor, now):
            return None
        return info.context.soon(load_extensions, self.row)


async def load_applications(context: Context, ids: list[str]) -> list[Application | None]:
    """What waits to be decided about each order."""
    found = {
        each.row.order_id: each
        for each in Application.of(await context.office.read.lines(docket.applications(ids)))
        if each.row.state == ApplicationState.WAITING
    }
    return [found.get(id) for id in ids]


async def load_shares(context: Context, ids: list[str]) -> list[list[Share]]:
    """Who else takes part in each order."""
    found: defaultdict[str, list[Share]] = defaultdict(list)
    for share in Share.of(await context.office.read.lines(docket.shares(ids))):
        found[share.row.order_id].append(share)
    return [found[id] for id in ids]


async def load_rulings(context: Context, ids: list[str]) -> list[Ruling | None]:
    """The last ruling on each order."""
    rows = Ruling.of(await context.office.read.lines(docket.rulings(ids)))
    found = {each.row.order_id: each for each in rows}
    return [found.get(id) for id in ids]


async def load_arbitrations(context: Context, orders: list[WorkOrder]) -> list[Arbitration]:
    """Past rulings of the kind: of the same matter before its category, of the same place before others."""
    kinds = sorted({order.matter_code[:2] for order in orders})
    rows = await context.office.read.lines(docket.precedents(context.actor, kinds, LOOKED_AT))

    return [Arbitration(order=order, past=Ruling.of(_nearest(order, rows))) for order in orders]


def _nearest(order: WorkOrder, rulings: list[OrderRuling]) -> list[OrderRuling]:
    def far(row: OrderRuling) -> tuple[bool, int]:
        shared = next((n for n in (15, 12, STREET_DIGITS) if row.area[:n] == order.area[:n]), 0)
        return row.matter_code != order.matter_code, -shared

    kind = order.matter_code[:2]
    others = (row for row in rulings if row.order_id != order.id and row.matter_code[:2] == kind)
    return sorted(others, key=far)[:NEAREST]  # of equals the newest, as they were read


async def load_extensions(context: Context, orders: list[WorkOrder]) -> list[datetime | None]:
    """When each order would be due if its limit were granted once more; None where no clock runs."""
    read, calendar = context.office.read, context.office.calendar
    timers = {row.subject_id: row for row in await read.lines(_handling([order.id for order in orders]))}
    pauses: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    if paused := [row.id for row in timers.values() if row.paused_times]:
        for row in await read.lines(pauses_of(paused)):
            if row.resumed_at:
                pauses[row.timer_id].append((row.paused_at, row.resumed_at))

    def due(order: WorkOrder) -> datetime | None:
        timer = timers.get(order.id)
        if timer is None or timer.due_at is None:
            return None
        limit = Limit(timer.limit_value + rule_limit(context, order).value, TimeUnit(timer.unit))
        return calendar.due(timer.started_at, limit, pauses[timer.id])

    return [due(order) for order in orders]


@kept
def _handling(ids: list[str]) -> SelectOfScalar[sla.Timer]:
    mine = (sla.Timer.subject_kind == "order", col(sla.Timer.subject_id).in_(ids), sla.Timer.name == "handle")
    return select(sla.Timer).where(*mine, col(sla.Timer.stopped_at).is_(None))
