"""Shapes that lie side by side: how they fit, where they overlap, what outline they have together.

A shape is a list of rings of whole map units, filled by the even-odd rule. Everything that decides is integer
arithmetic; only areas are fractions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, radians

from server.kernel.geo import EARTH_RADIUS_M
from server.kernel.mosaic import UNIT

Point = tuple[int, int]  # lon, lat
Ring = list[Point]  # without its first corner again at the end
Shape = list[Ring]
Edge = tuple[Point, Point]

NEAR = 1.5  # map units, about as many metres: within that, two drawings mean the same corner or border
BUCKET = 64
UNIT_M = radians(1 / UNIT) * EARTH_RADIUS_M


def unrolled(flat: Sequence[int]) -> Ring:
    """The corners of a ring as a map file writes it: the first one, then the steps."""
    ring, x, y = [], 0, 0
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        ring.append((x, y))
    return ring


def rolled(ring: Ring) -> list[int]:
    """As `unrolled`, the other way."""
    flat = list(ring[0])
    for (x, y), (to_x, to_y) in pairwise(ring):
        flat += [to_x - x, to_y - y]
    return flat


def edges(ring: Ring) -> Iterator[Edge]:
    """Its sides in order."""
    return zip(ring, ring[1:] + ring[:1], strict=True)


def swept(ring: Ring) -> int:
    """Twice the area, above 0 when it runs against the clock."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in edges(ring))


def area_m2(shape: Shape) -> float:
    """Square metres inside."""
    if not shape or not shape[0]:
        return 0.0
    south = min(y for ring in shape for _, y in ring)
    north = max(y for ring in shape for _, y in ring)
    units = sum(swept(ring) for ring in oriented(shape)) / 2
    return units * UNIT_M * UNIT_M * cos(radians((south + north) / 2 / UNIT))


def oriented(shape: Shape) -> Shape:
    """Rings with the inside on their left: outer ones against the clock, holes with it."""
    turned = []
    for ring in shape:
        depth = sum(_inside(ring[0], other) for other in shape if other is not ring)
        turned.append(ring if (swept(ring) > 0) == (depth % 2 == 0) else ring[::-1])
    return turned


def same(one: Shape, other: Shape) -> bool:
    """True for the same rings, wherever each begins and whichever way it runs."""
    return _plain(one) == _plain(other)


def crosses_itself(ring: Ring) -> bool:
    """True when two of its sides cross, or lie on each other."""
    sides = sorted((min(a, b), max(a, b)) for a, b in edges(ring))
    for n, (a, b) in enumerate(sides):
        for c, d in sides[n + 1 :]:
            if c[0] > b[0]:
                break
            if _cross(a, b, c, d):
                return True
    return False


def noded(fixed: Mapping[str, Shape], fresh: Mapping[str, Shape]) -> dict[str, Shape]:
    """All shapes with common corners wherever a fresh one touches another; the fixed ones keep their lines.

    Corners that lie within `NEAR` become one, and a corner that lies on a neighbour's side becomes a corner
    of that neighbour too.
    """
    known = {at: at for shape in fixed.values() for ring in shape for at in ring}
    kept = _buckets(known)
    moved = {code: [_tidy([_known(known, at) for at in ring]) for ring in shape]
             for code, shape in fresh.items()}  # fmt: skip
    new = _buckets({at for shape in moved.values() for ring in shape for at in ring})
    return {
        **{code: [_with(ring, [new]) for ring in shape] for code, shape in fixed.items()},
        **{code: [_with(ring, [kept, new]) for ring in shape if ring] for code, shape in moved.items()},
    }


def loose(shapes: Mapping[str, Shape]) -> tuple[dict[Edge, str], set[tuple[str, str]]]:
    """The sides no other shape has the other way round, with their owners; and who has the same side."""
    owners: dict[Edge, str] = {}
    doubled = set()
    for code, shape in shapes.items():
        for ring in oriented(shape):
            for edge in edges(ring):
                if edge in owners:
                    doubled.add((owners[edge], code))
                owners[edge] = code
    return {(a, b): code for (a, b), code in owners.items() if (b, a) not in owners}, doubled


