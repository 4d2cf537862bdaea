"""SELECTs on hot issues and gatherings. What is counted and quoted are the orders this actor may see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, false, func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.flow import OrderState
from server.command.orders.queries import visible_to, within
from server.command.orders.rules import ROUGH_FROM_M
from server.command.orders.tables import Gathering, HotIssue, HotMember, WorkOrder
from server.command.triage.clusters import LEAST, Told, heat
from server.kernel.actors import DISPATCHERS, Actor, Post, Role
from server.kernel.geo import Wgs84
from server.platform.kept import kept
from server.platform.read import Reader

MOST = 5000  # the newest orders are looked through for issues
SHOWN = 60  # issues on a page, the hottest
TREND = 12  # bars of an issue's course

S = OrderState
LEFT_OUT = {S.MERGED, S.REJECTED, S.VOIDED}


@dataclass(slots=True)
class Issue:
    """A hot issue as one actor sees it."""

    id: str
    words: list[str]
    title: str = ""
    area: str = ""  # what its orders have in common
    since: datetime | None = None
    until: datetime | None = None
    count: int = 0
    likes: int = 0
    heat: int = 0
    open: int = 0
    trend: list[int] = field(default_factory=lambda: [0] * TREND)


def watches(actor: Actor) -> bool:
    """Whose page it is: leaders, dispatchers and arbiters."""
    return actor.role is Role.LEADER or actor.post in DISPATCHERS or actor.post is Post.ARBITER


async def issues(read: Reader, actor: Actor, now: datetime, days: int, id: str = "") -> list[Issue]:
    """The hottest issues that somebody told of in the last `days`; or the one named."""
    found: dict[str, list[Any]] = defaultdict(list)
    asked = _one(actor, id) if id else _members(actor, now - timedelta(days=days))
    for row in await read.tuples(asked):
        found[row[0]].append(row)
    seen = (_seen(rows, now) for rows in found.values() if len(rows) >= LEAST)
    return sorted(seen, key=lambda issue: (-issue.heat, issue.id))[:SHOWN]


def _seen(rows: list[Any], now: datetime) -> Issue:
    ids, words, near, titles, texts, likes, times, areas, states = zip(*rows, strict=True)
    since, until = min(times), max(times)
    issue = Issue(ids[0], _said(words[0], titles, texts), since=since, until=until)
    issue.title = titles[max(range(len(rows)), key=lambda n: (near[n], titles[n]))]
    issue.area = _common(areas)
    issue.count, issue.likes = len(rows), sum(likes)
    issue.heat = heat(issue.count, issue.likes, now - until)
    issue.open = sum(state not in {S.CLOSED, *LEFT_OUT} for state in states)
    span = (until - since) or timedelta(seconds=1)
    for at in times:
        issue.trend[min(int((at - since) / span * TREND), TREND - 1)] += 1
    return issue


def _said(words: str, titles: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Only words that stand in what this actor may read, as they stand there."""
    mine = " ".join((*titles, *texts)).lower()
    return [word for word in words.split("|") if word and word in mine]


def _common(areas: Iterable[str]) -> str:
    """The finest area code that holds all."""
    first, last = min(areas), max(areas)
    lengths = (length for length in (15, 12, 9) if len(first) >= length and first[:length] == last[:length])
    return first[: next(lengths, 6)]


def _of(actor: Actor) -> SelectOfScalar[WorkOrder]:
    rows = visible_to(actor) if watches(actor) else select(WorkOrder).where(false())
    return rows.where(*_counts())


def _counts() -> tuple[Any, ...]:
    """Never a confidential order; of a split one the whole."""
    return ~col(WorkOrder.confidential), col(WorkOrder.state).not_in(LEFT_OUT), col(WorkOrder.parent_id) == ""


def _joined(rows: SelectOfScalar[WorkOrder]) -> Select[Any]:
    joined: Any = rows.join(HotMember, col(HotMember.order_id) == WorkOrder.id).join(
        HotIssue, col(HotIssue.id) == HotMember.issue_id
    )
    return joined.with_only_columns(  # type: ignore[no-any-return]
        HotIssue.id, HotIssue.words, HotMember.near, WorkOrder.title, WorkOrder.text, WorkOrder.likes,
        WorkOrder.reported_at, WorkOrder.area, WorkOrder.state,
    )  # fmt: skip


@kept
def _members(actor: Actor, since: datetime) -> Select[Any]:
    return _joined(_of(actor)).where(col(HotIssue.last_at) >= since)


@kept
def _one(actor: Actor, id: str) -> Select[Any]:
    return _joined(_of(actor)).where(col(HotIssue.id) == id)


def behind(actor: Actor, issue_id: str) -> SelectOfScalar[WorkOrder]:
    """The very cases of an issue."""
    members = select(HotMember.order_id).where(HotMember.issue_id == issue_id)
    return _of(actor).where(col(WorkOrder.id).in_(members))


def newest() -> Select[Any]:
    """What issues are looked for in."""
    at, id = col(WorkOrder.reported_at), col(WorkOrder.id)
    rows = columns(*TOLD).where(*_counts())
    return rows.order_by(at.desc(), id.desc()).limit(MOST)


def since(at: datetime) -> Select[Any]:
    """What gatherings are looked for in, the oldest first."""
    reported = col(WorkOrder.reported_at)
    rough = func.coalesce(WorkOrder.accuracy_m, 0) >= ROUGH_FROM_M  # a label point gathers whoever names it
    rows = columns(*TOLD).where(*_counts(), reported >= at, col(WorkOrder.lon).is_not(None), ~rough)
    return rows.order_by(reported, col(WorkOrder.id))


TOLD = (
    col(WorkOrder.id), col(WorkOrder.reported_at), col(WorkOrder.title), col(WorkOrder.text),
    col(WorkOrder.matter_code), col(WorkOrder.lon), col(WorkOrder.lat), col(WorkOrder.area),
    col(WorkOrder.suggestion),
)  # fmt: skip


def told(row: Any) -> Told:
    """A row of TOLD. Until a case is filed its suggested matter stands for it."""
    id, at, title, text, matter, lon, lat, area, suggestion = row
    best = suggestion.get("best")
    place = Wgs84(lon, lat) if lon is not None and lat is not None else None
    return Told(id, at, title, text, matter or (best or {}).get("matter", ""), place, area)


@kept
def gathered(actor: Actor, since: datetime) -> SelectOfScalar[Gathering]:
    """Gatherings of this actor's area, the newest first."""
    rows = select(Gathering).where(col(Gathering.last_at) >= since).order_by(col(Gathering.last_at).desc())
    if not watches(actor):
        return rows.where(false())
    return rows.where(within(col(Gathering.area).concat(""), actor.area)).limit(20)
