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
    HAND_ON = "hand_on"              # 转交: another officer of the place does it
    MERGE = "merge"
    REJECT = "reject"
    FILE = "file"
    DISPATCH = "dispatch"
    SIGN = "sign"
    ASSIGN = "assign"                # the head gives it to one of the unit
    UNASSIGN = "unassign"            # 收回内部指派
    RETURN = "return"
    ACCEPT_RETURN = "accept_return"
    REFUSE_RETURN = "refuse_return"
    TO_ACCEPTOR = "to_acceptor"      # 退回受理岗
    ESCALATE = "escalate"
    INTERIM = "interim"              # 临时安全措施
    RULE = "rule"                    # waits for a leader's signature
    SIGN_RULING = "sign_ruling"
    REFUSE_RULING = "refuse_ruling"
    APPLY_EXTENSION = "apply_extension"
    APPLY_SUSPENSION = "apply_suspension"
    ENDORSE = "endorse"              # the head hands the unit's application on
    DECLINE = "decline"              # … or does not
    EXTEND = "extend"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    REFUSE_SUSPENSION = "refuse_suspension"
    RESUME = "resume"
    INVITE = "invite"                # 请求协办
    ACCEPT_SHARE = "accept_share"
    DECLINE_SHARE = "decline_share"
    FINISH_SHARE = "finish_share"
    FINISH = "finish"
    DEPT_REJECT = "dept_reject"
    DEPT_CONFIRM = "dept_confirm"
    SEND_CHECK = "send_check"
    WAIVE_CHECK = "waive_check"
    CHECK_PASS = "check_pass"
    CHECK_FAIL = "check_fail"
    CLOSE = "close"
    CLOSE_REJECT = "close_reject"
    ASK_VOID = "ask_void"
    VOID = "void"                    # the second person
    REFUSE_VOID = "refuse_void"
    REOPEN = "reopen"
    APPEAL = "appeal"                # 超时申诉
    REVIEW_APPEAL = "review_appeal"  # the dispatcher's half
    GRANT_APPEAL = "grant_appeal"    # the acceptor's half
    REFUSE_APPEAL = "refuse_appeal"
    DISPUTE_COUNT = "dispute_count"  # 归属申诉: it should not count as ours
    GRANT_COUNT = "grant_count"
    REFUSE_COUNT = "refuse_count"
    SPLIT = "split"                  # 拆分: parts for several units
    PART = "part"                    # one of them begins
    PARTS_DONE = "parts_done"        # the last of them is over
    REJOIN = "rejoin"                # every one of them was voided
    RECONSIDER = "reconsider"        # a split case that was closed comes back to the desk
    LOCATE = "locate"                # put on the map: no change of state
    RECLASSIFY = "reclassify"        # 改类别、改位置 while a unit has it
    REROUTE = "reroute"              # … and therefore another unit
    SUPERVISE = "supervise"          # a leader's instruction: no change of state


S, A = OrderState, OrderAction

DISPATCHER = DISPATCHERS
DISTRICT = frozenset({Post.DISTRICT_DISPATCHER})
OFFICER = frozenset({Post.GRID_OFFICER})
UNIT = UNIT_POSTS
HEAD = frozenset({Post.UNIT_HEAD})
LEADER = frozenset({Post.LEADER})
SYSTEM = frozenset({Post.SYSTEM})

ALL_CLOCKS = ("accept", "danger", "verify", "dispatch", "sign", "handle", "rule", "sendcheck", "check", "decide",
              "promise")  # fmt: skip
REWORK = Clock(stop=("check",), start=("handle", "sign"))

