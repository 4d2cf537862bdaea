"""How a roll call moves. Who did not answer in time stays on record, even when he answers later."""

from enum import StrEnum

from server.kernel.actors import DISPATCHERS, Post
from server.kernel.flow import Entry, Flow, Step


class CallState(StrEnum):
    """Where a roll call stands."""

    OPEN = "open"          # 待应答
    ANSWERED = "answered"  # 已应答
    MISSED = "missed"      # 未应答
    LATE = "late"          # 超时应答


class CallAction(StrEnum):
    """What is done with a roll call."""

    CALL = "call"
    ANSWER = "answer"
    MISS = "miss"


S, A = CallState, CallAction
OFFICER = frozenset({Post.GRID_OFFICER})
JOB = frozenset({Post.SYSTEM})

FLOW: Flow[CallState, CallAction] = Flow(
    "roll_call",
    entries=(Entry(A.CALL, S.OPEN, DISPATCHERS, basis="E8 点名抽查", guards=("needs_minutes",)),),
    steps=(
        Step(S.OPEN, A.ANSWER, S.ANSWERED, OFFICER, basis="E8: on duty only"),
        Step(S.OPEN, A.MISS, S.MISSED, JOB, basis="E8"),
        Step(S.MISSED, A.ANSWER, S.LATE, OFFICER, basis="the fact stays beside the excuse"),
    ),
)
