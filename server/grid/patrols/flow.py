"""How a patrol moves: one officer's round of one day."""

from enum import StrEnum

from server.kernel.actors import Post
from server.kernel.flow import Entry, Flow, Step


class PatrolState(StrEnum):
    """Where a patrol stands. What was missed of it stands in its points."""

    DUE = "due"          # 待巡查
    RUNNING = "running"  # 巡查中
    PAUSED = "paused"    # 暂停
    DONE = "done"        # 已结束
    MISSED = "missed"    # 漏巡: the window closed before it began


class PatrolAction(StrEnum):
    """What is done with a patrol."""

    PLAN = "plan"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    MISS = "miss"


S, A = PatrolState, PatrolAction
OFFICER = frozenset({Post.GRID_OFFICER})
JOB = frozenset({Post.SYSTEM})

FLOW: Flow[PatrolState, PatrolAction] = Flow(
    "patrol",
    entries=(Entry(A.PLAN, S.DUE, JOB, basis="A8"),),
    steps=(
        Step(S.DUE, A.START, S.RUNNING, OFFICER, guards=("needs_window",), basis="A8"),
        Step(S.RUNNING, A.PAUSE, S.PAUSED, OFFICER, basis="O3"),
        Step(S.PAUSED, A.RESUME, S.RUNNING, OFFICER, basis="O3"),
        Step(S.RUNNING, A.END, S.DONE, OFFICER, basis="O3"),
        Step(S.PAUSED, A.END, S.DONE, OFFICER, basis="O3"),
        Step(S.DUE, A.MISS, S.MISSED, JOB, basis="A8 漏巡"),
        Step(S.RUNNING, A.MISS, S.RUNNING, JOB, basis="A8 漏巡"),  # its points are declared, it goes on
        Step(S.PAUSED, A.MISS, S.PAUSED, JOB, basis="A8 漏巡"),
        Step(S.DONE, A.MISS, S.DONE, JOB, basis="A8 漏巡"),
        # begun in time without a network, heard of after the window closed
        Step(S.MISSED, A.START, S.RUNNING, OFFICER, guards=("needs_window",), basis="A8"),
    ),
)
