"""What an officer does on a round, told at once or when the network is back, and what another looks at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from server.command.duty import service as duty
from server.grid.patrols import queries, rules
from server.grid.patrols.errors import NotReviewable, PatrolRunning
from server.grid.patrols.flow import FLOW, PatrolAction, PatrolState
from server.grid.patrols.rules import PointState, Visit
from server.grid.patrols.service.plans import KIND, MISSED, VISITED, record
from server.grid.patrols.tables import Patrol, PatrolPoint
from server.kernel.errors import BadInput, NotFound
from server.kernel.geo import Wgs84
from server.kernel.text import clean_text
from server.platform import files
from server.platform.work import Work

POINT = "patrol_point"
WORDS_LIMIT = 200
A = PatrolAction


async def start(work: Work, *, id: str, at: datetime) -> Patrol:
    """开始巡查: who was not on duty is from here on.

    Raises NotFound, TimeAhead, OutsideWindow, PatrolRunning.
    """
    patrol = await _locked(work, id)
    at = rules.heard(at, work.now)
    step = FLOW.step(PatrolState(patrol.state), A.START, work.actor.post)
    rules.needs_window(at, patrol.opens_at, patrol.closes_at)
    await _needs_one(work, id)
    if await duty.present(work) is None:
        await duty.start(work, id=str(uuid5(NAMESPACE_OID, f"{id}/duty/{at.isoformat()}")), at=at)
    patrol.state, patrol.began_at, patrol.began_heard_at = step.target, at, work.now
    record(work, patrol, A.START, at=at)
    return patrol


async def pause(work: Work, *, id: str, at: datetime, resume: bool = False) -> Patrol:
    """暂停, 继续. Raises NotFound, IllegalStep, PatrolRunning."""
    patrol, action = await _locked(work, id), A.RESUME if resume else A.PAUSE
    if resume:
        await _needs_one(work, id)
    at = rules.heard(at, work.now)
    patrol.state = FLOW.step(PatrolState(patrol.state), action, work.actor.post).target
    record(work, patrol, action, at=at)
    return patrol


async def end(work: Work, *, id: str, at: datetime, why_not: Mapping[str, str]) -> Patrol:
    """结束巡查, with what the officer says of the points he did not reach. Raises NotFound, IllegalStep."""
    patrol = await _locked(work, id)
    at = rules.heard(at, work.now)
    patrol.state = FLOW.step(PatrolState(patrol.state), A.END, work.actor.post).target
    patrol.ended_at, patrol.ended_heard_at = max(at, patrol.began_at or at), work.now
    for point in await queries.points_of(work.session, id):
        if point.state == PointState.OPEN and point.id in why_not:
            point.why_not = clean_text(why_not[point.id], field="whyNot", limit=WORDS_LIMIT)
    record(work, patrol, A.END, at=at, detail={"visited": patrol.visited, "length_m": patrol.length_m})
    return patrol


async def check_in(
    work: Work, *, id: str, at: datetime, here: Wgs84 | None, code: str = "", reason: str = "",
    photo_ids: Sequence[str] = (),
) -> PatrolPoint:  # fmt: skip
    """打卡 at the point `id`; a second one changes nothing once the first one counts.

    Raises NotFound, NotOnPatrol, TimeAhead, OutsideWindow, TooFar, PhotoNeeded, BadPointCode, PlaceOrCode.
    """
    known = await work.session.get(PatrolPoint, id)
    patrol = await _locked(work, known.patrol_id if known else "")
    [point] = [each for each in await queries.points_of(work.session, patrol.id) if each.id == id]
    at = rules.in_round(rules.heard(at, work.now), patrol.began_at, patrol.ended_at)
    rules.needs_window(at, patrol.opens_at, patrol.closes_at)
    words = clean_text(reason, field="reason", limit=WORDS_LIMIT)
    if len(photo_ids) > rules.MOST_PHOTOS:
        raise BadInput(field="photos")
    visit = rules.visit(
        Wgs84(point.lon, point.lat), here=here, code=code, plate=point.code, wants_photo=point.photo,
        photos=len(photo_ids), reason=words, late=patrol.closed_at is not None,
    )  # fmt: skip
    if point.state == PointState.VISITED:
        return point
    await files.claim(work, photo_ids, POINT, id, files.PhotoKind.CHECK, field="photos")
    visited(work, patrol, point, visit, at)
    point.reason = words
    work.record(
        f"{KIND}.check_in", KIND, patrol.id, area=point.area, opinion=words, target=point.state,
        detail={"point": point.name, "how": point.how, "at": at.isoformat(),
                **({} if visit.metres is None else {"metres": visit.metres})},
        touches=[f"person:{patrol.person_id}", f"cell:{patrol.area}"],
    )  # fmt: skip
    return point


def visited(work: Work, patrol: Patrol, point: PatrolPoint, visit: Visit, at: datetime) -> None:
    """Put the visit down; one that counts is counted once."""
    point.state, point.how, point.metres = visit.state, visit.how, visit.metres
    point.at, point.heard_at = at, work.now
    if visit.state is PointState.VISITED:
        _count(work, patrol, point)


async def review(work: Work, *, id: str, accept: bool, opinion: str) -> PatrolPoint:
    """复核 of a doubtful visit by somebody of the platform. Raises NotAllowed, NotFound, NotReviewable."""
    rules.needs_planner(work.actor)
    known = await work.session.get(PatrolPoint, id)
    patrol = await _locked(work, known.patrol_id if known else "")
    [point] = [each for each in await queries.points_of(work.session, patrol.id) if each.id == id]
    if point.state != PointState.TO_REVIEW or patrol.person_id == work.actor.id:
        raise NotReviewable
    words = clean_text(opinion, field="opinion", limit=WORDS_LIMIT, required=not accept)
    point.reviewed_by, point.opinion = work.actor.id, words
    point.state = PointState.VISITED if accept else PointState.REFUSED
    if accept:
        _count(work, patrol, point)
    elif patrol.closed_at and not point.missed:
        point.missed = True
        work.count(MISSED, point.area, 1, patrol.day)
    work.record(
        f"{KIND}.{'accept' if accept else 'refuse'}", KIND, patrol.id, area=point.area, opinion=words,
        receiver=patrol.person_id, detail={"point": point.name}, touches=[f"person:{patrol.person_id}"],
    )  # fmt: skip
    return point


def _count(work: Work, patrol: Patrol, point: PatrolPoint) -> None:
    """A point more; what was declared missed meanwhile is taken back, and the record says both."""
    patrol.visited += 1
    if patrol.closed_at:
        work.count(VISITED, point.area, 1, patrol.day)
        if point.missed:
            work.count(MISSED, point.area, -1, patrol.day)
    point.missed = False


async def _needs_one(work: Work, id: str) -> None:
    if (await work.session.exec(queries.other_running(work.actor, id))).first():
        raise PatrolRunning


async def read(work: Work, id: str) -> Patrol:
    """The round as it is now: a repeated step changes nothing. Raises NotFound."""
    return await _locked(work, id)


async def read_point(work: Work, id: str) -> PatrolPoint:
    """The point as it is now. Raises NotFound."""
    point = await work.session.get(PatrolPoint, id)
    await _locked(work, point.patrol_id if point else "")
    assert point is not None
    return point


async def _locked(work: Work, id: str) -> Patrol:
    patrol = (await work.session.exec(queries.locked(work.actor, id))).one_or_none()
    if patrol is None:
        raise NotFound(subject=id)
    return patrol
