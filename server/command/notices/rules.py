"""Who is told of what (the notify column of domain G1, G2 and G5; ux 0.5). A table and its reading; pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.kernel.actors import CITIZEN, DISPATCHERS, LEADER, Post, Role
from server.kernel.calendar import SHANGHAI
from server.kernel.ways import Via


class To(StrEnum):
    """The people of an event, by what they are to its subject."""

    CITIZENS = "citizens"  # who reported it or met it too
    VERIFIER = "verifier"
    CHECKER = "checker"
    FINDER = "finder"  # the officer who reported it
    SENDER = "sender"  # the dispatcher who sent it out
    HANDLER = "handler"  # of the unit, once somebody took it
    UNIT = "unit"  # everybody of the unit it is with
    HEADS = "heads"  # the heads of that unit
    RECEIVER = "receiver"  # the person or unit the step names
    NAMED = "named"  # the persons and units the news touches
    NAMED_STAFF = "named_staff"  # those of them who are staff
    DESK = "desk"  # the dispatchers of its area
    DISTRICT = "district"  # the district's dispatchers
    ARBITERS = "arbiters"
    LEADERS = "leaders"  # the leaders nearest to its area
    ALL_LEADERS = "all_leaders"  # and those above them


class Out(StrEnum):
    """How far an event reaches. A browser that asked for it is told with each but the first."""

    INBOX = "inbox"
    PUSH = "push"
    WECHAT = "wechat"
    SMS = "sms"  # by text message where there is no WeChat


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom an event is told, and how; `urgent` is told at night too."""

    to: frozenset[To]
    urgent: bool = False
    citizens: Out = Out.INBOX
    staff: Out = Out.INBOX
    card: bool = False  # urgent to leaders alone

    def urgent_to(self, role: Role) -> bool:
        """Whether it is told at night too."""
        return self.urgent or (self.card and role is LEADER)

    def out(self, role: Role) -> Out:
        """How a person of this role is told."""
        return self.citizens if role is CITIZEN else self.staff


def _to(
    *people: To, urgent: bool = False, citizens: Out = Out.INBOX, staff: Out = Out.INBOX
) -> Rule:  # fmt: skip
    return Rule(frozenset(people), urgent, citizens, staff)


