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
    """For each (low, high, count): so many values evenly between the bounds."""
    points: list[tuple[float, int]] = []
    above: list[tuple[float, float, int]] = []
    below: list[tuple[float, float, int]] = []
    for least, most, told in ranges:
        low, high, count = max(least, -MOST), min(most, MOST), min(told, LARGEST_COUNT)
        if count <= 0:
            continue
        if low >= high:
            points.append((low, count))
        elif low < 0 < high:
            share = round(count * (-low / (high - low)))
            below.append((0.0, -low, share))
            above.append((0.0, high, count - share))
        elif high <= 0:
            below.append((-high, -low, count))
        else:
            above.append((low, high, count))
    positive, negative = _spread_positive(above), _spread_positive(below)
    alone = find_places(np.array([value for value, _ in points], np.float64))
    counts = np.array([count for _, count in points], np.int64)
    return gather(
        np.concatenate([alone, positive[0], -negative[0]]), np.concatenate([counts, positive[1], negative[1]])
    )


_Part = tuple[Places, Counts]


def _spread_positive(ranges: Sequence[tuple[float, float, int]]) -> _Part:
    """The same for bounds from zero on, all at once, as counts of places."""
    filled = [one for one in ranges if one[2]]
    if not filled:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low, high, count = (np.array(column, np.float64) for column in zip(*filled, strict=True))
    # Below this, evenly spread values would be fewer than one: it bounds the places of a bucket that begins at zero.
    begin = np.maximum(np.maximum(low, LEAST), low + (high - low) / (2.0 * count))
    first, last = find_places(begin), find_places(high)
    lengths = last - first + 1
    ends = np.cumsum(lengths)
    begins = ends - lengths
    places = np.arange(ends[-1]) + np.repeat(first - begins, lengths)
    bounds = np.minimum(get_upper_bounds(places), np.repeat(high, lengths))
    shares = np.clip((bounds - np.repeat(low, lengths)) / np.repeat(high - low, lengths), 0.0, 1.0)
    shares[ends - 1] = 1.0
    sums = np.rint(shares * np.repeat(count, lengths)).astype(np.int64)
    counts = np.diff(sums, prepend=0)
    counts[begins] = sums[begins]
    return places[counts > 0], counts[counts > 0]
