"""P9: which of 20,000 grid cells a point lies in, in process, beside an STRtree."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from shapely import Point, STRtree, box

from server.kernel.mosaic import UNIT
from tests.bench import lattice
from tests.bench.bench import Bench
from tests.bench.report import Rounds, Row, at_most

POINTS = 20_000


async def cells(bench: Bench) -> list[Row]:
    """The same points for both; they must find the same cells."""
    dice, rounds = random.Random(9), Rounds()
    squares = lattice.squares()
    points = [dice.choice(squares).point(dice.random(), dice.random()) for _ in range(POINTS)]
    tree = lattice.tree()
    side = lattice.SIDE / UNIT
    boxes = [box(s.west / UNIT, s.south / UNIT, s.west / UNIT + side, s.south / UNIT + side) for s in squares]
    strtree = STRtree(boxes)

    def by_strtree(at: Any) -> Any:
        return squares[strtree.query(Point(at.lon, at.lat), "intersects")[0]]

    agree = sum(tree.cell_at(at).code == by_strtree(at).code for at in points[:1000])
    if agree < 990:  # a point on a border may go either way
        raise RuntimeError(f"only {agree} of 1,000 points lie in the same cell")
    for _ in range(bench.scale.rounds):
        rounds.add("Sanwei", _each(tree.locate, points))
        rounds.add("shapely STRtree", _each(by_strtree, points))
    return [
        rounds.row(f"point → cell, {len(squares):,} cells", "Sanwei", "µs", {}, [
            at_most(rounds.median("Sanwei"), 50, "µs")
        ])
    ]  # fmt: skip


def _each(find: Callable[[Any], object], points: Sequence[Any]) -> float:
    began = time.perf_counter()
    for at in points:
        find(at)
    return (time.perf_counter() - began) / len(points) * 1e6
