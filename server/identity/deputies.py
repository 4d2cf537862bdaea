"""代理人: a leader is away for some days, and another one of the same or a wider area stands in for him.

A deputyship is a post held for a time: it begins and ends by itself, ends at once when it is taken back, and
is gone into and out of like any other post. What is done in it is done in the deputy's own name.
"""

from datetime import date, timedelta

from sqlmodel import col, select

from server.identity import queries
from server.identity.errors import BadDeputyDays, NotADeputy
from server.identity.tables import PostHolding
from server.kernel.actors import Post
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import NotAllowed
from server.kernel.text import clean_line
from server.platform.work import Work

LONGEST_DAYS = 60
REASON_LIMIT = 100


async def name(work: Work, *, id: str, deputy_id: str, first: date, last: date, reason: str) -> list[str]:
    """`deputy_id` stands in from `first` to `last`, both included. Returns who did until this word.

    Raises NotAllowed for whoever leads nothing himself (a deputy names none), BadDeputyDays, and NotADeputy
    for oneself, for who leads less, and for who is away himself.
    """
    own = await _own(work)
    words = clean_line(reason, field="reason", limit=REASON_LIMIT, required=True)
    if not day_of(work.now) <= first <= last or (last - first).days >= LONGEST_DAYS:
        raise BadDeputyDays(field="last", days=LONGEST_DAYS)
    begin, end = max(work.now, midnight(first)), midnight(last + timedelta(days=1))
    leaders = dict((await work.session.exec(queries.leaders_over(own.area, work.now))).all())
    away = queries.standing_in(deputy_id, begin).where(col(PostHolding.starts_at) < end)
    absent = (await work.session.exec(away)).first()
    if deputy_id == work.actor.id or deputy_id not in leaders or absent:
        raise NotADeputy(field="deputyId")
    replaced = await _end(work)
    work.session.add(PostHolding(
        id=id, account_id=deputy_id, post=own.post, area=own.area, stands_for_id=work.actor.id, reason=words,
        starts_at=begin, ends_at=end,
    ))  # fmt: skip
    work.record("post.deputise", "account", work.actor.id, area=own.area, receiver=deputy_id, opinion=words,
                detail={"first": first.isoformat(), "last": last.isoformat()},
                touches=[f"person:{deputy_id}"])  # fmt: skip
    return replaced


async def take_back(work: Work) -> list[str]:
    """Nobody stands in any more. Returns who did."""
    await _own(work)
    return await _end(work)


async def _end(work: Work) -> list[str]:
    rows = (await work.session.exec(queries.standing_in(work.actor.id, work.now).with_for_update())).all()
    for row in rows:
        row.ends_at = work.now
        work.record("post.recall", "account", work.actor.id, area=row.area, receiver=row.account_id,
                    touches=[f"person:{row.account_id}"])  # fmt: skip
    return [row.account_id for row in rows]


async def _own(work: Work) -> PostHolding:
    """The post the leader works in, locked: two phones do not name two deputies."""
    actor = work.actor
    mine = queries.holdings_of(actor.id, work.now).where(
        PostHolding.post == actor.post, PostHolding.area == actor.area, PostHolding.stands_for_id == ""
    )
    holding = (await work.session.exec(mine.with_for_update())).first()
    if actor.post is not Post.LEADER or actor.deputy_of or holding is None:
        raise NotAllowed(flow="post", action="deputise", post=actor.post)
    return holding


async def end_around(work: Work, account_id: str) -> None:
    """Whoever loses a post stands in for nobody any more, and nobody for him."""
    rows = select(PostHolding).where(
        (col(PostHolding.stands_for_id) == account_id)
        | ((col(PostHolding.account_id) == account_id) & (col(PostHolding.stands_for_id) != "")),
        col(PostHolding.ends_at) > work.now,
    )
    for row in await work.session.exec(rows.with_for_update()):
        row.ends_at = work.now
