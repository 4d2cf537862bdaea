"""What an order counts as: 0/1 facts derived from its flow records and its clocks, never typed.

Basis: domain A9.1, A9.2. An order counts once, on one day, for the unit that has it: on the day handling
ended, or on the day its bundled deadline passed when that came first. Before, it counts nowhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.command.orders.flow import OrderState
from server.command.orders.rules import FROM_CITIZENS, OrderSource, RejectReason
from server.command.requests.rules import GOOD, ServiceLevel, Solved
from server.kernel.calendar import TimeUnit, day_of
from server.supervision.evaluation.rules.counters import (
    PASSED,
    Case,
    Clock,
    Counters,
    Facts,
    Line,
    Passed,
)

SCORES: Mapping[str, int] = {  # domain A9.3: 满意 100, 较满意 80, 一般 50, 不满意 0, 很不满意 −100
    ServiceLevel.VERY_SATISFIED: 100, ServiceLevel.SATISFIED: 80, ServiceLevel.FAIRLY_SATISFIED: 50,
    ServiceLevel.DISSATISFIED: 0, ServiceLevel.VERY_DISSATISFIED: -100,
}  # fmt: skip
EVENTS = frozenset({  # after these an order is counted anew; a report and what follows it at once is not
    "reject", "merge", "void", "audit_pass", "dept_confirm", "check_fail", "close", "close_reject", "reopen",
    "grant_appeal", "grant_count", "rated", "clock_100",
})  # fmt: skip
UNASKED = frozenset({OrderState.SUSPENDED, OrderState.DISPUTED})  # nobody owes the handling just now
HOURS, DAYS, WEEKS = "hours", "days", "weeks"
SHORT_DAYS = 5  # a limit of more working days is a matter of weeks

Elapsed = Callable[[datetime, datetime, TimeUnit], float]


def facts(
    case: Case, lines: Sequence[Line], clocks: Sequence[Clock], now: datetime, elapsed: Elapsed
) -> Facts:
    """The facts of an order as of `now`. `lines` and `clocks` are in order; `elapsed` is the calendar's."""
    told = _Told.of(lines, case)
    handling = [clock for clock in clocks if clock.name == "handle"]
    bare = Facts(None, case.unit_id, case.area, case.matter_code[:2], difficulty(clocks, told.extended),
                 Counters(), _passed(lines, case), against=case.against)  # fmt: skip
    match case.state:
        case OrderState.MERGED:
            return replace(bare, on=told.ended_on, unit_id="", passed=(), counts=Counters(merged=1))
        case OrderState.REJECTED if told.reject_reason == RejectReason.DUPLICATE:
            return replace(bare, on=told.ended_on, unit_id="", passed=(), counts=Counters(merged=1))
        case OrderState.REJECTED if told.reject_reason == RejectReason.WITHDRAWN:
            return replace(bare, on=told.ended_on, unit_id="", passed=(), counts=Counters(withdrawn=1))
        case OrderState.REJECTED:
            counts = replace(_reported(case, told, clocks), valid_report=0, valid_patrol_report=0)
            return replace(bare, on=told.ended_on, unit_id="", counts=counts)
        case OrderState.VOIDED:
            counts = replace(
                _reported(case, told, clocks), valid_report=0, valid_patrol_report=0, voided=1,
                cancel=int(told.filed), dispatch_need=0, dispatch=0, dispatch_intime=0,
            )  # fmt: skip
            return replace(bare, on=told.ended_on, counts=counts)
        case OrderState.CLOSED if told.self_handled:
            return replace(bare, on=told.ended_on, unit_id="", counts=Counters(self_report=1, self_archive=1))
        case _:
            pass
    due_at = told.due_at or case.bundled_due_at
    on = _counts_on(case, told.handled_at, due_at, now)
    if on is None:
        return bare
    late = not case.exempt and (told.late or bool(due_at and (told.handled_at or now) > due_at))
    done, closed = told.handled_at is not None, case.state == OrderState.CLOSED
    seen = _reported(case, told, clocks)
    own = next((each for each in bare.passed if each.unit_id == case.unit_id), Passed(case.unit_id))
    counts = replace(
        seen,
        accur_dispatch=int(closed and len(told.units) == 1),
        wrong_dispatch=int(closed and len(told.units) > 1),
        dispose_need=1, dispose=int(done), dispose_intime=int(done and not late),
        dispose_overtime=int(late), to_dispose=int(not done), exempt=int(case.exempt),
        rework=int(told.rework > 0), rework_times=told.rework, reopen=int(told.reopened > 0),
        postpone=int(told.extended > 0),
        postpone_minutes=_postponed(handling) if told.extended else 0, his_hang=int(told.suspended),
        **{name: getattr(own, name) for name in PASSED},
        check_need=int(told.check_asked), check_done=int(told.checked),
        check_intime=int(told.checked and not _ran_over(clocks, "check")),
        archive_need=1, archive=int(closed), archive_intime=int(closed and not late),
        archive_overtime=int(closed and late),
        reply=int(done and case.source in FROM_CITIZENS),
        omit_reply=int(closed and not done and case.source in FROM_CITIZENS),
        visit=len(told.ratings), satisfied=sum(level in GOOD for level, _ in told.ratings),
        solved=sum(solved == Solved.SOLVED for _, solved in told.ratings),
        score=sum(SCORES[level] for level, _ in told.ratings),
    )  # fmt: skip
    minutes = None
    if told.handled_at and told.dispatched_at:
        minutes = int((told.handled_at - told.dispatched_at).total_seconds() // 60)
    whole = replace(bare, on=on, counts=counts, minutes=minutes,
                    over_times=_over_times(handling, told, due_at, elapsed) if late else None)  # fmt: skip
    return _of_nobody(whole, case.unit_id) if told.freed else whole


def _of_nobody(facts: Facts, unit_id: str) -> Facts:
    """The case counts in its area, and for no unit; the one that had it is freed of it."""
    passed = tuple(replace(each, freed=1) if each.unit_id == unit_id else each for each in facts.passed)
    bare = replace(facts.counts, **dict.fromkeys(PASSED, 0))
    return replace(facts, unit_id="", counts=bare, passed=passed)


def difficulty(clocks: Sequence[Clock], extensions: int = 0) -> str:
    """How long the first unit was given, in three classes: a matter of hours, days or weeks. "" before."""
    first = next((clock for clock in clocks if clock.name == "handle"), None)
    if first is None:
        return ""
    if first.unit in {TimeUnit.URGENT_HOUR, TimeUnit.WORK_HOUR}:
        return HOURS
    return DAYS if first.limit / (1 + extensions) <= SHORT_DAYS else WEEKS  # each grant adds one limit


@dataclass(slots=True)
class _Told:
    """What the flow records say, read once from the first to the last."""

    filed: bool = False
    self_handled: bool = False
    self_failed: bool = False
    reject_reason: str = ""
    ended_on: date | None = None
    dispatched_at: datetime | None = None
    handled_at: datetime | None = None
    due_at: datetime | None = None  # the deadline that handling was judged by
    late: bool = False  # of an earlier life: a reopening does not wash it off
    verify_asked: bool = False
    verified: bool = False
    check_asked: bool = False
    checked: bool = False
    rework: int = 0
    reopened: int = 0
    extended: int = 0
    suspended: bool = False
    freed: bool = False  # 裁定非责 after the close: it counts for nobody
    units: frozenset[str] = frozenset()
    ratings: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, lines: Sequence[Line], case: Case) -> "_Told":
        told, units, ratings, over = cls(), list[str](), dict[str, tuple[str, str]](), False
        for line in lines:
            match line.verb:
                case "self_handle":
                    told.self_handled = True
                case "audit_fail":
                    told.self_handled, told.self_failed = False, True
                case "reject" | "merge" | "void" | "audit_pass":
                    told.ended_on = day_of(line.at)
                    told.reject_reason = line.told("reason") or ""
                case "file":
                    told.filed = True
                case "dispatch" | "sign_ruling" | "reroute":
                    units.append(line.receiver)
                    told.dispatched_at = told.dispatched_at or line.at
                    told.filed = True
                case "request_verify":
                    told.verify_asked, told.verified = True, False
                case "verify_done":
                    told.verified = True
                case "dept_confirm":
                    told.handled_at = line.at
                    due = line.told("bundled_due_at")
                    told.due_at = datetime.fromisoformat(due) if due else case.bundled_due_at
                    over = bool(told.due_at and line.at > told.due_at)
                case "send_check":
                    told.check_asked, told.checked = True, False
                case "check_pass":
                    told.checked = True
                case "check_fail" | "close_reject":
                    told.checked = told.checked or line.verb == "check_fail"
                    told.handled_at = told.due_at = None
                    told.rework += line.receiver == case.unit_id
                case "grant_count":
                    told.freed = True
                case "reopen":
                    told.freed = False
                    told.late |= over
                    told.handled_at = told.due_at = None
                    told.reopened += 1
                    told.rework += line.receiver == case.unit_id
                case "extend":
                    told.extended += 1
                case "suspend":
                    told.suspended = True
                case "rated":
                    ratings[str(line.told("request"))] = str(line.told("level")), str(line.told("solved"))
                case _:
                    pass
        told.units, told.ratings = frozenset(units), tuple(ratings.values())
        return told


