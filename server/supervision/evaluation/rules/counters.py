"""What facts are made of and what they are: records and clocks in, counters out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A flow record of the order: `verb` without its kind, `unit_id` of who did it."""

    at: datetime
    verb: str
    unit_id: str = ""
    receiver: str = ""
    detail: Mapping[str, Any] | None = None

    def told(self, name: str) -> Any:
        """What the record says of `name`, or None."""
        return (self.detail or {}).get(name)


@dataclass(frozen=True, slots=True)
class Clock:
    """A timer of the order, as it stands or as it ended."""

    name: str
    unit: str
    limit: float  # extensions included
    started_at: datetime
    original_due_at: datetime
    due_at: datetime | None
    overtime: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What the order itself says: where it is, what it is, who has it, until when."""

    id: str
    state: str
    area: str
    source: str
    matter_code: str
    unit_id: str
    bundled_due_at: datetime | None
    exempt: bool
    verified: bool = False
    against: str = ""  # whom it complains about, see kernel/against.py


@dataclass(frozen=True, slots=True)
class Passed:
    """What one unit did with an order that came to it, whoever has it in the end."""

    unit_id: str
    received: int = 0
    back: int = 0  # 退回
    overtime_back: int = 0
    shuffle: int = 0  # 推诿: a return judged groundless
    freed: int = 0  # 裁定非责: its return was accepted, or a ruling sent the order elsewhere


@dataclass(frozen=True, slots=True)
class Counters:
    """Counts that add up over orders; each is 0 or 1 for one order, save times, minutes and scores."""

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


COUNTERS = tuple(each.name for each in fields(Counters))
PASSED = ("received", "back", "overtime_back", "shuffle", "freed")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an order counts as. `on` is the day it counts on; None: it does not count (yet)."""

    on: date | None
    unit_id: str
    area: str
    category: str
    difficulty: str
    counts: Counters
    passed: tuple[Passed, ...] = ()
    minutes: int | None = None  # from the first dispatch to the end of handling
    over_times: float | None = None  # 超时倍数: (used − limit) / limit
    against: str = ""

    @property
    def parts(self) -> dict[str, Counters]:
        """What each unit is counted with; "" is nobody's."""
        if self.on is None:
            return {}
        others = {
            each.unit_id: Counters(**{name: getattr(each, name) for name in PASSED})
            for each in self.passed if each.unit_id != self.unit_id
        }  # fmt: skip
        return {**others, self.unit_id: self.counts}
