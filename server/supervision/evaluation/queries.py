"""Every SELECT of evaluation. Whose figures somebody may read is asked of `rules.scope`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col
from sqlmodel import select as rows_of
from sqlmodel.sql.expression import SelectOfScalar

from server.platform.kept import kept
from server.platform.read import Reader
from server.platform.sla import Timer
from server.supervision.evaluation.rules.counters import COUNTERS, Counters
from server.supervision.evaluation.rules.fairness import Stratum
from server.supervision.evaluation.tables import EvaluationDay, HandlingDay, OrderFacts


@kept
def stored(order_id: str) -> SelectOfScalar[OrderFacts]:
    """The facts of an order as they were last written."""
    return rows_of(OrderFacts).where(OrderFacts.order_id == order_id)


@kept
def timers(kind: str, id: str) -> SelectOfScalar[Timer]:
    """Every timer a subject has had, the oldest first."""
    mine = rows_of(Timer).where(Timer.subject_kind == kind, Timer.subject_id == id)
    return mine.order_by(col(Timer.started_at), col(Timer.id))


Mixed = Mapping[str, Mapping[Stratum, Counters]]  # by group and stratum


async def by_unit(read: Reader, area: str, first: date, last: date) -> Mixed:
    """The counters of each unit in an area, by category and difficulty, over the days."""
    return _mixed(await read.tuples(_by_unit(area, first, last)))


async def by_area(read: Reader, areas: Collection[str], first: date, last: date) -> Mixed:
    """The counters of each of the areas, by category and difficulty, over the days."""
    return _mixed(await read.tuples(_by_area(sorted(areas), first, last)))


async def of_unit(read: Reader, unit_id: str, area: str, first: date, last: date) -> Mixed:
    """One unit's counters; see `by_unit`."""
    return {unit: mix for unit, mix in (await by_unit(read, area, first, last)).items() if unit == unit_id}


@kept
def _by_unit(area: str, first: date, last: date) -> Select[Any]:
    return _summed(EvaluationDay.unit_id).where(
        col(EvaluationDay.area) == area, col(EvaluationDay.day) >= first, col(EvaluationDay.day) <= last
    )


@kept
def _by_area(areas: list[str], first: date, last: date) -> Select[Any]:
    return _summed(EvaluationDay.area).where(
        col(EvaluationDay.area).in_(areas), col(EvaluationDay.day) >= first, col(EvaluationDay.day) <= last
    )


def _summed(group: Any) -> Select[Any]:
    by = group, EvaluationDay.category, EvaluationDay.difficulty
    sums = [func.sum(getattr(EvaluationDay, name)) for name in COUNTERS]
    return select(*by, *sums).group_by(*by)  # type: ignore[call-overload,no-any-return]


def _mixed(rows: Iterable[tuple[Any, ...]]) -> Mixed:
    found: dict[str, dict[Stratum, Counters]] = {}
    for group, category, difficulty, *sums in rows:
        found.setdefault(group, {})[category, difficulty] = Counters(*map(int, sums))
    return found


async def handling(read: Reader, area: str, first: date, last: date) -> dict[str, dict[int, int]]:
    """How long handling took in an area: unit → minutes (two significant digits) → how many."""
    found: dict[str, dict[int, int]] = {}
    for unit_id, minutes, n in await read.tuples(_handling(area, first, last)):
        found.setdefault(unit_id, {})[minutes] = int(n)
    return found


@kept
def _handling(area: str, first: date, last: date) -> Select[Any]:
    of = HandlingDay.unit_id, HandlingDay.minutes
    rows = select(*of, func.sum(HandlingDay.n)).group_by(*of)  # type: ignore[call-overload]
    return rows.where(  # type: ignore[no-any-return]
        col(HandlingDay.area) == area, col(HandlingDay.day) >= first, col(HandlingDay.day) <= last
    )
