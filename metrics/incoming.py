"""Series and points, ready to be stored. No Django here."""

from collections.abc import Mapping

import msgspec

from core.hashing import digest16
from telemetry.points import CUMULATIVE, encode_buckets, encode_exemplars
from telemetry.records import AttributeValue, Metric, PointRecord

DERIVED, OTLP = "derived", "otlp"
OVERFLOW = "otel.metric.overflow"
"""The label that OpenTelemetry gives what goes beyond a limit of series."""
OVERFLOW_METRIC = "missionscope.metric.overflow"
LONGEST_LABEL, LONGEST_DESCRIPTION = 1000, 2000
"""Characters of a name, a label or its value, and of a description, that are kept."""
_encode = msgspec.json.Encoder(order="deterministic").encode


class IncomingSeries(msgspec.Struct, frozen=True):
    """One series; its hash stands for all of it."""

    name: str
    kind: str
    """gauge, sum, histogram, exponential, summary"""
    unit: str
    description: str
    temporality: str
    """delta, cumulative, or empty."""
    is_monotonic: bool
    origin: str
    """otlp or derived"""
    service_name: str
    attributes: str
    """JSON object of texts, keys in order."""
    label_names: str
    """JSON list of its keys."""
    resource: str = "{}"
    """The same of the resource."""
    is_overflow: bool = False


def derived_series(
    name: str, kind: str, unit: str, description: str, service_name: str, labels: Mapping[str, str]
) -> tuple[bytes, IncomingSeries]:
    """A series of our own, with its hash."""
    series = IncomingSeries(
        name,
        kind,
        unit,
        description,
        "" if kind == "gauge" else "delta",
        kind != "gauge",
        DERIVED,
        service_name,
        encode_labels(labels),
        encode_names(labels),
    )
    return digest16(_encode((DERIVED, name, kind, unit, service_name, labels))), series


def encode_labels(labels: Mapping[str, str]) -> str:
    """Labels as a series keeps them: JSON, keys in order."""
    return _encode(labels).decode()


def encode_names(labels: Mapping[str, str]) -> str:
    """The names of labels, in order, as a series keeps them."""
    return _encode(sorted(labels)).decode()


class IncomingPoint(msgspec.Struct, frozen=True):
    """A point of the series with this hash, ready to be stored."""

    series_hash: bytes
    time_ns: int
    start_ns: int | None
    value: float | None
    count: int | None
    sum: float | None
    min: float | None
    max: float | None
    buckets: bytes
    exemplars: bytes
    flags: int


def overflow_series(series: IncomingSeries) -> tuple[bytes, IncomingSeries]:
    """Where points of further series of the same metric go, with its hash."""
    return _overflow(series.name, series.kind, series.unit, series.temporality, is_monotonic=series.is_monotonic)


def last_series() -> tuple[bytes, IncomingSeries]:
    """Where points go that no metric of the project has room for: they are counted there, whatever they measure."""
    return _overflow(OVERFLOW_METRIC, "sum", "", CUMULATIVE, is_monotonic=True)


def _overflow(name: str, kind: str, unit: str, temporality: str, *, is_monotonic: bool) -> tuple[bytes, IncomingSeries]:
    series = IncomingSeries(
        name,
        kind,
        unit,
        "Points of series beyond the limit.",
        temporality,
        is_monotonic,
        OTLP,
        "",
        encode_labels({OVERFLOW: "true"}),
        encode_names({OVERFLOW: "true"}),
        is_overflow=True,
    )
    return digest16(b"overflow", _encode((name, kind, unit, temporality, is_monotonic))), series


def _identity(metric: Metric) -> bytes:
    """What tells a metric and its source from others. Not the description: it is prose."""
    told = (metric.name, metric.kind, metric.unit, metric.temporality, metric.is_monotonic)
    scope = (metric.scope.name, metric.scope.version, metric.scope.attributes)
    return _encode((OTLP, told, scope, metric.resource.attributes))


class _Source:
    """What the series of one metric have in common, as texts."""

    def __init__(self, metric: Metric) -> None:
        resource = _labels(metric.resource.attributes)
        self._service_name = resource.get("service.name", "")
        self._resource = encode_labels(resource)
        self._metric = metric
        self._texts = _cut(metric.name), metric.kind, _cut(metric.unit), metric.description[:LONGEST_DESCRIPTION]

    def series(self, attributes: dict[str, AttributeValue]) -> IncomingSeries:
        """The one with these attributes."""
        labels = _labels(attributes)
        return IncomingSeries(
            *self._texts,
            self._metric.temporality,
            self._metric.is_monotonic,
            OTLP,
            self._service_name,
            encode_labels(labels),
            encode_names(labels),
            self._resource,
        )


class PointWriter:
    """Points of one request to rows; each series once."""

    def __init__(self) -> None:
        self.series: dict[bytes, IncomingSeries] = {}
        """By hash: all that the points so far belong to."""
        self._metrics: dict[int, tuple[Metric, bytes, _Source]] = {}

    def point(self, record: PointRecord) -> IncomingPoint:
        """One redacted point."""
        metric = record.metric
        known = self._metrics.get(id(metric))
        if known is None:
            # The metric is kept too: so no other can have its id.
            known = self._metrics[id(metric)] = metric, _identity(metric), _Source(metric)
        series_hash = digest16(known[1], _encode(record.attributes))
        if series_hash not in self.series:
            self.series[series_hash] = known[2].series(record.attributes)
        return IncomingPoint(
            series_hash,
            record.time_ns,
            record.start_ns,
            record.value,
            record.count,
            record.sum,
            record.min,
            record.max,
            encode_buckets(record.buckets),
            encode_exemplars(record.exemplars),
            record.flags,
        )


def _labels(attributes: dict[str, AttributeValue]) -> dict[str, str]:
    return {_cut(key): _label(value) for key, value in attributes.items()}


def _label(value: AttributeValue) -> str:
    """A label's text: what is not text as JSON."""
    if isinstance(value, str):
        return _cut(value)
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else _cut(_encode(value).decode())


def _cut(text: str) -> str:
    """Long texts tell their beginning and their length. The hash is of all of it: series stay apart."""
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}… [cut: {len(text)} characters in all]"
