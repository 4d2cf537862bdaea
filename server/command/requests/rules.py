"""Pure decisions about requests: limits, promises, words, who may do what."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil

from server.command.requests import errors
from server.command.requests.flow import FLOW, TERMINAL, RequestState
from server.kernel.actors import Actor
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import BadInput, IllegalStep

MAX_REOPENINGS = 2  # domain G2
URGE_AGAIN = timedelta(hours=24)  # ux C7
NEARBY_M = 1000  # ux C10: 附近 1 公里
SAME_PLACE_M = 50  # domain A8: near enough to be the same thing
REPORTS_PER_HOUR = 20  # one device; G2 asks for a rate limit

STAGE_LIMITS = {  # domain G2
    "triage": Limit(0.5, TimeUnit.URGENT_HOUR),
    "need_info": Limit(3, TimeUnit.WORK_DAY),
    "remind_1": Limit(1, TimeUnit.WORK_DAY),
    "remind_2": Limit(2, TimeUnit.WORK_DAY),
    "contact": Limit(1, TimeUnit.WORK_DAY),
    "visit": Limit(3, TimeUnit.WORK_DAY),
    "visit_1": Limit(1, TimeUnit.WORK_DAY),
    "visit_2": Limit(2, TimeUnit.WORK_DAY),
}
RETURN_LIMIT = Limit(1, TimeUnit.WORK_DAY)  # domain G2: a unit returns within a day
CALL_LIMIT = Limit(15, TimeUnit.WORK_DAY)  # domain B5: a bad rating is called back
CHANGE_RATING = timedelta(days=7)  # ux C8
SAMPLED = 10  # percent of what was closed without a check, domain G1.23
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


class Adoption(StrEnum):
    """What becomes of a suggestion: 采纳 部分采纳 未采纳."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"


class DeclineReason(StrEnum):
    """Why a request is not taken in (domain G2)."""

    IN_COURT = "in_court"
    IN_RECONSIDERATION = "in_reconsideration"
    IN_PETITION = "in_petition"
    SECRET = "secret"
    DUPLICATE = "duplicate"
    NOT_OURS = "not_ours"
    UNCLEAR = "unclear"


class ReferTo(StrEnum):
    """Where to go instead: 信访 复议 诉讼 110."""

    PETITION = "petition"
    RECONSIDERATION = "reconsideration"
    LAWSUIT = "lawsuit"
    POLICE = "police"


REFER_PHONES = {  # the country's own numbers
    ReferTo.PETITION: "12345", ReferTo.RECONSIDERATION: "12348", ReferTo.LAWSUIT: "12368",
    ReferTo.POLICE: "110",
}  # fmt: skip


class Outcome(StrEnum):
    """Why a request is over."""

    RATED = "rated"
    UNRATED = "unrated"
    UNREACHED = "unreached"
    EXPLAINED = "explained"  # the law does not allow it, and a leader stands for saying so
    STILL_UNSOLVED = "still_unsolved"  # for the third time: on the leader's list


class ContactWay(StrEnum):
    """How somebody tried to reach him. A relay connects without showing the number."""

    RELAY = "relay"
    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"


class VisitReason(StrEnum):
    """Why somebody calls after the close."""

    BAD_RATING = "bad_rating"
    UNSOLVED = "unsolved"
    SAMPLED = "sampled"


class VisitState(StrEnum):
    """Where a return visit stands."""

    OPEN = "open"
    PASSED = "passed"
    REDONE = "redone"


ON_AN_ORDER = frozenset({RequestKind.REPORT, RequestKind.HELP})
ANSWERED_DIRECTLY = frozenset({RequestKind.CONSULT, RequestKind.PRAISE})


def rides(kind: RequestKind, *, somewhere: bool, against: bool) -> bool:
    """What is about a place becomes an order; what is about people stands on its own (domain G2)."""
    return not against and (kind in ON_AN_ORDER or (kind is RequestKind.COMPLAINT and somewhere))


def on_behalf(actor: Actor, owner_id: str | None) -> str:
    """Whose a new request is: "" for one's own, else somebody this person helps. Raises BadInput."""
    if owner_id and owner_id != actor.id and owner_id not in actor.wards:
        raise BadInput(field="forId")
    return owner_id or ""


def proposed(kind: RequestKind, *, pictured: bool, known: bool, against: bool) -> RequestKind:
    """What a request is taken for when nobody said: by its words, unless something says otherwise.

    A named party makes it a complaint; a picture, or in a question a matter the catalogue knows, a thing
    at a place.
    """
    if against:
        return RequestKind.COMPLAINT
    asks = kind is RequestKind.CONSULT
    if (pictured and (asks or kind is RequestKind.SUGGESTION)) or (known and asks):
        return RequestKind.REPORT
    return kind


def needs_changeable(rated_at: datetime | None, now: datetime) -> None:
    """A rating may be thought over for seven days."""
    if rated_at is None or now - rated_at > CHANGE_RATING:
        raise errors.RatingFixed


def sampled(id: str) -> bool:
    """Whether this case is among the ten in a hundred that are called; always the same ones."""
    return int(sha256(id.encode()).hexdigest()[:8], 16) % 100 < SAMPLED


# ── limits and words ──────────────────────────────────────────────────────────────────────────────


def stage_limit(name: str, kind: RequestKind) -> Limit:
    """The limit of a stage's timer."""
    return REPLY_LIMITS[kind] if name in {"reply", "promise"} else STAGE_LIMITS[name]


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


OF_ALONE: dict[RequestState, tuple[CaseState, int, str]] = {  # a request no order carries
    RequestState.SUBMITTED: (C.RECEIVED, 0, "answer"),
    RequestState.ASSIGNED: (C.DISPATCHED, 2, "sign"),
    RequestState.IN_PROGRESS: (C.IN_PROGRESS, 2, "reply"),
    RequestState.REPLIED: (C.HANDLED, 3, "audit"),
}


def case_alone(request_state: str, *, reopened: int, outcome: str) -> tuple[CaseState, int, str]:
    """As `case`, for a request that stands on its own."""
    own = RequestState(request_state)
    if own is RequestState.CLOSED and outcome not in {Outcome.RATED, Outcome.STILL_UNSOLVED}:
        return C.CLOSED, 5, ""
    if own not in OF_ALONE:
        return case(own, "closed", merged=False, reopened=reopened)
    state, stage, after = OF_ALONE[own]
    return (C.REOPENED if reopened and state is C.IN_PROGRESS else state), stage, after
