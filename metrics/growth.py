"""By how much cumulative values grew from one point to the next. No Django here.

A series counts anew when its start lies after the point before, or when its value fell: all of the new value has grown
since. The first point that is known counts from its start when that was not long ago; else it only tells where to
begin, for what it has counted belongs to times that nobody has told of.
"""

from collections.abc import Iterable
from itertools import zip_longest

import msgspec

from core.nanotime import NS_PER_SECOND
from telemetry.points import Buckets, Explicit, Exponential

FRESH_NS = 600 * NS_PER_SECOND
"""A start within this before a series' first point is when it began."""


class PointRow(msgspec.Struct, frozen=True):
    """A point, as it is read."""

    series_id: int
    time_ns: int
    start_ns: int | None
    value: float | None
    count: int | None
    sum: float | None
    min: float | None
    max: float | None
    buckets: Buckets | None


class Growth(msgspec.Struct, frozen=True):
    """What was counted between two points."""

    value: float | None = None
    count: int = 0
    sum: float | None = None
    buckets: Buckets | None = None


def compute_growth(before: PointRow | None, point: PointRow) -> Growth | None:
    """What came since the point before; None when that is not known."""
    if before is None:
        is_fresh = point.start_ns is not None and point.time_ns - point.start_ns <= FRESH_NS
        return _whole(point) if is_fresh else None
    if _began_again(before, point):
        return _whole(point)
    return Growth(
        _difference(before.value, point.value),
        (point.count or 0) - (before.count or 0),
        _difference(before.sum, point.sum),
        _subtract(before.buckets, point.buckets),
    )


def _whole(point: PointRow) -> Growth:
    return Growth(point.value, point.count or 0, point.sum, point.buckets)


def _began_again(before: PointRow, point: PointRow) -> bool:
    if point.start_ns is not None and point.start_ns >= before.time_ns:
        return True
    if point.value is not None and before.value is not None and point.value < before.value:
        return True
    return (point.count or 0) < (before.count or 0)


def _difference(before: float | None, value: float | None) -> float | None:
    return None if before is None or value is None else value - before


def _subtract(before: Buckets | None, buckets: Buckets | None) -> Buckets | None:
    """The counts that came; None when the two cannot be compared."""
    if isinstance(buckets, Explicit) and isinstance(before, Explicit) and buckets.bounds == before.bounds:
        return Explicit(buckets.bounds, _minus(buckets.counts, before.counts))
    if isinstance(buckets, Exponential) and isinstance(before, Exponential) and buckets.scale <= before.scale:
        known = coarsen(before, buckets.scale)
        return msgspec.structs.replace(
            buckets,
            zero_count=max(0, buckets.zero_count - known.zero_count),
            positive=_side_minus(buckets.positive_offset, buckets.positive, known.positive_offset, known.positive),
            negative=_side_minus(buckets.negative_offset, buckets.negative, known.negative_offset, known.negative),
        )
    return None


def coarsen(buckets: Exponential, scale: int) -> Exponential:
    """The same at a lower scale: every 2**(difference) buckets are one."""
    shift = buckets.scale - scale
    if shift <= 0:
        return buckets
    positive_offset, positive = _merge_side(buckets.positive_offset, buckets.positive, shift)
    negative_offset, negative = _merge_side(buckets.negative_offset, buckets.negative, shift)
    return Exponential(
        scale, buckets.zero_count, buckets.zero_threshold, positive_offset, positive, negative_offset, negative
    )


def _merge_side(offset: int, counts: tuple[int, ...], shift: int) -> tuple[int, tuple[int, ...]]:
    if not counts:
        return 0, ()
    first = offset >> shift
    merged = [0] * (((offset + len(counts) - 1) >> shift) - first + 1)
    for place, count in enumerate(counts):
        merged[((offset + place) >> shift) - first] += count
    return first, tuple(merged)


def _side_minus(offset: int, counts: tuple[int, ...], before_offset: int, before: tuple[int, ...]) -> tuple[int, ...]:
    known = {before_offset + place: count for place, count in enumerate(before)}
    return tuple(max(0, count - known.get(offset + place, 0)) for place, count in enumerate(counts))


def _minus(counts: Iterable[int], before: Iterable[int]) -> tuple[int, ...]:
    return tuple(max(0, count - known) for count, known in zip_longest(counts, before, fillvalue=0))
