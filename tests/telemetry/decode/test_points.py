"""Metric points in both encodings: the same records, the bad ones refused alone."""

import math

import pytest

from telemetry.decode import decode
from telemetry.decode.errors import MalformedBody
from telemetry.points import (
    INFINITE,
    NOT_A_NUMBER,
    Explicit,
    Exponential,
    Quantiles,
    decode_buckets,
    decode_exemplars,
    encode_buckets,
    encode_exemplars,
)
from tests.metrics.pushing import encode, metric, point, request

NOW = 1_790_000_000_000_000_000
TRACE = "5b8efff798038103d269b633813fc60c"


@pytest.fixture(params=["json", "protobuf"])
def encoding(request):
    return request.param


def decoded(encoding, *metrics):
    return decode("metrics", encoding, encode(request(*metrics), encoding), now=NOW)


def one(encoding, kind, temporality=2, **fields):
    result = decoded(encoding, metric(kind, point(NOW, start_ns=NOW - 5, **fields), temporality=temporality))
    assert result.refused == []
    return result.points[0]


def refusal(encoding, kind, **fields):
    """Of a bad point between two good ones."""
    good = {"asInt": "1"} if kind in ("gauge", "sum") else {"count": "0"}
    bad = point(**{"time_ns": NOW, **fields})
    result = decoded(encoding, metric(kind, point(NOW, **good), bad, point(NOW + 1, **good)))
    assert (len(result.points), len(result.refused)) == (2, 1), "the good ones are kept"
    return result.refused[0].reason


def test_a_point_knows_its_metric_its_source_and_its_labels(encoding):
    result = decoded(encoding, metric("sum", point(NOW, start_ns=NOW - 5, labels={"a": "b"}, asInt="3"), name="hits"))
    (found,) = result.points
    told = found.metric
    assert (told.name, told.kind, told.unit, told.temporality, told.is_monotonic) == (
        "hits",
        "sum",
        "s",
        "cumulative",
        True,
    )
    assert told.resource.attributes == {"service.name": "brain"}
    assert told.scope.name == "meter"
    assert (found.attributes, found.time_ns, found.start_ns, found.value) == ({"a": "b"}, NOW, NOW - 5, 3.0)


def test_values_are_whole_or_not(encoding):
    assert one(encoding, "gauge", asInt="-7").value == -7.0
    assert one(encoding, "gauge", asDouble=2.5).value == 2.5
    assert one(encoding, "gauge", asDouble=0).value == 0.0


def test_what_is_no_number_is_kept_without_a_value_and_says_why(encoding):
    assert (one(encoding, "gauge", asDouble="NaN").value, one(encoding, "gauge", asDouble="NaN").flags) == (
        None,
        NOT_A_NUMBER,
    )
    assert one(encoding, "gauge", asDouble="Infinity").flags == INFINITE
    ended = one(encoding, "gauge", flags=1)
    assert (ended.value, ended.flags) == (None, 1)


def test_a_whole_number_that_no_double_holds_is_rounded_and_told(encoding):
    result = decoded(encoding, metric("gauge", point(NOW, asInt=str(2**53 + 1))))
    assert result.points[0].value == float(2**53)
    assert [repair.reason for repair in result.points[0].repairs] == ["number_rounded"]
    assert "rounded" in result.notes[0]


def test_a_histogram(encoding):
    found = one(
        encoding, "histogram", 1, count="5", sum=9.5, min=0.5, max=4.0, bucketCounts=["1", "4"], explicitBounds=[1.0]
    )
    assert (found.metric.temporality, found.count, found.sum, found.min, found.max) == ("delta", 5, 9.5, 0.5, 4.0)
    assert found.buckets == Explicit((1.0,), (1, 4))
    assert one(encoding, "histogram", count="5").buckets is None


def test_an_exponential_histogram(encoding):
    sides = {"positive": {"offset": -3, "bucketCounts": ["2"]}, "negative": {"offset": 2, "bucketCounts": ["0", "3"]}}
    found = one(encoding, "exponentialHistogram", count="6", scale=-2, zeroCount="1", zeroThreshold=0.001, **sides)
    assert found.buckets == Exponential(-2, 1, 0.001, -3, (2,), 2, (0, 3))


def test_a_summary(encoding):
    found = one(encoding, "summary", count="2", sum=3.0, quantileValues=[{"quantile": 0.5, "value": 1.5}])
    assert (found.metric.temporality, found.count, found.sum) == ("cumulative", 2, 3.0)
    assert found.buckets == Quantiles(((0.5, 1.5),))


def test_a_histogram_whose_buckets_hold_something_else_is_kept_as_sent_and_told(encoding):
    found = one(encoding, "histogram", count="9", bucketCounts=["1", "4"], explicitBounds=[1.0])
    assert found.count == 9
    assert [repair.reason for repair in found.repairs] == ["buckets_differ"]


