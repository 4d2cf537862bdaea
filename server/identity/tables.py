"""Rows as stored. Private to identity; others ask queries.py or service.py."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class Unit(SQLModel, table=True):
    """A department that handles orders."""

    id: str = Field(primary_key=True)
    name: str
    phone: str = ""
    waives_confirm: bool = False  # too small for a second person to confirm what the first one did


class Account(SQLModel, table=True):
    """A person who may come in. A citizen has a phone, or is a guest; staff have a number and a password."""

    __table_args__ = (
        Index(
            "account_citizen_phone", "phone_key", unique=True,
            sqlite_where=text("role = 'citizen'"), postgresql_where=text("role = 'citizen'"),
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    role: str
    name: str = ""
    staff_no: str | None = Field(default=None, unique=True)  # as `rules.staff_number` writes it
    password_hash: str | None = None
    phone_key: str | None = None  # keyed hash, for looking up
    phone_sealed: str | None = None  # encrypted, for showing
    guest: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wards: list[str] = Field(  # whom he files for now; kept by `family`, so that nobody has to look it up
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    merged_into_id: str | None = None  # a guest whose cases went to the account that proved a phone


class PostHolding(SQLModel, table=True):
    """A person in a post, somewhere, for a time. One person may hold several."""

    __tablename__ = "post_holding"

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    post: str
    area: str = ""
    unit_id: str = Field(default="", index=True)
    cells: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    deputy: bool = False  # stands in for the one responsible for the same cells
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    away_from: date | None = None  # 请假转接: from that day to the other one, both included …
    away_until: date | None = None
    stand_in_id: str = ""  # … this colleague does what is to be done in the same cells
    stands_for_id: str = Field(default="", index=True)  # 代理人: the leader whose post this is …
    reason: str = ""  # … and why he is away


class LoginSession(SQLModel, table=True):
    """One device signed in: the family of all its tokens. Holds hashes of refresh secrets only."""

    __tablename__ = "login_session"
    __table_args__ = (Index("login_session_account", "account_id", "revoked_at"),)

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id")
    holding_id: str = ""  # the post at work now; "" for citizens
    app: str
    device: str = ""
    refresh_hash: str
    previous_hash: str = ""
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_why: str = ""  # "logout" | "reuse" | "merged" | "disabled" | "closed"


class LoginLock(SQLModel, table=True):
    """Tries under one staff number, known or not, since the last right password."""

    __tablename__ = "login_lock"

    key: str = Field(primary_key=True)  # keyed hash: people type passwords into the wrong box
    tries: int = 0
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PhoneCode(SQLModel, table=True):
    """The one code that is out for a phone."""

    __tablename__ = "phone_code"

    phone_key: str = Field(primary_key=True)
    code_hash: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    tries: int = 0
