"""Rows as stored. Private to this feature; others ask service or queries.py."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, Integer, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)
_ANSWERS = Column("answers", JSON, nullable=False, server_default="[]")
_VISITED = Column("version", Integer, nullable=False)
ALONE = text("order_id = ''")  # as `queries.alone` says it
FINDABLE = text("phone_key != ''")


class CitizenRequest(SQLModel, table=True):
    """What a citizen asked for. Where it is about a place, a work order carries it."""

    __tablename__ = "citizen_request"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        Index("citizen_request_mine", "reporter_id", "submitted_at", "id"),
        Index("citizen_request_order", "order_id"),
        Index(
            "citizen_request_published",
            "answered_at",
            "id",
            sqlite_where=text("published = 1"),
            postgresql_where=text("published"),
        ),
        Index("citizen_request_phone", "phone_key", sqlite_where=FINDABLE, postgresql_where=FINDABLE),
        Index("citizen_request_desk", "state", "area", "unit_id", sqlite_where=ALONE, postgresql_where=ALONE),
    )

    id: str = Field(primary_key=True)  # UUID minted on the phone
    no: str = Field(index=True)  # the order's number where there is one
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    kind: str  # RequestKind
    state: str
    reporter_id: str
    filed_by: str = ""  # the clerk who filed it for him; both identities are kept
    phone: str = ""  # sealed by the vault
    phone_shown: str = ""  # masked
    phone_key: str = ""  # keyed hash: whoever proves the phone finds it
    confidential: bool = False
    against: str = ""  # whom it complains about, see kernel/against.py
    against_text: str = ""  # as the citizen put it
    title: str
    text: str
    answers: list[dict[str, str]] = Field(default_factory=list, sa_column=_ANSWERS)  # see Library.given
    area: str
    lon: float | None = None  # WGS-84 degrees
    lat: float | None = None
    accuracy_m: int | None = None
    address: str = ""
    order_id: str = ""  # the order it rides on; the master's after a merge; "" = it stands on its own
    merged: bool = False
    external_id: str | None = Field(default=None, unique=True)  # "messages/188006": an import is resumable
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    promised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    urged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # of the present stage
    overdue: bool = False
    question: str = ""
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)

    unit_id: str = ""
    handler_id: str = ""
    assigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    contacted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the first time he was reached
    return_times: int = 0
    returned_by: str = ""  # the unit that returned it last
    extended: bool = False  # once (domain G2)

    reply: str = ""  # what the citizen reads once it is out
    reply_source: str = ""  # the rule or guide a direct answer rests on
    answer_id: str = ""  # the entry of the knowledge base it came from
    replied_by: str = ""  # who wrote it
    confirmed_by: str = ""  # the head who stands for it
    plan_on: date | None = None  # a partial reply: when the rest will be done
    impossible: bool = False  # what he wants the law does not allow
    leader_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdict: str = ""  # Adoption, of a suggestion
    published: bool = False  # the suggestion and its answer may be read by everybody, without the author
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the audit let the reply out

    outcome: str = ""  # Outcome: why it is over
    reason: str = ""  # DeclineReason
    refer_to: str = ""  # where to go instead
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


class Contact(SQLModel, table=True):
    """One attempt to reach the citizen: by the unit while it works, by the visitor afterwards."""

    __tablename__ = "request_contact"
    __table_args__ = (Index("request_contact_of", "subject_id", "at"),)

    id: str = Field(primary_key=True)
    subject_id: str  # of a request, or of a return visit
    by: str
    way: str  # ContactWay
    reached: bool
    text: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class ReturnVisit(SQLModel, table=True):
    """回访: somebody calls after the close. All bad ratings, and a sample of what was closed unchecked."""

    __tablename__ = "return_visit"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VISITED}
    __table_args__ = (Index("return_visit_desk", "state", "area", "due_at"),)

    id: str = Field(primary_key=True)
    version: int = Field(default=1, sa_column=_VISITED)
    why: str  # VisitReason
    state: str = "open"  # VisitState
    request_id: str = ""  # "" = an order nobody asked for
    order_id: str = ""
    round: int = 0
    no: str
    title: str
    area: str
    against: str = ""
    unit_id: str = ""
    tries: int = 0
    result: str = ""
    done_by: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Follow(SQLModel, table=True):
    """我也遇到: somebody else met the same thing."""

    order_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
