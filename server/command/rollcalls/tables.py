"""Rows as stored. Private to this feature; others ask service or queries."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

OPEN = text("state = 'open'")


class RollCall(SQLModel, table=True):
    """Somebody on duty was called. Of where he is only the grid cell is kept."""

    __tablename__ = "roll_call"
    __table_args__ = (
        Index("roll_call_open", "person_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("roll_call_area", "area", "at"),
        Index("roll_call_person", "person_id", "at"),
    )

    id: str = Field(primary_key=True)
    area: str  # where he serves
    person_id: str
    by_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    # nobody when he was named
    drawn_from: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str  # CallState
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cell: str = ""
    at_post: bool = False  # the cell is one of his own
