"""Sketches: quantiles within 1 %, whatever is merged in whatever order, in few bytes."""

import math
import random

import numpy as np
import pytest
from ddsketch.ddsketch import LogCollapsingLowestDenseDDSketch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.sketches.bins import RELATIVE_ACCURACY
from metrics.sketches.codec import UnreadableSketch, decode_sketch, encode_sketch, merge_encoded
from metrics.sketches.sketch import EMPTY, WIDEST, Sketch, find_rank, gather, sketch_values

QUANTILES = (0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Other work on the machine is no failure."""
NUMBERS = st.one_of(st.floats(1e-9, 1e9), st.floats(-1e9, -1e-9), st.just(0.0), st.integers(-1000, 1000).map(float))


def sketch_by_library(values: list[float]) -> LogCollapsingLowestDenseDDSketch:
    sketch = LogCollapsingLowestDenseDDSketch(RELATIVE_ACCURACY, bin_limit=WIDEST)
    for value in values:
        sketch.add(value)
    return sketch


@unhurried
@given(st.lists(NUMBERS, min_size=1, max_size=300))
def test_every_quantile_is_within_the_stated_error_of_the_true_one(values: list[float]) -> None:
    sketch, ordered = sketch_values(values), sorted(values)
    for q in QUANTILES:
        true = ordered[max(0, math.ceil(round(q * len(values), 6)) - 1)]
        assert sketch.find_quantile(q) == pytest.approx(true, rel=RELATIVE_ACCURACY * 1.000001, abs=0)


@unhurried
@given(st.lists(NUMBERS, min_size=1, max_size=100))
def test_quantiles_are_those_of_the_library(values: list[float]) -> None:
    ours, theirs = sketch_values(values), sketch_by_library(values)
    assert ours.count == theirs.count
    for q in QUANTILES:
        # The library rounds a rank down, of two values p99 would be the smaller: it is asked for ours.
        rank = min(1.0, find_rank(q, ours.count) / max(1, ours.count - 1) + 1e-9)
        assert ours.find_quantile(q) == pytest.approx(theirs.get_quantile_value(rank), rel=2 * RELATIVE_ACCURACY)


@unhurried
@given(st.lists(st.lists(NUMBERS, max_size=20), max_size=12), st.randoms(use_true_random=False))
def test_parts_merged_in_any_order_and_grouping_are_the_sketch_of_all(
    parts: list[list[float]], chance: random.Random
) -> None:
    whole = encode_sketch(sketch_values([value for part in parts for value in part]))
    encoded = [encode_sketch(sketch_values(part)) for part in parts]
    chance.shuffle(encoded)
    while len(encoded) > 1:
        taken = [encoded.pop() for _ in range(chance.randint(2, len(encoded)))]
        encoded.insert(0, encode_sketch(merge_encoded(taken)))
    assert encode_sketch(merge_encoded(encoded)) == whole


def test_values_that_lie_too_far_apart_lose_the_smallest_in_any_order() -> None:
    parts = [encode_sketch(sketch_values([10.0**power])) for power in range(-60, 61, 3)]
    forwards, backwards = EMPTY, EMPTY
    for part in parts:
        forwards = merge_encoded([encode_sketch(forwards), part])
    for part in reversed(parts):
        backwards = merge_encoded([encode_sketch(backwards), part])
    assert encode_sketch(forwards) == encode_sketch(backwards) == encode_sketch(merge_encoded(parts))
    assert forwards.count == len(parts)
    assert forwards.find_quantile(1.0) == pytest.approx(1e60, rel=RELATIVE_ACCURACY)
    assert len(forwards.places) <= WIDEST


def test_the_known_extremes_bound_a_quantile() -> None:
    sketch = sketch_values([1.234567])
    assert sketch.find_quantile(0.99, at_least=1.234567, at_most=1.234567) == 1.234567


def test_an_empty_sketch_has_no_quantile_and_no_bytes() -> None:
    assert EMPTY.find_quantile(0.5) is None
    assert encode_sketch(EMPTY) == b""
    assert decode_sketch(b"").count == merge_encoded([]).count == 0


@pytest.mark.parametrize("count", [1, 2**16, 2**32 - 1, 2**32, 2**40 + 7, 2**52])
def test_counts_of_any_size_come_back_whole(count: int) -> None:
    sketch = gather(np.array([-30, 0, 5, 9]), np.array([count, 3, count, 1]))
    back = merge_encoded([encode_sketch(sketch), b"", encode_sketch(sketch_values([0.0]))])
    assert list(back.places) == [-30, 0, 5, 9]
    assert list(back.counts) == [count, 4, count, 1]


@pytest.mark.parametrize("data", [b"x", b"123456", b"\x00\x80\x02\x00\x00\x00" * 3])
def test_bytes_that_are_no_sketch_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSketch):
        decode_sketch(data)


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e300, 5e-324])
def test_values_beyond_the_range_are_counted_at_its_end(value: float) -> None:
    sketch = sketch_values([value, 1.0])
    assert sketch.count == 2
    assert math.isfinite(sketch.find_quantile(0.0) or 0.0)


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="numbers only"):
        sketch_values([1.0, math.nan])


def test_a_minute_of_durations_takes_few_bytes() -> None:
    chance = random.Random(7)
    sketch: Sketch = sketch_values([chance.lognormvariate(0.0, 0.5) for _ in range(1_000)])
    assert len(encode_sketch(sketch)) < 1_000
