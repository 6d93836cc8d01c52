"""stage7's encodings are undone, in linear time, and what only looks like one is left alone."""

import json
import random
import time

import pytest

from telemetry.stage7.ids import agent_trace, call_trace, span_of, step_trace
from telemetry.stage7.values import (
    as_object,
    decode_maps,
    find_truncated_length,
    is_circular,
    is_lost_object,
    read_json_text,
    read_time_ns,
)

SECOND_NS = 1_000_000_000


def encode(value, chance):
    """`value` as stage7 may write it: objects as Maps or as they are."""
    if isinstance(value, dict):
        inner = {key: encode(item, chance) for key, item in value.items()}
        return (
            {"_type": "Map", "entries": [[key, item] for key, item in inner.items()]}
            if chance.random() < 0.5
            else inner
        )
    return [encode(item, chance) for item in value] if isinstance(value, list) else value


def draw(chance, depth=0):
    kind = chance.random()
    if depth < 6 and kind < 0.5:
        return {chance.choice("abcdefg"): draw(chance, depth + 1) for _ in range(chance.randrange(4))}
    if depth < 6 and kind < 0.7:
        return [draw(chance, depth + 1) for _ in range(chance.randrange(4))]
    return chance.choice([None, True, 1, 2.5, "text", "", "[object Object]"])


@pytest.mark.parametrize("seed", range(200))
def test_maps_wherever_they_are_become_objects(seed):
    chance = random.Random(seed)
    value = draw(chance)
    encoded = encode(value, chance)
    before = json.dumps(encoded)
    assert decode_maps(encoded) == value
    assert json.dumps(encoded) == before
    assert decode_maps(value) == value


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ({"_type": "Map", "entries": []}, {}),
        ({"_type": "Map", "entries": {"a": 1}}, {"a": 1}),
        ({"_type": "Map", "entries": [[1, "x"], [None, "y"], [["k"], "z"], [True, 0]]},
         {"1": "x", "null": "y", '["k"]': "z", "true": 0}),
        ({"_type": "Map", "entries": [["a", 1], ["a", 2]]}, {"a": 2}),
        ({"_type": "Map", "entries": [["a", 1], ["b"]]}, {"_type": "Map", "entries": [["a", 1], ["b"]]}),
        ({"_type": "Map", "entries": "[]"}, {"_type": "Map", "entries": "[]"}),
        ({"_type": "Map"}, {"_type": "Map"}),
        ({"_type": "Set", "entries": [["a", 1]]}, {"_type": "Set", "entries": [["a", 1]]}),
        ([["a", 1]], [["a", 1]]),
    ],
)  # fmt: skip
def test_odd_maps_lose_nothing(encoded, decoded):
    assert decode_maps(encoded) == decoded


def test_a_map_may_also_be_an_object_or_pairs_where_one_is_expected():
    assert (
        as_object({"a": 1}) == as_object([["a", 1]]) == as_object({"_type": "Map", "entries": [["a", 1]]}) == {"a": 1}
    )
    assert as_object([]) == {}
    for other in ("a", None, 3, [["a"]], [1, 2], ["ab"]):
        assert as_object(other) is None


def test_a_wide_and_a_deep_value_take_linear_time():
    deep = "x"
    for _ in range(40_000):
        deep = {"_type": "Map", "entries": [["k", deep]]}
    begun = time.perf_counter()
    found = decode_maps(deep)
    decode_maps({"_type": "Map", "entries": [[str(at), [at]] for at in range(100_000)]})
    assert time.perf_counter() - begun < 10
    depth = 0
    while isinstance(found, dict):
        found, depth = found["k"], depth + 1
    assert (found, depth) == ("x", 40_000)


@pytest.mark.parametrize(
    ("value", "time_ns"),
    [
        ("1970-01-01T00:00:01Z", SECOND_NS),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("2026-01-02T03:04:05.678Z", 1_767_323_045_678_000_000),
        ("2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456_789),
        ("2026-01-02T04:04:05.678+01:00", 1_767_323_045_678_000_000),
        ("2026-01-02 03:04:05,678", 1_767_323_045_678_000_000),
        (1_767_323_045_678, 1_767_323_045_678_000_000),
        (1_767_323_045, 1_767_323_045_000_000_000),
        (1_767_323_045.678, 1_767_323_045_678_000_000),
        (1_767_323_045_678.0, 1_767_323_045_678_000_000),
        ("1767323045678", 1_767_323_045_678_000_000),
    ],
)
def test_times_become_nanoseconds(value, time_ns):
    assert read_time_ns(value) == time_ns


@pytest.mark.parametrize(
    "value",
    [
        None, True, "", "soon", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", 0, -5, float("nan"), float("inf"), {},
        "9999-12-31T23:59:59Z", 10**30, "1" * 40, "²", "2026-01-02T03:04:05Z" + " " * 60 + "x", "0001-01-01T00:00:00Z",
        [],
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(value):
    assert read_time_ns(value) is None


def test_json_in_texts_is_read_where_it_is_an_object_or_list_even_twice_encoded():
    assert read_json_text(' {"a": [1]} ') == {"a": [1]}
    assert read_json_text(json.dumps(json.dumps([1]))) == [1]
    for other in ("", "plain", "{'a': 1}", "3", '"text"', "{", "[" * 5_000, json.dumps(json.dumps(json.dumps([1])))):
        assert read_json_text(other) is None


def test_marks_of_loss_are_recognised():
    assert find_truncated_length("[Truncated string, length: 1234]") == 1234
    assert find_truncated_length("see [Truncated string, length: 1234]") is None
    assert find_truncated_length("[Truncated string, length: x]") is None
    assert is_circular("[Circular Reference]")
    assert not is_circular({"a": "[Circular Reference]"})
    assert is_lost_object("Summarise [object Object] please")
    assert not is_lost_object(["[object Object]"])


def test_ids_are_the_same_for_the_same_text_and_differ_by_kind():
    ids = [step_trace("a"), agent_trace("a"), call_trace("a"), step_trace("b"), step_trace("")]
    assert len(set(ids)) == 5
    assert {len(each) for each in ids} == {16}
    assert step_trace("a") == step_trace("a")
    assert len(span_of("a")) == 8
    assert span_of("a") != span_of("b")
    assert step_trace("\ud800")
