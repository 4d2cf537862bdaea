"""Rows as stored. Private to this feature; others ask service.py."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class RouteFault(SQLModel, table=True):
    """A rule of an edition that switched itself off, because its unit, its person or an answer is gone."""

    __tablename__ = "route_fault"

    edition: int = Field(primary_key=True)
    no: int = Field(primary_key=True)
    name: str
    what: str  # "unit" | "person" | "answer"
    value: str  # whom it names
    at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when it held again
