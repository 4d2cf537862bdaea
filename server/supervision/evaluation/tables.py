"""Rows as stored. Private to this feature; others ask service or queries."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from server.platform.db import UtcDateTime


class Counted(SQLModel):
    """The counters of `rules.facts.Counters`, as columns."""

    report: int = 0
    valid_report: int = 0
    patrol_report: int = 0
    valid_patrol_report: int = 0
    public_report: int = 0
    public_inst: int = 0
    operate: int = 0
    not_operate: int = 0
    inst: int = 0
    not_inst: int = 0
    inst_intime: int = 0
    cancel: int = 0
    verify_need: int = 0
    verify: int = 0
    verify_intime: int = 0
    dispatch_need: int = 0
    dispatch: int = 0
    dispatch_intime: int = 0
    accur_dispatch: int = 0
    wrong_dispatch: int = 0
    dispose_need: int = 0
    dispose: int = 0
    dispose_intime: int = 0
    dispose_overtime: int = 0
    to_dispose: int = 0
    exempt: int = 0
    rework: int = 0
    rework_times: int = 0
    reopen: int = 0
    postpone: int = 0
    postpone_minutes: int = 0
    his_hang: int = 0
    received: int = 0
    back: int = 0
    overtime_back: int = 0
    shuffle: int = 0
    freed: int = 0
    check_need: int = 0
    check_done: int = 0
    check_intime: int = 0
    archive_need: int = 0
    archive: int = 0
    archive_intime: int = 0
    archive_overtime: int = 0
    reply: int = 0
    omit_reply: int = 0
    visit: int = 0
    satisfied: int = 0
    solved: int = 0
    score: int = 0
    missed_report: int = 0
    self_report: int = 0
    self_archive: int = 0
    self_cancel: int = 0
    merged: int = 0
    voided: int = 0
    withdrawn: int = 0


class OrderFacts(Counted, table=True):
    """What one order counts as; written with the step that changed it, and derivable from its history."""

    __tablename__ = "order_facts"
    __table_args__ = (Index("order_facts_day", "day", "unit_id"),)

    order_id: str = Field(primary_key=True)
    day: date | None = None  # the one it counts on; None: it does not count (again)
    unit_id: str = ""
    area: str
    against: str = ""  # whom it complains about, see kernel/against.py
    category: str = ""
    difficulty: str = ""
    passed: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    minutes: int | None = None  # from the first dispatch to the end of handling
    over_times: float | None = None


class EvaluationDay(Counted, table=True):
    """The sum of a day's facts in a district, street or community, by unit and mix of cases."""

    __tablename__ = "evaluation_day"

    area: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    unit_id: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    difficulty: str = Field(primary_key=True)


class HandlingDay(SQLModel, table=True):
    """How many orders took so long, in minutes of two significant digits: medians without the rows."""

    __tablename__ = "handling_day"

    area: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    unit_id: str = Field(primary_key=True)
    minutes: int = Field(primary_key=True)
    n: int = 0


class Brief(SQLModel, table=True):
    """每日简报: one area's day as it stood at 24:00. It is never changed."""

    area: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the notice of 07:30
