"""How a work order moves: domain table G1, row by row. Read the table; there is no other rule."""

from enum import StrEnum

from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Post
from server.kernel.flow import Clock, Entry, Flow, Step


class OrderState(StrEnum):
    """Where a work order stands. Overdue is a flag, not a state."""

    REPORTED = "reported"            # 已上报
    VERIFYING = "verifying"          # 核实中
    REJECTED = "rejected"            # 不予受理
    FILED = "filed"                  # 已立案，待派遣
    DISPATCHED = "dispatched"        # 待接收
    IN_PROGRESS = "in_progress"      # 处置中
    SUSPENDED = "suspended"          # 挂账
    RETURNED = "returned"            # 退回待审
    DISPUTED = "disputed"            # 争议裁定
    HANDLED = "handled"              # 处置完成，待部门批转
    CHECK_PENDING = "check_pending"  # 待核查
    CHECKING = "checking"            # 核查中
    CLOSE_PENDING = "close_pending"  # 待结案
    CLOSED = "closed"                # 结案
    VOIDED = "voided"                # 作废
    MERGED = "merged"                # 并案
    SELF_HANDLED = "self_handled"    # 自处置待审
    SPLIT = "split"                  # 已拆分，各部分在办


class OrderAction(StrEnum):
    """What people do with a work order, in the words of the field."""

    REPORT = "report"
    SELF_HANDLE = "self_handle"
    AUDIT_PASS = "audit_pass"
    AUDIT_FAIL = "audit_fail"
    REQUEST_VERIFY = "request_verify"
    VERIFY_DONE = "verify_done"
    MERGE = "merge"
    REJECT = "reject"
    FILE = "file"
    DISPATCH = "dispatch"
    SIGN = "sign"
    RETURN = "return"
    ACCEPT_RETURN = "accept_return"
    REFUSE_RETURN = "refuse_return"
    ESCALATE = "escalate"
    RULE = "rule"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    FINISH = "finish"
    DEPT_REJECT = "dept_reject"
    DEPT_CONFIRM = "dept_confirm"
    SEND_CHECK = "send_check"
    WAIVE_CHECK = "waive_check"
    CHECK_PASS = "check_pass"
    CHECK_FAIL = "check_fail"
    CLOSE = "close"
    CLOSE_REJECT = "close_reject"
    VOID = "void"
    REOPEN = "reopen"
    APPEAL = "appeal"
    SPLIT = "split"                  # 拆分: parts for several units
    PART = "part"                    # one of them begins
    PARTS_DONE = "parts_done"        # the last of them is over
    REJOIN = "rejoin"                # every one of them was voided
    RECONSIDER = "reconsider"        # a split case that was closed comes back to the desk
    LOCATE = "locate"                # put on the map: no change of state
    SUPERVISE = "supervise"          # a leader's instruction: no change of state


S, A = OrderState, OrderAction

DISPATCHER = DISPATCHERS
DISTRICT = frozenset({Post.DISTRICT_DISPATCHER})
OFFICER = frozenset({Post.GRID_OFFICER})
UNIT = UNIT_POSTS
HEAD = frozenset({Post.UNIT_HEAD})
LEADER = frozenset({Post.LEADER})
SYSTEM = frozenset({Post.SYSTEM})

ALL_CLOCKS = ("accept", "danger", "verify", "dispatch", "sign", "handle", "rule", "sendcheck", "check", "promise")
REWORK = Clock(stop=("check",), start=("handle", "sign"))

_OPEN_BEFORE_HANDLED = (S.REPORTED, S.VERIFYING, S.FILED, S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED,
                        S.RETURNED, S.DISPUTED)  # fmt: skip

