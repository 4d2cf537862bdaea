"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class BaseRecord(SQLModel, table=True):
    """A building, room, person, organisation or facility as it is known now.

    What is personal stands in `sealed` only; a phone and an identity number are found by keyed digests.
    """

    __tablename__ = "base_record"
    __table_args__ = (
        Index("base_record_cell", "cell", "kind", "address"),
        Index("base_record_due", "cell", "verified_at"),
        Index("base_record_parent", "parent_id"),
        Index("base_record_phone", "phone_digest"),
        Index("base_record_id_number", "id_digest"),
    )

    id: str = Field(primary_key=True)
    version: int = 1
    kind: str
    cell: str
    parent_id: str = ""
    name: str = ""  # "" for a person, whose name is sealed
    address: str = ""  # its own, or that of what it stands in
    code: str = ""  # of the building or address, the USCC, the component's 17 digits
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    sealed: str = ""
    phone_digest: str = ""
    id_digest: str = ""
    source: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    lon: float | None = None  # of what stands somewhere; a person is never on a map
    lat: float | None = None
    verified_at: datetime = Field(sa_type=UtcDateTime)
    verified_by: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str = ""
    merged_into: str = ""


class BaseChange(SQLModel, table=True):
    """One version of a record: who did what to which facts, and what they were before. Only ever added."""

    __tablename__ = "base_change"

    record_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    verb: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by the phone's clock
    source: str = ""
    reason: str = ""
    fields: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    sealed: str = ""  # before and after of each field


class BaseLook(SQLModel, table=True):
    """Somebody opened a household's record, or read one fact of it whole and said why."""

    __tablename__ = "base_look"
    __table_args__ = (
        Index("base_look_record", "record_id", "at"),
        Index("base_look_by", "by", "at"),
    )

    id: str = Field(primary_key=True)
    record_id: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    field: str = ""  # "" for a look at the masked record
    reason: str = ""
