"""Gapless numbers for people, counted inside the transaction that uses them."""

from collections import defaultdict
from datetime import date
from typing import Any, Protocol

from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel import ids
from server.platform.rows import ask, written


class Sequence(SQLModel, table=True):
    """How far one series of numbers has come."""

    name: str = Field(primary_key=True)
    n: int = 0


table = SQLModel.metadata.tables["sequence"]


@written
def TAKE(insert: Any) -> Any:
    """Move a series on by `n`; how far it has come."""
    rows = insert(table)
    moved = rows.on_conflict_do_update(index_elements=["name"], set_={"n": table.c.n + rows.excluded.n})
    return moved.returning(table.c.n)


async def take(session: AsyncSession, name: str, count: int = 1) -> int:
    """The last of the next `count` numbers of the series; a rollback gives them back."""
    [(n,)] = await ask(session, TAKE, {"name": name, "n": count})
    return int(n)


async def case_no(session: AsyncSession, prefix: str, day: date) -> str:
    """The day's next case number, e.g. LW20261123-00071 (the last digit checks the rest)."""
    n = await take(session, f"{prefix}{day:%Y%m%d}")
    return ids.case_no(prefix, day, n)


class Numbered(Protocol):
    """A row that people call by its number."""

    no: str


class HandingOut:
    """Case numbers wanted in a unit of work. They are taken at its end, since a whole day's reports wait
    for whoever has taken one and has not committed yet."""

    def __init__(self) -> None:
        self._wanted: defaultdict[str, list[list[Numbered]]] = defaultdict(list)  # of each series
        self._bearers: dict[int, list[Numbered]] = {}  # by the identity of whoever bears it

    def next(self, prefix: str, row: Numbered) -> None:
        """`row.no` becomes the day's next number of the series."""
        self._bearers[id(row)] = bearers = [row]
        self._wanted[prefix].append(bearers)

    def same(self, as_that: Numbered, row: Numbered) -> None:
        """`row.no` becomes what `as_that.no` becomes."""
        self._bearers[id(row)] = bearers = self._bearers[id(as_that)]
        bearers.append(row)

    async def hand_out(self, session: AsyncSession, day: date) -> None:
        """Set them, in the order they were asked for."""
        for prefix, wanted in sorted(self._wanted.items()):
            last = await take(session, f"{prefix}{day:%Y%m%d}", len(wanted))
            for n, bearers in enumerate(wanted, last - len(wanted) + 1):
                for row in bearers:
                    row.no = ids.case_no(prefix, day, n)
