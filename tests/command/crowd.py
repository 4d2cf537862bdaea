"""The same district with many times the cases: what an answer costs must not notice."""

from sqlalchemy import text
from sqlmodel import SQLModel

from tests.city import City

TWINS = {  # per table: what a twin has of its own
    "work_order": ("id", "no", "source_id", "cover_id"),
    "citizen_request": ("id", "no", "order_id"),
    "supervision": ("id", "no", "order_id"),
    "rating": ("request_id", "order_id"),
    "timer": ("id", "subject_id"),
    "file": ("id", "attached_id"),
    "patrol": ("id",),
}


async def multiply(city: City, times: int, table: str = "", id: str = "%") -> None:
    """Give each case `times` twins, with their clocks, photos, requests and supervisions; or one row of one
    table its twins only."""
    async with city.office.store.writing() as session:
        connection = await session.connection()
        for name in [table] if table else TWINS:
            own = {key: f"case when {key} = '' then '' else {key} || '-' || n end" for key in TWINS[name]}
            keys = [column.name for column in SQLModel.metadata.tables[name].columns]
            columns, values = ", ".join(keys), ", ".join(own.get(key, key) for key in keys)
            numbers = "with recursive twin(n) as (select 1 union all select n + 1 from twin where n < :times)"
            only = f"where {TWINS[name][0]} like :id"
            copied = f"insert into {name} ({columns}) {numbers} select {values} from {name}, twin {only}"
            await connection.execute(text(copied), {"times": times, "id": id})
        await connection.execute(text("analyze"))  # as autovacuum does: PostgreSQL plans by it
        await session.commit()
