"""A plane cut into shapes without gap or overlap: which shape a point lies in, exactly.

Corners are whole hundred-thousandths of a degree and a point is read to the centimetre, so every test is
integer arithmetic. Two neighbours judge their common border by the same half-open rule: a point on a border
or a corner lies in exactly one of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Generic, TypeVar

from server.kernel.geo import Wgs84

T = TypeVar("T")
EDGE = Struct("4i")  # lon, lat of the southern end; lon, lat of the northern: a tenth of what tuples take

UNIT = 100_000  # map units in a degree
FINE = 100  # steps of a point in a map unit
BUCKET = 100 * FINE  # the side of a look-up square, about a hundred metres


class Mosaic(Generic[T]):
    """Finds the owner of a point. A shape is a list of rings, filled by the even-odd rule; a ring is flat,
    in map units: `[lon, lat, dlon, dlat, …]`, its first corner and then the steps to the next ones."""

    def __init__(self, shapes: Iterable[tuple[T, list[list[int]]]]) -> None:
        self._buckets: dict[tuple[int, int], list[tuple[T, bytes]]] = defaultdict(list)
        for owner, rings in shapes:
            found = [edge for ring in rings for edge in _edges(ring)]
            lons, lats = [x for e in found for x in e[::2]], [y for e in found for y in e[1::2]]
            edges = b"".join(EDGE.pack(*edge) for edge in found)
            for column in range(min(lons) // BUCKET, max(lons) // BUCKET + 1):
                for row in range(min(lats) // BUCKET, max(lats) // BUCKET + 1):
                    self._buckets[column, row].append((owner, edges))

    def locate(self, point: Wgs84) -> T | None:
        """The owner of the shape the point lies in; None outside of all."""
        x, y = round(point.lon * UNIT * FINE), round(point.lat * UNIT * FINE)
        for owner, edges in self._buckets.get((x // BUCKET, y // BUCKET), ()):
            inside = False
            for x0, y0, x1, y1 in EDGE.iter_unpack(
                edges
            ):  # a ray to the east crosses the border an odd number of times
                if y0 <= y < y1 and (x - x0) * (y1 - y0) < (x1 - x0) * (y - y0):
                    inside = not inside
            if inside:
                return owner
        return None


def _edges(ring: list[int]) -> Iterator[tuple[int, int, int, int]]:
    """A ring's edges from south to north, in fine steps; one that runs east or west is never crossed."""
    x = y = 0
    corners = []
    for dx, dy in zip(ring[::2], ring[1::2], strict=True):
        x, y = x + dx * FINE, y + dy * FINE
        corners.append((x, y))
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if ay != by:
            yield (ax, ay, bx, by) if ay < by else (bx, by, ax, ay)
