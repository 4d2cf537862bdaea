"""Pure decisions about patrols: who may, where, when, and what counts as visited."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from server.grid.patrols.errors import (
    BadPlan,
    BadPointCode,
    InspectionBarred,
    NotOnPatrol,
    OutsideWindow,
    PhotoNeeded,
    PlaceOrCode,
    TimeAhead,
    TooFar,
)
from server.kernel.actors import DISPATCHERS, Actor, Post
from server.kernel.errors import NotAllowed
from server.kernel.geo import Wgs84, distance_m

NEAR_M = 60.0  # a check-in is at its point (ux O4)
WEAK_M = 50.0  # a position less accurate is a weak signal (ux O3)
SEEN_M, SEEN_FOR = 30.0, timedelta(seconds=20)  # a track has visited a point (domain A8)
AHEAD = timedelta(minutes=2)  # how wrong a phone's clock may be without a word
STEP_M, STEP_FOR = 400.0, timedelta(minutes=3)  # two fixes further apart are not walked between
MOST_POINTS, MOST_PHOTOS, MOST_FIXES = 20, 3, 600
DAY_MINUTES = 24 * 60
WATCHERS = DISPATCHERS | {Post.ARBITER}
BASIS = "国办发〔2024〕54号；粤府办〔2025〕15号"
# Looking at a shop front from the street is a patrol; going through its books is an inspection.
INSPECTING = re.compile(r"检查|查验|核验|抽检|抽查|执法|查账|查封|取证|行政处罚|inspect", re.IGNORECASE)
ENTERPRISE = re.compile(
    r"企业|公司|工厂|厂房|商户|店|餐馆|酒楼|市场主体|经营者|营业执照|许可证|证照|台账|作坊|仓库|"
    r"enterprise|company|shop|licen[cs]e",
    re.IGNORECASE,
)


class PointState(StrEnum):
    """Where a point of a round stands."""

    OPEN = "open"  # 待巡
    VISITED = "visited"  # 已巡
    TO_REVIEW = "to_review"  # 待复核
    REFUSED = "refused"  # 复核不通过


class PointHow(StrEnum):
    """What speaks for a visit."""

    GPS = "gps"  # the phone was within 60 m
    CODE = "code"  # the code on the plate was entered
    TRACK = "track"  # the track stayed within 30 m for 20 s
    WORDS = "words"  # a reason and a photo, which somebody else looks at


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as the phone measured it."""

    at: datetime
    point: Wgs84
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a check-in comes to."""

    state: PointState
    how: PointHow
    metres: int | None


def needs_planner(actor: Actor) -> None:
    """Dispatchers plan rounds and look at doubtful visits."""
    if actor.post not in DISPATCHERS:
        raise NotAllowed(flow="patrol", action="plan", post=actor.post)


def needs_observing(*texts: str) -> None:
    """Nothing a grid officer is sent to do is an inspection of an enterprise. Basis: domain §0.3."""
    for text in texts:
        if INSPECTING.search(text) and ENTERPRISE.search(text):
            raise InspectionBarred(field="points", basis=BASIS, text=text)


def needs_plan(days: Sequence[int], opens: int, closes: int, points: int) -> None:
    """Days of the week, a window inside one day, and points."""
    if not days or not set(days) <= set(range(1, 8)):
        raise BadPlan(field="days")
    if not 0 <= opens < closes <= DAY_MINUTES:
        raise BadPlan(field="closes")
    if not 1 <= points <= MOST_POINTS:
        raise BadPlan(field="points", most=MOST_POINTS)


def heard(at: datetime, now: datetime) -> datetime:
    """When it happened, by the phone's clock; a little ahead is now. Raises TimeAhead."""
    if at - now > AHEAD:
        raise TimeAhead(field="at", at=at.isoformat(), now=now.isoformat())
    return min(at, now)


def in_round(at: datetime, began_at: datetime | None, ended_at: datetime | None) -> datetime:
    """When in a round it was: a phone's clock jumps a little when it is put right. Raises NotOnPatrol."""
    if began_at is None or at < began_at - AHEAD or (ended_at and at > ended_at + AHEAD):
        raise NotOnPatrol
    return max(began_at, min(at, ended_at or at))


def needs_window(at: datetime, opens_at: datetime, closes_at: datetime) -> None:
    """Inside the round's window."""
    if not opens_at <= at <= closes_at:
        raise OutsideWindow(opens=opens_at.isoformat(), closes=closes_at.isoformat())


def visit(
    point: Wgs84, *, here: Wgs84 | None, code: str, plate: str, wants_photo: bool, photos: int, reason: str,
    late: bool,
) -> Visit:  # fmt: skip
    """What a check-in comes to. `late`: it was heard of after the window closed, so another looks at it.

    Raises PlaceOrCode, BadPointCode, TooFar, PhotoNeeded.
    """
    if here is None and not code:
        raise PlaceOrCode(field="place")
    if code and code.strip().upper() != plate:
        raise BadPointCode(field="code")
    metres = round(distance_m(point, here)) if here else None
    near = bool(code) or (metres is not None and metres <= NEAR_M)
    if not near and not reason:
        raise TooFar(field="reason", metres=metres or 0, limit=int(NEAR_M))
    if (wants_photo or not near) and not photos:
        raise PhotoNeeded(field="photos")
    how = PointHow.WORDS if not near else PointHow.CODE if code else PointHow.GPS
    state = PointState.VISITED if near and not late else PointState.TO_REVIEW
    return Visit(state, how, metres)


def dwelt(point: Wgs84, fixes: Iterable[Fix]) -> datetime | None:
    """When a track had been within 30 m of a point for 20 s; None when it never was."""
    since: datetime | None = None
    for fix in fixes:
        if distance_m(point, fix.point) > SEEN_M:
            since = None
            continue
        since = since or fix.at
        if fix.at - since >= SEEN_FOR:
            return fix.at
    return None


def walked_m(fixes: Sequence[Fix]) -> float:
    """Metres along a track; jumps of the position and pauses are no way."""
    steps = ((distance_m(a.point, b.point), b.at - a.at) for a, b in pairwise(fixes))
    return sum(metres for metres, took in steps if metres <= STEP_M and took <= STEP_FOR)


def percent(visited: int, required: int) -> float | None:
    """巡查覆盖率; of nothing required there is no rate (domain A9.2)."""
    return 100 * visited / required if required else None
