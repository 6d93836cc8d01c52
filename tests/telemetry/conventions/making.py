"""Records for tests, with everything that does not matter filled in."""

from collections.abc import Mapping
from typing import Any

from telemetry.records import EventRecord, LogRecord, Resource, Scope, SpanRecord

START_NS = 1_700_000_000_000_000_000
END_NS = START_NS + 2_000_000_000


def make_span(
    attributes: Mapping[str, Any] | None = None,
    *,
    name: str = "work",
    events: tuple[EventRecord, ...] = (),
    resource: Mapping[str, Any] | None = None,
    parent: bytes = b"\x02" * 8,
    otel_kind: int = 1,
    status_code: int = 0,
    status_message: str = "",
) -> SpanRecord:
    """A span with these attributes; a root when `parent` is empty."""
    return SpanRecord(
        trace_id=b"\x01" * 16,
        span_id=b"\x03" * 8,
        parent_span_id=parent,
        name=name,
        otel_kind=otel_kind,
        start_ns=START_NS,
        end_ns=END_NS,
        status_code=status_code,
        status_message=status_message,
        attributes=dict(attributes or {}),
        events=events,
        links=(),
        resource=Resource(dict(resource or {})),
        scope=Scope(),
    )


def make_event(
    name: str, attributes: Mapping[str, Any] | None = None, *, time_ns: int | None = START_NS
) -> EventRecord:
    """A span event."""
    return EventRecord(time_ns=time_ns, name=name, attributes=dict(attributes or {}))


def make_log(
    attributes: Mapping[str, Any] | None = None,
    *,
    body: Any = None,
    event_name: str = "",
    severity_number: int = 9,
    severity_text: str = "",
    resource: Mapping[str, Any] | None = None,
) -> LogRecord:
    """A log record."""
    return LogRecord(
        time_ns=START_NS,
        observed_ns=START_NS + 1,
        severity_number=severity_number,
        severity_text=severity_text,
        body=body,
        attributes=dict(attributes or {}),
        trace_id=b"",
        span_id=b"",
        event_name=event_name,
        resource=Resource(dict(resource or {})),
        scope=Scope(),
    )