OPEN_BEFORE_HANDLED = (S.REPORTED, S.VERIFYING, S.FILED, S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED,
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
        *(Step(state,         A.HAND_ON,        state,           OFFICER,    basis="ux O6: the clock runs on, whoever has it", guards=("assigned", "opinion"))
          for state in (S.VERIFYING, S.CHECKING)),
        Step(S.REPORTED,      A.MERGE,          S.MERGED,        DISPATCHER, Clock(stop=ALL_CLOCKS), "G1.6", ("same_case",)),
        Step(S.REPORTED,      A.REJECT,         S.REJECTED,      DISPATCHER | SYSTEM, Clock(stop=ALL_CLOCKS), "G1.7", ("opinion",)),
        Step(S.REPORTED,      A.FILE,           S.FILED,         DISPATCHER, Clock(stop=("accept", "danger"), start=("dispatch",)), "G1.8", ("place", "grid_matter", "rule_of_matter")),
        Step(S.FILED,         A.DISPATCH,       S.DISPATCHED,    DISPATCHER, Clock(stop=("dispatch",), start=("handle", "sign")), "G1.9", ("unit_in_matrix",)),
        Step(S.DISPATCHED,    A.SIGN,           S.IN_PROGRESS,   UNIT,       Clock(stop=("sign",)), "G1.10", ("own_unit",)),
        Step(S.DISPATCHED,    A.ASSIGN,         S.IN_PROGRESS,   HEAD,       Clock(stop=("sign",)), "G1.10", ("own_unit", "colleague")),
        Step(S.IN_PROGRESS,   A.ASSIGN,         S.IN_PROGRESS,   HEAD,       basis="G1.10", guards=("own_unit", "colleague")),
        Step(S.IN_PROGRESS,   A.UNASSIGN,       S.IN_PROGRESS,   UNIT,       basis="G1.11: before a return", guards=("own_unit", "assignment")),
        Step(S.DISPATCHED,    A.RETURN,         S.RETURNED,      UNIT,       Clock(stop=("sign",)), "G1.11", ("own_unit", "unbound", "returnable")),
        Step(S.IN_PROGRESS,   A.RETURN,         S.RETURNED,      UNIT,       Clock(stop=("decide",)), "G1.11", ("own_unit", "unbound", "unassigned", "returnable")),
        Step(S.RETURNED,      A.ACCEPT_RETURN,  S.FILED,         DISPATCHER, Clock(stop=("handle",), start=("dispatch",)), "G1.12"),
        Step(S.RETURNED,      A.REFUSE_RETURN,  S.DISPATCHED,    DISPATCHER, Clock(start=("sign",)), "G1.13", ("opinion",)),
        Step(S.RETURNED,      A.TO_ACCEPTOR,    S.REPORTED,      DISPATCHER, Clock(stop=("handle",), start=("accept",)), "G1.12, A10: after a return it is dispatched anew or accepted anew, nothing else", ("opinion",)),
        Step(S.RETURNED,      A.ESCALATE,       S.DISPUTED,      DISPATCHER | SYSTEM, Clock(pause=("handle",), start=("rule",)), "G1.14", ("disputed",)),
        Step(S.DISPUTED,      A.INTERIM,        S.DISPUTED,      UNIT,       basis="A10: the first unit keeps it safe meanwhile", guards=("first_unit", "opinion")),
        Step(S.DISPUTED,      A.RULE,           S.DISPUTED,      DISTRICT | {Post.ARBITER}, basis="G1.15", guards=("free", "opinion", "place", "grid_matter", "rule_of_matter")),
        Step(S.DISPUTED,      A.SIGN_RULING,    S.DISPATCHED,    LEADER,     Clock(stop=("rule", "handle"), start=("handle", "sign")), "G1.15", ("asked",)),
        Step(S.DISPUTED,      A.REFUSE_RULING,  S.DISPUTED,      LEADER,     basis="G1.15", guards=("asked", "opinion")),
        Step(S.IN_PROGRESS,   A.APPLY_EXTENSION,  S.IN_PROGRESS, UNIT,       basis="G1.16", guards=("own_unit", "free", "extendable", "opinion")),
        Step(S.IN_PROGRESS,   A.APPLY_SUSPENSION, S.IN_PROGRESS, UNIT,       basis="G1.17", guards=("own_unit", "free", "suspendable", "end_date", "opinion")),
        Step(S.IN_PROGRESS,   A.ENDORSE,        S.IN_PROGRESS,   HEAD | SYSTEM, Clock(start=("decide",)), "G1.16, G1.17", ("own_unit", "asked", "second_person")),
        Step(S.IN_PROGRESS,   A.DECLINE,        S.IN_PROGRESS,   HEAD,       basis="G1.16, G1.17", guards=("own_unit", "asked", "opinion")),
        Step(S.IN_PROGRESS,   A.EXTEND,         S.IN_PROGRESS,   DISPATCHER, Clock(stop=("decide",)), "G1.16", ("asked", "extendable")),
        Step(S.IN_PROGRESS,   A.REFUSE_EXTENSION, S.IN_PROGRESS, DISPATCHER, Clock(stop=("decide",)), "G1.16: a refusal does not count", ("asked", "opinion")),
        Step(S.IN_PROGRESS,   A.SUSPEND,        S.SUSPENDED,     DISTRICT,   Clock(stop=("decide",), pause=("handle",)), "G1.17", ("asked", "suspendable", "end_date")),
        Step(S.IN_PROGRESS,   A.REFUSE_SUSPENSION, S.IN_PROGRESS, DISTRICT,  Clock(stop=("decide",)), "G1.17", ("asked", "opinion")),
        Step(S.SUSPENDED,     A.RESUME,         S.IN_PROGRESS,   HEAD | SYSTEM, Clock(resume=("handle",)), "G1.18", ("own_unit",)),
        Step(S.IN_PROGRESS,   A.INVITE,         S.IN_PROGRESS,   UNIT,       basis="E9: who leads, who assists", guards=("own_unit", "another_unit", "opinion")),
        *(Step(state, action, state, UNIT, basis="E9: the invited unit answers for itself", guards=(guard,))
          for state in (S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED)
          for action, guard in ((A.ACCEPT_SHARE, "invited"), (A.DECLINE_SHARE, "invited"), (A.FINISH_SHARE, "assisting"))),
        Step(S.IN_PROGRESS,   A.FINISH,         S.HANDLED,       UNIT,       Clock(stop=("decide",)), "G1.19; what cannot be solved gives a coded reason", ("own_unit", "after_photo")),
        Step(S.HANDLED,       A.DEPT_REJECT,    S.IN_PROGRESS,   HEAD,       basis="G1.20", guards=("own_unit", "opinion")),
        Step(S.HANDLED,       A.DEPT_CONFIRM,   S.CHECK_PENDING, HEAD | SYSTEM, Clock(stop=("handle",), start=("sendcheck",)), "G1.21", ("own_unit", "not_finisher")),
        Step(S.CHECK_PENDING, A.SEND_CHECK,     S.CHECKING,      DISPATCHER | SYSTEM, Clock(stop=("sendcheck",), start=("check",)), "G1.22", ("independent",)),
        Step(S.CHECK_PENDING, A.WAIVE_CHECK,    S.CLOSE_PENDING, DISTRICT,   Clock(stop=("sendcheck",)), "G1.23; sampled later", ("opinion", "waivable")),
        Step(S.CHECKING,      A.CHECK_PASS,     S.CLOSE_PENDING, OFFICER,    Clock(stop=("check",)), "G1.24", ("assigned", "independent", "on_site", "check_photo")),
        Step(S.CHECKING,      A.CHECK_FAIL,     S.DISPATCHED,    OFFICER,    REWORK, "G1.25", ("assigned", "independent", "on_site", "check_photo")),
        Step(S.CLOSE_PENDING, A.CLOSE,          S.CLOSED,        DISPATCHER | SYSTEM, Clock(stop=ALL_CLOCKS), "G1.26; the request was answered with the confirmation; a split case by itself", ("condition", "independent")),
        Step(S.CLOSE_PENDING, A.CLOSE_REJECT,   S.DISPATCHED,    DISPATCHER, REWORK, "G1.27", ("opinion",)),
        *(Step(state, A.ASK_VOID,    state,    DISTRICT, basis="G1.28", guards=("free", "voidable", "opinion")) for state in OPEN_BEFORE_HANDLED),
        *(Step(state, A.VOID,        S.VOIDED, DISTRICT, Clock(stop=ALL_CLOCKS), "G1.28: by two persons", ("asked", "second_person")) for state in OPEN_BEFORE_HANDLED),
        *(Step(state, A.REFUSE_VOID, state,    DISTRICT, basis="G1.28", guards=("asked", "second_person", "opinion")) for state in OPEN_BEFORE_HANDLED),
        Step(S.CLOSED,        A.REOPEN,         S.DISPATCHED,    DISTRICT | LEADER | SYSTEM, Clock(start=("handle", "sign")), "G1.29", ("unit", "reopenable", "opinion")),
        Step(S.CLOSED,        A.APPEAL,         S.CLOSED,        HEAD,       basis="G1.30", guards=("own_unit", "free", "appealable", "opinion")),
        Step(S.CLOSED,        A.REVIEW_APPEAL,  S.CLOSED,        DISPATCHER, basis="G1.30: the first review", guards=("asked",)),
        Step(S.CLOSED,        A.GRANT_APPEAL,   S.CLOSED,        DISPATCHER, basis="G1.30: the second; the excuse, never the fact", guards=("asked", "second_person")),
        Step(S.CLOSED,        A.REFUSE_APPEAL,  S.CLOSED,        DISPATCHER, basis="G1.30", guards=("asked", "second_person", "opinion")),
        Step(S.CLOSED,        A.DISPUTE_COUNT,  S.CLOSED,        UNIT,       basis="A9.2, 裁定非责: each unit may dispute a counted case", guards=("own_unit", "free", "disputable", "opinion")),
        Step(S.CLOSED,        A.GRANT_COUNT,    S.CLOSED,        DISTRICT,   basis="A9.2: the case counts for nobody; its facts stay", guards=("asked", "second_person")),
        Step(S.CLOSED,        A.REFUSE_COUNT,   S.CLOSED,        DISTRICT,   basis="A9.2", guards=("asked", "second_person", "opinion")),
        *(Step(state,         A.SPLIT,          S.SPLIT,         DISPATCHER, Clock(stop=("accept", "dispatch", "handle")), "one case for several units; the citizen's promise runs on", ("place", "whole", "parts"))
          for state in (S.REPORTED, S.FILED, S.RETURNED)),
        Step(S.SPLIT,         A.PARTS_DONE,     S.CLOSE_PENDING, SYSTEM,     basis="closed only when its parts are"),
        Step(S.SPLIT,         A.REJOIN,         S.REPORTED,      SYSTEM,     Clock(start=("accept",)), "nothing of it was done"),
        Step(S.CLOSED,        A.RECONSIDER,     S.REPORTED,      DISTRICT | LEADER | SYSTEM, Clock(start=("accept",)), "G1.29 for a split case: the desk sends it anew", ("reopenable", "opinion")),
        *(Step(state, A.LOCATE, state, DISPATCHER, basis="a place may be put right until a unit has it", guards=("point",))
          for state in (S.REPORTED, S.FILED)),
        *(Step(state, A.RECLASSIFY, state, DISPATCHER, basis="a wrong matter or place is put right: routed once", guards=("free", "unchecked", "unruled", "grid_matter", "rule_of_matter", "opinion"))
          for state in (S.DISPATCHED, S.IN_PROGRESS)),
        *(Step(state, A.REROUTE, S.DISPATCHED, DISPATCHER, Clock(stop=("sign", "handle"), start=("handle", "sign")), "follows a new matter or place that is another unit's")
          for state in (S.DISPATCHED, S.IN_PROGRESS)),
    ),
)
# fmt: on

TERMINAL = frozenset({S.REJECTED, S.CLOSED, S.VOIDED, S.MERGED})
HANDLED_BY_UNIT = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED})