T = To
PUSH, WECHAT, SMS = Out.PUSH, Out.WECHAT, Out.SMS
RULES: Mapping[str, Rule] = {
    "order.file": _to(T.CITIZENS, citizens=SMS),
    "order.dispatch": _to(T.CITIZENS, T.UNIT, citizens=WECHAT, staff=WECHAT),
    "order.reclassify": _to(T.RECEIVER),  # the unit that had it
    "order.reroute": _to(T.CITIZENS, T.UNIT, citizens=WECHAT, staff=WECHAT),
    "order.split": _to(T.CITIZENS, citizens=WECHAT),  # instead of its parts' own
    "order.reject": _to(T.CITIZENS, T.FINDER, citizens=SMS, staff=PUSH),
    "order.merge": _to(T.CITIZENS, T.FINDER, citizens=SMS, staff=PUSH),
    "order.audit_pass": _to(T.FINDER),
    "order.audit_fail": _to(T.FINDER),
    "order.request_verify": _to(T.VERIFIER, staff=PUSH),
    "order.verify_done": _to(T.SENDER),
    "order.assign": _to(T.RECEIVER, staff=WECHAT),
    "order.mention": _to(T.RECEIVER, staff=PUSH),
    "order.return": _to(T.SENDER),
    "order.accept_return": _to(T.RECEIVER),
    "order.to_acceptor": _to(T.RECEIVER),
    "order.refuse_return": _to(T.UNIT, T.HEADS, staff=WECHAT),
    "order.gathered": _to(T.LEADERS, T.DESK, urgent=True, staff=WECHAT),
    "order.escalate": _to(T.NAMED, T.ARBITERS, T.DISTRICT),
    "order.interim": _to(T.ARBITERS),
    "order.rule": _to(T.LEADERS, staff=PUSH),  # whose signature it waits for
    "order.sign_ruling": _to(T.CITIZENS, T.NAMED, citizens=WECHAT),
    "order.refuse_ruling": _to(T.ARBITERS, T.DISTRICT),
    "order.invite": _to(T.RECEIVER),
    "order.accept_share": _to(T.UNIT),
    "order.decline_share": _to(T.UNIT),
    "order.finish_share": _to(T.UNIT),
    "order.apply_extension": _to(T.HEADS),
    "order.apply_suspension": _to(T.HEADS),
    "order.endorse": _to(T.SENDER),
    "order.decline": _to(T.RECEIVER, T.UNIT),
    "order.extend": _to(T.CITIZENS, T.UNIT, citizens=WECHAT),
    "order.refuse_extension": _to(T.UNIT),
    "order.suspend": _to(T.CITIZENS, T.UNIT, citizens=WECHAT),
    "order.refuse_suspension": _to(T.UNIT),
    "order.resume": _to(T.UNIT),
    "order.finish": _to(T.HEADS),
    "order.dept_reject": _to(T.RECEIVER, staff=WECHAT),
    "order.send_check": _to(T.CHECKER, staff=PUSH),
    "order.check_fail": _to(T.UNIT, T.HEADS, staff=WECHAT),
    "order.close_reject": _to(T.UNIT, T.HEADS, staff=WECHAT),
    "order.parts_done": _to(T.SENDER),
    "order.rejoin": _to(T.SENDER),
    "order.reconsider": _to(T.SENDER),
    "order.reopen": _to(T.UNIT, T.HEADS, staff=WECHAT),
    "order.ask_void": _to(T.DISTRICT),
    "order.refuse_void": _to(T.SENDER),
    "order.void": _to(T.UNIT, T.FINDER),
    "order.appeal": _to(T.DISTRICT),
    "order.review_appeal": _to(T.DISTRICT),
    "order.grant_appeal": _to(T.UNIT, T.HEADS),
    "order.refuse_appeal": _to(T.UNIT, T.HEADS),
    "order.dispute_count": _to(T.DISTRICT),
    "order.grant_count": _to(T.UNIT, T.HEADS),
    "order.refuse_count": _to(T.UNIT, T.HEADS),
    "order.urged": _to(T.UNIT, T.DESK, staff=PUSH),
    "order.supplied": _to(T.UNIT),
    "request.ask_info": _to(T.NAMED, citizens=SMS),
    "request.assign": _to(T.NAMED_STAFF, staff=WECHAT),
    "request.return": _to(T.DISTRICT),
    "request.send_back": _to(T.NAMED_STAFF, staff=WECHAT),
    "request.extend": _to(T.NAMED, citizens=WECHAT),
    "request.audit_fail": _to(T.NAMED_STAFF, staff=WECHAT),
    "request.audit_pass": _to(T.NAMED, citizens=SMS),
    "request.to_leader": _to(T.LEADERS, staff=PUSH),
    "request.approve": _to(T.NAMED, citizens=SMS),
    "request.decline": _to(T.NAMED_STAFF),
    "request.reject": _to(T.NAMED, citizens=SMS),
    "request.refer": _to(T.NAMED, citizens=SMS),
    "request.reopen": _to(T.NAMED, citizens=SMS, staff=WECHAT),
    "request.info_timeout": _to(T.NAMED, citizens=WECHAT),
    "brief.ready": _to(T.NAMED, staff=WECHAT),
    "request.remind": _to(T.NAMED, citizens=WECHAT),
    "request.remind_rating": _to(T.NAMED, citizens=WECHAT),
    "visit.redo": _to(T.NAMED),
    "handover.give": _to(T.DESK),
    "handover.take": _to(T.NAMED),
    "family.begin": _to(T.NAMED),
    "family.end": _to(T.NAMED),
    "roll_call.call": _to(T.NAMED, urgent=True, staff=PUSH),
    "roll_call.miss": _to(T.NAMED, T.DESK),
    "patrol.miss": _to(T.NAMED, T.DESK),
    "patrol.accept": _to(T.NAMED),
    "patrol.refuse": _to(T.NAMED),
    "message.leave": _to(T.NAMED),
    "message.answer": _to(T.NAMED),
    "order.hand_on": _to(T.RECEIVER, staff=PUSH),
    "post.leave": _to(T.NAMED, staff=PUSH),
    "post.return": _to(T.NAMED),
    "post.deputise": _to(T.NAMED, staff=PUSH),
    "post.recall": _to(T.NAMED),
    "supervision.issue": _to(T.NAMED, urgent=True, staff=WECHAT),
    "supervision.sign": _to(T.NAMED),
    "supervision.reply": _to(T.NAMED),
    "supervision.accept": _to(T.NAMED),
    "supervision.return": _to(T.NAMED, staff=WECHAT),
    "supervision.cancel": _to(T.NAMED),
    "supervision.escalate": _to(T.NAMED, T.ALL_LEADERS, staff=WECHAT),
}

DUE = _to(T.VERIFIER, T.CHECKER, staff=PUSH)  # an officer on foot, before it is late
DUE_KEY = "order.due_soon"
DUE_SOON = timedelta(minutes=30)
DANGER = _to(T.DESK, T.LEADERS, urgent=True, staff=WECHAT)  # a report with a word of danger in it
DANGER_KEY = "order.danger"

# Row T of G1: the owner, from 100 % his lead, from 150 % the leader, from 200 % the leaders above.
OWNERS: Mapping[str, To] = {
    "accept": T.DESK, "dispatch": T.DESK, "sendcheck": T.DESK, "rule": T.ARBITERS, "verify": T.VERIFIER,
    "check": T.CHECKER, "sign": T.UNIT, "handle": T.UNIT, "promise": T.UNIT, "danger": T.DESK,
    "decide": T.SENDER,
}  # fmt: skip
LEADS: Mapping[str, To] = {"sign": T.HEADS, "handle": T.HEADS, "promise": T.HEADS}
URGENT_CLOCKS = frozenset({"danger"})
YELLOW, RED = 150, 200  # percent of a clock at which leaders hear of it: the cards


