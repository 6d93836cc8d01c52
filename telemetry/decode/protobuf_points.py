"""OTLP metrics in binary protobuf to records."""

from collections.abc import Callable
from functools import partial
from typing import Any

from google.protobuf.message import DecodeError

from telemetry.decode.groups import Unclean
from telemetry.decode.notes import list_notes
from telemetry.decode.otlp_protobuf import Blocks, parse_request
from telemetry.decode.point_groups import find_metric, read_points
from telemetry.decode.protobuf_values import Attributes, read_pairs, read_text
from telemetry.decode.raw_points import RawExemplar, RawMetric, RawPoint, RawSide
from telemetry.decode.wire import MetricsRequest
from telemetry.points import EXPONENTIAL, GAUGE, HISTOGRAM, SUM, SUMMARY
from telemetry.records import Decoded, PointRecord, RefusedRecord

_KINDS = {
    "gauge": GAUGE,
    "sum": SUM,
    "histogram": HISTOGRAM,
    "exponential_histogram": EXPONENTIAL,
    "summary": SUMMARY,
}


def decode_metrics(data: bytes, *, now: int | None = None) -> Decoded:
    """The points of an ExportMetricsServiceRequest. Raises MalformedBody; a bad point is refused alone."""
    request = parse_request(MetricsRequest, data)
    read_attributes = Attributes().read
    refused: list[RefusedRecord] = []
    points: list[PointRecord] = []
    for group in request.resource_metrics:
        blocks = Blocks(group, now)
        for scope in group.scope_metrics:
            for metric in scope.metrics:
                points += _read_metric(metric, partial(blocks.find, scope), read_attributes, refused)
    return Decoded([], [], refused, list_notes(points), points=points)


def _read_metric(
    metric: Any, find_block: Callable[[], Any], read_attributes: Callable[[Any], Any], refused: list[RefusedRecord]
) -> list[PointRecord]:
    field = metric.WhichOneof("data")
    if field is None:
        return []
    data, kind = getattr(metric, field), _KINDS[field]
    read = partial(_READERS[kind], read_attributes)
    find = partial(find_metric, find_block, partial(_raw_metric, metric, kind, data))
    return read_points(data.data_points, find, read, partial(_shown, metric), refused)


def _raw_metric(metric: Any, kind: str, data: Any) -> RawMetric:
    return RawMetric(
        read_text(metric.name),
        kind,
        read_text(metric.unit),
        read_text(metric.description),
        data.aggregation_temporality if kind not in (GAUGE, SUMMARY) else 0,
        kind == SUM and data.is_monotonic,
    )


def _shown(metric: Any, message: Any) -> dict[str, Any]:
    return {
        "name": read_text(metric.name),
        "timeUnixNano": message.time_unix_nano,
        "startTimeUnixNano": message.start_time_unix_nano,
        "attributes": f"{len(message.attributes)} attributes",
    }


def _point(read_attributes: Callable[[Any], Any], message: Any, exemplars: Any = (), **measured: Any) -> RawPoint:
    try:
        attributes = read_attributes(message.attributes)
    except (Unclean, ValueError, DecodeError):
        attributes = read_pairs(message.attributes)
    return RawPoint(
        message.time_unix_nano,
        message.start_time_unix_nano,
        message.flags,
        attributes,
        [_exemplar(one) for one in exemplars] if exemplars else [],
        **measured,
    )


def _number(read_attributes: Callable[[Any], Any], message: Any) -> RawPoint:
    return _point(read_attributes, message, message.exemplars, value=_value(message))


def _histogram(read_attributes: Callable[[Any], Any], message: Any) -> RawPoint:
    return _point(
        read_attributes,
        message,
        message.exemplars,
        bounds=list(message.explicit_bounds),
        counts=list(message.bucket_counts),
        **_counted(message),
    )


def _exponential(read_attributes: Callable[[Any], Any], message: Any) -> RawPoint:
    return _point(
        read_attributes,
        message,
        message.exemplars,
        scale=message.scale,
        zero_count=message.zero_count,
        zero_threshold=message.zero_threshold,
        positive=RawSide(message.positive.offset, list(message.positive.bucket_counts)),
        negative=RawSide(message.negative.offset, list(message.negative.bucket_counts)),
        **_counted(message),
    )


def _summary(read_attributes: Callable[[Any], Any], message: Any) -> RawPoint:
    quantiles = [(one.quantile, one.value) for one in message.quantile_values]
    return _point(read_attributes, message, count=message.count, sum=message.sum, quantiles=quantiles)


_READERS = {GAUGE: _number, SUM: _number, HISTOGRAM: _histogram, EXPONENTIAL: _exponential, SUMMARY: _summary}


def _counted(message: Any) -> dict[str, Any]:
    has = message.HasField
    return {
        "count": message.count,
        "sum": message.sum if has("sum") else None,
        "min": message.min if has("min") else None,
        "max": message.max if has("max") else None,
    }


def _value(message: Any) -> float | int | None:
    field = message.WhichOneof("value")
    return None if field is None else getattr(message, field)


def _exemplar(message: Any) -> RawExemplar:
    return RawExemplar(message.trace_id, message.span_id, message.time_unix_nano, _value(message))
