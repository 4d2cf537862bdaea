"""Pure decisions about supervisions."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from server.kernel import against
from server.kernel.actors import DISPATCHERS, SYSTEM, UNIT_POSTS, Actor, Post, Role
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import CityError, IllegalStep
from server.supervision.orders.flow import FLOW, SupervisionAction, SupervisionState


class SupervisionKind(StrEnum):
    """Why there is a supervision (domain G5)."""

    AUTO_OVERDUE = "auto_overdue"
    LEADER_INSTRUCTION = "leader_instruction"
    KEY_MATTER = "key_matter"
    SHARE_DEFAULT = "share_default"
    DEEMED_EVENT = "deemed_event"
    CROSS_CHECK = "cross_check"


class SuperviseDue(StrEnum):
    """要求办结: the three choices of the sheet."""

    HOURS_4 = "hours_4"
    HOURS_24 = "hours_24"
    DAYS_3 = "days_3"


REPLY_LIMITS = {
    SuperviseDue.HOURS_4: Limit(4, TimeUnit.URGENT_HOUR),
    SuperviseDue.HOURS_24: Limit(24, TimeUnit.URGENT_HOUR),
    SuperviseDue.DAYS_3: Limit(3, TimeUnit.WORK_DAY),
}
SIGN_LIMIT = Limit(4, TimeUnit.WORK_HOUR)  # domain G5
RETURNED_LIMIT = Limit(1, TimeUnit.WORK_DAY)  # domain G5
AUTO_LIMIT = Limit(3, TimeUnit.WORK_DAY)  # domain G5: the default
UNANSWERED = timedelta(hours=24)  # ux 1.3: a red card
AUTO_CLOCKS = frozenset({"handle", "promise"})  # of an order: past them the system supervises by itself
CHOSEN = frozenset({SupervisionKind.LEADER_INSTRUCTION, SupervisionKind.KEY_MATTER})  # what people issue

A = SupervisionAction


class TargetClosed(CityError):
    """Only an open case that a unit has can be supervised."""

    code = "TARGET_CLOSED"


class PlanNeeded(CityError):
    """The case has not moved since the instruction: the reply says by which day it will be done."""

    code = "PLAN_NEEDED"


class PlanPast(CityError):
    """A plan names a day that is still to come."""

    code = "PLAN_PAST"


class PraisedAlready(CityError):
    """Once is enough."""

    code = "PRAISED_ALREADY"


class SupervisedAlready(CityError):
    """One supervision of a case at a time; ask on in the one that is open."""

    code = "SUPERVISED_ALREADY"


class NotIssuer(CityError):
    """Only whoever issued it accepts, returns or cancels (domain H3)."""

    code = "NOT_ISSUER"


class Supervision(Protocol):
    """The facts decisions rest on."""

    state: str
    unit_id: str
    issuer_id: str
    signed_at: datetime | None
    praised_at: datetime | None


OFFERED = ("state", "unit_id", "issuer_id", "signed_at", "praised_at")  # what `offered` reads


def offered(row: Supervision, actor: Actor) -> list[SupervisionAction]:
    """What this person may do now: the buttons of the screen."""
    mine = row.unit_id == actor.unit_id if actor.post in UNIT_POSTS else is_issuer(row, actor)
    found = FLOW.offered(SupervisionState(row.state), actor.post) if mine else []
    return [action for action in found if _fits(row, action)]


def _fits(row: Supervision, action: SupervisionAction) -> bool:
    match action:
        case A.SIGN:
            return row.signed_at is None
        case A.REPLY:
            return row.signed_at is not None
        case A.PRAISE:
            return row.praised_at is None
        case A.ESCALATE | A.YIELD:
            return False  # the system's doing
        case _:
            return True


def is_issuer(row: Supervision, actor: Actor) -> bool:
    """Whoever issued it or stands in for him; what the system issued is the district dispatchers' to end."""
    by_desk = row.issuer_id == SYSTEM.id and actor.post is Post.DISTRICT_DISPATCHER
    return row.issuer_id == (actor.deputy_of or actor.id) or by_desk


def needs_issuer(row: Supervision, actor: Actor) -> None:
    """The issuer closes it, never the unit, never a colleague."""
    if not is_issuer(row, actor):
        raise NotIssuer


def needs_unsigned(row: Supervision) -> None:
    """It is read once."""
    if row.signed_at is not None:
        raise IllegalStep(flow=FLOW.name, state=row.state, action=A.SIGN)


def needs_signed(row: Supervision) -> None:
    """Read before it is answered."""
    if row.signed_at is None:
        raise IllegalStep(flow=FLOW.name, state=row.state, action=A.REPLY)


def needs_unpraised(row: Supervision) -> None:
    """Praised once."""
    if row.praised_at is not None:
        raise PraisedAlready


def needs_answer(then: str, now: str, plan_on: date | None, today: date) -> None:
    """The case moved since the instruction, or there is a plan with a day (domain G5)."""
    if plan_on is not None and plan_on < today:
        raise PlanPast(field="planOn")
    if then == now and plan_on is None:
        raise PlanNeeded(field="planOn")


def above(area: str) -> str:
    """The level above an area: 街 → 区 → 市. The city's own is the last."""
    return next((area[:length] for length in (9, 6, 4) if length < len(area)), area)


def red_share(limit: Limit) -> Limit:
    """Twice the time: the instant of a red card, unless a day past the due time comes first."""
    return Limit(limit.value * 2, limit.unit)


class Placed(Protocol):
    """The facts that decide who sees a supervision."""

    area: str
    unit_id: str
    against: str


def sees(actor: Actor, row: Placed) -> bool:
    """Whether the actor sees it: what `queries.visible_to` says of rows, said of one that is here."""
    if against.bars(actor, row.against):
        return False
    match actor.role:
        case Role.LEADER:
            return row.area.startswith(actor.area)
        case Role.OFFICER if actor.post in DISPATCHERS or actor.post is Post.SYSTEM:
            return row.area.startswith(actor.area)
        case Role.OFFICER if actor.post in UNIT_POSTS:
            return row.unit_id == actor.unit_id
        case Role.OFFICER | Role.CITIZEN:
            return False


def hides(actor: Actor, row: Placed) -> bool:
    """Not even that something moved is told to whom the case complains about."""
    return against.bars(actor, row.against)
