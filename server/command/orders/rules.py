"""Pure decisions about work orders: no session, no clock, no framework.

Guards are named as in flow.py; each raises the refusal that names it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from server.command.orders import adjust, errors
from server.command.orders.facts import Order, ShareState
from server.command.orders.flow import FLOW, TERMINAL, OrderAction, OrderState
from server.command.triage.rules import worded
from server.kernel.actors import Actor, Post
from server.kernel.calendar import Limit, TimeUnit
from server.kernel.errors import IllegalStep
from server.kernel.flow import Step
from server.kernel.geo import Wgs84, distance_m

ON_SITE_M = 100  # domain G1.5, G1.24: checks happen on the spot
MERGE_M = 50  # domain A8: same sub-type within 50 m …
ROUGH_FROM_M = 100  # a place known only as a grid cell, or worse, measures nothing
MERGE_HOURS = 24  # … and 24 h
REWORK_SHARE = 0.5  # domain G1.25: a failed check restarts half of the limit
TITLE_CHARACTERS = 28
MIN_PARTS, MAX_PARTS = 2, 6

STAGE_LIMITS = {  # domain A4: stage limits around handling; G1 for sign, rule
    "accept": Limit(0.25, TimeUnit.WORK_HOUR),
    "danger": Limit(0.5, TimeUnit.URGENT_HOUR),  # ux 1.3: danger unattended for 30 minutes
    "dispatch": Limit(0.25, TimeUnit.WORK_HOUR),
    "verify": Limit(0.5, TimeUnit.WORK_HOUR),
    "sign": Limit(1, TimeUnit.WORK_HOUR),
    "rule": Limit(1, TimeUnit.WORK_DAY),
    "sendcheck": Limit(0.5, TimeUnit.WORK_HOUR),
    "check": Limit(0.5, TimeUnit.WORK_HOUR),
    "decide": Limit(2, TimeUnit.WORK_HOUR),  # ux 2.11: an application is answered within two hours
}
ASIDE = frozenset({"decide", "promise"})  # clocks that are not of the case's own stage


class OrderSource(StrEnum):
    """Where a case comes from."""

    PATROL = "patrol"
    CITIZEN = "citizen"
    LEADER = "leader"
    HOTLINE = "hotline"
    SENSOR = "sensor"
    IMPORT = "import"


FROM_CITIZENS = frozenset({OrderSource.CITIZEN, OrderSource.HOTLINE, OrderSource.IMPORT})


class VerifyConclusion(StrEnum):
    """核实: is the report true? (Before filing; never to be mixed up with 核查.)"""

    TRUE = "true"
    NOT_TRUE = "not_true"
    NOT_FOUND = "not_found"
    ALREADY_SOLVED = "already_solved"


class CheckConclusion(StrEnum):
    """核查: is it really repaired? Only SOLVED passes."""

    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"


class RejectReason(StrEnum):
    """Why a report is not accepted."""

    NOT_OURS = "not_ours"
    NOT_TRUE = "not_true"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    NOT_A_GRID_MATTER = "not_a_grid_matter"
    WITHDRAWN = "withdrawn"


def step(order: Order, action: OrderAction, actor: Actor) -> Step[OrderState, OrderAction]:
    """The row of FLOW this actor may take. Raises IllegalStep or NotAllowed."""
    return FLOW.step(OrderState(order.state), action, actor.post)


def is_open(state: str) -> bool:
    """True until the case is closed, rejected, merged or voided."""
    return OrderState(state) not in TERMINAL


def counts(state: str) -> bool:
    """Open, and not resting: a suspended case is neither late nor in time (domain A9.2)."""
    return is_open(state) and state != OrderState.SUSPENDED


OFFERED = frozenset({  # what `offered` reads of an order
    "state", "reporter_id", "unit_id", "handler_id", "verifier_id", "checker_id", "finisher_id",
    "return_times", "lon", "ruled_unit", "first_unit", "also", "pending", "extension_times",
    "suspended_at", "appeal_until", "count_until", "closed_at", "reopen_times", "rework_times",
    "parent_id", "parts",
})  # fmt: skip


def offered(order: Order, actor: Actor, now: datetime) -> list[OrderAction]:
    """What this person may do now: the buttons of the screen. Facts a form supplies are not asked yet."""
    return [a for a in FLOW.offered(OrderState(order.state), actor.post) if _fits(order, a, actor, now)]


def _fits(order: Order, action: OrderAction, actor: Actor, now: datetime) -> bool:
    """The guards that need nothing but the order, the person and the time."""
    A, own, free = OrderAction, order.unit_id == actor.unit_id, not order.pending
    match action:
        case A.SIGN | A.FINISH | A.DEPT_REJECT | A.ASSIGN | A.INVITE:
            return own
        case A.RETURN:
            given = order.handler_id not in ("", actor.id) and order.state == OrderState.IN_PROGRESS
            return own and order.ruled_unit != order.unit_id and not given
        case A.UNASSIGN:
            return own and order.handler_id not in ("", actor.id)
        case A.RESUME:
            return own or actor.post is Post.SYSTEM
        case A.APPLY_EXTENSION:
            return own and free and order.extension_times < adjust.MAX_EXTENSIONS
        case A.APPLY_SUSPENSION:
            return own and free and order.suspended_at is None
        case A.ENDORSE | A.DECLINE:
            return own and adjust.answers(action, order.pending)
        case A.APPEAL:
            return own and free and adjust.appealable(order, now)
        case A.DISPUTE_COUNT:
            return own and free and adjust.disputable(order, now)
        case A.INTERIM:
            return order.first_unit == actor.unit_id
        case A.ACCEPT_SHARE | A.DECLINE_SHARE:
            return adjust.shares_of(order.also).get(actor.unit_id) is ShareState.INVITED
        case A.FINISH_SHARE:
            return adjust.shares_of(order.also).get(actor.unit_id) is ShareState.ACCEPTED
        case A.RULE | A.ASK_VOID:
            return free
        case A.DEPT_CONFIRM:
            return own and order.finisher_id != actor.id
        case A.VERIFY_DONE:
            return order.verifier_id == actor.id
        case A.CHECK_PASS | A.CHECK_FAIL:
            return order.checker_id == actor.id
        case A.HAND_ON:
            return actor.id == (
                order.verifier_id if order.state == OrderState.VERIFYING else order.checker_id
            )
        case A.CLOSE | A.CLOSE_REJECT:
            return not actor.unit_id or not own
        case A.AUDIT_PASS | A.AUDIT_FAIL:
            return order.reporter_id != actor.id
        case A.ESCALATE:
            return adjust.disputed(order)
        case A.PARTS_DONE | A.REJOIN | A.REROUTE:
            return False  # they follow the parts, or the new matter
        case A.RECLASSIFY:
            return free and not order.rework_times
        case A.FILE | A.DISPATCH:
            return order.lon is not None
        case A.SPLIT:
            return order.lon is not None and not order.parent_id
        case A.REOPEN:
            return bool(order.unit_id) and adjust.reopenable(order, now)
        case A.RECONSIDER:
            return order.parts > 0 and not order.unit_id
        case A.REFUSE_APPEAL:
            return adjust.answers(action, order.pending)
        case _:
            return action not in adjust.ASKED or adjust.answers(action, order.pending)


# ── guards ────────────────────────────────────────────────────────────────────────────────────────


def needs_photo_or_text(photo_ids: Collection[str], text: str) -> None:
    """A report has at least a photo or a sentence."""
    if not photo_ids and not text.strip():
        raise errors.NothingReported(field="text")


def needs_before_and_after(before: Collection[str], after: Collection[str]) -> None:
    """What an officer solved himself is shown before and after (domain G1.2)."""
    if not before or not after:
        raise errors.AfterPhotoNeeded(field="afterPhotoIds" if before else "photoIds")


def needs_grid_matter(approved: bool, code: str) -> None:
    """What is not approved into the grid is referred, never filed (domain A7)."""
    if not approved:
        raise errors.NotAGridMatter(field="matterCode", matter=code)


def needs_no_control(reason: str) -> None:
    """Officers do not report what is allowed there and then (管控区域、时段, domain A8); citizens may."""
    if reason:
        raise errors.UnderControl(field="matterCode", reason=reason)


def needs_rule_of_matter(rule_id: str, of_matter: Collection[str]) -> None:
    """Filing picks one of the matter's own rules (domain A4)."""
    if rule_id not in of_matter:
        raise errors.RuleNotOfMatter(field="ruleId")


