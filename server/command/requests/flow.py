"""How a citizen's request moves: domain table G2, row by row.

Where a request became a work order, its rows follow the order's: the system takes them in the same unit
of work, so `SYSTEM` stands beside the post that would do it by hand.
"""

from enum import StrEnum

from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Post
from server.kernel.flow import Clock, Entry, Flow, Step


class RequestState(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    NEED_INFO = "need_info"        # 待补充
    REJECTED = "rejected"          # 不予受理
    ASSIGNED = "assigned"          # 已转办
    IN_PROGRESS = "in_progress"    # 办理中
    REPLIED = "replied"            # 已答复待审
    VISITING = "visiting"          # 回访中
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"          # 转信访/复议/诉讼/110


class RequestStep(StrEnum):
    """What happens to a request."""

    SUBMIT = "submit"
    DIRECT_ANSWER = "direct_answer"
    ASK_INFO = "ask_info"
    SUPPLY = "supply"
    INFO_TIMEOUT = "info_timeout"
    REJECT = "reject"
    REFER = "refer"
    ASSIGN = "assign"
    SIGN = "sign"
    RETURN = "return"
    CONTACT = "contact"
    EXTEND = "extend"
    REPLY = "reply"
    AUDIT_FAIL = "audit_fail"
    AUDIT_PASS = "audit_pass"
    RATE = "rate"
    REOPEN = "reopen"
    NAME_PARTY = "name_party"
    MAKE_ORDER = "make_order"
    DRAFT = "draft"
    SEND_BACK = "send_back"
    TO_LEADER = "to_leader"
    APPROVE = "approve"
    DECLINE = "decline"
    VISIT_TIMEOUT = "visit_timeout"
    WITHDRAW = "withdraw"


S, A = RequestState, RequestStep
CITIZEN = frozenset({Post.CITIZEN})
DESK = DISPATCHERS
UNIT = UNIT_POSTS
SYSTEM = frozenset({Post.SYSTEM})
ALL_CLOCKS = ("triage", "promise", "need_info", "remind_1", "remind_2", "contact", "reply", "visit", "visit_1", "visit_2")
ASKING = ("need_info", "remind_1", "remind_2")  # the limit and the two reminders before it
VISIT = ("visit", "visit_1", "visit_2")  # three tries
HEAD = frozenset({Post.UNIT_HEAD})
LEAD = frozenset({Post.LEADER})
CLERKS = DESK | {Post.WINDOW_CLERK}  # who files for somebody who calls or comes
_BEFORE_REPLIED = (S.SUBMITTED, S.NEED_INFO, S.ASSIGNED, S.IN_PROGRESS)

# fmt: off
FLOW = Flow(
    "request",
    (
        Entry(A.SUBMIT, S.SUBMITTED, CITIZEN | CLERKS | SYSTEM, Clock(start=("triage", "promise")), "G2: consent shown, rate-limited; clerks file by proxy"),
    ),
    (
        Step(S.SUBMITTED,   A.NAME_PARTY,    S.SUBMITTED,   DESK, basis="G2: a party put in words is found out before anybody is sent there"),
        Step(S.SUBMITTED,   A.DIRECT_ANSWER, S.REPLIED,     DESK, Clock(stop=("triage",)), "G2", ("consult_or_praise",)),
        Step(S.SUBMITTED,   A.ASK_INFO,      S.NEED_INFO,   DESK, Clock(pause=("triage", "promise"), start=ASKING), "G2", ("one_list",)),
        Step(S.NEED_INFO,   A.SUPPLY,        S.SUBMITTED,   CITIZEN, Clock(stop=ASKING, resume=("triage", "promise")), "G2"),
        Step(S.NEED_INFO,   A.INFO_TIMEOUT,  S.CLOSED,      SYSTEM, Clock(stop=ALL_CLOCKS), "G2: 无法联系, after two reminders"),
        Step(S.SUBMITTED,   A.REJECT,        S.REJECTED,    DESK | SYSTEM, Clock(stop=ALL_CLOCKS), "G2", ("coded_reason",)),
        *(Step(state,       A.REJECT,        S.REJECTED,    SYSTEM, Clock(stop=ALL_CLOCKS), "G1.7, G1.28: its order went back to the acceptor, or was void")
          for state in (S.ASSIGNED, S.IN_PROGRESS)),
        Step(S.SUBMITTED,   A.REFER,         S.REFERRED,    DESK, Clock(stop=ALL_CLOCKS), "G2", ("where_to_go",)),
        Step(S.SUBMITTED,   A.MAKE_ORDER,    S.SUBMITTED,   DESK, basis="G2: the order carries it from here", guards=("has_a_place",)),
        Step(S.SUBMITTED,   A.ASSIGN,        S.ASSIGNED,    DESK | SYSTEM, Clock(stop=("triage",), start=("contact", "reply")), "G2", ("unit_not_complained_party",)),
        Step(S.IN_PROGRESS, A.ASSIGN,        S.ASSIGNED,    DESK, Clock(start=("contact",)), basis="G2: what the desk answered itself goes on to a unit", guards=("nobody_has_it", "unit_not_complained_party")),
        Step(S.IN_PROGRESS, A.DIRECT_ANSWER, S.REPLIED,     DESK, Clock(stop=("reply",)), "G2", ("nobody_has_it", "consult_or_praise")),
        Step(S.ASSIGNED,    A.SIGN,          S.IN_PROGRESS, UNIT | SYSTEM, basis="G2"),
        Step(S.ASSIGNED,    A.RETURN,        S.SUBMITTED,   UNIT, Clock(stop=("contact",)), "G2: ≤ 1 WD, with a basis; REPLY runs on"),
        Step(S.IN_PROGRESS, A.MAKE_ORDER,    S.IN_PROGRESS, DESK, basis="G2: an order of its own beside it", guards=("has_a_place",)),
        Step(S.IN_PROGRESS, A.CONTACT,       S.IN_PROGRESS, UNIT, basis="G2: first contact ≤ 1 WD"),
        Step(S.IN_PROGRESS, A.EXTEND,        S.IN_PROGRESS, DESK, basis="G2: once, the citizen is told why"),
        Step(S.IN_PROGRESS, A.DRAFT,         S.IN_PROGRESS, UNIT, basis="G2: handler and lead answer"),
        Step(S.IN_PROGRESS, A.SEND_BACK,     S.IN_PROGRESS, HEAD, basis="G2: the lead does not stand for the draft"),
        Step(S.IN_PROGRESS, A.REPLY,         S.REPLIED,     UNIT | SYSTEM, Clock(stop=("contact", "reply")), "G2", ("linked_orders_done", "another_than_the_writer")),
        Step(S.REPLIED,     A.AUDIT_FAIL,    S.IN_PROGRESS, DESK | SYSTEM, Clock(start=("reply",)), "G2"),
        Step(S.REPLIED,     A.AUDIT_PASS,    S.VISITING,    DESK | SYSTEM, Clock(stop=("promise",), start=VISIT), "G2", ("answers_the_ask", "no_personal_data")),
        Step(S.REPLIED,     A.TO_LEADER,     S.REPLIED,     DESK, basis="G2: unsolved and legally impossible", guards=("asked_again",)),
        Step(S.REPLIED,     A.APPROVE,       S.CLOSED,      LEAD, Clock(stop=ALL_CLOCKS), "G2: closed with an explanation"),
        Step(S.REPLIED,     A.DECLINE,       S.IN_PROGRESS, LEAD, Clock(start=("reply",)), "G2"),
        Step(S.VISITING,    A.RATE,          S.CLOSED,      CITIZEN, Clock(stop=VISIT), "G2"),
        Step(S.VISITING,    A.REOPEN,        S.IN_PROGRESS, CITIZEN | DESK | SYSTEM, Clock(stop=VISIT, start=("reply", "promise")), "G2: at most twice, one level up", ("reopenable",)),
        Step(S.CLOSED,      A.REOPEN,        S.IN_PROGRESS, DESK | SYSTEM, Clock(start=("reply", "promise")), "G2: the return visit found it unsolved", ("reopenable",)),
        Step(S.VISITING,    A.VISIT_TIMEOUT, S.CLOSED,      SYSTEM, Clock(stop=VISIT), "G2: 未评价, after three tries"),
        *(Step(state,       A.WITHDRAW,      S.WITHDRAWN,   CITIZEN, Clock(stop=ALL_CLOCKS), "G2: before REPLIED")
          for state in _BEFORE_REPLIED),
    ),
)
# fmt: on

TERMINAL = frozenset({S.REJECTED, S.CLOSED, S.WITHDRAWN, S.REFERRED})
