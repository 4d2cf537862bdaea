"""Near-me cells: a point becomes one integer, a circle a short list of them, so an index finds neighbours."""

from math import cos, floor, radians

SPOT_DEGREES = 0.0025  # about 280 m north–south and 255 m east–west at Guangzhou
_ROW = 1_000_000


def spot(lon: float, lat: float) -> int:
    """The cell of a WGS-84 point."""
    return floor((lat + 90) / SPOT_DEGREES) * _ROW + floor((lon + 180) / SPOT_DEGREES)


def spots_around(lon: float, lat: float, radius_m: float) -> list[int]:
    """Every cell that a circle around the point may touch."""
    d_lat = radius_m / 111_000
    d_lon = d_lat / cos(radians(lat))
    rows = range(floor((lat - d_lat + 90) / SPOT_DEGREES), floor((lat + d_lat + 90) / SPOT_DEGREES) + 1)
    cols = range(floor((lon - d_lon + 180) / SPOT_DEGREES), floor((lon + d_lon + 180) / SPOT_DEGREES) + 1)
    return [row * _ROW + column for row in rows for column in cols]
