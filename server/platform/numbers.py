"""Gapless numbers for people, counted inside the transaction that uses them."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel import ids


class Sequence(SQLModel, table=True):
    """How far one series of numbers has come."""

    name: str = Field(primary_key=True)
    n: int = 0


async def take(session: AsyncSession, name: str, count: int = 1) -> int:
    """The last of the next `count` numbers of the series; a rollback gives them back."""
    table = Sequence.__table__  # type: ignore[attr-defined]
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(name=name, n=count)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"n": table.c.n + count})
    return int((await session.execute(statement.returning(table.c.n))).scalar_one())


async def case_no(session: AsyncSession, prefix: str, day: date) -> str:
    """The day's next case number, e.g. LW20261123-00071 (the last digit checks the rest)."""
    n = await take(session, f"{prefix}{day:%Y%m%d}")
    return ids.case_no(prefix, day, n)
