"""The responsibility matrix: which unit answers for a matter in an area (责任矩阵), and who the units are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter

from server.command.catalogue.entries import prefixes
from server.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Unit:
    """A department or office that orders are dispatched to."""

    id: str
    name: str
    phone: str | None = None
    waives_confirm: bool = False  # so small that its head's confirmation is waived (domain G1.21)
    duties: Mapping[str, str] = field(default_factory=dict)  # what it answers for, by matter-code prefix

    def duty_for(self, matter_code: str) -> str:
        """Its duty in words, as an arbiter quotes it; "" when the matter is none of its business."""
        return next((self.duties[prefix] for prefix in prefixes(matter_code) if prefix in self.duties), "")


@dataclass(frozen=True, slots=True)
class Duty:
    """One row: inside `area`, matters whose code begins with `matter` go to `unit`, or to one of `also`."""

    matter: str  # code prefix; "" = every matter
    unit: str
    area: str = ""  # area-code prefix; "" = the whole district
    also: tuple[str, ...] = ()  # may be chosen instead without giving a reason


@dataclass(frozen=True, slots=True)
class _File:
    about: str
    units: tuple[Unit, ...]
    matrix: tuple[Duty, ...]


@dataclass(frozen=True)
class Matrix:
    """The most specific row decides: the longer matter prefix first, then the longer area prefix."""

    units: Mapping[str, Unit]
    rows: Mapping[tuple[str, str], Duty]  # by (matter prefix, area prefix)

    @classmethod
    def of(cls, units: Iterable[Unit], duties: Iterable[Duty]) -> "Matrix":
        """Raises ValueError for two rows on one (matter, area) and for a unit that does not exist."""
        known, rows = {unit.id: unit for unit in units}, tuple(duties)
        by_key = {(row.matter, row.area): row for row in rows}
        if len(by_key) != len(rows):
            raise ValueError("two matrix rows for one matter and area")
        if strangers := {id for row in rows for id in (row.unit, *row.also)} - known.keys():
            raise ValueError(f"matrix names unknown units {sorted(strangers)}")
        return cls(known, by_key)

    @classmethod
    def load(cls, data: Path) -> "Matrix":
        """The units and rows of `data`/units.json."""
        file = TypeAdapter(_File).validate_json((data / "units.json").read_bytes())
        return cls.of(file.units, file.matrix)

    def ruled(self, rulings: Iterable[Duty]) -> "Matrix":
        """With what arbiters have ruled; a later ruling replaces the row on the same matter and area."""
        return replace(self, rows={**self.rows, **{(row.matter, row.area): row for row in rulings}})

    def duty(self, matter_code: str, area: str) -> Duty:
        """The row that decides. Raises NotFound where none does."""
        for matter in prefixes(matter_code):
            for place in prefixes(area):
                if row := self.rows.get((matter, place)):
                    return row
        raise NotFound(subject=matter_code)

    def unit_for(self, matter_code: str, area: str) -> Unit:
        """Who handles it unless somebody decides otherwise. Raises NotFound."""
        return self.units[self.duty(matter_code, area).unit]

    def allowed(self, matter_code: str, area: str) -> frozenset[str]:
        """Ids of the units it may be dispatched to without a reason. Raises NotFound."""
        row = self.duty(matter_code, area)
        return frozenset({row.unit, *row.also})
