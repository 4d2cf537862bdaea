"""Rows as stored. Private to this feature; others ask service or queries.py."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class FamilyCode(SQLModel, table=True):
    """The one code a person shows to whoever is to help. Used once."""

    __tablename__ = "family_code"

    owner_id: str = Field(primary_key=True)
    code_key: str = Field(index=True)  # keyed hash
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class FamilyTie(SQLModel, table=True):
    """`helper_id` may file and see for `owner_id` while it has not ended."""

    __tablename__ = "family_tie"

    id: str = Field(primary_key=True)
    owner_id: str = Field(index=True)
    helper_id: str = Field(index=True)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str = ""  # either of the two
