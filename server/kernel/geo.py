"""Where things are: two kinds of coordinates that must never be mixed, and the way between them.

Positions are stored as WGS-84 degrees. CGCS2000 agrees with it within centimetres and is taken as it is.
GCJ-02, the shifted datum that map apps in China hand out, lies some 600 m off and has a type of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, pi, radians, sin, sqrt

from server.kernel.errors import BadInput

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
KRASOVSKY_M, KRASOVSKY_E2 = 6_378_245.0, 0.00669342162296594323  # the ellipsoid GCJ-02 is computed on


class BadPosition(BadInput):
    """Not a place on earth: longitude within ±180°, latitude within ±90°, both finite."""

    code = "BAD_POSITION"


class Datum(StrEnum):
    """What a pair of coordinates is measured against. Every input names its own."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"


@dataclass(frozen=True, slots=True)
class _Degrees:
    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):  # false for NaN, too
            raise BadPosition()


class Wgs84(_Degrees):
    """Degrees on WGS-84 or CGCS2000. Raises BadPosition."""

    __slots__ = ()


class Gcj02(_Degrees):
    """Degrees as Chinese map apps show them. Raises BadPosition."""

    __slots__ = ()


def to_wgs84(lon: float, lat: float, datum: Datum) -> Wgs84:
    """The stored position of a pair of degrees measured on `datum`. Raises BadPosition."""
    return from_gcj02(Gcj02(lon, lat)) if datum is Datum.GCJ02 else Wgs84(lon, lat)


def to_gcj02(point: Wgs84) -> Gcj02:
    """Shifted as the law asks of published maps; outside China nothing moves."""
    east, north = _shift(point.lon, point.lat)
    return Gcj02(point.lon + east, point.lat + north)


def from_gcj02(point: Gcj02) -> Wgs84:
    """The position that `to_gcj02` moves to `point`, within a millimetre; outside China nothing moves."""
    lon, lat = point.lon, point.lat
    for _ in range(6):  # the shift changes by less than 1 % of a step, so each turn gains two digits
        east, north = _shift(lon, lat)
        lon, lat = point.lon - east, point.lat - north
    return Wgs84(lon, lat)


def distance_m(a: Wgs84, b: Wgs84) -> float:
    """Great-circle distance in metres, on a sphere (error below 0.6 %)."""
    half_lat, half_lon = radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def _in_china(lon: float, lat: float) -> bool:
    """The box that the shift is defined on."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """Degrees by which GCJ-02 moves a WGS-84 position east and north."""
    if not _in_china(lon, lat):
        return 0.0, 0.0
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    root = sqrt(abs(x))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (waves + 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12)) * 2 / 3
    north_m += 320 * sin(pi * y / 30) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (waves + 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12)) * 2 / 3
    east_m += 300 * sin(pi * x / 30) * 2 / 3
    bend = 1 - KRASOVSKY_E2 * sin(radians(lat)) ** 2
    meridian_m = KRASOVSKY_M * (1 - KRASOVSKY_E2) / (bend * sqrt(bend))
    parallel_m = KRASOVSKY_M / sqrt(bend) * cos(radians(lat))
    return east_m / parallel_m * 180 / pi, north_m / meridian_m * 180 / pi
