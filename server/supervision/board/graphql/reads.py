"""The leader's 今日 and his map: figures with their bands, cards, areas."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.library import Library
from server.command.orders import queries as orders
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.lanes import NEW_DAYS, BoardFigureKey
from server.command.orders.service import told
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import bounded
from server.identity.graphql import Area
from server.kernel.actors import LEADER, Role
from server.kernel.calendar import day_of, midnight
from server.kernel.errors import NotFound
from server.platform import areas, rollups
from server.platform.areas import AreaTree
from server.platform.read import Reader, together
from server.platform.rollups import STOCK
from server.platform.work import Office
from server.supervision.board import queries, rules
from server.supervision.board.queries import Counts
from server.supervision.evaluation import queries as mixes

ONLY_LEADERS: frozenset[Role] = frozenset({LEADER})


class MapMeasure(StrEnum):
    """看什么."""

    OPEN = "open"
    NEW_TODAY = "new_today"
    NEW_WEEK = "new_week"
    NEW_MONTH = "new_month"
    OVERDUE = "overdue"
    SATISFACTION = "satisfaction"


@strawberry.type
class BoardFigure:
    """A number of today: what is normal for it, yesterday's, and 14 days, the oldest first."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    key: BoardFigureKey
    value: float | None = strawberry.field(description="Null when there is nothing to count.")
    n: int
    band_low: float | None
    band_high: float | None
    yesterday: float | None
    series: list[float | None]

    @classmethod
    def of(cls, key: BoardFigureKey, figure: rules.Figure) -> "BoardFigure":
        """As the leader sees it."""
        low, high = figure.band or (None, None)
        return cls(key=key, value=figure.value, n=figure.n, band_low=low, band_high=high,
                   yesterday=figure.yesterday, series=figure.series)  # fmt: skip


@strawberry.type
class Param:
    """A parameter of a sentence."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    name: str
    value: str


@strawberry.type
class Line:
    """A clause of the day's sentence: board.<code>."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    code: str
    params: list[Param]


@strawberry.type
class Board:
    """今天怎么样: four figures and the sentence that answers."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    at: datetime
    area: Area
    new_today: BoardFigure
    open: BoardFigure
    overdue: BoardFigure
    satisfaction: BoardFigure
    lines: list[Line]


@strawberry.type
class AreaFigure:
    """One area on the map."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_LEADERS
    area: Area
    value: float | None
    n: int
    per10k: float | None = strawberry.field(
        description="Cases to ten thousand residents. Null of a share, and where no resident was counted."
    )
    lon: float
    lat: float

    @classmethod
    def of(
        cls, tree: AreaTree, area: areas.Area, measure: MapMeasure, value: float | None, n: int
    ) -> "AreaFigure":
        """A figure at the area's label point."""
        people = None if measure is MapMeasure.SATISFACTION else tree.people(area.code)
        return cls(area=Area.of(tree, area.code), value=value, n=n, per10k=rules.per_10k(n, people),
                   lon=area.at.lon, lat=area.at.lat)  # fmt: skip


@strawberry.type
class Query:
    """The board's part of the root."""

    @field_for(LEADER)
    async def board(self, info: Info) -> Board:
        """Today in one's area."""
        return await board(info.context.office, info.context.actor.area)

    @field_for(LEADER)
    async def cards(self, info: Info, first: int = 20) -> list[WorkOrder]:
        """Open cases with a red or yellow card, the gravest first."""
        office = info.context.office
        rows = orders.carded(info.context.actor, office.clock(), bounded(first))
        return WorkOrder.of(await office.read.lines(rows, together(("id",), info.needs())))

    @field_for(LEADER, most=100)
    async def area_figures(
        self, info: Info, measure: MapMeasure, parent: str | None = None
    ) -> list[AreaFigure]:
        """The areas one level under `parent` (one's own area unless said), in code order."""
        office, actor = info.context.office, info.context.actor
        top = parent or actor.area
        if not AreaTree.contains(actor.area, top):
            raise NotFound(subject=top)
        below = office.areas.children(top)
        codes = [area.code for area in below]
        found = await _measured(office.read, codes, measure, day_of(office.clock()))
        return [AreaFigure.of(office.areas, area, measure, *found[area.code]) for area in below]


