from math import cos, inf, nan, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.geo import BadPosition, Datum, Gcj02, Wgs84, distance_m, from_gcj02, to_gcj02, to_wgs84

LIWAN = Wgs84(113.23882, 23.12863)
anywhere = st.builds(Wgs84, st.floats(-180, 180), st.floats(-90, 90))
in_china = st.builds(Wgs84, st.floats(72.1, 137.8), st.floats(0.9, 55.8))
abroad = st.builds(Wgs84, st.floats(-180, 72), st.floats(-90, 90))


def test_the_shift_in_liwan_is_545_m_east_and_296_m_south():
    shifted = to_gcj02(LIWAN)
    east_m = (shifted.lon - LIWAN.lon) * 111_320 * cos(radians(LIWAN.lat))
    north_m = (shifted.lat - LIWAN.lat) * 110_750  # metres in a degree of latitude at 23° N
    assert east_m == pytest.approx(545, abs=1)
    assert north_m == pytest.approx(-296, abs=1)


@given(in_china)
def test_there_and_back_again_is_the_same_place(point):
    assert distance_m(from_gcj02(to_gcj02(point)), point) < 0.001


@given(in_china)
def test_the_shift_in_china_is_never_nothing_and_never_above_two_kilometres(point):
    shifted = to_gcj02(point)
    assert 10 < distance_m(point, Wgs84(shifted.lon, shifted.lat)) < 2_000


@given(abroad)
def test_nothing_moves_outside_china(point):
    assert to_gcj02(point) == Gcj02(point.lon, point.lat)
    assert from_gcj02(Gcj02(point.lon, point.lat)) == point


def test_each_datum_is_brought_to_the_stored_one():
    shifted = to_gcj02(LIWAN)
    assert to_wgs84(LIWAN.lon, LIWAN.lat, Datum.WGS84) == LIWAN
    assert to_wgs84(LIWAN.lon, LIWAN.lat, Datum.CGCS2000) == LIWAN
    assert distance_m(to_wgs84(shifted.lon, shifted.lat, Datum.GCJ02), LIWAN) < 0.001
    assert to_wgs84(LIWAN.lon, LIWAN.lat, Datum.GCJ02) != LIWAN


@pytest.mark.parametrize("kind", [Wgs84, Gcj02])
@pytest.mark.parametrize(
    ("lon", "lat"), [(180.1, 0), (-180.1, 0), (0, 90.1), (0, -90.1), (nan, 0), (0, nan), (inf, 0), (0, -inf)]
)
def test_what_is_not_on_earth_is_refused(kind, lon, lat):
    with pytest.raises(BadPosition):
        kind(lon, lat)


def test_the_two_kinds_never_equal_each_other():
    assert len({Wgs84(113.2, 23.1), Wgs84(113.2, 23.1)}) == 1
    assert len({Wgs84(113.2, 23.1), Gcj02(113.2, 23.1)}) == 2


@given(anywhere, anywhere)
def test_distance_is_the_same_in_both_directions_and_at_most_half_the_earth(a, b):
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=0.01)
    assert 0 <= distance_m(a, b) <= 20_015_120


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (LIWAN, LIWAN, 0),
        (Wgs84(113, 23), Wgs84(113, 24), 111_195),
        (Wgs84(113, 0), Wgs84(114, 0), 111_195),
        (Wgs84(113.2370, 23.1170), Wgs84(113.2380, 23.1170), 102.3),
        (Wgs84(179.9, 0), Wgs84(-179.9, 0), 22_239),
        (Wgs84(0, 90), Wgs84(0, -90), 20_015_115),
    ],
)
def test_distances(a, b, metres):
    assert distance_m(a, b) == pytest.approx(metres, rel=1e-3, abs=0.1)
