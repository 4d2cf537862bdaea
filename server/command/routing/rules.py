"""Pure decisions about routes: which rule fits what is known of a case. The first that fits wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from server.kernel.calendar import SHANGHAI

NIGHT_FROM, NIGHT_UNTIL = 22, 6  # 噪声污染防治法 88: ten in the evening to six in the morning


class RouteHours(StrEnum):
    """办公时间 非办公时间 夜间."""

    OFFICE = "office"
    OFF_HOURS = "off_hours"
    NIGHT = "night"


class Asking(Protocol):
    """A catalogue, which knows what a report is asked."""

    def asks(self, question: str, answer: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case when it is routed. `at` is when it was first reported, and stays that."""

    matter: str
    area: str
    at: datetime
    in_office: bool  # whether the office was open then
    text: str
    source: str
    answers: Mapping[str, str] = field(default_factory=dict)  # by question

    def kept(self) -> dict[str, Any]:
        """The inputs as they are stored with the order; its own words stand in the order."""
        return {"matter": self.matter, "area": self.area, "at": self.at.isoformat(), "office": self.in_office,
                "source": self.source, "answers": dict(self.answers)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One rule; what is left empty fits everything. Days are months and days, `10-01` to `03-31` too."""

    no: int
    name: str
    unit: str
    matter: str = ""  # code prefix
    area: str = ""  # code prefix
    hours: str = ""  # RouteHours
    first: str = ""  # "04-15"
    last: str = ""
    words: tuple[str, ...] = ()  # any of them
    source: str = ""
    question: str = ""  # code, of the catalogue; with `answers`, any of them
    answers: tuple[str, ...] = ()
    person: str = ""  # staff number

    def fits(self, facts: Facts) -> bool:
        """Whether it is for such a case."""
        return (
            facts.matter.startswith(self.matter) and facts.area.startswith(self.area)
            and self.source in {"", facts.source} and self._now(facts) and self._in_season(facts.at)
            and (not self.words or any(word in facts.text for word in self.words))
            and (not self.question or facts.answers.get(self.question) in self.answers)
        )  # fmt: skip

    def stands_in(self, catalogue: Asking) -> bool:
        """Whether a report can still be answered as it wants."""
        return all(catalogue.asks(self.question, answer) for answer in self.answers)

    def _now(self, facts: Facts) -> bool:
        hour = facts.at.astimezone(SHANGHAI).hour
        match self.hours:
            case RouteHours.OFFICE:
                return facts.in_office
            case RouteHours.OFF_HOURS:
                return not facts.in_office
            case RouteHours.NIGHT:
                return hour >= NIGHT_FROM or hour < NIGHT_UNTIL
        return True

    def _in_season(self, at: datetime) -> bool:
        day = at.astimezone(SHANGHAI).strftime("%m-%d")
        if not (self.first and self.last):
            return True
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True)
class Routes:
    """The rules of one edition, and which of them name somebody who is gone: those are skipped."""

    edition: int = 0
    rules: tuple[Route, ...] = ()
    gone: frozenset[int] = frozenset()

    def pick(self, facts: Facts, units: Iterable[str] | Mapping[str, object]) -> Route | None:
        """The first rule that fits and whose unit and person are there; None leaves it to the matrix."""
        for rule in self.rules:
            if rule.no not in self.gone and rule.unit in units and rule.fits(facts):
                return rule
        return None
