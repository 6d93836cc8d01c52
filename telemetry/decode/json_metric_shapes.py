"""The messages of OTLP/JSON's metrics as typed shapes: see `telemetry.decode.json_shapes`."""

from typing import Any

import msgspec

from telemetry.decode.json_shapes import KeyValue, Number, Resource, Scope


class Exemplar(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A measurement with the span it was made in."""

    time_unix_nano: Number = 0
    as_double: float | str | None = None
    as_int: Number | None = None
    trace_id: str = ""
    span_id: str = ""


class PointShape(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """What data points of every kind have."""

    attributes: list[KeyValue] = []
    start_time_unix_nano: Number = 0
    time_unix_nano: Number = 0
    flags: Number = 0
    exemplars: list[Exemplar] = []


class NumberPoint(PointShape):
    """Of a gauge or a sum."""

    as_double: float | str | None = None
    as_int: Number | None = None


class CountedPoint(PointShape):
    """What histograms have in common."""

    count: Number = 0
    sum: float | str | None = None
    min: float | str | None = None
    max: float | str | None = None


class HistogramPoint(CountedPoint):
    """Of a histogram."""

    bucket_counts: list[Number] = []
    explicit_bounds: list[float | str] = []


class Side(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """One side of an exponential histogram."""

    offset: Number = 0
    bucket_counts: list[Number] = []


class ExponentialPoint(CountedPoint):
    """Of an exponential histogram."""

    scale: int = 0
    zero_count: Number = 0
    zero_threshold: float | str = 0.0
    positive: Side = msgspec.field(default_factory=Side)
    negative: Side = msgspec.field(default_factory=Side)


class ValueAtQuantile(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """One quantile of a summary."""

    quantile: float | str = 0.0
    value: float | str = 0.0


class SummaryPoint(CountedPoint):
    """Of a summary."""

    quantile_values: list[ValueAtQuantile] = []


class Points(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """The points of a metric, each read by itself."""

    data_points: list[Any] = []
    aggregation_temporality: int = 0
    is_monotonic: bool = False


class Metric(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A metric; at most one of its kinds is set."""

    name: str = ""
    unit: str = ""
    description: str = ""
    gauge: Points | None = None
    sum: Points | None = None
    histogram: Points | None = None
    exponential_histogram: Points | None = None
    summary: Points | None = None


class ScopeMetrics(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Metrics of one scope."""

    scope: Scope = msgspec.field(default_factory=Scope)
    metrics: list[Metric] = []
    schema_url: str = ""


class ResourceMetrics(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Metrics of one resource."""

    resource: Resource = msgspec.field(default_factory=Resource)
    scope_metrics: list[ScopeMetrics] = []
    schema_url: str = ""


class MetricsRequest(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """ExportMetricsServiceRequest."""

    resource_metrics: list[ResourceMetrics] = []
