"""What a planned resolver is told of its place; graphql-core's part of it is made only when asked for."""

from typing import TYPE_CHECKING, Any

from strawberry.types.field import StrawberryField

from server.graph.context import Info
from server.graph.plan.slots import At, Slot
from server.platform.read import Needs

if TYPE_CHECKING:
    from server.graph.plan.run import Run


class PlannedInfo(Info):
    """Strawberry's Info, and exact answers about the selection."""

    __slots__ = ("_at", "_run", "_slot")

    def __init__(self, run: "Run", slot: Slot, at: At) -> None:
        self._run, self._slot, self._at = run, slot, at

    @property
    def context(self) -> Any:
        return self._run.context

    @property
    def root_value(self) -> Any:
        return self._run.root

    @property
    def _field(self) -> StrawberryField:  # type: ignore[override]
        return self._slot.field

    @property
    def _raw_info(self) -> Any:  # type: ignore[override]
        return self._run.raw(self._slot, self._at)

    def needs(self, *path: str) -> Needs:
        return self._run.plan.needs_of(self._slot, path)

    def asks(self, *path: str) -> bool:
        return self._run.plan.asks(self._slot, path)