def chained(sides: Iterable[Edge]) -> Shape:
    """Sides that close to rings, as rings."""
    following: defaultdict[Point, list[Point]] = defaultdict(list)
    for a, b in sides:
        following[a].append(b)
    rings = []
    while following:
        ring = [next(iter(following))]
        while ring[-1] in following:
            onward = following[ring[-1]]
            at = onward.pop()
            if not onward:
                del following[ring[-1]]
            if at == ring[0]:
                break
            ring.append(at)
        rings.append(ring)
    return rings


def outline(shapes: Iterable[Shape]) -> Shape:
    """What shapes that fit have for an outline together."""
    sides, _ = loose({str(n): shape for n, shape in enumerate(shapes)})
    return chained(sides)


def overlaps(shapes: Mapping[str, Shape], least_m2: float) -> list[tuple[str, str, float]]:
    """Pairs that share more ground than `least_m2`, and how much. Quick where everything fits."""
    sides, doubled = loose(shapes)
    rings = chained(sides)
    if not doubled and not any(map(crosses_itself, rings)) and not _nested(rings):
        return []
    boxes = {code: _box(shape) for code, shape in shapes.items()}
    suspects = {*sides.values(), *(code for pair in doubled for code in pair)}
    found = {}
    for one in suspects:
        for other, box in boxes.items():
            pair = (min(one, other), max(one, other))
            if one != other and pair not in found and _touch(boxes[one], box):
                found[pair] = common_m2(shapes[one], shapes[other])
    return sorted((a, b, shared) for (a, b), shared in found.items() if shared > least_m2)


def gaps_m2(shapes: Mapping[str, Shape]) -> list[float]:
    """The holes between shapes, in square metres, the largest first."""
    sides, _ = loose(shapes)
    holes = [ring for ring in chained(sides) if swept(ring) < 0]
    return sorted((area_m2([ring[::-1]]) for ring in holes), reverse=True)


def common_m2(one: Shape, other: Shape) -> float:
    """Square metres that two shapes share: cut into strips in which no side begins, ends or crosses."""
    west, south, east, north = _box(one)
    w2, s2, e2, n2 = _box(other)
    west, south, east, north = max(west, w2), max(south, s2), min(east, e2), min(north, n2)
    if west >= east or south >= north:
        return 0.0
    sides = [[(a, b) for ring in shape for a, b in edges(ring)
              if a[1] != b[1] and max(a[1], b[1]) > south and min(a[1], b[1]) < north]
             for shape in (one, other)]  # fmt: skip
    cuts = {float(y) for shape in sides for a, b in shape for y in (a[1], b[1]) if south < y < north}
    cuts |= {float(south), float(north)}
    cuts |= {y for a, b in sides[0] for c, d in sides[1] if (y := _meet(a, b, c, d)) is not None}
    total = 0.0
    for low, high in pairwise(sorted(y for y in cuts if south <= y <= north)):
        middle = (low + high) / 2
        first, second = (_spans(shape, middle) for shape in sides)
        shared = sum(max(0.0, min(b, d) - max(a, c)) for a, b in first for c, d in second)
        total += (high - low) * shared
    return total * UNIT_M * UNIT_M * cos(radians((south + north) / 2 / UNIT))


def holds(ring: Ring, at: Point) -> bool:
    """True when the corner lies within the ring."""
    return _inside(at, ring)


def point_inside(shape: Shape) -> Point:
    """A point for the label: in the middle of the widest span at mid-height."""
    _, south, _, north = _box(shape)
    sides = [edge for ring in shape for edge in edges(ring) if edge[0][1] != edge[1][1]]
    best = (-1.0, (shape[0][0]))
    for part in (2, 3, 1.5, 5, 1.25):
        at = south + (north - south) / part + 0.01
        for a, b in _spans(sides, at):
            if b - a > best[0]:
                best = (b - a, (round((a + b) / 2), round(at)))
        if best[0] > 2:
            break
    return best[1]


