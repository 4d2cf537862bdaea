"""How a supervision (督办件) moves: domain table G5, row by row."""

from enum import StrEnum

from server.kernel.actors import UNIT_POSTS, Post
from server.kernel.flow import Clock, Entry, Flow, Step


class SupervisionState(StrEnum):
    """Where a supervision stands."""

    ISSUED = "issued"
    SIGNED = "signed"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    RETURNED = "returned"      # 退回重办
    ESCALATED = "escalated"    # 升级
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SupervisionAction(StrEnum):
    """What people do with a supervision."""

    ISSUE = "issue"
    SIGN = "sign"
    PROGRESS = "progress"
    REPLY = "reply"
    ACCEPT = "accept"
    RETURN = "return"
    ESCALATE = "escalate"
    CANCEL = "cancel"
    ASK = "ask"          # 追问
    PRAISE = "praise"    # 表扬
    YIELD = "yield"      # the system's own makes way for a person's


S, A = SupervisionState, SupervisionAction
ISSUER = frozenset({Post.LEADER, Post.DISTRICT_DISPATCHER, Post.SYSTEM})
UNIT = UNIT_POSTS
SYSTEM = frozenset({Post.SYSTEM})
ALL_CLOCKS = ("supervise_sign", "supervise_reply")
_WITH_UNIT: tuple[SupervisionState, ...] = (S.SIGNED, S.IN_PROGRESS, S.RETURNED)

# fmt: off
FLOW = Flow(
    "supervision",
    (
        Entry(A.ISSUE, S.ISSUED, ISSUER, Clock(start=ALL_CLOCKS), "G5: the target is open", ("target_open",)),
    ),
    (
        Step(S.ISSUED,      A.SIGN,     S.SIGNED,      UNIT,   Clock(stop=("supervise_sign",)), "G5", ("own_unit",)),
        Step(S.ISSUED,      A.ESCALATE, S.ESCALATED,   SYSTEM, Clock(stop=("supervise_sign",)), "G5: no signature in 4 working hours; a yellow card"),
        Step(S.ESCALATED,   A.SIGN,     S.SIGNED,      UNIT,   basis="G5: late, but signed", guards=("own_unit", "unsigned")),
        *(Step(state,       A.PROGRESS, S.IN_PROGRESS, UNIT,   basis="G5", guards=("own_unit", "text"))
          for state in _WITH_UNIT),
        *(Step(state,       A.REPLY,    S.REPLIED,     UNIT,   Clock(stop=("supervise_reply",)), "G5; a reply includes what was begun", ("own_unit", "text", "answer"))
          for state in _WITH_UNIT),
        Step(S.ESCALATED,   A.REPLY,    S.REPLIED,     UNIT,   Clock(stop=("supervise_reply",)), "G5: late, but answered", ("own_unit", "signed", "text", "answer")),
        *(Step(state,       A.ESCALATE, S.ESCALATED,   SYSTEM, basis="G5: twice its time without an answer; a red card, one level up")
          for state in (*_WITH_UNIT, S.ESCALATED)),
        Step(S.REPLIED,     A.ACCEPT,   S.CLOSED,      ISSUER, Clock(stop=ALL_CLOCKS), "G5: closed by the issuer, never by the unit", ("issuer",)),
        Step(S.REPLIED,     A.RETURN,   S.RETURNED,    ISSUER, Clock(start=("supervise_reply",)), "G5: one working day", ("issuer", "opinion")),
        *(Step(state,       A.CANCEL,   S.CANCELLED,   ISSUER, Clock(stop=ALL_CLOCKS), "G5", ("issuer", "opinion"))
          for state in (S.ISSUED, S.ESCALATED)),
        *(Step(state,       A.YIELD,    S.CANCELLED,   SYSTEM, Clock(stop=ALL_CLOCKS), "a person's instruction takes the place of the system's")
          for state in (S.ISSUED, *_WITH_UNIT, S.ESCALATED, S.REPLIED)),
        *(Step(state,       A.ASK,      state,         ISSUER, basis="ux L4: the issuer asks on; no clock moves", guards=("issuer", "opinion"))
          for state in (S.ISSUED, *_WITH_UNIT, S.ESCALATED)),
        Step(S.CLOSED,      A.PRAISE,   S.CLOSED,      ISSUER, basis="ux L4: what was well done is said, once", guards=("issuer", "unpraised", "opinion")),
    ),
)
# fmt: on

TERMINAL = frozenset({S.CLOSED, S.CANCELLED})
