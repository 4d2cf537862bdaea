"""The track of a round: positions while on duty, in batches, each kept once; and who looked at whose."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from server.command.duty import queries as duties
from server.command.duty import service as duty
from server.command.duty.rules import LONGEST_SPELL
from server.grid.patrols import queries, rules
from server.grid.patrols.errors import OffDuty
from server.grid.patrols.rules import Fix, PointHow, PointState, Visit
from server.grid.patrols.service.plans import KIND
from server.grid.patrols.service.rounds import visited
from server.grid.patrols.tables import Patrol, PatrolTrack
from server.kernel.errors import BadInput, NotFound
from server.kernel.geo import Wgs84
from server.platform.vault import Vault
from server.platform.work import Work

LOOK_SECONDS = 900  # one audit line covers a quarter of an hour of looking


async def follow(work: Work, *, id: str, patrol_id: str, fixes: Sequence[Fix]) -> Patrol:
    """Keep a batch under the id its phone minted; the same again is no change.

    Raises NotFound, BadInput, TimeAhead, NotOnPatrol, OffDuty: a position off duty leaves no row.
    """
    patrol = (await work.session.exec(queries.locked(work.actor, patrol_id))).one_or_none()
    if patrol is None or patrol.person_id != work.actor.id:
        raise NotFound(subject=patrol_id)
    if not 0 < len(fixes) <= rules.MOST_FIXES:
        raise BadInput(field="fixes")
    if await work.session.get(PatrolTrack, id):
        return patrol
    heard = (replace(fix, at=_when(work, patrol, fix.at)) for fix in fixes)
    known = sorted(heard, key=lambda fix: fix.at)
    first, last = known[0].at, known[-1].at
    await _needs_duty(work, first, last)
    tail = await queries.tail(work.session, patrol_id)
    before = unsealed(work, tail)[-1:] if tail and tail.last_at <= first else []
    patrol.length_m += round(rules.walked_m([*before, *known]))
    work.session.add(PatrolTrack(
        id=id, patrol_id=patrol_id, person_id=work.actor.id, first_at=first, last_at=last, heard_at=work.now,
        n=len(known), fixes=_sealed(work, id, known),
    ))  # fmt: skip
    await _visit(work, patrol, [*(unsealed(work, tail) if before and tail else ()), *known])
    spell = await duty.present(work)
    cell = work.office.areas.locate(known[-1].point)
    if spell is not None:
        duty.seen(work, spell, last, cell.code if cell else "", known[-1].point, known[-1].accuracy_m)
    work.tell(f"{KIND}.seen", KIND, patrol.id, area=patrol.area,
              touches=[f"person:{patrol.person_id}", f"cell:{patrol.area}"])  # fmt: skip
    return patrol


def _when(work: Work, patrol: Patrol, at: datetime) -> datetime:
    return rules.in_round(rules.heard(at, work.now), patrol.began_at, patrol.ended_at)


async def _visit(work: Work, patrol: Patrol, fixes: Sequence[Fix]) -> None:
    """A point the track stayed at for 20 s is visited, unless it wants a photo."""
    if patrol.closed_at is not None:  # then a person looks at it
        return
    for point in await queries.points_of(work.session, patrol.id):
        place = Wgs84(point.lon, point.lat)
        if point.state != PointState.OPEN or point.photo or not (at := rules.dwelt(place, fixes)):
            continue
        if patrol.opens_at <= at <= patrol.closes_at:
            visited(work, patrol, point, Visit(PointState.VISITED, PointHow.TRACK, 0), at)


async def _needs_duty(work: Work, first: datetime, last: datetime) -> None:
    spells = (await work.session.exec(duties.touching(work.actor.id, first, last))).all()
    for spell in spells:
        if spell.began_at <= first and last <= (spell.ended_at or spell.began_at + LONGEST_SPELL):
            return
    raise OffDuty


def _sealed(work: Work, id: str, fixes: Sequence[Fix]) -> str:
    rows = [[round(fix.at.timestamp() * 1000), fix.point.lon, fix.point.lat, fix.accuracy_m] for fix in fixes]
    return work.office.of(Vault).seal(json.dumps(rows), about=f"{KIND}/{id}/fixes")


def unsealed(work: Work, track: PatrolTrack | None) -> list[Fix]:
    """The positions of a batch, in the order of their times."""
    if track is None:
        return []
    text = work.office.of(Vault).unseal(track.fixes, about=f"{KIND}/{track.id}/fixes")
    return [
        Fix(datetime.fromtimestamp(at / 1000, UTC), Wgs84(lon, lat), accuracy)
        for at, lon, lat, accuracy in json.loads(text)
    ]


async def looked(work: Work, people: Sequence[str]) -> None:
    """Who looked at whose position is on record, once in a quarter of an hour and person looking."""
    quarter = int(work.now.timestamp() // LOOK_SECONDS)
    if people and await work.first_time("positions", f"positions/{quarter}", {"people": len(people) > 0}):
        work.record(f"{KIND}.look", KIND, f"{work.actor.id}/{quarter}", area=work.actor.area, quiet=True,
                    detail={"people": sorted(people)})  # fmt: skip
