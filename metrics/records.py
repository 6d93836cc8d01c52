"""What metrics are asked and what they answer: frozen values. No Django here."""

import msgspec

AGGREGATIONS = ("sum", "rate", "count", "avg", "min", "max", "last", "p50", "p90", "p95", "p99", "error_rate")
MOST_POINTS = 400
"""Of one series of an answer."""
OTHER = "other"
"""What stands for the labels of the series folded into one because there are too many."""


class MetricQuery(msgspec.Struct, frozen=True):
    """What to show of a metric."""

    name: str
    aggregation: str
    """One of AGGREGATIONS."""
    since_ns: int
    until_ns: int
    group_by: tuple[str, ...] = ()
    """Labels: one series of the answer for each set of their values."""
    filters: tuple[tuple[str, str], ...] = ()
    """(label, value): only series with all of them. The same label several times: any of its values."""
    step_s: int = 0
    """Length of a bucket of the answer, at least; 0: as short as MOST_POINTS allows."""
    origin: str | None = None
    """otlp or derived; None: either."""
    limit: int = 20
    """Series of the answer, those with most; the rest is folded into one."""


class MetricSeries(msgspec.Struct, frozen=True):
    """One line of an answer."""

    name: str
    labels: dict[str, str]
    """Of `group_by` each with its value, empty where a series has none; {"other": "true"} for what was folded."""
    unit: str
    """As sent; of a rate `…/s`, of an error rate `1`."""
    points: list[tuple[int, float | None]]
    """Begin of the bucket, and the value; None where nothing was measured. Every bucket of the range is there."""
    count: int = 0
    """Measurements that all of it is made of."""


class MetricAnswer(msgspec.Struct, frozen=True):
    """The answer to a query."""

    series: list[MetricSeries]
    other_count: int
    """Series folded into the last one, because they were beyond the limit."""
    step_s: int
    """The length of the buckets: the one asked for or longer."""


class MetricInfo(msgspec.Struct, frozen=True):
    """A metric of a project, in the catalogue."""

    name: str
    kinds: tuple[str, ...]
    units: tuple[str, ...]
    origins: tuple[str, ...]
    description: str
    labels: tuple[str, ...]
    services: tuple[str, ...]
    series_count: int
    has_overflow: bool
    """There were more series than are kept."""
    aggregations: tuple[str, ...]
    """Those that give numbers for it."""
    first_ns: int
    last_ns: int


class ExemplarRow(msgspec.Struct, frozen=True):
    """A span in which a value was measured."""

    time_ns: int | None
    value: float | None
    trace_id: str
    span_id: str
    """Empty when the sender named the trace alone."""


class SpanBehind(msgspec.Struct, frozen=True):
    """A span that a value was measured on."""

    trace_id: str
    span_id: str
    value: float
    has_failed: bool


class MissionAround(msgspec.Struct, frozen=True):
    """A mission that was at work while a value was measured."""

    id: str
    """The sender's."""
    name: str
    status: str


class Around(msgspec.Struct, frozen=True):
    """What was at work beside a pushed value that names no trace."""

    services: tuple[str, ...]
    """That measured it, those without a name left out."""
    missions: list[MissionAround]
    """With spans or log records of these services, those with the latest record first."""


class MissionBehind(msgspec.Struct, frozen=True):
    """A mission that is behind a value of a derived metric."""

    pk: int
    id: str
    """The sender's."""
    name: str
    count: int
    """Measurements."""
    error_count: int
    total: float
    """Of all of them, in the metric's unit."""
    largest: float
    spans: list[SpanBehind]
    """Those with the largest values; none where no span was measured."""
