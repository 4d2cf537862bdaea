"""What the catalogue lists: things kept in order, what can be wrong with them, and when that makes a case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from server.kernel.calendar import Limit


class MatterKind(StrEnum):
    """Which list a code belongs to: components and matters share one number space."""

    COMPONENT = "component"  # 部件: a thing, as base data records it
    MATTER = "matter"  # 管理事项: what an order is about, numbered nationally
    LOCAL = "local"  # a matter the city numbered itself


@dataclass(frozen=True, slots=True)
class Question:
    """A short single choice whoever reports a matter is asked; nobody has to answer (ADR 0034)."""

    code: str
    words: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """One entry; (`ref`, `kind`, `code`) is its key. Codes are category (2) + sub-type (3): 06010, SG003."""

    ref: str
    kind: MatterKind
    code: str
    name: str
    category: str  # in words, e.g. 市容环境类
    keywords: tuple[str, ...] = ()  # what people call it, surest first
    old_code: str = ""  # of GB/T 30428.2-2013, with its list: 事件01-10
    retired: bool = False  # nothing new is filed under it
    questions: tuple[Question, ...] = ()  # at most three

    @property
    def category_code(self) -> str:
        """The first two characters of the code."""
        return self.code[:2]

    @property
    def is_local_extension(self) -> bool:
        """True when the city, not the standard, gave the number."""
        return self.kind is MatterKind.LOCAL


@dataclass(frozen=True, slots=True)
class FilingRule:
    """When a matter becomes a case, how long its handling may take, and what must hold to close it."""

    id: str  # matter code and number, e.g. 06010-1; number 0 is a category's default
    matter_code: str
    condition: str
    limit: Limit
    close_condition: str
    words: tuple[str, ...] = ()  # in a report they call for this rule
    default: bool = False  # neither the standard nor the city set a value for this matter
    legal_basis: str = ""
    collection_notes: str = ""  # what whoever finds it has to look at


@dataclass(frozen=True, slots=True)
class Approval:
    """Whether a matter is approved into the grid (入格), and from which day on."""

    approved: bool
    effective_from: date | None = None

    def holds(self, on: date | None) -> bool:
        """On that day; without a day, whether it ever will."""
        return self.approved and (on is None or self.effective_from is None or self.effective_from <= on)


@dataclass(frozen=True, slots=True)
class Control:
    """Where and when officers do not report certain matters, e.g. at a night market (管控区域、时段)."""

    no: str
    matters: tuple[str, ...]  # codes or prefixes
    area: str  # area-code prefix
    reason: str
    weekdays: str = ""  # digits, Monday 1; "" = every day
    hours: tuple[time, time] | None = None  # may run over midnight
    from_on: date | None = None
    until_on: date | None = None  # the last day

    def covers(self, code: str, area: str, at: datetime) -> bool:
        """Whether it forbids a report of the matter there and then; `at` in local time."""
        return (
            code.startswith(self.matters) and area.startswith(self.area)
            and (not self.weekdays or str(at.isoweekday()) in self.weekdays)
            and (self.from_on is None or self.from_on <= at.date())
            and (self.until_on is None or at.date() <= self.until_on) and self._hour(at.time())
        )  # fmt: skip

    def _hour(self, at: time) -> bool:
        if self.hours is None:
            return True
        begin, end = self.hours
        return begin <= at < end if begin < end else at >= begin or at < end


def prefixes(code: str) -> Iterator[str]:
    """A code and ever shorter beginnings of it, down to "": the city's tables go by the longest match."""
    return (code[:size] for size in range(len(code), -1, -1))