# fmt: off
FLOW = Flow(
    "order",
    (
        Entry(A.REPORT,      S.REPORTED,     OFFICER | SYSTEM | LEADER | {Post.CITIZEN}, Clock(start=("accept",)), "G1.1; in the district; a citizen through G2",
              ("photo_or_text", "grid_matter")),
        Entry(A.SELF_HANDLE, S.SELF_HANDLED, OFFICER, basis="G1.2", guards=("before_and_after",)),
        Entry(A.PART,        S.FILED,        DISPATCHER, Clock(start=("dispatch",)), "one case for several units; a part has no parts of its own"),
    ),
    (
        Step(S.SELF_HANDLED,  A.AUDIT_PASS,     S.CLOSED,        DISPATCHER, basis="G1.3", guards=("not_reporter",)),
        Step(S.SELF_HANDLED,  A.AUDIT_FAIL,     S.REPORTED,      DISPATCHER, Clock(start=("accept",)), "G1.3", ("not_reporter", "opinion")),
        Step(S.REPORTED,      A.REQUEST_VERIFY, S.VERIFYING,     DISPATCHER, Clock(stop=("danger",), pause=("accept",), start=("verify",)), "G1.4", ("place",)),
        Step(S.VERIFYING,     A.VERIFY_DONE,    S.REPORTED,      OFFICER,    Clock(stop=("verify",), resume=("accept",)), "G1.5", ("assigned", "on_site")),
        Step(S.REPORTED,      A.MERGE,          S.MERGED,        DISPATCHER, Clock(stop=ALL_CLOCKS), "G1.6", ("same_case",)),
        Step(S.REPORTED,      A.REJECT,         S.REJECTED,      DISPATCHER | SYSTEM, Clock(stop=ALL_CLOCKS), "G1.7", ("opinion",)),
        Step(S.REPORTED,      A.FILE,           S.FILED,         DISPATCHER, Clock(stop=("accept", "danger"), start=("dispatch",)), "G1.8", ("place", "grid_matter", "rule_of_matter")),
        Step(S.FILED,         A.DISPATCH,       S.DISPATCHED,    DISPATCHER, Clock(stop=("dispatch",), start=("handle", "sign")), "G1.9", ("unit_in_matrix",)),
        Step(S.DISPATCHED,    A.SIGN,           S.IN_PROGRESS,   UNIT,       Clock(stop=("sign",)), "G1.10", ("own_unit",)),
        Step(S.DISPATCHED,    A.RETURN,         S.RETURNED,      UNIT,       Clock(stop=("sign",)), "G1.11", ("own_unit", "returnable")),
        Step(S.IN_PROGRESS,   A.RETURN,         S.RETURNED,      UNIT,       basis="G1.11", guards=("own_unit", "returnable")),
        Step(S.RETURNED,      A.ACCEPT_RETURN,  S.FILED,         DISPATCHER, Clock(stop=("handle",), start=("dispatch",)), "G1.12"),
        Step(S.RETURNED,      A.REFUSE_RETURN,  S.DISPATCHED,    DISPATCHER, Clock(start=("sign",)), "G1.13", ("opinion",)),
        Step(S.RETURNED,      A.ESCALATE,       S.DISPUTED,      DISPATCHER | SYSTEM, Clock(pause=("handle",), start=("rule",)), "G1.14", ("disputed",)),
        Step(S.DISPUTED,      A.RULE,           S.DISPATCHED,    DISTRICT | {Post.ARBITER}, Clock(stop=("rule", "handle"), start=("handle", "sign")), "G1.15", ("opinion", "place", "grid_matter", "rule_of_matter")),
        Step(S.IN_PROGRESS,   A.EXTEND,         S.IN_PROGRESS,   DISPATCHER, basis="G1.16", guards=("extendable", "opinion")),
        Step(S.IN_PROGRESS,   A.SUSPEND,        S.SUSPENDED,     DISTRICT,   Clock(pause=("handle",)), "G1.17", ("suspendable",)),
        Step(S.SUSPENDED,     A.RESUME,         S.IN_PROGRESS,   HEAD | SYSTEM, Clock(resume=("handle",)), "G1.18"),
        Step(S.IN_PROGRESS,   A.FINISH,         S.HANDLED,       UNIT,       basis="G1.19", guards=("own_unit", "after_photo")),
        Step(S.HANDLED,       A.DEPT_REJECT,    S.IN_PROGRESS,   HEAD,       basis="G1.20", guards=("own_unit", "opinion")),
        Step(S.HANDLED,       A.DEPT_CONFIRM,   S.CHECK_PENDING, HEAD | SYSTEM, Clock(stop=("handle",), start=("sendcheck",)), "G1.21", ("own_unit", "not_finisher")),
        Step(S.CHECK_PENDING, A.SEND_CHECK,     S.CHECKING,      DISPATCHER | SYSTEM, Clock(stop=("sendcheck",), start=("check",)), "G1.22", ("independent",)),
        Step(S.CHECK_PENDING, A.WAIVE_CHECK,    S.CLOSE_PENDING, DISTRICT,   Clock(stop=("sendcheck",)), "G1.23", ("opinion",)),
        Step(S.CHECKING,      A.CHECK_PASS,     S.CLOSE_PENDING, OFFICER,    Clock(stop=("check",)), "G1.24", ("assigned", "independent", "on_site", "check_photo")),
        Step(S.CHECKING,      A.CHECK_FAIL,     S.DISPATCHED,    OFFICER,    REWORK, "G1.25", ("assigned", "independent", "on_site", "check_photo")),
        Step(S.CLOSE_PENDING, A.CLOSE,          S.CLOSED,        DISPATCHER | SYSTEM, Clock(stop=ALL_CLOCKS), "G1.26; the request was answered with the confirmation; a split case by itself", ("condition", "independent")),
        Step(S.CLOSE_PENDING, A.CLOSE_REJECT,   S.DISPATCHED,    DISPATCHER, REWORK, "G1.27", ("opinion",)),
        *(Step(state,         A.VOID,           S.VOIDED,        DISTRICT,   Clock(stop=ALL_CLOCKS), "G1.28: by two persons", ("voidable", "opinion"))
          for state in _OPEN_BEFORE_HANDLED),
        Step(S.CLOSED,        A.REOPEN,         S.DISPATCHED,    DISTRICT | LEADER | SYSTEM, Clock(start=("handle", "sign")), "G1.29", ("unit", "reopenable", "opinion")),
        Step(S.CLOSED,        A.APPEAL,         S.CLOSED,        HEAD,       basis="G1.30", guards=("appealable",)),
        *(Step(state,         A.SPLIT,          S.SPLIT,         DISPATCHER, Clock(stop=("accept", "dispatch", "handle")), "one case for several units; the citizen's promise runs on", ("place", "whole", "parts"))
          for state in (S.REPORTED, S.FILED, S.RETURNED)),
        Step(S.SPLIT,         A.PARTS_DONE,     S.CLOSE_PENDING, SYSTEM,     basis="closed only when its parts are"),
        Step(S.SPLIT,         A.REJOIN,         S.REPORTED,      SYSTEM,     Clock(start=("accept",)), "nothing of it was done"),
        Step(S.CLOSED,        A.RECONSIDER,     S.REPORTED,      DISTRICT | LEADER | SYSTEM, Clock(start=("accept",)), "G1.29 for a split case: the desk sends it anew", ("reopenable", "opinion")),
        *(Step(state, A.LOCATE, state, DISPATCHER, basis="a place may be put right until a unit has it", guards=("point",))
          for state in (S.REPORTED, S.FILED)),
    ),
)
# fmt: on

TERMINAL = frozenset({S.REJECTED, S.CLOSED, S.VOIDED, S.MERGED})
HANDLED_BY_UNIT = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED})
