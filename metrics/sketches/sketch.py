"""A sketch and its quantiles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.sketches.bins import Counts, Places, find_places, get_value

WIDEST = 4096
"""Bins of one sign reach this far from the largest absolute value, 35 powers of ten; what is smaller is put into the
last of them, as the library's collapsing store does it. The result is the same in every order of merging."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Counts by place. Places ascend and have counts above zero."""

    places: Places
    counts: Counts

    @property
    def count(self) -> int:
        """How many values it holds."""
        return int(self.counts.sum())

    def find_quantile(self, q: float, *, at_least: float | None = None, at_most: float | None = None) -> float | None:
        """The smallest value that a share of `q` does not exceed (nearest rank), within 1 %; None of an empty sketch.

        `at_least` and `at_most`: exact minimum and maximum, where they are known.
        """
        if not len(self.places):
            return None
        sums = np.cumsum(self.counts)
        at = int(np.searchsorted(sums, find_rank(q, int(sums[-1])), side="right"))
        value = get_value(int(self.places[min(at, len(self.places) - 1)]))
        if at_least is not None:
            value = max(value, at_least)
        return value if at_most is None else min(value, at_most)


def find_rank(q: float, count: int) -> int:
    """Place of the quantile among so many values in ascending order, from 0: of two values p99 is the larger."""
    return max(0, math.ceil(round(q * count, 6)) - 1)


EMPTY = Sketch(np.empty(0, np.int64), np.empty(0, np.int64))


def sketch_values(values: Sequence[float]) -> Sketch:
    """The sketch of these values. Infinite ones count as the largest that there can be."""
    places = find_places(np.asarray(values, np.float64))
    return gather(places, np.ones(len(places), np.int64))


def gather(places: Places, counts: Counts) -> Sketch:
    """The sketch of counts at places in any order, any place any number of times. Exact up to 2**53 values."""
    if not len(places):
        return EMPTY
    low = int(places.min())
    sums = np.bincount(_collapse(places) - low, weights=counts)
    found = np.flatnonzero(sums)
    return Sketch(found + low, np.rint(sums[found]).astype(np.int64))


def _collapse(places: Places) -> Places:
    low, high = int(places.min()), int(places.max())
    if high - low < WIDEST or max(high, -low) - WIDEST < 1:
        return places
    floor, ceiling = max(high - WIDEST + 1, 1), min(low + WIDEST - 1, -1)
    places = np.where((places > 0) & (places < floor), floor, places)
    return np.where((places < 0) & (places > ceiling), ceiling, places)
