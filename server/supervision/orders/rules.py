"""Pure decisions about supervisions."""

from enum import StrEnum
from typing import Protocol

from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import CityError
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


class TargetClosed(CityError):
    """Only an open case that a unit has can be supervised."""

    code = "TARGET_CLOSED"


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


def offered(row: Supervision, actor: Actor) -> list[SupervisionAction]:
    """What this person may do now: the buttons of the screen."""
    mine = row.unit_id == actor.unit_id if actor.post in UNIT_POSTS else row.issuer_id == actor.id
    found = FLOW.offered(SupervisionState(row.state), actor.post) if mine else []
    return [action for action in found if action is not SupervisionAction.PROGRESS]  # a reply includes it


def needs_issuer(row: Supervision, actor: Actor) -> None:
    """The issuer closes it, never the unit, never a colleague."""
    if row.issuer_id != actor.id:
        raise NotIssuer


class Placed(Protocol):
    """The facts that decide who sees a supervision."""

    area: str
    unit_id: str


def sees(actor: Actor, row: Placed) -> bool:
    """Whether the actor sees it: what `queries.visible_to` says of rows, said of one that is here."""
    match actor.role:
        case Role.LEADER:
            return row.area.startswith(actor.area)
        case Role.OFFICER if actor.post in DISPATCHERS or actor.post is Post.SYSTEM:
            return row.area.startswith(actor.area)
        case Role.OFFICER if actor.post in UNIT_POSTS:
            return row.unit_id == actor.unit_id
        case Role.OFFICER | Role.CITIZEN:
            return False
