"""The facts of an order that decisions rest on, and the words people choose from."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Order(Protocol):
    """The facts of an order that decisions rest on."""

    state: str
    source: str
    title: str
    text: str
    reporter_id: str
    unit_id: str
    handler_id: str
    finisher_id: str
    checker_id: str
    verifier_id: str
    lon: float | None
    lat: float | None
    accuracy_m: int | None
    matter_code: str
    rule_id: str
    reported_at: datetime
    promised_at: datetime | None
    bundled_due_at: datetime | None
    closed_at: datetime | None
    suspended_at: datetime | None
    appeal_until: datetime | None
    count_until: datetime | None
    overdue: bool
    danger: bool
    first_unit: str
    returned_by: str
    ruled_unit: str
    also: str
    pending: str
    outcome: str
    return_times: int
    reopen_times: int
    rework_times: int
    extension_times: int
    unsolved_times: int
    overtime: bool
    overtime_exempt: bool
    dispatcher_id: str
    parent_id: str
    parts: int
    supervise_due_at: datetime | None
    supervise_red_at: datetime | None


class ReturnReason(StrEnum):
    """Why a unit sends an order back."""

    NOT_OUR_DUTY = "not_our_duty"
    WRONG_PLACE = "wrong_place"
    NOT_ENOUGH_INFO = "not_enough_info"
    DUPLICATE = "duplicate"
    DONE_BY_OTHERS = "done_by_others"


class CloseReason(StrEnum):
    """What a case was closed for. Closed is not resolved: only SOLVED and GONE are."""

    SOLVED = "solved"
    GONE = "gone"  # nothing was there any more
    BEYOND_POWERS = "beyond_powers"  # no unit of the district may do it; somebody else may
    NO_BASIS = "no_basis"  # nothing in law or policy that it could rest on
    LONG_TERM = "long_term"  # taken into a plan or a programme of works
    PRIVATE_MATTER = "private_matter"  # between people: courts or mediation
    OWNER_REFUSES = "owner_refuses"  # without the owner it cannot be done


RESOLVED = frozenset({CloseReason.SOLVED, CloseReason.GONE})


class VoidReason(StrEnum):
    """Why an order should never have been one."""

    DUPLICATE = "duplicate"
    FALSE_REPORT = "false_report"
    ENTERED_BY_MISTAKE = "entered_by_mistake"


class ApplicationKind(StrEnum):
    """What is asked for."""

    EXTENSION = "extension"
    SUSPENSION = "suspension"
    APPEAL = "appeal"
    COUNT = "count"  # that the case is not counted as the unit's
    VOID = "void"


class ApplicationState(StrEnum):
    """What became of an application."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the case went on without it


class Stage(StrEnum):
    """Whose word an application waits for; `pending` of an order is "kind.stage"."""

    UNIT = "unit"  # the unit's head
    DESK = "desk"  # the command centre
    SECOND = "second"  # another person of it
    LEADER = "leader"


class ShareState(StrEnum):
    """How another unit takes part."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    INTERIM = "interim"  # the first unit, while others argue: only in `also`, never a share


class RulingState(StrEnum):
    """A ruling waits for a leader; signed, it binds."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    REFUSED = "refused"
