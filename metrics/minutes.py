"""What the points of one series in one minute come to. No Django here."""

from collections.abc import Iterable, Sequence

import msgspec

from metrics.growth import Growth, PointRow, compute_growth
from metrics.labels import is_gauge
from metrics.sketches.codec import encode_sketch, merge_encoded
from metrics.sketches.histograms import ExponentialBuckets, sketch_explicit, sketch_exponential
from metrics.sketches.sketch import Sketch
from telemetry.points import CUMULATIVE, SUM, Explicit, Exponential


class Kind(msgspec.Struct, frozen=True):
    """What must be known of a series to add up its points."""

    kind: str
    temporality: str
    is_monotonic: bool
    is_overflow: bool

    @property
    def is_gauge(self) -> bool:
        """Its values are levels."""
        return is_gauge(self.kind, self.temporality, is_monotonic=self.is_monotonic)

    @property
    def grows(self) -> bool:
        """Each point tells all since the start: what counts is the difference to the one before."""
        return self.temporality == CUMULATIVE and not self.is_gauge


class Minute(msgspec.Struct, frozen=True):
    """The numbers of a rollup."""

    count: int
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    last: float | None = None
    sketch: bytes = b""


def add_up(kind: Kind, before: PointRow | None, points: Sequence[PointRow]) -> Minute | None:
    """The points of a minute, by time, after the point `before`; None when they tell nothing."""
    told = [point for point in points if point.value is not None or point.count is not None]
    if not told:
        return None
    if kind.grows and kind.is_overflow:
        # Points of several series: their differences would mean nothing.
        return Minute(len(told))
    if kind.is_gauge:
        return _add_levels(told)
    if kind.kind == SUM:
        return _add_amounts(kind, before, told)
    return _add_histograms(kind, before, told)


def _add_levels(points: Sequence[PointRow]) -> Minute:
    values = [point.value for point in points if point.value is not None]
    return Minute(len(values), sum(values), min(values), max(values), values[-1])


def _add_amounts(kind: Kind, before: PointRow | None, points: Sequence[PointRow]) -> Minute:
    grown = _list_growth(before, points) if kind.grows else [_as_sent(point) for point in points]
    return Minute(len(points), _sum(one.value for one in grown), last=points[-1].value)


def _add_histograms(kind: Kind, before: PointRow | None, points: Sequence[PointRow]) -> Minute | None:
    if kind.grows:
        grown, least, most = _list_growth(before, points), None, None
    else:
        grown = [_as_sent(point) for point in points]
        least = min((point.min for point in points if point.min is not None), default=None)
        most = max((point.max for point in points if point.max is not None), default=None)
    count = sum(one.count for one in grown)
    if not count:
        return None
    return Minute(count, _sum(one.sum for one in grown), least, most, None, _sketch(grown, least, most))


def _list_growth(before: PointRow | None, points: Sequence[PointRow]) -> list[Growth]:
    grown = []
    for point in points:
        growth = compute_growth(before, point)
        if growth is not None:
            grown.append(growth)
        before = point
    return grown


def _as_sent(point: PointRow) -> Growth:
    return Growth(point.value, point.count or 0, point.sum, point.buckets)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sketch(grown: Sequence[Growth], least: float | None, most: float | None) -> bytes:
    """Of explicit buckets with equal bounds the counts are added first: one sketch for all of them."""
    by_bounds: dict[tuple[float, ...], list[int]] = {}
    parts: list[bytes] = []
    for one in grown:
        buckets = one.buckets
        if isinstance(buckets, Explicit):
            known = by_bounds.setdefault(buckets.bounds, [0] * len(buckets.counts))
            for place, count in enumerate(buckets.counts):
                known[place] += count
        elif isinstance(buckets, Exponential):
            parts.append(encode_sketch(_sketch_exponential(buckets)))
    for bounds, counts in sorted(by_bounds.items()):
        parts.append(encode_sketch(sketch_explicit(bounds, counts, minimum=least, maximum=most)))
    return parts[0] if len(parts) == 1 else encode_sketch(merge_encoded(parts))


def _sketch_exponential(buckets: Exponential) -> Sketch:
    return sketch_exponential(
        buckets.scale,
        buckets.zero_count,
        ExponentialBuckets(buckets.positive_offset, buckets.positive),
        ExponentialBuckets(buckets.negative_offset, buckets.negative),
    )
