"""Pure decisions about requests: limits, promises, words, who may urge and reopen."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Protocol

from server.command.requests import errors
from server.command.requests.flow import FLOW, TERMINAL, RequestState
from server.kernel.actors import CITIZEN, Actor
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import IllegalStep

MAX_REOPENINGS = 2  # domain G2
URGE_AGAIN = timedelta(hours=24)  # ux C7
NEARBY_M = 1000  # ux C10: 附近 1 公里
SAME_PLACE_M = 50  # domain A8: near enough to be the same thing
REPORTS_PER_HOUR = 20  # one device; G2 asks for a rate limit

STAGE_LIMITS = {  # domain G2
    "triage": Limit(0.5, TimeUnit.URGENT_HOUR),
    "need_info": Limit(3, TimeUnit.WORK_DAY),
    "visit": Limit(3, TimeUnit.WORK_DAY),
}
URGENT = Limit(1, TimeUnit.NATURAL_DAY)  # domain A11: urgent the same day


class RequestKind(StrEnum):
    """咨询 求助 投诉 举报 建议 表扬."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


REPLY_LIMITS = {  # domain A11, defaults
    RequestKind.CONSULT: Limit(1, TimeUnit.WORK_DAY),
    RequestKind.HELP: Limit(3, TimeUnit.WORK_DAY),
    RequestKind.COMPLAINT: Limit(5, TimeUnit.WORK_DAY),
    RequestKind.REPORT: Limit(5, TimeUnit.WORK_DAY),
    RequestKind.SUGGESTION: Limit(15, TimeUnit.WORK_DAY),
    RequestKind.PRAISE: Limit(3, TimeUnit.WORK_DAY),
}


class Solved(StrEnum):
    """问题解决了吗."""

    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"


class ServiceLevel(StrEnum):
    """好差评: five fixed levels, in this order; the first three are good ratings."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


GOOD = frozenset({ServiceLevel.VERY_SATISFIED, ServiceLevel.SATISFIED, ServiceLevel.FAIRLY_SATISFIED})


class RatingReason(StrEnum):
    """Why a rating is what it is."""

    SLOW = "slow"
    NOT_SOLVED = "not_solved"
    ATTITUDE = "attitude"
    UNCLEAR = "unclear"


def reply_limit(kind: RequestKind, urgent: bool) -> Limit:
    """What the citizen is promised, counted from the moment of the report."""
    return URGENT if urgent else REPLY_LIMITS[kind]


def stage_limit(name: str, kind: RequestKind) -> Limit:
    """The limit of a stage's timer."""
    return REPLY_LIMITS[kind] if name == "reply" else STAGE_LIMITS[name]


def needs_urgeable(urged_at: datetime | None, now: datetime) -> None:
    """Once in 24 hours."""
    if urged_at and now - urged_at < URGE_AGAIN:
        left = URGE_AGAIN - (now - urged_at)
        raise errors.UrgedAlready(again=ceil(left / timedelta(hours=1)))


def needs_open(state: RequestState, action: str) -> None:
    """Urging and adding make sense until there is an answer to rate."""
    if state in {*TERMINAL, RequestState.VISITING}:
        raise IllegalStep(flow=FLOW.name, state=state, action=action)


def needs_calm(reports_last_hour: int) -> None:
    """One device does not flood the desk."""
    if reports_last_hour >= REPORTS_PER_HOUR:
        raise errors.TooManyReports(minutes=60)


class CaseState(StrEnum):
    """The citizen's words for where his case stands (ux 0.4)."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    HANDLED = "handled"
    CLOSED = "closed"
    RATED = "rated"
    NEEDS_YOU = "needs_you"
    MERGED = "merged"
    EXTENDED = "extended"
    REOPENED = "reopened"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


C = CaseState

# Returns and arbitration are internal: the citizen reads "being decided who handles it" as accepted.
OF_ORDER: dict[str, tuple[CaseState, int, str]] = {  # order state → word, stages done, next step
    "reported": (C.RECEIVED, 0, "dispatch"),
    "verifying": (C.VERIFYING, 0, "verify"),
    "self_handled": (C.HANDLED, 3, "close"),
    "filed": (C.ACCEPTED, 1, "dispatch"),
    "returned": (C.ACCEPTED, 1, "deciding"),
    "disputed": (C.ACCEPTED, 1, "deciding"),
    "dispatched": (C.DISPATCHED, 2, "sign"),
    "in_progress": (C.IN_PROGRESS, 2, "handle"),
    "split": (C.IN_PROGRESS, 2, "handle"),
    "suspended": (C.EXTENDED, 2, "resume"),
    "handled": (C.HANDLED, 3, "check"),
    "check_pending": (C.HANDLED, 3, "check"),
    "checking": (C.HANDLED, 3, "check"),
    "close_pending": (C.HANDLED, 4, "close"),
    "closed": (C.CLOSED, 5, "rate"),
    "rejected": (C.REJECTED, 0, ""),
    "voided": (C.REJECTED, 0, ""),
    "merged": (C.MERGED, 1, "dispatch"),
}


def case_of_order(order_state: str, reopened: int) -> tuple[CaseState, int, str]:
    """The citizen's word for a case nobody but the order tells about."""
    state, stage, after = OF_ORDER[order_state]
    if reopened and state in {C.DISPATCHED, C.IN_PROGRESS}:
        return C.REOPENED, stage, after
    return state, stage, after


def case(request_state: str, order_state: str, *, merged: bool, reopened: int) -> tuple[CaseState, int, str]:
    """Word, stages done (of 受理 派单 处置 核查 办结) and the code of what happens next, "" when over."""
    own = RequestState(request_state)
    match own:
        case RequestState.WITHDRAWN:
            return C.WITHDRAWN, 0, ""
        case RequestState.REJECTED | RequestState.REFERRED:
            return C.REJECTED, 0, ""
        case RequestState.NEED_INFO:
            return C.NEEDS_YOU, 0, "supply"
        case RequestState.CLOSED:
            return C.RATED, 5, ""
        case RequestState.VISITING:
            return C.CLOSED, 5, "rate"
        case _:
            state, stage, after = case_of_order(order_state, reopened)
            return (C.MERGED if merged and state is not C.CLOSED else state), stage, after


class Owned(Protocol):
    """The fact that decides who sees a request."""

    reporter_id: str


def sees(actor: Actor, request: Owned) -> bool:
    """Whether it is the actor's own: what `queries.visible_to` says of rows, said of one that is here."""
    return actor.role is CITIZEN and request.reporter_id == actor.id
