"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)


class KnowledgeEntry(SQLModel, table=True):
    """One version of one question with its answer; a correction is a new version of the same entry."""

    __tablename__ = "knowledge_entry"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        Index("knowledge_entry_no", "entry_id", "no", unique=True),
        Index("knowledge_entry_state", "state", "changed_at", "id"),
        Index("knowledge_entry_review", "state", "review_on", "id"),
    )

    id: str = Field(primary_key=True)  # of this version
    entry_id: str  # of what it is a version of: the id of the first one
    no: int = 1
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    state: str  # EntryState
    question: str
    answer: str
    source: str  # the law or the guide by name
    clause: str = ""  # the article, or the address of the page
    source_on: date  # the day the source speaks of itself
    unit_id: str = ""  # who answers for it
    review_on: date | None = None
    staff_only: bool = False
    tags: str = ""  # words people say for it, "|"-separated
    written_by: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str = ""
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class KnowledgeUse(SQLModel, table=True):
    """How often an entry was asked for in a street on a day, and what people said of it."""

    __tablename__ = "knowledge_use"

    area: str = Field(primary_key=True)  # the street, or the district
    day: date = Field(primary_key=True)
    entry_id: str = Field(primary_key=True)
    asked: int = 0
    useful: int = 0
    useless: int = 0
