"""Rows as stored. Private to this feature; others ask service or queries."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

OPEN = text("closed_at IS NULL")


class PatrolPlan(SQLModel, table=True):
    """A round that comes back: which points in which order, on which days, between which times."""

    __tablename__ = "patrol_plan"
    __table_args__ = (Index("patrol_plan_area", "area", "ended_at"),)

    id: str = Field(primary_key=True)
    name: str
    area: str  # what its cells have in common
    cells: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    points: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    days: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # 1 = Monday
    opens: int  # minutes of the day in Shanghai
    closes: int
    made_by: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Patrol(SQLModel, table=True):
    """One officer's round of one day. What the phone said and when it was heard stand side by side."""

    __table_args__ = (
        Index("patrol_person", "person_id", "day"),
        Index("patrol_open", "closes_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("patrol_area", "area", "day"),
    )

    id: str = Field(primary_key=True)  # of the plan and the day: made once
    plan_id: str
    name: str
    day: date
    area: str  # the cell of its first point
    person_id: str
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    state: str  # PatrolState
    began_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    began_heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # its window is over, it is counted
    length_m: int = 0
    required: int = 0
    visited: int = 0


class PatrolPoint(SQLModel, table=True):
    """A point of one round, as it was planned, and how it was visited."""

    __tablename__ = "patrol_point"
    __table_args__ = (Index("patrol_point_patrol", "patrol_id"), Index("patrol_point_state", "state", "area"))

    id: str = Field(primary_key=True)
    patrol_id: str
    n: int
    name: str
    look: str = ""  # what to look at there
    area: str  # its cell
    lon: float
    lat: float
    code: str  # what stands on its plate
    photo: bool = False  # a visit wants one
    state: str  # PointState
    how: str = ""  # PointHow
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    metres: int | None = None
    reason: str = ""
    missed: bool = False  # its window closed without it
    why_not: str = ""  # what the officer says of it
    reviewed_by: str = ""
    opinion: str = ""


class PatrolTrack(SQLModel, table=True):
    """Some positions of a round, sealed; deleted after ninety days. Lengths and visits stay."""

    __tablename__ = "patrol_track"
    __table_args__ = (
        Index("patrol_track_patrol", "patrol_id", "first_at"), Index("patrol_track_old", "heard_at")
    )  # fmt: skip

    id: str = Field(primary_key=True)  # minted on the phone: sent twice it is kept once
    patrol_id: str
    person_id: str
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    heard_at: datetime = Field(sa_type=UtcDateTime)
    n: int
    fixes: str  # [[milliseconds, lon, lat, accuracy in metres], …]
