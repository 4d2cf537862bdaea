"""GraphQL types that show a row: an entity of the store, or the few columns that were asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import strawberry
from strawberry.types.field import StrawberryField

R = TypeVar("R")
LIST_SIZE = "most"  # how many entries a list holds at most
NEEDS = "needs"  # the columns a resolver reads of its row
PERSONAL = "personal"  # the answer depends on who asks
REFERENCE = "reference"  # rows with the same columns have the same answer


def marks(
    *, most: int | None = None, needs: Iterable[str] | None = None, personal: bool = False,
    reference: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Field metadata for the cost rule, for narrow reads and for shared subscriptions.

    Raises TypeError for a reference by no column.
    """
    columns = None if needs is None else frozenset(needs)
    if reference and not columns:
        raise TypeError("a reference is looked up by columns")
    return {
        **({LIST_SIZE: most} if most else {}),
        **({NEEDS: columns} if columns is not None else {}),
        **({PERSONAL: True} if personal else {}),
        **({REFERENCE: True} if reference else {}),
    }


class Column(StrawberryField):
    """`title: str = column()` reads `self.row.title`; it is no argument of the constructor."""

    def __init__(self, *, of: str | None = None, metadata: dict[str, Any] | None = None, **rest: Any) -> None:
        super().__init__(metadata=metadata or {}, **rest)
        self.of = of
        self.init = self.repr = self.compare = False

    def __copy__(self) -> "Column":  # Strawberry copies inherited and generic fields
        twin = super().__copy__()
        assert isinstance(twin, Column)
        twin.of = self.of
        twin.init = twin.repr = twin.compare = False
        return twin

    @property
    def column(self) -> str:
        """The attribute of the row."""
        return self.of or self.python_name

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        """For graphql-core; a plan reads the row itself."""
        return getattr(source.row, self.column)


def column(of: str | None = None, *, description: str | None = None, **metadata: Any) -> Any:
    """A field that is the column of its own name, or the column `of`."""
    return Column(of=of, metadata=metadata, description=description)


@dataclass(eq=False)
class View(Generic[R]):
    """`row` is all a view holds: an entity, or a line with the columns that were needed."""

    row: strawberry.Private[R]

    @classmethod
    def of(cls, rows: Iterable[R]) -> list[Self]:
        """One view per row, at a third of the constructor's price."""
        views, new = [], cls.__new__
        for row in rows:
            view = new(cls)
            view.row = row
            views.append(view)
        return views
