"""Gapless numbers for people, counted inside the transaction that uses them."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.kernel import ids


class Sequence(SQLModel, table=True):
    """How far one series of numbers has come."""

    name: str = Field(primary_key=True)
    n: int = 0


async def take(session: AsyncSession, name: str, count: int = 1) -> int:
    """The last of the next `count` numbers of the series; a rollback gives them back."""
    connection = await session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(Sequence)
    statement = insert.values(name=name, n=count).on_conflict_do_update(
        index_elements=["name"], set_={"n": col(Sequence.n) + count}
    )
    return int((await connection.execute(statement.returning(col(Sequence.n)))).scalar_one())


async def case_no(session: AsyncSession, prefix: str, day: date) -> str:
    """The day's next case number, e.g. LW20261123-00071 (the last digit checks the rest)."""
    n = await take(session, f"{prefix}{day:%Y%m%d}")
    return ids.case_no(prefix, day, n)
