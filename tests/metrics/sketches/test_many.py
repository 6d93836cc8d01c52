"""Quantiles of many groups at once are those of each group merged."""

import random

import pytest

from metrics.sketches.codec import UnreadableSketch, encode_sketch, merge_encoded
from metrics.sketches.many import find_quantiles
from metrics.sketches.sketch import Sketch, sketch_values


def make_groups(chance: random.Random) -> list[list[bytes]]:
    groups = []
    for _ in range(40):
        sizes = [chance.randrange(0, 30) for _ in range(chance.randrange(0, 4))]
        groups.append([encode_sketch(sketch_values([chance.gauss(0, 50) for _ in range(size)])) for size in sizes])
    return groups


@pytest.mark.parametrize("q", [0.0, 0.5, 0.9, 0.99, 1.0])
def test_each_is_that_of_its_group_merged(q):
    groups = make_groups(random.Random(3))
    assert find_quantiles(groups, q) == [merge_encoded(group).find_quantile(q) for group in groups]
    assert None in find_quantiles(groups, q)


def test_large_counts_count():
    few = sketch_values([1.0])
    many = Sketch(sketch_values([9.0]).places, few.counts * 2**40)
    assert find_quantiles([[encode_sketch(few), encode_sketch(many)]], 0.5) == [many.find_quantile(0.5)]


def test_nothing_has_none():
    assert find_quantiles([], 0.5) == []
    assert find_quantiles([[], [b""]], 0.5) == [None, None]


def test_what_is_no_sketch_is_refused():
    with pytest.raises(UnreadableSketch):
        find_quantiles([[b"12345"]], 0.5)
