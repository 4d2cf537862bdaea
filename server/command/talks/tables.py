"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)


class Talk(SQLModel, table=True):
    """One conversation. Every message raises its version, so that a phone knows the newer one."""

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        Index("talk_queue", "state", "asked_at", "id"),
        Index("talk_mine", "citizen_id", "asked_at", "id"),
    )

    id: str = Field(primary_key=True)  # UUID minted on the phone
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    state: str  # TalkState
    citizen_id: str
    area: str  # the street, or the district
    question: str  # the last one nobody answered
    agent_id: str = ""
    phone: str = ""  # sealed by the vault
    phone_shown: str = ""  # masked
    request_id: str = ""  # what became of it
    asked_at: datetime = Field(sa_type=UtcDateTime)  # decides the place in the queue, for good
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    said_at: datetime = Field(sa_type=UtcDateTime)
    said: int = 0  # messages so far


class TalkMessage(SQLModel, table=True):
    """One thing that was said."""

    __tablename__ = "talk_message"
    __table_args__ = (Index("talk_message_seq", "talk_id", "seq", unique=True),)

    id: str = Field(primary_key=True)  # UUID minted where it was written
    talk_id: str
    seq: int
    at: datetime = Field(sa_type=UtcDateTime)
    side: str  # TalkSide
    author_id: str
    text: str = ""
    entry_id: str = ""  # the version of the knowledge base that was quoted
    source: str = ""  # what that rested on, as it was said