def needs_unit_in_matrix(unit_id: str, allowed: Collection[str], reason: str, name: str) -> None:
    """The unit the responsibility matrix names, or another one with a reason (domain G1.9)."""
    if unit_id not in allowed and not reason:
        raise errors.UnitNotInMatrix(field="overrideReason", unit=name)


def needs_opinion(opinion: str, field: str = "opinion") -> None:
    """Returning, rejecting, ruling and voiding need words (domain G)."""
    if not opinion.strip():
        raise errors.ReasonNeeded(field=field)


def needs_place(order: Order) -> None:
    """Filed and dispatched for a place."""
    if order.lon is None or order.lat is None:
        raise errors.PlaceNeeded(field="place")


def needs_point(point: Wgs84 | None) -> None:
    """Put on the map means somewhere: the whole district is no place."""
    if point is None:
        raise errors.PlaceNeeded(field="place")


def needs_own_unit(order: Order, actor: Actor) -> None:
    """Only the unit the order was sent to."""
    if order.unit_id != actor.unit_id:
        raise errors.NotYourUnit


def needs_after_photo(photo_ids: Collection[str]) -> None:
    """No result without a photo taken afterwards."""
    if not photo_ids:
        raise errors.AfterPhotoNeeded(field="photoIds")


def photo_doubts(
    order: Order, claims: Iterable[tuple[datetime | None, Wgs84 | None]]
) -> dict[str, int | bool]:
    """What speaks against photos of a result: taken before the report, or how far away in metres. `claims`
    are when and where each of them says it was taken; what it does not say speaks against nothing."""
    found: dict[str, int | bool] = {}
    for at, where in claims:
        if at is not None and at < order.reported_at:
            found["photo_old"] = True
        if where is not None and order.lon is not None and order.lat is not None:
            metres = round(distance_m(Wgs84(order.lon, order.lat), where))
            if metres > max(ON_SITE_M, int(found.get("photo_far_m", 0))):
                found["photo_far_m"] = metres
    return found


