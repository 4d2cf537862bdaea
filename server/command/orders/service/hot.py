"""Keeps hot issues and gatherings: worked out from the orders by two jobs, asked for or not."""

import asyncio
from datetime import timedelta

from sqlmodel import col, delete, select

from server.command.orders import hot
from server.command.orders.service.advance import KIND
from server.command.orders.tables import Gathering, HotIssue, HotMember
from server.command.triage import clusters
from server.command.triage.clusters import GATHER_WITHIN, GATHERED, Issue, Told
from server.kernel.actors import SYSTEM
from server.platform.work import Office

EVERY, WATCH_EVERY = timedelta(minutes=30), timedelta(minutes=1)
GATHER = "order.gathered"  # news for the leaders of the area


async def find_issues(office: Office) -> int:
    """Look through the newest orders and keep what is hot. Others are let work in between. Returns 0."""
    rows = await office.read.tuples(hot.newest())
    reports = [hot.told(row) for row in reversed(rows)]
    issues: list[Issue] = []
    for found in clusters.issues(reports):
        issues = found or issues
        await asyncio.sleep(0)
    async with office.work(SYSTEM) as work:
        await work.session.exec(delete(HotMember))
        await work.session.exec(delete(HotIssue))
        for issue in issues:
            words = "|".join(issue.words)
            work.session.add(HotIssue(id=issue.id, words=words, last_at=issue.last))
            for member, near in zip(issue.members, issue.near, strict=True):
                work.session.add(HotMember(order_id=member.id, issue_id=issue.id, near=near))
    return 0


async def find_gatherings(office: Office) -> int:
    """Five of one matter, 300 m, 24 h: news once, at the first sight; a count that goes on. Returns 0."""
    rows = await office.read.tuples(hot.since(office.clock() - 2 * GATHER_WITHIN))
    groups = clusters.gatherings([hot.told(row) for row in rows])
    if not groups:
        return 0
    async with office.work(SYSTEM) as work:
        ids = [report.id for group in groups for report in group[:GATHERED]]
        known = {row.id: row for row in await work.session.exec(
            select(Gathering).where(col(Gathering.id).in_(ids))
        )}  # fmt: skip
        for group in groups:
            mine = next((known[report.id] for report in group if report.id in known), None)
            if mine is None:
                work.session.add(_gathering(group))
                work.record(
                    GATHER, KIND, group[-1].id, area=group[0].area,
                    detail={"matter": group[0].matter, "n": len(group)},
                )  # fmt: skip
            elif mine.n < len(group):
                mine.n, mine.last_at = len(group), group[-1].at
    return 0


def _gathering(group: list[Told]) -> Gathering:
    first, last = group[0], group[-1]
    assert first.place is not None
    return Gathering(
        id=first.id, matter_code=first.matter, area=first.area, lon=first.place.lon, lat=first.place.lat,
        n=len(group), first_at=first.at, last_at=last.at,
    )  # fmt: skip
