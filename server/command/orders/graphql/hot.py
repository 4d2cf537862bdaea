"""热点诉求: what many people tell of, and where reports gather."""

from datetime import datetime, timedelta
from typing import ClassVar

import strawberry

from server.command.graphql.types import Matter, matter_of
from server.command.orders import hot
from server.command.orders.graphql.types import OrderPage, WorkOrder
from server.command.orders.lists import read_issue
from server.command.orders.queries import OrderSort, behind_cursor, position
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded
from server.identity.graphql import Area
from server.kernel.actors import LEADER, OFFICER, STAFF, Role
from server.kernel.errors import BadInput, NotFound
from server.platform.read import together

LONGEST = 3660  # days


@strawberry.type
class HotIssue:
    """Many orders of one thing, counted over those this person may see."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID
    title: str = strawberry.field(description="Of the most typical order.")
    words: list[str] = strawberry.field(description="What the orders share.")
    area: Area = strawberry.field(description="The finest that holds all.")
    count: int
    likes: int
    open: int
    heat: int = strawberry.field(
        description="10 for each doubling of orders, 5 of likes, and 30 that halve in two weeks' rest."
    )
    since: datetime
    until: datetime
    trend: list[int] = strawberry.field(description="Orders in twelve equal parts of the time.")


@strawberry.type
class Gathering:
    """Five or more orders of one matter within 300 m and 24 hours."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    id: strawberry.ID = strawberry.field(description="Of the first order.")
    matter: Matter | None
    area: Area
    count: int
    since: datetime
    until: datetime


@strawberry.type
class Query:
    """Hot issues' part of the root."""

    @field_for(OFFICER, LEADER, most=hot.SHOWN)
    async def hot_issues(self, info: Info, days: int = 30) -> list[HotIssue]:
        """What was told of in the last `days` (1..3660), the hottest first; at least three orders each."""
        if not 1 <= days <= LONGEST:
            raise BadInput(field="days")
        office = info.context.office
        found = await hot.issues(office.read, info.context.actor, office.clock(), days)
        return [_shown(info, issue) for issue in found]

    @field_for(OFFICER, LEADER)
    async def hot_issue(self, info: Info, id: strawberry.ID) -> HotIssue:
        """NOT_FOUND for absent and hidden alike."""
        office = info.context.office
        found = await hot.issues(office.read, info.context.actor, office.clock(), LONGEST, id)
        if not found:
            raise NotFound(subject=id)
        return _shown(info, found[0])

    @field_for(OFFICER, LEADER)
    async def hot_orders(
        self, info: Info, id: strawberry.ID, first: int = 20, after: str | None = None
    ) -> OrderPage:
        """The very cases of a hot issue, the newest first."""
        sort = OrderSort.NEWEST
        key = behind_cursor(sort, after) if after else None
        needs = together(("id", "reported_at"), info.needs("items"))
        read, actor = info.context.office.read, info.context.actor
        found, total = await read_issue(read, actor, id, bounded(first), key, needs)
        page = Page.of(found, first, lambda row: position(row, sort))
        return OrderPage(items=WorkOrder.of(page.items), next=page.next, total=total)

    @field_for(OFFICER, LEADER, most=20)
    async def gatherings(self, info: Info, days: int = 7) -> list[Gathering]:
        """Where reports of one matter gathered in the last `days` (1..3660), the newest first."""
        if not 1 <= days <= LONGEST:
            raise BadInput(field="days")
        office = info.context.office
        rows = await office.read.lines(
            hot.gathered(info.context.actor, office.clock() - timedelta(days=days))
        )
        return [
            Gathering(
                id=strawberry.ID(row.id), matter=matter_of(office, row.matter_code),
                area=Area.of(office.areas, row.area), count=row.n, since=row.first_at, until=row.last_at,
            ) for row in rows
        ]  # fmt: skip


def _shown(info: Info, issue: hot.Issue) -> HotIssue:
    assert issue.since and issue.until
    return HotIssue(
        id=strawberry.ID(issue.id), title=issue.title, words=issue.words,
        area=Area.of(info.context.office.areas, issue.area), count=issue.count, likes=issue.likes,
        open=issue.open, heat=issue.heat, since=issue.since, until=issue.until, trend=issue.trend,
    )  # fmt: skip
