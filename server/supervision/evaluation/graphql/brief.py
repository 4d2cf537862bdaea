"""每日简报 as leaders read it: frozen, every figure with the cases behind it."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import strawberry

from server.command.orders import queries as orders
from server.command.orders.graphql.types import OrderPage, WorkOrder
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded, decode, encode
from server.identity.graphql import Area
from server.kernel.actors import LEADER, Role
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import BadInput, NotFound
from server.platform.read import together
from server.supervision.board.graphql.reads import Param
from server.supervision.evaluation import queries
from server.supervision.evaluation.rules.brief import home
from server.supervision.evaluation.tables import Brief as Row

ONLY_LEADERS: frozenset[Role] = frozenset({LEADER})
LATE = timedelta(minutes=30)  # frozen so long after 24:00, it says so


@strawberry.type
class BriefFigure:
    """A number in a sentence; `key` asks for its cases."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    key: str
    n: int


@strawberry.type
class BriefSentence:
    """brief.<code> with its words and its figures."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    code: str
    params: list[Param]
    figures: list[BriefFigure]


@strawberry.type
class Brief:
    """One day of an area as it stood at 24:00."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    day: date
    area: Area
    frozen_at: datetime
    late: bool = strawberry.field(description="The server was away at 24:00; what stood is of `frozenAt`.")
    sentences: list[BriefSentence]
    new_series: list[float | None] = strawberry.field(description="How many came, 14 days.")
    new_low: float | None
    new_high: float | None
    ontime: int
    due: int
    ontime_usual: float | None = strawberry.field(description="In percent, over the 30 days before.")
    ageing: list[int] = strawberry.field(description="Open cases of 0–1, 1–3, 3–7 and more than 7 days.")
    keys: list[str] = strawberry.field(description="The figures whose cases were kept; see briefOrders.")
    earlier: date | None
    later: date | None


@strawberry.type
class Query:
    """The brief's part of the root."""

    @field_for(LEADER)
    async def brief(self, info: Info, day: date | None = None) -> Brief | None:
        """The newest, or that day's; null when none was written."""
        office, area = info.context.office, _home(info)
        rows = await office.read.lines(queries.briefs_until(area, day or day_of(office.clock())), ("*",))
        row = next((row for row in rows if day in {None, row.day}), None)
        if row is None:
            return None
        [after] = await office.read.tuples(queries.brief_after(area, row.day)) or [(None,)]
        earlier = next((each.day for each in rows if each.day < row.day), None)
        return _shown(info, row, earlier, after[0])

    @field_for(LEADER)
    async def brief_orders(
        self, info: Info, day: date, key: str, first: int = 20, after: str | None = None
    ) -> OrderPage:
        """The cases behind a figure, as they were counted; what has become of them since is on them."""
        office, actor = info.context.office, info.context.actor
        row = await office.read.line(queries.one_brief(_home(info), day), ("content",))
        if row is None:
            raise NotFound(subject=day.isoformat())
        ids = row.content["ids"].get(key)
        if ids is None:
            raise BadInput(field="key")
        [start] = decode(after, int) if after else (0,)
        end = start + bounded(first)
        needs = together(("id",), info.needs("items"))
        found = await office.read.lines(orders.read_some(actor, ids), ("id",)) if ids else []
        mine = {order.id for order in found}  # a complaint about this leader is neither listed nor counted
        ids, counted = [id for id in ids if id in mine], row.content["totals"][key] - len(ids) + len(mine)
        found = await office.read.lines(orders.read_some(actor, ids[start:end]), needs) if ids else []
        rows = {order.id: order for order in found}
        return OrderPage(
            items=WorkOrder.of([rows[id] for id in ids[start:end] if id in rows]),
            next=encode([end]) if end < len(ids) else None, total=counted,
        )  # fmt: skip


def _home(info: Info) -> str:
    return home(info.context.actor.area)


def _shown(info: Info, row: Row, earlier: date | None, later: date | None) -> Brief:
    content: dict[str, Any] = row.content
    low, high = content["new"]["band"] or (None, None)
    return Brief(
        day=row.day, area=Area.of(info.context.office.areas, row.area), frozen_at=row.frozen_at,
        late=row.frozen_at > midnight(row.day + timedelta(days=1)) + LATE,
        sentences=[
            BriefSentence(
                code=each["code"],
                params=[Param(name=name, value=value) for name, value in each["params"].items()],
                figures=[BriefFigure(key=key, n=n) for key, n in each["figures"].items()],
            )
            for each in content["sentences"]
        ],
        new_series=content["new"]["series"], new_low=low, new_high=high,
        ontime=content["totals"]["ontime"], due=content["totals"]["due"],
        ontime_usual=content["ontime"]["usual"], ageing=content["ageing"], keys=sorted(content["ids"]),
        earlier=earlier, later=later,
    )  # fmt: skip
