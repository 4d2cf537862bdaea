"""Rows as stored. Private to this feature; others ask service.py or queries.py."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, text
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime

_VERSION = Column("version", Integer, nullable=False)
ANSWERS = Column("answers", JSON, nullable=False, server_default="[]")
OPEN = text("state NOT IN ('closed', 'merged', 'rejected', 'voided')")  # as `lanes.open_now` says it

PART, DUPLICATE = text("parent_id <> ''"), text("merged_into <> ''")


def _open(name: str, *columns: str) -> Index:
    """An index of the open orders only. The planners take it where a query says OPEN in the same words."""
    return Index(f"work_order_open_{name}", *columns, sqlite_where=OPEN, postgresql_where=OPEN)


def _few(name: str, where: str, *columns: str) -> Index:
    """An index of the few orders something special holds for, whatever their state."""
    return Index(f"work_order_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


class WorkOrder(SQLModel, table=True):
    """One problem in one place, from the report to the close."""

    __tablename__ = "work_order"
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _VERSION}
    __table_args__ = (
        # one cell's or one unit's newest; everything newest, with the area at hand to filter by
        Index("work_order_area", "area", "reported_at", "id", "against"),
        Index("work_order_unit", "unit_id", "reported_at", "id", "against"),
        Index("work_order_reported", "reported_at", "id", "area", "against"),
        # few are open and the rest is history: these stay small, whatever the years bring
        _open("desk", "state", "area", "overdue", "lon", "danger", "reported_at", "promised_at",
              "bundled_due_at", "return_times", "unsolved_times", "against"),
        _open("unit", "unit_id", "state", "due_at", "supervised", "rework_times", "reopen_times", "against"),
        _open("spot", "spot", "lon", "lat", "confidential", "source", "reporter_id"),
        Index("work_order_matter", "matter_code", "reported_at", "unit_id", "against"),
        Index("work_order_rated", "rated_at", "area", "satisfied"),
        Index("work_order_source", "source_id"),
        Index("work_order_checker", "checker_id", "state"),
        Index("work_order_verifier", "verifier_id", "state"),
        Index("work_order_reporter", "reporter_id", "reported_at"),
        Index("work_order_parent", "parent_id", sqlite_where=PART, postgresql_where=PART),
        Index("work_order_master", "merged_into", sqlite_where=DUPLICATE, postgresql_where=DUPLICATE),
        _few("pending", "pending <> ''", "pending", "area"),
        _few("suspended", "suspended_until IS NOT NULL", "suspended_until"),
        _few("appeal", "appeal_until IS NOT NULL", "unit_id", "appeal_until"),
    )  # fmt: skip

    id: str = Field(primary_key=True)  # UUID minted on the reporter's phone
    no: str = Field(unique=True)  # for people: LW20261123-00071
    version: int = Field(default=1, sa_column=_VERSION)  # SQLAlchemy raises it on UPDATE
    state: str
    title: str
    text: str = ""
    source: str  # OrderSource
    source_id: str = ""  # the request it came from
    reporter_id: str
    contact: str = ""  # masked: 138****0001
    confidential: bool = False
    against: str = ""  # whom it complains about, see kernel/against.py
    danger: bool = False
    likes: int = 0

    area: str  # the finest code known: district … cell
    cell: str = ""
    lon: float | None = None  # WGS-84 degrees
    lat: float | None = None
    accuracy_m: int | None = None
    address: str = ""
    spot: int | None = Field(default=None, sa_type=BigInteger)  # near-me cell, see kernel/spots.py

    catalogue_ref: str = ""
    matter_code: str = ""
    rule_id: str = ""
    unit_id: str = ""
    handle_limit: str = ""  # "4 work_hour", of the present round
    override_reason: str = ""
    suggestion: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    answers: list[dict[str, str]] = Field(default_factory=list, sa_column=ANSWERS)  # see Library.given

    dispatcher_id: str = ""
    verifier_id: str = ""
    verified: str = ""  # VerifyConclusion
    handler_id: str = ""
    finisher_id: str = ""
    checker_id: str = ""
    merged_into: str = ""
    parent_id: str = ""  # the case this is a part of
    parts: int = 0  # how many parts it was ever split into
    first_unit: str = ""  # 首接单位: keeps it safe while others argue
    returned_by: str = ""  # unit ids that returned it, "|cg|zj|"
    ruled_unit: str = ""  # the unit a ruling bound: it cannot return it
    also: str = ""  # other units that take part, and how: "|sw:invited|zj:interim|"
    pending: str = ""  # what waits for whose word: "extension.unit", "appeal.second", "ruling.leader", …
    result_text: str = ""
    outcome: str = ""  # CloseReason: the unit's claim, and in the end what it was closed for
    cover_id: str = ""

    reported_at: datetime = Field(sa_type=UtcDateTime)
    promised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dispatched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # of the present stage
    due_clock: str = ""
    bundled_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # over all rounds of rework

    suspended_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # granted once: from here 积存 counts
    suspended_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # while it rests
    appeal_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # while the unit may appeal
    count_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # … and dispute that it counts

    overdue: bool = False  # a running clock is past its deadline
    overtime: bool = False  # the fact, fixed when handling ended
    overtime_exempt: bool = False  # the excuse, never mixed with the fact
    return_times: int = 0
    rework_times: int = 0
    reopen_times: int = 0
    extension_times: int = 0
    unsolved_times: int = 0
    shuffle_times: int = 0  # 推诿: returns judged groundless
    supervised: bool = False
    supervised_by_clock: bool = False  # by the system alone: a person may still instruct
    supervise_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # 督办 unanswered: yellow …
    supervise_red_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # … and red from here
    satisfied: bool | None = None  # of the last rating
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # 已知悉 by the leader
    acknowledged_rule: str = ""


class OrderPair(SQLModel, table=True):
    """What a person decided about two cases: it outlives every later scan and every new category."""

    __tablename__ = "order_pair"
    __table_args__ = (Index("order_pair_high", "high_id"),)

    low_id: str = Field(primary_key=True)  # the smaller of the two ids
    high_id: str = Field(primary_key=True)
    verdict: str  # Verdict
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)


class OrderApplication(SQLModel, table=True):
    """What a unit asks of the desk, or one person of a second one: extension, suspension, appeal,
    void, and that a case does not count as its own."""

    __tablename__ = "order_application"
    __table_args__ = (Index("order_application_order", "order_id", "asked_at"),)

    id: str = Field(primary_key=True)
    order_id: str
    kind: str  # ApplicationKind
    state: str  # ApplicationState
    words: str  # of an extension or suspension: the citizen reads them
    plan: str = ""
    reason: str = ""  # VoidReason
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # a suspension's end
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    endorsed_by: str = ""  # the head, or the first reviewer
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opinion: str = ""  # of the last who spoke


class OrderShare(SQLModel, table=True):
    """What another unit does in a case: invited by the unit in charge, or bound by a ruling."""

    __tablename__ = "order_share"
    __table_args__ = (Index("order_share_unit", "unit_id", "state"),)

    order_id: str = Field(primary_key=True)
    unit_id: str = Field(primary_key=True)
    share: str
    state: str  # ShareState
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OrderRuling(SQLModel, table=True):
    """Who answers for a case that units disputed. Signed, it is a precedent for its matter in its scope."""

    __tablename__ = "order_ruling"
    __table_args__ = (
        Index("order_ruling_order", "order_id", "ruled_at"),
        Index("order_ruling_matter", "state", "matter_code", "signed_at"),
    )

    id: str = Field(primary_key=True)
    order_id: str
    state: str  # RulingState
    matter_code: str
    rule_id: str
    area: str  # of the case
    scope: str  # area-code prefix in which it is a precedent
    unit_id: str
    co_units: str = ""  # "|sw|ga|"
    text: str
    basis: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    ruled_by: str
    ruled_at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str = ""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opinion: str = ""  # the leader's


class HotIssue(SQLModel, table=True):
    """Many orders of one thing (热点). Worked out again and again from the orders; nothing rests on it."""

    __tablename__ = "hot_issue"

    id: str = Field(primary_key=True)  # of its first order
    words: str  # what they share, "|" between
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)


class HotMember(SQLModel, table=True):
    """An order of a hot issue."""

    __tablename__ = "hot_member"

    order_id: str = Field(primary_key=True)
    issue_id: str = Field(index=True)
    near: float  # how typical it is, 0..1


class Gathering(SQLModel, table=True):
    """Five orders of one matter within 300 m and 24 hours (聚集): told once, counted on."""

    id: str = Field(primary_key=True)  # of its first order
    matter_code: str
    area: str
    lon: float
    lat: float
    n: int
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
