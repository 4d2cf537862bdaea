"""The reference a Python team would write first: Strawberry on FastAPI over SQLModel entities.

Nothing of the product is in it but the stores it reads. A verified token is remembered, as ours is.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import jwt
import strawberry
from fastapi import FastAPI, HTTPException, Request
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.fastapi import GraphQLRouter

engine = create_async_engine(os.environ["STORE"], pool_size=20)


class BenchMatter(SQLModel, table=True):
    """What an order is about."""

    __tablename__ = "bench_matter"
    code: str = Field(primary_key=True)
    name: str


class BenchCell(SQLModel, table=True):
    """Where it is."""

    __tablename__ = "bench_cell"
    code: str = Field(primary_key=True)
    name: str


class Order(SQLModel, table=True):
    """The columns that are asked for, with two relationships."""

    __tablename__ = "work_order"
    id: str = Field(primary_key=True)
    no: str
    version: int
    state: str
    title: str
    danger: bool
    likes: int
    reported_at: datetime
    matter_code: str = Field(foreign_key="bench_matter.code")
    cell_code: str = Field(foreign_key="bench_cell.code", sa_column_kwargs={"name": "area"})
    matter: BenchMatter = Relationship()
    cell: BenchCell = Relationship()


class BenchReport(SQLModel, table=True):
    """What a create writes."""

    __tablename__ = "bench_report"
    id: str = Field(primary_key=True)
    title: str
    text: str
    cell: str
    lon: float
    lat: float
    reporter_id: str
    state: str
    reported_at: str


@strawberry.type
class Named:
    """A matter or a cell."""

    code: str
    name: str


@strawberry.type
class Place:
    """Where."""

    cell: Named


@strawberry.type
class WorkOrder:
    """An order."""

    id: strawberry.ID
    no: str
    version: int
    state: str
    title: str
    danger: bool
    likes: int
    reported_at: datetime
    matter: Named
    place: Place

    @classmethod
    def of(cls, row: Order) -> "WorkOrder":
        """From the entity."""
        return cls(
            id=strawberry.ID(row.id), no=row.no, version=row.version, state=row.state, title=row.title,
            danger=row.danger, likes=row.likes, reported_at=row.reported_at,
            matter=Named(code=row.matter.code, name=row.matter.name),
            place=Place(cell=Named(code=row.cell.code, name=row.cell.name)),
        )  # fmt: skip


@strawberry.type
class OrderPage:
    """A list."""

    items: list[WorkOrder]


@strawberry.input
class CreateReport:
    """A report."""

    id: strawberry.ID
    text: str
    cell: str
    lon: float
    lat: float


@strawberry.type
class Created:
    """The report's id."""

    id: strawberry.ID


class OrderSort(StrEnum):
    """Only one is asked for."""

    NEWEST = "newest"


ORDERS = select(Order).options(selectinload(Order.matter), selectinload(Order.cell))  # type: ignore[arg-type]


@strawberry.type
class Query:
    """Reads."""

    @strawberry.field
    async def orders(self, area: str, first: int, sort: OrderSort) -> OrderPage:
        newest = ORDERS.where(Order.cell_code == area).order_by(
            col(Order.reported_at).desc(), col(Order.id).desc()
        )
        async with AsyncSession(engine) as session:
            return OrderPage(items=[WorkOrder.of(row) for row in await session.exec(newest.limit(first))])

    @strawberry.field
    async def order(self, id: strawberry.ID) -> WorkOrder | None:
        async with AsyncSession(engine) as session:
            row = (await session.exec(ORDERS.where(Order.id == id))).one_or_none()
        return WorkOrder.of(row) if row else None


@strawberry.type
class Mutation:
    """Writes."""

    @strawberry.mutation
    async def create_report(self, info: strawberry.Info, input: CreateReport) -> Created:
        row = BenchReport(
            id=input.id, title=input.text[:40], text=input.text, cell=input.cell,
            lon=input.lon, lat=input.lat, reporter_id=info.context["person"],
            state="reported", reported_at=datetime.now(UTC).isoformat(),
        )  # fmt: skip
        async with AsyncSession(engine) as session:
            session.add(row)
            await session.commit()
        return Created(id=input.id)


@lru_cache(maxsize=10_000)
def verified(token: str) -> dict[str, Any]:
    """The claims. Raises PyJWTError."""
    return jwt.decode(
        token, os.environ["PUBLIC_KEY"], algorithms=["EdDSA"], audience="sanwei", issuer="sanwei"
    )


async def context(request: Request) -> dict[str, Any]:
    """Who asks."""
    try:
        return {"person": verified(request.headers.get("authorization", "").removeprefix("Bearer "))["sub"]}
    except jwt.PyJWTError:
        raise HTTPException(401) from None


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
app.include_router(
    GraphQLRouter(strawberry.Schema(Query, Mutation), context_getter=context), prefix="/graphql"
)


@app.get("/ready")
def ready() -> str:
    """It answers."""
    return "ok"