def test_exemplars_that_name_a_trace_are_kept():
    exemplars = [
        {"traceId": TRACE, "spanId": "eee19b7ec3c1b174", "asInt": "4", "timeUnixNano": str(NOW)},
        {"asInt": "1"},
    ]
    found = one("json", "gauge", asInt="1", exemplars=exemplars)
    assert [(each.trace_id.hex(), each.value) for each in found.exemplars] == [(TRACE, 4.0)]
    assert [repair.reason for repair in found.repairs] == ["exemplars_without_trace"]
    assert decode_exemplars(encode_exemplars(found.exemplars)) == found.exemplars


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("gauge", {}, "value_missing"),
        ("gauge", {"time_ns": 0, "asInt": "1"}, "time_missing"),
        ("gauge", {"time_ns": 2**63, "asInt": "1"}, "time_out_of_range"),
        ("histogram", {"count": str(2**63)}, "number_out_of_range"),
        ("histogram", {"count": "1", "bucketCounts": ["1"], "explicitBounds": [1.0]}, "buckets_length"),
        ("histogram", {"count": "1", "bucketCounts": ["1", "0", "0"], "explicitBounds": [2.0, 1.0]}, "bounds_order"),
        ("histogram", {"count": "1", "bucketCounts": ["1", "0"], "explicitBounds": ["NaN"]}, "bounds_order"),
        ("histogram", {"count": "1", "bucketCounts": ["0"] * 2001}, "too_many_buckets"),
        ("exponentialHistogram", {"count": "1", "scale": 100}, "scale_out_of_range"),
        ("exponentialHistogram", {"count": "1", "positive": {"offset": 2**31 - 1}}, "number_out_of_range"),
        ("summary", {"count": "1", "quantileValues": [{"quantile": 1.5, "value": 1}]}, "quantile_out_of_range"),
    ],
)
def test_a_bad_point_is_refused_alone(encoding, kind, fields, reason):
    assert refusal(encoding, kind, **fields) == reason


@pytest.mark.parametrize(
    "bad", [5, {"timeUnixNano": [], "asInt": "1"}, {"timeUnixNano": str(NOW), "asInt": "1.5"},
            {"timeUnixNano": str(NOW), "asInt": "1", "asDouble": 1.0}, {"timeUnixNano": "-1", "asInt": "1"}],
)  # fmt: skip
def test_a_json_point_of_the_wrong_shape_is_refused_alone(bad):
    sent = request(metric("gauge", point(NOW, asInt="1"), bad, point(NOW + 1, asInt="1")))
    result = decode("metrics", "json", encode(sent, "json"), now=NOW)
    assert (len(result.points), len(result.refused)) == (2, 1)


def test_without_a_temporality_no_point_of_a_sum_is_understood(encoding):
    result = decoded(
        encoding, metric("sum", point(NOW, asInt="1"), temporality=0), metric("gauge", point(NOW, asInt="1"))
    )
    assert [each.reason for each in result.refused] == ["temporality_unknown"]
    assert len(result.points) == 1


def test_texts_are_repaired_as_everywhere(encoding):
    (found,) = decoded(encoding, metric("gauge", point(NOW, labels={"a\0": "b\0c"}, asInt="1"), name="")).points
    assert found.attributes == {"a␀": "b␀c"}
    assert found.metric.name == "(unknown)"
    assert {repair.reason for repair in found.repairs} == {"nul_character", "name_empty"}


def test_odd_times_are_kept_and_told(encoding):
    future = NOW + 3600 * 10**9
    (found,) = decoded(encoding, metric("gauge", point(future, start_ns=future + 1, asInt="1"))).points
    assert (found.time_ns, found.start_ns) == (future, None)
    assert {repair.reason for repair in found.repairs} == {"time_in_future", "start_after_time"}


def test_a_metric_of_no_kind_has_no_points(encoding):
    assert decoded(encoding, {"name": "nothing"}).points == []


def test_a_metric_of_two_kinds_is_refused():
    both = {**metric("gauge", point(NOW, asInt="1")), "sum": {"dataPoints": [point(NOW, asInt="1")]}}
    assert [each.reason for each in decoded("json", both).refused] == ["metric_ambiguous"] * 2


def test_json_of_another_shape_costs_only_its_metric():
    odd = {"name": 7, "gauge": {"dataPoints": [point(NOW, asInt="1")]}}
    result = decoded("json", odd, metric("gauge", point(NOW, asInt="1")))
    assert (len(result.points), [each.reason for each in result.refused]) == (1, ["field_type"])


@pytest.mark.parametrize(
    ("encoding", "body"), [("json", b"{"), ("json", b"[]"), ("protobuf", b"\xff\xff"), ("json", b"\xff")]
)
def test_a_body_that_is_none_is_refused_as_a_whole(encoding, body):
    with pytest.raises(MalformedBody):
        decode("metrics", encoding, body)


def test_values_nested_too_deeply_cost_their_point_alone():
    value = {"stringValue": "x"}
    for _ in range(80):
        value = {"arrayValue": {"values": [value]}}
    deep = {**point(NOW, asInt="1"), "attributes": [{"key": "a", "value": value}]}
    result = decoded("json", metric("gauge", deep, point(NOW, asInt="1")))
    assert (len(result.points), [each.reason for each in result.refused]) == (1, ["nesting_too_deep"])


@pytest.mark.parametrize(
    "buckets",
    [Explicit((1.0, math.pi), (1, 2**62, 0)), Exponential(3, 1, 0.0, -5, (1, 2), 0, ()), Quantiles(((0.5, 1.0),))],
)
def test_buckets_are_kept_as_they_are(buckets):
    assert decode_buckets(encode_buckets(buckets)) == buckets