def needs_plausible_photos(doubts: Mapping[str, int | bool], *, sure: bool) -> None:
    """Asked once (ux O32): who is sure hands them in, and they are marked."""
    if sure or not doubts:
        return
    if "photo_far_m" in doubts:
        raise errors.PhotoFar(field="photoIds", distance=doubts["photo_far_m"], limit=ON_SITE_M)
    raise errors.PhotoOld(field="photoIds")


def needs_check_photo(photo_ids: Collection[str]) -> None:
    """A check shows what it saw."""
    if not photo_ids:
        raise errors.CheckPhotoNeeded(field="photoIds")


def needs_assigned(assigned_id: str, actor: Actor) -> None:
    """Only the officer the task was given to."""
    if assigned_id != actor.id:
        raise errors.NotAssigned


def needs_on_site(order: Order, here: Wgs84) -> int:
    """Metres from the place. Raises TooFar above 100 m; an order without a point has no distance."""
    if order.lon is None or order.lat is None:
        return 0
    metres = round(distance_m(Wgs84(order.lon, order.lat), here))
    if metres > ON_SITE_M:
        raise errors.TooFar(field="place", distance=metres, limit=ON_SITE_M)
    return metres


def needs_independent(order: Order, person_id: str, unit_id: str) -> None:
    """Not of the handling unit, not the one who finished it (domain H3)."""
    if person_id == order.finisher_id or (unit_id and unit_id == order.unit_id):
        raise errors.OwnWork


def needs_not_finisher(order: Order, actor: Actor) -> None:
    """Whoever finished it does not confirm it for the department."""
    if order.finisher_id == actor.id:
        raise errors.OwnWork


def needs_not_reporter(order: Order, actor: Actor) -> None:
    """Whoever solved it himself does not audit it."""
    if order.reporter_id == actor.id:
        raise errors.OwnWork


def needs_condition(met: bool, condition: str) -> None:
    """The close condition of the filing rule is ticked by a person."""
    if not met:
        raise errors.ConditionNotMet(field="conditionMet", condition=condition)


def needs_same_case(order: Order, master: Order) -> None:
    """Open, of the same kind when both are known, ≤ 50 m and ≤ 24 h apart (domain G1.6).

    Where one of them has no place to measure from, told in almost the same words.
    """
    here, there = measured(order), measured(master)
    if here and there:
        near = distance_m(here, there) <= MERGE_M
    else:
        near = worded(f"{order.title} {order.text}", f"{master.title} {master.text}") > 0
    soon = abs(order.reported_at - master.reported_at) <= timedelta(hours=MERGE_HOURS)
    alike = not order.matter_code or not master.matter_code or order.matter_code == master.matter_code
    if not (is_open(master.state) and near and soon and alike):
        raise errors.NotTheSameCase(field="intoId")


def measured(order: Order) -> Wgs84 | None:
    """Where it is, if that is known well enough to measure a distance of `MERGE_M` from."""
    if order.lon is None or order.lat is None or (order.accuracy_m or 0) >= ROUGH_FROM_M:
        return None
    return Wgs84(order.lon, order.lat)


def needs_unit(order: Order) -> None:
    """What goes back goes back to a unit; a case its finder solved never had one."""
    if not order.unit_id:
        raise IllegalStep(flow=FLOW.name, state=order.state, action=OrderAction.REOPEN)


def needs_whole(order: Order) -> None:
    """A part has no parts of its own."""
    if order.parent_id:
        raise errors.PartOfACase


def needs_parts(unit_ids: Sequence[str]) -> None:
    """Two to six parts, each for a unit of its own."""
    if not MIN_PARTS <= len(unit_ids) <= MAX_PARTS:
        raise errors.PartsNeeded(field="parts", least=MIN_PARTS, most=MAX_PARTS)
    for n, unit_id in enumerate(unit_ids):
        if unit_id in unit_ids[:n]:
            raise errors.SameUnitTwice(field=f"parts.{n}.unitId")


# ── small computations ────────────────────────────────────────────────────────────────────────────


def title_of(text: str, fallback: str) -> str:
    """The first sentence, at most 28 characters; the matter's name when nothing was written."""
    first = re.split(r"[。！？!?\n；;]", text.strip(), maxsplit=1)[0].strip()
    if not first:
        return fallback
    return first if len(first) <= TITLE_CHARACTERS else first[: TITLE_CHARACTERS - 1] + "…"


def rework_limit(limit: Limit) -> Limit:
    """Half of the limit, at least one hour or day of its unit."""
    return Limit(max(ceil(limit.value * REWORK_SHARE), 1), limit.unit)
