"""Measurements as OTLP: protobuf bodies of `/v1/metrics`."""

import bisect
from collections.abc import Iterable
from typing import Any, NamedTuple

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1 import metrics_pb2 as wire

from demo.otlp import encode_attributes, encode_resource
from demo.records import Attributes, Service
from demo.trace_builder import SECOND_NS

GAUGE, LEVEL, HISTOGRAM = "gauge", "level", "histogram"
"""A level is a sum that may fall, as up-down counters give it."""
INTERVAL_NS = 120 * SECOND_NS
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Of OpenTelemetry's conventions for durations in seconds."""
SCOPE = ("opentelemetry.sdk.metrics", "1.39.0")


class Exemplar(NamedTuple):
    """A span in which a value was measured."""

    time_ns: int
    value: float
    trace_id: bytes
    span_id: bytes


class Point(NamedTuple):
    """What was measured up to a moment: one value, or all those since the point before of a histogram."""

    time_ns: int
    values: tuple[float, ...]
    exemplars: tuple[Exemplar, ...] = ()


class Series(NamedTuple):
    """A metric of one service with one set of attributes."""

    service: Service
    name: str
    unit: str
    kind: str
    attributes: Attributes
    points: tuple[Point, ...]


def encode_metrics(series: Iterable[Series]) -> bytes:
    """The body of `POST /v1/metrics`: one block a service, one metric a name."""
    request = ExportMetricsServiceRequest()
    groups: dict[Service, Any] = {}
    metrics: dict[tuple[Service, str], wire.Metric] = {}
    for one in series:
        if one.service not in groups:
            block = request.resource_metrics.add(resource=encode_resource(one.service))
            groups[one.service] = block.scope_metrics.add()
            groups[one.service].scope.name, groups[one.service].scope.version = SCOPE
        key = (one.service, one.name)
        if key not in metrics:
            metrics[key] = groups[one.service].metrics.add(name=one.name, unit=one.unit)
        _add(metrics[key], one)
    return bytes(request.SerializeToString())


def _add(metric: wire.Metric, series: Series) -> None:
    if series.kind == HISTOGRAM:
        metric.histogram.aggregation_temporality = wire.AGGREGATION_TEMPORALITY_DELTA
        metric.histogram.data_points.extend(_histogram(series.attributes, point) for point in series.points)
    elif series.kind == LEVEL:
        metric.sum.aggregation_temporality = wire.AGGREGATION_TEMPORALITY_CUMULATIVE
        metric.sum.data_points.extend(_number(series.attributes, point) for point in series.points)
    else:
        metric.gauge.data_points.extend(_number(series.attributes, point) for point in series.points)


def _number(attributes: Attributes, point: Point) -> wire.NumberDataPoint:
    described = encode_attributes(attributes)
    return wire.NumberDataPoint(attributes=described, time_unix_nano=point.time_ns, as_double=point.values[0])


def _histogram(attributes: Attributes, point: Point) -> wire.HistogramDataPoint:
    counts = [0] * (len(BOUNDS) + 1)
    for value in point.values:
        counts[bisect.bisect_left(BOUNDS, value)] += 1
    encoded = wire.HistogramDataPoint(
        attributes=encode_attributes(attributes),
        start_time_unix_nano=point.time_ns - INTERVAL_NS,
        time_unix_nano=point.time_ns,
        count=len(point.values),
        sum=sum(point.values),
        bucket_counts=counts,
        explicit_bounds=BOUNDS,
        exemplars=[
            wire.Exemplar(time_unix_nano=one.time_ns, as_double=one.value, trace_id=one.trace_id, span_id=one.span_id)
            for one in point.exemplars
        ],
    )
    if point.values:
        encoded.min, encoded.max = min(point.values), max(point.values)
    return encoded
