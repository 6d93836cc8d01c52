"""OTLP/JSON metrics to records. Each point is read by itself: one of the wrong shape costs no other."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from telemetry.decode import json_metric_shapes as shapes
from telemetry.decode.json_lenient import Group, Layout, read_leniently, read_shape
from telemetry.decode.json_values import find_id, read_double, read_integer, read_pairs
from telemetry.decode.notes import list_notes
from telemetry.decode.otlp_json import DOES_NOT_FIT, Blocks
from telemetry.decode.point_groups import find_metric, read_points
from telemetry.decode.raw_points import RawExemplar, RawMetric, RawPoint, RawSide
from telemetry.decode.refusal import Refusal
from telemetry.points import EXPONENTIAL, GAUGE, HISTOGRAM, SUM, SUMMARY
from telemetry.records import Decoded, PointRecord, RefusedRecord

_DECODER = msgspec.json.Decoder(shapes.MetricsRequest)
_LAYOUT = Layout("resourceMetrics", "scopeMetrics", "metrics", shapes.Metric)
_KINDS = {
    GAUGE: "gauge",
    SUM: "sum",
    HISTOGRAM: "histogram",
    EXPONENTIAL: "exponential_histogram",
    SUMMARY: "summary",
}


def decode_metrics(data: bytes, *, now: int | None = None) -> Decoded:
    """The points of an ExportMetricsServiceRequest. Raises MalformedBody; a bad point is refused alone."""
    refused: list[RefusedRecord] = []
    try:
        groups = _read_groups(data)
    except DOES_NOT_FIT:
        groups = read_leniently(data, _LAYOUT, refused)
    points: list[PointRecord] = []
    for group in groups:
        blocks = Blocks(group, now)
        for scope, schema_url, metrics in group.scopes:
            for metric in metrics:
                points += _read_metric(metric, partial(blocks.find, scope, schema_url), refused)
    return Decoded([], [], refused, list_notes(points), points=points)


def _read_groups(data: bytes) -> list[Group]:
    return [
        Group(
            one.resource,
            one.schema_url,
            [(scope.scope, scope.schema_url, scope.metrics) for scope in one.scope_metrics],
        )
        for one in _DECODER.decode(data).resource_metrics
    ]


def _read_metric(
    metric: shapes.Metric, find_block: Callable[[], Any], refused: list[RefusedRecord]
) -> list[PointRecord]:
    points: list[PointRecord] = []
    found = [(kind, data) for kind, field in _KINDS.items() if (data := getattr(metric, field)) is not None]
    for kind, data in found:
        raw = partial(_raw_metric, metric, kind, data, is_only=len(found) == 1)
        read = partial(_read_point, kind)
        points += read_points(
            data.data_points, partial(find_metric, find_block, raw), read, partial(_shown, metric), refused
        )
    return points


def _raw_metric(metric: shapes.Metric, kind: str, data: shapes.Points, *, is_only: bool) -> RawMetric:
    if not is_only:
        raise Refusal("metric_ambiguous", "A metric has more than one of gauge, sum, histogram and so on.")
    return RawMetric(
        metric.name,
        kind,
        metric.unit,
        metric.description,
        data.aggregation_temporality,
        kind == SUM and data.is_monotonic,
    )


def _shown(metric: shapes.Metric, point: Any) -> dict[str, Any]:
    return {"name": metric.name, "point": point}


def _read_point(kind: str, point: Any) -> RawPoint:
    if not isinstance(point, dict):
        raise Refusal("field_type", "An item of dataPoints is not an object.")
    shape, measure = _SHAPES[kind]
    return _common(read_shape(point, shape, ""), measure)


def _common(point: Any, measure: Callable[[Any], dict[str, Any]]) -> RawPoint:
    return RawPoint(
        read_integer("timeUnixNano", point.time_unix_nano),
        read_integer("startTimeUnixNano", point.start_time_unix_nano),
        read_integer("flags", point.flags),
        read_pairs(point.attributes),
        [_exemplar(one) for one in point.exemplars],
        **measure(point),
    )


def _number(point: shapes.NumberPoint) -> dict[str, Any]:
    return {"value": _value(point.as_double, point.as_int)}


def _counted(point: shapes.CountedPoint) -> dict[str, Any]:
    return {
        "count": read_integer("count", point.count),
        "sum": _double("sum", point.sum),
        "min": _double("min", point.min),
        "max": _double("max", point.max),
    }


def _histogram(point: shapes.HistogramPoint) -> dict[str, Any]:
    bounds = [_known_double("explicitBounds", bound) for bound in point.explicit_bounds]
    counts = [read_integer("bucketCounts", count) for count in point.bucket_counts]
    return {**_counted(point), "bounds": bounds, "counts": counts}


def _exponential(point: shapes.ExponentialPoint) -> dict[str, Any]:
    return {
        **_counted(point),
        "scale": point.scale,
        "zero_count": read_integer("zeroCount", point.zero_count),
        "zero_threshold": _known_double("zeroThreshold", point.zero_threshold),
        "positive": _side("positive", point.positive),
        "negative": _side("negative", point.negative),
    }


def _summary(point: shapes.SummaryPoint) -> dict[str, Any]:
    quantiles = [
        (_known_double("quantile", one.quantile), _known_double("value", one.value)) for one in point.quantile_values
    ]
    return {**_counted(point), "quantiles": quantiles}


_SHAPES: dict[str, tuple[type[Any], Callable[[Any], dict[str, Any]]]] = {
    GAUGE: (shapes.NumberPoint, _number),
    SUM: (shapes.NumberPoint, _number),
    HISTOGRAM: (shapes.HistogramPoint, _histogram),
    EXPONENTIAL: (shapes.ExponentialPoint, _exponential),
    SUMMARY: (shapes.SummaryPoint, _summary),
}


def _side(field: str, side: shapes.Side) -> RawSide:
    counts = [read_integer(f"{field}.bucketCounts", count) for count in side.bucket_counts]
    return RawSide(read_integer(f"{field}.offset", side.offset), counts)


def _value(double: float | str | None, integer: int | str | None) -> float | int | None:
    if double is not None and integer is not None:
        raise Refusal("value_ambiguous", "A data point has both asDouble and asInt.")
    return _double("asDouble", double) if integer is None else read_integer("asInt", integer)


def _double(field: str, value: float | str | None) -> float | None:
    return None if value is None else _known_double(field, value)


def _known_double(field: str, value: float | str) -> float:
    return read_double(field, value) if isinstance(value, str) else value


def _exemplar(one: shapes.Exemplar) -> RawExemplar:
    return RawExemplar(
        find_id(one.trace_id, TRACE_ID_BYTES),
        find_id(one.span_id, SPAN_ID_BYTES),
        read_integer("timeUnixNano", one.time_unix_nano),
        _value(one.as_double, one.as_int),
    )
