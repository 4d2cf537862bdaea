"""Shapes side by side: areas, crossings, overlaps, gaps and outlines, by hand and beside shapely."""

import math
import random

import pytest
from shapely.geometry import Polygon

from server.kernel import coverage
from server.kernel.coverage import UNIT_M
from server.platform.areas import AreaTree

LEFT = [[(0, 0), (100, 0), (100, 100), (0, 100)]]
RIGHT = [[(100, 0), (200, 0), (200, 100), (100, 100)]]
M2 = UNIT_M * UNIT_M  # of a map unit at the equator


def test_a_ring_goes_round():
    flat = [11324223, 2311342, 66, -60, 57, -153, -112, 66]
    assert coverage.rolled(coverage.unrolled(flat)) == flat


def test_areas_share_no_matter_which_way_a_ring_runs():
    assert coverage.area_m2(LEFT) == pytest.approx(10_000 * M2)
    assert coverage.area_m2([LEFT[0][::-1]]) == pytest.approx(10_000 * M2)
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    assert coverage.area_m2([*LEFT, hole]) == pytest.approx(9_600 * M2)


def test_common_ground_is_what_shapely_finds():
    dice = random.Random(7)

    def star():
        at = dice.randint(0, 100), dice.randint(0, 100)
        turns = sorted(dice.random() * math.tau for _ in range(dice.randint(3, 9)))
        return [
            tuple(
                round(c + f(t) * dice.randint(5, 80)) for c, f in zip(at, (math.cos, math.sin), strict=True)
            )
            for t in turns
            for r in [dice.randint(5, 80)]
        ]

    compared = 0
    while compared < 200:
        one, other = star(), star()
        a, b = Polygon(one), Polygon(other)
        assert coverage.crosses_itself(one) <= (not a.is_valid)
        if a.is_valid and b.is_valid:
            compared += 1
            found = coverage.common_m2([one], [other])
            assert found == pytest.approx(a.intersection(b).area * M2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("ring", "crosses"),
    [
        ([(0, 0), (10, 10), (10, 0), (0, 10)], True),
        ([(0, 0), (10, 0), (10, 10), (0, 10)], False),
        ([(0, 0), (10, 0), (5, 0), (5, 10)], True),  # a side that runs back on another
    ],
)
def test_a_ring_that_crosses_itself(ring, crosses):
    assert coverage.crosses_itself(ring) is crosses


def test_neighbours_fit_and_what_lies_twice_or_not_at_all_is_found():
    assert coverage.overlaps({"a": LEFT, "b": RIGHT}, 1) == []
    wide = [[(90, 0), (200, 0), (200, 100), (90, 100)]]
    assert shared(LEFT, wide) == pytest.approx(1_000 * M2)
    assert coverage.overlaps({"a": LEFT, "b": wide}, 2_000) == []
    inner = [[(20, 20), (40, 20), (40, 40), (20, 40)]]
    assert shared(LEFT, inner) == pytest.approx(400 * M2)
    assert shared(LEFT, LEFT) == pytest.approx(10_000 * M2)
    around = {
        "south": [[(0, 0), (30, 0), (20, 10), (10, 10)]], "east": [[(30, 0), (30, 30), (20, 20), (20, 10)]],
        "north": [[(30, 30), (0, 30), (10, 20), (20, 20)]], "west": [[(0, 30), (0, 0), (10, 10), (10, 20)]],
    }  # fmt: skip
    assert coverage.gaps_m2(around) == [pytest.approx(100 * M2)]
    assert coverage.gaps_m2({"a": LEFT, "b": RIGHT}) == []


def shared(one, other):
    [(a, b, m2)] = coverage.overlaps({"a": one, "b": other}, 1)
    assert (a, b) == ("a", "b")
    return m2


def test_two_pens_that_mean_one_border_get_one():
    drawn = [[(101, 0), (200, 0), (200, 101), (100, 101), (100, 50)]]
    noded = coverage.noded({"a": LEFT}, {"b": drawn})
    assert noded["b"] == [[(100, 0), (200, 0), (200, 101), (100, 100), (100, 50)]]
    assert noded["a"] == [[(0, 0), (100, 0), (100, 50), (100, 100), (0, 100)]]
    assert coverage.overlaps(noded, 0) == []


def test_the_outline_of_the_district_s_cells_is_the_district_s():
    tree = AreaTree.of("440103")
    cells = {cell.code: tree.outline(cell.code) for cell in tree.cells}
    [ring] = coverage.outline(cells.values())
    assert len(ring) == 154
    assert coverage.overlaps(cells, 1) == [] and coverage.gaps_m2(cells) == []
    assert all(Polygon(shape[0]).contains(Polygon(shape[0]).representative_point())
               and _in(shape, coverage.point_inside(shape)) for shape in cells.values())  # fmt: skip


def _in(shape, at):
    return coverage.holds(shape[0], at)
