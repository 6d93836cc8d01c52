"""Protobuf records into `telemetry.decode.raw`, for those that need care, and into plain values to be shown."""

from typing import Any

from telemetry.decode.json_values import shown_id
from telemetry.decode.protobuf_values import read_body, read_pairs, read_text
from telemetry.decode.raw import RawEvent, RawLink, RawLog, RawResource, RawScope, RawSpan


def raw_resource(message: Any, schema_url: bytes) -> RawResource:
    """A Resource. Raises Refusal."""
    return RawResource(read_pairs(message.attributes), message.dropped_attributes_count, read_text(schema_url))


def raw_scope(message: Any, schema_url: bytes) -> RawScope:
    """An InstrumentationScope. Raises Refusal."""
    return RawScope(
        read_text(message.name), read_text(message.version), read_pairs(message.attributes), read_text(schema_url)
    )


def raw_span(message: Any) -> RawSpan:
    """A Span. Raises Refusal."""
    return RawSpan(
        trace_id=message.trace_id,
        span_id=message.span_id,
        parent_span_id=message.parent_span_id,
        name=read_text(message.name),
        kind=message.kind,
        start=message.start_time_unix_nano,
        end=message.end_time_unix_nano,
        status_code=message.status.code,
        status_message=read_text(message.status.message),
        attributes=read_pairs(message.attributes),
        events=[_raw_event(event) for event in message.events],
        links=[_raw_link(link) for link in message.links],
        trace_state=read_text(message.trace_state),
        flags=message.flags,
        dropped_attributes_count=message.dropped_attributes_count,
        dropped_events_count=message.dropped_events_count,
        dropped_links_count=message.dropped_links_count,
    )


def raw_log(message: Any) -> RawLog:
    """A LogRecord. Raises Refusal."""
    return RawLog(
        time=message.time_unix_nano,
        observed=message.observed_time_unix_nano,
        severity_number=message.severity_number,
        severity_text=read_text(message.severity_text),
        body=read_body(message.body),
        attributes=read_pairs(message.attributes),
        trace_id=message.trace_id,
        span_id=message.span_id,
        shown_trace_id=shown_id(message.trace_id.hex()),
        shown_span_id=shown_id(message.span_id.hex()),
        event_name=read_text(message.event_name),
        flags=message.flags,
        dropped_attributes_count=message.dropped_attributes_count,
    )


def shown_span(message: Any) -> dict[str, Any]:
    """The start of a Span for the excerpt of a refused one."""
    return {
        "traceId": message.trace_id,
        "spanId": message.span_id,
        "parentSpanId": message.parent_span_id,
        "name": read_text(message.name),
        "kind": message.kind,
        "startTimeUnixNano": message.start_time_unix_nano,
        "endTimeUnixNano": message.end_time_unix_nano,
        "attributes": f"{len(message.attributes)} attributes",
    }


def shown_log(message: Any) -> dict[str, Any]:
    """The start of a LogRecord for the excerpt of a refused one."""
    return {
        "timeUnixNano": message.time_unix_nano,
        "observedTimeUnixNano": message.observed_time_unix_nano,
        "severityNumber": message.severity_number,
        "severityText": read_text(message.severity_text),
        "traceId": message.trace_id,
        "spanId": message.span_id,
        "body": message.body,
        "attributes": f"{len(message.attributes)} attributes",
    }


def _raw_event(message: Any) -> RawEvent:
    return RawEvent(
        message.time_unix_nano,
        read_text(message.name),
        read_pairs(message.attributes),
        message.dropped_attributes_count,
    )


def _raw_link(message: Any) -> RawLink:
    return RawLink(
        trace_id=message.trace_id,
        span_id=message.span_id,
        shown_trace_id=shown_id(message.trace_id.hex()),
        shown_span_id=shown_id(message.span_id.hex()),
        attributes=read_pairs(message.attributes),
        trace_state=read_text(message.trace_state),
        dropped_attributes_count=message.dropped_attributes_count,
        flags=message.flags,
    )
