"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)


class Supervision(SQLModel, table=True):
    """One instruction about one case, from the leader's tap to his acceptance of the answer."""

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        Index("supervision_unit", "unit_id", "state", "issued_at"),
        Index("supervision_issuer", "issuer_id", "issued_at"),
        Index("supervision_order", "order_id"),
    )

    id: str = Field(primary_key=True)  # UUID minted on the leader's phone
    no: str = Field(unique=True)
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    state: str
    kind: str
    order_id: str
    area: str
    against: str = ""  # whom its case complains about, see kernel/against.py
    unit_id: str
    issuer_id: str  # in whose name; he ends it, and whoever stands in for him
    deputy_id: str = ""  # who issued it in his place
    text: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply: str = ""
    overdue: bool = False
    level: str = ""  # the area whose leaders have it: the issuer's, and one level up at each escalation
    target_state: str = ""  # where the case stood when it was issued
    plan_on: date | None = None  # by when the unit will have done it, where the case did not move
    asked_times: int = 0
    praised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
