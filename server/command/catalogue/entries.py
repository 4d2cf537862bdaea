"""What the catalogue lists: things kept in order, what can be wrong with them, and when that makes a case."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.kernel.calendar import Limit


class MatterKind(StrEnum):
    """Which list a code belongs to: components and matters share one number space."""

    COMPONENT = "component"  # 部件: a thing, as base data records it
    MATTER = "matter"  # 管理事项: what an order is about, numbered nationally
    LOCAL = "local"  # a matter the city numbered itself


@dataclass(frozen=True, slots=True)
class Matter:
    """One entry; (`ref`, `kind`, `code`) is its key. Codes are category (2) + sub-type (3): 06010, SG003."""

    ref: str
    kind: MatterKind
    code: str
    name: str
    category: str  # in words, e.g. 市容环境类
    keywords: tuple[str, ...] = ()  # what people call it, surest first

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


def prefixes(code: str) -> Iterator[str]:
    """A code and ever shorter beginnings of it, down to "": the city's tables go by the longest match."""
    return (code[:size] for size in range(len(code), -1, -1))
