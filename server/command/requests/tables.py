"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)


class CitizenRequest(SQLModel, table=True):
    """What a citizen asked for. Where it is about a place, a work order carries it."""

    __tablename__ = "citizen_request"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        Index("citizen_request_mine", "reporter_id", "submitted_at", "id"),
        Index("citizen_request_order", "order_id"),
    )

    id: str = Field(primary_key=True)  # UUID minted on the phone
    no: str = Field(index=True)  # the order's number where there is one
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    kind: str  # RequestKind
    state: str
    reporter_id: str
    phone: str = ""  # sealed by the vault
    phone_shown: str = ""  # masked
    confidential: bool = False
    title: str
    text: str
    area: str
    order_id: str  # the order it rides on; the master's after a merge
    merged: bool = False
    external_id: str | None = Field(default=None, unique=True)  # "messages/188006": an import is resumable
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    promised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    urged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    question: str = ""
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopen_times: int = 0


class Rating(SQLModel, table=True):
    """What the citizen thinks of the result: solved is asked apart from satisfied."""

    request_id: str = Field(primary_key=True)
    round: int = Field(default=0, primary_key=True)  # 0, 1, 2: one per reopening
    order_id: str = Field(index=True)
    solved: str
    level: str
    reasons: str = ""  # "slow|attitude"
    text: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class Follow(SQLModel, table=True):
    """我也遇到: somebody else met the same thing."""

    order_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
