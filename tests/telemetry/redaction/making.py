"""Records to redact, with only what a test cares about spelled out."""

from typing import Any

from telemetry.records import LogRecord, Resource, Scope, SpanRecord


def make_span(**fields: Any) -> SpanRecord:
    """A span without anything to redact unless `fields` bring it."""
    plain: dict[str, Any] = {
        "trace_id": b"t" * 16,
        "span_id": b"s" * 8,
        "parent_span_id": b"",
        "name": "chat",
        "otel_kind": 1,
        "start_ns": 1_795_368_425_326_363_648,
        "end_ns": 1_795_368_425_326_363_999,
        "status_code": 0,
        "status_message": "",
        "attributes": {},
        "events": (),
        "links": (),
        "resource": Resource({"service.name": "planner"}),
        "scope": Scope("agents", "1.0"),
    }
    return SpanRecord(**{**plain, **fields})


def make_log(**fields: Any) -> LogRecord:
    """A log record without anything to redact unless `fields` bring it."""
    plain: dict[str, Any] = {
        "time_ns": 1,
        "observed_ns": 2,
        "severity_number": 9,
        "severity_text": "INFO",
        "body": "started",
        "attributes": {},
        "trace_id": b"",
        "span_id": b"",
        "event_name": "",
        "resource": Resource({"service.name": "planner"}),
        "scope": Scope(),
    }
    return LogRecord(**{**plain, **fields})