def _plain(shape: Shape) -> Shape:
    turned = []
    for ring in oriented(shape):
        first = ring.index(min(ring))
        turned.append(ring[first:] + ring[:first])
    return sorted(turned)


def _tidy(ring: Ring) -> Ring:
    """Without corners that follow on themselves, and without spikes."""
    kept: Ring = []
    for at in ring:
        if kept and kept[-1] == at:
            continue
        if len(kept) > 1 and kept[-2] == at:
            kept.pop()
            continue
        kept.append(at)
    while len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


def _known(known: dict[Point, Point], at: Point) -> Point:
    if at not in known:
        x, y = at
        around = ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        known[at] = next((known[p] for p in around if known.get(p) == p), at)
    return known[at]


def _buckets(corners: Iterable[Point]) -> Mapping[Point, list[Point]]:
    found: defaultdict[Point, list[Point]] = defaultdict(list)
    for at in corners:
        found[at[0] // BUCKET, at[1] // BUCKET].append(at)
    return found


def _with(ring: Ring, corners: Sequence[Mapping[Point, list[Point]]]) -> Ring:
    """The ring with those of the corners that lie on its sides."""
    return _tidy([p for a, b in edges(ring) for p in (a, *_on(a, b, corners))])


def _on(a: Point, b: Point, corners: Sequence[Mapping[Point, list[Point]]]) -> list[Point]:
    """The corners that lie on the side from `a` to `b`, in its order."""
    (ax, ay), (bx, by) = a, b
    length2 = (bx - ax) ** 2 + (by - ay) ** 2
    found = set()
    for column in range((min(ax, bx) - 2) // BUCKET, (max(ax, bx) + 2) // BUCKET + 1):
        for row in range((min(ay, by) - 2) // BUCKET, (max(ay, by) + 2) // BUCKET + 1):
            for p in (p for buckets in corners for p in buckets.get((column, row), ())):
                along = (p[0] - ax) * (bx - ax) + (p[1] - ay) * (by - ay)
                if 0 < along < length2 and p not in (a, b):
                    aside = (p[0] - ax) * (by - ay) - (p[1] - ay) * (bx - ax)
                    if aside * aside <= NEAR * NEAR * length2:
                        found.add((along, p))
    return [p for _, p in sorted(found)]


def _turn(a: Point, b: Point, c: Point) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Two sides that share more than an end."""
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if abc == abd == cda == cdb == 0:
        return max(min(a, b), min(c, d)) < min(max(a, b), max(c, d))
    return (abc > 0) != (abd > 0) and (cda > 0) != (cdb > 0) and 0 not in (abc, abd, cda, cdb)


def _meet(a: Point, b: Point, c: Point, d: Point) -> float | None:
    """The height at which two sides cross."""
    abc, abd = _turn(a, b, c), _turn(a, b, d)
    cda, cdb = _turn(c, d, a), _turn(c, d, b)
    if abc == abd or (abc > 0) == (abd > 0) or (cda > 0) == (cdb > 0):
        return None
    return c[1] + (d[1] - c[1]) * abc / (abc - abd)


def _spans(sides: Iterable[Edge], y: float) -> list[tuple[float, float]]:
    """Where a line to the east at `y` is inside."""
    at = sorted(
        ax + (bx - ax) * (y - ay) / (by - ay)
        for (ax, ay), (bx, by) in sides if (ay <= y) != (by <= y)
    )  # fmt: skip
    return list(zip(at[::2], at[1::2], strict=False))


def _inside(at: Point, ring: Ring) -> bool:
    x, y = at
    return any(a < x < b for a, b in _spans(edges(ring), y + 0.25))


def _nested(rings: Shape) -> bool:
    """True when an outer ring lies in another: the ground between is covered twice."""
    outer = [ring for ring in rings if swept(ring) > 0]
    return any(_inside(one[0], other) for one in outer for other in outer if one is not other)


def _box(shape: Shape) -> tuple[int, int, int, int]:
    xs, ys = [x for ring in shape for x, _ in ring], [y for ring in shape for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _touch(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
