"""How a talk goes: it waits, is taken, and ends; or a phone number is left and somebody calls back."""

from enum import StrEnum

from server.kernel.actors import DISPATCHERS, Post
from server.kernel.flow import Entry, Flow, Step


class TalkState(StrEnum):
    """等待接入 交谈中 等回电 已结束."""

    WAITING = "waiting"
    TALKING = "talking"
    CALL_BACK = "call_back"
    CLOSED = "closed"


class TalkAction(StrEnum):
    """What moves a talk."""

    ASK = "ask"
    TAKE = "take"
    HAND_BACK = "hand_back"
    CALL_ME = "call_me"
    END = "end"
    CLOSE = "close"
    REGISTER = "register"


S, A = TalkState, TalkAction
CITIZEN = frozenset({Post.CITIZEN})

FLOW = Flow(
    "talk",
    entries=[Entry(A.ASK, S.WAITING, CITIZEN, guards=("one_at_a_time",))],
    steps=[
        Step(S.WAITING, A.TAKE, S.TALKING, DISPATCHERS),
        Step(S.WAITING, A.CALL_ME, S.CALL_BACK, CITIZEN),
        Step(S.WAITING, A.END, S.CLOSED, CITIZEN),
        Step(S.TALKING, A.HAND_BACK, S.WAITING, DISPATCHERS, guards=("needs_own_talk",)),
        Step(S.TALKING, A.CALL_ME, S.CALL_BACK, CITIZEN),
        Step(S.TALKING, A.END, S.CLOSED, CITIZEN),
        Step(S.TALKING, A.CLOSE, S.CLOSED, DISPATCHERS, guards=("needs_own_talk",)),
        Step(S.TALKING, A.REGISTER, S.CLOSED, DISPATCHERS, guards=("needs_own_talk",)),
        Step(S.CALL_BACK, A.END, S.CLOSED, CITIZEN),
        Step(S.CALL_BACK, A.CLOSE, S.CLOSED, DISPATCHERS),
        Step(S.CALL_BACK, A.REGISTER, S.CLOSED, DISPATCHERS),
    ],
)
