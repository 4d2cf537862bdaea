"""Every SELECT of evaluation. Whose figures somebody may read is asked of `rules.scope`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col
from sqlmodel import select as rows_of
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import unbarred, within
from server.kernel.actors import Actor
from server.kernel.errors import BadInput
from server.platform.kept import kept
from server.platform.read import Reader
from server.platform.sla import Timer
from server.supervision.evaluation.rules.counters import COUNTERS, Counters
from server.supervision.evaluation.rules.fairness import Stratum
from server.supervision.evaluation.rules.ranking import LEFT_OUT, MEASURES, Mixed, RankingBy, RankingMeasure
from server.supervision.evaluation.tables import Brief, EvaluationDay, HandlingDay, OrderFacts


@kept
def stored(order_id: str) -> SelectOfScalar[OrderFacts]:
    """The facts of an order as they were last written."""
    return rows_of(OrderFacts).where(OrderFacts.order_id == order_id)


@kept
def timers(kind: str, id: str) -> SelectOfScalar[Timer]:
    """Every timer a subject has had, the oldest first."""
    mine = rows_of(Timer).where(Timer.subject_kind == kind, Timer.subject_id == id)
    return mine.order_by(col(Timer.started_at), col(Timer.id))


async def by_unit(
    read: Reader, area: str, first: date, last: date, measure: RankingMeasure | None = None
) -> Mixed:
    """The counters of each unit in an area, by category and difficulty, over the days.

    With a `measure` only those it needs, and what is left out: the others are 0.
    """
    return _mixed(await read.tuples(_by_unit(area, first, last, measure)), measure)


async def by_area(
    read: Reader, areas: Collection[str], first: date, last: date, measure: RankingMeasure | None = None
) -> Mixed:
    """The counters of each of the areas; see `by_unit`."""
    return _mixed(await read.tuples(_by_area(sorted(areas), first, last, measure)), measure)


@kept
def _by_unit(area: str, first: date, last: date, measure: RankingMeasure | None) -> Select[Any]:
    return _summed(EvaluationDay.unit_id, measure).where(
        col(EvaluationDay.area) == area, col(EvaluationDay.day) >= first, col(EvaluationDay.day) <= last
    )


@kept
def _by_area(areas: list[str], first: date, last: date, measure: RankingMeasure | None) -> Select[Any]:
    return _summed(EvaluationDay.area, measure).where(
        col(EvaluationDay.area).in_(areas), col(EvaluationDay.day) >= first, col(EvaluationDay.day) <= last
    )


def _names(measure: RankingMeasure | None) -> tuple[str, ...]:
    if measure is None:
        return COUNTERS
    return tuple(dict.fromkeys((MEASURES[measure].part, MEASURES[measure].of, *LEFT_OUT)))


def _summed(group: Any, measure: RankingMeasure | None) -> Select[Any]:
    by = group, EvaluationDay.category, EvaluationDay.difficulty
    sums = [func.sum(getattr(EvaluationDay, name)) for name in _names(measure)]
    return select(*by, *sums).group_by(*by)  # type: ignore[call-overload,no-any-return]


def _mixed(rows: Iterable[tuple[Any, ...]], measure: RankingMeasure | None) -> Mixed:
    names = _names(measure)
    found: dict[str, dict[Stratum, Counters]] = {}
    for group, category, difficulty, *sums in rows:
        found.setdefault(group, {})[category, difficulty] = Counters(
            **dict(zip(names, map(int, sums), strict=True))
        )
    return found


async def handling(
    read: Reader, areas: Collection[str], first: date, last: date, by: RankingBy = RankingBy.UNIT
) -> dict[str, dict[int, int]]:
    """How long handling took in the areas: unit or area → minutes (two significant digits) → how many."""
    found: dict[str, dict[int, int]] = {}
    for group, minutes, n in await read.tuples(_handling(sorted(areas), first, last, by)):
        found.setdefault(group, {})[minutes] = int(n)
    return found


@kept
def _handling(areas: list[str], first: date, last: date, by: RankingBy) -> Select[Any]:
    group = HandlingDay.unit_id if by is RankingBy.UNIT else HandlingDay.area
    rows = select(group, HandlingDay.minutes, func.sum(HandlingDay.n)).group_by(group, HandlingDay.minutes)  # type: ignore[call-overload]
    return rows.where(  # type: ignore[no-any-return]
        col(HandlingDay.area).in_(areas), col(HandlingDay.day) >= first, col(HandlingDay.day) <= last
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """The orders behind one figure: whose, when, and which of the counters they have."""

    first: date
    last: date
    area: str = ""  # an area code prefix
    unit_id: str = ""
    of: str = ""  # the counter they all have
    part: str = ""  # … and this one too
    rest: str = ""  # … or this one not


async def behind(
    read: Reader, actor: Actor, cell: Cell, first: int, after: tuple[str, str] | None
) -> list[OrderFacts]:
    """`first` + 1 of them behind `after`, the newest day first."""
    rows = _cell(rows_of(OrderFacts), actor, cell)
    day, id = col(OrderFacts.day), col(OrderFacts.order_id)
    if after:
        on = day_from(after[0])
        rows = rows.where(or_(day < on, and_(day == on, id < after[1])))
    return await read.lines(rows.order_by(day.desc(), id.desc()).limit(first + 1), ("order_id", "day"))


def day_from(text: str) -> date:
    """The day a cursor names. Raises BadInput for what we did not write."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(field="after") from None


async def how_many(read: Reader, actor: Actor, cell: Cell) -> int:
    """How many there are."""
    return int(await read.value(_cell(select(func.count()).select_from(OrderFacts), actor, cell)))


def _cell(rows: Any, actor: Actor, cell: Cell) -> Any:
    rows = rows.where(unbarred(col(OrderFacts.against), actor))
    rows = rows.where(col(OrderFacts.day) >= cell.first, col(OrderFacts.day) <= cell.last)
    if cell.unit_id:
        rows = rows.where(col(OrderFacts.unit_id) == cell.unit_id)
    for name, has in ((cell.of, True), (cell.part, True), (cell.rest, False)):
        if name:
            counter = getattr(OrderFacts, name)
            rows = rows.where(counter > 0 if has else counter == 0)
    return rows.where(within(col(OrderFacts.area), cell.area))


@kept
def briefs_until(area: str, day: date) -> SelectOfScalar[Brief]:
    """The two newest of an area, up to a day."""
    rows = rows_of(Brief).where(col(Brief.area) == area, col(Brief.day) <= day)
    return rows.order_by(col(Brief.day).desc()).limit(2)


@kept
def brief_after(area: str, day: date) -> Select[Any]:
    """The next day that has one."""
    rows = select(col(Brief.day)).where(col(Brief.area) == area, col(Brief.day) > day)
    return rows.order_by(col(Brief.day)).limit(1)


@kept
def one_brief(area: str, day: date) -> SelectOfScalar[Brief]:
    """An area's day."""
    return rows_of(Brief).where(col(Brief.area) == area, col(Brief.day) == day)