async def board(office: Office, area: str) -> Board:
    """Today in an area, from the counters."""
    now = office.clock()
    today = day_of(now)
    counts = await queries.counts(office.read, area, today)
    first = today - timedelta(days=rules.HISTORY_DAYS)
    new, daily = counts.daily["new"], counts.daily
    came = rules.figure(rules.counted(new, first, today), today, new.get(today, 0))
    stands = _stood(counts, "open", first, today)
    late = _stood(counts, "overdue", first, today)
    rated = daily["rated"]
    since = today - timedelta(days=rules.SATISFACTION_DAYS - 1)
    happy = rules.figure(
        rules.shares(daily["satisfied"], rated, first, today), today,
        sum(n for day, n in rated.items() if since <= day <= today),
    )  # fmt: skip
    said = [*rules.lines(came, late, today.isoweekday()), *await _outstanding(office, area, today)]
    return Board(
        at=now, area=Area.of(office.areas, area),
        new_today=BoardFigure.of(BoardFigureKey.NEW_TODAY, came),
        open=BoardFigure.of(BoardFigureKey.OPEN, stands),
        overdue=BoardFigure.of(BoardFigureKey.OVERDUE, late),
        satisfaction=BoardFigure.of(BoardFigureKey.SATISFACTION, happy),
        lines=[
            Line(code=line.code, params=[Param(name=name, value=value) for name, value in line.params])
            for line in said
        ],
    )  # fmt: skip


async def _outstanding(office: Office, area: str, today: date) -> list[rules.Line]:
    """Which part of the area has more than usual, and of what."""
    codes = [child.code for child in office.areas.children(area)]
    code, n = await queries.fullest(office.read, codes, today)
    if not code:
        return []
    first = today - timedelta(days=rules.HISTORY_DAYS)
    flow = await queries.arrivals(office.read, code, first)
    if not rules.outstands(rules.figure(rules.counted(flow, first, today), today, n)):
        return []
    kinds = await _kinds(office, code, today)
    usual = await mixes.by_unit(office.read, area, first, today - timedelta(days=1))
    before: Counter[str] = Counter()
    for mix in usual.values():
        for (category, _), counted in mix.items():
            before[category] += counted.report
    kind = rules.pronounced({key: len(names) for key, names in kinds.items()}, before)
    name = kinds[kind][0] if kind else ""
    return [rules.outstanding(office.areas.name(code), n, name, len(kinds.get(kind, ())))]


async def _kinds(office: Office, area: str, today: date) -> dict[str, list[str]]:
    """What came today in an area, by category: its name, once for each case."""
    matters, kinds = office.of(Library).catalogue.matters, defaultdict(list)
    tomorrow = midnight(today + timedelta(days=1))
    async with office.reading() as session:
        reported = await told.reported_between(session, area, midnight(today), tomorrow)
    for _, _, code in reported:
        if code in matters:
            kinds[code[:2]].append(matters[code].category)
    return kinds


def _stood(counts: Counts, metric: str, first: date, today: date) -> rules.Figure:
    stock = counts.stock[metric]
    return rules.figure(rules.stood(stock, counts.daily[metric], first, today), today, stock)


async def _measured(
    read: Reader, codes: list[str], measure: MapMeasure, today: date
) -> dict[str, tuple[float | None, int]]:
    """Value and count of each area."""
    match measure:
        case MapMeasure.OPEN | MapMeasure.OVERDUE:
            metric, day = measure.value, STOCK
        case MapMeasure.NEW_TODAY | MapMeasure.NEW_WEEK | MapMeasure.NEW_MONTH:
            days = NEW_DAYS[BoardFigureKey(measure)]
            metric, day = "new", today - timedelta(days=days - 1)
        case MapMeasure.SATISFACTION:
            since = today - timedelta(days=rules.SATISFACTION_DAYS - 1)
            found = await rollups.sums(read, codes, ["rated", "satisfied"], since, today)
            pairs = {
                code: (found.get((code, "satisfied"), 0), found.get((code, "rated"), 0)) for code in codes
            }
            return {code: (rules.share(good, of), of) for code, (good, of) in pairs.items()}
    found = await rollups.sums(read, codes, [metric], day, day if day == STOCK else today)
    return {code: (float(n), n) for code in codes for n in [found.get((code, metric), 0)]}
