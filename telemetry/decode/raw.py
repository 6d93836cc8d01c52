"""What an encoding gave, as plain values, before any rule has looked at it.

Both encodings end here whenever a record is not plainly clean, so that `telemetry.decode.rules`
gives the same answer for both. Texts may still hold NUL and lone surrogates, ids any length.
"""

from typing import Any

import msgspec

Pairs = list[tuple[str, Any]]
"""Attributes in order, keys possibly repeated; values as `telemetry.records.AttributeValue`."""


class RawEvent(msgspec.Struct):
    """A span event; `time` 0 when not given."""

    time: int
    name: str
    attributes: Pairs
    dropped_attributes_count: int


class RawLink(msgspec.Struct):
    """A span link. The shown ids are its ids as they came, as text."""

    trace_id: bytes
    span_id: bytes
    shown_trace_id: str
    shown_span_id: str
    attributes: Pairs
    trace_state: str
    dropped_attributes_count: int
    flags: int


class RawSpan(msgspec.Struct):
    """A span; times 0 when not given."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    start: int
    end: int
    status_code: int
    status_message: str
    attributes: Pairs
    events: list[RawEvent]
    links: list[RawLink]
    trace_state: str
    flags: int
    dropped_attributes_count: int
    dropped_events_count: int
    dropped_links_count: int


class RawLog(msgspec.Struct):
    """A log record; times 0 when not given. The shown ids are its ids as they came, as text."""

    time: int
    observed: int
    severity_number: int
    severity_text: str
    body: Any
    attributes: Pairs
    trace_id: bytes
    span_id: bytes
    shown_trace_id: str
    shown_span_id: str
    event_name: str
    flags: int
    dropped_attributes_count: int


class RawResource(msgspec.Struct):
    """A resource."""

    attributes: Pairs
    dropped_attributes_count: int
    schema_url: str


class RawScope(msgspec.Struct):
    """An instrumentation scope."""

    name: str
    version: str
    attributes: Pairs
    schema_url: str
