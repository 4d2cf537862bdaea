"""The catalogue's files as a city clerk writes them. A row that does not fit stops the server at start-up."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

CODE_LENGTH: Final = 5  # category (2) and sub-type (3); anything shorter is a prefix
NATIONAL, LOCAL, RULES = "gbt-47678.5-2026.json", "local.json", "filing-rules.json"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Category(_File):
    """One 大类: its sub-types by their three digits."""

    code: str
    name: str
    items: dict[str, str]


class National(_File):
    """The standard. The matters of its component categories are its components, with a suffix."""

    ref: str
    title: str
    effective_on: str
    replaces: str
    component_matter_suffix: str
    components: tuple[Category, ...]
    matters: tuple[Category, ...]


class QuestionRow(_File):
    """A short single choice for the matters with these codes or prefixes."""

    code: str
    matters: tuple[str, ...]
    words: str
    answers: tuple[str, ...]


class Local(_File):
    """What the city numbered itself, what is common there, what it asks whoever reports, and which matters
    it approved into the grid."""

    ref: str
    about: str
    matters: tuple[Category, ...]
    common: tuple[str, ...]
    in_grid: dict[str, bool]
    questions: tuple[QuestionRow, ...]


class RuleRow(_File):
    """One filing rule, for every matter of its group."""

    no: int
    condition: str
    limit_value: float
    limit_unit: Literal["URGENT_HOUR", "WORK_HOUR", "WORK_DAY", "NATURAL_DAY"]
    close_condition: str
    words: tuple[str, ...] = ()
    collection_notes: str = ""


class RuleGroup(_File):
    """Rules and whom they are for: codes, prefixes, or ranges written `01001..01023`."""

    matters: tuple[str, ...]
    rules: tuple[RuleRow, ...]
    default: bool = False

    def covers(self, codes: Iterable[str]) -> Iterator[str]:
        """Those of `codes` the group is for. ValueError for a pattern that fits none of them."""
        known = tuple(codes)
        for pattern in self.matters:
            low, _, high = pattern.partition("..")
            fits = [code for code in known if (low <= code <= high if high else code.startswith(low))]
            if not fits:
                raise ValueError(f"filing rules for an unknown matter: {pattern}")
            yield from fits


class Rules(_File):
    """All filing rules of one edition."""

    edition: str
    about: str
    groups: tuple[RuleGroup, ...]


def read(folder: Path) -> tuple[National, Local, Rules]:
    """The three files in `folder`. Raises pydantic.ValidationError naming the row that does not fit."""
    return (
        National.model_validate_json((folder / NATIONAL).read_bytes()),
        Local.model_validate_json((folder / LOCAL).read_bytes()),
        Rules.model_validate_json((folder / RULES).read_bytes()),
    )
