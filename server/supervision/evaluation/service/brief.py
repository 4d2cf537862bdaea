"""The brief of a day, frozen at 24:00 (or when the server is back), told to the leaders at 07:30."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlmodel import col, select

from server.command.library import Library
from server.command.orders.service import told
from server.identity.queries import staff_in
from server.kernel.actors import SYSTEM, Post
from server.kernel.calendar import SHANGHAI, day_of, midnight
from server.platform.areas import AreaLevel
from server.platform.work import Office, Work
from server.supervision.board import queries as board
from server.supervision.board import rules as usual
from server.supervision.evaluation import queries
from server.supervision.evaluation.queries import Cell
from server.supervision.evaluation.rules import brief, formulas
from server.supervision.evaluation.rules.ranking import DAYS
from server.supervision.evaluation.service.overdue import count_overdue
from server.supervision.evaluation.tables import Brief

KIND = "brief"
EVERY = timedelta(minutes=10)
TOLD_FROM = time(7, 30)  # Shanghai: not at night
AT_ONCE = 5  # areas frozen in one unit of work
EVERYTHING = 1_000_000  # no district has as many in a day
MOST_IDS = 300  # cases that are kept behind a figure; of more, the first


async def freeze(office: Office) -> int:
    """Write down yesterday for the district and its streets, once. Returns how many were written."""
    now = office.clock()
    day = day_of(now) - timedelta(days=1)
    areas = [office.areas.district.code, *(
        each.code for each in office.areas.children(office.areas.district.code)
        if each.level is AreaLevel.STREET
    )]  # fmt: skip
    async with office.reading() as session:
        known = set(await session.exec(select(Brief.area).where(Brief.day == day)))
    missing = [area for area in areas if area not in known][:AT_ONCE]
    if not missing:
        return 0
    async with office.work(SYSTEM) as work:
        await count_overdue(office, work)
    async with office.work(SYSTEM) as work:
        for area in missing:
            content = await _content(office, work, area, day)
            work.session.add(Brief(area=area, day=day, frozen_at=work.now, content=content))
    return len(missing)


async def announce(office: Office) -> int:
    """07:30: the leaders hear that it is there."""
    now = office.clock()
    if now.astimezone(SHANGHAI).time() < TOLD_FROM:
        return 0
    async with office.work(SYSTEM, now=now) as work:
        quiet = select(Brief).where(
            Brief.day == day_of(now) - timedelta(days=1), col(Brief.told_at).is_(None)
        )
        readers: dict[str, list[str]] = defaultdict(list)
        for leader in await staff_in(work.session, {Post.LEADER}, work.now):
            readers[brief.home(leader.area)].append(f"person:{leader.id}")
        for row in await work.session.exec(quiet.with_for_update(skip_locked=True)):
            row.told_at = work.now
            if people := readers.get(row.area):
                subject = f"{row.area}-{row.day.isoformat()}"
                work.tell(f"{KIND}.ready", KIND, subject, area=row.area, touches=people)
    return 0


async def _content(office: Office, work: Work, area: str, day: date) -> dict[str, Any]:
    since, until = midnight(day), midnight(day + timedelta(days=1))
    reported = await told.reported_between(work.session, area, since, until)
    rated = await told.rated_between(work.session, area, since, until)
    standing = await told.open_in(work.session, area)
    counts = await board.counts(office.read, area, day)
    first = day - timedelta(days=usual.HISTORY_DAYS)
    new = usual.figure(usual.counted(counts.daily["new"], first, day), day, len(reported))
    late = usual.stood(counts.stock["overdue"], counts.daily["overdue"], first, day_of(work.now))
    before = late.get(day - timedelta(days=1))
    cell = Cell(day, day, area=area, of="dispose_need")
    due = [row.order_id for row in await queries.behind(office.read, SYSTEM, cell, EVERYTHING, None)]
    cell = Cell(day, day, area=area, of="dispose_need", part="dispose_intime")
    ontime = [row.order_id for row in await queries.behind(office.read, SYSTEM, cell, EVERYTHING, None)]
    hot_area, hot_category, hot = brief.hottest(_places(office, area, reported))
    told_of = brief.Day(
        new=[id for id, _, _ in reported], due=due, ontime=ontime,
        overdue=[id for id, _, overdue in standing if overdue], rated=[id for id, _ in rated],
        satisfied=[id for id, good in rated if good], dissatisfied=[id for id, good in rated if not good],
        old=[id for id, at, _ in standing if until - at > brief.AGES[-1]],
        hot=hot, hot_area=hot_area, hot_category=hot_category, weekday=day.isoweekday(), usual=new.band,
        overdue_before=None if before is None else int(before),
    )  # fmt: skip
    lately = await queries.by_unit(office.read, area, day - timedelta(days=DAYS), day - timedelta(days=1))
    past = formulas.total(each for mix in lately.values() for each in mix.values())
    return {
        "sentences": brief.told(brief.sentences(told_of)),
        "ids": {key: list(ids[:MOST_IDS]) for key, ids in told_of.ids().items()},
        "totals": {key: len(ids) for key, ids in told_of.ids().items()},
        "new": {"series": new.series, "band": new.band},
        "ontime": {"usual": formulas.rate(formulas.Indicator.ONTIME_DISPOSE, past).percent},
        "ageing": brief.ageing([at for _, at, _ in standing], until),
    }


def _places(
    office: Office, area: str, reported: Sequence[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    """Each report with the name of the area below, and of its category."""
    matters, digits = office.of(Library).catalogue.matters, len(area) + 3
    return [
        (id, office.areas.name(place[:digits]), matters[code].category if code in matters else "")
        for id, place, code in reported
    ]
