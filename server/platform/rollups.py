"""Counters kept in the same transaction as the rows, so a board never counts rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select, union_all
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.platform.read import Reader
from server.platform.rows import put, written

STOCK = date(1970, 1, 1)  # the "day" of a figure that stands rather than flows


class Rollup(SQLModel, table=True):
    """How many of `metric` in `area` (district, street, community or cell) on `day`."""

    area: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    n: int = 0


Key = tuple[str, str, date]
table = SQLModel.metadata.tables["rollup"]


def scopes(area: str) -> list[str]:
    """The areas a place counts in: itself and every area that contains it."""
    return [area[:length] for length in (6, 9, 12, 15) if length <= len(area)]


@written
def ADD(insert: Any) -> Any:
    """Add `n` to a counter, which begins at nothing."""
    rows = insert(table)
    return rows.on_conflict_do_update(
        index_elements=["area", "metric", "day"], set_={"n": table.c.n + rows.excluded.n}
    )


async def add(session: AsyncSession, changes: Mapping[Key, int]) -> None:
    """Add every change to its counter, in key order so that writers never deadlock."""
    await put(session, ADD, (
        {"area": area, "metric": metric, "day": day, "n": n}
        for (area, metric, day), n in sorted(changes.items()) if n
    ))  # fmt: skip


async def read(reader: Reader, areas: list[str], metrics: list[str], since: date) -> dict[Key, int]:
    """Counters of `areas` × `metrics`: the standing ones, and those of each day from `since` on."""
    day = col(Rollup.day)
    counters = select(col(Rollup.area), col(Rollup.metric), day, col(Rollup.n)).where(
        col(Rollup.area).in_(areas), col(Rollup.metric).in_(metrics)
    )
    # two ranges of the key, so that years of older days cost nothing
    both: Any = union_all(counters.where(day == STOCK), counters.where(day >= since))
    return {(area, metric, day): n for area, metric, day, n in await reader.tuples(both)}


async def sums(
    reader: Reader, areas: list[str], metrics: list[str], first: date, last: date
) -> dict[tuple[str, str], int]:
    """The sum of each counter over the days from `first` to `last`; what never counted is left out."""
    rows: Any = (
        select(col(Rollup.area), col(Rollup.metric), func.sum(Rollup.n))
        .where(
            col(Rollup.area).in_(areas), col(Rollup.metric).in_(metrics),
            col(Rollup.day).between(first, last),
        )
        .group_by(col(Rollup.area), col(Rollup.metric))
    )  # fmt: skip
    return {(area, metric): int(n) for area, metric, n in await reader.tuples(rows)}
