"""请假转接: a grid officer is away for some days, and a colleague of the same cells stands in."""

from datetime import date, datetime

from sqlmodel.sql.expression import SelectOfScalar

from server.identity import queries
from server.identity.errors import BadLeave, NotAColleague
from server.identity.queries import officers_in
from server.identity.tables import PostHolding
from server.kernel.actors import Actor, Post
from server.kernel.calendar import day_of
from server.kernel.errors import NotAllowed
from server.platform.work import Work

LONGEST_DAYS = 60


async def go(work: Work, *, stand_in_id: str, first: date, last: date) -> PostHolding:
    """Away from `first` to `last`, both included; a later word replaces this one.

    Raises NotAllowed for other posts, BadLeave, and NotAColleague for who has none of the cells or is away.
    """
    holding = await _own(work)
    if not day_of(work.now) <= first <= last or (last - first).days >= LONGEST_DAYS:
        raise BadLeave(field="last", days=LONGEST_DAYS)
    beside = {each.id for cell in holding.cells for each in await officers_in(work.session, cell, work.now)}
    if stand_in_id == work.actor.id or stand_in_id not in beside:
        raise NotAColleague(field="standInId")
    theirs = (await work.session.exec(queries.holding_in(stand_in_id, Post.GRID_OFFICER, work.now))).first()
    if theirs and theirs.away_from and theirs.away_until and theirs.away_from <= last <= theirs.away_until:
        raise NotAColleague(field="standInId")
    holding.away_from, holding.away_until, holding.stand_in_id = first, last, stand_in_id
    work.record("post.leave", "account", work.actor.id, area=work.actor.area, receiver=stand_in_id,
                detail={"first": first.isoformat(), "last": last.isoformat()},
                touches=[f"person:{stand_in_id}"])  # fmt: skip
    return holding


async def come_back(work: Work) -> PostHolding:
    """The leave is over, or does not take place."""
    holding = await _own(work)
    if holding.away_from is not None:
        stand_in = holding.stand_in_id
        holding.away_from, holding.away_until, holding.stand_in_id = None, None, ""
        work.record("post.return", "account", work.actor.id, area=work.actor.area, receiver=stand_in,
                    touches=[f"person:{stand_in}"])  # fmt: skip
    return holding


def holding(actor: Actor, now: datetime) -> SelectOfScalar[PostHolding]:
    """The holding a grid officer works in, with his leave."""
    return queries.holding_in(actor.id, actor.post, now).limit(1)


async def _own(work: Work) -> PostHolding:
    rows = queries.holding_in(work.actor.id, work.actor.post, work.now).with_for_update()
    holding = (await work.session.exec(rows)).first()
    if work.actor.post is not Post.GRID_OFFICER or holding is None:
        raise NotAllowed(flow="post", action="leave", post=work.actor.post)
    return holding
