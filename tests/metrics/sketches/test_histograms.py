"""Sketches of senders' histograms: every value stays in its bucket."""

import math
import random
from bisect import bisect_left

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.sketches.histograms import ExponentialBuckets, sketch_explicit, sketch_exponential
from metrics.sketches.sketch import Sketch

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Other work on the machine is no failure."""
NONE = ExponentialBuckets(0, ())


def count_in_buckets(values: list[float], bounds: tuple[float, ...]) -> list[int]:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return counts


def width_around(value: float) -> float:
    at = min(bisect_left(BOUNDS, value), len(BOUNDS) - 1)
    return BOUNDS[at] - (BOUNDS[at - 1] if at else 0.0)


@unhurried
@given(st.lists(st.floats(0.0001, 9.9), min_size=1, max_size=200))
def test_a_quantile_of_an_explicit_histogram_is_off_by_one_bucket_at_most(values: list[float]) -> None:
    sketch = sketch_explicit(BOUNDS, count_in_buckets(values, BOUNDS), minimum=min(values), maximum=max(values))
    assert sketch.count == len(values)
    ordered = sorted(values)
    for q in (0.0, 0.5, 0.9, 0.99, 1.0):
        true = ordered[max(0, math.ceil(round(q * len(values), 6)) - 1)]
        assert sketch.find_quantile(q) == pytest.approx(true, abs=width_around(true) + 0.011 * true)


@unhurried
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(0, 8))
def test_a_quantile_of_an_exponential_histogram_is_within_its_base_and_ours(values: list[float], scale: int) -> None:
    values = [value if abs(value) > 1e-6 else 0.0 for value in values]
    base = 2.0 ** (2.0**-scale)
    positive = _bucket(scale, [value for value in values if value > 0])
    negative = _bucket(scale, [-value for value in values if value < 0])
    sketch = sketch_exponential(scale, values.count(0.0), positive, negative)
    assert sketch.count == len(values)
    ordered = sorted(values)
    for q in (0.0, 0.25, 0.5, 0.99, 1.0):
        true = ordered[max(0, math.ceil(round(q * len(values), 6)) - 1)]
        assert sketch.find_quantile(q) == pytest.approx(true, rel=base - 1 + 0.021)


def _bucket(scale: int, sizes: list[float]) -> ExponentialBuckets:
    if not sizes:
        return NONE
    indexes = [math.ceil(math.log2(size) * 2**scale) - 1 for size in sizes]
    counts = [0] * (max(indexes) - min(indexes) + 1)
    for index in indexes:
        counts[index - min(indexes)] += 1
    return ExponentialBuckets(min(indexes), counts)


def test_values_of_a_bucket_lie_evenly_in_it() -> None:
    sketch = sketch_explicit((10.0, 20.0), (0, 1000, 0))
    assert [sketch.find_quantile(q) for q in (0.1, 0.5, 0.9)] == pytest.approx([11.0, 15.0, 19.0], rel=0.011)


def test_the_outermost_buckets_end_where_it_is_known() -> None:
    open_ended = sketch_explicit((1.0, 2.0), (0, 0, 10))
    assert open_ended.find_quantile(1.0) == pytest.approx(2.0, rel=0.01)
    known = sketch_explicit((1.0, 2.0), (10, 0, 10), minimum=0.5, maximum=8.0)
    assert known.find_quantile(0.0) == pytest.approx(0.5, rel=0.06)
    assert known.find_quantile(1.0) == pytest.approx(8.0, rel=0.06)
    negative = sketch_explicit((-5.0, 5.0), (4, 4, 0))
    assert negative.find_quantile(0.0) == pytest.approx(-5.0, rel=0.01)


def test_a_histogram_without_bounds_is_between_its_extremes() -> None:
    sketch = sketch_explicit((), (8,), minimum=2.0, maximum=4.0)
    assert sketch.count == 8
    assert 2.0 <= (sketch.find_quantile(0.5) or 0.0) <= 4.0
    assert sketch_explicit((), (3,)).find_quantile(0.5) == 0.0


def test_a_bucket_on_both_sides_of_zero_is_split() -> None:
    sketch = sketch_explicit((-1.0, 1.0), (0, 1000, 0))
    assert sketch.count == 1000
    assert sketch.find_quantile(0.25) == pytest.approx(-0.5, rel=0.02)
    assert sketch.find_quantile(0.75) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("scale", [-2_000_000_000, -40, -11, 0, 20, 64, 2_000_000_000])
@pytest.mark.parametrize("offset", [-(2**31), -1, 0, 2**31 - 2])
def test_extreme_scales_and_offsets_are_finite_and_keep_the_count(scale: int, offset: int) -> None:
    buckets = ExponentialBuckets(offset, (1, 2, 3))
    sketch: Sketch = sketch_exponential(scale, 1, buckets, buckets)
    assert sketch.count == 13
    assert all(math.isfinite(sketch.find_quantile(q) or 0.0) for q in (0.0, 0.5, 1.0))


def test_large_counts_take_bounded_room() -> None:
    chance = random.Random(3)
    counts = [chance.randint(0, 2**50) for _ in range(len(BOUNDS) + 1)]
    sketch = sketch_explicit(BOUNDS, counts)
    assert len(sketch.places) < 3_000
    assert sketch.count == sum(counts)


def test_infinite_bounds_and_extremes_are_cut() -> None:
    sketch = sketch_explicit((1.0, math.inf), (1, 1, 1), minimum=-math.inf, maximum=math.inf)
    assert sketch.count == 3