def _counts_on(
    case: Case, handled_at: datetime | None, due_at: datetime | None, now: datetime
) -> date | None:
    """应处置, 应结案: handled, or the bundled deadline has passed; in-limit unhandled ones count nowhere."""
    if not case.unit_id:
        return day_of(handled_at) if handled_at else None
    if handled_at:
        return day_of(min(handled_at, due_at) if due_at else handled_at)
    passed = due_at is not None and due_at < now and case.state not in UNASKED
    return day_of(due_at) if passed and due_at else None


def _reported(case: Case, told: _Told, clocks: Sequence[Clock]) -> Counters:
    """From the report to the dispatch."""
    patrol, public = case.source == OrderSource.PATROL, case.source in FROM_CITIZENS
    inst = told.filed
    return Counters(
        report=1, valid_report=int(inst), patrol_report=int(patrol), valid_patrol_report=int(patrol and inst),
        public_report=int(public), public_inst=int(public and inst),
        operate=int(inst), not_operate=int(not inst), inst=int(inst), not_inst=int(not inst),
        inst_intime=int(inst and not _ran_over(clocks, "accept")),
        verify_need=int(told.verify_asked), verify=int(told.verified),
        verify_intime=int(told.verified and not _ran_over(clocks, "verify")),
        dispatch_need=int(inst), dispatch=int(bool(told.units)),
        dispatch_intime=int(bool(told.units) and not _ran_over(clocks, "dispatch")),
        # domain A8: confirmed by others in a cell whose officer should have found it
        missed_report=int(inst and not patrol and len(case.area) == CELL_LENGTH
                          and (case.verified or told.checked)),
        self_cancel=int(told.self_failed),
    )  # fmt: skip


