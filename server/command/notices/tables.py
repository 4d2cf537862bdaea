"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

UNREAD = text("read_at IS NULL")


class Notice(SQLModel, table=True):
    """One thing one person is told. `key` names the sentence; its facts are kept as they were then."""

    __table_args__ = (
        Index("notice_person", "person_id", "at", "id"),
        Index("notice_unread", "person_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )

    id: str = Field(primary_key=True)  # of the event and the person: told twice is told once
    person_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    key: str  # "order.dispatch", "order.clock_100", …
    clock: str = ""  # whose mark it is
    subject_kind: str  # what a tap opens: "order", "request", "supervision", …
    subject_id: str
    no: str = ""
    title: str = ""
    unit_id: str = ""
    urgent: bool = False  # not held back at night
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NoticeCursor(SQLModel, table=True):
    """How far the news has been read for everybody. One row."""

    __tablename__ = "notice_cursor"

    id: int = Field(primary_key=True)
    cursor: str


class NoticeWish(SQLModel, table=True):
    """What a person wants of the channels; without a row, what `rules.Wish` says."""

    __tablename__ = "notice_wish"

    person_id: str = Field(primary_key=True)
    off: str = ""  # channels not to be used: "sms|push"
    quiet_from: int
    quiet_to: int
    alarm: int
