"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

OPEN = text("ended_at IS NULL")


class DutySpell(SQLModel, table=True):
    """Somebody on duty, from 上岗 to 下岗. The last place is a grid cell, and is forgotten with the spell."""

    __tablename__ = "duty_spell"
    __table_args__ = (
        Index("duty_spell_open", "account_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("duty_spell_ended", "ended_at"),
    )

    id: str = Field(primary_key=True)
    account_id: str
    post: str
    area: str
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cell: str = ""
    place: str = ""  # the last position of a patrol, sealed by the vault; forgotten with the spell
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyShift(SQLModel, table=True):
    """Who watches an area's command platform on one shift of a day."""

    __tablename__ = "duty_shift"

    area: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    part: str = Field(primary_key=True)
    person_id: str


class Handover(SQLModel, table=True):
    """What one shift hands to the next: a note and the open matters of that moment; signed by both."""

    __table_args__ = (Index("handover_area", "area", "given_at"),)

    id: str = Field(primary_key=True)
    area: str
    given_by: str
    given_at: datetime = Field(sa_type=UtcDateTime)
    note: str
    items: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    taken_by: str = ""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remark: str = ""