CELL_LENGTH = 15


def _ran_over(clocks: Sequence[Clock], name: str) -> bool:
    return any(clock.overtime for clock in clocks if clock.name == name)


def _passed(lines: Sequence[Line], case: Case) -> tuple[Passed, ...]:
    """Every unit the order came to, in order of its first arrival."""
    found: dict[str, Passed] = {}
    has = returned = ""
    for line in lines:
        match line.verb:
            case "dispatch" | "sign_ruling" | "reroute":
                if line.verb != "dispatch" and has and has != line.receiver:
                    found[has] = replace(found[has], freed=1)
                has = line.receiver
                found[has] = replace(found.get(has, Passed(has)), received=1)
                if line.told("groundless"):
                    found[has] = replace(found[has], shuffle=1)
            case "return" if has:
                returned = has
                late = case.bundled_due_at is not None and line.at > case.bundled_due_at
                found[has] = replace(found[has], back=1, overtime_back=int(late))
            case "refuse_return" if returned and line.told("groundless"):
                found[returned] = replace(found[returned], shuffle=1)
            case "accept_return" if returned:
                found[returned] = replace(found[returned], freed=1)
                has = ""
            case _:
                pass
    return tuple(found.values())


def _postponed(handling: Sequence[Clock]) -> int:
    return sum(
        int((clock.due_at - clock.original_due_at).total_seconds() // 60)
        for clock in handling
        if clock.due_at
    )


def _over_times(
    handling: Sequence[Clock], told: _Told, due_at: datetime | None, elapsed: Elapsed
) -> float | None:
    """(used − limit) / limit, two decimals; of what is handled."""
    if not handling or not told.handled_at or not due_at or told.handled_at <= due_at:
        return None
    first = handling[0]
    return round(elapsed(due_at, told.handled_at, TimeUnit(first.unit)) / first.limit, 2)
