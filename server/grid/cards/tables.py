"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class CardMessage(SQLModel, table=True):
    """A word a citizen left with the officer of a cell, and the answer."""

    __tablename__ = "card_message"
    __table_args__ = (
        Index("card_message_cell", "cell", "at"),
        Index("card_message_citizen", "citizen_id", "cell", "at"),
    )

    id: str = Field(primary_key=True)  # minted on the phone
    cell: str
    citizen_id: str
    officer_id: str  # whom it was for: who answered for the cell then
    text: str
    at: datetime = Field(sa_type=UtcDateTime)
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
