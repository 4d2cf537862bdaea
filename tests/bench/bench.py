"""What every workload is given: how much, and where the stores are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.report import Row
from tests.bench.stores import Stores


@dataclass(frozen=True)
class Scale:
    """How much is measured, and for how long."""

    sizes: tuple[int, ...]  # orders, for what must stay flat
    city: int  # orders of the common workload
    seconds: float  # of one contestant in one round
    warm: float
    rounds: int
    sockets: int
    people: int  # citizens who report

    @property
    def orders(self) -> str:
        """The common workload's size in words."""
        return short(self.city)


QUICK = Scale((10_000, 100_000), 100_000, seconds=1.2, warm=0.3, rounds=3, sockets=1000, people=700)
FULL = Scale(
    (10_000, 1_000_000, 10_000_000), 1_000_000, seconds=4, warm=1, rounds=3, sockets=5000, people=2500
)


@dataclass(frozen=True)
class Bench:
    """One run."""

    scale: Scale
    stores: Stores


Workload = Callable[[Bench], Awaitable[list[Row]]]


def short(n: int) -> str:
    """10,000 is 10 k."""
    return f"{n // 1_000_000} M" if n >= 1_000_000 else f"{n // 1000} k"