def rule_for(verb: str, clock: str = "", *, danger: bool = False) -> Rule | None:
    """Whom an event is told. `clock` names whose mark it is; None when nobody is."""
    if verb == "order.report":
        return DANGER if danger else None
    level = mark_of(verb)
    if level is None:
        return RULES.get(verb)
    if verb.startswith("order.") and clock in OWNERS:
        people = {OWNERS[clock]}
        people |= {LEADS.get(clock, T.DISTRICT)} if level >= 100 else set()
        people |= {T.LEADERS} if level >= 150 or (clock == "danger" and level >= 100) else set()
        people |= {T.ALL_LEADERS} if level >= 200 else set()
        return Rule(frozenset(people), clock in URGENT_CLOCKS, staff=WECHAT, card=level >= YELLOW)
    return _to(T.NAMED, staff=WECHAT) if level >= 100 else None


def mark_of(verb: str) -> int | None:
    """The percent of a clock that an event reports: order.clock_100 is 100."""
    _, found, level = verb.partition(".clock_")
    return int(level) if found else None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of the channels. Hours are Shanghai's; equal ones mean no quiet hours."""

    off: frozenset[Via] = frozenset()
    quiet_from: int = 22
    quiet_to: int = 7
    alarm: int = YELLOW  # the mark of a clock from which a leader is told outside the inbox; 0 = of none


def ways(out: Out, wish: Wish, reached: Set[Via]) -> set[Via]:
    """The channels a message takes: what may be used of those the person is reached by."""
    on = reached - wish.off
    found = {Via.PUSH} & on if out is not Out.INBOX else set()
    if out in (Out.WECHAT, Out.SMS):
        found |= {Via.WECHAT} & on
    if out is Out.SMS and Via.WECHAT not in on:
        found |= {Via.SMS} & on
    return found


def wanted(wish: Wish, role: Role, level: int | None) -> bool:
    """Whether a mark of a clock leaves the inbox for this person."""
    return level is None or role is not LEADER or bool(wish.alarm and level >= wish.alarm)


def released_at(now: datetime, wish: Wish) -> datetime:
    """When something that is not urgent may be told: now, or at the end of the quiet hours."""
    local, start, end = now.astimezone(SHANGHAI), wish.quiet_from, wish.quiet_to
    late, early = local.hour >= start, local.hour < end
    if start == end or not ((late and early) if start < end else (late or early)):
        return now
    morning = local.replace(hour=end, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1) if late and start > end else morning


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as far as it decides who is told."""

    area: str
    unit_id: str = ""
    verifier_id: str = ""
    checker_id: str = ""
    reporter_id: str = ""
    dispatcher_id: str = ""
    handler_id: str = ""
    receiver: str = ""
    touches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody in a post, as the directory has him."""

    id: str
    post: Post
    area: str
    unit_id: str


def recipients(people: Set[To], event: Event, staff: tuple[Staff, ...]) -> set[str]:
    """Account ids of the staff who are told; citizens are the caller's to find."""
    named = {
        T.VERIFIER: event.verifier_id, T.CHECKER: event.checker_id, T.FINDER: event.reporter_id,
        T.SENDER: event.dispatcher_id, T.HANDLER: event.handler_id,
    }  # fmt: skip
    known = {each.id for each in staff}
    found = {id for to, id in named.items() if to in people and id}
    if T.RECEIVER in people:
        found |= _of(staff, event.receiver) | ({event.receiver} & {*known, *named.values()} - {""})
    if people & {T.NAMED, T.NAMED_STAFF}:
        persons = set(_names("person:", event.touches))
        found |= persons if T.NAMED in people else persons & known
        found |= {id for unit in _names("unit:", event.touches) for id in _of(staff, unit)}
    if T.UNIT in people:
        found |= {event.handler_id} if event.handler_id else _of(staff, event.unit_id)
    if T.HEADS in people:
        found |= {each.id for each in staff if _in(each, event.unit_id) and each.post is Post.UNIT_HEAD}
    if T.DESK in people:
        found |= {each.id for each in staff if each.post in DISPATCHERS and _over(each, event)}
    if T.DISTRICT in people:
        found |= {each.id for each in staff if each.post is Post.DISTRICT_DISPATCHER and _over(each, event)}
    if T.ARBITERS in people:
        found |= {each.id for each in staff if each.post is Post.ARBITER and _over(each, event)}
    leaders = [each for each in staff if each.post is Post.LEADER and _over(each, event)]
    if T.ALL_LEADERS in people:
        found |= {each.id for each in leaders}
    elif T.LEADERS in people:
        nearest = max((len(each.area) for each in leaders), default=0)
        found |= {each.id for each in leaders if len(each.area) == nearest}
    return found


def _names(kind: str, touches: frozenset[str]) -> list[str]:
    return [touch.removeprefix(kind) for touch in touches if touch.startswith(kind)]


def _of(staff: tuple[Staff, ...], unit_id: str) -> set[str]:
    return {each.id for each in staff if _in(each, unit_id)}


def _in(person: Staff, unit_id: str) -> bool:
    return bool(unit_id) and person.unit_id == unit_id


def _over(person: Staff, event: Event) -> bool:
    return event.area.startswith(person.area)
