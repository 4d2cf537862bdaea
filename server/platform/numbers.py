"""Gapless numbers for people, counted inside the transaction that uses them."""

from datetime import date
from typing import Any

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
