"""Counters kept in the same transaction as the rows, so a board never counts rows."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

STOCK = date(1970, 1, 1)  # the "day" of a figure that stands rather than flows


class Rollup(SQLModel, table=True):
    """How many of `metric` in `area` (district, street, community or cell) on `day`."""

    area: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    n: int = 0


Key = tuple[str, str, date]


def scopes(area: str) -> list[str]:
    """The areas a place counts in: itself and every area that contains it."""
    return [area[:length] for length in (6, 9, 12, 15) if length <= len(area)]


async def add(session: AsyncSession, changes: Mapping[Key, int]) -> None:
    """Add every change to its counter, in key order so that writers never deadlock."""
    rows = [
        {"area": area, "metric": metric, "day": day, "n": n}
        for (area, metric, day), n in sorted(changes.items())
        if n
    ]
    if not rows:
        return
    connection = await session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(Rollup)
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=["area", "metric", "day"], set_={"n": col(Rollup.n) + insert.excluded.n}
        ),
        rows,
    )


async def read(
    session: AsyncSession, areas: list[str], metrics: list[str], since: date = STOCK
) -> dict[Key, int]:
    """Counters of `areas` × `metrics`, the standing ones and those from `since` on."""
    rows = await session.exec(
        select(Rollup).where(
            col(Rollup.area).in_(areas),
            col(Rollup.metric).in_(metrics),
            (col(Rollup.day) >= since) | (col(Rollup.day) == STOCK),
        )
    )
    return {(row.area, row.metric, row.day): row.n for row in rows}
