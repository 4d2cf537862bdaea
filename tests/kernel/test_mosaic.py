from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.geo import Wgs84
from server.kernel.mosaic import Mosaic

# A slanted frame cut in three: corner (500, 400) of the two eastern shapes lies on the western one's border.
WEST = [[0, 0, 400, 0, 100, 400, 100, 500, -700, 0]]
SOUTH_EAST = [[400, 0, 600, 100, 0, 400, -500, -100]]
NORTH_EAST = [[500, 400, 500, 100, 0, 600, -400, -200]]
TILES = {"west": WEST, "south-east": SOUTH_EAST, "north-east": NORTH_EAST}
MOSAIC = Mosaic(TILES.items())


def at(lon, lat):
    return Wgs84(lon / 100_000, lat / 100_000)


def owners(point):
    return [name for name, rings in TILES.items() if Mosaic([(name, rings)]).locate(point)]


@pytest.mark.parametrize(
    ("lon", "lat", "owner"),
    [
        (100, 100, "west"), (380, 50, "west"), (560, 850, "west"), (800, 200, "south-east"),
        (800, 800, "north-east"), (900, 20, None), (-100, 100, None), (500, 901, None), (9_999, 9_999, None),
    ],
)  # fmt: skip
def test_a_point_is_found_in_its_shape(lon, lat, owner):
    assert MOSAIC.locate(at(lon, lat)) == owner


@pytest.mark.parametrize(("lon", "lat"), [(500, 400), (450, 200), (550, 650), (750, 450), (425, 100)])
def test_a_point_on_a_common_border_or_corner_lies_in_exactly_one_shape(lon, lat):
    assert len(owners(at(lon, lat))) == 1


@given(st.integers(10_000, 90_000), st.integers(15_000, 45_000))
def test_no_point_falls_through_and_none_is_claimed_twice(lon, lat):
    point = at(lon / 100, lat / 100)
    assert owners(point) == [MOSAIC.locate(point)]


def test_a_hole_is_outside_and_a_second_piece_inside():
    ring, hole, island = (
        [0, 0, 900, 0, 0, 900, -900, 0],
        [300, 300, 300, 0, 0, 300, -300, 0],
        [2000, 0, 100, 0, 0, 100],
    )
    mosaic = Mosaic([("shape", [ring, hole, island])])
    found = [mosaic.locate(at(*p)) for p in ((100, 100), (400, 400), (700, 400), (2080, 50), (1500, 50))]
    assert found == ["shape", None, "shape", "shape", None]


def test_a_torn_ring_is_refused():
    with pytest.raises(ValueError, match="zip"):
        Mosaic([("shape", [[0, 0, 100, 0, 0]])])


def test_cells_with_crooked_borders_share_out_every_corner_and_border_point():
    """A district drawn at random: neighbours share their corners, so no place is nobody's or two people's."""
    random, side = Random(9), 20
    corner = {
        (i, j): (i * 140 + random.randrange(-40, 41), j * 140 + random.randrange(-40, 41))
        for i in range(side + 1) for j in range(side + 1)
    }  # fmt: skip

    def ring(i, j):
        around = [corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]]
        steps = [(x - px, y - py) for (px, py), (x, y) in zip([(0, 0), *around], around, strict=False)]
        return [each for step in steps for each in step]

    cells = [((i, j), [ring(i, j)]) for i in range(side) for j in range(side)]
    mosaic, alone = Mosaic(cells), {name: Mosaic([(name, rings)]) for name, rings in cells}
    for (i, j), (x, y) in corner.items():
        if 0 < i < side and 0 < j < side:
            right, below = corner[i + 1, j], corner[i, j - 1]
            for point in (at(x, y), at((x + right[0]) / 2, (y + right[1]) / 2), at(x, (y + below[1]) / 2)):
                near = [(i + di, j + dj) for di in (-1, 0) for dj in (-1, 0)]
                near += [(a + 1, b) for a, b in near if a + 1 < side]
                owners = {name for name in near if alone[name].locate(point)}
                assert owners == {mosaic.locate(point)}
