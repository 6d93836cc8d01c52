"""OTLP/JSON records into `telemetry.decode.raw`, for those that need care."""

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from telemetry.decode import json_shapes as shapes
from telemetry.decode.json_values import find_id, read_id, read_integer, read_pairs, read_value, shown_id
from telemetry.decode.raw import RawEvent, RawLink, RawLog, RawResource, RawScope, RawSpan

_ZERO_SPAN_ID = "0" * 2 * SPAN_ID_BYTES


def raw_resource(resource: shapes.Resource, schema_url: str) -> RawResource:
    """A resource. Raises Refusal."""
    dropped = read_integer("resource.droppedAttributesCount", resource.dropped_attributes_count)
    return RawResource(read_pairs(resource.attributes), dropped, schema_url)


def raw_scope(scope: shapes.Scope, schema_url: str) -> RawScope:
    """A scope. Raises Refusal."""
    return RawScope(scope.name, scope.version, read_pairs(scope.attributes), schema_url)


def raw_span(span: shapes.Span) -> RawSpan:
    """A span. Raises Refusal."""
    trace_id = read_id("traceId", "trace_id", span.trace_id, TRACE_ID_BYTES)
    span_id = read_id("spanId", "span_id", span.span_id, SPAN_ID_BYTES)
    parent = "" if span.parent_span_id == _ZERO_SPAN_ID else span.parent_span_id
    return RawSpan(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=read_id("parentSpanId", "parent_span_id", parent, SPAN_ID_BYTES) if parent else b"",
        name=span.name,
        kind=span.kind,
        start=read_integer("startTimeUnixNano", span.start_time_unix_nano),
        end=read_integer("endTimeUnixNano", span.end_time_unix_nano),
        status_code=span.status.code,
        status_message=span.status.message,
        attributes=read_pairs(span.attributes),
        events=[_raw_event(f"events[{index}]", event) for index, event in enumerate(span.events)],
        links=[_raw_link(f"links[{index}]", link) for index, link in enumerate(span.links)],
        trace_state=span.trace_state,
        flags=read_integer("flags", span.flags),
        dropped_attributes_count=read_integer("droppedAttributesCount", span.dropped_attributes_count),
        dropped_events_count=read_integer("droppedEventsCount", span.dropped_events_count),
        dropped_links_count=read_integer("droppedLinksCount", span.dropped_links_count),
    )


def raw_log(log: shapes.Log) -> RawLog:
    """A log record. Raises Refusal."""
    return RawLog(
        time=read_integer("timeUnixNano", log.time_unix_nano),
        observed=read_integer("observedTimeUnixNano", log.observed_time_unix_nano),
        severity_number=log.severity_number,
        severity_text=log.severity_text,
        body=read_value(log.body, 0),
        attributes=read_pairs(log.attributes),
        trace_id=find_id(log.trace_id, TRACE_ID_BYTES),
        span_id=find_id(log.span_id, SPAN_ID_BYTES),
        shown_trace_id=shown_id(log.trace_id),
        shown_span_id=shown_id(log.span_id),
        event_name=log.event_name,
        flags=read_integer("flags", log.flags),
        dropped_attributes_count=read_integer("droppedAttributesCount", log.dropped_attributes_count),
    )


def _raw_event(field: str, event: shapes.Event) -> RawEvent:
    return RawEvent(
        read_integer(f"{field}.timeUnixNano", event.time_unix_nano),
        event.name,
        read_pairs(event.attributes),
        read_integer(f"{field}.droppedAttributesCount", event.dropped_attributes_count),
    )


def _raw_link(field: str, link: shapes.Link) -> RawLink:
    return RawLink(
        trace_id=find_id(link.trace_id, TRACE_ID_BYTES),
        span_id=find_id(link.span_id, SPAN_ID_BYTES),
        shown_trace_id=shown_id(link.trace_id),
        shown_span_id=shown_id(link.span_id),
        attributes=read_pairs(link.attributes),
        trace_state=link.trace_state,
        dropped_attributes_count=read_integer(f"{field}.droppedAttributesCount", link.dropped_attributes_count),
        flags=read_integer(f"{field}.flags", link.flags),
    )
