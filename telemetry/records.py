"""What arrived, as plain frozen values: the one shape between the wire and the stores.

Everything the decoders give, redaction rewrites and the conventions read. No Django here.
Times are integer nanoseconds since 1970 (None: the sender gave none). Ids are raw bytes.
"""

from typing import Any

import msgspec

from telemetry.points import Buckets, Exemplar

AttributeValue = Any
"""A decoded AnyValue: str, int, float, bool, bytes, None, list of these, or dict of str to these."""


class Repair(msgspec.Struct, frozen=True, gc=False):
    """One thing that was changed so that a record could be kept."""

    field: str
    """Path of the field, e.g. `name` or `attributes.http.url`."""
    reason: str
    """Stable code, e.g. `nul_character`, `lone_surrogate`, `end_before_start`, `value_cut`."""
    old: str
    """What came, shortened, safe to show."""
    new: str
    """What is kept, shortened."""


class Resource(msgspec.Struct, frozen=True):
    """Who sent it. Shared by all records of one ResourceSpans / ResourceLogs block."""

    attributes: dict[str, AttributeValue]
    dropped_attributes_count: int = 0
    schema_url: str = ""


class Scope(msgspec.Struct, frozen=True):
    """The instrumentation scope. Shared by all records of one block."""

    name: str = ""
    version: str = ""
    attributes: dict[str, AttributeValue] = {}
    schema_url: str = ""


class EventRecord(msgspec.Struct, frozen=True):
    """A span event."""

    time_ns: int | None
    name: str
    attributes: dict[str, AttributeValue]
    dropped_attributes_count: int = 0


class LinkRecord(msgspec.Struct, frozen=True):
    """A span link. Never parentage."""

    trace_id: bytes
    span_id: bytes
    attributes: dict[str, AttributeValue]
    trace_state: str = ""
    dropped_attributes_count: int = 0
    flags: int = 0


class SpanRecord(msgspec.Struct, frozen=True):
    """One span as sent, repaired where it had to be."""

    trace_id: bytes
    """16 bytes, not all zero."""
    span_id: bytes
    """8 bytes, not all zero."""
    parent_span_id: bytes
    """8 bytes, or empty for a root."""
    name: str
    otel_kind: int
    """The wire number: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer; others kept."""
    start_ns: int | None
    """None when the sender gave 0."""
    end_ns: int | None
    """None when the sender gave 0: still running."""
    status_code: int
    """0 unset, 1 ok, 2 error."""
    status_message: str
    attributes: dict[str, AttributeValue]
    events: tuple[EventRecord, ...]
    links: tuple[LinkRecord, ...]
    resource: Resource
    scope: Scope
    trace_state: str = ""
    flags: int = 0
    dropped_attributes_count: int = 0
    dropped_events_count: int = 0
    dropped_links_count: int = 0
    repairs: tuple[Repair, ...] = ()
    redactions: dict[str, int] = {}
    """Kind of secret or personal data to how many were replaced in this record."""


class LogRecord(msgspec.Struct, frozen=True):
    """One OTLP log record as sent, repaired where it had to be."""

    time_ns: int | None
    observed_ns: int | None
    severity_number: int
    severity_text: str
    body: AttributeValue
    attributes: dict[str, AttributeValue]
    trace_id: bytes
    """16 bytes or empty."""
    span_id: bytes
    """8 bytes or empty."""
    event_name: str
    resource: Resource
    scope: Scope
    flags: int = 0
    dropped_attributes_count: int = 0
    repairs: tuple[Repair, ...] = ()
    redactions: dict[str, int] = {}


class Metric(msgspec.Struct, frozen=True):
    """What all points of one metric of one scope share."""

    name: str
    kind: str
    """One of telemetry.points.KINDS."""
    unit: str
    description: str
    temporality: str
    """delta, cumulative, or empty where a kind has none."""
    is_monotonic: bool
    resource: Resource
    scope: Scope


class PointRecord(msgspec.Struct, frozen=True):
    """One data point as sent, repaired where it had to be."""

    metric: Metric
    attributes: dict[str, AttributeValue]
    time_ns: int
    start_ns: int | None
    """None when the sender gave 0."""
    value: float | None = None
    """Of a gauge or a sum; None with a bit of `flags` that tells why."""
    count: int | None = None
    """Of a histogram or a summary."""
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    buckets: Buckets | None = None
    exemplars: tuple[Exemplar, ...] = ()
    flags: int = 0
    repairs: tuple[Repair, ...] = ()
    redactions: dict[str, int] = {}


class RefusedRecord(msgspec.Struct, frozen=True):
    """A record that cannot be kept, and why. Becomes a Rejection row and counts in partial_success."""

    reason: str
    """Stable code, e.g. `trace_id_length`, `trace_id_zero`, `time_out_of_range`, `hex_expected`."""
    detail: str
    """One sentence that names the field and what was wrong, safe to show."""
    excerpt: str
    """At most 500 characters of the record as it came (redacted later, before it is stored)."""
    index: int | None = None
    """Which item of the request it was, from 0. None where a door does not answer by item."""


class Decoded(msgspec.Struct, frozen=True):
    """One request, decoded: what is kept and what is not."""

    spans: list[SpanRecord]
    logs: list[LogRecord]
    refused: list[RefusedRecord]
    notes: tuple[str, ...] = ()
    """Warnings about records that were kept but changed (for partial_success.error_message)."""
    items: int = 0
    """Items of the request, where a door answers by item."""
    origins: tuple[int, ...] = ()
    """The item each span, then each log record was made from. Empty where a door does not answer by item."""
    deliveries: dict[int, bytes] = {}
    """Item to the trace in which it was delivered, where that is known (docs/adr/0013)."""
    points: list[PointRecord] = []


class Converted(msgspec.Struct, frozen=True):
    """What one item of a request became. One item may give several records."""

    spans: tuple[SpanRecord, ...] = ()
    logs: tuple[LogRecord, ...] = ()
    refused: tuple[RefusedRecord, ...] = ()
    """Parts of the item that could not be kept. An item that cannot be kept at all raises Refusal instead."""
