"""Sketches of histograms that senders made. A histogram knows only its buckets: that is the error.

The values of a bucket are taken to lie evenly between its bounds, as Prometheus' `histogram_quantile` takes them. A
quantile is then in the right bucket and off by at most the bucket's width, plus this sketch's 1 %. For an exponential
histogram of scale s the width is 2**(2**-s) - 1 of the value: 4.4 % at scale 4, 1.1 % at scale 6, less above.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from metrics.sketches.bins import LEAST, MOST, Counts, Places, find_places, get_upper_bounds
from metrics.sketches.sketch import Sketch, gather

LARGEST_COUNT = 2**53
MOST_EXPONENT = 460.0
"""Of two: beyond the last bins. Bounds of exponential buckets are cut here."""


class ExponentialBuckets(NamedTuple):
    """One side of an exponential histogram: counts of the buckets `offset`, `offset` + 1 ..."""

    offset: int
    counts: Sequence[int]


def sketch_explicit(
    bounds: Sequence[float], counts: Sequence[int], *, minimum: float | None = None, maximum: float | None = None
) -> Sketch:
    """The sketch of an explicit histogram: counts[i] values in (bounds[i - 1], bounds[i]], one count more than bounds.

    The outermost buckets end at the minimum and maximum; without them the first begins at zero, or at its bound when
    that is negative, and the last is all at its lower bound.
    """
    if not bounds:
        low = minimum if minimum is not None else (maximum or 0.0)
        return _spread_all([(low, maximum if maximum is not None else low, sum(counts))])
    least = minimum if minimum is not None else min(0.0, bounds[0])
    most = maximum if maximum is not None else bounds[-1]
    lows = [min(least, bounds[0]), *bounds]
    highs = [*bounds, max(most, bounds[-1])]
    if minimum is not None:
        lows = [min(max(low, minimum), high) for low, high in zip(lows, highs, strict=True)]
    if maximum is not None:
        highs = [max(min(high, maximum), low) for low, high in zip(lows, highs, strict=True)]
    return _spread_all(list(zip(lows, highs, counts, strict=True)))


def sketch_exponential(
    scale: int, zero_count: int, positive: ExponentialBuckets, negative: ExponentialBuckets
) -> Sketch:
    """The sketch of an exponential histogram; what it counts as zero is zero."""
    ranges = [(0.0, 0.0, zero_count)]
    ranges += [(low, high, count) for low, high, count in _list_ranges(scale, positive)]
    ranges += [(-high, -low, count) for low, high, count in _list_ranges(scale, negative)]
    return _spread_all(ranges)


def _list_ranges(scale: int, buckets: ExponentialBuckets) -> list[tuple[float, float, int]]:
    """Bounds and count of each bucket that has one: bucket i is (base**i, base**(i + 1)], base = 2**(2**-scale)."""
    found = [(buckets.offset + at, count) for at, count in enumerate(buckets.counts) if count]
    return [(_power(scale, index), _power(scale, index + 1), count) for index, count in found]


def _power(scale: int, index: int) -> float:
    exponent = float(index << -scale) if -32 <= scale < 0 else index * 2.0 ** -max(min(scale, 64), -32)
    return float(2.0 ** max(-MOST_EXPONENT, min(MOST_EXPONENT, exponent)))


def _spread_all(ranges: Sequence[tuple[float, float, int]]) -> Sketch:
    places: list[Places] = []
    counts: list[Counts] = []
    for low, high, count in ranges:
        for part in _spread(max(low, -MOST), min(high, MOST), min(count, LARGEST_COUNT)):
            places.append(part[0])
            counts.append(part[1])
    return gather(np.concatenate(places), np.concatenate(counts)) if places else gather(_NOTHING, _NOTHING)


_NOTHING = np.empty(0, np.int64)
_Part = tuple[Places, Counts]


def _spread(low: float, high: float, count: int) -> list[_Part]:
    """`count` values evenly between two bounds, as counts of places."""
    if count <= 0:
        return []
    if low >= high:
        return [(find_places(np.array([low])), np.array([count], np.int64))]
    if low < 0 < high:
        below = round(count * (-low / (high - low)))
        return _spread(low, 0.0, below) + _spread(0.0, high, count - below)
    if high <= 0:
        return [(-places, counts) for places, counts in _spread_positive(-high, -low, count)]
    return _spread_positive(low, high, count)


def _spread_positive(low: float, high: float, count: int) -> list[_Part]:
    # Below this, evenly spread values would be fewer than one: it bounds the places of a bucket that begins at zero.
    begin = max(low, LEAST, low + (high - low) / (2.0 * count))
    first, last = (int(place) for place in find_places(np.array([begin, high])))
    places = np.arange(first, last + 1)
    shares = np.clip((np.minimum(get_upper_bounds(places), high) - low) / (high - low), 0.0, 1.0)
    shares[-1] = 1.0
    sums = np.rint(shares * count).astype(np.int64)
    counts = np.diff(sums, prepend=0)
    filled = counts > 0
    return [(places[filled], counts[filled])]
